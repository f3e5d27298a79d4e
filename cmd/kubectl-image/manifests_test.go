// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-image/kubectl-image/pkg/cli"
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
	"github.com/kubectl-image/kubectl-image/testdata/rigtest"
)

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	return files
}

// Each example is as create writes it, and the API server takes it without a word.
func TestExampleManifests(t *testing.T) {
	t.Parallel()
	for _, file := range glob(t, "manifests/examples/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			decoded, err := manifest.Decode(file, want)
			if err != nil || len(decoded.Warnings) > 0 || decoded.Skipped > 0 || len(decoded.Objects) != 1 {
				t.Fatalf("decoding: %v, %v", err, decoded)
			}
			value := decoded.Objects[0].Value
			got, err := manifest.Encode(value)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("not as it is written (-file +written)\n%s", diff)
			}
			cluster := rig.Cluster(t, rigtest.Flux29)
			value.SetNamespace(cluster.Namespace(t))
			if got, err = manifest.Encode(value); err != nil {
				t.Fatal(err)
			}
			applied := cluster.Kubectl(t, string(got), "apply", "--server-side", "--validate=strict", "-f", "-")
			if !strings.HasSuffix(applied, "serverside-applied\n") {
				t.Errorf("applying: %s", applied)
			}
		})
	}
}

// granted is what a command line needs of the cluster's roles, and how it ends when it has that.
type granted struct {
	roles    []string
	exitCode int
	argv     string
	prints   string // what the first line of stdout has to be, if anything
}

func grantedCommands() []granted {
	create := []string{"kubectl-image-create"}
	wait := []string{"kubectl-image-create", "kubectl-image-wait"}
	complete := []string{"kubectl-image-complete"}
	commands := []granted{
		{complete, 0, "__complete create repository rbac-", "rbac-test"},
		{complete, 0, "__complete create policy rbac-", "rbac-test"},
		{complete, 0, "__complete create update rbac-", "rbac-test"},
		{complete, 0, "__complete create update --git-repo-ref rbac-", "rbac-test"},
		{complete, 0, "__complete create update --namespace kube-sys", "kube-system"},
	}
	for _, object := range []string{
		"repository x --image=a/b", "policy x --image-ref=r --select-semver=1.x", "update x --git-repo-ref=g --author-email=a@b.test",
	} {
		commands = append(commands,
			granted{create, 0, "create " + object, ""},
			granted{create, 0, "create " + object + " --suspend", ""}, // exists by now
			granted{create, 0, "create " + object + " --dry-run=server", ""},
			granted{wait, 1, "create " + object + " --wait --timeout=3s", ""}, // nobody makes it ready
		)
	}
	return commands
}

// Each role is enough for its commands, and without any single verb on any single resource it is not.
func TestRoles(t *testing.T) {
	t.Parallel()
	cluster := rig.Cluster(t, rigtest.Flux29)
	roles := map[string]rbacv1.ClusterRole{}
	for _, file := range glob(t, "manifests/rbac/*.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var role rbacv1.ClusterRole
		if err := yaml.UnmarshalStrict(data, &role); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		roles[role.Name] = role
		cluster.Kubectl(t, string(data), "apply", "--server-side", "-f", "-")
	}
	for name, role := range roles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var commands []granted
			for _, command := range grantedCommands() {
				if slices.Contains(command.roles, name) {
					commands = append(commands, command)
				}
			}
			if len(commands) == 0 {
				t.Fatal("no command needs the role")
			}
			if failed := runGranted(t, cluster, name, nil, commands); failed != "" {
				t.Error(failed)
			}
			for i, rule := range role.Rules {
				for _, resource := range rule.Resources {
					for _, verb := range rule.Verbs {
						lesser := without(role, i, resource, verb)
						data, err := yaml.Marshal(lesser)
						if err != nil {
							t.Fatal(err)
						}
						cluster.Kubectl(t, string(data), "apply", "--server-side", "-f", "-")
						if runGranted(t, cluster, name, &lesser, commands) == "" {
							t.Errorf("%s on %s is granted and not needed", verb, resource)
						}
					}
				}
			}
		})
	}
}

// without is a role less one verb on one resource.
func without(role rbacv1.ClusterRole, rule int, resource, verb string) rbacv1.ClusterRole {
	lesser := *role.DeepCopy()
	lesser.Name = fmt.Sprintf("%s-%d-no-%s-%s", role.Name, rule, verb, resource)
	whole := lesser.Rules[rule]
	others, rest := *whole.DeepCopy(), *whole.DeepCopy()
	others.Resources = slices.DeleteFunc(others.Resources, func(r string) bool { return r == resource })
	rest.Resources = []string{resource}
	rest.Verbs = slices.DeleteFunc(rest.Verbs, func(v string) bool { return v == verb })
	lesser.Rules = slices.Concat(lesser.Rules[:rule], lesser.Rules[rule+1:], []rbacv1.PolicyRule{others, rest})
	lesser.Rules = slices.DeleteFunc(lesser.Rules, func(r rbacv1.PolicyRule) bool { return len(r.Resources) == 0 || len(r.Verbs) == 0 })
	return lesser
}

// completed are objects whose names complete.
const completed = `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: rbac-test}
spec: {image: a/b, interval: 1m}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: rbac-test}
spec: {imageRepositoryRef: {name: a}, policy: {semver: {range: 1.x}}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: rbac-test}
spec: {interval: 1m, sourceRef: {name: a}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: rbac-test}
spec: {interval: 1m, url: "https://git.test/a"}
`

// runGranted runs commands, each as a user with just the roles it names, one of which may be replaced by a lesser one.
// It says what the first one did that ended otherwise than it should.
func runGranted(t *testing.T, cluster *rigtest.Cluster, replaced string, lesser *rbacv1.ClusterRole, commands []granted) string {
	t.Helper()
	kubeconfigs := map[string]string{}
	namespace := cluster.Namespace(t)
	cluster.Kubectl(t, completed, "apply", "--server-side", "-n", namespace, "-f", "-")
	for _, command := range commands {
		roles := slices.Clone(command.roles)
		user := strings.Join(roles, "-")
		if i := slices.Index(roles, replaced); lesser != nil && i >= 0 {
			roles[i] = lesser.Name
			user = lesser.Name + "-" + user
		}
		if kubeconfigs[user] == "" {
			kubeconfigs[user] = rigtest.Kubeconfig(t, cluster.User(t, namespace+"-"+user, roles...), namespace)
		}
		streams, _, out, errOut := genericiooptions.NewTestIOStreams()
		argv := append([]string{"kubectl-image", "--kubeconfig=" + kubeconfigs[user]}, strings.Fields(command.argv)...)
		code := cli.Main(t.Context(), argv, streams, cli.Build{})
		first, _, _ := strings.Cut(out.String(), "\n")
		if code != command.exitCode || command.prints != "" && command.prints != first {
			return fmt.Sprintf("%s: exit code %d, want %d\n%s%s", command.argv, code, command.exitCode, out, errOut)
		}
	}
	return ""
}

// The CRDs are those of the API modules that the code is built with.
func TestCRDVersions(t *testing.T) {
	t.Parallel()
	modules, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	generator, err := os.ReadFile("../../testdata/tools/controller-gen/main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, current, _ := strings.Cut(string(generator), `{"manifests/crds", []api{`)
	current, _, _ = strings.Cut(current, "}},")
	for variable, module := range map[string]string{
		"reflector": "image-reflector-controller", "automation": "image-automation-controller", "source": "source-controller",
	} {
		_, version, required := strings.Cut(string(modules), "github.com/fluxcd/"+module+"/api ")
		version, _, _ = strings.Cut(version, "\n")
		if want := variable + ` + "@` + version + `"`; !required || !strings.Contains(current, want) {
			t.Errorf("testdata/tools/controller-gen: the current set is not made from %s %s", module, version)
		}
	}
}
