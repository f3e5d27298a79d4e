// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate

import (
	"context"
	"slices"
	"sync"
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-image/kubectl-image/pkg/inventory"
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// Options of a Run. The zero value, but for Now, is a controller with its default flags.
type Options struct {
	// Now is the time to write into statuses.
	Now time.Time
	// Wanted says which objects to evaluate; nil wants all. An ImageRepository that is not wanted is asked for its tags
	// nevertheless if a policy needs them.
	Wanted func(manifest.Value) bool
	// IncludeSuspended evaluates suspended objects as if they were not.
	IncludeSuspended bool
	// NoCrossNamespaceRefs is the controller's flag --no-cross-namespace-refs.
	NoCrossNamespaceRefs bool
	// ObjectLevelWorkloadIdentity is the controller's feature gate of that name.
	ObjectLevelWorkloadIdentity bool
	// RequeueDependency is the controller's flag --requeue-dependency; zero is its default, 30s.
	RequeueDependency time.Duration
	// Concurrency bounds the questions that are asked at a time; zero is 1024. It is a bound on memory: who limits
	// requests per host does that in [World], where a slow host does not hold up the others.
	Concurrency int
}

// Run evaluates the wanted ImageRepositories and ImagePolicies of an inventory. They are evaluated concurrently, and a
// policy waits for its own repository only. The error is the context's; what is in the results then is not whole.
func Run(ctx context.Context, inv *inventory.Inventory, world World, options Options) (Results, error) {
	if options.RequeueDependency == 0 {
		options.RequeueDependency = 30 * time.Second
	}
	if options.Concurrency == 0 {
		options.Concurrency = 1024
	}
	r := &run{
		Options: options,
		now:     seconds(options.Now),
		inv:     inv,
		world:   world,
		slots:   make(chan struct{}, options.Concurrency),
		scans:   map[types.NamespacedName]func() scanned{},
		shared:  shared(inv),
	}
	for repository := range inv.Repositories.All() {
		r.scans[keyOf(repository)] = sync.OnceValue(func() scanned { return r.scan(ctx, repository) })
	}
	var group sync.WaitGroup
	repositories := wanted(inv.Repositories, options)
	policies := wanted(inv.Policies, options)
	results := Results{
		Repositories: make([]Repository, len(repositories)),
		Policies:     make([]Policy, len(policies)),
	}
	for i, repository := range repositories {
		group.Go(func() { results.Repositories[i] = r.repository(repository) })
	}
	for i, policy := range policies {
		group.Go(func() { results.Policies[i] = r.policy(ctx, policy) })
	}
	group.Wait()
	return results, context.Cause(ctx)
}

func wanted[T manifest.Value](objects inventory.Objects[T], options Options) []T {
	var list []T
	for object := range objects.All() {
		if options.Wanted == nil || options.Wanted(object) {
			list = append(list, object)
		}
	}
	return list
}

// A run is the constant part of a Run.
type run struct {
	Options
	now    metav1.Time
	inv    *inventory.Inventory
	world  World
	slots  chan struct{}
	scans  map[types.NamespacedName]func() scanned // each asks once, whoever calls first
	shared map[types.NamespacedName]Note
}

// ask calls a function of the world when its turn has come.
func ask[T any](ctx context.Context, r *run, question func() (T, error)) (T, error) {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
		return question()
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

func keyOf(object metav1.Object) types.NamespacedName {
	return types.NamespacedName{Namespace: object.GetNamespace(), Name: object.GetName()}
}

// begin takes the common part of an object's status into a record.
func (r *run) begin(object metav1.Object, conditions []metav1.Condition, observedGeneration int64) *record {
	return &record{
		conditions:         slices.Clone(conditions),
		stored:             conditions,
		observedGeneration: observedGeneration,
		generation:         object.GetGeneration(),
		now:                r.now,
	}
}

// gated reports whether the controller refuses the object for want of a feature gate. The provider is compared as it
// stands: an empty one, which the API server's default prevents, counts as a cloud's.
func (r *run) gated(repository *imagev1.ImageRepository) bool {
	spec := repository.Spec
	return spec.Provider != "generic" && spec.ServiceAccountName != "" && !r.ObjectLevelWorkloadIdentity
}
