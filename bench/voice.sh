#!/usr/bin/env bash
# CALLS callers (1000) at once in the voice service of one telephone process: set up at
# RATE (100) a second, waiting in the queue, told their place and what is said meanwhile.
# SERVER goes before the command of the process, PHONES before that of the callers, as in
# SERVER='taskset -c 0' PHONES='taskset -c 1'. PostgreSQL and the callers share the other core.
set -euo pipefail
cd "$(dirname "$0")/.."
about() { echo "$(nproc --all) cores, $(uname -srm), $(go version | cut -d' ' -f3), load $(cut -d' ' -f1-3 /proc/loadavg), $(date -u +%FT%TZ)"; }
{
  about
  echo "## CALLS=${CALLS:-1000} RATE=${RATE:-100} SERVER='${SERVER:-}' PHONES='${PHONES:-}'"
  work=$(mktemp -d "${TMPDIR:-/tmp}/yangguang-voice.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  go test -c -o "$work/voice.test" ./supervision/hotline/switchboard
  (cd supervision/hotline/switchboard && YANGGUANG_VOICE_CALLS="${CALLS:-1000}" YANGGUANG_VOICE_RATE="${RATE:-100}" YANGGUANG_VOICE_PREFIX="${SERVER:-}" \
    ${PHONES:-} ../../../scripts/with-test-env "$work/voice.test" -test.v -test.run ManyAreSpokenTo | grep -vE '^(=== |PASS)')
  about
} | tee bench/voice-report.txt
