// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"github.com/kubectl-image/kubectl-image/pkg/cluster"
)

func policies() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "image.toolkit.fluxcd.io", Version: "v1", Resource: "imagepolicies"}
}

func connect(t *testing.T, handler http.HandlerFunc) (*cluster.Client, *rest.Config) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config := &rest.Config{Host: server.URL, BearerToken: "canary"}
	client, err := cluster.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client, config
}

// Credentials are for the server of the config, and for no other that it names.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var followed atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	defer elsewhere.Close()
	client, config := connect(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	if _, err := client.Resource(t.Context(), policies().Group, "ImagePolicy", []string{"v1"}); err == nil {
		t.Error("discovery: a redirect was taken for an answer")
	}
	if _, err := client.Get(t.Context(), policies(), "ns", "x"); err == nil {
		t.Error("reading: a redirect was taken for an answer")
	}
	list := cluster.List{Resource: policies().GroupResource(), Versions: []string{"v1"}, Namespace: "ns", Limit: 1}
	if _, err := cluster.Names(t.Context(), config, list); err == nil {
		t.Error("listing: a redirect was taken for an answer")
	}
	if n := followed.Load(); n > 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

// An answer about another object is none.
func TestAnotherObject(t *testing.T) {
	t.Parallel()
	client, _ := connect(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"apiVersion": "image.toolkit.fluxcd.io/v1", "kind": "ImagePolicy", "metadata": {"name": "x\u001b[31m", "namespace": "ns"}}`))
	})
	asked := &unstructured.Unstructured{Object: map[string]any{}}
	asked.SetName("x")
	asked.SetNamespace("ns")
	_, getErr := client.Get(t.Context(), policies(), "ns", "x")
	_, applyErr := client.Apply(t.Context(), policies(), asked, cluster.ApplyOptions{FieldManager: "m"})
	for _, err := range []error{getErr, applyErr} {
		if err == nil || !strings.Contains(err.Error(), `another object than ns/x: "ns/x\x1b[31m"`) {
			t.Errorf("got %v, want that the name is another", err)
		}
	}
}

// A server that says yes to everything is no API server.
func TestNoAPIServer(t *testing.T) {
	t.Parallel()
	client, _ := connect(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{}"))
	})
	_, err := client.Resource(t.Context(), policies().Group, "ImagePolicy", []string{"v1"})
	if err == nil || !strings.Contains(err.Error(), "no Kubernetes API server") {
		t.Errorf("got %v, want that it is none", err)
	}
}
