// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"testing"
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func semverSpec(text string) imagev1.ImagePolicySpec {
	return imagev1.ImagePolicySpec{Policy: imagev1.ImagePolicyChoice{SemVer: &imagev1.SemVerPolicy{Range: text}}}
}

func alphabeticalSpec(order string) imagev1.ImagePolicySpec {
	return imagev1.ImagePolicySpec{Policy: imagev1.ImagePolicyChoice{Alphabetical: &imagev1.AlphabeticalPolicy{Order: order}}}
}

func numericalSpec(order string) imagev1.ImagePolicySpec {
	return imagev1.ImagePolicySpec{Policy: imagev1.ImagePolicyChoice{Numerical: &imagev1.NumericalPolicy{Order: order}}}
}

func filtered(spec imagev1.ImagePolicySpec, pattern, extract string) imagev1.ImagePolicySpec {
	spec.FilterTags = &imagev1.TagFilter{Pattern: pattern, Extract: extract}
	return spec
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const (
		wantRange     = "a range like ~1.2.0, >=1.20.x, >=1.0.0 <2.0.0 or 1.x || 3.x"
		wantPattern   = "an RE2 regular expression"
		wantReference = "$1, ${1}, $name or ${name}; $$ for a dollar sign"
	)
	tests := map[string]struct {
		spec imagev1.ImagePolicySpec
		want []Fault
	}{
		"semver":                {spec: semverSpec(">=1.20.x")},
		"alphabetical, default": {spec: alphabeticalSpec("")},
		"numerical":             {spec: filtered(numericalSpec("desc"), `^(?P<a>\d+)-(\d+)$`, "${a}.$2")},
		"whole match":           {spec: filtered(alphabeticalSpec("asc"), `\d+`, "$0")},
		"filter without extract": {
			spec: filtered(alphabeticalSpec("asc"), `^main-`, ""),
		},
		"empty filter": {spec: filtered(alphabeticalSpec("asc"), "", "")},
		"no order": {
			want: []Fault{{
				Field:   FieldPolicy,
				Others:  []string{FieldSemVer, FieldAlphabetical, FieldNumerical},
				Problem: "no order chosen",
				Want:    "exactly one",
			}},
		},
		"two orders, one of them wrong too": {
			spec: imagev1.ImagePolicySpec{Policy: imagev1.ImagePolicyChoice{
				SemVer:    &imagev1.SemVerPolicy{Range: "1.x"},
				Numerical: &imagev1.NumericalPolicy{Order: "up"},
			}},
			want: []Fault{
				{
					Field:   FieldPolicy,
					Others:  []string{FieldSemVer, FieldNumerical},
					Problem: "2 orders chosen",
					Want:    "exactly one",
				},
				{Field: FieldNumerical, Value: "up", Problem: "unknown order", Want: "asc or desc"},
			},
		},
		"not a range": {
			spec: semverSpec("not-a-range"),
			want: []Fault{{
				Field: FieldSemVer, Value: "not-a-range", Problem: `improper constraint: "not-a-range"`, Want: wantRange,
			}},
		},
		"no range": {
			spec: semverSpec(""),
			want: []Fault{{Field: FieldSemVer, Problem: `improper constraint: ""`, Want: wantRange}},
		},
		"second alternative": {
			spec: semverSpec("1.x || 1x"),
			want: []Fault{{
				Field:   FieldSemVer,
				Value:   "1.x || 1x",
				Problem: `alternative 2 of 2: constraint parser error`,
				Want:    wantRange,
			}},
		},
		"no blank between comparators": {
			spec: semverSpec(">=1.0.0<2.0.0"),
			want: []Fault{{
				Field:   FieldSemVer,
				Value:   ">=1.0.0<2.0.0",
				Problem: `improper constraint: ">=1.0.0<2.0.0"`,
				Want:    wantRange,
				Hint:    ">=1.0.0 <2.0.0",
			}},
		},
		"several slips": {
			spec: semverSpec("> = V1.0 ||"),
			want: []Fault{{
				Field:   FieldSemVer,
				Value:   "> = V1.0 ||",
				Problem: `alternative 1 of 2: improper constraint: "> = V1.0 "`,
				Want:    wantRange,
				Hint:    ">= v1.0",
			}},
		},
		"order in the controller's spelling": {
			spec: alphabeticalSpec("DESC"),
			want: []Fault{{
				Field: FieldAlphabetical, Value: "DESC", Problem: "unknown order", Want: "asc or desc", Hint: "desc",
			}},
		},
		"pattern": {
			spec: filtered(semverSpec("1.x"), "^test-(.*", "$2"),
			want: []Fault{{
				Field: FieldPattern, Value: "^test-(.*", Problem: `missing closing ): "^test-(.*"`, Want: wantPattern,
			}},
		},
		"look-ahead": {
			spec: filtered(semverSpec("1.x"), "(?!x)", ""),
			want: []Fault{{
				Field:   FieldPattern,
				Value:   "(?!x)",
				Problem: `invalid or unsupported Perl syntax: "(?!"`,
				Want:    wantPattern + ", which has no look-around",
			}},
		},
		"back-reference": {
			spec: filtered(semverSpec("1.x"), `(a)\1`, ""),
			want: []Fault{{
				Field:   FieldPattern,
				Value:   `(a)\1`,
				Problem: `invalid escape sequence: "\\1"`,
				Want:    wantPattern + ", which has no back-references",
			}},
		},
		"group by number and by name": {
			spec: filtered(numericalSpec(""), `(?P<ts>\d+)-(\d+)`, "$3 $time"),
			want: []Fault{
				{
					Field:   FieldExtract,
					Value:   "$3 $time",
					Problem: `$3 names group "3", which the pattern does not have`,
					Want:    "$ts, $1 to $2",
				},
				{
					Field:   FieldExtract,
					Value:   "$3 $time",
					Problem: `$time names group "time", which the pattern does not have`,
					Want:    "$ts, $1 to $2",
				},
			},
		},
		"longest name, number": {
			spec: filtered(numericalSpec(""), `ver(\d+)`, "a$1x"),
			want: []Fault{{
				Field:   FieldExtract,
				Value:   "a$1x",
				Problem: `$1x names group "1x", which the pattern does not have`,
				Want:    "$1",
				Hint:    "a${1}x",
			}},
		},
		"longest name, name": {
			spec: filtered(numericalSpec(""), `(?<a>\d+)-(?<b>\d+)`, "$a_$b"),
			want: []Fault{{
				Field:   FieldExtract,
				Value:   "$a_$b",
				Problem: `$a_ names group "a_", which the pattern does not have`,
				Want:    "$a, $b, $1 to $2",
				Hint:    "${a}_$b",
			}},
		},
		"leading zero": {
			spec: filtered(numericalSpec(""), `(\d+)`, "$01"),
			want: []Fault{{
				Field:   FieldExtract,
				Value:   "$01",
				Problem: `$01 names group "01", which the pattern does not have`,
				Want:    "$1",
				Hint:    "${1}",
			}},
		},
		"stray dollar": {
			spec: filtered(numericalSpec(""), `(\d+)`, "$1-${1"),
			want: []Fault{{
				Field: FieldExtract, Value: "$1-${1", Problem: "the $ at character 4 begins no reference", Want: wantReference,
			}},
		},
		"no reference": {
			spec: filtered(numericalSpec(""), `\d+`, "$$1"),
			want: []Fault{{
				Field:   FieldExtract,
				Value:   "$$1",
				Problem: "refers to no group, so that all tags become the same",
				Want:    "$0, the whole match: the pattern has no groups",
			}},
		},
		"edge 15: extract without pattern": {
			spec: filtered(numericalSpec(""), "", "$1"),
			want: []Fault{{
				Field:   FieldExtract,
				Others:  []string{FieldPattern},
				Value:   "$1",
				Problem: "there is no pattern to extract from",
				Want:    "a pattern with groups",
			}},
		},
		"digest policy": {
			spec: withDigest(semverSpec("1.x"), "always", nil),
			want: []Fault{{
				Field:   FieldDigest,
				Value:   "always",
				Problem: "unknown policy",
				Want:    "Always, IfNotPresent or Never",
				Hint:    "Always",
			}},
		},
		"always without interval": {
			spec: withDigest(semverSpec("1.x"), imagev1.ReflectAlways, nil),
			want: []Fault{{
				Field:   FieldInterval,
				Others:  []string{FieldDigest},
				Problem: "must be given with digestReflectionPolicy Always",
				Want:    "how often to look the digest up, like 10m",
			}},
		},
		"always with interval": {
			spec: withDigest(semverSpec("1.x"), imagev1.ReflectAlways, &metav1.Duration{Duration: time.Minute}),
		},
		"interval without always": {
			spec: withDigest(semverSpec("1.x"), "", &metav1.Duration{Duration: time.Minute}),
			want: []Fault{{
				Field:   FieldInterval,
				Others:  []string{FieldDigest},
				Value:   "1m0s",
				Problem: "is only for digestReflectionPolicy Always",
				Want:    "no interval, or Always",
			}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, Check(tt.spec)); diff != "" {
				t.Errorf("Check (-want +got)\n%s", diff)
			}
		})
	}
}

func withDigest(spec imagev1.ImagePolicySpec, p imagev1.ReflectionPolicy, interval *metav1.Duration) imagev1.ImagePolicySpec {
	spec.DigestReflectionPolicy, spec.Interval = p, interval
	return spec
}
