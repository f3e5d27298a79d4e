// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// session is one repository seen through one Access. Its calls run one after the other: go-containerregistry's bearer
// transport changes its credentials while it refreshes a token.
type session struct {
	repository name.Repository
	auth       authn.Authenticator
	secrets    *witness // nil for the anonymous
	chain      *chain
	pageSize   *pageSize

	turn     chan struct{}
	loggedIn http.RoundTripper // set once login succeeded
}

type sessionKey struct {
	repository name.Repository
	access     *Access
}

func (c *Client) session(repository name.Repository, access *Access) *session {
	key := sessionKey{repository, access}
	c.mu.Lock()
	s, ok := c.sessions[key]
	c.mu.Unlock()
	if ok {
		return s
	}
	if access == nil {
		access = &Access{}
	}
	address := repository.RegistryStr()
	s = &session{
		repository: repository,
		auth:       authn.Anonymous,
		chain:      &chain{client: c, route: c.route(access), registry: address},
		pageSize:   &c.host(address).pageSize,
		turn:       make(chan struct{}, 1),
	}
	// go-containerregistry tells the anonymous by comparing, so that one must not be wrapped.
	if access.Auth != nil && access.Auth != authn.Anonymous {
		s.secrets = &witness{Authenticator: access.Auth}
		s.auth = s.secrets
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if other, ok := c.sessions[key]; ok {
		return other
	}
	c.sessions[key] = s
	return s
}

// puller logs in, unless that was done, and gives go-containerregistry's reader with that login.
func (s *session) puller(ctx context.Context, pageSize int) (*remote.Puller, error) {
	if s.loggedIn == nil {
		scopes := []string{s.repository.Scope(transport.PullScope)}
		rt, err := transport.NewWithContext(ctx, s.repository.Registry, s.auth, s.chain, scopes)
		if err != nil {
			return nil, err
		}
		s.loggedIn = rt
	}
	// A transport that is logged in is taken as it is: no second ping, and no retries above those of the chain.
	return remote.NewPuller(remote.WithTransport(s.loggedIn), remote.WithPageSize(pageSize))
}

func (s *session) begin(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		s.chain.begin()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *session) end() {
	s.chain.page = bytes.Buffer{}
	<-s.turn
}

func (s *session) digest(ctx context.Context, reference name.Reference) (string, error) {
	if err := s.begin(ctx); err != nil {
		return "", err
	}
	defer s.end()
	puller, err := s.puller(ctx, 0)
	if err != nil {
		return "", err
	}
	descriptor, err := puller.Head(ctx, reference)
	if err != nil {
		return "", err
	}
	return descriptor.Digest.String(), nil
}

func (s *session) tags(ctx context.Context) ([]string, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	defer s.end()
	lister, err := s.lister(ctx)
	if err != nil {
		return nil, err
	}
	limits := s.chain.client.limits
	tags := []string{}
	var guard loopGuard
	for pages := 1; lister.HasNext(); pages++ {
		page, err := lister.Next(withPages(ctx))
		if err != nil {
			return nil, err
		}
		if len(tags)+len(page.Tags) > limits.Tags {
			return nil, &reason{ErrLimit, fmt.Sprintf("more than %d tags", limits.Tags)}
		}
		tags = append(tags, page.Tags...)
		if page.Next == "" {
			continue
		}
		if pages >= limits.Pages {
			return nil, &reason{ErrLimit, fmt.Sprintf("more than %d pages", limits.Pages)}
		}
		if err := guard.check(page); err != nil {
			return nil, err
		}
	}
	return tags, nil
}

// lister asks for the first page, and if the registry refuses its size, once more for a smaller one.
func (s *session) lister(ctx context.Context) (*remote.Lister, error) {
	size := s.pageSize.get()
	puller, err := s.puller(ctx, size)
	if err != nil {
		return nil, err
	}
	lister, err := puller.Lister(withPages(ctx), s.repository)
	smaller := smallerPage(size, err)
	if smaller == 0 {
		return lister, err
	}
	if puller, err = s.puller(ctx, smaller); err != nil {
		return nil, err
	}
	if lister, err = puller.Lister(withPages(ctx), s.repository); err == nil {
		s.pageSize.lower(smaller)
	}
	return lister, err
}

func (s *session) explain(ctx context.Context, doing string, err error) *Error {
	e := explain(ctx, doing, err, s.secrets)
	if isPassingStatus(e.Status) {
		e.RetryAfter = time.Duration(s.chain.retryAfter.Load())
	}
	return e
}

// loopGuard notices pages that lead nowhere new.
type loopGuard struct {
	links  map[string]bool
	before []string
	empty  int
}

// maxEmptyPages is how many pages in a row may be empty and yet promise more: registries that filter after they page
// have such gaps.
const maxEmptyPages = 8

func (g *loopGuard) check(page *remote.Tags) error {
	if g.links[page.Next] {
		return &reason{ErrPaging, fmt.Sprintf("the registry names the same next page twice: %q", redactURL(page.Next))}
	}
	if g.links == nil {
		g.links = map[string]bool{}
	}
	g.links[page.Next] = true
	if len(page.Tags) == 0 {
		if g.empty++; g.empty > maxEmptyPages {
			return &reason{ErrPaging, fmt.Sprintf("%d pages in a row without a tag", g.empty)}
		}
		return nil
	}
	if slices.Equal(page.Tags, g.before) {
		return &reason{ErrPaging, "the registry sends the same page again and again"}
	}
	g.before, g.empty = page.Tags, 0
	return nil
}
