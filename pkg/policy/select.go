// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"fmt"
	"slices"
)

// A Selection is the tag that a rule chose, and what it says about how safe that answer is.
type Selection struct {
	// Tag is the winner, one of the tags given.
	Tag string
	// Key is what filterTags made of it and the order compared; Tag itself without an extract.
	Key string
	// Ties are the other tags that stand as high, in descending byte order: with a key of their own, or with the
	// winner's key.
	Ties []string
	// NaN is the tag with a key that is not a number but NaN, after which the numerical order begins anew; of several the
	// last one in descending byte order. Empty if there is none.
	NaN string
	// Arbitrary says that Flux's own answer may differ from one reconciliation to the next: with filterTags it ranges
	// over a map, so that ties between keys, and NaN, go either way.
	Arbitrary bool
}

var (
	errEmptyList = errors.New("version list argument cannot be empty")
	errNoVersion = errors.New("unable to determine latest version from provided list")
)

// Select chooses one of tags as image-reflector-controller 1.2 does, who keeps the tags of a repository in descending byte
// order; neither their order here nor repetitions matter, and tags is left as it is. Excluded tags must not be among them
// (see [Exclusion]). Where Flux ranges over a map, the walk is over the tags in that same order.
//
// Errors have the controller's text: an [*InvalidError] if filterTags is at fault, else one with reason Failure. For a
// repository without any tag the controller does not come this far.
func (r *Rule) Select(tags []string) (Selection, error) {
	if r.filterErr != nil {
		return Selection{}, r.filterErr
	}
	s := scan{}
	s.walk(r, tags)
	switch {
	case s.matched == 0:
		return Selection{}, errEmptyList
	case s.broken != nil:
		return Selection{}, &numberError{*s.broken}
	}
	nan := s.nan
	if nan != nil {
		// Nothing compares less than NaN or greater, so the last NaN replaces what came before it, and is replaced by
		// what comes after.
		s = scan{after: nan}
		s.walk(r, tags)
		if len(s.top) == 0 {
			s.top = []candidate{*nan}
		}
	}
	if len(s.top) == 0 {
		return Selection{}, errNoVersion
	}
	selection := r.settle(s.top)
	if nan != nil {
		selection.NaN = nan.tag
		selection.Arbitrary = r.filter != nil
	}
	return selection, nil
}

// A numberError says which key failed a numerical order.
type numberError struct {
	candidate
}

func (e *numberError) Error() string {
	return fmt.Sprintf("failed to parse invalid numeric value '%s'", e.key)
}

// A candidate is a tag with the key it is ordered by.
type candidate struct {
	tag, key string
}

// A scan is one walk over the tags.
type scan struct {
	after *candidate // if not nil, only the tags that follow it in descending byte order count

	matched int         // tags that passed the filter
	top     []candidate // the highest, and all that tie with it
	broken  *candidate  // the first in descending byte order that makes the selection fail
	nan     *candidate  // the last in descending byte order that is NaN
}

func (s *scan) walk(r *Rule, tags []string) {
	best := r.order.best()
	for _, tag := range tags {
		if s.after != nil && tag >= s.after.tag {
			continue
		}
		key, ok := r.filter.key(tag)
		if !ok {
			continue
		}
		s.matched++
		switch best.rank(key) {
		case higher:
			s.top = append(s.top[:0], candidate{tag, key})
		case equal:
			if last := s.top[len(s.top)-1]; last.tag != tag {
				s.top = append(s.top, candidate{tag, key})
			}
		case broken:
			if s.broken == nil || tag > s.broken.tag {
				s.broken = &candidate{tag, key}
			}
		case unordered:
			if s.nan == nil || tag < s.nan.tag {
				s.nan = &candidate{tag, key}
			}
		}
	}
}

// settle chooses among candidates that tie. Tags with the same key: the last in descending byte order overwrites the
// others. Keys that tie: a semver order keeps the first it sees, a numerical one the last.
func (r *Rule) settle(top []candidate) Selection {
	slices.SortFunc(top, func(a, b candidate) int { return descending(a.tag, b.tag) })
	top = slices.CompactFunc(top, func(a, b candidate) bool { return a.tag == b.tag })
	last := make(map[string]int, 1) // index of the tag that stands for a key
	for i, c := range top {
		last[c.key] = i
	}
	_, keepsFirst := r.order.(*versionRange)
	won := -1
	for i, c := range top {
		if i == last[c.key] && (won < 0 || !keepsFirst) {
			won = i
		}
	}
	s := Selection{Tag: top[won].tag, Key: top[won].key, Arbitrary: r.filter != nil && len(last) > 1}
	for i, c := range top {
		if i != won {
			s.Ties = append(s.Ties, c.tag)
		}
	}
	return s
}
