// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-image/kubectl-image/testdata/rigtest"
)

// kubectl completes the plugin through the shim in completions/.
func TestKubectlCompletion(t *testing.T) {
	t.Parallel()
	kubectl := rig.Program(t, "kubectl")
	shims, err := filepath.Abs("../../completions")
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{
		"image cr":                              "create\tWrite an ImageRepository, ImagePolicy or ImageUpdateAutomation\n:4\n",
		"image create policy p --select-alpha ": "asc\ndesc\n:4\n",
		"image create policy p --image-ref ":    ":4\n", // no cluster
	} {
		t.Run(typed, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			cmd := exec.CommandContext(t.Context(), kubectl, append([]string{"__complete"}, strings.Split(typed, " ")...)...)
			cmd.Env = append(os.Environ(), "PATH="+shims+":"+os.Getenv("PATH"), "HOME="+home, "KUBECONFIG="+filepath.Join(home, "none"))
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if diff := cmp.Diff(want, string(out)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Names complete from a real API server, whichever version of Flux's API it serves.
func TestNamesCompleteFromCluster(t *testing.T) {
	t.Parallel()
	for _, crds := range []string{rigtest.Flux29, rigtest.Flux26} {
		t.Run(filepath.Base(crds), func(t *testing.T) {
			t.Parallel()
			cluster := rig.Cluster(t, crds)
			namespace := cluster.Namespace(t)
			version := "v1"
			if crds == rigtest.Flux26 {
				version = "v1beta2"
			}
			cluster.Kubectl(t, `
apiVersion: image.toolkit.fluxcd.io/`+version+`
kind: ImageRepository
metadata: {name: shop}
spec: {image: ghcr.io/acme/shop, interval: 1m}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet}
spec: {url: "https://git.example.org/fleet", interval: 1m}
`, "apply", "-n", namespace, "-f", "-")
			complete := func(words ...string) string {
				cmd := exec.CommandContext(t.Context(), "kubectl-image", append([]string{"__complete"}, words...)...)
				cmd.Env = append(os.Environ(), "KUBECONFIG="+rigtest.Kubeconfig(t, cluster.Config, namespace))
				out, err := cmd.Output()
				if err != nil {
					t.Fatal(err)
				}
				return string(out)
			}
			got := []string{
				complete("create", "policy", "p", "--image-ref", ""),
				complete("create", "policy", "p", "-n", "default", "--image-ref", ""),
				complete("create", "update", "u", "--git-repo-ref", "f"),
				complete("create", "policy", "p", "-n", namespace),
			}
			want := []string{"shop\n:4\n", ":4\n", "fleet\n:4\n", namespace + "\n:4\n"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
