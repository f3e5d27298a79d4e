// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"math"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// A versionRange is a semver/v3 v3.5.0 constraint laid out as intervals, so that checking a version does not allocate and
// the range can be spelt out. semver/v3 parses the text and words the errors; [FuzzRange] holds the intervals to its Check.
type versionRange struct {
	text   string
	groups []group // a version in any one of them is in the range
}

// A group is comparators that must all hold. One that names a pre-release admits pre-releases to the whole group.
type group struct {
	comparators []comparator
	pre         bool
}

// A comparator holds for the versions of one interval; or, negated, for those outside of it.
type comparator struct {
	text   string // canonical: no blanks, hyphen ranges rewritten
	lo, hi edge
	not    bool
	// samePre narrows a negated interval to the versions with the pre-release of lo: how semver/v3 reads !=1.2.x.
	samePre bool
}

// An edge ends an interval. The zero edge is unbounded.
type edge struct {
	bounded, open bool
	at            version
}

func parseRange(text string) (*versionRange, error) {
	constraint, err := semver.NewConstraint(text)
	if err != nil {
		return nil, err
	}
	r := &versionRange{text: text}
	// The canonical form has exactly one space between comparators and " || " between groups.
	for g := range strings.SplitSeq(constraint.String(), " || ") {
		var parsed group
		for c := range strings.SplitSeq(g, " ") {
			comparator, pre := parseComparator(c)
			parsed.comparators = append(parsed.comparators, comparator)
			parsed.pre = parsed.pre || pre
		}
		r.groups = append(r.groups, parsed)
	}
	return r, nil
}

func (r *versionRange) holds(v version) bool {
	for i := range r.groups {
		if g := &r.groups[i]; (v.pre == "" || g.pre) && g.spans(v) {
			return true
		}
	}
	return false
}

// spans reports whether v satisfies every comparator, were pre-releases admitted.
func (g *group) spans(v version) bool {
	for i := range g.comparators {
		if !g.comparators[i].spans(v) {
			return false
		}
	}
	return true
}

func (c *comparator) spans(v version) bool {
	in := !c.lo.cutsBelow(v) && !c.hi.cutsAbove(v)
	if c.samePre {
		in = in && v.pre == c.lo.at.pre
	}
	return in != c.not
}

// cutsBelow reports whether v is too low for the lower edge e.
func (e *edge) cutsBelow(v version) bool {
	if !e.bounded {
		return false
	}
	d := v.compare(e.at)
	return d < 0 || d == 0 && e.open
}

// cutsAbove reports whether v is too high for the upper edge e.
func (e *edge) cutsAbove(v version) bool {
	if !e.bounded {
		return false
	}
	d := v.compare(e.at)
	return d > 0 || d == 0 && e.open
}

// locate says on which side of the range a version is that is not in it, and which comparator keeps it out.
func (r *versionRange) locate(v version) (reason Reason, bound string) {
	for i := range r.groups {
		if g := &r.groups[i]; v.pre != "" && !g.pre && g.spans(v) {
			return PreRelease, ""
		}
	}
	var top, bottom edge // of the alternatives that are all below v, and of those that are all above it
	above, below := 0, 0
	alternatives := 0
	exact := group{pre: v.pre != ""} // to a pre-release, 1.3.0-0 and 1.3.0 are not the same edge
	for i := range r.groups {
		lo, hi := r.groups[i].ends()
		if isEmpty(lo, hi) {
			continue
		}
		alternatives++
		exact.pre = exact.pre || r.groups[i].pre
		if hi.cutsAbove(v) {
			if above++; above == 1 || hi.at.compare(top.at) > 0 {
				top = hi
			}
		}
		if lo.cutsBelow(v) {
			if below++; below == 1 || lo.at.compare(bottom.at) < 0 {
				bottom = lo
			}
		}
	}
	switch {
	case alternatives > 0 && above == alternatives:
		return AboveRange, exact.spellEdge(top, "<")
	case alternatives > 0 && below == alternatives:
		return BelowRange, exact.spellEdge(bottom, ">")
	}
	for i := range r.groups {
		if c := r.groups[i].taker(v); c != nil {
			return OutsideRange, c.text
		}
	}
	return OutsideRange, ""
}

// taker returns the negated comparator that takes v out of the group, if nothing else keeps it out.
func (g *group) taker(v version) *comparator {
	var taker *comparator
	for i := range g.comparators {
		c := &g.comparators[i]
		switch {
		case c.spans(v):
		case !c.not:
			return nil
		default:
			taker = c
		}
	}
	return taker
}

// The parts of an operand that were given as numbers, in order; the others were missing or x, X, *.
const (
	givenNone = iota
	givenMajor
	givenMinor
	givenAll
)

// parseComparator reads one comparator of a constraint that semver/v3 accepted, and reports whether it has a pre-release.
// What each operator makes of a partial operand follows constraints.go of semver/v3 v3.5.0.
func parseComparator(text string) (comparator, bool) {
	operand := strings.TrimLeft(text, "=!<>~^")
	op := text[:len(text)-len(operand)]
	con, given := parseOperand(operand)
	c := comparator{text: text}
	from, after := edge{bounded: true, at: con}, edge{bounded: true, at: con, open: true}
	switch op {
	case "", "=":
		if given == givenAll {
			c.lo, c.hi = from, from
		} else {
			c.lo, c.hi = from, tildeEnd(con, given)
		}
	case "~", "~>":
		c.lo, c.hi = from, tildeEnd(con, given)
	case "^":
		c.lo, c.hi = from, caretEnd(con, given)
	case ">=", "=>":
		c.lo = from
	case "<":
		c.hi = after
	case ">":
		c.lo = after
		if given == givenMajor || given == givenMinor {
			if c.lo = next(con, given); !c.lo.bounded {
				c.lo, c.hi = after, after // nothing is greater than the greatest number
			}
			c.lo.open = false
		}
	case "<=", "=<":
		switch given {
		case givenAll:
			c.hi = from
		case givenNone: // <=* stops at 0.0.x
			c.hi = next(con, givenMinor)
		default:
			c.hi = next(con, given)
		}
	case "!=":
		c.not = true
		switch given {
		case givenMajor:
			c.lo, c.hi = edge{bounded: true, at: lowest(con)}, next(con, given)
		case givenMinor:
			c.lo, c.hi, c.samePre = from, next(con, given), true
		default:
			c.lo, c.hi = from, from
		}
	}
	return c, con.pre != ""
}

// tildeEnd is where ~ ends. Zeros all through, given or not, make it end nowhere.
func tildeEnd(con version, given int) edge {
	switch {
	case con.major == 0 && con.minor == 0 && con.patch == 0 && (given == givenNone || given == givenAll):
		return edge{}
	case given == givenMajor:
		return next(con, givenMajor)
	}
	return next(con, givenMinor)
}

// caretEnd is where ^ ends: the first number that is not zero stays.
func caretEnd(con version, given int) edge {
	switch {
	case con.major > 0 || given == givenMajor:
		return next(con, givenMajor)
	case con.minor > 0 || given == givenMinor:
		return next(con, givenMinor)
	}
	return next(con, givenAll)
}

// lowest is the least of all versions with the numbers of v: its pre-release 0.
func lowest(v version) version {
	v.pre = "0"
	return v
}

// next is the open edge before everything whose numbers, up to and with the part given, are greater than v's.
func next(v version, part int) edge {
	switch {
	case part == givenAll && v.patch < math.MaxUint64:
		v.patch++
	case part >= givenMinor && v.minor < math.MaxUint64:
		v.minor, v.patch = v.minor+1, 0
	case v.major < math.MaxUint64:
		v.major, v.minor, v.patch = v.major+1, 0, 0
	default:
		return edge{}
	}
	return edge{bounded: true, open: true, at: lowest(v)}
}

// parseOperand reads 1, 1.2, 1.x, v1.2.3-rc.1+meta and the like.
func parseOperand(s string) (con version, given int) {
	s, _, _ = strings.Cut(strings.TrimPrefix(s, "v"), "+")
	core, pre, _ := strings.Cut(s, "-")
	con.pre = pre
	for _, n := range []*uint64{&con.major, &con.minor, &con.patch} {
		var part string
		part, core, _ = strings.Cut(core, ".")
		number, _, ok := cutNumber(part)
		if !ok {
			return con, given
		}
		*n = number
		given++
	}
	return con, given
}
