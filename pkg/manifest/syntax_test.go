// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

func syntaxCases() map[string]struct{ in, want string } {
	const six = "# 1\n---\n# 3\nkind: Secret\napiVersion: v1\nmetadata: {name: a}\n" // lines, and a Secret
	return map[string]struct{ in, want string }{
		"unknown anchor":               {six + "# *hunter2\na: '*hunter2'\nb: &hunter2x y\nstringData: {x: *hunter2x, p: *hunter2}\n", "10:31: not valid YAML: an alias names an unknown anchor"},
		"a value unlike its tag":       {six + "stringData:\n  password: !!int hunter2\n", "8:13: not valid YAML: a value is not what its tag says"},
		"a value with a line break":    {six + "stringData: {password: !!int \"hunter2`\\nhunter2\"}\n", "7:24: not valid YAML: a value is not what its tag says"},
		"a value that is no base64":    {six + "stringData: {password: !!binary hunter2!}\n", "7:24: not valid YAML: a value is not what its tag says"},
		"a mapping as key":             {six + "stringData:\n  ? {hunter2: s3cret}\n", "8:5: not valid YAML: a mapping cannot be a key here; is this a template that has to be rendered first?"},
		"a list as key":                {six + "stringData:\n  [hunter2]: s3cret\n", "8:3: not valid YAML: a mapping cannot be a key here; is this a template that has to be rendered first?"},
		"nothing as key":               {six + "stringData:\n  ~: s3cret\n", "8:3: not valid YAML: a key is neither text nor a number"},
		"a template":                   {six + "data: {{ .Values.hunter2 }}\n", "7:8: not valid YAML: a mapping cannot be a key here; is this a template that has to be rendered first?"},
		"a template's block":           {six + "{{- if .Values.hunter2 }}\ndata: {}\n{{- end }}\n", "8:1: not valid YAML: could not find expected ':'"},
		"a byte that is no UTF-8":      {six + "# ü \xff\n", "7:5: not valid YAML: invalid leading UTF-8 octet"},
		"half a character":             {six + "a: \xc3(\n", "7:4: not valid YAML: invalid trailing UTF-8 octet"},
		"half a character at the end":  {six + "a: \xc3", "7:4: not valid YAML: incomplete UTF-8 octet sequence"},
		"a control character":          {six + "a: \x1b[31m\n", "7:4: not valid YAML: control characters are not allowed"},
		"a broken flow mapping":        {six + "stringData: {password: hunter2\nb: c\n", "8:1: not valid YAML: did not find expected ',' or '}'"},
		"a mapping within a scalar":    {six + "stringData:\n  a: b: c\n", "8:1: not valid YAML: mapping values are not allowed in this context"},
		"the first line":               {"kind: Secret: hunter2\n", "1:1: not valid YAML: mapping values are not allowed in this context"},
		"the first line, a bad token":  {"[Secret}\n", "1:1: not valid YAML: did not find expected ',' or ']'"},
		"a merge of what is no map":    {six + "stringData: {<<: hunter2}\n", "4:1: not valid YAML: somewhere in the document that begins here: map merge requires map or sequence of maps as the value"},
		"a number that is none":        {six + "x: .nan\n", "4:1: not valid YAML: somewhere in the document that begins here: json: unsupported value: NaN"},
		"an unclosed quote":            {six + "stringData: {password: \"hunter2}\n", "7:1: not valid YAML: found unexpected end of stream"},
		"too many aliases of one list": {six + billion(), "4:1: not valid YAML: somewhere in the document that begins here: document contains excessive aliasing"},
	}
}

func billion() string {
	var b strings.Builder
	b.WriteString("x0: &x0 [hunter2, s3cret]\n")
	for _, n := range []string{"12", "23", "34", "45", "56", "67", "78"} {
		b.WriteString("x" + n[1:] + ": &x" + n[1:] + " [")
		from := n[:1]
		if from == "1" {
			from = "0"
		}
		b.WriteString(strings.Repeat("*x"+from+", ", 30) + "]\n")
	}
	return b.String()
}

// What is wrong is said at its place, and without a word of the document's own: it may be a password.
func TestDecodeSyntaxErrors(t *testing.T) {
	t.Parallel()
	for name, test := range syntaxCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := manifest.Decode("in.yaml", []byte(test.in))
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff("in.yaml:"+test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v: quotes a secret", err)
			}
		})
	}
}

// Control characters of a manifest do not reach the terminal.
func TestDecodeQuotesControlCharacters(t *testing.T) {
	t.Parallel()
	const in = `apiVersion: "image.toolkit.fluxcd.io/\e[31m"
kind: ImagePolicy
---
apiVersion: v1
kind: Namespace
metadata: {name: a, "a\e[31m": 1, labels: {"b\e[31m": 1}}
`
	want := `warning: in.yaml:6:21: metadata."a\x1b[31m": v1 Namespace has no such field, the API server drops it
error: in.yaml:1:1: "image.toolkit.fluxcd.io/\x1b[31m" ImagePolicy: want one of the versions v1, v1beta2, v1beta1
in.yaml:6:44: metadata.labels."b\x1b[31m": 1 is a number, want a string: put it in quotes
`
	if diff := cmp.Diff(want, told(manifest.Decode("in.yaml", []byte(in)))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
