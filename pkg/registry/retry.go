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

// send sends a request, again if that may help.
func (c *chain) send(req *http.Request) (*http.Response, error) {
	resp, _, err := c.try(req)
	return resp, err
}

// try is send, and reports besides whether the outcome says something about the host, rather than about the time that
// this caller has. It keeps its place at the host while it pauses; a pause that the caller's time does not allow is
// not begun.
func (c *chain) try(req *http.Request) (resp *http.Response, lasting bool, err error) {
	ctx := req.Context()
	h := c.client.host(req.URL.Host)
	if err := h.enter(ctx); err != nil {
		return nil, false, err
	}
	defer h.leave()
	for attempt := 1; ; attempt++ {
		if err := sleep(ctx, h.pace.Reserve().Delay()); err != nil {
			return nil, false, err
		}
		resp, err := c.attempt(h, req)
		if ctx.Err() != nil {
			return resp, false, err
		}
		pause, again := c.pause(attempt, resp, err)
		if !again {
			return resp, true, err
		}
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pause {
			return resp, false, err
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, false, err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pause tells whether to try again, and after how long.
func (c *chain) pause(attempt int, resp *http.Response, err error) (time.Duration, bool) {
	switch {
	case err != nil:
		if !isPassing(err) {
			return 0, false
		}
	case isPassingStatus(resp.StatusCode):
		asked, ok := retryAfter(resp.Header)
		c.retryAfter.Store(int64(asked))
		if ok {
			return asked, asked <= c.client.limits.RetryAfter && attempt < maxAttempts
		}
	default:
		return 0, false
	}
	backoff := firstPause
	for range attempt - 1 {
		backoff *= 3
	}
	return backoff + rand.N(backoff/10), attempt < maxAttempts
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
