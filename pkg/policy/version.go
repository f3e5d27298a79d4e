// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"math"
	"strings"
)

// maxVersionLen is the longest version, in bytes, that semver/v3 reads.
const maxVersionLen = 256

// A version is what Flux sees in a tag or key: build metadata is dropped, for it never takes part in a comparison.
type version struct {
	major, minor, patch uint64
	pre                 string // without its hyphen; empty for a release
}

// parseVersion reads a version as Flux does (fluxcd/pkg/version v0.16 over semver/v3 v3.5.0): anything with two dots in
// it, wherever they are, that semver's coercing parser takes. It does not allocate; [FuzzVersion] holds it to semver/v3.
func parseVersion(s string) (version, bool) {
	v, dots, ok := parseLoose(s)
	if !ok || dots < 2 && strings.Count(s, ".") < 2 {
		return version{}, false
	}
	return v, true
}

// parseLoose reads v?N(.N)?(.N)?(-pre)?(+meta)? and returns how many dots the core has.
func parseLoose(s string) (v version, dots int, ok bool) {
	if len(s) > maxVersionLen {
		return version{}, 0, false
	}
	s = strings.TrimPrefix(s, "v")
	v.major, s, ok = cutNumber(s)
	for ok && dots < 2 && strings.HasPrefix(s, ".") {
		segment := &v.minor
		if dots == 1 {
			segment = &v.patch
		}
		*segment, s, ok = cutNumber(s[1:])
		dots++
	}
	if !ok {
		return version{}, 0, false
	}
	s, meta, hasMeta := strings.Cut(s, "+")
	if hasMeta && !areIdentifiers(meta, true) {
		return version{}, 0, false
	}
	if s == "" {
		return v, dots, true
	}
	if s[0] != '-' || !areIdentifiers(s[1:], false) {
		return version{}, 0, false
	}
	v.pre = s[1:]
	return v, dots, true
}

// cutNumber takes the decimal digits off the front of s; there must be one, and they must fit 64 bits.
func cutNumber(s string) (n uint64, rest string, ok bool) {
	i := 0
	for ; i < len(s) && isDigit(s[i]); i++ {
		d := uint64(s[i] - '0')
		if n > (math.MaxUint64-d)/10 {
			return 0, "", false
		}
		n = n*10 + d
	}
	return n, s[i:], i > 0
}

// areIdentifiers reports whether s is a dot-separated list of [0-9A-Za-z-]+; only metadata may have numbers that begin
// with a zero.
func areIdentifiers(s string, leadingZeros bool) bool {
	for more := true; more; {
		var id string
		id, s, more = strings.Cut(s, ".")
		digits := 0
		for i := range len(id) {
			switch c := id[i]; {
			case isDigit(c):
				digits++
			case c != '-' && !isLetter(c):
				return false
			}
		}
		if id == "" || !leadingZeros && len(id) > 1 && id[0] == '0' && digits == len(id) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// compare orders by semver precedence: -1, 0 or 1.
func (v version) compare(o version) int {
	if d := cmp.Compare(v.major, o.major); d != 0 {
		return d
	}
	if d := cmp.Compare(v.minor, o.minor); d != 0 {
		return d
	}
	if d := cmp.Compare(v.patch, o.patch); d != 0 {
		return d
	}
	switch {
	case v.pre == o.pre:
		return 0
	case v.pre == "":
		return 1
	case o.pre == "":
		return -1
	}
	return comparePre(v.pre, o.pre)
}

// comparePre orders two different pre-releases. As in semver/v3 a number too large for 64 bits counts as a word.
func comparePre(a, b string) int {
	for {
		idA, restA, moreA := strings.Cut(a, ".")
		idB, restB, moreB := strings.Cut(b, ".")
		if idA != idB {
			return compareIdentifiers(idA, idB)
		}
		if !moreA || !moreB {
			return cmp.Compare(len(a), len(b))
		}
		a, b = restA, restB
	}
}

func compareIdentifiers(a, b string) int {
	na, restA, okA := cutNumber(a)
	nb, restB, okB := cutNumber(b)
	okA, okB = okA && restA == "", okB && restB == ""
	switch {
	case okA && okB:
		return cmp.Compare(na, nb)
	case okA:
		return -1
	case okB:
		return 1
	}
	return strings.Compare(a, b)
}
