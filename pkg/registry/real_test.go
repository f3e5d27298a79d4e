// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	ggcr "github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func newClient(t testing.TB, options Options) *Client {
	t.Helper()
	client := NewClient(options)
	t.Cleanup(client.Close)
	return client
}

func address(server *httptest.Server) string {
	_, address, _ := strings.Cut(server.URL, "://")
	return address
}

// A registry that behaves: go-containerregistry's own.
func TestAgainstAWellBehavedRegistry(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	client := newClient(t, Options{UserAgent: "kubectl-image/test"})
	repository := repo(t, address(server)+"/team/app")

	if _, err := client.Tags(t.Context(), repository, nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("before the first push: %v, want %v", err, ErrNotFound)
	}
	var want []string
	for i := range 20 {
		tag := repository.Tag(fmt.Sprintf("1.%02d.0", i))
		if err := remote.Write(tag, empty.Image); err != nil {
			t.Fatal(err)
		}
		want = append(want, tag.TagStr())
	}
	tags, err := client.Tags(t.Context(), repository, nil)
	if diff := cmp.Diff(want, tags); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	wantDigest, err := empty.Image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	digest, err := client.Digest(t.Context(), repository.Tag("1.07.0"), nil)
	if digest != wantDigest.String() || err != nil {
		t.Errorf("got %s, %v, want %s", digest, err, wantDigest)
	}
	if _, err := client.Digest(t.Context(), repository.Tag("2.0.0"), nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("digest of a tag that is not there: %v, want %v", err, ErrNotFound)
	}
}

func TestDigestAsksAsFluxDoes(t *testing.T) {
	t.Parallel()
	const good = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	tests := map[string]struct {
		header map[string]string
		status int
		want   string
		err    string
	}{
		"an answer":         {map[string]string{"Docker-Content-Digest": good, "Content-Type": "x", "Content-Length": "1"}, 200, good, ""},
		"no digest":         {map[string]string{"Content-Type": "x", "Content-Length": "1"}, 200, "", "HEAD http://REG/v2/app/manifests/1: response did not include Docker-Content-Digest header"},
		"no type":           {map[string]string{"Docker-Content-Digest": good, "Content-Length": "1", "Content-Type": ""}, 200, "", "HEAD http://REG/v2/app/manifests/1: response did not include Content-Type header"},
		"no length":         {map[string]string{"Docker-Content-Digest": good, "Content-Type": "x"}, 200, "", "GET http://REG/v2/app/manifests/1: response did not include Content-Length header"},
		"half a digest":     {map[string]string{"Docker-Content-Digest": "sha256:01", "Content-Type": "x", "Content-Length": "1"}, 200, "", `wrong number of hex digits for sha256: 01`},
		"HEAD not allowed":  {nil, 405, "", "HEAD http://REG/v2/app/manifests/1: unexpected status code 405 Method Not Allowed (HEAD responses have no body, use GET for details)"},
		"a limit with time": {map[string]string{"Retry-After": "3600"}, 429, "", "HEAD http://REG/v2/app/manifests/1: unexpected status code 429 Too Many Requests (HEAD responses have no body, use GET for details) (asked to come back in 1h0m0s)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v2/" {
					return
				}
				got = append(got, r.Method+" "+r.Header.Get("Accept")+" "+r.Header.Get("User-Agent"))
				for key, value := range test.header {
					w.Header()[key] = []string{value}
				}
				w.WriteHeader(test.status)
			}))
			t.Cleanup(server.Close)
			client := newClient(t, Options{UserAgent: "kubectl-image/test"})
			digest, err := client.Digest(t.Context(), repo(t, address(server)+"/app").Tag("1"), nil)
			text := ""
			if err != nil {
				text = strings.ReplaceAll(err.Error(), address(server), "REG")
				text = strings.TrimPrefix(text, "reading digest of REG/app:1: ")
			}
			if digest != test.want || text != test.err {
				t.Errorf("got %q, %q\nwant %q, %q", digest, text, test.want, test.err)
			}
			want := []string{"HEAD application/vnd.docker.distribution.manifest.v1+json," +
				"application/vnd.docker.distribution.manifest.v1+prettyjws," +
				"application/vnd.docker.distribution.manifest.v2+json," +
				"application/vnd.oci.image.manifest.v1+json," +
				"application/vnd.docker.distribution.manifest.list.v2+json," +
				"application/vnd.oci.image.index.v1+json kubectl-image/test"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func tagsOver(t *testing.T, server *httptest.Server, access *Access) ([]string, error) {
	t.Helper()
	repository, err := name.NewRepository(address(server) + "/app")
	if err != nil {
		t.Fatal(err)
	}
	return newClient(t, Options{}).Tags(t.Context(), repository, access)
}

func TestTLS(t *testing.T) {
	t.Parallel()
	var clientNames sync.Map
	server := httptest.NewUnstartedServer(pages(func(_ int, w http.ResponseWriter, r *http.Request) {
		for _, certificate := range r.TLS.PeerCertificates {
			clientNames.Store(certificate.Subject.CommonName, true)
		}
		_, _ = io.WriteString(w, `{"tags":["a"]}`)
	}))
	certificate, pool := clientCertificate(t, "robot")
	server.TLS = &tls.Config{ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())

	tests := map[string]struct {
		tls  *tls.Config
		want []string
		err  string
	}{
		"the CA and a certificate": {&tls.Config{RootCAs: roots, Certificates: []tls.Certificate{certificate}}, []string{"a"}, ""},
		"an unknown CA":            {nil, nil, "x509: certificate signed by unknown authority"},
		// Whether the client sees the server's alert or only the end of the connection is a race in TLS 1.3.
		"no certificate": {&tls.Config{RootCAs: roots}, nil, "reading tags of "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := tagsOver(t, server, &Access{TLS: test.tls})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("got %v, want %q", err, test.err)
			}
		})
	}
	if _, ok := clientNames.Load("robot"); !ok {
		t.Error("the server saw no client certificate")
	}
}

// Over HTTP/2 one connection serves all repositories of a host.
func TestHTTP2(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(pages(func(_ int, w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"tags":[%q]}`, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	access := &Access{TLS: &tls.Config{RootCAs: roots}}
	client := newClient(t, Options{})
	var wg sync.WaitGroup
	for i := range 50 {
		repository, err := name.NewRepository(fmt.Sprintf("%s/app%d", address(server), i))
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			tags, err := client.Tags(t.Context(), repository, access)
			if diff := cmp.Diff([]string{"HTTP/2.0"}, tags); err != nil || diff != "" {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
		})
	}
	wg.Wait()
	want := []Usage{{Host: address(server), Requests: 51, Pages: 50, Bytes: 50 * 21, Connections: 1}}
	if diff := cmp.Diff(want, client.Usage()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A proxy from the Access is used for every host, with its own credentials, and they are in no error.
func TestProxy(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(flaky())
	t.Cleanup(server.Close)
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			if r.In.Host == "registry.invalid:80" && r.In.Header.Get("Proxy-Authorization") == "Basic dTpzM2NyZXQ=" {
				r.Out.URL.Host = address(server)
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusProxyAuthRequired) },
	})
	t.Cleanup(proxy.Close)
	through, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, Options{})
	through.User = url.UserPassword("u", "s3cret")
	tags, err := client.Tags(t.Context(), repo(t, "registry.invalid:80/app"), &Access{Proxy: through})
	if diff := cmp.Diff([]string{"a"}, tags); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	wrong := *through
	wrong.User = url.UserPassword("u", "wr0ng")
	_, err = client.Tags(t.Context(), repo(t, "registry.invalid:80/app"), &Access{Proxy: &wrong})
	var explained *Error
	if !errors.As(err, &explained) || explained.Status != http.StatusProxyAuthRequired || strings.Contains(err.Error(), "wr0ng") {
		t.Errorf("got %v, want 407 without the password", err)
	}
}

func clientCertificate(t *testing.T, commonName string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: commonName},
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
