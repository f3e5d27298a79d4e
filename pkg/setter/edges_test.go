// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-image/kubectl-image/pkg/setter"
)

// digest is one that validates.
var digest = "sha256:" + strings.Repeat("a", 64)

// TestEdges are the sharp edges of automation.md 7 that concern marks, by their numbers. Each is Flux's behaviour or,
// where it says "ours", one of the deviations that doc.go lists. E5, E20, E21, E22 and E31 have tests of their own, or
// are rows of TestPositions and TestParseComment; E26 and E28 are about which files are read, which is not decided here.
func TestEdges(t *testing.T) {
	t.Parallel()
	latest := func(name, tag, digest string) setter.Policy {
		return setter.Policy{Latest: setter.Ref{Name: name, Tag: tag, Digest: digest}}
	}
	known := policies(t, map[string]setter.Policy{
		"web":    latest("reg/web", "v2", ""),
		"pinned": latest("reg/web", "v2", digest),
		"number": latest("reg/web", "1.10", ""),
		"none":   {Standing: setter.NoLatest},
	})
	unchanged := func(s string) [2]string { return [2]string{s, s} }
	tests := map[string]struct {
		text   [2]string // in, out
		report string
	}{
		"E1 only policies of the automation's namespace": {
			text:   unchanged(`k: a # {"$imagepolicy": "other:web"}` + "\n"),
			report: "1:4 other namespace other:web \"a\"\n",
		},
		"E2 without latest image there is nothing to set": {
			text:   unchanged(`k: a # {"$imagepolicy": "shop:none"}` + "\n"),
			report: "1:4 no latest image shop:none \"a\"\n",
		},
		"E3 a digest is part of the full image": {
			text:   [2]string{`k: a # {"$imagepolicy": "shop:pinned"}`, `k: reg/web:v2@` + digest + ` # {"$imagepolicy": "shop:pinned"}`},
			report: `1:4 changed shop:pinned "a" -> "reg/web:v2@` + digest + "\"\n",
		},
		"E4 no digest blanks, and ours says so": {
			text: [2]string{`{"k": a, # {"$imagepolicy": "shop:web:digest"}` + "\n}", `{"k": "", # {"$imagepolicy": "shop:web:digest"}` + "\n}"},
			report: `1:7 changed shop:web:digest "a" -> ""` +
				"; the policy reflects no digest: the value is blanked\n",
		},
		"E23 ours never writes a tag": {
			text: [2]string{
				"a: 5.0 #M\nb: 7 #M\nc: true #M\nd: ~ #M\ne: 2024-01-02 #M\nf: !!str 1 #T\n",
				"a: reg/web:v2 #M\nb: reg/web:v2 #M\nc: reg/web:v2 #M\nd: reg/web:v2 #M\ne: reg/web:v2 #M\nf: !!str v2 #T\n",
			},
			report: `1:4 changed shop:web "5.0" -> "reg/web:v2"
2:4 changed shop:web "7" -> "reg/web:v2"
3:4 changed shop:web "true" -> "reg/web:v2"
4:4 changed shop:web "~" -> "reg/web:v2"
5:4 changed shop:web "2024-01-02" -> "reg/web:v2"
6:10 changed shop:web:tag "1" -> "v2"
`,
		},
		"E24 ours does not restyle what is current": {
			text: [2]string{
				"a: 1.10 # {\"$imagepolicy\": \"shop:number:tag\"}\nb: a #M\n",
				"a: 1.10 # {\"$imagepolicy\": \"shop:number:tag\"}\nb: reg/web:v2 #M\n",
			},
			report: "1:4 current shop:number:tag \"1.10\"\n2:4 changed shop:web \"a\" -> \"reg/web:v2\"\n",
		},
		"E25 ours leaves lists whole": {
			text: [2]string{
				"kind: List\nitems:\n- metadata: {name: a}\n  k: a #M\n- metadata: {name: b}\n",
				"kind: List\nitems:\n- metadata: {name: a}\n  k: reg/web:v2 #M\n- metadata: {name: b}\n",
			},
			report: "4:6 changed shop:web \"a\" -> \"reg/web:v2\" in /List//\n",
		},
		"E27 ours sets what makes Flux's run fail": {
			text: [2]string{
				"metadata: {annotations: {config.kubernetes.io/path: x, config.kubernetes.io/index: '7'}}\nk: a #M\n",
				"metadata: {annotations: {config.kubernetes.io/path: x, config.kubernetes.io/index: '7'}}\nk: reg/web:v2 #M\n",
			},
			report: "2:4 changed shop:web \"a\" -> \"reg/web:v2\"\n",
		},
		"E29 ours loses nothing in the file": {
			text: [2]string{
				"# licence\n---\n# only this\n---   # x\nk:   a\t#M\n\n\nl: >\n  a\n   b\n\n  c\n<<: {a: {{ .b }}}\nm: {}\n...\nn: a #M\n---\n",
				"# licence\n---\n# only this\n---   # x\nk:   reg/web:v2\t#M\n\n\nl: >\n  a\n   b\n\n  c\n<<: {a: {{ .b }}}\nm: {}\n...\nn: reg/web:v2 #M\n---\n",
			},
			report: "5:6 changed shop:web \"a\" -> \"reg/web:v2\"\n16:4 changed shop:web \"a\" -> \"reg/web:v2\"\n",
		},
		"E44 percent-encoding, JSON escapes, more members": {
			text: [2]string{
				"a: a # {\"$imagepolicy\": \"shop:%77eb\"}\nb: a # {\"$imagepolicy\": \"shop:\\u0077eb\", \"x\": \"y\"}\nc: a # {\"$imagepolicy\": \"shop:web\", \"x\": 1}\n",
				"a: reg/web:v2 # {\"$imagepolicy\": \"shop:%77eb\"}\nb: reg/web:v2 # {\"$imagepolicy\": \"shop:\\u0077eb\", \"x\": \"y\"}\nc: a # {\"$imagepolicy\": \"shop:web\", \"x\": 1}\n",
			},
			report: `1:4 changed shop:web "a" -> "reg/web:v2"
2:4 changed shop:web "a" -> "reg/web:v2"
3:4 malformed # {"$imagepolicy": "shop:web", "x": 1} "a"; a member is not a string
`,
		},
		"E45 the second of duplicate keys is never set": {
			text: [2]string{"k: a #M\nk: b #M\n1: a #M\n\"1\": b #M\n", "k: reg/web:v2 #M\nk: b #M\n1: reg/web:v2 #M\n\"1\": b #M\n"},
			report: `1:4 changed shop:web "a" -> "reg/web:v2"
2:6 dead position shop:web; at a second "k" in the same mapping: Flux sets the first
3:4 changed shop:web "a" -> "reg/web:v2"
4:8 dead position shop:web; at a second "1" in the same mapping: Flux sets the first
`,
		},
		"E49 ours keeps CRLF and CR": {
			text:   [2]string{"a: a #M\r\nb: |\r\n  x\r\nc: y\r\n", "a: reg/web:v2 #M\r\nb: |\r\n  x\r\nc: y\r\n"},
			report: "1:4 changed shop:web \"a\" -> \"reg/web:v2\"\n",
		},
		"E50 the old value is the parsed one": {
			text:   [2]string{"a: \"1.0\" #M\nb: | #M\n  x\n", "a: \"reg/web:v2\" #M\nb: |- #M\n  reg/web:v2\n"},
			report: "1:4 changed shop:web \"1.0\" -> \"reg/web:v2\"\n2:4 changed shop:web \"x\\n\" -> \"reg/web:v2\"\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res := setter.Set("a..b.yaml", []byte(text(test.text[0])), known)
			if diff := cmp.Diff(text(test.text[1]), string(res.Out)); diff != "" {
				t.Errorf("out (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.report, report(res)); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
			// E30: ours, twice is once.
			if again := setter.Set("a..b.yaml", res.Out, known); string(again.Out) != string(res.Out) {
				t.Errorf("twice is not once: %q became %q", res.Out, again.Out)
			}
		})
	}
}

// E5: one invalid image of a policy, used or not, is an error for all.
func TestNewPoliciesInvalidImage(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		policies map[string]setter.Policy
		want     string
	}{
		"valid": {policies: map[string]setter.Policy{"a": {Latest: setter.Ref{Name: "localhost:5000/aa", Tag: "1", Digest: digest}}}},
		"invalid": {
			policies: map[string]setter.Policy{
				"a": {Latest: setter.Ref{Name: "aa", Tag: "1"}},
				"b": {Latest: setter.Ref{Name: "B b", Tag: "1"}},
				"c": {Latest: setter.Ref{Name: "", Tag: ""}},
			},
			want: `encountered invalid image ref "B b:1": could not parse reference: B b:1`,
		},
		"invalid, not given": {policies: map[string]setter.Policy{"b": {Standing: setter.NotSelected, Latest: setter.Ref{Name: "B b", Tag: "1"}}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := setter.NewPolicies("shop", test.policies)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// E22: what Flux passes over in silence is reported.
func TestProblems(t *testing.T) {
	t.Parallel()
	in := text("a: a #M\n---\nb: [a #M\nc: d\n---\n- a #M\n---\nmetadata: {annotations: [a]}\nd: a #M\n---\ne: a #M\n")
	res := setter.Set("dir/f.yaml", []byte(in), web(t))
	want := setter.Result{
		Out: []byte(text("a: reg/web:v2 #M\n---\nb: [a #M\nc: d\n---\n- a #M\n---\nmetadata: {annotations: [a]}\nd: a #M\n---\ne: reg/web:v2 #M\n")),
		Problems: []setter.Problem{
			{File: "dir/f.yaml", Line: 2, Reason: "did not find expected ',' or ']'"},
			{File: "dir/f.yaml", Line: 5, Reason: "the document is not a mapping"},
			{File: "dir/f.yaml", Line: 7, Reason: "metadata.annotations is a sequence"},
		},
	}
	target := setter.Target{Namespace: "shop", Policy: "web"}
	for _, m := range []setter.Mark{
		{Line: 1, Column: 4, Old: "a", New: "reg/web:v2", Outcome: setter.Changed},
		{Line: 3, Column: 7, Outcome: setter.Unread},
		{Line: 6, Column: 5, Outcome: setter.Unread},
		{Line: 9, Column: 6, Outcome: setter.Unread},
		{Line: 11, Column: 4, Old: "a", New: "reg/web:v2", Outcome: setter.Changed},
	} {
		m.File, m.Target = "dir/f.yaml", target
		want.Marks = append(want.Marks, m)
	}
	if diff := cmp.Diff(want, res); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// E31: without the double-quoted token a document is not parsed, but a comment that tries is reported.
func TestScreen(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, report string }{
		"no token":       {"{{ not yaml\n", ""},
		"single quotes":  {"{{ not yaml\nk: a # {'$imagepolicy': 'shop:web'}\n", "2:6 malformed # {'$imagepolicy': 'shop:web'}; single quotes are not JSON; want {\"$imagepolicy\": \"shop:web\"}\n"},
		"escaped key":    {`k: a # {"\u0024imagepolicy": "shop:web"}` + "\n", ""},
		"not a comment":  {"k: $imagepolicy: a\n", ""},
		"other document": {"{{ not yaml # {$imagepolicy: a}\n---\nk: reg/web:v2 #M\n", "1:13 malformed # {$imagepolicy: a}; not a JSON object\n3:4 current shop:web \"reg/web:v2\"\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := text(test.in)
			res := setter.Set("f.yaml", []byte(in), web(t))
			if diff := cmp.Diff([]string{in, test.report}, []string{string(res.Out), report(res)}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
