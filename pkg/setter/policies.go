// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter

import (
	"fmt"
	"maps"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
)

// A Ref is the image that a policy selected: its status.latestRef.
type Ref struct{ Name, Tag, Digest string }

// String returns name:tag, with @digest if there is one. (image-reflector-controller 1.2 api/v1 ImageRef.String.)
func (r Ref) String() string {
	s := r.Name + ":" + r.Tag
	if r.Digest != "" {
		s += "@" + r.Digest
	}
	return s
}

// part returns what a mark for a part of the image is set to. A digest that the policy does not have is empty.
func (r Ref) part(p Part) string {
	switch p {
	case Tag:
		return r.Tag
	case Name:
		return r.Name
	case Digest:
		return r.Digest
	}
	return r.String()
}

// Standing says whether a policy's latest image is to be set, and if not, why.
type Standing int

const (
	// Given policies are set: the zero value.
	Given Standing = iota
	// NotSelected policies exist, but the automation's policySelector leaves them out.
	NotSelected
	// NoLatest policies have no status.latestRef.
	NoLatest
	// Undecided policies are those of which could not be found out what they select.
	Undecided
)

// A Policy is what is known about one image policy. Latest counts only where the standing is Given.
type Policy struct {
	Standing Standing
	Latest   Ref
}

// Policies are the policies of the one namespace an automation reads: its own. The zero value has none.
type Policies struct {
	namespace string
	byName    map[string]Policy
}

// NewPolicies returns the policies of a namespace by name. As in Flux one Given policy whose image is not a valid
// reference is an error, whether or not a mark refers to it; the text is that of the controller
// (image-automation-controller 1.2 internal/update/setters.go).
func NewPolicies(namespace string, byName map[string]Policy) (Policies, error) {
	for _, n := range slices.Sorted(maps.Keys(byName)) {
		p := byName[n]
		if p.Standing != Given {
			continue
		}
		if _, err := name.ParseReference(p.Latest.String(), name.WeakValidation); err != nil {
			return Policies{}, fmt.Errorf("encountered invalid image ref %q: %w", p.Latest.String(), err)
		}
	}
	return Policies{namespace: namespace, byName: maps.Clone(byName)}, nil
}
