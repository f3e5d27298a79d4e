// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExclusion are the vectors of reflector.md 1.8 and 5, with edges 13 and 18.
func TestExclusion(t *testing.T) {
	t.Parallel()
	versions := "0.1.0 0.2.0 0.2.-alpha 0.3.0 0.4.0 0.4.0.sig"
	tests := map[string]struct {
		list       []string
		tags, want string
	}{
		"class":                           {[]string{`[abc]`}, "a b c d", "d"},
		"several":                         {[]string{`[a]`, `[d]`}, "a b c d", "b c"},
		"two suffixes":                    {[]string{`^.*\-alpha$`, `^.*\.sig$`}, versions, "0.1.0 0.2.0 0.3.0 0.4.0"},
		"alternation":                     {[]string{`aaa|ccc`}, "aaa bbb ccc ddd", "bbb ddd"},
		"default":                         {nil, "0.1.1 0.1.1.sig", "0.1.1"},
		"edge 18: empty is the default":   {[]string{}, "0.1.1 0.1.1.sig", "0.1.1"},
		"edge 18: a list replaces it":     {[]string{`^.*\-alpha$`}, versions, "0.1.0 0.2.0 0.3.0 0.4.0 0.4.0.sig"},
		"edge 18: never matches":          {[]string{`$^.`}, "a b.sig", "a b.sig"},
		"edge 18: attestations stay":      {nil, "sha256-0a.att sha256-0a.sbom sha256-0a.sig", "sha256-0a.att sha256-0a.sbom"},
		"edge 13: search is not anchored": {[]string{`1.0.2`}, "1.0.2 1.0.3 11.0.25", "1.0.3"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := CompileExclusion(tt.list)
			if err != nil {
				t.Fatal(err)
			}
			tags := strings.Fields(tt.tags)
			if diff := cmp.Diff(strings.Fields(tt.want), e.Keep(tags)); diff != "" {
				t.Errorf("Keep (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(strings.Fields(tt.tags), tags); diff != "" {
				t.Errorf("Keep changed its input (-before +after)\n%s", diff)
			}
		})
	}
}

func TestExclusionError(t *testing.T) {
	t.Parallel()
	_, err := CompileExclusion([]string{"a", "[="})
	if want := "failed to compile regex [=: error parsing regexp: missing closing ]: `[=`"; err == nil || err.Error() != want {
		t.Errorf("CompileExclusion = %v, want %q", err, want)
	}
}

func TestExpressions(t *testing.T) {
	t.Parallel()
	e, err := CompileExclusion(nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`^.*\.sig$`}, e.Expressions()); diff != "" {
		t.Errorf("Expressions (-want +got)\n%s", diff)
	}
}

// FuzzExclusion holds the suffix check to the default expression.
func FuzzExclusion(f *testing.F) {
	for _, tag := range []string{"", "a", ".sig", "a.sig", "a\n.sig", "a.sig\n", "\xff.sig", "a.sig.sig", "a.SIG", "asig"} {
		f.Add(tag)
	}
	re := regexp.MustCompile(DefaultExclusion)
	e, err := CompileExclusion(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		if _, got := e.Match(tag); got != re.MatchString(tag) {
			t.Fatalf("Match(%q) = %v, the expression says %v", tag, got, !got)
		}
		if kept := e.Keep([]string{"1", tag, "2"}); slices.Contains(kept, tag) == re.MatchString(tag) && tag != "1" && tag != "2" {
			t.Fatalf("Keep left %q of %q", kept, tag)
		}
	})
}
