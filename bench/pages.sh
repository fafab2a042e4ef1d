#!/usr/bin/env bash
# A published page against nginx: one core for the server, one for the load,
# gzip on both sides, the two in turn, five times.
set -euo pipefail
cd "$(dirname "$0")/.."
for p in nginx wrk curl; do command -v $p >/dev/null || { sudo=; [ "$(id -u)" = 0 ] || sudo=sudo; { $sudo apt-get update -qq; $sudo apt-get install -y -qq --no-install-recommends nginx-light wrk curl; } >&2; break; }; done
work=$(mktemp -d); pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
make -s build && mv yangguang "$work/yangguang"
GOMAXPROCS=1 taskset -c 0 "$work/yangguang" demo --data "${DATA:-$work/data}" --listen 127.0.0.1:18080 >"$work/out" 2>"$work/log" &
pids+=($!)
until grep -q '^ready' "$work/out"; do kill -0 "${pids[0]}"; sleep 0.2; done
path=${PAGE:-/}
curl -fsS -H 'Accept-Encoding: gzip' -o "$work/page.gz" "http://127.0.0.1:18080$path"
mkdir -p "$work/www"; cp "$work/page.gz" "$work/www/index.html.gz"; gunzip -c "$work/page.gz" >"$work/www/index.html"
cat >"$work/nginx.conf" <<CONF
worker_processes 1; worker_cpu_affinity 01; pid $work/nginx.pid; error_log $work/nginx.err; daemon off;
events { worker_connections 1024; }
http { types { text/html html; } access_log $work/access.log; sendfile on; keepalive_requests 1000000; gzip_static on;
  server { listen 127.0.0.1:18081; root $work/www;
    add_header Content-Security-Policy "default-src 'none'"; add_header X-Content-Type-Options nosniff; add_header Referrer-Policy no-referrer; } }
CONF
chmod 755 "$work" "$work/www"; chmod 644 "$work/www/"*
nginx -c "$work/nginx.conf" -g "user root;" & pids+=($!)
sleep 1
echo "page $path: $(stat -c %s "$work/www/index.html") bytes, gzip $(stat -c %s "$work/page.gz")"
rate() { taskset -c 1 wrk -t1 -c32 -d4s -H 'Accept-Encoding: gzip' "http://127.0.0.1:$1${2:-/}" | awk '/Requests\/sec/ {print $2}'; }
rate 18080 "$path" >/dev/null; rate 18081 >/dev/null
for i in 1 2 3 4 5; do
  a=$(rate 18080 "$path"); b=$(rate 18081)
  awk -v a="$a" -v b="$b" 'BEGIN {printf "yangguang %.0f req/s, nginx %.0f req/s, ratio %.2f\n", a, b, a/b}'
done
