// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import "testing"

func TestSuggest(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ template, want string }{ // want is empty for the example
		"the slides'": {
			"{{range .Updated.Images}}{{println .}}{{end}}",
			"{{range .Changed.Changes}}{{println .NewValue}}{{end}}",
		},
		"layout stays": {
			"Images:\n{{ range .Updated.Images -}}\n- {{ . }} ({{.Policy.Name}} in {{.Policy.Namespace}}, {{ .Policy }})\n{{ end -}}\n",
			"Images:\n{{ range .Changed.Changes -}}\n- {{ .NewValue }} ({{(index (splitList \":\" .Setter) 1)}} in " +
				"{{(index (splitList \":\" .Setter) 0)}}, {{ (.Setter | replace \":\" \"/\") }})\n{{ end -}}\n",
		},
		"files and objects": {
			"{{ range $filename, $_ := .Updated.Files -}}\n- {{ $filename }}\n{{ end -}}\n" +
				"{{ range $resource, $_ := .Updated.Objects }}{{ $resource.Kind }} {{ $resource.Name }}{{ end }}",
			"{{ range $filename, $_ := .Changed.FileChanges -}}\n- {{ $filename }}\n{{ end -}}\n" +
				"{{ range $resource, $_ := .Changed.Objects }}{{ $resource.Kind }} {{ $resource.Name }}{{ end }}",
		},
		"variables": {
			"{{$u := .Updated}}{{range $f, $r := $u.Files}}{{range $o, $is := $r.Objects}}{{range $i := $is}}{{$i}} {{$i.String}}{{end}}{{end}}{{end}}",
			"{{$u := .Changed}}{{range $f, $r := $u.FileChanges}}{{range $o, $is := $r}}{{range $i := $is}}{{$i.NewValue}} {{$i.NewValue}}{{end}}{{end}}{{end}}",
		},
		"with, pipes, parentheses, dollar": {
			"{{with .Updated}}{{range .Images}}{{. | toString | upper}}{{print (.String) $.Updated.Images}}{{end}}{{else}}no{{end}}",
			"",
		},
		"with and pipes": {
			`{{with .Updated}}{{range .Images}}{{. | toString | upper}}{{printf "%s" (.)}}{{else}}none{{end}}{{end}}`,
			`{{with .Changed}}{{range .Changes}}{{.NewValue | toString | upper}}{{printf "%s" (.NewValue)}}{{else}}none{{end}}{{end}}`,
		},
		"a file's objects by dot": {
			"{{range .Updated.Files}}{{range .Objects}}{{range .}}{{.}}{{end}}{{end}}{{end}}",
			"{{range .Changed.FileChanges}}{{range .}}{{range .}}{{.NewValue}}{{end}}{{end}}{{end}}",
		},
		"conditions": {
			"{{if and .Updated.Images $.Updated.Files}}{{len .Updated.Images}}{{end}}",
			"{{if and .Changed.Changes $.Changed.FileChanges}}{{len .Changed.Changes}}{{end}}",
		},
		"the other removed field": {
			"{{range .Changed.ImageResult.Images}}{{.}}{{end}}{{range .Changed.ImageResult.Objects}}{{len .}}{{end}}",
			"{{range .Changed.Changes}}{{.NewValue}}{{end}}{{range .Changed.Objects}}{{len .}}{{end}}",
		},
		"text that looks like a field stays": {
			`.Updated.Images "{{".Updated.Images"}}{{range .Updated.Images}}{{/* .Updated */}}{{.}}{{end}}`,
			`.Updated.Images "{{".Updated.Images"}}{{range .Changed.Changes}}{{/* .Updated */}}{{.NewValue}}{{end}}`,
		},
		"no field has the tag alone":   {"{{range .Updated.Images}}{{.Identifier}}{{end}}", ""},
		"images printed as a list":     {"{{.Updated.Images}}", ""},
		"hidden from the walk":         {`{{define "x"}}{{range .Updated.Images}}{{.}}{{end}}{{end}}{{template "x" .}}`, ""},
		"nothing to rewrite":           {"{{range .Changed.Changes}}{{.NewValue}}{{end}}", ""},
		"does not parse":               {"{{range .Updated.Images}}", ""},
		"function that Flux lacks":     {"{{range .Updated.Images}}{{.}}{{end}}{{now}}", ""},
		"fails as it is":               {"{{.Updated.Nothing}}", ""},
		"hides in a branch not taken":  {"{{if false}}{{.Updated.Images}}{{end}}", ""},
		"the same image, differently":  {"{{range .Updated.Images}}{{.}}{{break}}{{end}}{{range .Updated.Images}}{{.Registry}}{{end}}", ""},
		"main template of definitions": {`{{define "x"}}{{end}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := Suggest(t.Context(), tc.template)
			want, wantOK := tc.want, true
			if want == "" {
				want, wantOK = Example, false
			}
			if got != want || ok != wantOK {
				t.Errorf("got  %s, %v\nwant %s, %v", got, ok, want, wantOK)
			}
		})
	}
}

func TestExample(t *testing.T) {
	t.Parallel()
	if got := render(t, Example, fleet()); got != "web:1 -> web:2\n16 -> 17\n1 -> 2\n" {
		t.Errorf("got %q", got)
	}
}
