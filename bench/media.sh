#!/usr/bin/env bash
# The media of the hotline: what a packet and a frame cost, and CALLS calls (250)
# bridged and recorded over loopback for SECONDS_LONG (20) seconds, with how late a packet is
# at the other end; then the same with browsers in the place of the clerks (BROWSERS of
# them, 100). SERVER and PHONES go before the commands of the product and
# of the process that plays the telephones, as in SERVER='taskset -c 0' PHONES='taskset -c 1'.
# It must be run alone on the machine: what is measured is time.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d "${TMPDIR:-/tmp}/yangguang-media.XXXXXX")
trap 'rm -rf "$work"' EXIT
go test -c -o "$work/rtp.test" ./internal/rtp
about() { echo "$(nproc --all) cores, $(uname -srm), $(go version | cut -d' ' -f3), load $(cut -d' ' -f1-3 /proc/loadavg), $(date -u +%FT%TZ)"; }
about
echo; echo "## one packet, one frame"
${SERVER:-} "$work/rtp.test" -test.run '^$' -test.bench 'Relay|Prompt' -test.benchtime "${TIMES:-2s}" -test.cpu 1 | grep '^Benchmark'
echo; echo "## CALLS=${CALLS:-250} SECONDS_LONG=${SECONDS_LONG:-20} SERVER='${SERVER:-}' PHONES='${PHONES:-}'"
YANGGUANG_MEDIA_CALLS="${CALLS:-250}" YANGGUANG_MEDIA_SECONDS="${SECONDS_LONG:-20}" YANGGUANG_MEDIA_PREFIX="${PHONES:-}" \
  ${SERVER:-} "$work/rtp.test" -test.run '^$' -test.bench Load -test.benchtime 1x | grep -vE '^(goos|goarch|pkg|cpu|PASS|BenchmarkLoad)' || true
echo; echo "## BROWSERS=${BROWSERS:-100}"
YANGGUANG_MEDIA_CALLS="${BROWSERS:-100}" YANGGUANG_MEDIA_BROWSERS=1 YANGGUANG_MEDIA_SECONDS="${SECONDS_LONG:-20}" YANGGUANG_MEDIA_PREFIX="${PHONES:-}" \
  ${SERVER:-} "$work/rtp.test" -test.run '^$' -test.bench Load -test.benchtime 1x | grep -vE '^(goos|goarch|pkg|cpu|PASS|BenchmarkLoad)' || true
about
