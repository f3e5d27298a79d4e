// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-image/kubectl-image/testdata/rigtest"
)

// TestRigCRDs checks that each set installs, and that the API server serves the versions its release did.
func TestRigCRDs(t *testing.T) {
	t.Parallel()
	const (
		policies     = "imagepolicies.image.toolkit.fluxcd.io"
		repositories = "imagerepositories.image.toolkit.fluxcd.io"
		automations  = "imageupdateautomations.image.toolkit.fluxcd.io"
		sources      = "gitrepositories.source.toolkit.fluxcd.io"
	)
	for crds, want := range map[string]map[string]string{
		rigtest.NoCRDs: {},
		rigtest.Flux29: {policies: "v1", repositories: "v1", automations: "v1", sources: "v1"},
		rigtest.Flux27: {
			policies: "v1 v1beta2", repositories: "v1 v1beta2", automations: "v1 v1beta2", sources: "v1 v1beta2",
		},
		rigtest.Flux26: {
			policies: "v1beta1 v1beta2", repositories: "v1beta1 v1beta2", automations: "v1beta1 v1beta2",
			sources: "v1 v1beta1 v1beta2",
		},
	} {
		t.Run("set="+crds, func(t *testing.T) {
			t.Parallel()
			listed := rig.Cluster(t, crds).Kubectl(t, "", "get", "crd", "-o",
				`jsonpath={range .items[*]}{.metadata.name}={.spec.versions[?(@.served==true)].name}{"\n"}{end}`)
			got := map[string]string{}
			for line := range strings.Lines(listed) {
				name, versions, _ := strings.Cut(strings.TrimSpace(line), "=")
				got[name] = versions
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("served versions (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRigDefaults records what the API server fills in when a manifest has only what is required.
func TestRigDefaults(t *testing.T) {
	t.Parallel()
	type served struct{ crds, version string }
	var (
		current = served{rigtest.Flux29, "v1"}
		flux27  = served{rigtest.Flux27, "v1beta2"}
		flux26  = served{rigtest.Flux26, "v1beta2"}
		oldest  = served{rigtest.Flux26, "v1beta1"}
		git     = `interval: 1m, git: {commit: {author: {email: a@b.c}}}`
	)
	for name, test := range map[string]struct {
		kind, given, stored string
		on                  []served
	}{
		"repository": {
			"image ImageRepository", `{image: ghcr.io/a/b, interval: 1m}`,
			`{image: ghcr.io/a/b, interval: 1m, exclusionList: ['^.*\.sig$'], provider: generic}`,
			[]served{current, flux27, flux26},
		},
		"repository before providers": {
			"image ImageRepository", `{image: ghcr.io/a/b, interval: 1m}`,
			`{image: ghcr.io/a/b, interval: 1m, exclusionList: ['^.*\.sig$']}`,
			[]served{oldest},
		},
		"alphabetical policy": {
			"image ImagePolicy", `{imageRepositoryRef: {name: a}, policy: {alphabetical: {}}}`,
			`{imageRepositoryRef: {name: a}, policy: {alphabetical: {order: asc}}, digestReflectionPolicy: Never}`,
			[]served{current, flux27, flux26},
		},
		"numerical policy": {
			"image ImagePolicy", `{imageRepositoryRef: {name: a}, policy: {numerical: {}}}`,
			`{imageRepositoryRef: {name: a}, policy: {numerical: {order: asc}}, digestReflectionPolicy: Never}`,
			[]served{current, flux27, flux26},
		},
		"policy before digests": {
			"image ImagePolicy", `{imageRepositoryRef: {name: a}, policy: {numerical: {}}}`,
			`{imageRepositoryRef: {name: a}, policy: {numerical: {order: asc}}}`,
			[]served{oldest},
		},
		"automation": {
			"image ImageUpdateAutomation", `{` + git + `, sourceRef: {name: a}, update: {path: ./}}`,
			`{` + git + `, sourceRef: {name: a, kind: GitRepository}, update: {path: ./, strategy: Setters}}`,
			[]served{current, flux27, flux26, oldest},
		},
		"automation without update": {
			"image ImageUpdateAutomation", `{` + git + `, sourceRef: {name: a}}`,
			`{` + git + `, sourceRef: {name: a, kind: GitRepository}, update: {strategy: Setters}}`,
			[]served{current, flux27, flux26, oldest},
		},
		"source": {
			"source GitRepository", `{url: 'https://example.com/a', interval: 1m}`,
			`{url: 'https://example.com/a', interval: 1m, timeout: 60s}`,
			[]served{current, flux27, {rigtest.Flux26, "v1"}},
		},
	} {
		for _, on := range test.on {
			t.Run(name+"/"+on.crds+"/"+on.version, func(t *testing.T) {
				t.Parallel()
				cluster := rig.Cluster(t, on.crds)
				group, kind, _ := strings.Cut(test.kind, " ")
				manifest := fmt.Sprintf("apiVersion: %s.toolkit.fluxcd.io/%s\nkind: %s\nmetadata: {name: a}\nspec: %s\n",
					group, on.version, kind, test.given)
				out := cluster.Kubectl(t, manifest, "create", "-n", cluster.Namespace(t), "-f", "-", "-o", "json")
				var got struct{ Spec any }
				if err := json.Unmarshal([]byte(out), &got); err != nil {
					t.Fatal(err)
				}
				var want any
				if err := yaml.Unmarshal([]byte(test.stored), &want); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got.Spec); diff != "" {
					t.Errorf("spec as stored (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestRigUser checks that a user may do what the roles say from the start, and that what was asked is on record.
func TestRigUser(t *testing.T) {
	t.Parallel()
	cluster := rig.Cluster(t, rigtest.NoCRDs)
	namespace := cluster.Namespace(t)
	cluster.Kubectl(t, "", "create", "clusterrole", "rig-reader", "--verb=get", "--resource=configmaps")
	user := cluster.User(t, "reader", "rig-reader")
	before := len(cluster.Requests(t, "reader"))
	kubectl := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), rig.Program(t, "kubectl"), args...)
		cmd.Env = []string{"KUBECONFIG=" + rigtest.Kubeconfig(t, user, namespace), "HOME=" + t.TempDir()}
		out, _ := cmd.CombinedOutput()
		return string(out)
	}

	got := []string{
		kubectl("get", "--raw", "/api/v1/namespaces/"+namespace+"/configmaps/none"),
		kubectl("delete", "--raw", "/api/v1/namespaces/"+namespace+"/configmaps/none"),
		kubectl("config", "view", "--minify", "-o", "jsonpath={..namespace}"),
	}
	want := []string{
		`Error from server (NotFound): configmaps "none" not found` + "\n",
		`Error from server (Forbidden): configmaps "none" is forbidden: User "reader" cannot delete resource "configmaps" ` +
			`in API group "" in the namespace "` + namespace + "\"\n",
		namespace,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what kubectl said (-want +got):\n%s", diff)
	}
	wantRequests := []string{
		"get /api/v1/namespaces/" + namespace + "/configmaps/none",
		"delete /api/v1/namespaces/" + namespace + "/configmaps/none",
	}
	if diff := cmp.Diff(wantRequests, cluster.Requests(t, "reader")[before:]); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestRigRegistry checks that the distribution registry answers /v2/ as it is configured to.
func TestRigRegistry(t *testing.T) {
	t.Parallel()
	answer := func(t *testing.T, client *http.Client, url string) int {
		t.Helper()
		response, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode
	}
	t.Run("anonymous", func(t *testing.T) {
		t.Parallel()
		address := rig.Registry(t)
		if got := answer(t, http.DefaultClient, "http://"+address+"/v2/"); got != http.StatusOK {
			t.Errorf("status %d, want 200", got)
		}
	})
	t.Run("password and TLS", func(t *testing.T) {
		t.Parallel()
		secure, ca := rigtest.TLS(t)
		address := rig.Registry(t, rigtest.HTPasswd(t, "user", "pass"), secure)
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(ca)
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
		want := []int{http.StatusUnauthorized, http.StatusUnauthorized, http.StatusOK}
		got := []int{
			answer(t, client, "https://"+address+"/v2/"),
			answer(t, client, "https://user:wrong@"+address+"/v2/"),
			answer(t, client, "https://user:pass@"+address+"/v2/"),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("status of nobody, a wrong and the right password (-want +got):\n%s", diff)
		}
	})
}

// TestRigMissing checks what becomes of a test when the rig is not built.
func TestRigMissing(t *testing.T) {
	t.Parallel()
	run := func(environment ...string) (code int, output string) {
		cmd := exec.CommandContext(t.Context(), executable(t), "-test.run=^TestRigRegistry$/^anonymous$", "-test.v")
		cmd.Env = append(os.Environ(), "KUBECTL_IMAGE_RIG="+t.TempDir(), "KUBEBUILDER_ASSETS=")
		cmd.Env = append(cmd.Env, environment...)
		out, err := cmd.CombinedOutput()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), string(out)
	}
	if code, output := run("REQUIRE_RIG="); code != 0 || !strings.Contains(output, "rig: 1 tests skipped") {
		t.Errorf("exit code %d, want 0 and a count of 1:\n%s", code, output)
	}
	if code, output := run("REQUIRE_RIG=1"); code != 1 || !strings.Contains(output, "REQUIRE_RIG=1") {
		t.Errorf("with REQUIRE_RIG=1: exit code %d, want 1 and the reason:\n%s", code, output)
	}
}

// TestRigCrash checks that the servers do not outlive a test process that panics.
func TestRigCrash(t *testing.T) {
	t.Parallel()
	rig.Program(t, "kube-apiserver")
	const crashing = "KUBECTL_IMAGE_TEST_CRASH"
	if os.Getenv(crashing) != "" {
		cluster := rig.Cluster(t, rigtest.NoCRDs)
		fmt.Printf("%s %s %s\n", crashing, strings.TrimPrefix(cluster.Config.Host, "https://"), cluster.Kubeconfig)
		go panic("on a goroutine nobody recovers")
		select {}
	}

	cmd := exec.CommandContext(t.Context(), executable(t), "-test.run=^TestRigCrash$")
	cmd.Env = append(os.Environ(), crashing+"=1")
	out, err := cmd.CombinedOutput()
	var host, file string
	for line := range strings.Lines(string(out)) {
		_, _ = fmt.Sscanf(line, crashing+" %s %s", &host, &file)
	}
	if err == nil || host == "" {
		t.Fatalf("error %v, want a crash after the start:\n%s", err, out)
	}
	host = strings.TrimSuffix(host, "/")
	gone := func(context.Context) (bool, error) {
		_, statErr := os.Stat(file)
		connection, dialErr := net.Dial("tcp", host)
		if dialErr == nil {
			_ = connection.Close()
		}
		return statErr != nil && dialErr != nil, nil
	}
	if err := wait.PollUntilContextCancel(t.Context(), 10*time.Millisecond, true, gone); err != nil {
		t.Errorf("waiting for %s and %s to be gone: %v", host, file, err)
	}
}

func executable(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
