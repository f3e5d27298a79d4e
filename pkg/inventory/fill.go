// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package inventory

import (
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// Fill takes over from a cluster's inventory what this one lacks, its gaps included: what it has itself wins.
func (inv *Inventory) Fill(cluster Inventory) {
	fill(&inv.Repositories, cluster.Repositories)
	fill(&inv.Policies, cluster.Policies)
	fill(&inv.Automations, cluster.Automations)
	fill(&inv.GitRepositories, cluster.GitRepositories)
	fill(&inv.Secrets, cluster.Secrets)
	fill(&inv.ServiceAccounts, cluster.ServiceAccounts)
	fill(&inv.Namespaces, cluster.Namespaces)
	inv.Gaps = cluster.Gaps
}

func fill[T manifest.Value](objects *Objects[T], more Objects[T]) {
	if *objects == nil {
		*objects = Objects[T]{}
	}
	for key, item := range more {
		if _, ok := (*objects)[key]; !ok {
			(*objects)[key] = item
		}
	}
}
