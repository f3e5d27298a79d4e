# make check is what CI runs. Whatever it needs beyond Go, git and a C compiler, it builds from pinned modules.

GO ?= go
FUZZTIME ?= 5s
LINT = $(GO) tool -modfile=testdata/tools/golangci-lint/go.mod golangci-lint

PACKAGES = ./... ./testdata/rigtest
# Modules of their own, which ./... does not see.
NESTED = testdata/rig testdata/rig/registry testdata/tools/controller-gen testdata/tools/golangci-lint

.PHONY: build check fmt vet lint tidy generate generated rig test fuzz

build: ## bin/kubectl-image, as released but for its version
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o bin/kubectl-image ./cmd/kubectl-image

check: fmt vet tidy lint generated test fuzz ## all that CI checks

fmt: ## formatting
	@files=$$(gofmt -l cmd pkg testdata); test -z "$$files" || { echo "gofmt -w" $$files; exit 1; }

vet:
	$(GO) vet $(PACKAGES)

tidy: ## every go.mod and go.sum is what the code needs
	$(GO) mod tidy -diff
	@set -e; for module in $(NESTED); do echo "$(GO) -C $$module mod tidy -diff"; $(GO) -C $$module mod tidy -diff; done

lint: ## golangci-lint, built from its module
	$(LINT) run $(PACKAGES)

generate: ## the CRDs, from the API modules
	$(GO) run -C testdata/tools/controller-gen .

generated: generate ## what is generated is what is committed
	@test -z "$$(git status --porcelain -- manifests/crds testdata/crds)" || { git status --short -- manifests/crds testdata/crds; exit 1; }

rig: ## API server, kubectl and registry for the tests, built from modules; reused when present
	$(GO) run -C testdata/rig .

test: rig ## all tests, with the race detector
	REQUIRE_RIG=1 $(GO) test -race -timeout 20m ./...

fuzz: ## each fuzz target for FUZZTIME
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$(grep -hos '^func Fuzz[A-Za-z]*' $$($(GO) list -f '{{.Dir}}' $$package)/*_test.go | cut -c6-); do \
			$(GO) test $$package -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME); \
		done; \
	done
