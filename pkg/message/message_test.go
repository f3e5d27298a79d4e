// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
)

// render gives the text, or the error's with the prefix "error: ".
func render(t *testing.T, template string, data Data) string {
	t.Helper()
	r, err := renderResult(t, template, data)
	if err != nil {
		return "error: " + err.Error()
	}
	return r.Text
}

func renderResult(t *testing.T, template string, data Data) (Result, error) {
	t.Helper()
	tmpl, err := Parse(template)
	if err != nil {
		return Result{}, err
	}
	return tmpl.Render(t.Context(), data)
}

// fleet has an object in two files, a change made twice, and objects whose order by name is not that of their places.
func fleet() Data {
	web := Object{"apps/v1", "Deployment", "web", "prod"}
	db := Object{"apps/v1", "Deployment", "db", "prod"}
	return Data{
		Automation: types.NamespacedName{Namespace: "test-ns", Name: "test-update"},
		Changes: []Change{
			{"b.yaml", web, "web:1", "web:2", "test-ns:web", "web:2"},
			{"b.yaml", db, "16", "17", "test-ns:db:tag", "reg:5000/org/db:17"},
			{"a.yaml", web, "web:1", "web:2", "test-ns:web", "web:2"},
			{"a.yaml", Object{Kind: "Kustomization"}, "1", "2", "test-ns:web:tag", "web:2"},
		},
		Values: map[string]string{"env": "prod"},
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ template, want string }{
		"empty template is Flux's default": {"", "Update from image update automation"},
		"E17 not trimmed":                  {" \n{{.AutomationObject}}\n\n", " \ntest-ns/test-update\n\n"},
		"trim markers":                     {"a {{- /* c */ -}}\n b{{.AutomationObject.Name -}}\n", "abtest-update"},
		"automation": {
			"{{.AutomationObject}} {{.AutomationObject.Namespace}}+{{.AutomationObject.Name}} {{toJson .AutomationObject}}",
			`test-ns/test-update test-ns+test-update {"Namespace":"test-ns","Name":"test-update"}`,
		},
		"values": {
			`{{.Values.env}} {{.Values}} {{.Values.missing}} <{{index .Values "missing"}}>`,
			"prod map[env:prod] <no value> <>",
		},
		"changes are unique and in order (E19)": {
			"{{range .Changed.Changes}}{{println .OldValue .NewValue .Setter}}{{end}}",
			"web:1 web:2 test-ns:web\n16 17 test-ns:db:tag\n1 2 test-ns:web:tag\n",
		},
		"files are sorted": {"{{range $f, $_ := .Changed.FileChanges}}{{$f}} {{end}}", "a.yaml b.yaml "},
		"objects are sorted, merged over files, not unique": {
			"{{range $o, $c := .Changed.Objects}}{{$o.Kind}}/{{$o.Namespace}}/{{$o.Name}} {{len $c}};{{end}}",
			"Kustomization// 1;Deployment/prod/db 1;Deployment/prod/web 2;",
		},
		"an object prints with its nesting": {
			"{{range $o, $c := .Changed.Objects}}{{println $o $c}}{{end}}",
			"{{{ Kustomization} { }}} [{1 2 test-ns:web:tag}]\n" +
				"{{{apps/v1 Deployment} {db prod}}} [{16 17 test-ns:db:tag}]\n" +
				"{{{apps/v1 Deployment} {web prod}}} [{web:1 web:2 test-ns:web} {web:1 web:2 test-ns:web}]\n",
		},
		"the levels of an object have names": {
			"{{range $o, $c := .Changed.Objects}}{{$o.ResourceIdentifier.TypeMeta.Kind}}.{{$o.NameMeta}}{{toJson $o}} {{end}}",
			`Kustomization.{ }{"kind":"Kustomization"} ` +
				`Deployment.{db prod}{"apiVersion":"apps/v1","kind":"Deployment","name":"db","namespace":"prod"} ` +
				`Deployment.{web prod}{"apiVersion":"apps/v1","kind":"Deployment","name":"web","namespace":"prod"} `,
		},
		"file changes print for a Change-Id": {
			"{{.Changed.FileChanges | toString}} {{.Changed.Changes | toString | sha256sum | trunc 8}}",
			"map[a.yaml:map[{{{ Kustomization} { }}}:[{1 2 test-ns:web:tag}] " +
				"{{{apps/v1 Deployment} {web prod}}}:[{web:1 web:2 test-ns:web}]] " +
				"b.yaml:map[{{{apps/v1 Deployment} {db prod}}}:[{16 17 test-ns:db:tag}] " +
				"{{{apps/v1 Deployment} {web prod}}}:[{web:1 web:2 test-ns:web}]]] 9aab11a1",
		},
		"structures with struct keys have no JSON": {
			"<{{toJson .Changed.FileChanges}}{{toJson .Changed.Objects}}{{toJson .Changed}}{{toJson .}}>", "<>",
		},
		"a change in JSON": {
			"{{.Changed.Changes | first | toJson}}",
			`{"OldValue":"web:1","NewValue":"web:2","Setter":"test-ns:web"}`,
		},
		"untaken branch (E18)": {"{{if false}}{{.Updated}}{{.Changed.ImageResult}}{{end}}ok", "ok"},
		"upstream: nested ranges": {
			"{{range $f, $os := .Changed.FileChanges}}{{range $o, $cs := $os}}" +
				"{{$o.Kind}}/{{$o.Namespace}}/{{$o.Name}}\n{{range $cs}}- {{.OldValue}} -> {{.NewValue}}\n{{end}}{{end}}{{end}}",
			"Kustomization//\n- 1 -> 2\nDeployment/prod/web\n- web:1 -> web:2\n" +
				"Deployment/prod/db\n- 16 -> 17\nDeployment/prod/web\n- web:1 -> web:2\n",
		},
		"upstream: images variant": {
			"{{range .Changed.Changes -}}\n- {{.NewValue}} ({{.Setter}})\n{{end -}}\n",
			"- web:2 (test-ns:web)\n- 17 (test-ns:db:tag)\n- 2 (test-ns:web:tag)\n",
		},
		"break, continue, else, nested definitions": {
			`{{define "a"}}[{{.}}{{if gt . 1}}{{template "a" sub . 1 | int}}{{end}}]{{end}}` +
				"{{range $i := until 9}}{{if eq $i 1}}{{continue}}{{end}}{{if eq $i 3}}{{break}}{{end}}{{$i}}{{end}}" +
				`{{range list}}x{{else}}none{{end}}{{template "a" 3}}{{block "b" 7}}{{.}}{{end}}`,
			"02none[3[2[1]]]7",
		},
		"a template may call itself by its name": {
			`{{if .}}.{{template "commit message" false}}{{end}}`, ".",
		},
		"assignments print nothing": {`{{$x := 1}}{{$x = 2}}{{$x}}{{with $y := "z"}}{{$y}}{{end}}`, "2z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, render(t, tc.template, fleet())); diff != "" {
				t.Errorf("rendered (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenderWithoutData(t *testing.T) {
	t.Parallel()
	got := render(t, "{{.}} {{.Values.x}} {{len .Changed.Changes}} {{.Changed}}", Data{})
	if want := "{/ {map[]} map[]} <no value> 0 {map[]}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStructuresPrintAsFluxs(t *testing.T) {
	t.Parallel()
	d := fleet()
	d.Changes = d.Changes[:1]
	files := "map[b.yaml:map[{{{apps/v1 Deployment} {web prod}}}:[{web:1 web:2 test-ns:web}]]]"
	want := "{test-ns/test-update {" + files + "} map[env:prod]} {" + files + "} {FileChanges:" +
		"map[b.yaml:map[{ResourceIdentifier:{TypeMeta:{APIVersion:apps/v1 Kind:Deployment} NameMeta:{Name:web Namespace:prod}}}:" +
		"[{OldValue:web:1 NewValue:web:2 Setter:test-ns:web}]]]}"
	if diff := cmp.Diff(want, render(t, `{{.}} {{.Changed}} {{printf "%+v" .Changed}}`, d)); diff != "" {
		t.Errorf("rendered (-want +got):\n%s", diff)
	}
}

// The caller's data is read only, and an order of changes is an order of output.
func TestRenderKeepsData(t *testing.T) {
	t.Parallel()
	d := fleet()
	got := render(t, "{{range .Updated.Images}}{{.}} {{end}}{{.Changed.Changes}}{{$_ := .Changed.Objects}}", d)
	if diff := cmp.Diff(fleet(), d); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
	slices.Reverse(d.Changes)
	if again := render(t, "{{range .Updated.Images}}{{.}} {{end}}{{.Changed.Changes}}", d); again == got {
		t.Errorf("reversed changes render alike: %q", got)
	}
}

func TestSample(t *testing.T) {
	t.Parallel()
	want := "podinfo.yaml\n- ghcr.io/stefanprodan/podinfo:6.0.0 -> ghcr.io/stefanprodan/podinfo:6.1.0\n" +
		"redis.yaml\n- redis -> docker.io/library/redis\n- 7.4.1 -> 7.4.2\n- sha256:0000 -> sha256:0f5f\n"
	got := render(t, "{{range $f, $os := .Changed.FileChanges}}{{println $f}}{{range $cs := $os}}{{range $cs}}"+
		`- {{regexReplaceAll "(sha256:....).*" .OldValue "$1"}} -> {{regexReplaceAll "(sha256:....).*" .NewValue "$1"}}`+
		"\n{{end}}{{end}}{{end}}", Sample())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rendered (-want +got):\n%s", diff)
	}
	if r, err := renderResult(t, "{{range .Updated.Images}}{{println .Name}}{{end}}", Sample()); err != nil || r.Removed == nil {
		t.Errorf(".Updated of the sample: %+v, %v", r, err)
	}
}

func TestRenderEndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, text := range []string{"x", "{{range 1000000000000}}{{end}}", "{{.Updated}}", `{{genPrivateKey "rsa"}}`} {
		tmpl, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := tmpl.Render(ctx, Sample()); !errors.Is(err, context.Canceled) || r.Text != "" {
			t.Errorf("%s: got %+v, %v; want %v", text, r, err, context.Canceled)
		}
	}
}

// A bubble ends only when every goroutine in it has.
func TestRenderLeavesNoGoroutine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, text := range []string{"", "{{.Updated}}", "{{.Nothing}}", "{{range 1000000000000}}{{end}}", `{{fail "x"}}`} {
			_ = render(t, text, Sample())
		}
		synctest.Wait()
	})
}

func TestRenderConcurrently(t *testing.T) {
	t.Parallel()
	tmpl, err := Parse(`{{define "x"}}{{.NewValue | upper}}{{end}}{{range .Changed.Changes}}{{template "x" .}}{{end}}`)
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan string)
	for range 8 {
		go func() {
			r, err := tmpl.Render(t.Context(), fleet())
			if err != nil {
				r.Text = err.Error()
			}
			results <- r.Text
		}()
	}
	for range 8 {
		if got := <-results; got != "WEB:2172" {
			t.Errorf("got %q", got)
		}
	}
}

func BenchmarkParseAndRender(b *testing.B) {
	data := Sample()
	const text = "Update images\n\nAutomation: {{.AutomationObject}}\n" +
		"{{range .Changed.Changes}}- {{.OldValue | trunc 40}} -> {{.NewValue | trunc 40}} ({{.Setter}})\n{{end}}"
	b.ReportAllocs()
	for b.Loop() {
		tmpl, err := Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := tmpl.Render(b.Context(), data); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRenderLarge is a fleet in which each of 10,000 files changes.
func BenchmarkRenderLarge(b *testing.B) {
	data := Data{Automation: types.NamespacedName{Namespace: "flux-system", Name: "apps"}}
	for i := range 10_000 {
		n := strings.Repeat("x", 1+i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i%13)
		data.Changes = append(data.Changes, Change{
			File:   "apps/" + n + "/" + string(rune('a'+i/26%26)) + string(rune('a'+i/676)) + ".yaml",
			Object: Object{"apps/v1", "Deployment", n, "prod"}, OldValue: "ghcr.io/acme/" + n + ":1.2.3",
			NewValue: "ghcr.io/acme/" + n + ":1.2.4", Setter: "flux-system:" + n, Image: "ghcr.io/acme/" + n + ":1.2.4",
		})
	}
	tmpl, err := Parse("{{range $f, $os := .Changed.FileChanges}}- {{$f}}\n{{range $o, $cs := $os}}  {{$o.Kind}} {{$o.Name}}\n" +
		"{{range $cs}}  {{.OldValue}} -> {{.NewValue}}\n{{end}}{{end}}{{end}}{{.Changed.FileChanges | toString | sha256sum}}")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tmpl.Render(b.Context(), data); err != nil {
			b.Fatal(err)
		}
	}
}
