// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// route is a way to the hosts: one set of connections, and what hosts answered to a ping on this way.
type route struct {
	transport *http.Transport

	mu    sync.Mutex
	pings map[string]*ping
}

type routeKey struct {
	tls   *tls.Config
	proxy string
}

func newRoute(access *Access, limits Limits) *route {
	proxy := http.ProxyFromEnvironment
	if access.Proxy != nil {
		proxy = http.ProxyURL(access.Proxy)
	}
	return &route{
		transport: &http.Transport{
			Proxy:                  proxy,
			DialContext:            (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:        access.TLS.Clone(),
			TLSHandshakeTimeout:    10 * time.Second,
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    limits.Requests,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: 1 << 20,
		},
		pings: map[string]*ping{},
	}
}

// ping is what a host answers to GET /v2/, by which go-containerregistry learns how to log in. It asks anew for every
// repository, always without credentials; a host is asked once per route and scheme, and whoever else wants to know
// waits for that. A host that cannot be reached is so for all its repositories, without waiting for each.
type ping struct {
	turn chan struct{}
	done bool
	resp *http.Response // its Body is consumed
	body []byte
	err  error
}

func (r *route) ping(scheme, address string) *ping {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := scheme + "://" + address
	p, ok := r.pings[key]
	if !ok {
		p = &ping{turn: make(chan struct{}, 1)}
		r.pings[key] = p
	}
	return p
}

// answered reports whether the ping has an answer of whatever kind by now.
func (p *ping) answered() bool {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
		return p.done && p.err == nil
	default:
		return false
	}
}

// tryFunc is chain.try.
type tryFunc func(*http.Request) (resp *http.Response, lasting bool, err error)

func (r *route) answerPing(req *http.Request, try tryFunc) (*http.Response, error) {
	p := r.ping(req.URL.Scheme, req.URL.Host)
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	if !p.done {
		p.ask(req, try)
		if !p.done && req.URL.Scheme == "https" && r.ping("http", req.URL.Host).answered() {
			// For an insecure registry https and http are raced, and the loser is called off. It has lost for good.
			p.done = true
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	resp := *p.resp
	resp.Header = p.resp.Header.Clone()
	resp.Body = io.NopCloser(bytes.NewReader(p.body))
	resp.Request = req
	return &resp, nil
}

func (p *ping) ask(req *http.Request, try tryFunc) {
	p.resp, p.done, p.err = try(req)
	if p.err == nil {
		p.body, p.err = io.ReadAll(p.resp.Body)
	}
}
