// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// splitCases are about text that could be lost between documents. {A} stands for a namespace as JSON, @A for it as YAML.
func splitCases() map[string]struct{ in, want string } {
	const (
		a    = "in.yaml:1:1 v1 Namespace a\n"
		lost = ": not valid JSON: from here on the text is not read\n"
		out  = ": not valid YAML: from here on the text is not part of the document that began before, and is not read\n"
	)
	cases := map[string]struct{ in, want string }{
		"JSON, and JSON that is cut off":       {`{A}` + "\n" + `{"apiVersion": "v1`, a + "error: in.yaml:2:1" + lost},
		"JSON, a word, JSON":                   {"{A} x\n{B}", a + "error: in.yaml:1:70" + lost},
		"JSON and garbage":                     {"{A}\n}}} garbage", a + "error: in.yaml:2:1" + lost},
		"JSON and a comma":                     {"{A},", a + "error: in.yaml:1:69" + lost},
		"JSON and a directive":                 {"{A}\n%YAML 1.1\n", a + "error: in.yaml:2:1" + lost},
		"JSON, garbage, and a document":        {"{A} x\n---\n@B", a + "in.yaml:3:1 v1 Namespace b\nerror: in.yaml:1:70" + lost},
		"JSON and comments":                    {"# before\n{A} # beside\n# after\n...\n", "in.yaml:2:1 v1 Namespace a\n"},
		"JSON after a marker":                  {"---\n{A}\n{B}\n", "in.yaml:2:1 v1 Namespace a\nin.yaml:3:1 v1 Namespace b\n"},
		"a flow mapping and a document":        {"{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n---\n@B", a + "in.yaml:3:1 v1 Namespace b\n"},
		"a flow mapping and another":           {"{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n\n{B}\n", a + "error: in.yaml:3:1" + out},
		"a flow mapping and a mapping":         {"{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n@B", a + "error: in.yaml:2:1" + out},
		"less and less indented":               {"  apiVersion: v1\n  kind: Namespace\n  metadata: {name: a}\nspec: {}\n", "in.yaml:1:3 v1 Namespace a\nerror: in.yaml:4:1" + out},
		"documents that end with dots":         {"@A\n...\n@B\n... # end\n\n---\n@C", a + "in.yaml:5:1 v1 Namespace b\nin.yaml:11:1 v1 Namespace c\n"},
		"an empty document that ends":          {"---\n...\n@A", "in.yaml:3:1 v1 Namespace a\n"},
		"dots with something beside them":      {"@A\n... @B\n", a + "error: in.yaml:4:1: not valid YAML: mapping values are not allowed in this context\n"},
		"carriage returns end lines too":       {"kind: Namespace\r---\rkind: Namespace\r", "error: in.yaml:1:1: \"\" Namespace: want one of the versions v1\nin.yaml:2:1" + out},
		"directives belong to what follows":    {"# c\n%YAML 1.1\n%TAG !e! tag:yaml.org,2002:\n---\nkind: !e!str Namespace\napiVersion: v1\nmetadata: {name: a}\n...\n%YAML 1.2\n%FOO bar\n---\n@B\n", "in.yaml:5:1 v1 Namespace a\nin.yaml:12:1 v1 Namespace b\n"},
		"a percent sign within a document":     {"a: b\n%Secret: d\n", "error: in.yaml:2:1: not valid YAML: found unexpected non-alphabetical character\n"},
		"JSON on one line":                     {`{"ü": 1}{A} {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "b", "nam": 1}, "x": 0}`, "in.yaml:1:9 v1 Namespace a\nin.yaml:1:78 v1 Namespace b\n1 skipped\nwarning: in.yaml:1:146: metadata.nam: v1 Namespace has no such field, the API server drops it\nwarning: in.yaml:1:157: x: v1 Namespace has no such field, the API server drops it\n"},
		"text that is not ours may be garbage": {"{} x\n---\n{a: b} c\n", "2 skipped\n"},
		"a list of lists": {strings.Repeat("{\"kind\": \"List\", \"items\": [", 5) + "{A}" + strings.Repeat("]}", 5),
			"1 skipped\nerror: in.yaml:1:109: lists within lists are read to a depth of 4, and this is deeper\n"},
		"a list of lists of others": {strings.Repeat("{\"kind\": \"List\", \"items\": [", 5) + `"Secret"` + strings.Repeat("]}", 5), "1 skipped\n"},
		"a sequence of objects":     {"[{A},\n{B}]", "1 skipped\nerror: in.yaml:1:1: objects in a list of their own are not read\n"},
		"a sequence in a list":      {"kind: List\nitems:\n- - {A}\n- Secret\n", "2 skipped\nerror: in.yaml:3:3: objects in a list of their own are not read\n"},
		"a sequence of others":      {"[{a: Secret}]\n", "1 skipped\n"},
		"empty lists": {"apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicyList\nitems: null\n---\n" +
			"apiVersion: v1\nkind: SecretList\n---\napiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicyList\nitems: []\n", ""},
	}
	for name, test := range cases {
		for _, letter := range []string{"A", "B", "C"} {
			small := strings.ToLower(letter)
			test.in = strings.ReplaceAll(test.in, "{"+letter+"}", `{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "`+small+`"}}`)
			test.in = strings.ReplaceAll(test.in, "@"+letter, "apiVersion: v1\nkind: Namespace\nmetadata: {name: "+small+"}")
		}
		cases[name] = test
	}
	return cases
}

func TestDecodeLosesNothing(t *testing.T) {
	t.Parallel()
	for name, test := range splitCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want, got []string
			want = strings.Split(test.want, "\n")
			got = strings.Split(told(withoutHints(manifest.Decode("in.yaml", []byte(test.in)))), "\n")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func withoutHints(decoded manifest.Decoded, err error) (manifest.Decoded, error) {
	for _, warning := range decoded.Warnings {
		warning.Hint = ""
	}
	return decoded, err
}

// A file of nothing but mistakes does not fill the screen.
func TestDecodeCountsWarnings(t *testing.T) {
	t.Parallel()
	decoded, err := manifest.Decode("in.yaml", unknownKeys(40_000))
	if err != nil || len(decoded.Warnings) != 101 {
		t.Fatalf("got %d warnings, %v", len(decoded.Warnings), err)
	}
	var got []string
	for _, i := range []int{0, 99, 100} {
		got = append(got, decoded.Warnings[i].Error())
	}
	const message = ": v1 Namespace has no such field, the API server drops it"
	want := []string{"in.yaml:4:1: k0" + message, "in.yaml:103:1: k99" + message, "in.yaml: and 39900 more warnings"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if decoded, _ = manifest.Decode("in.yaml", unknownKeys(100)); len(decoded.Warnings) != 100 {
		t.Errorf("a hundred warnings became %d", len(decoded.Warnings))
	}
}

func unknownKeys(n int) []byte {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	return []byte(b.String())
}

// The cost grows with the size of the file, not with its square.
func BenchmarkDecodeLarge(b *testing.B) {
	for name, in := range map[string][]byte{
		"keys 20000":        unknownKeys(20_000),
		"keys 40000":        unknownKeys(40_000),
		"values 200000":     []byte(strings.Repeat("{}\n", 200_000)),
		"values 400000":     []byte(strings.Repeat("{}\n", 400_000)),
		"in a line 400000":  []byte(strings.Repeat("{}", 400_000)),
		"documents 200000":  []byte(strings.Repeat("---\na\n", 200_000)),
		"directives 200000": []byte(strings.Repeat("%A\n", 200_000) + "---\nSecret"),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				if _, err := manifest.Decode("in.yaml", in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
