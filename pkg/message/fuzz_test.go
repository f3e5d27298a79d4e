// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

// FuzzRender states the laws: a template never does more than fail; what it prints is bounded; and what text/template with Flux's
// functions prints is what it prints, twice.
func FuzzRender(f *testing.F) {
	for _, text := range []string{
		"", "{{.}}", "{{range .Changed.Changes}}{{println .OldValue \"->\" .NewValue}}{{end}}",
		"{{range $f, $os := .Changed.FileChanges}}{{range $o, $cs := $os}}{{$o.Kind}}{{range $cs}}{{.Setter}}{{end}}{{end}}{{end}}",
		"{{range .Updated.Images}}{{.}} {{.Policy.Name}}{{end}}{{.Changed.ImageResult}}",
		`{{define "a"}}{{if gt . 1}}{{template "a" sub . 1 | int}}{{end}}{{end}}{{template "a" 3}}`,
		`{{$d := dict}}{{$_ := set $d "a" $d}}{{$d}}`, `{{repeat 3 "x" | indent 2 | printf "%10s" | quote}}`,
		"{{range $i := until 9}}{{if eq $i 1}}{{continue}}{{end}}{{break}}{{end}}", "{{.Values.x | default (list 1 2 | toJson)}}",
		`{{ $x := printf "%s%s" .AutomationObject (.Changed.FileChanges | toString) -}}{{ $x | sha256sum }}`,
		`{{regexReplaceAll "a(.)" "abac" "$1"}}{{untilStep 9 0 -2}}{{seq 1 2 9}}`, "{{with $x := 1}}{{else}}{{end}}{{/* c */}}",
	} {
		f.Add(text)
	}
	data := fleet()
	functions := sprig.HermeticTxtFuncMap()
	f.Fuzz(func(t *testing.T, text string) {
		suggestion, ok := Suggest(t.Context(), text)
		if ok {
			if _, err := Parse(suggestion); err != nil {
				t.Fatalf("suggestion %q: %v", suggestion, err)
			}
		}
		tmpl, err := Parse(text)
		if err != nil {
			return
		}
		r, err := tmpl.Render(t.Context(), data)
		if limit := newMeter(t.Context(), data).limit; len(r.Text) > limit {
			t.Fatalf("%d bytes of output, %d allowed", len(r.Text), limit)
		}
		var e *Error
		if err != nil && errors.As(err, &e) && e.Line > 1+strings.Count(text, "\n") {
			t.Fatalf("no such line: %v", err)
		}
		if err != nil || r.Removed != nil || text == "" || slices.ContainsFunc(usesOf(t, text), isUndetermined) {
			return
		}
		plain, err := template.New(templateName).Funcs(functions).Parse(text)
		if err != nil {
			t.Fatalf("plain parse: %v", err)
		}
		for range 2 {
			var want strings.Builder
			if err := plain.Execute(&want, newTemplateData(data)); err != nil || want.String() != r.Text {
				t.Fatalf("got %q, plain text/template %q, %v", r.Text, want.String(), err)
			}
		}
	})
}

func usesOf(t *testing.T, text string) []string {
	t.Helper()
	trees, err := parseTrees(text)
	if err != nil {
		t.Fatal(err)
	}
	uses, err := instrument(text, trees)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, u := range uses {
		names = append(names, u.name)
	}
	return names
}

// isUndetermined reports whether a function gives something else each time: by chance, by the clock, or by the order of a map.
func isUndetermined(name string) bool {
	return isSlow(name) || slices.Contains([]string{"ago", "randInt", "shuffle", "encryptAES", "durationRound", "keys", "values"}, name)
}
