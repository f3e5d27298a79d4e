# make check is what CI runs. Whatever it needs beyond Go, git and a C compiler, it builds from pinned modules.

GO ?= go
FUZZTIME ?= 3s
LINT = $(GO) tool -modfile=testdata/tools/golangci-lint/go.mod golangci-lint

PACKAGES = ./... ./testdata/rigtest
# Modules of their own, which ./... does not see. (goreleaser is for release-check only, and many downloads.)
NESTED = testdata/rig testdata/rig/registry testdata/tools/controller-gen testdata/tools/golangci-lint

.PHONY: build check fmt vet lint tidy generate generated rig test fuzz release-check

build: ## bin/kubectl-image, as it is released
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/kubectl-image -ldflags="-s -w -X main.version=$$(git describe --tags --always --dirty) \
		-X main.commit=$$(git rev-parse HEAD) -X main.date=$$(TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)" ./cmd/kubectl-image

check: fmt vet tidy lint generated test fuzz ## all that CI checks

fmt: ## formatting
	@files=$$(gofmt -l cmd pkg testdata); test -z "$$files" || { echo "gofmt -w" $$files; exit 1; }

vet:
	$(GO) vet -tags release $(PACKAGES)

tidy: ## every go.mod and go.sum is what the code needs
	$(GO) mod tidy -diff
	@set -e; for module in $(NESTED); do echo "$(GO) -C $$module mod tidy -diff"; $(GO) -C $$module mod tidy -diff; done

lint: ## golangci-lint, built from its module
	$(LINT) run --build-tags release $(PACKAGES)

GENERATED = manifests/crds testdata/crds completions

generate: ## the CRDs, from the API modules, and the completion scripts
	$(GO) run -C testdata/tools/controller-gen .
	UPDATE=1 $(GO) test ./pkg/cli -count=1 -run TestCompletionScripts

generated: generate ## what is generated is what is committed
	@test -z "$$(git status --porcelain -- $(GENERATED))" || { git status --short -- $(GENERATED); exit 1; }

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

release-check: rig ## a release but for its publishing: every archive built, unpacked and used
	REQUIRE_RIG=1 $(GO) test -tags release -count=1 -timeout 60m -v -run TestRelease ./cmd/kubectl-image
