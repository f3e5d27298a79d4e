# make check is what CI runs. Whatever it needs beyond Go, git and a C compiler, it builds from pinned modules.

GO ?= go
FUZZTIME ?= 5s
LINT = $(GO) tool -modfile=testdata/tools/golangci-lint/go.mod golangci-lint

.PHONY: build check fmt vet lint tidy test fuzz

build: ## bin/kubectl-image, as released but for its version
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o bin/kubectl-image ./cmd/kubectl-image

check: fmt vet tidy lint test fuzz ## all that CI checks

fmt: ## formatting
	@files=$$(gofmt -l cmd pkg testdata); test -z "$$files" || { echo "gofmt -w" $$files; exit 1; }

vet:
	$(GO) vet ./...

tidy: ## go.mod and go.sum are what the code needs
	$(GO) mod tidy -diff

lint: ## golangci-lint, built from its module
	$(LINT) run ./...

test: ## all tests, with the race detector
	$(GO) test -race ./...

fuzz: ## each fuzz target for FUZZTIME
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			$(GO) test $$package -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME); \
		done; \
	done
