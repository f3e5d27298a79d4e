// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
)

// Options configure a Client. The zero value is useful.
type Options struct {
	// UserAgent names this program to registries, like "kubectl-image/1.0"; empty leaves go-containerregistry's.
	UserAgent string
	// PageSizes says for a registry, by host and port as in an image name, how many tags to ask for at a time. The
	// default is 1000, and 100 for quay.io.
	PageSizes map[string]int
	// Limits bound every call.
	Limits Limits
}

// Client asks registries. It is for one run: what it learns of a host (how it authenticates, that it is out of reach,
// which page size it takes) it believes until Close. All methods may be called concurrently. Calls wait for each
// other only where they ask the same host, so that thousands may be started at once and a slow host delays no other.
type Client struct {
	options Options
	limits  Limits

	mu       sync.Mutex
	hosts    map[string]*host
	routes   map[routeKey]*route
	sessions map[sessionKey]*session
}

// NewClient makes a client. Nothing is dialled.
func NewClient(options Options) *Client {
	return &Client{
		options:  options,
		limits:   options.Limits.withDefaults(),
		hosts:    map[string]*host{},
		routes:   map[routeKey]*route{},
		sessions: map[sessionKey]*session{},
	}
}

// Tags lists the tags of a repository, all pages, in the registry's order with its duplicates. A repository without
// tags gives an empty list. An error is an *Error, and there are no tags with it.
//
// As in image-reflector-controller 1.2, a repository parsed with name.Insecure is asked over https if the host speaks
// it, and over http otherwise.
func (c *Client) Tags(ctx context.Context, repository name.Repository, access *Access) ([]string, error) {
	s := c.session(repository, access)
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	tags, err := s.tags(ctx)
	if err != nil {
		return nil, s.explain(ctx, "reading tags of "+repository.Name(), err)
	}
	return tags, nil
}

// Digest reads what a tag stands for right now, like "sha256:…", by one HEAD request. For a multi-platform image it is
// the index's digest. An error is an *Error.
//
// As in image-reflector-controller 1.2, an answer without Docker-Content-Digest, Content-Type or Content-Length is an
// error, and no manifest is fetched instead. Unlike it, a reference parsed with name.Insecure may be asked over http.
func (c *Client) Digest(ctx context.Context, reference name.Reference, access *Access) (string, error) {
	s := c.session(reference.Context(), access)
	ctx, cancel := c.deadline(ctx)
	defer cancel()
	digest, err := s.digest(ctx, reference)
	if err != nil {
		return "", s.explain(ctx, "reading digest of "+reference.Name(), err)
	}
	return digest, nil
}

// Usage is what one host was asked so far.
type Usage struct {
	// Host is the host with its port, where one was named. Token servers and targets of redirects count for themselves.
	Host string
	// Requests that found a connection, retries included.
	Requests int64
	// Pages of tags received.
	Pages int64
	// Bytes of answers received, decompressed, without headers.
	Bytes int64
	// Connections opened that carried a request.
	Connections int64
}

// Usage tells what every host was asked, ordered by host.
func (c *Client) Usage() []Usage {
	c.mu.Lock()
	defer c.mu.Unlock()
	usage := make([]Usage, 0, len(c.hosts))
	for _, h := range c.hosts {
		usage = append(usage, h.usage())
	}
	slices.SortFunc(usage, func(a, b Usage) int { return cmp.Compare(a.Host, b.Host) })
	return usage
}

// Close ends idle connections.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.routes {
		r.transport.CloseIdleConnections()
	}
}

func (c *Client) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, c.limits.Time, &reason{ErrLimit, "took longer than " + c.limits.Time.String()})
}

func (c *Client) host(address string) *host {
	address = strings.ToLower(address)
	c.mu.Lock()
	defer c.mu.Unlock()
	h, ok := c.hosts[address]
	if !ok {
		h = newHost(address, c.options, c.limits)
		c.hosts[address] = h
	}
	return h
}

func (c *Client) route(access *Access) *route {
	key := routeKey{tls: access.TLS}
	if access.Proxy != nil {
		key.proxy = access.Proxy.String()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.routes[key]
	if !ok {
		r = newRoute(access, c.limits)
		c.routes[key] = r
	}
	return r
}
