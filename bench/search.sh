#!/usr/bin/env bash
# Search among DOCS notices (1000000) made of the sentences in TEXT (one a line)
# and the places of five levels, on SQLite, or on the PostgreSQL whose address
# STORE is. STORE may be a folder that keeps the documents between runs.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${TEXT:-}" ] || echo "TEXT is not set: all bodies are of three sentences, which flatters nobody" >&2
echo "$(nproc) cores, $(uname -sm), load $(cut -d' ' -f1-3 /proc/loadavg)"
YANGGUANG_SEARCH_DOCS="${DOCS:-1000000}" YANGGUANG_SEARCH_TEXT="${TEXT:-}" YANGGUANG_SEARCH_STORE="${STORE:-}" \
  go test ./internal/search -run '^$' -bench Scale -benchtime "${TIMES:-100x}" -timeout 6h
