// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package inventory

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	autov1 "github.com/fluxcd/image-automation-controller/api/v1"
	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// Inventory is a snapshot of objects. Once built it is not changed, and may be read by several goroutines; the objects
// in it are shared, so whoever changes one copies it first. The zero Inventory is empty and has no gaps.
type Inventory struct {
	Repositories    Objects[*imagev1.ImageRepository]
	Policies        Objects[*imagev1.ImagePolicy]
	Automations     Objects[*autov1.ImageUpdateAutomation]
	GitRepositories Objects[*sourcev1.GitRepository]
	Secrets         Objects[*corev1.Secret]
	ServiceAccounts Objects[*corev1.ServiceAccount]
	Namespaces      Objects[*corev1.Namespace] // by name alone

	// Gaps are what the snapshot cannot speak for; see [Inventory.Gap].
	Gaps []Gap
}

// Item is an object of a snapshot.
type Item[T manifest.Value] struct {
	Value T
	// Source tells where in a file it stands; nil if it came from a cluster.
	Source *manifest.Object
}

// Objects are those of one kind, by namespace and name.
type Objects[T manifest.Value] map[types.NamespacedName]Item[T]

// Get looks an object up. For one that is not there, [Inventory.Gap] tells whether that means it does not exist.
func (o Objects[T]) Get(namespace, name string) (T, bool) {
	item, ok := o[types.NamespacedName{Namespace: namespace, Name: name}]
	return item.Value, ok
}

// All yields the objects in the order of namespace and name.
func (o Objects[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, key := range slices.SortedFunc(maps.Keys(o), compareKeys) {
			if !yield(o[key].Value) {
				return
			}
		}
	}
}

func compareKeys(a, b types.NamespacedName) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}

// Add puts an object in, in place of one of the same kind, namespace and name, which it returns. An object from a
// cluster has only its Value set. It is for those who build an inventory.
func (inv *Inventory) Add(object manifest.Object) (replaced *manifest.Object) {
	switch value := object.Value.(type) {
	case *imagev1.ImageRepository:
		return put(&inv.Repositories, value, object)
	case *imagev1.ImagePolicy:
		return put(&inv.Policies, value, object)
	case *autov1.ImageUpdateAutomation:
		return put(&inv.Automations, value, object)
	case *sourcev1.GitRepository:
		return put(&inv.GitRepositories, value, object)
	case *corev1.Secret:
		return put(&inv.Secrets, value, object)
	case *corev1.ServiceAccount:
		return put(&inv.ServiceAccounts, value, object)
	case *corev1.Namespace:
		return put(&inv.Namespaces, value, object)
	}
	return nil
}

func put[T manifest.Value](objects *Objects[T], value T, object manifest.Object) *manifest.Object {
	if *objects == nil {
		*objects = Objects[T]{}
	}
	key := types.NamespacedName{Namespace: value.GetNamespace(), Name: value.GetName()}
	before, replaces := (*objects)[key]
	item := Item[T]{Value: value}
	if object.Position != (manifest.Position{}) {
		item.Source = &object
	}
	(*objects)[key] = item
	if !replaces {
		return nil
	}
	if before.Source != nil {
		return before.Source
	}
	return &manifest.Object{Value: before.Value}
}

// NamespaceLabels are the labels of a namespace, with the one that the API server puts on each. Without the Namespace
// object that one is all there is, and known is false; [Inventory.Gap] tells whether there could be more.
func (inv *Inventory) NamespaceLabels(name string) (labels map[string]string, known bool) {
	namespace, known := inv.Namespaces.Get("", name)
	labels = map[string]string{corev1.LabelMetadataName: name}
	if known {
		maps.Copy(labels, namespace.Labels)
		labels[corev1.LabelMetadataName] = name
	}
	return labels, known
}
