// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package policy chooses one tag of many, as image-reflector-controller 1.2 does, and says why not the others.
//
// In go the rule part of an ImagePolicy's spec and the tags of a repository; out comes the tag that the controller would
// select, or the error it would write into the object's status. [Check] finds the faults of a rule that somebody is
// writing; [Compile] accepts whatever the controller accepts.
//
//	rule, err := policy.Compile(spec)
//	if err != nil {
//		return err
//	}
//	kept := exclusion.Keep(tags)
//	selection, err := rule.Select(kept)
//
// Why another tag is not the one: [Rule.Explain] gives a [Story], which works out what each stage took away, a verdict on
// any tag, and the changes of the rule that would have selected it.
//
// The law: the same tags give the same answer, in whatever order and however often they are listed; it is Flux's answer
// wherever Flux has only one.
//
// The package lists no tags and looks up no digests, knows nothing of namespaces, conditions or requeueing, and keeps no
// state.
package policy
