// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

// A NearMiss is a tag that one might have expected to be selected, and what would select it.
type NearMiss struct {
	Verdict Verdict
	Changes []Change // as [Story.Changes]
}

// The kinds of near misses, the nearest first. Of each kind one tag is shown.
const (
	missAbove = iota
	missPreRelease
	missVariant
	missOutside
	missBelow
	missExcluded
	missFilter
	missUndecided
	missNumber
	missFlawed
	missWord
	missKinds
)

// maxSteps bounds the work, in instructions times bytes, of finding the tag that the filter came furthest in: 50,000 tags
// for a pattern of the usual size. The tags beyond are left aside.
const maxSteps = 50_000_000

// NearMisses returns up to n near misses, one of a kind: of the versions that the range keeps out the highest, if higher
// than the selected one; the tag that the filter came furthest in; an excluded tag that would have won; the tag that
// fails a numerical order, and the one it keeps from winning; what is not a version.
func (s *Story) NearMisses(n int) []NearMiss {
	var found [missKinds]*NearMiss
	s.collect(&found)
	if found[missFilter] != nil {
		found[missFilter] = s.repairFilter(found[missFilter])
	}
	if selection, err := s.rule.Select(s.tags); err == nil && len(s.kept) < len(s.tags) {
		if v := s.judge(selection.Tag); v.Reason == Excluded {
			found[missExcluded] = &NearMiss{Verdict: v}
		}
	}
	if s.failing != "" {
		for _, c := range s.numbersOnly() {
			if tag, ok := s.try(c); ok {
				found[missUndecided] = &NearMiss{Verdict: s.judge(tag)}
				break
			}
		}
	}
	var misses []NearMiss
	for _, miss := range found {
		if miss == nil || len(misses) == n {
			continue
		}
		if miss.Changes == nil {
			miss.Changes = s.Changes(miss.Verdict.Tag)
		}
		misses = append(misses, *miss)
	}
	return misses
}

// collect finds the nearest tag of the kinds that a verdict tells.
func (s *Story) collect(found *[missKinds]*NearMiss) {
	var highest [missKinds]version
	selected, _ := parseVersion(s.Selection.Key)
	steps := 0
	var pattern *stepper
	for _, tag := range s.tags {
		v := s.judge(tag)
		kind := kindOf(v)
		switch kind {
		case missKinds:
			continue
		case missAbove, missPreRelease, missVariant, missOutside, missBelow:
			parsed, _ := parseVersion(v.Key)
			if s.Err == nil && parsed.compare(selected) <= 0 ||
				found[kind] != nil && parsed.compare(highest[kind]) <= 0 {
				continue
			}
			highest[kind] = parsed
		case missFilter:
			if pattern == nil {
				pattern = newStepper(s.rule.filter.pattern.String())
			}
			if steps += len(tag) * len(pattern.prog.Inst); steps > maxSteps {
				continue
			}
			v.Stop = pattern.stop(tag)
			if v.Stop.Offset == 0 || found[kind] != nil && v.Stop.Offset <= found[kind].Verdict.Stop.Offset {
				continue
			}
		case missNumber:
			if tag != s.failing {
				continue
			}
		default: // of the words, latest is the one that people ask about
			if found[kind] != nil && tag != "latest" {
				continue
			}
		}
		found[kind] = &NearMiss{Verdict: v}
	}
}

// kindOf returns missKinds for a verdict that makes no near miss.
func kindOf(v Verdict) int {
	switch v.Reason {
	case AboveRange:
		return missAbove
	case BelowRange:
		return missBelow
	case OutsideRange:
		return missOutside
	case PreRelease:
		if isVariant(v.Key) {
			return missVariant
		}
		return missPreRelease
	case FilterMismatch:
		return missFilter
	case NotNumber:
		return missNumber
	case NotVersion:
		if v.Flaw == FlawWord {
			return missWord
		}
		return missFlawed
	}
	return missKinds
}

// repairFilter looks for a wider pattern that takes the tag in. Where that selects another tag of those that did not match,
// it is that other tag that was missed.
func (s *Story) repairFilter(miss *NearMiss) *NearMiss {
	for _, c := range s.widenings(miss.Verdict) {
		tag, ok := s.try(c)
		if !ok {
			continue
		}
		if v := s.Verdict(tag); v.Reason == FilterMismatch {
			return &NearMiss{Verdict: v, Changes: []Change{c}}
		}
	}
	return miss
}
