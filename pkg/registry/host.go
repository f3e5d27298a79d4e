// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"fmt"
	"net/http/httptrace"
	"sync/atomic"

	"golang.org/x/time/rate"
)

// host is what all requests to one host share, by whatever route and for whichever repository.
type host struct {
	address  string
	slots    chan struct{}
	pace     *rate.Limiter
	pageSize pageSize
	trace    *httptrace.ClientTrace

	requests, pages, bytes, connections atomic.Int64
}

func newHost(address string, options Options, limits Limits) *host {
	h := &host{
		address: address,
		slots:   make(chan struct{}, limits.Requests),
		pace:    rate.NewLimiter(rate.Limit(limits.PerSecond), limits.Burst),
	}
	h.pageSize.n.Store(int64(pageSizeOf(address, options.PageSizes)))
	h.trace = &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		h.requests.Add(1)
		if !got.Reused {
			h.connections.Add(1)
		}
	}}
	return h
}

// enter waits for a slot. It is kept while a request pauses, so that a host which asks for patience gets it from
// every request at once.
func (h *host) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for %s to answer other requests: %w", h.address, ctx.Err())
	}
}

func (h *host) leave() { <-h.slots }

func (h *host) usage() Usage {
	return Usage{
		Host:        h.address,
		Requests:    h.requests.Load(),
		Pages:       h.pages.Load(),
		Bytes:       h.bytes.Load(),
		Connections: h.connections.Load(),
	}
}
