// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"
	"net/http"
	"sync/atomic"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

const (
	defaultPageSize = 1000 // what image-reflector-controller 1.2 asks for, and the most that ECR gives
	smallPageSize   = 100  // what every registry should give, by the distribution specification 1.1
)

// pageSize is how many tags a host is asked for at a time. It only shrinks.
type pageSize struct{ n atomic.Int64 }

func (p *pageSize) get() int { return int(p.n.Load()) }

func (p *pageSize) lower(n int) {
	for {
		old := p.n.Load()
		if int64(n) >= old || p.n.CompareAndSwap(old, int64(n)) {
			return
		}
	}
}

func pageSizeOf(registry string, sizes map[string]int) int {
	if n := sizes[registry]; n > 0 {
		return n
	}
	if registry == "quay.io" {
		return smallPageSize
	}
	return defaultPageSize
}

// smallerPage is the page size to try after err, or 0 if err does not tell of a page too large. Registries say it
// as they like: quay.io TOO_MANY_TAGS_REQUESTED, ECR UNSUPPORTED, distribution PAGINATION_NUMBER_INVALID, others
// just 400.
func smallerPage(size int, err error) int {
	var answer *transport.Error
	if !errors.As(err, &answer) || size <= smallPageSize {
		return 0
	}
	smaller := smallPageSize
	if size > defaultPageSize {
		smaller = defaultPageSize
	}
	for _, diagnostic := range answer.Errors {
		switch diagnostic.Code {
		case "TOO_MANY_TAGS_REQUESTED":
			return smallPageSize
		case "PAGINATION_NUMBER_INVALID", transport.UnsupportedErrorCode:
			return smaller
		}
	}
	if answer.StatusCode == http.StatusBadRequest {
		return smaller
	}
	return 0
}
