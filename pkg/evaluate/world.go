// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate

import (
	"context"
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
)

// World answers what an inventory cannot: both functions may be called from several goroutines. They are given the
// ImageRepository as it was found, on whose account they ask: its image, credentials, proxy and certificates; and its
// GetTimeout, which they keep to themselves, because only they know how long a request waited for its turn. An error
// may be an [*AskError]; any other is one with the cause [OutOfReach].
type World struct {
	// Tags lists the tags of the repository's image, before exclusion, in any order, with the registry's duplicates. It
	// is called at most once per ImageRepository and Run. A repository that is suspended (Spec.Suspend) and not to be
	// evaluated is asked for only if a policy needs its tags; whoever would rather not contact a registry for it answers
	// [NotAtHand].
	Tags func(ctx context.Context, repository *imagev1.ImageRepository) (TagList, error)
	// Digest tells what a reference IMAGE:TAG stands for, like "sha256:…".
	Digest func(ctx context.Context, repository *imagev1.ImageRepository, reference string) (string, error)
}

// TagList is the answer to the question for tags. It must not be changed afterwards.
type TagList struct {
	Tags []string
	// Source says where the tags come from and as whom they were asked for, in words for people.
	Source string
	// At is when the registry listed them; zero if nobody knows.
	At time.Time
}

// A Cause says what the lack of an answer means.
type Cause int

const (
	// OutOfReach: the question got no answer that says anything about the object, such as a registry that is down or
	// does not know this machine's user. The status is the one that the controller would write about the same failure,
	// but the verdict is Unknown.
	OutOfReach Cause = iota
	// Answered: the registry answered, and it would answer the controller likewise; there is no such repository.
	Answered
	// Misconfigured: what the object refers to does not make a way to ask: a Secret that does not exist, or cannot be
	// read. The controller calls it AuthenticationFailed.
	Misconfigured
	// NotAtHand: nobody was asked, because what it takes is missing here and not in the cluster. Nothing is concluded.
	NotAtHand
)

// An AskError says why the world gave no answer.
type AskError struct {
	Cause Cause
	// Message is what the controller would write into a status after "scan failed: " or the like, where that is not the
	// text of Err. It must hold no credential.
	Message string
	Err     error
}

func (e *AskError) Error() string { return e.Err.Error() }
func (e *AskError) Unwrap() error { return e.Err }
