# The two commands of the README are `make demo` and `make test`.
GO      ?= go
LISTEN  ?= 127.0.0.1:8080
DATA    ?= demo-data
VERSION ?= $(shell git describe --always --dirty 2>/dev/null || echo development)
LDFLAGS  = -s -w -X main.version=$(VERSION)
# Pages are generated code that calls the same small functions thousands of
# times: inlined they were 3.5 of 60.2 MB (measured); what counts or scans is left alone.
SMALL    = $(foreach p,agency/... disclosure/... supervision/... demo/... site internal/ui norm cmd/yangguang,-gcflags=yangguang/$(p)=-l) \
           $(foreach p,emersion aws go-webauthn goccy xuri emiago pion jackc fxamacker coreos,-gcflags=github.com/$(p)/...=-l) -modfile build/go.mod
PDFIUM   = github.com/klippa-app/go-pdfium

.PHONY: all build demo test test-race tessera lint vet fmt vuln fuzz axe crash bench nation outage nodes ci release clean

all: build

# PDFium is carried compressed (tools/slim).
build/go.mod: go.mod go.sum tools/slim/main.go
	$(GO) mod download $(PDFIUM)
	cd tools && $(GO) run ./slim ../go.mod "$$(cd .. && $(GO) list -m -f '{{.Dir}}' $(PDFIUM))" ../build

build: build/go.mod
	CGO_ENABLED=0 $(GO) build -trimpath $(SMALL) -ldflags '$(LDFLAGS)' -o yangguang ./cmd/yangguang

# Static binaries, without cgo, for the machines offices have.
release: build/go.mod
	CGO_ENABLED=0 GOOS=linux GOARCH=amd64 $(GO) build -trimpath $(SMALL) -ldflags '$(LDFLAGS)' -o dist/yangguang-linux-amd64 ./cmd/yangguang
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 $(GO) build -trimpath $(SMALL) -ldflags '$(LDFLAGS)' -o dist/yangguang-linux-arm64 ./cmd/yangguang

demo: build
	./yangguang demo --phone --listen $(LISTEN) --data $(DATA)

# Everything the tests need is installed by scripts/test-env; it prints the
# settings (PostgreSQL address, browser) the tests read.
test:
	./scripts/with-test-env $(GO) test -timeout 25m ./...
	cd tools/deepcopy && $(GO) test ./...

# Another implementation's client reads our public log.
tessera:
	cd internal/ledger/tesseratest && $(GO) test -timeout 25m ./...

test-race:
	./scripts/with-test-env $(GO) test -race ./...

include tools/generate.mk

fmt:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }

vet:
	$(GO) vet ./...

lint:
	./scripts/lint

vuln:
	./scripts/vuln

fuzz:
	bash -o pipefail -c './scripts/fuzz $(or $(FUZZTIME),60s) | tee bench/fuzz-report.txt'

axe crash bench nation:
	./scripts/$@

# The telephone under faults: the database away, and one of two nodes killed.
outage nodes:
	./bench/$@.sh

ci:
	bash .ci/run

clean:
	rm -rf yangguang dist build
