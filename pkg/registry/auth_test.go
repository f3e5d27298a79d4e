// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
)

const canary = "c4n4ry/+&<p>w" // with what base64, URLs and JSON spell otherwise

// log notes requests in order.
type requestLog struct {
	mu    sync.Mutex
	lines []string
}

func (l *requestLog) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// wrap notes method, place and credentials of what reaches next.
func (l *requestLog) wrap(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		credential := r.Header.Get("Authorization")
		if user, password, ok := r.BasicAuth(); ok {
			credential = "Basic " + user + ":" + password
		}
		l.add("%s %s%s [%s] %s", r.Method, r.Host, r.URL.RequestURI(), credential, body)
		next(w, r)
	})
}

func challenge(w http.ResponseWriter, value string) {
	w.Header().Set("WWW-Authenticate", value)
	w.WriteHeader(http.StatusUnauthorized)
}

// The flows of the distribution specification's authentication, and who gets which credential in them.
func TestTagsAuthenticates(t *testing.T) {
	t.Parallel()
	bearer := func(token string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+token {
				challenge(w, `Bearer realm="http://token.test/token",service="reg.test"`)
				return
			}
			_, _ = io.WriteString(w, `{"tags":["a"]}`)
		}
	}
	basic := func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "user" || password != canary {
			challenge(w, `Basic realm="reg.test"`)
			return
		}
		_, _ = io.WriteString(w, `{"tags":["a"]}`)
	}
	text := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s) }
	}
	login := authn.FromConfig(authn.AuthConfig{Username: "user", Password: canary})
	const (
		ping     = "GET reg.test/v2/ [] "
		list     = "GET reg.test/v2/app/tags/list?n=1000 "
		withKey  = "GET token.test/token?key=k3y&scope=repository%3Aapp%3Apull&service=reg.test "
		exchange = "GET token.test/token?scope=repository%3Aapp%3Apull&service=reg.test "
	)
	tests := map[string]struct {
		auth     authn.Authenticator
		registry http.HandlerFunc
		token    http.HandlerFunc
		want     []string
		err      string
		kind     error
	}{
		"anonymous where nothing is asked": {nil, text(`{"tags":["a"]}`), nil, []string{ping, list + "[] "}, "", nil},
		"basic":                            {login, basic, nil, []string{ping, list + "[Basic user:" + canary + "] "}, "", nil},
		"basic, anonymous": {
			authn.Anonymous, basic, nil, []string{ping, list + "[] "},
			"GET http://reg.test/v2/app/tags/list?n=1000: unexpected status code 401 Unauthorized", ErrUnauthorized,
		},
		"tokens for the anonymous": {nil, bearer("t"), text(`{"token":"t"}`), []string{ping, exchange + "[] ", list + "[Bearer t] "}, "", nil},
		"tokens": {
			login, bearer("t"), text(`{"access_token":"t"}`),
			[]string{ping, exchange + "[Basic user:" + canary + "] ", list + "[Bearer t] "}, "", nil,
		},
		"an identity token": {
			authn.FromConfig(authn.AuthConfig{Username: "<token>", IdentityToken: canary}),
			bearer("t"), text(`{"access_token":"t"}`),
			[]string{
				ping,
				"POST token.test/token [] client_id=go-containerregistry&grant_type=refresh_token&" +
					"refresh_token=c4n4ry%2F%2B%26%3Cp%3Ew&scope=repository%3Aapp%3Apull&service=reg.test",
				list + "[Bearer t] ",
			}, "", nil,
		},
		"a registry token": {
			authn.FromConfig(authn.AuthConfig{RegistryToken: canary}), bearer(canary), nil,
			[]string{ping, list + "[Bearer " + canary + "] "}, "", nil,
		},
		"a token server that refuses": {
			login, bearer("t"), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
			[]string{ping, exchange + "[Basic user:" + canary + "] "},
			"GET http://token.test/token?scope=repository%3Aapp%3Apull&service=reg.test: unexpected status code 401 Unauthorized",
			ErrUnauthorized,
		},
		"a token server that repeats the password": {
			login, bearer("t"), func(w http.ResponseWriter, r *http.Request) {
				_, password, _ := r.BasicAuth()
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprintf(w, `%s %s is wrong`, r.Header.Get("Authorization"), password)
			},
			[]string{ping, exchange + "[Basic user:" + canary + "] "},
			"GET http://token.test/token?scope=repository%3Aapp%3Apull&service=reg.test: unexpected status code 403 Forbidden: " +
				"Basic REDACTED REDACTED is wrong",
			ErrForbidden,
		},
		"a token server that gives another token": {
			login, bearer("t"), text(`{"refresh_token":"` + canary + `2"}`),
			[]string{ping, exchange + "[Basic user:" + canary + "] "},
			`Get "http://token.test/token?scope=repository%3Aapp%3Apull&service=reg.test": the token server token.test answered without a token`, nil,
		},
		"a token server that gives a page": {
			login, bearer("t"), text(`<html>`),
			[]string{ping, exchange + "[Basic user:" + canary + "] "},
			`Get "http://token.test/token?scope=repository%3Aapp%3Apull&service=reg.test": the token server token.test answered ` +
				"with something else than a token: invalid character '<' looking for beginning of value", nil,
		},
		"a realm that is an address of this machine": {
			login, func(w http.ResponseWriter, _ *http.Request) {
				challenge(w, `Bearer realm="http://169.254.169.254/token"`)
			}, nil,
			[]string{ping},
			`invalid realm in www-authenticate: realm host "169.254.169.254" is a private or link-local address`, nil,
		},
		"a realm with a key, out of reach": {
			login, func(w http.ResponseWriter, _ *http.Request) {
				challenge(w, `Bearer realm="http://gone.test/token?key=k3y"`)
			}, nil,
			[]string{ping},
			`Get "http://gone.test/token?key=REDACTED&scope=repository%3Aapp%3Apull&service=": dial gone.test:80: no such host`, nil,
		},
		"a token that ends between pages, and its server is gone": {
			login, func() http.HandlerFunc {
				ended := false
				return func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("Authorization") == "" || ended {
						challenge(w, `Bearer realm="http://token.test/token?key=k3y",service="reg.test"`)
						return
					}
					ended = true
					link(w, "/v2/app/tags/list?last=a")
					_, _ = io.WriteString(w, `{"tags":["a"]}`)
				}
			}(),
			func() http.HandlerFunc {
				first := true
				return func(w http.ResponseWriter, _ *http.Request) {
					if !first {
						panic(http.ErrAbortHandler)
					}
					first = false
					_, _ = io.WriteString(w, `{"token":"t"}`)
				}
			}(),
			[]string{
				ping, withKey + "[Basic user:" + canary + "] ", list + "[Bearer t] ",
				"GET reg.test/v2/app/tags/list?last=a [Bearer t] ",
				// Three tries of ours, and one of net/http when a connection used before is gone.
				withKey + "[Basic user:" + canary + "] ", withKey + "[Basic user:" + canary + "] ",
				withKey + "[Basic user:" + canary + "] ", withKey + "[Basic user:" + canary + "] ",
			},
			`Get "http://reg.test/v2/app/tags/list?last=a": ` +
				`Get "http://token.test/token?key=REDACTED&scope=repository%3Aapp%3Apull&service=reg.test": EOF`, nil,
		},
		"a token that ends between pages": {
			login, func() http.HandlerFunc {
				want := "Bearer t1"
				return func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("Authorization") != want {
						challenge(w, `Bearer realm="http://token.test/token",service="reg.test"`)
						return
					}
					if r.URL.Query().Has("last") {
						_, _ = io.WriteString(w, `{"tags":["b"]}`)
						return
					}
					want = "Bearer t2"
					link(w, "/v2/app/tags/list?last=a")
					_, _ = io.WriteString(w, `{"tags":["a"]}`)
				}
			}(),
			func() http.HandlerFunc {
				n := 0
				return func(w http.ResponseWriter, _ *http.Request) { n++; fmt.Fprintf(w, `{"token":"t%d"}`, n) }
			}(),
			[]string{
				ping, exchange + "[Basic user:" + canary + "] ", list + "[Bearer t1] ",
				"GET reg.test/v2/app/tags/list?last=a [Bearer t1] ",
				exchange + "[Basic user:" + canary + "] ",
				"GET reg.test/v2/app/tags/list?last=a [Bearer t2] ",
			}, "", nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log requestLog
				handlers := map[string]http.Handler{"reg.test": log.wrap(test.registry)}
				if test.token != nil {
					handlers["token.test"] = log.wrap(test.token)
				}
				w := newWorld(t, Options{}, handlers)
				got := outcomeOf(w.client.Tags(t.Context(), repo(t, "reg.test/app"), &Access{Auth: test.auth}))
				if got.Error != test.err || !sameError(got.Kind, test.kind) {
					t.Errorf("got  %s (%v)\nwant %s (%v)", got.Error, got.Kind, test.err, test.kind)
				}
				if strings.Contains(got.Error, canary) {
					t.Errorf("a secret in %q", got.Error)
				}
				if test.err == "" && !slices.Contains(got.Tags, "a") {
					t.Errorf("got tags %q", got.Tags)
				}
				if diff := cmp.Diff(test.want, log.lines); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

// Credentials stay with their host: no redirect and no link takes them elsewhere, not even to a subdomain, for which
// net/http would let them go along.
func TestCredentialsDoNotFollow(t *testing.T) {
	t.Parallel()
	elsewhere := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "" {
			link(w, "?page=1")
		}
		_, _ = io.WriteString(w, `{"tags":["a`+r.URL.Query().Get("page")+`"]}`)
	}
	for _, mode := range []string{"Basic", "Bearer"} {
		for _, other := range []string{"other.test", "sub.reg.test", "reg.test:8080"} {
			t.Run(mode+" to "+other, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var log requestLog
					w := newWorld(t, Options{}, map[string]http.Handler{
						"reg.test": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
							switch {
							case r.URL.Path == "/token":
								_, _ = io.WriteString(w, `{"token":"`+canary+`"}`)
							case r.Header.Get("Authorization") == "":
								challenge(w, mode+` realm="http://reg.test/token"`)
							default:
								http.Redirect(w, r, "http://"+other+r.URL.Path, http.StatusTemporaryRedirect)
							}
						}),
						other: log.wrap(elsewhere),
					})
					access := &Access{Auth: authn.FromConfig(authn.AuthConfig{Username: "user", Password: canary})}
					tags, err := w.client.Tags(t.Context(), repo(t, "reg.test/app"), access)
					if diff := cmp.Diff([]string{"a", "a1"}, tags); err != nil || diff != "" {
						t.Errorf("%v (-want +got)\n%s", err, diff)
					}
					want := []string{"GET " + other + "/v2/app/tags/list [] ", "GET " + other + "/v2/app/tags/list?page=1 [] "}
					if diff := cmp.Diff(want, log.lines); diff != "" {
						t.Errorf("(-want +got)\n%s", diff)
					}
				})
			})
		}
	}
}

// Two Accesses to one repository are two logins, even if they look alike.
func TestAccessesAreNotMixed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{}, map[string]http.Handler{"reg.test": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, _, ok := r.BasicAuth()
			if !ok {
				challenge(w, "Basic")
				return
			}
			fmt.Fprintf(w, `{"tags":[%q]}`, user)
		})})
		for _, user := range []string{"u1", "u2", "u1"} {
			access := &Access{Auth: authn.FromConfig(authn.AuthConfig{Username: user, Password: canary})}
			tags, err := w.client.Tags(t.Context(), repo(t, "reg.test/app"), access)
			if diff := cmp.Diff([]string{user}, tags); err != nil || diff != "" {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
		}
		if _, err := w.client.Tags(t.Context(), repo(t, "reg.test/app"), nil); !errors.Is(err, ErrUnauthorized) {
			t.Errorf("anonymous after a login: %v, want %v", err, ErrUnauthorized)
		}
	})
}

type brokenAuth struct{ err error }

func (b brokenAuth) Authorization() (*authn.AuthConfig, error) { return nil, b.err }

// A source of credentials that fails, like a cloud login, is found by errors.Is.
func TestCredentialsThatCannotBeHad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{}, map[string]http.Handler{"reg.test": flaky()})
		cause := errors.New("no cloud login")
		_, err := w.client.Tags(t.Context(), repo(t, "reg.test/app"), &Access{Auth: brokenAuth{cause}})
		if !errors.Is(err, cause) {
			t.Errorf("got %v, want %v", err, cause)
		}
	})
}
