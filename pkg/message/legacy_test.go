// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
)

func TestRemovedFields(t *testing.T) {
	t.Parallel()
	const see = "See: https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template"
	updated := "template uses removed '.Updated' field. Please use '.Changed' instead. " + see
	imageResult := "template uses removed '.Changed.ImageResult' field. " +
		"Please use '.Changed.FileChanges' or '.Changed.Objects' instead. " + see
	files := "map[a.yaml:{map[{{{ Kustomization} { }}}:[web:2] {{{apps/v1 Deployment} {web prod}}}:[web:2]]} " +
		"b.yaml:{map[{{{apps/v1 Deployment} {db prod}}}:[reg:5000/org/db:17] {{{apps/v1 Deployment} {web prod}}}:[web:2]]}]"
	for name, tc := range map[string]struct{ template, want, removed string }{
		"images once per image and policy": {
			"{{range .Updated.Images}}{{println .}}{{end}}", "web:2\nreg:5000/org/db:17\n", updated,
		},
		"the parts of images": {
			"{{range .Updated.Images}}{{.Identifier}} {{.Repository}} {{.Registry}} {{.Name}} {{.Policy}} {{.Policy.Name}}\n{{end}}",
			"2 library/web index.docker.io index.docker.io/library/web:2 test-ns/web web\n" +
				"17 org/db reg:5000 reg:5000/org/db:17 test-ns/db db\n", updated,
		},
		"files, objects, one image per policy": {
			"{{range $f, $r := .Updated.Files}}{{$f}}:{{range $o, $is := $r.Objects}} {{$o.Name}}={{$is}}{{end}}\n{{end}}",
			"a.yaml: =[web:2] web=[web:2]\nb.yaml: db=[reg:5000/org/db:17] web=[web:2]\n", updated,
		},
		"objects over all files": {
			"{{range $o, $is := .Updated.Objects}}{{$o.Name}}={{$is}} {{end}}",
			"=[web:2] db=[reg:5000/org/db:17] web=[web:2 web:2] ", updated,
		},
		"the old .Changed": {
			"{{.Changed.ImageResult.Images}} {{len .Changed.Changes}} {{len .Changed.FileChanges}}",
			"[web:2 reg:5000/org/db:17] 3 2", imageResult,
		},
		"prints as of old": {"{{.Updated}} {{.Updated.Files}}", "{" + files + "} " + files, updated},
		"the first one reached is told": {
			"{{if .Changed.ImageResult}}{{.Updated.Images | len}}{{end}}", "2", imageResult,
		},
		"by variable": {"{{$x := .}}{{with 1}}{{len $x.Updated.Images}}{{len $.Updated.Images}}{{end}}", "22", updated},
		"the rest of the data is there": {"{{with .Updated}}{{$.AutomationObject}} {{$.Values}}{{end}}",
			"test-ns/test-update map[env:prod]", updated},
		"reached only in a condition": {"{{if .Updated.Images}}yes{{end}}", "yes", updated},
		"not reached":                 {"{{if not .Changed.Changes}}{{.Updated}}{{end}}", "", ""},
		"not reached but short-cut":   {"{{or 1 .Updated}}", "1", ""},
		"legacy error":                {"{{.Updated.Nothing}}", "error: 1:11: .Updated.Nothing: can't evaluate field Nothing in type imageResult", updated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := renderResult(t, tc.template, fleet())
			got, removed := r.Text, ""
			if err != nil {
				got = "error: " + err.Error()
			}
			if r.Removed != nil {
				removed = r.Removed.Error()
			}
			if diff := cmp.Diff([2]string{tc.want, tc.removed}, [2]string{got, removed}); diff != "" {
				t.Errorf("text and removed field (-want +got):\n%s", diff)
			}
		})
	}
}

func TestImageRef(t *testing.T) {
	t.Parallel()
	const digest = "sha256:6745aaad46d795c9836632e1fb62f24b7e7f4c843144da8e47a5465c411a14be"
	type ref struct{ String, Identifier, Repository, Registry, Name string }
	for image, want := range map[string]ref{
		"helloworld:v1.0.1": {"helloworld:v1.0.1", "v1.0.1", "library/helloworld", "index.docker.io",
			"index.docker.io/library/helloworld:v1.0.1"},
		"helloworld:v1.0.1@" + digest: {"helloworld:v1.0.1@" + digest, digest, "library/helloworld", "index.docker.io",
			"index.docker.io/library/helloworld@" + digest},
		"localhost:5000/org/hw@" + digest: {"localhost:5000/org/hw@" + digest, digest, "org/hw", "localhost:5000",
			"localhost:5000/org/hw@" + digest},
		"ghcr.io/a/b:c": {"ghcr.io/a/b:c", "c", "a/b", "ghcr.io", "ghcr.io/a/b:c"},
	} {
		r, err := newImageResult([]Change{{Setter: "ns:policy:tag", Image: image}})
		if err != nil || len(r.Images()) != 1 {
			t.Fatalf("%s: %v, %v", image, r, err)
		}
		i := r.Images()[0]
		got := ref{i.String(), i.Identifier(), i.Repository(), i.Registry(), i.Name()}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", image, diff)
		}
		if want := (types.NamespacedName{Namespace: "ns", Name: "policy"}); i.Policy() != want {
			t.Errorf("%s: policy %v, want %v", image, i.Policy(), want)
		}
	}
}

func TestLegacyNeedsValidImages(t *testing.T) {
	t.Parallel()
	d := Data{Changes: []Change{{Setter: "ns:p", Image: "Not An Image"}}}
	if got := render(t, "{{.Changed.Changes}}", d); got != "[{  ns:p}]" {
		t.Errorf("without .Updated: %q", got)
	}
	got := render(t, "{{.Updated}}", d)
	if want := "error: reading the image of policy ns/p: "; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q…", got, want)
	}
}
