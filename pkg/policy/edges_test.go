// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"strings"
	"testing"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/google/go-cmp/cmp"
)

// TestEdges are the sharp edges of reflector.md 6, "Tag selection", by their number. Those that are no property of a
// selection are in TestExclusion (13), TestCheck (15) and TestFilterFaultComesLate (17) too.
func TestEdges(t *testing.T) {
	t.Parallel()
	three := imagev1.ImagePolicySpec{Policy: imagev1.ImagePolicyChoice{
		SemVer:       &imagev1.SemVerPolicy{Range: "1.x"},
		Alphabetical: &imagev1.AlphabeticalPolicy{},
		Numerical:    &imagev1.NumericalPolicy{},
	}}
	two := *three.DeepCopy()
	two.Policy.SemVer = nil
	tests := map[string]struct {
		spec imagev1.ImagePolicySpec
		tags string
		want string
	}{
		"1: two parts are no version":            {semverSpec("*"), "1.2", wordNoMatch},
		"1: two parts and a dotted suffix are":   {semverSpec("*-0"), "1.2 1.2-rc.1", "1.2-rc.1"},
		"1: one part and a dotted suffix is":     {semverSpec("*-0"), "1 1-a.b.c", "1-a.b.c"},
		"2: leading zeros in the core":           {semverSpec(">=2025.1"), "2025.07.03 2025.06.30", "2025.07.03"},
		"2: leading zeros in a pre-release":      {semverSpec("*-0"), "1.2.3-01 1.2.2-rc.1", "1.2.2-rc.1"},
		"3: capital V":                           {semverSpec("*"), "V1.2.3 1.0.0", "1.0.0"},
		"3: v in the range only":                 {semverSpec("v1.x"), "1.2.3", "1.2.3"},
		"3: v in the tag only":                   {semverSpec("1.x"), "v1.02.3", "v1.02.3"},
		"4: a suffix is a pre-release":           {semverSpec("1.x"), "1.2.3-alpine 1.2.2", "1.2.2"},
		"4: -0 shows it":                         {semverSpec("1.x-0"), "1.2.3-alpine 1.2.2", "1.2.3-alpine"},
		"5: -0 opens the whole group":            {semverSpec(">=1.0.0-0 <2.0.0"), "1.9.9 2.0.0-beta", "2.0.0-beta"},
		"5: unless the end has it too":           {semverSpec(">=1.0.0 <2.0.0-0"), "1.9.9 2.0.0-beta", "1.9.9"},
		"5: but not the other group":             {semverSpec("1.x || >=3.0.0-0"), "1.0.0 1.1.0-rc.1", "1.0.0"},
		"6: ~0.0.0":                              {semverSpec("~0.0.0"), "0.0.0 5.0.0", "5.0.0"},
		"6: ^*":                                  {semverSpec("^*"), "0.0.0 0.0.1 5.0.0", "0.0.0"},
		"6: <=*":                                 {semverSpec("<=*"), "0.0.9 0.1.0 5.0.0", "0.0.9"},
		"6: >*":                                  {semverSpec(">*"), "0.0.0", wordNoMatch},
		"6: !=*":                                 {semverSpec("!=*"), "0.0.0", wordNoMatch},
		"6: no range without blanks":             {semverSpec("1.0.0-1.1.0"), "1.0.5 1.0.0-1.1.0", "1.0.0-1.1.0"},
		"7: semver tie":                          {semverSpec("*"), "1.0.0 v1.0.0 01.0.0", "v1.0.0"},
		"7: numerical tie":                       {numericalSpec(""), "1.0 1 0", "1"},
		"7: numerical tie, descending":           {numericalSpec("desc"), "1.0 1 2", "1"},
		"8: semver tie of keys":                  {filtered(semverSpec("*"), `^(.*)-(.*)$`, "$2"), "b-1.0.0 c-v1.0.0 a-01.0.0", "c-v1.0.0"},
		"8: numerical tie of keys":               {filtered(numericalSpec(""), `^(.*)-(.*)$`, "$2"), "b-1.0 c-1 a-01", "a-01"},
		"9: one key":                             {filtered(numericalSpec(""), `^(\d+)-.*$`, "$1"), "2-b 1-c 1-b 1-a 2-a", "2-a"},
		"8, 9: tie of keys and one key":          {filtered(semverSpec("*"), `^(.*)-(.*)$`, "$2"), "z-1.0.0 a-1.0.0 k-v1.0.0", "k-v1.0.0"},
		"10: one word fails all":                 {numericalSpec(""), "1 2 latest", "failed to parse invalid numeric value 'latest'"},
		"10: the first of the stored order":      {numericalSpec(""), "1 dev main", "failed to parse invalid numeric value 'main'"},
		"10: infinity":                           {numericalSpec(""), "1e3 inf 9", "inf"},
		"10: underscores":                        {numericalSpec(""), "1_000 999", "1_000"},
		"10: hexadecimal float":                  {numericalSpec(""), "0x1p4 15", "0x1p4"},
		"10: long numbers tie":                   {numericalSpec(""), "9007199254740992 9007199254740993", "9007199254740992"},
		"10: NaN begins anew":                    {numericalSpec(""), "9 inf nan 2 1", "inf"},
		"10: last NaN wins":                      {numericalSpec(""), "nan NaN inf", "NaN"},
		"11: asc is the greatest":                {numericalSpec("asc"), "1 2 3", "3"},
		"11: desc is the least":                  {alphabeticalSpec("desc"), "a b c", "a"},
		"12: byte order":                         {alphabeticalSpec(""), "B a", "a"},
		"12: no natural order":                   {alphabeticalSpec(""), "10 9", "9"},
		"13: the pattern is not anchored":        {filtered(semverSpec("*"), `1.0.2`, ""), "1.0.2 11.0.25", "11.0.25"},
		"14: extract replaces the tag":           {filtered(semverSpec("*"), `ver(.*)-x`, "$1"), "ver1.2.3-x", "ver1.2.3-x"},
		"14: $1x":                                {filtered(numericalSpec(""), `ver(\d+)`, "$1x"), "ver1", "failed to parse invalid numeric value ''"},
		"14: ${1}x":                              {filtered(alphabeticalSpec(""), `ver(\d+)`, "${1}x"), "ver1 ver2", "ver2"},
		"14: unknown group, semver":              {filtered(semverSpec("*"), `(.*)`, "$2"), "1.2.3", wordNoMatch},
		"14: unknown group, alphabetical":        {filtered(alphabeticalSpec(""), `(.*)`, "$2"), "b a", "a"},
		"15: extract without pattern":            {filtered(alphabeticalSpec(""), ``, "$0"), "b a c", "a"},
		"16: semver before the others":           {three, "1.0.0 zesty", "1.0.0"},
		"16: alphabetical before numerical":      {two, "1.0.0 zesty", "zesty"},
		"17: policy before pattern":              {filtered(semverSpec("*-*"), `(`, ""), "1.0.0", `invalid policy: improper constraint: "*-*"`},
		"17: pattern before pick":                {filtered(semverSpec("9.x"), `(`, ""), "1.0.0", "failed to filter tags: invalid regular expression pattern '(': error parsing regexp: missing closing ): `(`"},
		"empty filter keeps every tag":           {filtered(semverSpec("*"), "", ""), "1.0.0", "1.0.0"},
		"the fault of a filter is not the order": {filtered(numericalSpec(""), `^\d+$`, ""), "1 2 latest", "2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := selectOne(t, tt.spec, strings.Fields(tt.tags)); got != tt.want {
				t.Errorf("selected %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSelection compares whole selections: what is reported of ties (edges 7 to 9) and of NaN (10).
func TestSelection(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spec imagev1.ImagePolicySpec
		tags string
		want Selection
	}{
		"plain": {semverSpec("*"), "1.0.0 2.0.0 2.0.0", Selection{Tag: "2.0.0", Key: "2.0.0"}},
		"tie":   {semverSpec("*"), "1.0.0 v1.0.0 01.0.0 v1.0.0", Selection{Tag: "v1.0.0", Key: "v1.0.0", Ties: []string{"1.0.0", "01.0.0"}}},
		"tie of keys": {
			filtered(semverSpec("*"), `^(.*)-(.*)$`, "$2"), "z-1.0.0 a-1.0.0 k-v1.0.0",
			Selection{Tag: "k-v1.0.0", Key: "v1.0.0", Ties: []string{"z-1.0.0", "a-1.0.0"}, Arbitrary: true},
		},
		"one key is not arbitrary": {
			filtered(numericalSpec(""), `^(\d+)-.*$`, "$1"), "2-a 1-c 2-b",
			Selection{Tag: "2-a", Key: "2", Ties: []string{"2-b"}},
		},
		"NaN":             {numericalSpec(""), "9 nan inf 2", Selection{Tag: "inf", Key: "inf", NaN: "nan"}},
		"NaN itself":      {numericalSpec(""), "nan nan", Selection{Tag: "nan", Key: "nan", NaN: "nan"}},
		"NaN as a key":    {filtered(numericalSpec(""), `-(.*)$`, "$1"), "a-1 b-nan", Selection{Tag: "a-1", Key: "1", NaN: "b-nan", Arbitrary: true}},
		"lone NaN as key": {filtered(numericalSpec(""), `-(.*)$`, "$1"), "b-nan", Selection{Tag: "b-nan", Key: "nan", NaN: "b-nan", Arbitrary: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule, err := Compile(tt.spec)
			if err != nil {
				t.Fatal(err)
			}
			got, err := rule.Select(strings.Fields(tt.tags))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Select (-want +got)\n%s", diff)
			}
		})
	}
}
