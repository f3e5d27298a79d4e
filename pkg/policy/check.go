// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
)

// Paths of the fields below spec that [Check] finds faults with.
const (
	FieldPolicy       = "policy"
	FieldSemVer       = "policy.semver.range"
	FieldAlphabetical = "policy.alphabetical.order"
	FieldNumerical    = "policy.numerical.order"
	FieldPattern      = "filterTags.pattern"
	FieldExtract      = "filterTags.extract"
	FieldDigest       = "digestReflectionPolicy"
	FieldInterval     = "interval"
)

// A Fault is one thing wrong with a spec. A message is "FIELD VALUE: PROBLEM; want WANT", with what is empty left out.
type Fault struct {
	Field   string   // path below spec, one of the Field constants
	Others  []string // the other fields concerned: the orders chosen when there are several, to choose from when there is none
	Value   string   // as given; empty if what is wrong is that nothing was given
	Problem string   // lower case, no full stop
	Want    string   // what is allowed
	Hint    string   // what was probably meant, ready to be typed
}

// Check returns every fault of the rule part of spec, in field order. It is stricter than the controller ([Compile]) and
// the API: what both accept but which can only be a slip is a fault too.
func Check(spec imagev1.ImagePolicySpec) []Fault {
	return slices.Concat(checkChoice(spec.Policy), checkFilter(spec.FilterTags), checkDigest(spec))
}

func checkChoice(choice imagev1.ImagePolicyChoice) []Fault {
	var chosen []string
	var faults []Fault
	if c := choice.SemVer; c != nil {
		chosen = append(chosen, FieldSemVer)
		faults = append(faults, CheckRange(c.Range)...)
	}
	if c := choice.Alphabetical; c != nil {
		chosen = append(chosen, FieldAlphabetical)
		faults = append(faults, checkDirection(FieldAlphabetical, c.Order)...)
	}
	if c := choice.Numerical; c != nil {
		chosen = append(chosen, FieldNumerical)
		faults = append(faults, checkDirection(FieldNumerical, c.Order)...)
	}
	switch len(chosen) {
	case 0:
		return []Fault{{
			Field:   FieldPolicy,
			Others:  []string{FieldSemVer, FieldAlphabetical, FieldNumerical},
			Problem: "no order chosen",
			Want:    "exactly one",
		}}
	case 1:
		return faults
	}
	return append([]Fault{{
		Field:   FieldPolicy,
		Others:  chosen,
		Problem: fmt.Sprintf("%d orders chosen", len(chosen)),
		Want:    "exactly one",
	}}, faults...)
}

// CheckRange returns what is wrong with a range of versions, as [Check] would of policy.semver.range.
func CheckRange(text string) []Fault {
	_, err := semver.NewConstraint(text)
	if err == nil {
		return nil
	}
	fault := Fault{
		Field:   FieldSemVer,
		Value:   text,
		Problem: err.Error(),
		Want:    "a range like ~1.2.0, >=1.20.x, >=1.0.0 <2.0.0 or 1.x || 3.x",
	}
	// The library does not always name the group, and never says which it is.
	groups := strings.Split(text, "||")
	if len(groups) > 1 && len(groups) <= semver.MaxConstraintGroups && len(text) <= semver.MaxConstraintLen {
		for i, g := range groups {
			if _, err := semver.NewConstraint(g); err != nil {
				fault.Problem = fmt.Sprintf("alternative %d of %d: %v", i+1, len(groups), err)
				break
			}
		}
	}
	if meant := meantRange(text); meant != text {
		if _, err := semver.NewConstraint(meant); err == nil {
			fault.Hint = meant
		}
	}
	return []Fault{fault}
}

// meantRange mends what people write in a range that semver/v3 cannot read: a capital V, a blank inside an operator, none
// before one, a separator too many.
func meantRange(text string) string {
	text = strings.NewReplacer("V", "v", "&&", " ", "> =", ">=", "< =", "<=", "! =", "!=").Replace(text)
	text = strings.Trim(text, " ,|")
	var b strings.Builder
	for i := range len(text) {
		if i > 0 && strings.IndexByte("<>=!~^", text[i]) >= 0 && (isDigit(text[i-1]) || isLetter(text[i-1]) || text[i-1] == '*') {
			b.WriteByte(' ')
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

func checkDirection(field, order string) []Fault {
	switch order {
	case "", "asc", "desc":
		return nil
	}
	fault := Fault{Field: field, Value: order, Problem: "unknown order", Want: "asc or desc"}
	if lower := strings.ToLower(order); lower == "asc" || lower == "desc" {
		fault.Hint = lower
	}
	return []Fault{fault}
}

func checkFilter(filter *imagev1.TagFilter) []Fault {
	if filter == nil {
		return nil
	}
	if filter.Pattern == "" {
		if filter.Extract == "" {
			return nil
		}
		return []Fault{{
			Field:   FieldExtract,
			Others:  []string{FieldPattern},
			Value:   filter.Extract,
			Problem: "there is no pattern to extract from",
			Want:    "a pattern with groups",
		}}
	}
	re, err := regexp.Compile(filter.Pattern)
	if err != nil {
		return []Fault{patternFault(filter.Pattern, err)}
	}
	return checkExtract(filter.Extract, re)
}

// CheckPattern returns what is wrong with a regular expression, as [Check] would of filterTags.pattern, or nil.
func CheckPattern(pattern string) *Fault {
	if _, err := regexp.Compile(pattern); err != nil {
		fault := patternFault(pattern, err)
		return &fault
	}
	return nil
}

func patternFault(pattern string, err error) Fault {
	fault := Fault{Field: FieldPattern, Value: pattern, Problem: err.Error(), Want: "an RE2 regular expression"}
	var se *syntax.Error
	if !errors.As(err, &se) {
		return fault
	}
	fault.Problem = fmt.Sprintf("%s: %q", se.Code, se.Expr)
	switch {
	case se.Code == syntax.ErrInvalidPerlOp:
		fault.Want = "an RE2 regular expression, which has no look-around"
	case se.Code == syntax.ErrInvalidEscape && len(se.Expr) == 2 && isDigit(se.Expr[1]):
		fault.Want = "an RE2 regular expression, which has no back-references"
	}
	return fault
}

func checkExtract(extract string, re *regexp.Regexp) []Fault {
	if extract == "" {
		return nil
	}
	var faults []Fault
	references := 0
	for _, p := range parseTemplate(extract, re) {
		fault := Fault{Field: FieldExtract, Value: extract, Want: describeGroups(re)}
		switch {
		case p.stray:
			fault.Problem = fmt.Sprintf("the $ at character %d begins no reference", p.start+1)
			fault.Want = "$1, ${1}, $name or ${name}; $$ for a dollar sign"
		case p.name == "":
			continue
		case len(p.groups) == 0:
			reference := extract[p.start:p.end]
			fault.Problem = fmt.Sprintf("%s names group %q, which the pattern does not have", reference, p.name)
			if meant := meantReference(p, re); meant != "" {
				fault.Hint = extract[:p.start] + meant + extract[p.end:]
			}
		default:
			references++
			continue
		}
		faults = append(faults, fault)
	}
	if references == 0 && len(faults) == 0 {
		faults = append(faults, Fault{
			Field:   FieldExtract,
			Value:   extract,
			Problem: "refers to no group, so that all tags become the same",
			Want:    describeGroups(re),
		})
	}
	return faults
}

// meantReference returns the reference to a group of re that p begins with: ${1}x for $1x, which reads as group "1x".
func meantReference(p piece, re *regexp.Regexp) string {
	if n := strings.TrimLeft(p.name, "0"); n != p.name && n != "" && len(groupsNamed(re, n)) > 0 {
		return "${" + n + "}"
	}
	if p.braced {
		return ""
	}
	for i := len(p.name) - 1; i > 0; i-- {
		if len(groupsNamed(re, p.name[:i])) > 0 {
			return "${" + p.name[:i] + "}" + p.name[i:]
		}
	}
	return ""
}

// describeGroups lists what an extract template may refer to.
func describeGroups(re *regexp.Regexp) string {
	if re.NumSubexp() == 0 {
		return "$0, the whole match: the pattern has no groups"
	}
	var names []string
	for _, name := range re.SubexpNames() {
		if name != "" && !slices.Contains(names, "$"+name) {
			names = append(names, "$"+name)
		}
	}
	numbers := "$1"
	if n := re.NumSubexp(); n > 1 {
		numbers = fmt.Sprintf("$1 to $%d", n)
	}
	return strings.Join(append(names, numbers), ", ")
}

func checkDigest(spec imagev1.ImagePolicySpec) []Fault {
	const want = "Always, IfNotPresent or Never"
	var faults []Fault
	switch spec.DigestReflectionPolicy {
	case "", imagev1.ReflectNever, imagev1.ReflectIfNotPresent, imagev1.ReflectAlways:
	default:
		fault := Fault{
			Field: FieldDigest, Value: string(spec.DigestReflectionPolicy), Problem: "unknown policy", Want: want,
		}
		for _, p := range []imagev1.ReflectionPolicy{imagev1.ReflectAlways, imagev1.ReflectIfNotPresent, imagev1.ReflectNever} {
			if strings.EqualFold(string(p), fault.Value) {
				fault.Hint = string(p)
			}
		}
		return append(faults, fault)
	}
	always := spec.DigestReflectionPolicy == imagev1.ReflectAlways
	switch {
	case always && spec.Interval == nil:
		faults = append(faults, Fault{
			Field:   FieldInterval,
			Others:  []string{FieldDigest},
			Problem: "must be given with digestReflectionPolicy Always",
			Want:    "how often to look the digest up, like 10m",
		})
	case !always && spec.Interval != nil:
		faults = append(faults, Fault{
			Field:   FieldInterval,
			Others:  []string{FieldDigest},
			Value:   spec.Interval.Duration.String(),
			Problem: "is only for digestReflectionPolicy Always",
			Want:    "no interval, or Always",
		})
	}
	return faults
}
