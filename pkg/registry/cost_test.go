// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// scan lists n repositories of reg.test at once and tells how long that took.
func scan(t *testing.T, w *world, n int, access *Access) time.Duration {
	t.Helper()
	begin := time.Now()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			tags, err := w.client.Tags(t.Context(), repo(t, fmt.Sprintf("reg.test/app%d", i)), access)
			if err != nil || len(tags) != 1 {
				t.Errorf("%d: %q, %v", i, tags, err)
			}
		})
	}
	wg.Wait()
	return time.Since(begin)
}

// What a scan of 1,000 repositories costs at a registry that answers in 20 ms: a ping, a request each, and a token each
// where there are tokens. The time is the bubble's: what the network takes, without the computing.
func TestCostOfAThousandRepositories(t *testing.T) {
	t.Parallel()
	const n = 1000
	answer := func(w http.ResponseWriter, r *http.Request) {
		pause(r, 20*time.Millisecond)
		_, _ = io.WriteString(w, `{"tags":["1.0.0"]}`)
	}
	tests := map[string]struct {
		handlers map[string]http.Handler
		limits   Limits
		want     []Usage
		took     time.Duration
	}{
		"open": {
			handlers: map[string]http.Handler{"reg.test": http.HandlerFunc(answer)},
			want:     []Usage{{Host: "reg.test", Requests: 1 + n, Pages: n, Bytes: 18 * (1 + n), Connections: 16}},
			took:     (1 + (n+15)/16) * 20 * time.Millisecond,
		},
		"with tokens": {
			handlers: map[string]http.Handler{
				"reg.test": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("Authorization") == "" {
						w.Header().Set("WWW-Authenticate", `Bearer realm="http://token.test/token",service="reg.test"`)
						w.WriteHeader(http.StatusUnauthorized)
						return
					}
					answer(w, r)
				}),
				"token.test": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					pause(r, 20*time.Millisecond)
					_, _ = io.WriteString(w, `{"token":"t"}`)
				}),
			},
			want: []Usage{
				{Host: "reg.test", Requests: 1 + n, Pages: n, Bytes: 18 * n, Connections: 16},
				{Host: "token.test", Requests: n, Bytes: 13 * n, Connections: 16},
			},
			took: (n + 15) / 16 * 20 * time.Millisecond,
		},
		"at a modest pace": {
			handlers: map[string]http.Handler{"reg.test": http.HandlerFunc(answer)},
			limits:   Limits{Requests: 4, Burst: 101, PerSecond: 10},
			want:     []Usage{{Host: "reg.test", Requests: 1 + n, Pages: n, Bytes: 18 * (1 + n), Connections: 4}},
			took:     90 * time.Second,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var (
				got  []Usage
				took time.Duration
			)
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, Options{Limits: test.limits}, test.handlers)
				took = scan(t, w, n, nil)
				got = w.client.Usage()
			})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if took < test.took*9/10 || took > test.took*11/10 {
				t.Errorf("took %v, want about %v", took, test.took)
			}
		})
	}
}

// Digests of tags just listed cost one request each: login and connection are there.
func TestCostOfDigests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		w := newWorld(t, Options{}, map[string]http.Handler{"reg.test": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if user, password, _ := r.BasicAuth(); user+password != "ab" {
				w.Header().Set("WWW-Authenticate", "Basic")
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
			w.Header().Set("Docker-Content-Digest", digest)
			if r.Method == http.MethodGet {
				_, _ = io.WriteString(w, `{"tags":["1.0.0"]}`)
			}
			w.Header().Set("Content-Length", "7")
		})})
		access := &Access{Auth: &authn.Basic{Username: "a", Password: "b"}}
		repository := repo(t, "reg.test/app")
		if _, err := w.client.Tags(t.Context(), repository, access); err != nil {
			t.Fatal(err)
		}
		tag, err := name.NewTag("reg.test/app:1.0.0", name.Insecure)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			got, err := w.client.Digest(t.Context(), tag, access)
			if err != nil || got != digest {
				t.Errorf("got %q, %v, want %q", got, err, digest)
			}
		}
		want := []Usage{{Host: "reg.test", Requests: 1 + 1 + 3, Pages: 1, Bytes: 18, Connections: 1}}
		if diff := cmp.Diff(want, w.client.Usage()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// Limits are of one call: what earlier calls read does not count.
func TestLimitsStartAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{Limits: Limits{Bytes: 20}}, map[string]http.Handler{"reg.test": flaky()})
		for range 3 {
			if _, err := w.client.Tags(t.Context(), repo(t, "reg.test/app"), nil); err != nil {
				t.Error(err)
			}
		}
	})
}
