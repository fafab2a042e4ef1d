#!/usr/bin/env bash
# Loads the nation and asks pages of it: median and 95th percentile of what curl
# measures, each page with another query so that it is rendered each time.
set -euo pipefail
cd "$(dirname "$0")/.."
scale=${NATION_SCALE:-1}; n=${NATION_ASKS:-100}; port=${NATION_PORT:-18090}
work=$(mktemp -d "${TMPDIR:-/tmp}/yangguang-nation.XXXXXX"); pid=
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
bin=$work/yangguang; make -s build && mv yangguang "$bin"
ask() { # name path: n requests, never from the page cache
  local i
  for i in $(seq 1 "$n"); do
    curl -fsS -o /dev/null -w '%{time_total}\n' "http://127.0.0.1:$port$2$([[ $2 == *\?* ]] && echo '&' || echo '?')n=$i"
  done | sort -n | awk -v name="$1" '{t[NR] = $1 * 1000} END {printf "%-44s p50 %7.1f ms  p95 %7.1f ms  (%d asks)\n", name, t[int((NR + 1) / 2)], t[int(NR * .95 + .5)], NR}'
}
enc() { python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1]))' "$1"; }
measure() {
  local name=$1; shift
  echo; echo "## $name"
  "$bin" load --nation --scale "$scale" --data "$work/data-$name" "$@" 2>>"$work/log" | tail -n 1
  [ -f "$work/data-$name/yangguang.db" ] && echo "database file: $(du -m "$work/data-$name/yangguang.db" | cut -f1) MB"
  "$bin" serve --data "$work/data-$name" --listen "127.0.0.1:$port" "$@" >"$work/out" 2>>"$work/log" & pid=$!
  until grep -q '^ready' "$work/out"; do kill -0 "$pid"; sleep 0.2; done
  # Counties and units that a part of the nation holds as well: asked of the interface.
  local unit; unit=$(curl -fsS "http://127.0.0.1:$port/api/v1/items?limit=1" | python3 -c 'import json, re, sys; print(re.search(r"/(\d{6,12}/[a-z0-9-]+)/", sys.stdin.read()).group(1))')
  local county=${unit:0:6}
  ask "province coverage, Guangdong"          /44/coverage
  ask "province coverage, Henan"              /41/coverage
  ask "nation coverage"                       /0/coverage
  ask "prefecture coverage, Quanzhou"         /3505/coverage
  ask "county coverage"                       "/$county/coverage"
  ask "county authority's catalogue"          "/$county/bureau/catalogue"
  ask "place page, province"                  /44
  ask "place page, county"                    "/$county"
  ask "overdue, nation"                       /overdue
  ask "overdue, county"                       "/overdue?within=$county"
  ask "latest, province"                      "/latest?within=44"
  ask "search, two characters"                "/search?q=$(enc 奖励)"
  ask "search, long"                          "/search?q=$(enc 免费孕前优生健康检查)"
  ask "search, two words in a province"       "/search?within=44&q=$(enc '行政许可 窗口')"
  kill "$pid"; wait "$pid" || true; pid=
  rm -rf "$work/data-$name"
}
{
  echo "# make nation, $(date -u +%FT%TZ), scale $scale"
  echo "machine: $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2/1048576}' /proc/meminfo), $(uname -sr), $(go version | cut -d' ' -f3), load $(cut -d' ' -f1 /proc/loadavg)"
  for engine in ${NATION_ENGINES:-sqlite postgres}; do
    if [ "$engine" = sqlite ]; then measure sqlite
    elif [ -n "${YANGGUANG_TEST_PG:-}" ]; then measure postgres --database "$YANGGUANG_TEST_PG"; else echo "no PostgreSQL: skipped"; fi
  done
} | tee "${NATION_REPORT:-bench/nation-report.txt}"
