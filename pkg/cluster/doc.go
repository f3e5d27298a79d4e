// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cluster talks to a Kubernetes API server about the objects of image automation.
//
// In go a *rest.Config and objects; out come objects as the server has them, and errors that a caller can tell apart:
// [NotServedError], [ConflictError], and those of apimachinery for the rest.
//
// The law: a write is a server-side apply of the fields that it was given, and of no other, so that what others own
// stays theirs. It is one request; what it would lead to can be asked first, with DryRun.
//
// It does not read kubeconfigs, print anything, or decide what an object should say.
//
//	client, err := cluster.New(config)
//	resource, err := client.Resource(ctx, "image.toolkit.fluxcd.io", "ImagePolicy", []string{"v1", "v1beta2"})
//	before, err := client.Get(ctx, resource, "apps", "web")
//	after, err := client.Apply(ctx, resource, object, cluster.ApplyOptions{FieldManager: "image-cli"})
package cluster
