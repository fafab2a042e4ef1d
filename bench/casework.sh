#!/usr/bin/env bash
# The figures of casework: MATTERS (1000000) rows for lists, searches and pages, a tenth of
# them counted anew; on SQLite, and on PostgreSQL where one is offered
# (scripts/with-test-env). Its time is that of filling the tables, mostly. Of
# PostgreSQL the processor time is the client's; its own is not in it.
set -euo pipefail
cd "$(dirname "$0")/.."
matters="${MATTERS:-1000000}"
bench() { # name, times, matters
  echo; echo "## YANGGUANG_BENCH_CASEWORK=$3 go test -run '^\$' -bench '$1' -benchtime $2, load $(cut -d' ' -f1-3 /proc/loadavg)"
  YANGGUANG_BENCH_CASEWORK="$3" go test -run '^$' -bench "$1" -benchtime "$2" -timeout 6h ./supervision/casework/analysis | grep -E '^(Benchmark|FAIL|---)' || true
}
{
  echo "# bench/casework.sh, $matters matters, $(date -u +%FT%TZ)"
  echo "machine: $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2/1048576}' /proc/meminfo), $(uname -sr), $(go version | cut -d' ' -f3), load $(cut -d' ' -f1-3 /proc/loadavg)"
  bench 'CaseworkCreate$' 1000x 1000
  bench CaseworkCreateHTTP 1000x 1000
  # Of 1,000 matters a province has 17 open; of 2,000 the 30 a page holds.
  for n in 1000 2000 100000; do bench CaseworkRead/.*/list 5000x "$n"; done
  bench CaseworkRead 400x "$matters"
  bench CaseworkRecount 1x "$matters"
  echo; echo "load at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
} | tee bench/casework-report.txt
