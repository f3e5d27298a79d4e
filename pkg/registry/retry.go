// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// maxAttempts and firstPause are those of go-containerregistry, whose own retries are off: three times, after a second
// and after three more, unless the registry names a time.
const (
	maxAttempts = 3
	firstPause  = time.Second
)

// send sends a request, again if that may help. It keeps its place at the host meanwhile.
func (c *chain) send(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	h := c.client.host(req.URL.Host)
	if err := h.enter(ctx); err != nil {
		return nil, err
	}
	defer h.leave()
	for attempt := 1; ; attempt++ {
		resp, err := c.attempt(h, req)
		pause, again := c.pause(ctx, attempt, resp, err)
		if !again {
			return resp, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// pause tells whether to try again, and after how long. A pause that the caller's time does not allow is not begun.
func (c *chain) pause(ctx context.Context, attempt int, resp *http.Response, err error) (time.Duration, bool) {
	backoff := firstPause
	for range attempt - 1 {
		backoff *= 3
	}
	backoff += time.Duration(rand.Int64N(int64(backoff / 10)))
	switch {
	case err != nil:
		if !isPassing(err) {
			return 0, false
		}
	case isPassingStatus(resp.StatusCode):
		asked, ok := retryAfter(resp.Header)
		c.retryAfter.Store(int64(asked))
		if ok {
			if asked > c.client.limits.RetryAfter {
				return 0, false
			}
			backoff = asked
		}
	default:
		return 0, false
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < backoff {
		return 0, false
	}
	return backoff, attempt < maxAttempts && ctx.Err() == nil
}

// isPassing reports whether an error is one that go-containerregistry would retry.
func isPassing(err error) bool {
	for _, passing := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.EPIPE, syscall.ECONNRESET, net.ErrClosed} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}

func isPassingStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout,
		499, // nginx: the client closed the request
		522: // Cloudflare: the connection timed out
		return true
	}
	return false
}

// retryAfter reads how long to wait: Retry-After in seconds or as a date, or X-Retry-After as Docker Hub's Unix time.
// Points in time are relative to the server's own Date, so that no clock has to be right.
func retryAfter(header http.Header) (time.Duration, bool) {
	date, err := http.ParseTime(header.Get("Date"))
	haveDate := err == nil
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil && haveDate {
		return max(0, at.Sub(date)), true
	}
	unix, err := strconv.ParseInt(strings.TrimSpace(header.Get("X-Retry-After")), 10, 64)
	if err == nil && haveDate {
		return max(0, time.Unix(unix, 0).Sub(date)), true
	}
	return 0, false
}
