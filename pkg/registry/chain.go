// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// chain is what lies beneath go-containerregistry for one session. From the outside in, RoundTrip
//
//   - remembers pings (route.go),
//   - wants a token in a token answer, and repairs or refuses the link to the next page (link.go),
//   - retries, patiently where the registry asks for it (retry.go),
//   - limits requests per host and counts them (host.go),
//   - and reads the answer whole, so that all above see a complete one or an error.
type chain struct {
	client   *Client
	route    *route
	registry string // host and port as in the image name

	read       atomic.Int64 // bytes in the current call
	retryAfter atomic.Int64 // the last pause asked for in the current call, in nanoseconds
	page       bytes.Buffer // the current page; there is one at a time
}

// maxOtherBytes bounds every answer that is not a page of tags: pings, tokens and errors.
const maxOtherBytes = 1 << 20

const maxRedirects = 10

// begin starts a new call.
func (c *chain) begin() {
	c.read.Store(0)
	c.retryAfter.Store(0)
}

// RoundTrip implements http.RoundTripper.
func (c *chain) RoundTrip(req *http.Request) (*http.Response, error) {
	// go-containerregistry replaces the redirect policy of net/http, and with it its bound.
	if n := redirects(req); n > maxRedirects {
		return nil, &reason{ErrLimit, fmt.Sprintf("more than %d redirects", maxRedirects)}
	}
	if req.Method == http.MethodGet && req.URL.Path == "/v2/" && req.Response == nil {
		return c.route.answerPing(req, c.try)
	}
	resp, err := c.send(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	switch {
	case isToken(req):
		resp.Header.Del("Link")
		err = checkToken(resp)
	case isPage(req):
		err = repairLink(resp, c.registry)
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// pagesKey marks the requests of a listing, wherever a link or a redirect takes them.
type pagesKey struct{}

func withPages(ctx context.Context) context.Context {
	return context.WithValue(ctx, pagesKey{}, true)
}

func isPage(req *http.Request) bool {
	return req.Context().Value(pagesKey{}) != nil && !isToken(req)
}

// isToken reports whether go-containerregistry asks for a token: nothing else is posted or has a scope. It may do so
// in the middle of a listing.
func isToken(req *http.Request) bool {
	return req.Method == http.MethodPost || req.URL.Query().Has("scope")
}

// checkToken fails where there is no token in an answer. go-containerregistry would do that too, but by quoting the
// answer, and who says refresh_token for token would find a credential in the log.
func checkToken(resp *http.Response) error {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	var token transport.Token
	if err := json.Unmarshal(body, &token); err != nil {
		return fmt.Errorf("the token server %s answered with something else than a token: %w", resp.Request.URL.Host, err)
	}
	if token.Token == "" && token.AccessToken == "" {
		return fmt.Errorf("the token server %s answered without a token", resp.Request.URL.Host)
	}
	return nil
}

func redirects(req *http.Request) int {
	n := 0
	for req != nil && req.Response != nil {
		n++
		req = req.Response.Request
	}
	return n
}

// attempt sends a request once and reads the answer whole.
func (c *chain) attempt(h *host, req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	defer cancel(nil)
	out := req.Clone(httptrace.WithClientTrace(ctx, h.trace))
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		out.Body = body
	}
	if agent := c.client.options.UserAgent; agent != "" {
		out.Header.Set("User-Agent", agent)
	}
	resp, err := c.route.transport.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	resp.Request = req
	if err := c.readAll(ctx, cancel, h, resp); err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK && isPage(req) {
		h.pages.Add(1)
	}
	return resp, nil
}

// readAll replaces the body by its bytes.
func (c *chain) readAll(ctx context.Context, cancel context.CancelCauseFunc, h *host, resp *http.Response) error {
	defer func() { _ = resp.Body.Close() }()
	if resp.Request.Method == http.MethodHead {
		return nil
	}
	limits := c.client.limits
	most, body := int64(maxOtherBytes), new(bytes.Buffer)
	if resp.StatusCode == http.StatusOK && isPage(resp.Request) {
		most, body = limits.PageBytes, &c.page
		body.Reset()
	}
	idle := &reason{ErrLimit, fmt.Sprintf("%s sent nothing for %s", h.address, limits.Idle)}
	timer := time.AfterFunc(limits.Idle, func() { cancel(idle) })
	defer timer.Stop()

	if resp.ContentLength > 0 {
		// A promise, so it is believed only so far.
		body.Grow(int(min(resp.ContentLength, maxOtherBytes)) + bytes.MinRead)
	}
	n, err := body.ReadFrom(io.LimitReader(&patientReader{resp.Body, timer, limits.Idle}, most+1))
	h.bytes.Add(n)
	switch {
	case errors.Is(context.Cause(ctx), idle):
		return idle
	case err != nil:
		return err
	case n > most:
		return &reason{ErrLimit, fmt.Sprintf("an answer of %s is larger than %d bytes", h.address, most)}
	case c.read.Add(n) > limits.Bytes:
		return &reason{ErrLimit, fmt.Sprintf("the answers of %s are larger than %d bytes", h.address, limits.Bytes)}
	}
	resp.Body = io.NopCloser(body)
	return nil
}

// patientReader puts its timer off whenever something arrives.
type patientReader struct {
	io.Reader
	timer *time.Timer
	idle  time.Duration
}

func (r *patientReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if n > 0 {
		r.timer.Reset(r.idle)
	}
	return n, err
}
