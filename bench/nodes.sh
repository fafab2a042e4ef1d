#!/usr/bin/env bash
# The telephone's real processes, killed: one of two behind kamailio, one while the
# database is away, and serve while a call goes on.
set -euo pipefail
cd "$(dirname "$0")/.."
have() { command -v "$1" >/dev/null 2>&1; }
need=()
have kamailio || need+=(kamailio)
have sipp || need+=(sip-tester)
if [ "${#need[@]}" -gt 0 ] && have apt-get; then
  sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${need[@]}" >&2
fi
{
  echo "# bench/nodes.sh, $(date -u +%FT%TZ)"
  echo "machine: $(nproc) of $(nproc --all) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2/1048576}' /proc/meminfo), $(uname -sr), $(go version | cut -d' ' -f3), load $(cut -d' ' -f1-3 /proc/loadavg)"
  YANGGUANG_NODES=1 ./scripts/with-test-env go test -count=1 -v -timeout 20m -run 'IsKilled' ./supervision/hotline/switchboard | grep -vE '^(=== |PASS)'
} | tee bench/nodes-report.txt
