#!/usr/bin/env bash
# The database away for OUTAGE (10s), twice: its connections cut, then frozen, while
# a recorded conversation goes on and others call.
set -euo pipefail
cd "$(dirname "$0")/.."
{
  echo "# bench/outage.sh, $(date -u +%FT%TZ)"
  echo "machine: $(nproc) of $(nproc --all) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2/1048576}' /proc/meminfo), $(uname -sr), $(go version | cut -d' ' -f3), load $(cut -d' ' -f1-3 /proc/loadavg)"
  YANGGUANG_OUTAGE="${OUTAGE:-10s}" ./scripts/with-test-env go test -count=1 -v -timeout 10m -run 'TestAnOutageOfTheDatabase' ./supervision/hotline/switchboard | grep -vE '^(=== |PASS)'
} | tee bench/outage-report.txt
