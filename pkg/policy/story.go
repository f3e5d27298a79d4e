// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Story tells how a rule came to its answer over a list of tags. It never changes and may be used by several goroutines.
type Story struct {
	Selection Selection
	Err       error // that of [Rule.Select]
	Funnel    Funnel

	rule      *Rule
	exclusion Exclusion
	tags      []string          // distinct, in descending byte order
	kept      []string          // those of them that are not excluded
	standing  map[string]string // the tag that stands for a key; nil if every tag is its own key
	failing   string            // the tag whose key fails the selection, if any
	ended     [reasons]int
}

// A Funnel counts the tags that passed each stage.
type Funnel struct {
	Listed   int // as listed, with repetitions
	Distinct int
	Kept     int // not excluded
	Filtered int // matched by filterTags, with a key of their own
	Read     int // versions, numbers; all of Filtered in an alphabetical order
	InRange  int // all of Read in the other orders
	Selected int // 1 or 0
}

// Explain selects among the listed tags that are not excluded, and keeps what it takes to say why not the others. It sorts
// a copy of the list; the rest is worked out when asked for.
func (r *Rule) Explain(listed []string, exclusion Exclusion) *Story {
	s := &Story{rule: r, exclusion: exclusion, tags: slices.Clone(listed)}
	slices.SortFunc(s.tags, descending)
	s.tags = slices.Compact(s.tags)
	s.kept = exclusion.Keep(s.tags)
	if r.filterErr == nil && r.filter != nil && len(r.filter.pieces) > 0 {
		s.standing = map[string]string{}
		for _, tag := range s.kept {
			if key, ok := r.filter.key(tag); ok {
				s.standing[key] = tag
			}
		}
	}
	s.Selection, s.Err = r.Select(s.kept)
	var bad *numberError
	if errors.As(s.Err, &bad) {
		s.failing = bad.tag
	}
	for _, tag := range s.tags {
		s.ended[s.judge(tag).Reason]++
	}
	s.Funnel = Funnel{
		Listed:   len(listed),
		Distinct: len(s.tags),
		Kept:     s.past(StageExclusion),
		Filtered: s.past(StageFilter),
		Read:     s.past(StageRead),
		InRange:  s.past(StageRange),
		Selected: s.past(StageRank),
	}
	return s
}

// past counts the tags that passed a stage.
func (s *Story) past(stage Stage) int {
	n := 0
	for reason, ended := range s.ended {
		if Reason(reason).Stage() > stage {
			n += ended
		}
	}
	return n
}

// Ended returns how many tags ended their way for a reason.
func (s *Story) Ended(reason Reason) int { return s.ended[reason] }

// Verdict says what became of a tag.
func (s *Story) Verdict(tag string) Verdict {
	if !contains(s.tags, tag) {
		return Verdict{Tag: tag, Reason: Unlisted}
	}
	v := s.judge(tag)
	if v.Reason == FilterMismatch {
		v.Stop = newStepper(s.rule.filter.pattern.String()).stop(tag)
	}
	return v
}

// descending is the byte order that the controller keeps tags in.
func descending(a, b string) int { return strings.Compare(b, a) }

// contains reports whether tag is one of tags, which are in descending byte order.
func contains(tags []string, tag string) bool {
	_, found := slices.BinarySearchFunc(tags, tag, descending)
	return found
}

// Verdicts says what became of each tag, in descending byte order.
func (s *Story) Verdicts() iter.Seq[Verdict] {
	return func(yield func(Verdict) bool) {
		var pattern *stepper
		for _, tag := range s.tags {
			v := s.judge(tag)
			if v.Reason == FilterMismatch {
				if pattern == nil {
					pattern = newStepper(s.rule.filter.pattern.String())
				}
				v.Stop = pattern.stop(tag)
			}
			if !yield(v) {
				return
			}
		}
	}
}

// judge is Verdict for a listed tag, but for the Stop.
func (s *Story) judge(tag string) Verdict {
	v := Verdict{Tag: tag}
	if expr, excluded := s.exclusion.Match(tag); excluded {
		v.Reason, v.Expr = Excluded, expr
		return v
	}
	if s.rule.filterErr != nil {
		v.Reason = FilterInvalid
		return v
	}
	key, ok := s.rule.filter.key(tag)
	if !ok {
		v.Reason = FilterMismatch
		return v
	}
	v.Key = key
	if standing, ok := s.standing[key]; ok && standing != tag {
		v.Reason, v.Rival = SameKey, standing
		return v
	}
	if s.Err == nil && tag == s.Selection.Tag {
		v.Reason = Selected
		return v
	}
	if v.Reason = s.rule.order.judge(&v); v.Reason != Lower {
		return v
	}
	switch {
	case s.failing != "":
		v.Reason, v.Rival = Undecided, s.failing
	case contains(s.Selection.Ties, tag):
		v.Reason, v.Rival = Tied, s.Selection.Tag
	case s.Selection.NaN != "" && tag > s.Selection.NaN:
		v.Reason, v.Rival = BeforeNaN, s.Selection.NaN
	default:
		v.Rival = s.Selection.Tag
	}
	return v
}

// judge says why v.Key is not in the order, or Lower if it is; it fills in the details of the verdict.
func (r *versionRange) judge(v *Verdict) Reason {
	parsed, ok := parseVersion(v.Key)
	switch {
	case !ok:
		v.Flaw = flawOf(v.Key)
		return NotVersion
	case r.holds(parsed):
		return Lower
	}
	reason, bound := r.locate(parsed)
	v.Bound = bound
	return reason
}

func (alphabetical) judge(*Verdict) Reason { return Lower }

func (numerical) judge(v *Verdict) Reason {
	n, err := strconv.ParseFloat(v.Key, 64)
	switch {
	case err != nil:
		return NotNumber
	case math.IsNaN(n):
		return NaN
	}
	return Lower
}

// RunnersUp returns up to n tags that would have been selected, one after the other, had the ones before not been there.
func (s *Story) RunnersUp(n int) []string {
	var tags []string
	left, won, err := s.kept, s.Selection, s.Err
	for err == nil && len(tags) < n {
		left = slices.DeleteFunc(slices.Clone(left), func(tag string) bool { return tag == won.Tag })
		if won, err = s.rule.Select(left); err == nil {
			tags = append(tags, won.Tag)
		}
	}
	return tags
}

// A Class is the tags that ended for the same reason and look alike.
type Class struct {
	Reason  Reason
	Flaw    Flaw
	Shape   string // what looks random replaced by "…": sha-…; empty if nothing does
	Count   int
	Example string // the greatest tag of the class, in byte order
}

// Classes groups the tags that ended at a stage, the most frequent class first. Only what is no version, or not matched by
// filterTags, is told apart by shape.
func (s *Story) Classes(stage Stage) []Class {
	found := map[Class]int{} // index in classes, by what makes a class
	var classes []Class
	for _, tag := range s.tags {
		v := s.judge(tag)
		if v.Reason.Stage() != stage {
			continue
		}
		c := Class{Reason: v.Reason, Flaw: v.Flaw}
		if v.Flaw == FlawWord || v.Reason == FilterMismatch {
			c.Shape = shape(tag)
		}
		i, ok := found[c]
		if !ok {
			i = len(classes)
			found[c] = i
			c.Example = tag
			classes = append(classes, c)
		}
		classes[i].Count++
	}
	slices.SortStableFunc(classes, func(a, b Class) int { return b.Count - a.Count })
	return classes
}

// shape replaces each word of a tag that begins with a digit or looks like a commit; it is empty if there is none.
func shape(tag string) string {
	var b strings.Builder
	replaced := false
	for rest := tag; rest != ""; {
		n := 0
		for n < len(rest) && (isDigit(rest[n]) || isLetter(rest[n])) {
			n++
		}
		switch word := rest[:n]; {
		case n == 0:
			n = 1
			b.WriteByte(rest[0])
		case isDigit(word[0]) || isHash(word):
			replaced = true
			b.WriteString("…")
		default:
			b.WriteString(word)
		}
		rest = rest[n:]
	}
	if !replaced {
		return ""
	}
	return b.String()
}
