// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package inventory_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/inventory"
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// object writes a manifest in one line; "ns/name" or "name".
func object(kind, name, rest string) string {
	namespace, name, found := strings.Cut(name, "/")
	if !found {
		namespace, name = "", namespace
	}
	apiVersion := "image.toolkit.fluxcd.io/v1"
	switch kind {
	case "Secret", "ServiceAccount", "Namespace":
		apiVersion = "v1"
	case "GitRepository":
		apiVersion = "source.toolkit.fluxcd.io/v1"
	}
	metadata := "{name: " + name + "}"
	if namespace != "" {
		metadata = "{name: " + name + ", namespace: " + namespace + "}"
	}
	return "---\napiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata: " + metadata + "\n" + rest + "\n"
}

func input(files ...string) inventory.Input {
	var in inventory.Input
	for i, data := range files {
		in.Files = append(in.Files, inventory.File{Name: string(rune('a'+i)) + ".yaml", Data: []byte(data)})
	}
	return in
}

// keys lists what an inventory holds.
func keys(inv inventory.Inventory) []string {
	var list []string
	add := func(kind string, names ...string) {
		for _, name := range names {
			list = append(list, kind+" "+name)
		}
	}
	add("ImageRepository", names(inv.Repositories)...)
	add("ImagePolicy", names(inv.Policies)...)
	add("ImageUpdateAutomation", names(inv.Automations)...)
	add("GitRepository", names(inv.GitRepositories)...)
	add("Secret", names(inv.Secrets)...)
	add("ServiceAccount", names(inv.ServiceAccounts)...)
	add("Namespace", names(inv.Namespaces)...)
	return list
}

func names[T manifest.Value](objects inventory.Objects[T]) []string {
	var list []string
	for value := range objects.All() {
		list = append(list, value.GetNamespace()+"/"+value.GetName())
	}
	return list
}

func TestLoad(t *testing.T) {
	t.Parallel()
	policy := object("ImagePolicy", "web", "spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: 1.x}}}")
	for name, test := range map[string]struct {
		in       inventory.Input
		keys     []string
		warnings []string
		err      string
	}{
		"every kind, in namespaces given or not, from several files": {
			in: input(
				object("ImageRepository", "shop/web", "spec: {image: x/y, interval: 1m}")+object("Secret", "s", "data: {}"),
				object("ServiceAccount", "shop/a", "")+object("Namespace", "shop", "")+object("GitRepository", "g", "spec: {interval: 1m, url: 'https://x'}"),
				policy+object("ImageUpdateAutomation", "u", "spec: {interval: 1m, sourceRef: {name: g}}"),
			),
			keys: []string{
				"ImageRepository shop/web", "ImagePolicy default/web", "ImageUpdateAutomation default/u", "GitRepository default/g",
				"Secret default/s", "ServiceAccount shop/a", "Namespace /shop",
			},
		},
		"of an object given twice the last counts": {
			in:       input(policy, policy),
			keys:     []string{"ImagePolicy default/web"},
			warnings: []string{`b.yaml:2:1: ImagePolicy "default/web" is given twice, first at a.yaml:2:1: this one counts`},
		},
		"one name in two namespaces is two objects": {
			in:   input(policy + object("ImagePolicy", "other/web", "spec: {imageRepositoryRef: {name: web}, policy: {}}")),
			keys: []string{"ImagePolicy default/web", "ImagePolicy other/web"},
		},
		"warnings of decoding are kept": {
			in:       input(object("ImagePolicy", "web", "spec: {imageRepositoryRef: {name: web}, policy: {}, colour: red}")),
			keys:     []string{"ImagePolicy default/web"},
			warnings: []string{"a.yaml:5:53: spec.colour: image.toolkit.fluxcd.io/v1 ImagePolicy has no such field, the API server drops it"},
		},
		"a variable that nobody substituted": {
			in: input(object("ImageRepository", "web", "spec:\n  interval: 1m\n  image: ${registry:=ghcr.io}/web\n  exclusionList: ['a$', 'b${x}']")),
			keys: []string{
				"ImageRepository default/web",
			},
			warnings: []string{
				"a.yaml:7:3: spec.image: holds ${registry:=ghcr.io}, which Flux would have replaced (hint)",
				"a.yaml:8:3: spec.exclusionList: holds ${x}, which Flux would have replaced (hint)",
			},
		},
		"no variables: groups of a filter, escapes, numbers": {
			in: input(object("ImagePolicy", "web",
				"spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: '$${x}'}}, filterTags: {pattern: '(?P<v>.*)${1}', extract: '${v}'}}")),
			keys: []string{"ImagePolicy default/web"},
		},
		"a variable where it cannot be read": {
			in:  input(policy + object("ImageRepository", "web", "spec:\n  image: x/y\n  interval: ${interval}")),
			err: `a.yaml:12:3: spec.interval: "${interval}": want a duration such as 5m or 1h30m (hint)`,
			keys: []string{
				"ImagePolicy default/web",
			},
		},
		"an encrypted Secret is not there": {
			in:   input(policy + object("Secret", "s", "sops: {mac: x}\nstringData: {a: ENC}")),
			keys: []string{"ImagePolicy default/web"},
		},
		"nothing of ours": {
			in:   input("kind: Deployment\napiVersion: apps/v1\n", object("Secret", "s", "")),
			keys: []string{"Secret default/s"},
			err:  "no ImageRepository, ImagePolicy or ImageUpdateAutomation in 2 files, but 2 other objects",
		},
		"nothing at all, but sub-folders": {
			in:  inventory.Input{Unread: []string{"a", "b", "c", "d"}},
			err: "no ImageRepository, ImagePolicy or ImageUpdateAutomation in 0 files; 4 sub-folders not read: a, b, c",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loaded, err := inventory.Load("default", test.in)
			if diff := cmp.Diff(test.keys, keys(loaded.Inventory)); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
			var warnings []string
			for _, warning := range loaded.Warnings {
				warnings = append(warnings, show(warning))
			}
			if diff := cmp.Diff(test.warnings, warnings); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.err, show(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// show is an error's text, and whether the hint to render comes with it.
func show(err error) string {
	if err == nil {
		return ""
	}
	var finding *manifest.Finding
	if errors.As(err, &finding) && strings.Contains(finding.Hint, "render first") {
		return err.Error() + " (hint)"
	}
	return err.Error()
}

// What the API server would fill in is there, so that nobody takes an empty provider for a cloud's.
func TestLoadDefaults(t *testing.T) {
	t.Parallel()
	loaded, err := inventory.Load("default", input(object("ImageRepository", "web", "spec: {image: x/y, interval: 1m}")))
	if err != nil {
		t.Fatal(err)
	}
	web, _ := loaded.Inventory.Repositories.Get("default", "web")
	got := []any{web.Spec.Provider, web.Spec.ExclusionList, web.Generation, web.Status.ObservedGeneration}
	if diff := cmp.Diff([]any{"generic", []string{`^.*\.sig$`}, int64(1), int64(-1)}, got); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
}

func TestNoObjectsError(t *testing.T) {
	t.Parallel()
	_, err := inventory.Load("default", inventory.Input{Unread: []string{"sub"}})
	var none *inventory.NoObjectsError
	if !errors.As(err, &none) || len(none.Unread) != 1 {
		t.Errorf("got %v, want a NoObjectsError that names the sub-folder", err)
	}
}

func TestGap(t *testing.T) {
	t.Parallel()
	loaded, err := inventory.Load("default", input(
		object("ImagePolicy", "web", "spec: {imageRepositoryRef: {name: web}, policy: {}}")+object("Secret", "s", "sops: {mac: x}")))
	if err != nil {
		t.Fatal(err)
	}
	inv := loaded.Inventory
	for _, test := range []struct{ kind, namespace, name, want string }{
		{"Secret", "default", "s", "a.yaml:7:1: encrypted by sops"},
		{"Secret", "default", "other", "not among the files"},
		{"Namespace", "", "default", "not among the files"},
		{"ImageRepository", "default", "web", "<nil>"},
	} {
		got := "<nil>"
		if err := inv.Gap(test.kind, test.namespace, test.name); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("Gap(%s, %s, %s) = %s, want %s", test.kind, test.namespace, test.name, got, test.want)
		}
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	load := func(text string) inventory.Inventory {
		loaded, err := inventory.Load("default", input(text))
		if err != nil {
			t.Fatal(err)
		}
		return loaded.Inventory
	}
	files := load(object("ImageRepository", "web", "spec: {image: from/files, interval: 1m}"))
	cluster := load(object("ImageRepository", "web", "spec: {image: from/cluster, interval: 1m}") +
		object("ImageRepository", "api", "spec: {image: from/cluster, interval: 1m}") + object("Namespace", "shop", ""))
	forbidden := errors.New("forbidden")
	cluster.Gaps = []inventory.Gap{{Kind: "Secret", Namespace: "shop", Err: forbidden}}
	files.Fill(cluster)
	want := []string{"ImageRepository default/api", "ImageRepository default/web", "Namespace /shop"}
	if diff := cmp.Diff(want, keys(files)); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	if web, _ := files.Repositories.Get("default", "web"); web.Spec.Image != "from/files" {
		t.Errorf("image %s, want that of the files", web.Spec.Image)
	}
	if err := files.Gap("Secret", "default", "x"); err != nil {
		t.Errorf("gap %v, want none where the cluster was asked", err)
	}
	if err := files.Gap("Secret", "shop", "x"); !errors.Is(err, forbidden) {
		t.Errorf("gap %v, want the cluster's", err)
	}
}

func TestNamespaceLabels(t *testing.T) {
	t.Parallel()
	var inv inventory.Inventory
	inv.Add(manifest.Object{Value: &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{
		"team": "web", corev1.LabelMetadataName: "stale",
	}}}})
	labels, known := inv.NamespaceLabels("shop")
	if diff := cmp.Diff(map[string]string{"team": "web", corev1.LabelMetadataName: "shop"}, labels); diff != "" || !known {
		t.Errorf("labels, known %t (-want +got):\n%s", known, diff)
	}
	labels, known = inv.NamespaceLabels("other")
	if diff := cmp.Diff(map[string]string{corev1.LabelMetadataName: "other"}, labels); diff != "" || known {
		t.Errorf("labels, known %t (-want +got):\n%s", known, diff)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"b.yaml", "a.yml", "c.json", "d.txt", "sub/e.yaml", "sub/deep/f.yaml"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		path      string
		recursive bool
		files     []string
		unread    []string
	}{
		"a folder":                  {path: ".", files: []string{"a.yml", "b.yaml", "c.json"}, unread: []string{"sub"}},
		"a folder and those in it":  {path: ".", recursive: true, files: []string{"a.yml", "b.yaml", "c.json", "sub/deep/f.yaml", "sub/e.yaml"}},
		"a file of whatever ending": {path: "d.txt", files: []string{"d.txt"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := inventory.Read(filepath.Join(dir, test.path), test.recursive)
			if err != nil {
				t.Fatal(err)
			}
			var files, unread []string
			for _, file := range got.Files {
				files = append(files, string(file.Data))
			}
			for _, folder := range got.Unread {
				unread = append(unread, filepath.Base(folder))
			}
			if diff := cmp.Diff([][]string{test.files, test.unread}, [][]string{files, unread}); diff != "" {
				t.Errorf("files and unread folders (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := inventory.Read(filepath.Join(dir, "none.yaml"), false); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want an error for a path that does not exist", err)
	}
}

// The order of results is that of the files, however they are decoded.
func TestLoadOrder(t *testing.T) {
	t.Parallel()
	var files []string
	for range 20 {
		files = append(files, object("ImagePolicy", "web", "spec: {imageRepositoryRef: {name: web}, policy: {}}"))
	}
	loaded, err := inventory.Load("default", input(files...))
	if err != nil {
		t.Fatal(err)
	}
	var at []string
	for _, warning := range loaded.Warnings {
		at = append(at, warning.Position.File)
	}
	if !slices.IsSorted(at) || len(at) != 19 {
		t.Errorf("warnings at %q, want 19 in order", at)
	}
	last := slices.Collect(maps.Values(loaded.Inventory.Policies))[0]
	if last.Source.Position.File != "t.yaml" {
		t.Errorf("got the object of %s, want the last", last.Source.Position.File)
	}
}
