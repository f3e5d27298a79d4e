// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cluster talks to the Kubernetes API.
//
// In goes how to connect and what is asked for; out come plain values. It keeps one law: nothing is sent before it is
// asked for, and every request ends with the caller's context.
//
// It does not read kubeconfig files, and it decides nothing about Flux.
//
//	names, err := cluster.Names(ctx, config, cluster.List{
//		Resource:  schema.GroupResource{Group: "image.toolkit.fluxcd.io", Resource: "imagepolicies"},
//		Versions:  []string{"v1", "v1beta2", "v1beta1"},
//		Namespace: "flux-system",
//		Limit:     500,
//	})
package cluster
