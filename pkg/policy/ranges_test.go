// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
)

// ranges are those of reflector.md 2.7, with how we spell them out.
var ranges = map[string]string{
	"*":                             ">=0.0.0",
	"x":                             ">=0.0.0",
	">=0":                           ">=0.0.0",
	">=0.0.0":                       ">=0.0.0",
	"*-0":                           ">=0.0.0-0",
	">=0-0":                         ">=0.0.0-0",
	">=0.0.0-0":                     ">=0.0.0-0",
	"1.x-0":                         ">=1.0.0-0 and <2.0.0-0",
	"^1.0.0-0":                      ">=1.0.0-0 and <2.0.0-0",
	">1":                            ">=2.0.0",
	">1-0":                          ">=2.0.0-0",
	">1.0":                          ">=1.1.0",
	">1.0.0":                        ">1.0.0",
	"<2":                            "<2.0.0",
	"<=2":                           "<3.0.0",
	"<=2.0":                         "<2.1.0",
	"=<2.0.0":                       "<=2.0.0",
	"=>2.0.0":                       ">=2.0.0",
	"1.0.x":                         ">=1.0.0 and <1.1.0",
	"v1.0.x":                        ">=1.0.0 and <1.1.0",
	"1.*.3":                         ">=1.0.0 and <2.0.0",
	"~> 1.0":                        ">=1.0.0 and <1.1.0",
	"~1":                            ">=1.0.0 and <2.0.0",
	"~1.2":                          ">=1.2.0 and <1.3.0",
	"~1.2.3":                        ">=1.2.3 and <1.3.0",
	"~0.0.0":                        ">=0.0.0",
	"^1.2.3":                        ">=1.2.3 and <2.0.0",
	"^0.2.3":                        ">=0.2.3 and <0.3.0",
	"^0.0.3":                        ">=0.0.3 and <0.0.4",
	"^0.0":                          ">=0.0.0 and <0.1.0",
	"^0":                            ">=0.0.0 and <1.0.0",
	"^*":                            ">=0.0.0 and <0.0.1",
	"<=*":                           "<0.1.0",
	">*":                            ">0.0.0",
	"!=*":                           "!=*",
	"!=1":                           "!=1",
	"!=1.2":                         "!=1.2",
	"!=1.2.x-rc.1":                  "!=1.2.x-rc.1",
	"=1.0.0":                        "=1.0.0",
	"1.0.0+build":                   "=1.0.0",
	"1.0.0-1.1.0":                   "=1.0.0-1.1.0",
	"1.0.0 - 1.1.0":                 ">=1.0.0 and <=1.1.0",
	"1.0 - 1.1":                     ">=1.0.0 and <1.2.0",
	">=1.0.0 <2.0.0":                ">=1.0.0 and <2.0.0",
	">=1.0.0, <2.0.0":               ">=1.0.0 and <2.0.0",
	">=1.0.0-0 <2.0.0":              ">=1.0.0-0 and <2.0.0",
	">=1.0.0 <2.0.0-0":              ">=1.0.0 and <2.0.0-0",
	">=1.0.0-alpha <1.0.0":          ">=1.0.0-alpha and <1.0.0",
	"1.x,2.x":                       "nothing",
	"1.x || 2.x":                    ">=1.0.0 and <2.0.0, or >=2.0.0 and <3.0.0",
	"1.x||>=2.0.0-0":                ">=1.0.0 and <2.0.0, or >=2.0.0-0",
	"^1.2 !=1.5.3":                  ">=1.2.0 and <2.0.0 and !=1.5.3",
	">=1.2.0 <1.5.0 >1.3.0 <=1.5.0": ">1.3.0 and <1.5.0",
}

func TestRange(t *testing.T) {
	t.Parallel()
	for text, want := range ranges {
		rule, err := Compile(semverSpec(text))
		if err != nil {
			t.Errorf("Compile(%q): %v", text, err)
			continue
		}
		if got := rule.Range(); got != want {
			t.Errorf("%q is spelt out as %q, want %q", text, got, want)
		}
	}
}

// fixture is the one of reflector.md 2.7.
var fixture = strings.Fields(`0.0.0 0.1.0 0.9.0-rc.1 1.0.0-alpha 1.0.0-alpha.1 1.0.0-rc.2 1.0.0-rc.10 1.0.0 1.0.1 1.0.9
	1.1.0-alpha 1.1.0 1.2.0-rc.1 1.2.3-alpine 1.9.9 2.0.0-0 2.0.0-beta 2.0.0 2.1.0-rc.1 2.1.0 11.1.0`)

// TestRangeAgrees compares every range with semver/v3 on versions at and around all its edges.
func TestRangeAgrees(t *testing.T) {
	t.Parallel()
	versions := append([]string{"18446744073709551615.0.0", "0.18446744073709551615.0", "0.0.18446744073709551615",
		"0.0.0-0", "0.0.1", "0.0.3", "0.0.4-0", "0.2.2", "0.2.3", "0.3.0-0", "1.2.0", "1.2.3", "1.2.4-rc.1", "1.3.0-0",
		"1.3.0", "2.0.1", "3.0.0-0", "3.0.0"}, fixture...)
	texts := []string{"^18446744073709551615", ">18446744073709551615", "~1.18446744073709551615",
		"<=0.18446744073709551615", "^0.0.18446744073709551615", ">0.18446744073709551615", "!=1.2.x-rc.1 >=0-0"}
	for text := range ranges {
		texts = append(texts, text)
	}
	for _, text := range texts {
		agree(t, text, versions)
	}
}

// agree fails the test unless our intervals and semver/v3 say the same of all versions, and of those at every edge.
func agree(t *testing.T, text string, versions []string) {
	t.Helper()
	constraint, err := semver.NewConstraint(text)
	r, ourErr := parseRange(text)
	if (err != nil) != (ourErr != nil) {
		t.Fatalf("parseRange(%q): %v, semver/v3 says %v", text, ourErr, err)
	}
	if err != nil {
		return
	}
	for _, g := range r.groups {
		for _, c := range g.comparators {
			versions = slices.Concat(versions, around(c.lo.at), around(c.hi.at))
		}
	}
	for _, text := range versions {
		v := semverParse(text)
		if v == nil {
			continue
		}
		ours := version{v.Major(), v.Minor(), v.Patch(), v.Prerelease()}
		if got, want := r.holds(ours), constraint.Check(v); got != want {
			t.Errorf("%q holds for %q = %v, semver/v3 says %v", r.text, text, got, want)
		}
	}
}

// FuzzRange holds our intervals to the Check of semver/v3, for a tag and for the versions at every edge of the range.
func FuzzRange(f *testing.F) {
	for text := range ranges {
		f.Add(text, "1.2.3")
		f.Add(text, "1.2.0-rc.1")
	}
	f.Fuzz(func(t *testing.T, text, tag string) {
		if len(text) > 100 {
			return // long ones are only slow
		}
		agree(t, text, []string{tag})
		if r, err := parseRange(text); err == nil {
			r.spell()
		}
	})
}

// around returns v and the versions that are hard to tell from it.
func around(v version) []string {
	near := []version{v, {v.major, v.minor, v.patch, ""}, {v.major, v.minor, v.patch, "0"}, {v.major, v.minor, v.patch, "zz"}}
	for _, move := range []func(*version, uint64){
		func(v *version, d uint64) { v.major += d },
		func(v *version, d uint64) { v.minor += d },
		func(v *version, d uint64) { v.patch += d },
	} {
		for _, d := range []uint64{1, math.MaxUint64} { // one up; one down, wrapping round
			n := version{v.major, v.minor, v.patch, ""}
			move(&n, d)
			near = append(near, n, lowest(n))
		}
	}
	var texts []string
	for _, n := range near {
		texts = append(texts, n.String())
	}
	return texts
}
