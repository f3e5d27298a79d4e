// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// The answers are those of image-reflector-controller 1.2 with go-containerregistry 0.21.6.
func TestParseImage(t *testing.T) {
	t.Parallel()
	const digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	tooMuch := func(image, remove string) string {
		return "image '" + image + "' should not include a tag; remove '" + remove + "'"
	}
	scheme := func(image, remove string) string {
		return "image '" + image + "' should not include URL scheme; remove '" + remove + "'"
	}
	for image, want := range map[string]string{
		"alpine":                      "https index.docker.io/library/alpine",
		"docker.io/alpine":            "https index.docker.io/library/alpine",
		"docker.io/library/alpine":    "https index.docker.io/library/alpine",
		"index.docker.io/alpine":      "https index.docker.io/library/alpine",
		"stefanprodan/podinfo":        "https index.docker.io/stefanprodan/podinfo",
		"ghcr.io":                     "https index.docker.io/library/ghcr.io",
		"ghcr.io/foo/":                "https ghcr.io/foo/",
		"/foo":                        "https index.docker.io//foo",
		"Ghcr.io/foo/bar":             "https Ghcr.io/foo/bar",
		"localhost/foo":               "https index.docker.io/localhost/foo",
		"localhost:5000/foo":          "http localhost:5000/foo",
		"127.0.0.1:5000/foo":          "http 127.0.0.1:5000/foo",
		"[::1]:5000/foo":              "http [::1]:5000/foo",
		"10.0.0.1/foo":                "http 10.0.0.1/foo",
		"foo.localhost:5000/x1":       "http foo.localhost:5000/x1",
		"svc.local:5000/xx":           "https svc.local:5000/xx",
		"example.com:9999/foo/bar":    "https example.com:9999/foo/bar",
		"docker.io:443/foo/bar":       "https docker.io:443/foo/bar",
		"localhost:5000":              tooMuch("localhost:5000", ":5000"),
		"foo:5000":                    tooMuch("foo:5000", ":5000"),
		"foo:tag":                     tooMuch("foo:tag", ":tag"),
		"example.com:9999/foo/bar:v1": tooMuch("example.com:9999/foo/bar:v1", ":v1"),
		"ghcr.io/x/foo@" + digest:     tooMuch("ghcr.io/x/foo@"+digest, strings.TrimPrefix(digest, "sha256")),
		"ghcr.io/x/foo:tag@" + digest: tooMuch("ghcr.io/x/foo:tag@"+digest, ":tag@sha256"),
		"https://ghcr.io/foo":         scheme("https://ghcr.io/foo", "https://"),
		"oci://ghcr.io/foo":           scheme("oci://ghcr.io/foo", "oci://"),
		"://foo":                      scheme("://foo", "://"),
		"ghcr.io/":                    "could not parse reference: ghcr.io/",
		"ghcr.io/Foo/bar":             "could not parse reference: ghcr.io/Foo/bar",
		"":                            "could not parse reference: ",
		" foo":                        "could not parse reference:  foo",
		"foo:":                        "could not parse reference: foo:",
		"foo@sha256:abc":              "could not parse reference: foo@sha256:abc",
		"user:pw@host.io/foo":         "could not parse reference: user:pw@host.io/foo",
		"host.io:abc/foo":             "could not parse reference: host.io:abc/foo",
		"ghcr.io/foo/${x}":            "could not parse reference: ghcr.io/foo/${x}",
		"a":                           "could not parse reference: a",
		"ghcr.io/a":                   "could not parse reference: ghcr.io/a",
		"ghcr.io/x/foo:bar:zzz:qqq/a": "could not parse reference: ghcr.io/x/foo:bar:zzz:qqq/a",
	} {
		repository, err := manifest.ParseImage(image, false)
		got := repository.Scheme() + " " + repository.String()
		if err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got)\n%s", image, diff)
		}
	}
	insecure, err := manifest.ParseImage("example.com/foo", true)
	if err != nil || insecure.Scheme() != "http" {
		t.Errorf("insecure: got scheme %q, error %v, want http", insecure.Scheme(), err)
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	const hours, noHours = "want a duration such as 90s, 5m or 1h30m (units ms, s, m, h)", "want a duration below 1h such as 30s or 5m (units ms, s, m)"
	for _, test := range []struct {
		text  string
		hours bool
		want  string
	}{
		{"60s", true, "1m0s"},
		{"1.5h", true, "1h30m0s"},
		{"0s", true, "0s"},
		{"250ms", false, "250ms"},
		{"59m", false, "59m0s"},
		{"60m", false, noHours}, // would be written as 1h0m0s
		{"1h", false, noHours},
		{"0.5ms", true, hours}, // would be written as 500µs
		{"5", true, hours},
		{"-5m", true, hours},
		{"5us", true, hours},
		{"5 m", true, hours},
		{"", true, hours},
		{"99999999999h", true, hours},
	} {
		duration, err := manifest.ParseDuration(test.text, test.hours)
		got := duration.Duration.String()
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%q, hours %t: got %q, want %q", test.text, test.hours, got, test.want)
		}
	}
}

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"v1":                              "image.toolkit.fluxcd.io/v1",
		"image.toolkit.fluxcd.io/v1beta1": "image.toolkit.fluxcd.io/v1beta1",
		"v1alpha1":                        "want one of v1, v1beta2, v1beta1",
		"apps/v1":                         "want one of v1, v1beta2, v1beta1",
		"":                                "want one of v1, v1beta2, v1beta1",
	} {
		got, err := manifest.ParseVersion(text)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
