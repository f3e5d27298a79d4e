// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"fmt"
	"io"
	"net/http"

	"k8s.io/client-go/rest"
)

// maxAnswer bounds the bytes of one answer: 20 times the largest list that image automation was ever seen to make.
const maxAnswer = 256 << 20

// httpClient makes the HTTP client for a config. It follows no redirect, for the credentials would go along, to
// whichever host it names; and it reads no answer without end.
func httpClient(config *rest.Config) (*http.Client, error) {
	config = rest.CopyConfig(config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return bounded{next} })
	made, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	client := *made
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client, nil
}

// bounded ends answers that are too large. A watch is one answer for hours; its events are small.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := b.next.RoundTrip(request)
	if err == nil && request.URL.Query().Get("watch") == "" {
		response.Body = &boundedBody{ReadCloser: response.Body, left: maxAnswer}
	}
	return response, err
}

type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("the answer has more than %d MiB", maxAnswer>>20)
	}
	return n, err
}
