// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strings"
)

// A Stage is a step of the way from the list of tags to the selected one.
type Stage int

// The stages, in order. A tag ends at one of them, the selected one at the last.
const (
	StageList      Stage = iota // is the tag listed?
	StageExclusion              // does no exclusion match?
	StageFilter                 // does filterTags match, and give a key that no other tag stands for?
	StageRead                   // is the key a version, or a number?
	StageRange                  // is the version in the range?
	StageRank                   // is it the highest?
	StageSelected
)

// String is the stage in one word.
func (s Stage) String() string {
	return [...]string{"list", "exclusion", "filter", "read", "range", "rank", "selected"}[s]
}

// A Reason says why a tag went no further.
type Reason int

// The reasons, by the stage at which they end a tag's way.
const (
	Unlisted       Reason = iota
	Excluded              // an expression of the exclusion list is found in it
	FilterMismatch        // the pattern is not found in it
	FilterInvalid         // the pattern does not compile
	SameKey               // another tag gave the same key and stands for it
	NotVersion            // the key is no version to Flux
	NotNumber             // the key is no number, which fails the whole selection
	NaN                   // the key is NaN: the order begins anew after it
	AboveRange            // higher than all of the range
	BelowRange            // lower than all of the range
	OutsideRange          // between two alternatives of the range, or taken out of it
	PreRelease            // would be in the range, if that admitted pre-releases
	Undecided             // could have won, but another tag fails the selection
	BeforeNaN             // stands before NaN in Flux's list and so is forgotten
	Tied                  // stands as high as the selected one
	Lower                 // the selected one stands higher
	Selected
	reasons // how many there are
)

// String is the reason in one CamelCase word, as in JSON.
func (r Reason) String() string {
	return [...]string{
		"Unlisted", "Excluded", "FilterMismatch", "FilterInvalid", "SameKey", "NotVersion", "NotNumber", "NaN", "AboveRange",
		"BelowRange", "OutsideRange", "PreRelease", "Undecided", "BeforeNaN", "Tied", "Lower", "Selected",
	}[r]
}

// Stage returns where the reason ends a tag's way.
func (r Reason) Stage() Stage {
	switch r {
	case Unlisted:
		return StageList
	case Excluded:
		return StageExclusion
	case FilterMismatch, FilterInvalid, SameKey:
		return StageFilter
	case NotVersion, NotNumber, NaN:
		return StageRead
	case AboveRange, BelowRange, OutsideRange, PreRelease:
		return StageRange
	case Selected:
		return StageSelected
	}
	return StageRank
}

// A Flaw says what keeps a key from being a version.
type Flaw int

// The flaws. FlawNone is that of a version.
const (
	FlawNone       Flaw = iota
	FlawEmpty           // extract gave nothing
	FlawWord            // nothing like a version: latest, sha-0a1b2c3
	FlawCapital         // V1.2.3
	FlawFewParts        // 1.2
	FlawManyParts       // 1.2.3.4
	FlawSuffix          // 1.2.3p, 1.2.3_rc1: a suffix must begin with a hyphen
	FlawIdentifier      // 1.2.3-rc_1, 1.2.3-: identifiers are of letters, digits and hyphens
	FlawZero            // 1.2.3-01: a number in a pre-release must not begin with zero
	FlawTooLarge        // a number beyond 64 bits
	FlawTooLong         // more than 256 bytes
)

// String puts the flaw into words.
func (f Flaw) String() string {
	return [...]string{
		"a version", "empty", "not a version", `"v" must be small`, "not three parts; Flux wants two dots", "more than three parts",
		`a suffix must begin with "-"`, `a suffix has letters, digits, "-" and "." only`,
		"a number after the hyphen begins with zero", "a number is too large", "longer than 256 bytes",
	}[f]
}

// flawOf says why parseVersion refuses key.
func flawOf(key string) Flaw {
	if _, ok := parseVersion(key); ok {
		return FlawNone
	}
	switch {
	case key == "":
		return FlawEmpty
	case len(key) > maxVersionLen:
		return FlawTooLong
	case isHash(key):
		return FlawWord
	}
	core := strings.TrimPrefix(key, "v")
	if strings.HasPrefix(key, "V") && len(key) > 1 && isDigit(key[1]) {
		return FlawCapital
	}
	if core == "" || !isDigit(core[0]) {
		return FlawWord
	}
	if _, _, ok := parseLoose(key); ok {
		return FlawFewParts
	}
	for parts := 1; ; parts++ {
		digits := strings.TrimLeft(core, "0123456789")
		if _, _, ok := cutNumber(core); !ok {
			return FlawTooLarge
		}
		core = digits
		if len(core) < 2 || core[0] != '.' || !isDigit(core[1]) {
			break
		}
		if parts == 3 {
			return FlawManyParts
		}
		core = core[1:]
	}
	suffix, _, _ := strings.Cut(core, "+")
	pre, isPre := strings.CutPrefix(suffix, "-")
	switch {
	case !isPre && suffix != "":
		return FlawSuffix
	case isPre && areIdentifiers(pre, true) && !areIdentifiers(pre, false):
		return FlawZero
	}
	return FlawIdentifier
}

// isHash reports whether s looks like a commit: seven or more hexadecimal digits.
func isHash(s string) bool {
	return len(s) >= 7 && strings.Trim(s, "0123456789abcdef") == "" && strings.ContainsAny(s, "abcdef")
}

// A Verdict is what became of one tag, and why.
type Verdict struct {
	Tag    string
	Reason Reason
	Key    string // what filterTags made of the tag, from StageRead on, and with SameKey
	Expr   string // Excluded: the expression
	Stop   *Stop  // FilterMismatch: how far the pattern got
	Flaw   Flaw   // NotVersion: what is wrong with the key
	Bound  string // AboveRange, BelowRange: the comparator that keeps it out, like <1.3.0; OutsideRange: likewise, if one does
	Rival  string // SameKey, Undecided, BeforeNaN, Tied, Lower: the tag on whose account
}

// String says why in words, without the tag: "above the range: <1.3.0".
func (v Verdict) String() string {
	switch v.Reason {
	case Unlisted:
		return "not listed"
	case Excluded:
		return "excluded by " + v.Expr
	case FilterMismatch:
		return "does not match filterTags" + v.Stop.String()
	case FilterInvalid:
		return "filterTags is invalid"
	case SameKey:
		return fmt.Sprintf("gives the same %q as %s", v.Key, v.Rival)
	case NotVersion:
		return v.Flaw.String()
	case NotNumber:
		return fmt.Sprintf("%q is not a number, which fails the policy", v.Key)
	case NaN:
		return "not a number but NaN: the order begins anew after it"
	case AboveRange:
		return "above the range: " + v.Bound
	case BelowRange:
		return "below the range: " + v.Bound
	case OutsideRange:
		if v.Bound != "" {
			return "taken out of the range: " + v.Bound
		}
		return "not in the range"
	case PreRelease:
		if isVariant(v.Key) {
			return `counts as a pre-release: a suffix after "-"`
		}
		return "pre-release, and the range names none"
	case Undecided:
		return "nothing is selected on account of " + v.Rival
	case BeforeNaN:
		return "stands before NaN, " + v.Rival
	case Tied:
		return "equal to " + v.Rival
	case Lower:
		return "lower than " + v.Rival
	}
	return "selected"
}

func (s *Stop) String() string {
	switch {
	case s == nil || len(s.Want) == 0:
		return ""
	case s.Offset == 0:
		return ": nothing like it"
	}
	return fmt.Sprintf(" from byte %d on: %s must be there", s.Offset+1, strings.Join(s.Want, " or "))
}
