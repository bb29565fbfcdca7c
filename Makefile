VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo 0.1.0-dev)
COMMIT ?= $(shell git rev-parse --short HEAD 2>/dev/null)
LDFLAGS = -s -w -X newsbell/cli.version=$(VERSION) -X newsbell/cli.commit=$(COMMIT)

GORELEASER ?= go run github.com/goreleaser/goreleaser/v2@v2.13.0

.DEFAULT_GOAL := help
.PHONY: help build release snapshot publish site test long lint format demo bench fuzz check

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the static binary ./newsbell
	CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -o newsbell .

release: ## Build static binaries for Linux into dist, with their checksums
	rm -rf dist && mkdir dist
	for arch in amd64 arm64 arm; do \
	  GOOS=linux GOARCH=$$arch GOARM=7 CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -o dist/newsbell-linux-$$arch . || exit 1; \
	done
	cd dist && sha256sum newsbell-* > SHA256SUMS

snapshot: ## Build what a release has, packages too, into dist, without publishing
	$(GORELEASER) release --snapshot --clean

publish: ## Publish what a release has, from a tag
	$(GORELEASER) release --clean

site: ## Write the documentation as a site into dist-site
	go run ./docs/site dist-site

test: ## Test everything; three minutes at most
	go test ./...

long: ## Test with the long rigs: many kills, a full disk, clock jumps
	NEWSBELL_LONG=1 go test ./...

lint: ## Check formatting and style
	go tool -modfile=tools.mod golangci-lint run ./...

format: ## Format the Go files
	go tool -modfile=tools.mod gofumpt -w .

demo: ## See it work: sample news, no token, no network
	go run . demo

bench: ## Run the benchmarks; PKG=./store for one package
	go test -run '^$$' -bench . -benchtime 2s $(or $(PKG),./...)

fuzz: ## Fuzz one target for a minute: make fuzz PKG=./sources/feed FUZZ=FuzzParse
	go test -run '^$$' -fuzz '^$(FUZZ)$$' -fuzztime 60s $(PKG)

check: ## Everything that a change must pass
	bash .ci/run
