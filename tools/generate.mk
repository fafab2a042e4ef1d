# Generated files are committed; `make generate` renews them and
# `make generated` fails when they are not fresh.
.PHONY: generate generated
generate:
	go tool -modfile=tools/go.mod templ generate -log-level warn
	go run -C tools ./assets

generated: generate
	@test -z "$$(git status --porcelain -- '*_templ.go' internal/ui/assets/dist)" || \
	  { echo 'Generated files are stale: run make generate and commit them.'; \
	    git status --short -- '*_templ.go' internal/ui/assets/dist; exit 1; }
