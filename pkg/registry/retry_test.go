// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const date = "Fri, 02 Jan 2026 03:04:05 GMT"
	tests := map[string]struct {
		header map[string]string
		want   time.Duration
		ok     bool
	}{
		"nothing":                     {nil, 0, false},
		"seconds":                     {map[string]string{"Retry-After": " 17 "}, 17 * time.Second, true},
		"now":                         {map[string]string{"Retry-After": "0"}, 0, true},
		"a date by the server's":      {map[string]string{"Date": date, "Retry-After": "Fri, 02 Jan 2026 03:05:05 GMT"}, time.Minute, true},
		"a date that has passed":      {map[string]string{"Date": date, "Retry-After": "Fri, 02 Jan 2026 03:00:05 GMT"}, 0, true},
		"a date without the server's": {map[string]string{"Retry-After": date}, 0, false},
		"Docker Hub's Unix time":      {map[string]string{"Date": date, "X-Retry-After": "1767323075"}, 30 * time.Second, true},
		"negative":                    {map[string]string{"Retry-After": "-5"}, 0, false},
		"beyond counting":             {map[string]string{"Retry-After": "99999999999999999999"}, 0, false},
		"far":                         {map[string]string{"Retry-After": "2147483647"}, 2147483647 * time.Second, true},
		"words":                       {map[string]string{"Retry-After": "soon"}, 0, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			for key, value := range test.header {
				header.Set(key, value)
			}
			got, ok := retryAfter(header)
			if got != test.want || ok != test.ok {
				t.Errorf("retryAfter(%v) = %v, %v, want %v, %v", header, got, ok, test.want, test.ok)
			}
		})
	}
}

// flaky answers the first requests for tags by the given functions, and then with one tag.
func flaky(first ...http.HandlerFunc) http.Handler {
	var requests atomic.Int64
	return pages(func(_ int, w http.ResponseWriter, r *http.Request) {
		if n := int(requests.Add(1)); n <= len(first) {
			first[n-1](w, r)
			return
		}
		_, _ = io.WriteString(w, `{"tags":["a"]}`)
	})
}

func TestTagsRetries(t *testing.T) {
	t.Parallel()
	status := func(status int, retryAfter string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if retryAfter != "" {
				w.Header().Set("Retry-After", retryAfter)
			}
			w.WriteHeader(status)
		}
	}
	reset := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"tags":["b"`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	const url = "GET http://reg.test/v2/app/tags/list?n=1000: "
	one := func(took time.Duration) outcome { return outcome{Tags: []string{"a"}, Took: took} }
	tests := map[string]struct {
		first   []http.HandlerFunc
		timeout time.Duration
		want    outcome
	}{
		"429 with a time":       {[]http.HandlerFunc{status(429, "20"), status(429, "30")}, 0, one(50 * time.Second)},
		"503 with a time":       {[]http.HandlerFunc{status(503, "20")}, 0, one(20 * time.Second)},
		"502 twice":             {[]http.HandlerFunc{status(502, ""), status(502, "")}, 0, one(4 * time.Second)},
		"a reset in mid-page":   {[]http.HandlerFunc{reset}, 0, one(time.Second)},
		"no more than 3 resets": {[]http.HandlerFunc{reset, reset, reset}, 0, outcome{Error: `Get "http://reg.test/v2/app/tags/list?n=1000": unexpected EOF`, Took: 4 * time.Second}},
		"502 for good":          {[]http.HandlerFunc{status(502, ""), status(502, ""), status(502, "")}, 0, outcome{Error: url + "unexpected status code 502 Bad Gateway", Took: 4 * time.Second}},
		"a pause beyond the limit is not made": {
			[]http.HandlerFunc{status(429, "3600")}, 0,
			outcome{Error: url + "unexpected status code 429 Too Many Requests (asked to come back in 1h0m0s)", Kind: ErrRateLimited},
		},
		"a pause beyond a minute is not made": {
			[]http.HandlerFunc{status(503, "61")}, 0,
			outcome{Error: url + "unexpected status code 503 Service Unavailable (asked to come back in 1m1s)"},
		},
		"a pause beyond the caller's time is not made": {
			[]http.HandlerFunc{status(429, "20")}, 10 * time.Second,
			outcome{Error: url + "unexpected status code 429 Too Many Requests (asked to come back in 20s)", Kind: ErrRateLimited},
		},
		"404 is final": {[]http.HandlerFunc{status(404, "1")}, 0, outcome{Error: url + "unexpected status code 404 Not Found", Kind: ErrNotFound}},
		"the caller's time ends": {
			[]http.HandlerFunc{func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }}, 10 * time.Second,
			outcome{
				Error: `Get "http://reg.test/v2/app/tags/list?n=1000": context deadline exceeded`,
				Kind:  context.DeadlineExceeded,
				Took:  10 * time.Second,
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got outcome
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, Options{}, map[string]http.Handler{"reg.test": flaky(test.first...)})
				ctx := t.Context()
				if test.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.timeout)
					defer cancel()
				}
				begin := time.Now()
				got = outcomeOf(w.client.Tags(ctx, repo(t, "reg.test/app"), nil))
				got.Took = time.Since(begin).Truncate(time.Second)
			})
			if diff := cmp.Diff(test.want, got, cmp.Comparer(sameError)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A slow host, a dead host and a host that fails hold up nobody but those who ask them, and a dead host is waited for
// once, not once per repository.
func TestBadHostsHoldUpNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		never := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		broken := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		w := newWorld(t, Options{}, map[string]http.Handler{"slow.test": never, "broken.test": broken, "good.test": flaky()})

		took := make(chan map[string]time.Duration)
		begin := time.Now()
		for _, host := range []string{"slow.test", "broken.test", "gone.test", "good.test"} {
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				done := make(chan struct{}, 100)
				for i := range 100 {
					go func() {
						_, err := w.client.Tags(ctx, repo(t, host+"/app"+string(rune('a'+i%26))+string(rune('a'+i/26))), nil)
						if (err == nil) != (host == "good.test") {
							t.Errorf("%s: %v", host, err)
						}
						done <- struct{}{}
					}()
				}
				for range 100 {
					<-done
				}
				took <- map[string]time.Duration{host: time.Since(begin).Truncate(time.Second)}
			}()
		}
		got := map[string]time.Duration{}
		for range 4 {
			for host, d := range <-took {
				got[host] = d
			}
		}
		want := map[string]time.Duration{"slow.test": time.Minute, "broken.test": 4 * time.Second, "gone.test": 0, "good.test": 0}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// The first caller to ask a host may have less time than the others. That it gave up says nothing about the host.
func TestPingOfOneWhoGaveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{}, map[string]http.Handler{"reg.test": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			pause(r, 5*time.Second)
			_, _ = io.WriteString(w, `{"tags":["a"]}`)
		})})
		hasty := make(chan error)
		go func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := w.client.Tags(ctx, repo(t, "reg.test/hasty"), nil)
			hasty <- err
		}()
		synctest.Wait()
		tags, err := w.client.Tags(t.Context(), repo(t, "reg.test/patient"), nil)
		if diff := cmp.Diff([]string{"a"}, tags); err != nil || diff != "" {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
		if err := <-hasty; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
	})
}

// Neither does it that the host asked for more patience than the first caller had.
func TestPingOfOneWithoutPatience(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var pings atomic.Int64
		w := newWorld(t, Options{}, map[string]http.Handler{"reg.test": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v2/" && pings.Add(1) == 1 {
				w.Header().Set("Retry-After", "30")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			_, _ = io.WriteString(w, `{"tags":["a"]}`)
		})})
		hasty, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := w.client.Tags(hasty, repo(t, "reg.test/hasty"), nil)
		var explained *Error
		if !errors.As(err, &explained) || explained.Status != 503 || explained.RetryAfter != 30*time.Second {
			t.Errorf("got %v, want 503 and 30s", err)
		}
		tags, err := w.client.Tags(t.Context(), repo(t, "reg.test/patient"), nil)
		if diff := cmp.Diff([]string{"a"}, tags); err != nil || diff != "" {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	})
}

// An insecure registry whose https port swallows everything is raced for once, not for every repository.
func TestRaceOfSchemesIsRunOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{}, map[string]http.Handler{"reg.test": flaky()})
		swallow := &pipeListener{address: "reg.test:443"}
		w.listeners[swallow.address] = swallow // whose conns and closed are nil: a dial blocks until it is called off
		begin := time.Now()
		for _, image := range []string{"reg.test/aa", "reg.test/bb", "reg.test/cc"} {
			if _, err := w.client.Tags(t.Context(), repo(t, image), nil); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(begin); took != 300*time.Millisecond {
			t.Errorf("took %v, want the 300ms of one race", took)
		}
	})
}
