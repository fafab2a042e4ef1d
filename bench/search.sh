#!/usr/bin/env bash
# Search among DOCS texts (1000000) as `yangguang load --nation` makes them, the
# index alone: on the embedded store, and on the PostgreSQL that
# YANGGUANG_TEST_PG names (scripts/with-test-env starts one), in a database of
# its own. RECALL=1 holds every question's answer against a scan first; SLOW=1
# prints what each question works, its middle and its slowest; PUT=1 puts texts
# again at last, each in a transaction. KEEP is a folder that keeps the embedded
# store between runs; PG_KEEP=1 keeps the database. It must be run alone on the
# machine: what is measured is time.
set -euo pipefail
cd "$(dirname "$0")/.."
work=${KEEP:-$(mktemp -d "${TMPDIR:-/tmp}/yangguang-search.XXXXXX")}
[ -n "${KEEP:-}" ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
go test -c -o "$work/nation.test" ./demo/nation
echo "$(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2/1048576}' /proc/meminfo), $(uname -srm), $(go version | cut -d' ' -f3), load $(cut -d' ' -f1-3 /proc/loadavg)"
ask() { # name store
  echo; echo "## $1: DOCS=${DOCS:-1000000} TIMES=${TIMES:-300x} bench/search.sh"
  YANGGUANG_SEARCH_DOCS="${DOCS:-1000000}" YANGGUANG_SEARCH_STORE="$2" YANGGUANG_SEARCH_RECALL="${RECALL:-}" YANGGUANG_SEARCH_SLOW="${SLOW:-}" YANGGUANG_SEARCH_PUT="${PUT:-}" \
    "$work/nation.test" -test.run '^$' -test.bench Search -test.benchtime "${TIMES:-300x}" -test.timeout 6h
}
ask "embedded store" "$work/store"
if [ -n "${YANGGUANG_TEST_PG:-}" ] && command -v psql >/dev/null; then
  [ -n "${PG_KEEP:-}" ] || psql -q "$YANGGUANG_TEST_PG" -c 'drop database if exists yangguang_search'
  psql -q "$YANGGUANG_TEST_PG" -c 'create database yangguang_search' 2>/dev/null || true
  ask "PostgreSQL, its settings as they come" "$(python3 -c 'import sys, urllib.parse as u; p = u.urlparse(sys.argv[1]); print(u.urlunparse(p._replace(path="/yangguang_search")))' "$YANGGUANG_TEST_PG")"
else echo; echo "no PostgreSQL (run it through scripts/with-test-env), or no psql: skipped"; fi
