// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// Page sizes: quay.io gives 100 and refuses more since 2024-06-21, ECR refuses more than 1000, each in its own words.
// A refusal is met with one smaller request, and remembered for the host.
func TestPageSizes(t *testing.T) {
	t.Parallel()
	quay := `{"errors":[{"code":"TOO_MANY_TAGS_REQUESTED","detail":{},"message":"too many tags requested"}]}`
	ecr := `{"errors":[{"code":"UNSUPPORTED","message":"Invalid parameter at 'maxResults'"}]}`
	distribution := `{"errors":[{"code":"PAGINATION_NUMBER_INVALID","message":"invalid number of results requested"}]}`
	tests := map[string]struct {
		host    string
		sizes   map[string]int
		most    int
		status  int
		refusal string
		want    []string // sizes asked for, over two listings
	}{
		"default":              {"reg.test", nil, 1000, 400, "", []string{"1000", "1000"}},
		"quay.io":              {"quay.io", nil, 100, 400, quay, []string{"100", "100"}},
		"Quay elsewhere":       {"reg.test", nil, 100, 422, quay, []string{"1000", "100", "100"}},
		"asked too much, Quay": {"reg.test", map[string]int{"reg.test": 5000}, 100, 400, quay, []string{"5000", "100", "100"}},
		"asked too much, ECR":  {"reg.test", map[string]int{"reg.test": 5000}, 1000, 405, ecr, []string{"5000", "1000", "1000"}},
		"distribution":         {"reg.test", nil, 100, 400, distribution, []string{"1000", "100", "100"}},
		"without a word":       {"reg.test", nil, 100, 400, "no", []string{"1000", "100", "100"}},
		"set for the host":     {"reg.test", map[string]int{"reg.test": 50, "other.test": 7}, 50, 400, "", []string{"50", "50"}},
		"refused for good":     {"reg.test", nil, 0, 400, "no", []string{"1000", "100", "1000", "100"}},
		"refused as small":     {"reg.test", map[string]int{"reg.test": 60}, 0, 400, "no", []string{"60", "60"}},
		"another error":        {"reg.test", nil, 0, 403, "no", []string{"1000", "1000"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					mu  sync.Mutex
					got []string
				)
				handler := pages(func(_ int, w http.ResponseWriter, r *http.Request) {
					asked := r.URL.Query().Get("n")
					mu.Lock()
					got = append(got, asked)
					mu.Unlock()
					if n, _ := strconv.Atoi(asked); n > test.most {
						w.WriteHeader(test.status)
						_, _ = io.WriteString(w, test.refusal)
						return
					}
					_, _ = io.WriteString(w, `{"tags":["a"]}`)
				})
				w := newWorld(t, Options{PageSizes: test.sizes}, map[string]http.Handler{test.host: handler})
				for i := range 2 {
					tags, err := w.client.Tags(t.Context(), repo(t, fmt.Sprintf("%s/app%d", test.host, i)), nil)
					if (err == nil) != (test.most > 0) {
						t.Errorf("%q, %v", tags, err)
					}
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}
