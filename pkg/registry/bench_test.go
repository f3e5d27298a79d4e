// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// paged serves n tags as distribution does: as many as asked for, then a relative link.
func paged(b *testing.B, n, size int) *httptest.Server {
	b.Helper()
	bodies := make([][]byte, 0, n/size)
	for from := 0; from < n; from += size {
		tags := make([]string, size)
		for i := range tags {
			tags[i] = fmt.Sprintf("v1.%d.%d-%07x", (from+i)/1000, (from+i)%1000, from+i)
		}
		body, err := json.Marshal(remote.Tags{Name: "app", Tags: tags})
		if err != nil {
			b.Fatal(err)
		}
		bodies = append(bodies, body)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/" {
			return
		}
		page, _ := strconv.Atoi(r.URL.Query().Get("last"))
		if page+1 < len(bodies) {
			link(w, fmt.Sprintf("/v2/app/tags/list?last=%d&n=%d", page+1, size))
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(bodies[page])
	}))
	b.Cleanup(server.Close)
	return server
}

// BenchmarkTags lists 100,000 tags in pages of 1,000 over loopback, beside remote.List, which is what crane ls runs.
func BenchmarkTags(b *testing.B) {
	const n = 100_000
	server := paged(b, n, 1000)
	repository := repo(b, address(server)+"/app")
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			client := NewClient(Options{})
			tags, err := client.Tags(b.Context(), repository, nil)
			if err != nil || len(tags) != n {
				b.Fatalf("%d tags, %v", len(tags), err)
			}
			client.Close()
		}
	})
	b.Run("remote.List", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tags, err := remote.List(repository, remote.WithContext(b.Context()))
			if err != nil || len(tags) != n {
				b.Fatalf("%d tags, %v", len(tags), err)
			}
		}
	})
}

// BenchmarkThousandRepositories scans 1,000 repositories of a registry that answers in 20 ms.
func BenchmarkThousandRepositories(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(20 * time.Millisecond)
		_, _ = io.WriteString(w, `{"tags":["1.0.0","1.1.0"]}`)
	}))
	b.Cleanup(server.Close)
	for b.Loop() {
		client := NewClient(Options{})
		var wg sync.WaitGroup
		for i := range 1000 {
			repository := repo(b, fmt.Sprintf("%s/app%d", address(server), i))
			wg.Go(func() {
				if _, err := client.Tags(b.Context(), repository, nil); err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
		for _, usage := range client.Usage() {
			b.ReportMetric(float64(usage.Requests), "requests")
			b.ReportMetric(float64(usage.Connections), "connections")
		}
		client.Close()
	}
}
