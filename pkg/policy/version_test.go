// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
	"github.com/google/go-cmp/cmp"
)

// versionTags are the spellings of reflector.md 2.7 and 5, and what they are to Flux.
var versionTags = map[string]string{
	"1.2.3":                             "1.2.3",
	"v1.2.3":                            "1.2.3",
	"01.02.03":                          "1.2.3",
	"v2025.02.03-rc.1":                  "2025.2.3-rc.1",
	"2025.07.03":                        "2025.7.3",
	"v2025.07.03":                       "2025.7.3",
	"1.2.3-rc01":                        "1.2.3-rc01",
	"1.2.3-0":                           "1.2.3-0",
	"1.2.3-alpine":                      "1.2.3-alpine",
	"20230101.1.1":                      "20230101.1.1",
	"1.2-rc.1":                          "1.2.0-rc.1",
	"1.2-beta.3.4":                      "1.2.0-beta.3.4",
	"1-a.b.c":                           "1.0.0-a.b.c",
	"1.2.3+build":                       "1.2.3",
	"v1.2.0-x.Y.0+metadata":             "1.2.0-x.Y.0",
	"v1.2.0-x.Y.0+metadata-width-hypen": "1.2.0-x.Y.0",
	"v1.2.3-rc1-with-hypen":             "1.2.3-rc1-with-hypen",
	"18446744073709551615.0.0":          "18446744073709551615.0.0",
	"000000000000000000000000001.0.0":   "1.0.0",

	"":                         "",
	"1":                        "",
	"1.2":                      "",
	"v1":                       "",
	"v1.0":                     "",
	"V1.2.3":                   "",
	"vv1.2.3":                  "",
	"1.2.3.4":                  "",
	"v1.2.3.4":                 "",
	"1.2.3p":                   "",
	"1.2.3.RELEASE":            "",
	"1.2.3-01":                 "",
	"1.2.3-rc.01":              "",
	"1.2.3-":                   "",
	"1.2.3-.":                  "",
	"1.2.3+":                   "",
	"1.2.3_rc1":                "",
	"1.2.3-rc_1":               "",
	"1.2.x":                    "",
	"-1.2.3":                   "",
	"latest":                   "",
	"v1.2.beta":                "",
	"v1.2-5":                   "",
	"v1.2-beta5":               "",
	"\nv1.2":                   "",
	"1.2.3\n":                  "",
	"18446744073709551616.0.0": "",
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for tag, want := range versionTags {
		got := ""
		if v, ok := parseVersion(tag); ok {
			got = v.String()
		}
		if got != want {
			t.Errorf("parseVersion(%q) = %q, want %q", tag, got, want)
		}
	}
}

func TestVersionLength(t *testing.T) {
	t.Parallel()
	longest := "1.2.3-" + strings.Repeat("a", maxVersionLen-len("1.2.3-"))
	if _, ok := parseVersion(longest); !ok {
		t.Errorf("a version of %d bytes is refused", len(longest))
	}
	if _, ok := parseVersion(longest + "a"); ok {
		t.Errorf("a version of %d bytes is accepted", len(longest)+1)
	}
}

// TestPrecedence has versions in ascending order; each pair must compare so, both ways.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	ascending := []string{
		"0.0.0-0", "0.0.0", "0.0.1", "1.0.0-0", "1.0.0-0.0", "1.0.0-9", "1.0.0-10", "1.0.0-18446744073709551615",
		"1.0.0--", "1.0.0-18446744073709551616", "1.0.0-9999999999999999999999", "1.0.0-A", "1.0.0-a", "1.0.0-alpha",
		"1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0-rc10", "1.0.0-rc2", "1.0.0", "1.0.10",
		"1.10.0", "18446744073709551615.0.0",
	}
	for i, a := range ascending {
		for j, b := range ascending {
			va, _ := parseVersion(a)
			vb, _ := parseVersion(b)
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := va.compare(vb); got != want {
				t.Errorf("%s compared to %s = %d, want %d", a, b, got, want)
			}
		}
	}
}

// semverParse is how the controller reads a version: fluxcd/pkg/version over semver/v3.
func semverParse(s string) *semver.Version {
	if len(strings.SplitN(s, ".", 3)) != 3 {
		return nil
	}
	v, err := semver.NewVersion(s)
	if err != nil {
		return nil
	}
	return v
}

// FuzzVersion holds our reading of versions, and their order, to semver/v3.
func FuzzVersion(f *testing.F) {
	for a := range versionTags {
		f.Add(a, "1.2.3-rc.1")
		f.Add(a, "1.2.3")
	}
	f.Add("1.0.0-rc.18446744073709551616", "1.0.0-rc.2")
	f.Fuzz(func(t *testing.T, a, b string) {
		va, okA := parseVersion(a)
		vb, okB := parseVersion(b)
		wantA, wantB := semverParse(a), semverParse(b)
		if okA != (wantA != nil) {
			t.Fatalf("parseVersion(%q) says %v, semver says %v", a, okA, wantA)
		}
		if !okA {
			return
		}
		want := version{wantA.Major(), wantA.Minor(), wantA.Patch(), wantA.Prerelease()}
		if diff := cmp.Diff(want, va, cmp.AllowUnexported(version{})); diff != "" {
			t.Fatalf("parseVersion(%q) (-want +got)\n%s", a, diff)
		}
		if okB && va.compare(vb) != wantA.Compare(wantB) {
			t.Fatalf("%q compared to %q = %d, want %d", a, b, va.compare(vb), wantA.Compare(wantB))
		}
	})
}

func TestVersionDoesNotAllocate(t *testing.T) {
	rule, err := parseRange(">=1.0.0-0 <2.0.0 || 3.x")
	if err != nil {
		t.Fatal(err)
	}
	tags := []string{"1.2.3", "v1.2.3-rc.1.x", "3.0.0+meta", "latest", "1.2.3.4", "1-a.b.c"}
	allocations := testing.AllocsPerRun(100, func() {
		for _, tag := range tags {
			if v, ok := parseVersion(tag); ok {
				rule.holds(v)
			}
		}
	})
	if allocations != 0 {
		t.Errorf("reading %d tags took %v allocations", len(tags), allocations)
	}
}
