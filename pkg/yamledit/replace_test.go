// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package yamledit_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/kubectl-image/kubectl-image/pkg/yamledit"
)

func TestIsPlain(t *testing.T) {
	t.Parallel()
	tests := map[bool][]string{
		true: {
			"v2.0.0", "1.0.0", "1-2", "0123abc", "latest", "main-9d2e7f1-1795339311", "sha256:aaaa", "a#b",
			"ghcr.io/acme/web:1.10", "localhost:5000/a:1@sha256:aaaa", "1e", "0o8", "_1", "inf", "nan", "0xg", "0b2",
			"2024-01", "2024-01-02-3", "2024-001-02", "12:a", "yesterday", "1.2.", "e5", "1.e", ".5a", "v", "a..b",
		},
		false: {
			"", "1", "12", "1.1", "1.10", "1234567", "123e45", "12e34567", "12e4567", "1E5", "1e+5", "1.5e-3", "0x1f", "0X1F",
			"012", "08", "0777", "0_7", "0b101", "0o17", "1_000", "1.", ".5", "20240102150405", "99999999999999999999999",
			"-1", "+1", "+0x1f", "190:20:30", "190:20:30.15", "12:30", "8080:80", ".inf", "-.inf", "+.INF", ".NaN",
			"yes", "no", "on", "off", "y", "n", "Y", "N", "true", "True", "TRUE", "false", "null", "Null", "NULL", "~",
			"2024-01-02", "2024-1-2", "2024-01-02T10:00:00Z", "2024-01-02t10:00:00", "=", "<<", "...", "---", "--- a",
			"-", "- a", "?", ":", "a:", "# a", "a b", "a\tb", "a\nb", "&a", "*a", "!a", "|", ">", "'a", `"a`, "%a", "@a", "`a",
			"[a", "{a", "a,b", "a]", "a}", "é", "\x00", "\xff", "\ufeffa",
		},
	}
	for want, values := range tests {
		for _, v := range values {
			if got := yamledit.IsPlain(v); got != want {
				t.Errorf("IsPlain(%q) = %v, want %v", v, got, want)
			}
		}
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	// The value of key k becomes new.
	tests := map[string]struct{ text, value, want string }{
		"plain":                 {"k: a # c\n", "b", "k: b # c\n"},
		"plain, spaces":         {"k  :   a   # c\n", "b", "k  :   b   # c\n"},
		"plain to number":       {"k: a\n", "1.10", "k: \"1.10\"\n"},
		"number to number":      {"k: 1.9\n", "1.10", "k: \"1.10\"\n"},
		"number to word":        {"k: 1.9\n", "v1", "k: v1\n"},
		"plain to empty":        {"k: a\n", "", "k: \"\"\n"},
		"single":                {"k: 'it''s'\n", "1.10", "k: '1.10'\n"},
		"single, apostrophe":    {"k: 'a'\n", "it's", "k: 'it''s'\n"},
		"single, newline":       {"k: 'a'\n", "a\nb", "k: \"a\\u000ab\"\n"},
		"double":                {"k: \"a\\\"b\\\\\" # \"\n", "x", "k: \"x\" # \"\n"},
		"double, escapes":       {"k: \"a\"\n", "\"\\\x1b\u2028🚀é", "k: \"\\\"\\\\\\u001b\\u2028🚀é\"\n"},
		"plain, two lines":      {"k: a\n   b # c\n", "x", "k: x # c\n"},
		"plain, blank lines":    {"k: a \n\n \n   b\nz: 1\n", "x", "k: x\nz: 1\n"},
		"single, two lines":     {"k: 'a\n\n  b'\n", "x", "k: 'x'\n"},
		"double, continued":     {"k: \"a\\\n  b\"\n", "x", "k: \"x\"\n"},
		"anchor and tag":        {"k: &a !!str b # c\nl: *a\n", "x", "k: &a !!str x # c\nl: *a\n"},
		"tag on its own line":   {"k: !!str # c\n  # d\n  'b'\n", "x", "k: !!str # c\n  # d\n  'x'\n"},
		"verbatim tag":          {"k: !<tag:yaml.org,2002:str> b\n", "1", "k: !<tag:yaml.org,2002:str> \"1\"\n"},
		"flow":                  {"{a: b,k: c,d: e}\n", "r/a:v1", "{a: b,k: r/a:v1,d: e}\n"},
		"JSON":                  {"{\"k\":\"c\",\"d\":1}", "x", "{\"k\":\"x\",\"d\":1}"},
		"emoji before":          {"{🚀: '🚀', k: é}\n", "x", "{🚀: '🚀', k: x}\n"},
		"byte order mark":       {"\ufeffk: a\n", "x", "\ufeffk: x\n"},
		"CRLF":                  {"k: a\r\n  b\r\nz: 1\r\n", "x", "k: x\r\nz: 1\r\n"},
		"CR":                    {"k: a\r  b\rz: 1\r", "x", "k: x\rz: 1\r"},
		"literal":               {"k: | # c\n  a\nz: 1\n", "x", "k: |- # c\n  x\nz: 1\n"},
		"literal, stripped":     {"k: |- # c\n  a\nz: 1\n", "1.10", "k: |- # c\n  1.10\nz: 1\n"},
		"literal, kept":         {"k: |+\n  a\n\n\nz: 1\n", "x", "k: |-\n  x\n\n\nz: 1\n"},
		"literal, indented":     {"k: |3\n     a\n   b\nz: 1\n", "x", "k: |3-\n   x\nz: 1\n"},
		"literal, blank first":  {"k: |\n\n  a\n", "x", "k: |-\n  x\n"},
		"literal, trailing":     {"k: |\n  a  \n  b \t\nz: 1\n", "x", "k: |-\n  x\nz: 1\n"},
		"literal, blank text":   {"k: |1\n a\n   \n\nz: 1\n", "x", "k: |1-\n x\n\nz: 1\n"},
		"literal, CRLF":         {"k: |\r\n  a\r\n  b\r\nz: 1\r\n", "x", "k: |-\r\n  x\r\nz: 1\r\n"},
		"literal, at the end":   {"k: |\n  a", "x", "k: |-\n  x"},
		"literal, empty":        {"k: | # c\nz: 1\n", "x", "k: \"x\" # c\nz: 1\n"},
		"literal, blank":        {"k: |+ # c\n\n\nz: 1\n", "x", "k: \"x\" # c\n\n\nz: 1\n"},
		"literal, nested empty": {"a:\n  k: |\n  z: 1\n", "x", "a:\n  k: \"x\"\n  z: 1\n"},
		"literal to empty":      {"k: | # c\n  a\n  b\nz: 1\n", "", "k: \"\" # c\nz: 1\n"},
		"folded":                {"k: >-\n    a\n    b\n\n     c\n    d\nz: 1\n", "x", "k: >-\n    x\nz: 1\n"},
		"folded, anchor":        {"k: &a >\n a\nz: *a\n", "x", "k: &a >-\n x\nz: *a\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := yamledit.New([]byte(test.text))
			doc, err := file.Parse(file.Documents()[0])
			if err != nil {
				t.Fatal(err)
			}
			edits, err := doc.Replace(find(doc.Root, "k"), test.value)
			if err != nil {
				t.Fatal(err)
			}
			got, err := yamledit.Apply([]byte(test.text), edits)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReplaceRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"empty":   {"k:\nz: 1\n", "replacing the value of line 1, column 3: there is none"},
		"alias":   {"a: &a b\nk: *a\n", "replacing the value of line 2, column 4: it is an alias"},
		"mapping": {"k: {a: b}\n", "replacing the value of line 1, column 4: neither a scalar nor an alias"},
		"margin":  {"k:\n  >\nz: 1\n", "replacing the value of line 2, column 3: a block scalar alone on its line, which cannot become a quoted one"},
		"LS fold": {"k: a\u2028  b\n", "replacing the value of line 1, column 4: the text does not match the parsed value"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := yamledit.New([]byte(test.text))
			doc, err := file.Parse(file.Documents()[0])
			if err != nil {
				t.Fatal(err)
			}
			edits, err := doc.Replace(find(doc.Root, "k"), "1.10")
			if err == nil {
				t.Fatalf("no error, but %v", edits)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// find returns the value of the first key of that name in the tree below n.
func find(n *yaml.Node, key string) *yaml.Node {
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && c.Value == key {
			return n.Content[i+1]
		}
		if found := find(c, key); found != nil {
			return found
		}
	}
	return nil
}
