// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-image/kubectl-image/pkg/setter"
)

// mark is replaced by a mark for shop:web in the tests' texts.
const mark = `# {"$imagepolicy": "shop:web"}`

// text replaces "#M" by a mark, and "#T" by one for the tag.
func text(s string) string {
	s = strings.ReplaceAll(s, "#T", `# {"$imagepolicy": "shop:web:tag"}`)
	return strings.ReplaceAll(s, "#M", mark)
}

// web is the policy shop:web, which selected reg/web:v2.
func web(t testing.TB) setter.Policies {
	return policies(t, map[string]setter.Policy{"web": {Latest: setter.Ref{Name: "reg/web", Tag: "v2"}}})
}

func policies(t testing.TB, byName map[string]setter.Policy) setter.Policies {
	t.Helper()
	p, err := setter.NewPolicies("shop", byName)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// positions is the table of automation.md 3.3. An empty want means that the text stays as it is.
var positions = map[string]struct{ in, want, reason string }{
	"mapping value, plain":  {in: "k: a #M\n", want: "k: reg/web:v2 #M\n"},
	"mapping value, single": {in: "k: 'a' #M\n", want: "k: 'reg/web:v2' #M\n"},
	"mapping value, double": {in: "k: \"a\" #M\n", want: "k: \"reg/web:v2\" #M\n"},
	"sequence item":         {in: "k:\n- a #M\n", want: "k:\n- reg/web:v2 #M\n"},
	"nested item":           {in: "k:\n- - a #M\n", want: "k:\n- - reg/web:v2 #M\n"},
	"two-line plain":        {in: "k: a\n  b #M\n", want: "k: reg/web:v2 #M\n"},
	"two-line quoted":       {in: "k: 'a\n  b' #M\n", want: "k: 'reg/web:v2' #M\n"},
	"literal header":        {in: "k: | #M\n  a\nz: 1\n", want: "k: |- #M\n  reg/web:v2\nz: 1\n"},
	"folded header":         {in: "k: >- #M\n  a\n  b\nz: 1\n", want: "k: >- #M\n  reg/web:v2\nz: 1\n"},
	"indented header":       {in: "k: >2- #M\n  a\nz: 1\n", want: "k: >2- #M\n  reg/web:v2\nz: 1\n"},
	"block text": {
		in: "k: |\n  a #M\n", reason: "inside the text of a block scalar",
	},
	"above a key": {
		in: "a: b\n#M\nk: a\n", reason: `above the key "k": a mark belongs behind the value`,
	},
	"above the first key": {
		in: "#M\nk: a\n", reason: `above the key "k": a mark belongs behind the value`,
	},
	"above an item":       {in: "k:\n- a\n#M\n- b\n", want: "k:\n- a\n#M\n- reg/web:v2\n"},
	"above a first item":  {in: "k:\n  #M\n  - a\n", want: "k:\n  #M\n  - reg/web:v2\n"},
	"above a marked item": {in: "k:\n- a\n#M\n- b #T\n", want: "k:\n- a\n#M\n- v2 #T\n", reason: "hidden by the comment behind the value below"},
	"above an item with a comment": {
		in: "k:\n- a\n#M\n- b # c\n", reason: "hidden by the comment behind the value below",
	},
	"above an item and a blank line": {
		in: "k:\n- a\n#M\n\n- b\n", reason: "a blank line parts it from the value below",
	},
	"two-line head comment, first": {
		in: "k:\n- a\n#M\n# c\n- b\n", reason: "together with other comment lines: a mark above an item stands alone",
	},
	"two-line head comment, last": {
		in: "k:\n- a\n# c\n#M\n- b\n", reason: "together with other comment lines: a mark above an item stands alone",
	},
	"behind the dash": {in: "k:\n- #M\n  a\n", want: "k:\n- #M\n  reg/web:v2\n"},
	"key line": {
		in: "k: #M\n  a\n", reason: `behind the key "k": a mark belongs on the line of the value`,
	},
	"between key and value": {in: "k:\n  #M\n  a\n", want: "k:\n  #M\n  reg/web:v2\n"},
	"null":                  {in: "k: #M\nz: 1\n", reason: "there is no value to set"},
	"null with an anchor":   {in: "k: &a #M\nz: 1\n", reason: "there is no value to set"},
	"key of a mapping": {
		in: "k: #M\n  a: b\n", reason: `behind the key "k", which holds a collection`,
	},
	"key of a sequence": {
		in: "k: #M\n- a\n", reason: `behind the key "k", which holds a collection`,
	},
	"foot comment": {
		in: "k: a\n#M\n", reason: "below the last value: a mark belongs behind its value",
	},
	"one-line flow mapping": {
		in: "k: {a: b} #M\n", reason: flow,
	},
	"one-line flow sequence": {
		in: "k: [a] #M\n", reason: flow,
	},
	"closing bracket": {
		in: "k: [a,\n  b\n] #M\n", reason: flow,
	},
	"flow element":               {in: "k: [a, b #M\n]\n", want: "k: [a, reg/web:v2 #M\n]\n"},
	"flow element and comma":     {in: "k: {a: b, c: d, #M\n  e: f}\n", want: "k: {a: b, c: reg/web:v2, #M\n  e: f}\n"},
	"flow element, comma below":  {in: "k: [a\n  , #M\n  b]\n", want: "k: [reg/web:v2\n  , #M\n  b]\n"},
	"above a flow element":       {in: "k: [\n  #M\n  a,\n  b]\n", want: "k: [\n  #M\n  reg/web:v2,\n  b]\n"},
	"above a later flow element": {in: "k: [a,\n  #M\n  b]\n", want: "k: [a,\n  #M\n  reg/web:v2]\n"},
	"anchor":                     {in: "k: &a a #M\n", want: "k: &a reg/web:v2 #M\n"},
	"tag":                        {in: "k: !!str a #M\n", want: "k: !!str reg/web:v2 #M\n"},
	"anchor and own tag":         {in: "k: &a !t 'a' #M\n", want: "k: &a !t 'reg/web:v2' #M\n"},
	"behind the anchor":          {in: "k: &a #M\n  b\n", want: "k: &a #M\n  reg/web:v2\n"},
	"alias": {
		in: "a: &a b\nk: *a #M\n", reason: "behind the alias *a: mark the value it stands for",
	},
	"above an alias": {
		in: "a: &a b\nk:\n#M\n- *a\n", reason: "above an alias: mark the value it stands for",
	},
	"key": {
		in: "? k #M\n: a\n", reason: `behind the key "k": a mark belongs on the line of the value`,
	},
	"value of an explicit key": {in: "? k\n: a #M\n", want: "? k\n: reg/web:v2 #M\n"},
	"duplicate key": {
		in: "k: a\nk: b #M\n", reason: `at a second "k" in the same mapping: Flux sets the first`,
	},
	"no space, quoted": {in: "k: 'a'#M\n", want: "k: 'reg/web:v2'#M\n"},
	"no space, plain":  {in: "k: a#M\nz: b #T\n", reason: unread},
	"no space, in a plain item": {
		in: `k: a#{"$imagepolicy":"shop:web"}` + "\n", reason: `part of the value: a comment begins with a space before "#"`,
	},
	"in quotes, and behind them": {
		in: "k: {a: '#M'} #M\n", reason: "inside a quoted value" + flow,
	},
	"marker line": {in: "--- #M\nk: a\n", reason: "on a line that divides documents"},
	"bare scalar": {in: "a #M\n", reason: unread},
	"bare list":   {in: "- a #M\n", reason: unread},
	"no content":  {in: "---\n#M\n", reason: "the document has no values"},
}

const (
	flow   = "behind a flow collection: a mark belongs behind a value, and that on a line of its own"
	unread = "(unread)"
)

func TestPositions(t *testing.T) {
	t.Parallel()
	for name, test := range positions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := test.want
			if want == "" {
				want = test.in
			}
			// What holds for LF holds for CRLF (E49), and behind a byte order mark.
			for _, variant := range []func(string) string{
				func(s string) string { return s },
				func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
				func(s string) string { return "\ufeff" + s },
			} {
				in := variant(text(test.in))
				res := setter.Set("f.yaml", []byte(in), web(t))
				if diff := cmp.Diff(variant(text(want)), string(res.Out)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				reason := ""
				for _, m := range res.Marks {
					if m.Outcome == setter.Dead {
						reason += m.Reason
					}
					if m.Outcome == setter.Unread {
						reason = unread
					}
				}
				if diff := cmp.Diff(test.reason, reason); diff != "" {
					t.Errorf("%q: reason (-want +got):\n%s", in, diff)
				}
				if tries := strings.Count(in, `{"$imagepolicy":`); len(res.Marks) != tries {
					t.Errorf("%q: %d marks reported, want %d", in, len(res.Marks), tries)
				}
			}
		})
	}
}
