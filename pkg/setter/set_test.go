// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-image/kubectl-image/pkg/setter"
)

// kept are texts of which nothing but the value behind #M changes, in shapes that txtar cannot hold.
var kept = map[string]string{
	"no final newline":       "a: 1\nk: a #M",
	"blank lines at the end": "k: a #M\n\n \n\n",
	"CRLF":                   "a: |\r\n  x\r\n\r\nk: a #M\r\n---\r\n# c\r\n",
	"mixed line ends":        "a: 1\r\nk: a #M\nb: 2\rc: 3\r\n",
	"CR":                     "a: 1\rk: a #M\rb: 2\r",
	"byte order mark":        "\ufeff# c\nk: a #M\n",
	"byte order mark, ---":   "\ufeff---\r\nk: a #M\r\n",
	"trailing blanks":        "a: 1   \nk: a #M \t \nb: 2 \t\n",
	"tabs":                   "a:\t1\nk:\ta\t#M\n",
	"markers":                "%YAML 1.1\n--- # x\nk: a #M\n... # y\n# c\n---\n",
	"wide indentation":       "a:\n        b:\n          -   k: a #M\n              c: [ 1,2 ]\n",
	"long lines":             "a: " + strings.Repeat("x ", 5000) + "y\nk: a #M\n",
	"unicode":                "é: \"\\u00e9 \U0001F680\"\nk: {\U0001F680: \U0001F680,\n  b: a #M\n}\n",
	"Helm":                   "{{- if .Values.x }}\na: {{ .Values.y }\n---\nk: a #M\n---\n{{ end }}\n",
	"merge keys":             "a: &a {x: 1}\nk:\n  <<: *a\n  b: a #M\n",
	"null document":          "~\n---\nk: a #M\n",
}

func TestSetKeepsBytes(t *testing.T) {
	t.Parallel()
	for name, in := range kept {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := strings.Replace(text(in), "a "+mark, "reg/web:v2 "+mark, 1)
			want = strings.Replace(want, "a\t"+mark, "reg/web:v2\t"+mark, 1)
			res := setter.Set("f.yaml", []byte(text(in)), web(t))
			if diff := cmp.Diff(want, string(res.Out)); diff != "" {
				t.Errorf("(-want +got):\n%s%s", diff, report(res))
			}
		})
	}
}

// TestSetValues is the table of automation.md 3.5, with what is ours instead: no tags, no restyling of blocks.
func TestSetValues(t *testing.T) {
	t.Parallel()
	plain := []string{"v2.0.0", "1.0.0", "1-2", "0123abc", "1e", "0o8", "inf", "nan"}
	ambiguous := []string{
		"1.1", "12", "1234567", "123e45", "1E5", "0x1f", "012", "08", "0777", "0_7", "0b101", "0o17", "1_000", "1.",
		"20240102150405", "99999999999999999999999", "yes", "no", "on", "off", "y", "n", "Y", "N", "true", "TRUE", "false",
		"null", "NULL", "2024-01-02", "12e4567",
	}
	olds := []string{"a", "yes", "5.0", "7", "0x10", "0777", "1_000", ".inf", "true", "~", "null", "2024-01-03", "1.2.3"}
	set := func(old, tag string) string {
		p := policies(t, map[string]setter.Policy{"web": {Latest: setter.Ref{Name: "reg/web", Tag: tag}}})
		res := setter.Set("f.yaml", []byte("k: "+old+text(" #T\n")), p)
		out, ok := strings.CutSuffix(string(res.Out), text(" #T\n"))
		if !ok {
			t.Fatalf("the mark changed: %q", res.Out)
		}
		return strings.TrimPrefix(out, "k: ")
	}
	for i, tag := range append(plain, ambiguous...) {
		want := tag
		if i >= len(plain) {
			want = `"` + tag + `"`
		}
		for _, old := range olds {
			if got := set(old, tag); got != want && old != tag {
				t.Errorf("%s over %s: got %s, want %s", tag, old, got, want)
			}
		}
		if got := set("'x'", tag); got != "'"+tag+"'" {
			t.Errorf("%s over 'x': got %s", tag, got)
		}
		if got := set(`""`, tag); got != `"`+tag+`"` {
			t.Errorf("%s over \"\": got %s", tag, got)
		}
	}
}

// TestFind: Find reports what Set does, undecided, and needs no policies.
func TestFind(t *testing.T) {
	t.Parallel()
	in := text("apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nk: \"a\" #T\nl: a # {\"$imagepolicy\": \"web\"}\n---\n[ #M\n")
	marks, problems := setter.Find("f.yaml", []byte(in))
	pod := setter.Object{APIVersion: "v1", Kind: "Pod", Namespace: "b", Name: "a"}
	wantMarks := []setter.Mark{
		{File: "f.yaml", Line: 4, Column: 4, Object: pod, Target: setter.Target{Namespace: "shop", Policy: "web", Part: setter.Tag}, Old: "a"},
		{File: "f.yaml", Line: 5, Column: 4, Object: pod, Text: `"web"`, Old: "a", Outcome: setter.Malformed, Reason: form, Want: `"NAMESPACE:web"`},
		{File: "f.yaml", Line: 7, Column: 3, Target: setter.Target{Namespace: "shop", Policy: "web"}, Outcome: setter.Unread},
	}
	wantProblems := []setter.Problem{{File: "f.yaml", Line: 7, Reason: "did not find expected node content"}}
	if diff := cmp.Diff(wantMarks, marks); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantProblems, problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// A mark whose value cannot be replaced safely is left alone and reported.
func TestSetRefuses(t *testing.T) {
	t.Parallel()
	in := text("k:\n  | #M\nl: 'a\u2028 b' #M\nm: a\u2028  b #M\n")
	res := setter.Set("f.yaml", []byte(in), web(t))
	want := []string{
		text("k:\n  | #M\nl: 'reg/web:v2' #M\nm: a\u2028  b #M\n"),
		`2:3 unparsable shop:web; replacing the value of line 2, column 3: a block scalar alone on its line, which cannot become a quoted one
3:4 changed shop:web "a\u2028b" -> "reg/web:v2"
5:4 unparsable shop:web "a\u2028b"; locating the value of line 5, column 4: the text does not match the parsed value
`,
	}
	if diff := cmp.Diff(want, []string{string(res.Out), report(res)}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSetHostile: megabytes that would take minutes if the time grew with the square of their size.
func TestSetHostile(t *testing.T) {
	t.Parallel()
	const n = 25000
	m := mark + "\n"
	tests := map[string]struct {
		in    string
		marks int
	}{
		"one line":           {"k: v # " + strings.Repeat(mark[2:], n) + "\n", 1},
		"comments":           {"k:\n" + strings.Repeat(m, n) + "- v\n", n},
		"block text":         {"k: |\n" + strings.Repeat("  "+m, n) + "z: v " + m, n + 1},
		"quoted text":        {"k: '" + strings.Repeat(mark, n) + "' " + m, 2},
		"duplicate keys":     {strings.Repeat("k: v "+m, n), n},
		"documents":          {strings.Repeat("---\nk: v "+m, n), n},
		"flow, commas below": {"k: [" + strings.Repeat("v "+m+m+",", n) + "v]\n", 2 * n},
		"nested":             {"k: " + strings.Repeat("[", 9000) + "v " + m + strings.Repeat("]", 9000), 1},
		"bomb":               {"a: &a [x, x]\n" + strings.Repeat("b: &a [*a, *a, *a]\n", n) + "k: v " + m, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if res := setter.Set("f.yaml", []byte(test.in), web(t)); len(res.Marks) != test.marks || len(res.Problems) > 0 {
				t.Errorf("%d marks and problems %v, want %d marks", len(res.Marks), res.Problems, test.marks)
			}
		})
	}
}

func TestSetTooLarge(t *testing.T) {
	t.Parallel()
	in := []byte(text("k: a #M\n") + strings.Repeat("\n", 32<<20))
	res := setter.Set("f.yaml", in, web(t))
	want := []setter.Problem{{File: "f.yaml", Line: 1, Reason: "a file of 33554468 bytes, want at most 33554432"}}
	if diff := cmp.Diff(want, res.Problems); diff != "" || len(res.Out) != len(in) {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
