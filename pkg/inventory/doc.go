// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package inventory is the snapshot that everything else is worked out from: Flux's image objects, the GitRepositories,
// and the Secrets, ServiceAccounts and Namespaces they refer to.
//
// In go files, as bytes that somebody else fetched or as paths; pkg/cluster fills one from the Kubernetes API instead.
// Out comes an [Inventory]: maps by namespace and name, API-server defaults applied, and the [Gap]s, which are what the
// snapshot cannot speak for. A Secret that no file holds may well exist; a cluster that was asked in vain is known to
// lack one.
//
// The law: nothing is dropped in silence. An object given twice, an encrypted Secret, a variable that was never
// substituted and a folder that was not descended into are each said, with file and line.
//
// It does not contact a cluster or fetch a URL, does not follow references between objects, and does not judge what
// objects say.
//
//	input, err := inventory.Read("clusters/production", true)
//	if err != nil {
//		return err
//	}
//	loaded, err := inventory.Load("default", input)
//	policy, ok := loaded.Inventory.Policies.Get("apps", "web")
package inventory
