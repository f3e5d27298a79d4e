// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package setter finds the marks in YAML files that say which image policy sets a value, and sets the values.
//
// A mark is a comment: image: ghcr.io/acme/web:1.2.2 # {"$imagepolicy": "shop:web"}. In go the bytes of a file and the
// [Policies] of one namespace; out come the bytes with the values set and an account of every [Mark]: what it refers
// to, where it is, in which object, and what became of it or why nothing did.
//
// What is a mark, where it counts and which value it gets is as in image-automation-controller 1.2, found with the
// parser that the controller uses. The law: the bytes outside the changed values stay as they are, and setting twice
// is setting once.
//
// Where the controller does harm or says nothing this package deviates:
//
//   - It edits bytes where the controller encodes files anew: comments, blank lines, documents, line ends, folded
//     text and Helm expressions that the controller changes or loses all stay. A kind: List stays one file, its marks
//     reported under the List. No tag such as !!float is ever written. Marked values that are current are not quoted.
//     A block scalar stays one for a value that looks like a number. Unquoted values with a colon stay unquoted in
//     flow collections. Tags that read as numbers to some parsers only (12e4567, 2024-01-02) are quoted too.
//   - A document that cannot be read does not stop the others of its file from being set, nor does a separator with
//     text behind it, a %YAML 1.1 directive, a document after "..." without "---", or an annotation
//     config.kubernetes.io/path. The controller skips such a file or the document, or fails. Documents without the
//     token "$imagepolicy", in double quotes, are not parsed; so an escaped key ("\u0024imagepolicy") is found only in
//     a document that has the token as well, and a document that does not parse only if it has marks.
//   - Of the spellings that the controller's library accepts, {"$ref": …} and {"x-k8s-cli": …} are not marks here.
//   - Marks that the controller passes over are reported, and so is a value blanked for want of a digest.
//   - A file with marks over 32 MiB, or a document with marks over 16 MiB, is a [Problem].
//
// Not here: which files are read, what a policy selects, writing files, and commit messages.
//
//	policies, err := setter.NewPolicies("shop", map[string]setter.Policy{
//		"web": {Latest: setter.Ref{Name: "ghcr.io/acme/web", Tag: "1.2.3"}},
//	})
//	if err != nil { … }
//	res := setter.Set("deploy.yaml", src, policies)
//	// res.Out is the new file; res.Marks[0].Outcome is setter.Changed
package setter
