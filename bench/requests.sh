#!/usr/bin/env bash
# The figures of requests for information: REQUESTS (1000000) rows for the lists,
# a tenth of them counted anew; on SQLite, and on PostgreSQL where one is offered
# (scripts/with-test-env). Its time is that of filling the tables, mostly.
set -euo pipefail
cd "$(dirname "$0")/.."
export YANGGUANG_BENCH_REQUESTS="${REQUESTS:-1000000}"
bench() { # name, times
  echo; echo "## go test -run '^\$' -bench '$1' -benchtime $2 ./disclosure/inforequest, load $(cut -d' ' -f1-3 /proc/loadavg)"
  go test -run '^$' -bench "$1" -benchtime "$2" -timeout 6h ./disclosure/inforequest | grep -E '^(Benchmark|FAIL|---)' || true
}
{
  echo "# bench/requests.sh, $YANGGUANG_BENCH_REQUESTS requests, $(date -u +%FT%TZ)"
  echo "machine: $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2/1048576}' /proc/meminfo), $(uname -sr), $(go version | cut -d' ' -f3), load $(cut -d' ' -f1-3 /proc/loadavg)"
  bench RequestsCreate 2000x
  bench RequestsWrongCode 1x
  bench RequestsRecount 1x
  bench RequestsList 200x
  echo; echo "load at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
} | tee bench/requests-report.txt
