// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate

import (
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/policy"
)

// Results are what was concluded, by namespace and name. They are values: nothing in them changes any more.
type Results struct {
	Repositories []Repository
	Policies     []Policy
}

// Outcome is what a result of either kind says besides the object.
type Outcome struct {
	// Ready is how the verdict is to be read. True: the controller is content. False: the object is wrong, or what it
	// refers to is. Unknown: we could not look where the controller can, and the object may be fine whatever its status
	// says here.
	Ready metav1.ConditionStatus
	// Suspended: the object was not evaluated. Its status is as it was found, and so is Ready.
	Suspended bool
	// Err is why Ready is not True; nil if it is, or if Suspended. What the world said can be had with errors.As.
	Err error
	// RequeueAfter is when the controller comes back by itself; zero if it waits for a change, or retries a failure.
	RequeueAfter time.Duration
	// Notes are worth knowing whatever the verdict is.
	Notes []Note
}

// Repository is what was concluded about an ImageRepository.
type Repository struct {
	// Object is a copy as v1, with the status that the controller would write having seen what we saw.
	Object *imagev1.ImageRepository
	// Before is the status it had.
	Before imagev1.ImageRepositoryStatus
	Outcome
	// Scan is nil if the evaluation did not come as far as asking for tags.
	Scan *Scan
}

// Policy is what was concluded about an ImagePolicy.
type Policy struct {
	// Object is a copy as v1, with the status that the controller would write having seen what we saw. Its latestRef
	// survives failures, as in Flux.
	Object *imagev1.ImagePolicy
	// Before is the status it had.
	Before imagev1.ImagePolicyStatus
	Outcome
	// Rule is nil if the evaluation did not come as far as compiling it, or it is invalid.
	Rule *policy.Rule
	// Selection is the zero one if no tag was selected.
	Selection policy.Selection
	// Scan is that of the ImageRepository; nil if the evaluation did not come as far as asking for tags.
	Scan *Scan
}

// Story tells how the rule came to its answer; nil where there was no rule or there were no tags to apply it to.
func (p *Policy) Story() *policy.Story {
	if p.Rule == nil || p.Scan == nil || p.Scan.Err != nil {
		return nil
	}
	return p.Rule.Explain(p.Scan.Tags.Tags, p.Scan.Exclusion)
}

// Scan is what asking for the tags of an ImageRepository gave.
type Scan struct {
	// Image is the canonical name: index.docker.io/library/alpine.
	Image string
	Tags  TagList
	// Exclusion is what was taken out of Tags, and Kept the rest, in no particular order.
	Exclusion policy.Exclusion
	Kept      []string
	// Err is why there are no tags.
	Err error
}

// A Note is something that a condition does not say.
type Note struct {
	Kind NoteKind
	Text string
}

// NoteKind names a kind of note, for programs.
type NoteKind string

const (
	// Tie: several tags are equally high, or compare with nothing, and Flux's own choice hangs on their order.
	Tie NoteKind = "Tie"
	// FluxFails: the controller fails where we do not.
	FluxFails NoteKind = "FluxFails"
	// InvalidObject: the API server refuses the object as it was given.
	InvalidObject NoteKind = "InvalidObject"
	// NamespaceMissing: access was denied only because the labels of a namespace are not known.
	NamespaceMissing NoteKind = "NamespaceMissing"
	// SharedImage: by default, Flux keeps tags per image, so that ImageRepositories of one image overwrite each other's.
	SharedImage NoteKind = "SharedImage"
	// StoredTags: Flux selects among the tags of an earlier scan, which may be others.
	StoredTags NoteKind = "StoredTags"
)
