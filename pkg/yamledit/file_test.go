// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package yamledit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-image/kubectl-image/pkg/yamledit"
)

func TestPosition(t *testing.T) {
	t.Parallel()
	const text = "\ufeffa: 1\r\n\tb: é🚀x\rc\u0085d\u2028e\u2029\nf"
	type at struct{ Line, Column int }
	want := map[string]at{
		"a": {1, 1}, "1": {1, 4}, "b": {2, 2}, "é": {2, 5}, "🚀": {2, 6}, "x": {2, 7},
		"c": {3, 1}, "d": {4, 1}, "e": {5, 1}, "f": {7, 1},
	}
	file := yamledit.New([]byte(text))
	got := map[string]at{}
	for s := range want {
		line, column := file.Position(strings.Index(text, s))
		got[s] = at{line, column}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	const text = "a\r\nb\rc\n\ufeffd\u0085e\u2028f\u2029\n\r\n\rg"
	file := yamledit.New([]byte(text))
	for _, want := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		span := file.Line(strings.Index(text, want))
		if got := text[span.Start:span.End]; got != want {
			t.Errorf("got line %q, want %q", got, want)
		}
	}
	blank := strings.Index(text, "\u2029") + len("\u2029")
	for range 3 {
		if span := file.Line(blank); span.Start != span.End {
			t.Errorf("line of byte %d: got %q, want it empty", blank, text[span.Start:span.End])
		}
		blank++
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want []string
	}{
		"empty":                    {"", nil},
		"one":                      {"a: 1\n", []string{"a: 1\n"}},
		"leading marker":           {"---\na: 1\n---\nb: 2", []string{"---\na: 1\n", "---\nb: 2"}},
		"marker with comment":      {"a: 1\n--- # x\nb: 2\n", []string{"a: 1\n", "--- # x\nb: 2\n"}},
		"marker with content":      {"a: 1\n--- {b: 2}\n---\tc\n", []string{"a: 1\n", "--- {b: 2}\n", "---\tc\n"}},
		"comments before a marker": {"# licence\n\n---\na: 1\n", []string{"# licence\n\n---\na: 1\n"}},
		"comments only":            {"---\n# x\n---\n", []string{"---\n# x\n", "---\n"}},
		"not markers":              {"a: 1\n----\n---x\n ---\n", []string{"a: 1\n----\n---x\n ---\n"}},
		"end marker":               {"a: 1\n...\nb: 2\n... # x\n", []string{"a: 1\n...\n", "b: 2\n... # x\n"}},
		"directives":               {"%YAML 1.1\n# x\n---\na: 1\n...\n%TAG ! !x\n---\nb: 2\n", []string{"%YAML 1.1\n# x\n---\na: 1\n...\n", "%TAG ! !x\n---\nb: 2\n"}},
		"percent in text":          {"a: [\n%b]\n", []string{"a: [\n%b]\n"}},
		"block scalar":             {"a: |\n  ---\n  ...\nb: 2\n", []string{"a: |\n  ---\n  ...\nb: 2\n"}},
		"quoted":                   {"a: '\n ---\n '\n", []string{"a: '\n ---\n '\n"}},
		"CRLF":                     {"a: 1\r\n---\r\nb: 2\r\n...\r\n", []string{"a: 1\r\n", "---\r\nb: 2\r\n...\r\n"}},
		"CR":                       {"a: 1\r---\rb: 2", []string{"a: 1\r", "---\rb: 2"}},
		"byte order marks":         {"\ufeff---\na: 1\n\ufeff---\nb: 2\n", []string{"\ufeff---\na: 1\n", "\ufeff---\nb: 2\n"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range yamledit.New([]byte(test.text)).Documents() {
				got = append(got, test.text[d.Start:d.End])
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"syntax":          {"a: 1\n---\nb: 2\nc: [\n", "line 4: did not find expected node content"},
		"dedent":          {"a: 1\n---\n  b: 2\nc: 3\n", "line 3: did not find expected <document start>"},
		"control":         {"a: \x01\n", "line 1: control characters are not allowed"},
		"UTF-8":           {"a: \xff\n", "line 1: not valid UTF-8"},
		"UTF-16":          {"\xff\xfea\x00", "line 1: not valid UTF-8"},
		"unknown alias":   {"a: *x\n", "line 1: unknown anchor 'x' referenced"},
		"deep flow":       {"a: " + strings.Repeat("[", 20000), "line 1: exceeded max depth of 10000"},
		"deep block":      {strings.Repeat("- ", 20000), "line 1: exceeded max depth of 10000"},
		"huge":            {"a: " + strings.Repeat("x", 17<<20), "line 1: a document of 17825795 bytes, want at most 16777216"},
		"YAML 1.2 header": {"%YAML 1.2\n---\na: 1\n", "line 1: found incompatible YAML document"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := yamledit.New([]byte(test.text))
			docs := file.Documents()
			_, err := file.Parse(docs[len(docs)-1])
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A YAML bomb is small as a tree: aliases are not followed.
func TestParseBomb(t *testing.T) {
	t.Parallel()
	text := "k0: &a0 [x, x]\n"
	for i := range 60 {
		text += fmt.Sprintf("k%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
	}
	file := yamledit.New([]byte(text))
	doc, err := file.Parse(file.Documents()[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := len(doc.Root.Content); got != 122 {
		t.Errorf("%d nodes at the root, want 122", got)
	}
}
