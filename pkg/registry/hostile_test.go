// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// outcome is what a listing came to, as a whole value.
type outcome struct {
	Tags  []string
	Error string
	Kind  error
	Took  time.Duration
}

// list runs one listing of reg.test/app in a bubble. Pauses have a jitter, so what it took is told in whole seconds.
func list(t *testing.T, options Options, handlers map[string]http.Handler) (got outcome) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, options, handlers)
		begin := time.Now()
		tags, err := w.client.Tags(t.Context(), repo(t, "reg.test/app"), nil)
		got = outcomeOf(tags, err)
		got.Took = time.Since(begin).Truncate(time.Second)
	})
	return got
}

func outcomeOf(tags []string, err error) outcome {
	got := outcome{Tags: tags}
	if err == nil {
		return got
	}
	got.Error = strings.TrimPrefix(err.Error(), "reading tags of reg.test/app: ")
	for _, kind := range []error{ErrNotFound, ErrUnauthorized, ErrForbidden, ErrRateLimited, ErrLimit, ErrPaging, context.DeadlineExceeded} {
		if errors.Is(err, kind) {
			got.Kind = kind
			break
		}
	}
	return got
}

// sameError compares the kinds of outcomes, which are sentinels.
func sameError(a, b error) bool { return errors.Is(a, b) && errors.Is(b, a) }

func TestTagsOfOddRegistries(t *testing.T) {
	t.Parallel()
	body := func(status int, text string) http.Handler {
		return pages(func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		})
	}
	linked := func(target string) http.Handler {
		return pages(func(page int, w http.ResponseWriter, _ *http.Request) {
			if page == 0 {
				link(w, target)
			}
			fmt.Fprintf(w, `{"tags":["t%d"]}`, page)
		})
	}
	two := outcome{Tags: []string{"t0", "t1"}}
	const first = `"http://reg.test/v2/app/tags/list?n=1000"`
	tests := map[string]struct {
		handler http.Handler
		limits  Limits
		want    outcome
	}{
		"null tags are no tags":    {body(200, `{"name":"app","tags":null}`), Limits{}, outcome{Tags: []string{}}},
		"missing tags are no tags": {body(200, `{"name":"app"}`), Limits{}, outcome{Tags: []string{}}},
		"duplicates, disorder and odd tags are kept": {
			body(200, `{"tags":["b","a","b","","\u001b[31m","x y","`+"\xff"+`"]}`),
			Limits{},
			outcome{Tags: []string{"b", "a", "b", "", "\x1b[31m", "x y", "\ufffd"}},
		},
		"an absurdly long tag is kept": {
			body(200, `{"tags":["`+strings.Repeat("x", 1<<20)+`"]}`), Limits{}, outcome{Tags: []string{strings.Repeat("x", 1<<20)}},
		},
		"a wrong content type does not matter": {
			pages(func(_ int, w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "image/png")
				_, _ = io.WriteString(w, `{"tags":["a"]}`)
			}), Limits{}, outcome{Tags: []string{"a"}},
		},
		"a login page is not a list": {
			body(200, "<html>"), Limits{}, outcome{Error: "invalid character '<' looking for beginning of value"},
		},
		"a cut list is not a list": {body(200, `{"tags":["a","b`), Limits{}, outcome{Error: "unexpected EOF"}},

		"a missing repository is not an empty one": {
			body(404, `{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known"}]}`),
			Limits{},
			outcome{Error: "GET http://reg.test/v2/app/tags/list?n=1000: NAME_UNKNOWN: repository name not known", Kind: ErrNotFound},
		},
		"unauthorized": {
			body(401, `{"errors":[{"code":"UNAUTHORIZED","message":"who?"}]}`),
			Limits{},
			outcome{Error: "GET http://reg.test/v2/app/tags/list?n=1000: UNAUTHORIZED: who?", Kind: ErrUnauthorized},
		},
		"forbidden": {
			body(403, "no"),
			Limits{},
			outcome{Error: "GET http://reg.test/v2/app/tags/list?n=1000: unexpected status code 403 Forbidden: no", Kind: ErrForbidden},
		},
		"a code counts where the status says nothing": {
			body(400, `{"errors":[{"code":"DENIED","message":"no"}]}`),
			Limits{},
			outcome{Error: "GET http://reg.test/v2/app/tags/list?n=100: DENIED: no", Kind: ErrForbidden},
		},
		"nginx speaks html when it limits": {
			body(429, "<html>\x1b[31m\r\n429</html>"),
			Limits{},
			outcome{
				Error: "GET http://reg.test/v2/app/tags/list?n=1000: unexpected status code 429 Too Many Requests: <html>\ufffd[31m  429</html>",
				Kind:  ErrRateLimited,
				Took:  4 * time.Second, // as go-containerregistry: three tries
			},
		},

		"a relative link":                     {linked("/v2/app/tags/list?page=1"), Limits{}, two},
		"a link of a query only":              {linked("?page=1"), Limits{}, two},
		"an absolute link":                    {linked("http://reg.test/v2/app/tags/list?page=1"), Limits{}, two},
		"a link that gained a port":           {linked("http://reg.test:8081/v2/app/tags/list?page=1"), Limits{}, two},
		"a link that changed its scheme":      {linked("https://REG.test/v2/app/tags/list?page=1"), Limits{}, two},
		"a link with user information":        {linked("http://u:p@reg.test/v2/app/tags/list?page=1"), Limits{}, two},
		"a link with an opaque token":         {linked("/v2/app/tags/list?n=50&next_page=gAAAAAB%2F%3D&page=1"), Limits{}, two},
		"a link without scheme":               {linked("//reg.test/v2/app/tags/list?page=1"), Limits{}, two},
		"a link to another host is refused":   {linked("http://evil.test/v2/app/tags/list?page=1"), Limits{}, outcome{Error: "Get " + first + `: the next page is on another host, "evil.test" instead of "reg.test"`, Kind: ErrPaging}},
		"a link to a subdomain is refused":    {linked("http://a.reg.test/?page=1"), Limits{}, outcome{Error: "Get " + first + `: the next page is on another host, "a.reg.test" instead of "reg.test"`, Kind: ErrPaging}},
		"a link to a file is refused":         {linked("file:///etc/passwd"), Limits{}, outcome{Error: "Get " + first + `: the link to the next page is not http: "file:///etc/passwd"`, Kind: ErrPaging}},
		"a link that is no URL is refused":    {linked("http://[reg.test/"), Limits{}, outcome{Error: "Get " + first + `: the link to the next page is no URL: "http://[reg.test/"`, Kind: ErrPaging}},
		"a link to its own page is a circle":  {linked("/v2/app/tags/list?page=0&x=1"), Limits{}, outcome{Error: `the registry names the same next page twice: "http://reg.test/v2/app/tags/list?page=REDACTED&x=REDACTED"`, Kind: ErrPaging}},
		"an empty link leads to its own page": {linked(""), Limits{}, outcome{Tags: []string{"t0"}}},

		"a link to another host, from a page elsewhere": {
			http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v2/app/tags/list" {
					http.Redirect(w, r, "/elsewhere", http.StatusFound)
					return
				}
				link(w, "http://evil.test/")
				_, _ = io.WriteString(w, `{"tags":["a"]}`)
			}),
			Limits{},
			outcome{Error: `Get "http://reg.test/elsewhere": the next page is on another host, "evil.test" instead of "reg.test"`, Kind: ErrPaging},
		},
		"a link to another host, from the second page": {
			pages(func(page int, w http.ResponseWriter, _ *http.Request) {
				link(w, []string{"?page=1", "http://evil.test/"}[page])
				fmt.Fprintf(w, `{"tags":["t%d"]}`, page)
			}),
			Limits{},
			outcome{
				Error: `Get "http://reg.test/v2/app/tags/list?page=REDACTED": the next page is on another host, "evil.test" instead of "reg.test"`,
				Kind:  ErrPaging,
			},
		},
		"a link to another host, from a page that poses as a token": {
			pages(func(page int, w http.ResponseWriter, _ *http.Request) {
				link(w, []string{"?page=1&scope=x", "http://evil.test/"}[page])
				fmt.Fprintf(w, `{"tags":["t%d"],"token":"t"}`, page)
			}),
			Limits{}, outcome{Tags: []string{"t0", "t1"}},
		},
		"a large page elsewhere": {
			http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v2/app/tags/list" {
					http.Redirect(w, r, "/elsewhere", http.StatusFound)
					return
				}
				if r.URL.Path != "/elsewhere" {
					return
				}
				fmt.Fprintf(w, `{"tags":["a"],"manifest":%q}`, strings.Repeat("x", 2<<20))
			}),
			Limits{}, outcome{Tags: []string{"a"}},
		},
		"endless pages": {
			pages(func(page int, w http.ResponseWriter, _ *http.Request) {
				link(w, fmt.Sprintf("?page=%d", page+1))
				fmt.Fprintf(w, `{"tags":["t%d"]}`, page)
			}),
			Limits{Pages: 7},
			outcome{Error: "more than 7 pages", Kind: ErrLimit},
		},
		"as many pages as may be": {
			pages(func(page int, w http.ResponseWriter, _ *http.Request) {
				if page == 0 {
					link(w, "?page=1")
				}
				fmt.Fprintf(w, `{"tags":["t%d"]}`, page)
			}),
			Limits{Pages: 2, Tags: 2}, two,
		},
		"endless pages of one content": {
			pages(func(page int, w http.ResponseWriter, _ *http.Request) {
				link(w, fmt.Sprintf("?page=%d", page+1))
				_, _ = io.WriteString(w, `{"tags":["a"]}`)
			}),
			Limits{},
			outcome{Error: "the registry sends the same page again and again", Kind: ErrPaging},
		},
		"endless pages of nothing": {
			pages(func(page int, w http.ResponseWriter, _ *http.Request) {
				link(w, fmt.Sprintf("?page=%d", page+1))
				_, _ = io.WriteString(w, `{"tags":null}`)
			}),
			Limits{},
			outcome{Error: "9 pages in a row without a tag", Kind: ErrPaging},
		},
		"a gap between pages": {
			pages(func(page int, w http.ResponseWriter, _ *http.Request) {
				if page < 5 {
					link(w, fmt.Sprintf("?page=%d", page+1))
					_, _ = io.WriteString(w, `{"tags":[]}`)
					return
				}
				_, _ = io.WriteString(w, `{"tags":["a"]}`)
			}),
			Limits{}, outcome{Tags: []string{"a"}},
		},
		"too many tags": {
			body(200, `{"tags":["a","b","c"]}`), Limits{Tags: 2}, outcome{Error: "more than 2 tags", Kind: ErrLimit},
		},
		"a huge page": {
			pages(func(_ int, w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "1000000000000")
				for {
					if _, err := w.Write(bytes.Repeat([]byte(" "), 1<<16)); err != nil {
						return
					}
				}
			}),
			Limits{PageBytes: 1 << 18},
			outcome{Error: "Get " + first + ": an answer of reg.test is larger than 262144 bytes", Kind: ErrLimit},
		},
		"a huge error": {
			pages(func(_ int, w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusForbidden)
				for {
					if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
						return
					}
				}
			}),
			Limits{},
			outcome{Error: "Get " + first + ": an answer of reg.test is larger than 1048576 bytes", Kind: ErrLimit},
		},
		"a gzip bomb": {
			pages(func(_ int, w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				z := gzip.NewWriter(w)
				_, _ = z.Write(bytes.Repeat([]byte(" "), 1<<22))
				_ = z.Close()
			}),
			Limits{PageBytes: 1 << 20},
			outcome{Error: "Get " + first + ": an answer of reg.test is larger than 1048576 bytes", Kind: ErrLimit},
		},
		"many large pages": {
			pages(func(page int, w http.ResponseWriter, _ *http.Request) {
				link(w, fmt.Sprintf("?page=%d", page+1))
				fmt.Fprintf(w, `{"tags":["%0*d"]}`, 1<<10, page)
			}),
			Limits{Bytes: 1 << 12},
			outcome{
				Error: `Get "http://reg.test/v2/app/tags/list?page=REDACTED": the answers of reg.test are larger than 4096 bytes`,
				Kind:  ErrLimit,
			},
		},
		"a page that stalls": {
			pages(func(_ int, w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, `{"tags":["a",`)
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			}),
			Limits{Idle: 5 * time.Second},
			outcome{Error: "Get " + first + ": reg.test sent nothing for 5s", Kind: ErrLimit, Took: 5 * time.Second},
		},
		"a slow drip": {
			pages(func(_ int, w http.ResponseWriter, r *http.Request) {
				for r.Context().Err() == nil {
					_, _ = io.WriteString(w, ` `)
					_ = http.NewResponseController(w).Flush()
					pause(r, time.Second)
				}
			}),
			Limits{Idle: 5 * time.Second, Time: time.Hour},
			outcome{Error: "Get " + first + ": took longer than 1h0m0s", Kind: ErrLimit, Took: time.Hour},
		},
		"a long thought": {
			pages(func(_ int, w http.ResponseWriter, r *http.Request) {
				pause(r, 8*time.Minute)
				_, _ = io.WriteString(w, `{"tags":["a"]}`)
			}),
			Limits{}, outcome{Tags: []string{"a"}, Took: 8 * time.Minute},
		},
		"redirects in a circle": {
			pages(func(_ int, w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, r.URL.String(), http.StatusFound)
			}),
			Limits{},
			outcome{Error: "Get " + first + ": more than 10 redirects", Kind: ErrLimit},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := list(t, Options{Limits: test.limits}, map[string]http.Handler{"reg.test": test.handler})
			if diff := cmp.Diff(test.want, got, cmp.Comparer(sameError)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
