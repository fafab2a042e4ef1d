#!/usr/bin/env bash
# Size, first start, later start and memory of the program.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d); trap 'kill $pid 2>/dev/null || true; rm -rf "$work"' EXIT
pid=
make -s build && mv yangguang "$work/yangguang"
echo "stripped binary: $(stat -c %s "$work/yangguang" | awk '{printf "%.1f MB", $1/1e6}')"
now() { date +%s.%N; }
start() { # sets took: seconds from exec to the first page
  local t0; t0=$(now)
  "$work/yangguang" serve --data "$work/data" --listen 127.0.0.1:18080 --home 350525 >"$work/out" 2>"$work/err" &
  pid=$!
  until grep -q '^ready' "$work/out"; do kill -0 $pid; sleep 0.02; done
  curl -fsS -o "$work/page" http://127.0.0.1:18080/
  took=$(awk -v a="$t0" -v b="$(now)" 'BEGIN {printf "%.2f", b-a}')
}
stop() { kill $pid; wait $pid || true; }
start; echo "first start with the import of all divisions: $took s"; stop
for _ in 1 2 3; do
  start; echo "start to first page, imported: $took s; resident: $(awk '/VmRSS/ {printf "%.0f MB", $2/1024}' /proc/$pid/status)"; stop
done
