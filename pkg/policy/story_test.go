// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func explain(t *testing.T, spec imagev1.ImagePolicySpec, tags string) *Story {
	t.Helper()
	rule, err := Compile(spec)
	if err != nil {
		t.Fatal(err)
	}
	exclusion, err := CompileExclusion(nil)
	if err != nil {
		t.Fatal(err)
	}
	return rule.Explain(strings.Fields(tags), exclusion)
}

// shop is a repository as there are many: releases, candidates, flavours, floating tags, commits, signatures.
const shop = `1.2.0 1.2.1 1.2.2 1.2.3 1.3.0 1.2.4-rc.1 1.2.4-rc.2 1.2.4-arm64 1.2 1.1 latest main sha-0796e65 sha-1796e65
	sha256-0123456789abcdef.att sha256-0123456789abcdef.sig 1.1.0 1.1.1 0.9.0 1.2.3 latest`

func TestFunnel(t *testing.T) {
	t.Parallel()
	s := explain(t, semverSpec("~1.2.0"), shop)
	want := Funnel{Listed: 21, Distinct: 19, Kept: 18, Filtered: 18, Read: 11, InRange: 4, Selected: 1}
	if diff := cmp.Diff(want, s.Funnel); diff != "" {
		t.Errorf("Funnel (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1.2.2", "1.2.1"}, s.RunnersUp(2)); diff != "" {
		t.Errorf("RunnersUp (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1.2.2", "1.2.1", "1.2.0"}, s.RunnersUp(9)); diff != "" {
		t.Errorf("RunnersUp (-want +got)\n%s", diff)
	}
	classes := map[Stage][]Class{
		StageExclusion: {{Reason: Excluded, Count: 1, Example: "sha256-0123456789abcdef.sig"}},
		StageRead: {
			{Reason: NotVersion, Flaw: FlawWord, Shape: "sha-…", Count: 2, Example: "sha-1796e65"},
			{Reason: NotVersion, Flaw: FlawWord, Count: 2, Example: "main"},
			{Reason: NotVersion, Flaw: FlawFewParts, Count: 2, Example: "1.2"},
			{Reason: NotVersion, Flaw: FlawWord, Shape: "sha256-….att", Count: 1, Example: "sha256-0123456789abcdef.att"},
		},
		StageRange: {
			{Reason: PreRelease, Count: 3, Example: "1.2.4-rc.2"},
			{Reason: BelowRange, Count: 3, Example: "1.1.1"},
			{Reason: AboveRange, Count: 1, Example: "1.3.0"},
		},
		StageRank: {{Reason: Lower, Count: 3, Example: "1.2.2"}},
	}
	for stage, want := range classes {
		if diff := cmp.Diff(want, s.Classes(stage)); diff != "" {
			t.Errorf("Classes(%v) (-want +got)\n%s", stage, diff)
		}
	}
}

// TestVerdicts has every reason, as a whole value and in words.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	main := filtered(numericalSpec(""), `^main-[a-f0-9]+-(?P<ts>[0-9]+)$`, "$ts")
	tests := map[string]struct {
		spec  imagev1.ImagePolicySpec
		tags  string
		want  Verdict
		words string
	}{
		"unlisted":    {semverSpec("*"), "1.0.0", Verdict{Tag: "1", Reason: Unlisted}, "not listed"},
		"excluded":    {semverSpec("*"), "1.0.0.sig", Verdict{Tag: "1.0.0.sig", Reason: Excluded, Expr: `^.*\.sig$`}, `excluded by ^.*\.sig$`},
		"bad pattern": {filtered(semverSpec("*"), "(", ""), "1.0.0", Verdict{Tag: "1.0.0", Reason: FilterInvalid}, "filterTags is invalid"},
		"mismatch": {
			main, "main-0796e65-20261121T1019",
			Verdict{Tag: "main-0796e65-20261121T1019", Reason: FilterMismatch, Stop: &Stop{Offset: 21, Want: []string{"a digit", "the end"}}},
			"does not match filterTags from byte 22 on: a digit or the end must be there",
		},
		"mismatch at the end": {
			main, "main-0796e65",
			Verdict{Tag: "main-0796e65", Reason: FilterMismatch, Stop: &Stop{Offset: 12, Want: []string{"a hexadecimal digit", `"-"`}}},
			`does not match filterTags from byte 13 on: a hexadecimal digit or "-" must be there`,
		},
		"nothing like it": {
			main, "latest", Verdict{Tag: "latest", Reason: FilterMismatch, Stop: &Stop{Want: []string{`"m"`}}},
			"does not match filterTags: nothing like it",
		},
		"same key": {
			filtered(numericalSpec(""), `^(\d+)-.*$`, "$1"), "1-b 1-a",
			Verdict{Tag: "1-b", Reason: SameKey, Key: "1", Rival: "1-a"}, `gives the same "1" as 1-a`,
		},
		"empty key": {
			filtered(semverSpec("*"), `(.*)`, "$2"), "1.0.0",
			Verdict{Tag: "1.0.0", Reason: NotVersion, Flaw: FlawEmpty}, "empty",
		},
		"no version": {semverSpec("*"), "latest", Verdict{Tag: "latest", Key: "latest", Reason: NotVersion, Flaw: FlawWord}, "not a version"},
		"no number":  {numericalSpec(""), "1 b", Verdict{Tag: "b", Key: "b", Reason: NotNumber}, `"b" is not a number, which fails the policy`},
		"undecided":  {numericalSpec(""), "1 b", Verdict{Tag: "1", Key: "1", Reason: Undecided, Rival: "b"}, "nothing is selected on account of b"},
		"lone NaN":   {numericalSpec(""), "nan", Verdict{Tag: "nan", Key: "nan", Reason: Selected}, "selected"},
		"NaN":        {numericalSpec(""), "1 nan", Verdict{Tag: "nan", Key: "nan", Reason: NaN}, "not a number but NaN: the order begins anew after it"},
		"before NaN": {numericalSpec(""), "0 inf NaN", Verdict{Tag: "inf", Key: "inf", Reason: BeforeNaN, Rival: "NaN"}, "stands before NaN, NaN"},
		"above":      {semverSpec("~1.2.0"), "1.3.0", Verdict{Tag: "1.3.0", Key: "1.3.0", Reason: AboveRange, Bound: "<1.3.0"}, "above the range: <1.3.0"},
		"pre-release above": {
			semverSpec("~1.2.0"), "1.3.0-rc.1",
			Verdict{Tag: "1.3.0-rc.1", Key: "1.3.0-rc.1", Reason: AboveRange, Bound: "<1.3.0-0"}, "above the range: <1.3.0-0",
		},
		"below":             {semverSpec("~1.2.0"), "1.1.0", Verdict{Tag: "1.1.0", Key: "1.1.0", Reason: BelowRange, Bound: ">=1.2.0"}, "below the range: >=1.2.0"},
		"above both":        {semverSpec("3.x || 1.x"), "5.0.0", Verdict{Tag: "5.0.0", Key: "5.0.0", Reason: AboveRange, Bound: "<4.0.0"}, "above the range: <4.0.0"},
		"below both":        {semverSpec("3.x || 1.x"), "0.1.0", Verdict{Tag: "0.1.0", Key: "0.1.0", Reason: BelowRange, Bound: ">=1.0.0"}, "below the range: >=1.0.0"},
		"between":           {semverSpec("1.x || 3.x"), "2.0.0", Verdict{Tag: "2.0.0", Key: "2.0.0", Reason: OutsideRange}, "not in the range"},
		"taken out":         {semverSpec("1.x !=1.5.0"), "1.5.0", Verdict{Tag: "1.5.0", Key: "1.5.0", Reason: OutsideRange, Bound: "!=1.5.0"}, "taken out of the range: !=1.5.0"},
		"range of nothing":  {semverSpec("1.x 2.x"), "1.5.0", Verdict{Tag: "1.5.0", Key: "1.5.0", Reason: OutsideRange}, "not in the range"},
		"edge 4: candidate": {semverSpec("1.x"), "1.5.0-rc.1", Verdict{Tag: "1.5.0-rc.1", Key: "1.5.0-rc.1", Reason: PreRelease}, "pre-release, and the range names none"},
		"edge 4: flavour":   {semverSpec("1.x"), "1.5.0-alpine", Verdict{Tag: "1.5.0-alpine", Key: "1.5.0-alpine", Reason: PreRelease}, `counts as a pre-release: a suffix after "-"`},
		"tied":              {semverSpec("*"), "1.0.0 v1.0.0", Verdict{Tag: "1.0.0", Key: "1.0.0", Reason: Tied, Rival: "v1.0.0"}, "equal to v1.0.0"},
		"lower":             {alphabeticalSpec(""), "a b", Verdict{Tag: "a", Key: "a", Reason: Lower, Rival: "b"}, "lower than b"},
		"selected":          {alphabeticalSpec(""), "a b", Verdict{Tag: "b", Key: "b", Reason: Selected}, "selected"},
	}
	seen := map[Reason]bool{}
	for name, tt := range tests {
		seen[tt.want.Reason] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := explain(t, tt.spec, tt.tags).Verdict(tt.want.Tag)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Verdict (-want +got)\n%s", diff)
			}
			if got.String() != tt.words {
				t.Errorf("in words %q, want %q", got, tt.words)
			}
		})
	}
	for r := range reasons {
		if !seen[r] {
			t.Errorf("no test for %v", r)
		}
	}
}

func TestFlaws(t *testing.T) {
	t.Parallel()
	tests := map[string]Flaw{
		"1.2.3": FlawNone, "": FlawEmpty, "latest": FlawWord, "sha-0a1b2c3": FlawWord, "0a1b2c3": FlawWord, "v": FlawWord,
		"-1.2.3": FlawWord, "V1.2.3": FlawCapital, "1": FlawFewParts, "1.2": FlawFewParts, "v1.2-5": FlawFewParts,
		"1.2.3.4": FlawManyParts, "1.2.3p": FlawSuffix, "1.2.3_rc1": FlawSuffix, "1.2.x": FlawSuffix, "1.2.3.RELEASE": FlawSuffix,
		"v1.2.beta": FlawSuffix, "1.2.3-": FlawIdentifier, "1.2.3-rc_1": FlawIdentifier, "1.2.3+": FlawIdentifier,
		"1.2.3-a+": FlawIdentifier, "1.2.3-01": FlawZero, "1.2.3-rc.01+m": FlawZero, "1-01": FlawZero,
		"18446744073709551616.0.0": FlawTooLarge, "1.2.18446744073709551616": FlawTooLarge,
		"1.2.3-" + strings.Repeat("a", maxVersionLen): FlawTooLong,
	}
	seen := map[Flaw]bool{}
	for key, want := range tests {
		seen[want] = true
		if got := flawOf(key); got != want {
			t.Errorf("flawOf(%q) = %d (%v), want %d (%v)", key, got, got, want, want)
		}
	}
	for f := FlawNone; f <= FlawTooLong; f++ {
		if !seen[f] {
			t.Errorf("no test for %v", f)
		}
	}
}

func TestNearMisses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spec imagev1.ImagePolicySpec
		tags string
		want []string // "tag: reason: changes"
	}{
		"semver": {
			semverSpec("~1.2.0"), shop,
			[]string{
				"1.3.0: AboveRange: [{policy.semver.range ^1.2.0}] [{policy.semver.range ~1.3.0}]",
				"1.2.4-rc.2: PreRelease: [{policy.semver.range ~1.2.0-0}]",
				"1.2.4-arm64: PreRelease: [{filterTags.pattern ^(.*)-arm64$} {filterTags.extract $1}]",
				"1.2: NotVersion:",
				"latest: NotVersion:",
			},
		},
		"the slides' range": {
			semverSpec(">=1.20.x"), "1.19.0 1.20.0 1.23.1 1.24.0-rc.1",
			[]string{"1.24.0-rc.1: PreRelease: [{policy.semver.range >=1.20.x-0}]"},
		},
		"two comparators": {
			semverSpec(">=1.0.0 <2.0.0"), "1.0.0 1.5.0-rc.1 2.0.0-rc.1 2.0.0",
			[]string{
				"2.0.0: AboveRange: [{policy.semver.range >=1.0.0}] [{policy.semver.range ~2.0.0}]",
				"2.0.0-rc.1: PreRelease: [{policy.semver.range >=1.0.0-0 <2.0.0}]",
			},
		},
		"nothing that high": {
			semverSpec("2.x"), "1.9.0 1.10.0",
			[]string{"1.10.0: BelowRange: [{policy.semver.range ~1.10.0}]"},
		},
		"two alternatives": {
			semverSpec("1.x || 3.x"), "1.0.0 2.0.0 4.1.0",
			[]string{
				"4.1.0: AboveRange: [{policy.semver.range 1.x || 3.x || ~4.1.0}] [{policy.semver.range ~4.1.0}]",
				"2.0.0: OutsideRange: [{policy.semver.range 1.x || 3.x || ~2.0.0}] [{policy.semver.range ~2.0.0}]",
			},
		},
		"a pin, when nothing else selects it": {
			semverSpec("~1.2.0"), "1.2.0 1.2.4-zeta",
			[]string{"1.2.4-zeta: PreRelease: [{filterTags.pattern ^(.*)-zeta$} {filterTags.extract $1}]"},
		},
		"excluded": {
			semverSpec("*-0"), "1.0.0 1.0.1-a.sig", []string{"1.0.1-a.sig: Excluded:"},
		},
		"numbers changed their form": {
			filtered(numericalSpec(""), `^main-[a-f0-9]+-(?P<ts>[0-9]+)$`, "$ts"),
			"latest pr-1182 main-0796e65-20261121T1019 main-9796e65-20261120T1019",
			[]string{"main-0796e65-20261121T1019: FilterMismatch: " +
				"[{filterTags.pattern ^main-[a-f0-9]+-(?P<ts>[0-9T]+)$} {policy.alphabetical.order asc}]"},
		},
		"prefix changed": {
			filtered(numericalSpec(""), `^build-(\d+)$`, "$1"), "build_7 x", []string{"build_7: FilterMismatch:"},
		},
		"not all numbers": {
			numericalSpec(""), "1 2.5 latest main",
			[]string{
				"1: Undecided: [{filterTags.pattern ^[0-9]+$}]",
				"main: NotNumber:",
			},
		},
		"alphabetical": {alphabeticalSpec(""), "a b c", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, miss := range explain(t, tt.spec, tt.tags).NearMisses(5) {
				words := fmt.Sprintf("%s: %v:", miss.Verdict.Tag, miss.Verdict.Reason)
				for _, c := range miss.Changes {
					words += fmt.Sprintf(" %v", c)
				}
				got = append(got, words)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("NearMisses (-want +got)\n%s", diff)
			}
		})
	}
}

func TestChangesPin(t *testing.T) {
	t.Parallel()
	s := explain(t, semverSpec("~1.2.0"), shop)
	for tag, want := range map[string][]Change{
		"1.2.1":      {{{FieldSemVer, "1.2.1"}}},
		"1.2.4-rc.1": {{{FieldSemVer, "1.2.4-rc.1"}}},
		"1.1.1":      {{{FieldSemVer, "~1.1.0"}}},
		"1.2.3":      nil,
		"nope":       nil,
	} {
		if diff := cmp.Diff(want, s.Changes(tag), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("Changes(%q) (-want +got)\n%s", tag, diff)
		}
	}
	if got := len(s.NearMisses(2)); got != 2 {
		t.Errorf("NearMisses(2) gives %d", got)
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	before := filtered(numericalSpec("desc"), "a", "$1")
	original := *before.DeepCopy()
	for name, tt := range map[string]struct {
		change Change
		want   imagev1.ImagePolicySpec
	}{
		"range":     {Change{{FieldSemVer, "1.x"}}, filtered(semverSpec("1.x"), "a", "$1")},
		"words":     {Change{{FieldAlphabetical, "asc"}, {FieldPattern, "b"}}, filtered(alphabeticalSpec("asc"), "b", "$1")},
		"numbers":   {Change{{FieldNumerical, "asc"}, {FieldExtract, "$2"}}, filtered(numericalSpec("asc"), "a", "$2")},
		"no change": {nil, before},
	} {
		if diff := cmp.Diff(tt.want, tt.change.Apply(before)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(original, before); diff != "" {
		t.Errorf("Apply changed its input (-before +after)\n%s", diff)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for want, spec := range map[string]imagev1.ImagePolicySpec{
		"semver ~1.2.0":     semverSpec("~1.2.0"),
		"numerical $ts":     filtered(numericalSpec(""), "(?P<ts>.*)", "$ts"),
		"numerical desc":    numericalSpec("DESC"),
		"alphabetical desc": filtered(alphabeticalSpec("desc"), "^v", ""),
	} {
		rule, err := Compile(spec)
		if err != nil {
			t.Fatal(err)
		}
		if got := rule.String(); got != want {
			t.Errorf("String = %q, want %q", got, want)
		}
	}
}

// checkStory fails the test unless a story agrees with itself, and its changes do what they promise.
func checkStory(t *testing.T, rule *Rule, tags []string, want Selection, wantErr error) {
	t.Helper()
	before := slices.Clone(tags)
	s := rule.Explain(tags, Exclusion{})
	if !slices.Equal(before, tags) {
		t.Fatalf("Explain changed %q to %q", before, tags)
	}
	if diff := cmp.Diff(want, s.Selection); diff != "" || fmt.Sprint(s.Err) != fmt.Sprint(wantErr) {
		t.Fatalf("Explain selects with %v, Select with %v (-want +got)\n%s", s.Err, wantErr, diff)
	}
	f := s.Funnel
	counts := []int{f.Listed, f.Distinct, f.Kept, f.Filtered, f.Read, f.InRange, f.Selected}
	if !slices.IsSortedFunc(counts, func(a, b int) int { return b - a }) {
		t.Fatalf("a stage adds tags: %+v", f)
	}
	if (f.Selected == 1) != (wantErr == nil) || f.Selected > 1 {
		t.Fatalf("the funnel ends with %d, error %v", f.Selected, wantErr)
	}
	ended := [reasons]int{}
	for v := range s.Verdicts() {
		ended[v.Reason]++
		if v.Reason == NotVersion && v.Flaw == FlawNone {
			t.Fatalf("no flaw in %+v", v)
		}
	}
	for r := range reasons {
		if ended[r] != s.Ended(r) {
			t.Fatalf("%d ended with %v, the verdicts say %d", s.Ended(r), r, ended[r])
		}
	}
	classed := 0
	for stage := StageList; stage <= StageSelected; stage++ {
		for _, c := range s.Classes(stage) {
			classed += c.Count
		}
	}
	if classed != f.Distinct {
		t.Fatalf("%d tags in classes, of %d", classed, f.Distinct)
	}
	for _, miss := range s.NearMisses(9) {
		for _, c := range miss.Changes {
			changed, err := Compile(c.Apply(rule.spec))
			if err != nil {
				t.Fatalf("%v: %v", c, err)
			}
			if got, err := changed.Select(tags); err != nil || got.Tag != miss.Verdict.Tag {
				t.Fatalf("%v selects %q, %v, not %q", c, got.Tag, err, miss.Verdict.Tag)
			}
		}
	}
}
