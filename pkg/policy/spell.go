// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strings"
)

// Range spells a semver range out in plain comparators: ">=1.2.0 and <1.3.0" for ~1.2.0. Alternatives are joined by
// ", or "; a range that no version can be in is "nothing". It is empty for the other orders.
func (r *Rule) Range() string {
	if v, ok := r.order.(*versionRange); ok {
		return v.spell()
	}
	return ""
}

func (r *versionRange) spell() string {
	var alternatives []string
	for i := range r.groups {
		if s := r.groups[i].spell(); s != "" {
			alternatives = append(alternatives, s)
		}
	}
	if alternatives == nil {
		return "nothing"
	}
	return strings.Join(alternatives, ", or ")
}

func (g *group) spell() string {
	lo, hi := g.ends()
	if isEmpty(lo, hi) {
		return ""
	}
	var words []string
	if lo.bounded && hi.bounded && lo.at.compare(hi.at) == 0 {
		words = append(words, "="+lo.at.String())
	} else {
		if lo.bounded {
			words = append(words, g.spellEdge(lo, ">"))
		}
		if hi.bounded {
			words = append(words, g.spellEdge(hi, "<"))
		}
	}
	for i := range g.comparators {
		if c := &g.comparators[i]; c.not {
			words = append(words, c.text)
		}
	}
	return strings.Join(words, " and ")
}

// ends intersects the intervals of the group; what negated comparators take out of it is left aside.
func (g *group) ends() (lo, hi edge) {
	for i := range g.comparators {
		c := &g.comparators[i]
		if c.not {
			continue
		}
		if d := c.lo.at.compare(lo.at); c.lo.bounded && (!lo.bounded || d > 0 || d == 0 && c.lo.open) {
			lo = c.lo
		}
		if d := c.hi.at.compare(hi.at); c.hi.bounded && (!hi.bounded || d < 0 || d == 0 && c.hi.open) {
			hi = c.hi
		}
	}
	return lo, hi
}

// isEmpty reports whether nothing lies between two edges.
func isEmpty(lo, hi edge) bool {
	if !lo.bounded || !hi.bounded {
		return false
	}
	d := lo.at.compare(hi.at)
	return d > 0 || d == 0 && (lo.open || hi.open)
}

// spellEdge writes an edge as a comparator. Where no pre-release is admitted, 1.3.0-0 and 1.3.0 are the same edge.
func (g *group) spellEdge(e edge, sign string) string {
	if !g.pre && e.at.pre == "0" {
		e.at.pre = ""
	}
	if !e.open {
		sign += "="
	}
	return sign + e.at.String()
}

func (v version) String() string {
	s := fmt.Sprintf("%d.%d.%d", v.major, v.minor, v.patch)
	if v.pre != "" {
		s += "-" + v.pre
	}
	return s
}
