// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
)

// A Rule is the compiled selecting part of an ImagePolicy: its order and its filter. It never changes and may be used by
// several goroutines. Only [Compile] makes one.
type Rule struct {
	spec      imagev1.ImagePolicySpec
	order     order
	filter    *filter // nil without filterTags
	filterErr error
}

// An InvalidError is a fault of the object itself, for which the controller sets Stalled with reason InvalidPolicy. Its
// text is the condition's message, to the letter.
type InvalidError struct {
	Err error
}

func (e *InvalidError) Error() string { return e.Err.Error() }
func (e *InvalidError) Unwrap() error { return e.Err }

var errNoOrder = errors.New("given ImagePolicyChoice object is invalid")

// Compile accepts what image-reflector-controller 1.2 accepts: of several orders semver wins, then alphabetical; order
// may be empty and in any case. It reads only policy and filterTags. The error is an [*InvalidError].
//
// The controller compiles filterTags later, when it has tags: a fault there is no error of Compile but of [Rule.Select].
func Compile(spec imagev1.ImagePolicySpec) (*Rule, error) {
	order, err := compileOrder(spec.Policy)
	if err != nil {
		return nil, &InvalidError{Err: fmt.Errorf("invalid policy: %w", err)}
	}
	r := &Rule{spec: *spec.DeepCopy(), order: order}
	if f := spec.FilterTags; f != nil {
		r.filter, err = compileFilter(f.Pattern, f.Extract)
		if err != nil {
			r.filterErr = &InvalidError{Err: fmt.Errorf("failed to filter tags: %w", err)}
		}
	}
	return r, nil
}

func compileOrder(choice imagev1.ImagePolicyChoice) (order, error) {
	switch {
	case choice.SemVer != nil:
		return parseRange(choice.SemVer.Range)
	case choice.Alphabetical != nil:
		desc, err := parseDirection(choice.Alphabetical.Order)
		return alphabetical{desc}, err
	case choice.Numerical != nil:
		desc, err := parseDirection(choice.Numerical.Order)
		return numerical{desc}, err
	}
	return nil, errNoOrder
}

// parseDirection reports whether an order is descending; the controller folds its case.
func parseDirection(order string) (desc bool, err error) {
	switch upper := strings.ToUpper(order); upper {
	case "", "ASC":
		return false, nil
	case "DESC":
		return true, nil
	default:
		return false, fmt.Errorf("invalid order argument provided: '%s', must be one of: ASC, DESC", upper)
	}
}

// String is the rule in few words: "semver ~1.2.0", "numerical $ts", "alphabetical desc".
func (r *Rule) String() string {
	words := r.order.String()
	if r.spec.FilterTags != nil && r.spec.FilterTags.Extract != "" {
		words += " " + r.spec.FilterTags.Extract
	}
	return words
}

// An order is a sealed sum: [*versionRange], [alphabetical] or [numerical].
type order interface {
	// best returns the empty running best of the order.
	best() best
	// judge says of a key why it is not in the order, or Lower if it is.
	judge(*Verdict) Reason
	String() string
}

// A best is the highest key of those it was shown, in the sense of its order.
type best interface {
	// rank compares key with the highest so far, and remembers it if it is higher.
	rank(key string) rank
}

// A rank says how a key stands to the highest one before it.
type rank int

const (
	notRanked rank = iota // is not in the order: no version, or outside of the range
	lower
	equal
	higher
	unordered // NaN: compares with nothing
	broken    // makes the whole selection fail
)

func (r *versionRange) String() string { return "semver " + r.text }
func (r *versionRange) best() best     { return &bestVersion{within: r} }

type bestVersion struct {
	within *versionRange
	found  bool
	top    version
}

func (b *bestVersion) rank(key string) rank {
	v, ok := parseVersion(key)
	if !ok || !b.within.holds(v) {
		return notRanked
	}
	d := 1
	if b.found {
		d = v.compare(b.top)
	}
	if d > 0 {
		b.found, b.top = true, v
	}
	return rankOf(d)
}

type alphabetical struct{ desc bool }

func (o alphabetical) String() string { return "alphabetical" + direction(o.desc) }
func (o alphabetical) best() best     { return &bestWord{desc: o.desc} }

type bestWord struct {
	desc, found bool
	top         string
}

func (b *bestWord) rank(key string) rank {
	d := 1
	if b.found {
		d = strings.Compare(key, b.top)
		if b.desc {
			d = -d
		}
	}
	if d > 0 {
		b.found, b.top = true, key
	}
	return rankOf(d)
}

type numerical struct{ desc bool }

func (o numerical) String() string { return "numerical" + direction(o.desc) }
func (o numerical) best() best     { return &bestNumber{desc: o.desc} }

type bestNumber struct {
	desc, found bool
	top         float64
}

func (b *bestNumber) rank(key string) rank {
	n, err := strconv.ParseFloat(key, 64)
	if err != nil {
		return broken
	}
	if math.IsNaN(n) {
		return unordered
	}
	if b.desc {
		n = -n
	}
	switch {
	case b.found && n < b.top:
		return lower
	case b.found && n == b.top:
		return equal
	}
	b.found, b.top = true, n
	return higher
}

func rankOf(d int) rank {
	switch {
	case d < 0:
		return lower
	case d == 0:
		return equal
	}
	return higher
}

func direction(desc bool) string {
	if desc {
		return " desc"
	}
	return ""
}
