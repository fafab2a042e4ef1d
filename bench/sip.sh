#!/usr/bin/env bash
# Calls set up in a second, by sipp on the same machine: INVITE, 180, 200, ACK and
# BYE at each of RATES (50 150 300 400), ten seconds each. No media.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v sipp >/dev/null || { echo "sipp is not installed (Debian: sip-tester)" >&2; exit 1; }
{
  echo "# bench/sip.sh, $(date -u +%FT%TZ)"
  echo "machine: $(nproc) of $(nproc --all) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2/1048576}' /proc/meminfo), $(uname -sr), $(go version | cut -d' ' -f3), load $(cut -d' ' -f1-3 /proc/loadavg)"
  echo "%core is of the server's process; calls/s is over the whole run, with sipp's start and end in it"
  YANGGUANG_BENCH_SIP="${RATES:-50 150 300 400}" go test -run '^$' -bench Setup -benchtime 1x -timeout 30m ./internal/sip | grep -E '^(Benchmark|FAIL|---|    )' || true
  echo "load at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
} | tee bench/sip-report.txt
