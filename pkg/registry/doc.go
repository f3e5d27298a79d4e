// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package registry lists the tags of image repositories and reads the digests of references, over the network or from
// a given list, and remembers scans on disk.
//
// In go parsed names and plain credentials, out come tags as the registry listed them: not sorted, not filtered, not
// made unique, as image-reflector-controller 1.2 sees them before it applies an exclusion list.
//
// The law: a list is whole or it is an error. A page that is missing, cut, too large, too late or asked for twice never
// makes a smaller list, because a smaller list is how an outage becomes a downgrade. And a credential goes to the host
// it is for, or to the token server that host names, and nowhere else, neither by redirect nor by link; it is in no
// error text either.
//
// The protocol is go-containerregistry's, so what is asked and what errors say is what the controller asks and says.
// Beneath it lies one chain of ours (see chain.RoundTrip) for what it leaves open.
//
// What this package does not do: find credentials (pkg/access does), read clusters or Secrets, judge tags, make text
// safe for a terminal, or read manifests and layers.
//
//	client := registry.NewClient(registry.Options{UserAgent: "kubectl-image/1.0"})
//	defer client.Close()
//	repository, _ := name.NewRepository("ghcr.io/stefanprodan/podinfo")
//	access := &registry.Access{Auth: authn.FromConfig(authn.AuthConfig{Username: "u", Password: "p"})}
//	tags, err := client.Tags(ctx, repository, access)
//	digest, err := client.Digest(ctx, repository.Tag("6.9.0"), access)
package registry
