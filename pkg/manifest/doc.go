// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package manifest reads and writes the Kubernetes objects that image automation is made of.
//
// In go bytes: YAML or JSON, one document or many, [Kind] List included. Out come [Object] values, whose types are the
// Flux API modules' v1 types whatever version was written, and findings that say file, line and column. [Encode] is the
// way back: a document as one would write it by hand, ready for Git.
//
// The law: what Encode wrote, Decode reads as the same value, and Encode writes that as the same bytes. Nothing is
// dropped in silence: a field that the object's version does not have is pruned, as the API server does, with a warning.
//
// It does not touch files, clusters or the network, does not apply defaults unasked ([Default] does), and does not judge
// what an object says: a semver range is a string here.
//
//	decoded, err := manifest.Decode("apps.yaml", data)
//	for _, object := range decoded.Objects {
//		if repository, ok := object.Value.(*imagev1.ImageRepository); ok {
//			manifest.Default(repository)
//		}
//	}
package manifest
