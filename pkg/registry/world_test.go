// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
)

// world is a network of pipes, by address. In a synctest bubble its time is the bubble's, so that a pause of an hour
// costs nothing and a test can say how long something took.
type world struct {
	client    *Client
	listeners map[string]*pipeListener
}

// newWorld serves handlers by host, at port 80, and gives a client that reaches nothing else.
func newWorld(t *testing.T, options Options, handlers map[string]http.Handler) *world {
	t.Helper()
	w := &world{client: NewClient(options), listeners: map[string]*pipeListener{}}
	for address, handler := range handlers {
		if _, _, err := net.SplitHostPort(address); err != nil {
			address += ":80"
		}
		listener := &pipeListener{address: address, conns: make(chan net.Conn), closed: make(chan struct{})}
		w.listeners[address] = listener
		server := &http.Server{Handler: handler}
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = server.Serve(listener)
		}()
		t.Cleanup(func() {
			_ = server.Close()
			<-done
		})
	}
	transport := w.client.route(&Access{}).transport
	transport.Proxy = nil
	transport.DialContext = w.dial
	t.Cleanup(w.client.Close)
	return w
}

func (w *world) dial(ctx context.Context, _, address string) (net.Conn, error) {
	listener, ok := w.listeners[address]
	if !ok {
		return nil, fmt.Errorf("dial %s: no such host", address)
	}
	near, far := net.Pipe()
	select {
	case listener.conns <- far:
		return near, nil
	case <-listener.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type pipeListener struct {
	address string
	conns   chan net.Conn
	closed  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	close(l.closed)
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr(l.address) }

type pipeAddr string

func (pipeAddr) Network() string  { return "pipe" }
func (a pipeAddr) String() string { return string(a) }

// repo parses an image that may be asked over http.
func repo(t testing.TB, image string) name.Repository {
	t.Helper()
	repository, err := name.NewRepository(image, name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	return repository
}

// pages answers pings, and tag lists with the page that the query parameter "page" numbers, from 0.
func pages(answer func(page int, w http.ResponseWriter, r *http.Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/" {
			return
		}
		page := 0
		_, _ = fmt.Sscanf(r.URL.Query().Get("page"), "%d", &page)
		answer(page, w, r)
	})
}

// link sets the Link header to the next page.
func link(w http.ResponseWriter, target string) {
	w.Header().Set("Link", "<"+target+`>; rel="next"`)
}

// pause lets a handler think for d, or until the client gives up: a bubble does not end while a handler sleeps.
func pause(r *http.Request, d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.Context().Done():
	}
}
