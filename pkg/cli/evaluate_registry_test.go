// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// Without --tags-from a registry is asked: for tags, for a digest, and for an image that it does not have.
func TestEvaluateRegistry(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	image, err := random.Image(16, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"1.0.0", "1.1.0", "2.0.0-rc.1"} {
		reference, err := name.NewTag(host + "/team/web:" + tag)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(reference, image); err != nil {
			t.Fatal(err)
		}
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "objects.yaml")
	objects := strings.ReplaceAll(`
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web}
spec: {image: HOST/team/web, interval: 1m}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: gone}
spec: {image: HOST/team/gone, interval: 1m}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web}
spec:
  imageRepositoryRef: {name: web}
  digestReflectionPolicy: IfNotPresent
  policy: {semver: {range: 1.x}}
`, "HOST", host)
	if err := os.WriteFile(file, []byte(objects), 0o600); err != nil {
		t.Fatal(err)
	}
	type result struct {
		Code int
		Out  string
	}
	for line, want := range map[string]result{
		"policy web -o jsonpath={.status.latestRef.tag}@{.status.latestRef.digest}": {exitDone, "1.1.0@" + digest.String()},
		"repository -o custom-columns=N:.metadata.name,T:.status.lastScanResult.tagCount,R:.status.conditions[-1:].status": {exitNo,
			"N      T        R\ngone   <none>   False\nweb    3        True\n"},
		"policy web": {exitDone, "NAME         RULE         LATEST   CLUSTER   READY\npolicy/web   semver 1.x   1.1.0    -         True\n"},
	} {
		streams, _, out, errOut := genericiooptions.NewTestIOStreams()
		argv := append([]string{"kubectl-image", "evaluate", "-f", file}, strings.Fields(line)...)
		code := Main(t.Context(), argv, streams, Build{})
		if diff := cmp.Diff(want, result{code, out.String()}); diff != "" {
			t.Errorf("%s (-want +got):\n%s%s", line, diff, errOut)
		}
	}
}
