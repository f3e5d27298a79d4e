// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"regexp"
	"slices"
	"strings"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
)

// An Edit gives one field of a spec another value. Setting an order removes the others.
type Edit struct {
	Field string // one of the Field constants
	Value string
}

// A Change is edits of a rule that belong together.
type Change []Edit

// Apply returns spec with the change made; spec itself stays as it is.
func (c Change) Apply(spec imagev1.ImagePolicySpec) imagev1.ImagePolicySpec {
	changed := *spec.DeepCopy()
	for _, e := range c {
		switch e.Field {
		case FieldSemVer:
			changed.Policy = imagev1.ImagePolicyChoice{SemVer: &imagev1.SemVerPolicy{Range: e.Value}}
		case FieldAlphabetical:
			changed.Policy = imagev1.ImagePolicyChoice{Alphabetical: &imagev1.AlphabeticalPolicy{Order: e.Value}}
		case FieldNumerical:
			changed.Policy = imagev1.ImagePolicyChoice{Numerical: &imagev1.NumericalPolicy{Order: e.Value}}
		case FieldPattern, FieldExtract:
			if changed.FilterTags == nil {
				changed.FilterTags = &imagev1.TagFilter{}
			}
			if e.Field == FieldPattern {
				changed.FilterTags.Pattern = e.Value
			} else {
				changed.FilterTags.Extract = e.Value
			}
		}
	}
	return changed
}

// Changes returns small changes of the rule that would make it select tag, the smallest first: at most one of each kind
// (widen the rule, move it, pin it). Each was evaluated on the same tags. There may be none.
func (s *Story) Changes(tag string) []Change {
	v := s.Verdict(tag)
	found := s.verified(tag, s.proposals(v))
	if len(found) == 0 {
		found = s.verified(tag, s.pin(v))
	}
	return found
}

// verified returns the first change of each kind that makes the rule select tag.
func (s *Story) verified(tag string, kinds [][]Change) []Change {
	var found []Change
	for _, kind := range kinds {
		for _, c := range kind {
			if selected, ok := s.try(c); ok && selected == tag {
				found = append(found, c)
				break
			}
		}
	}
	return found
}

// try evaluates the rule with a change.
func (s *Story) try(c Change) (tag string, ok bool) {
	rule, err := Compile(c.Apply(s.rule.spec))
	if err != nil {
		return "", false
	}
	selection, err := rule.Select(s.kept)
	return selection.Tag, err == nil
}

// proposals are changes that may select the tag of a verdict, by kind.
func (s *Story) proposals(v Verdict) [][]Change {
	switch v.Reason {
	case FilterMismatch:
		return [][]Change{s.widenings(v)}
	case Undecided:
		return [][]Change{s.numbersOnly()}
	}
	r, parsed, ok := s.version(v)
	if !ok {
		return nil
	}
	widen := rangeChanges(r.widened(v.Reason, parsed))
	if v.Reason == PreRelease {
		if isVariant(v.Key) && !s.hasPattern() {
			_, suffix, _ := strings.Cut(v.Tag, "-")
			widen = slices.Insert(widen, 0, Change{
				{FieldPattern, "^(.*)-" + regexp.QuoteMeta(suffix) + "$"},
				{FieldExtract, "$1"},
			})
		}
		return [][]Change{widen}
	}
	return [][]Change{widen, rangeChanges(moved(parsed))}
}

// pin is the range of one version.
func (s *Story) pin(v Verdict) [][]Change {
	if _, parsed, ok := s.version(v); ok {
		return [][]Change{rangeChanges([]string{parsed.String()})}
	}
	return nil
}

// version returns the range of a semver order, and the version that the verdict's tag is in it; ok is false for the
// selected one.
func (s *Story) version(v Verdict) (r *versionRange, parsed version, ok bool) {
	if r, ok = s.rule.order.(*versionRange); ok {
		parsed, ok = parseVersion(v.Key)
	}
	return r, parsed, ok && v.Reason != SameKey && v.Reason != Selected
}

// rangeChanges makes a change of each semver range.
func rangeChanges(texts []string) []Change {
	var changes []Change
	for _, text := range texts {
		changes = append(changes, Change{{FieldSemVer, text}})
	}
	return changes
}

// moved returns the ranges of v's own minor and major version.
func moved(v version) []string {
	minor, major := version{v.major, v.minor, 0, ""}, version{v.major, 0, 0, ""}
	if v.major == 0 {
		major = minor
	}
	suffix := ""
	if v.pre != "" {
		suffix = "-0"
	}
	return []string{"~" + minor.String() + suffix, "^" + major.String() + suffix}
}

// widened returns ranges that hold all that r holds, or nearly, and perhaps v.
func (r *versionRange) widened(reason Reason, v version) []string {
	switch {
	case reason == PreRelease:
		return r.admittingPre(v)
	case reason == AboveRange && len(r.groups) == 1:
		lo, _ := r.groups[0].ends()
		if !lo.bounded {
			return nil
		}
		from, suffix := lo.at, ""
		if from.pre == "0" && !r.groups[0].pre {
			from.pre = "" // of an edge like that of >1
		}
		if v.pre != "" && from.pre == "" {
			suffix = "-0"
		}
		return []string{"^" + from.String() + suffix, ">=" + from.String() + suffix}
	case len(r.groups) > 1:
		return []string{r.text + " || " + moved(v)[0]}
	}
	return nil
}

// admittingPre adds the -0 that admits pre-releases to each comparator in turn, last to first: at an upper end it keeps
// the pre-releases of that end out.
func (r *versionRange) admittingPre(v version) []string {
	var texts []string
	for i := range r.groups {
		g := &r.groups[i]
		if !g.spans(v) {
			continue
		}
		for j := len(g.comparators) - 1; j >= 0; j-- {
			if !g.comparators[j].not {
				texts = append(texts, r.spliced(i, j))
			}
		}
	}
	return texts
}

// spliced is the range with -0 at comparator j of group i. A range of one comparator keeps its spelling.
func (r *versionRange) spliced(i, j int) string {
	var groups []string
	for gi := range r.groups {
		var texts []string
		for ci, c := range r.groups[gi].comparators {
			if gi == i && ci == j {
				core, meta, hasMeta := strings.Cut(c.text, "+")
				if c.text = core + "-0"; hasMeta {
					c.text += "+" + meta
				}
			}
			texts = append(texts, c.text)
		}
		groups = append(groups, strings.Join(texts, " "))
	}
	return strings.Join(groups, " || ")
}

// isVariant reports whether the suffix of a version rather names a flavour, like alpine or arm64, than a pre-release.
func isVariant(key string) bool {
	v, ok := parseVersion(key)
	if !ok || v.pre == "" {
		return false
	}
	n := 0
	for n < len(v.pre) && isLetter(v.pre[n]) {
		n++
	}
	switch strings.ToLower(v.pre[:n]) {
	case "", "a", "alpha", "b", "beta", "c", "rc", "cr", "m", "milestone", "pre", "preview", "dev", "snapshot", "nightly", "canary",
		"next", "edge", "ea", "test", "unstable":
		return false
	}
	return true
}

// hasPattern reports whether the rule filters at all; a filter is widened but never replaced.
func (s *Story) hasPattern() bool {
	f := s.rule.spec.FilterTags
	return f != nil && f.Pattern != ""
}

// numbersOnly keeps from a numerical order what is no number.
func (s *Story) numbersOnly() []Change {
	if s.hasPattern() {
		return nil
	}
	var changes []Change
	for _, pattern := range []string{`^[0-9]+$`, `^-?[0-9]+(\.[0-9]+)?$`} {
		changes = append(changes, Change{{FieldPattern, pattern}})
	}
	return changes
}

// widenings are filters whose pattern was widened until it matches the tag; and where the key is then no number, with an
// alphabetical order.
func (s *Story) widenings(v Verdict) []Change {
	var changes []Change
	for _, pattern := range widenPattern(s.rule.filter.pattern.String(), v.Tag) {
		change := Change{{FieldPattern, pattern}}
		changes = append(changes, change)
		if o, ok := s.rule.order.(numerical); ok {
			order := "asc"
			if o.desc {
				order = "desc"
			}
			changes = append(changes, append(slices.Clone(change), Edit{FieldAlphabetical, order}))
		}
	}
	return changes
}
