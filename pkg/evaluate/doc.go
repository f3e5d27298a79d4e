// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package evaluate is the reconcile logic of Flux's controllers as a function: what image-reflector-controller 1.2 would
// conclude about ImageRepositories and ImagePolicies.
//
// In go an inventory, two questions that the caller answers (the tags of a repository, the digest of a reference) and
// the time; out come inert results: each object with the status that the controller would write having seen what we
// saw, how that is to be read, and what was chosen from what.
//
// The law: conditions are the controller's to the letter; testdata/parity.yaml holds what its own code made of the
// cases there. And evaluating a result's object again, with the same tags, changes nothing but that a request has been
// handled.
//
// Where this departs from the controller, on purpose:
//
//   - Every repository that is not suspended is scanned, due or not. So a retry after a failed scan does not find
//     nothing to do and turn Ready with old tags.
//   - A policy chooses from the tags of that scan, under the image name that goes with them; the controller chooses from
//     those it stored, even if the image was renamed since. Of a suspended repository it takes tags listed now too, with
//     a note if those are not the ones that were stored. If the scan fails and the controller has stored tags, nothing is
//     concluded; if it never had any, there are none.
//   - Every ImageRepository has its own tags; by default the controller has them once for an image, as the last to scan
//     leaves them. A note says where that makes a difference.
//   - An ImageRepository that cannot be read is Unknown; the controller goes on with an empty one.
//   - A digest may be read over http where spec.insecure allows it; a note says that the controller would not.
//
// The package does no I/O, reads no clock, keeps nothing between runs, and waits for nothing but its two questions:
// time-outs, credentials, caches and limits are the caller's. It prints nothing.
//
//	results, err := evaluate.Run(ctx, &inv, evaluate.World{Tags: tags, Digest: digest}, evaluate.Options{Now: now})
//	if err != nil {
//		return err
//	}
//	for _, policy := range results.Policies {
//		fmt.Println(policy.Object.Name, policy.Ready, policy.Object.Status.LatestRef)
//	}
package evaluate
