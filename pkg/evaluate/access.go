// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate

import (
	"errors"
	"fmt"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"

	"github.com/kubectl-image/kubectl-image/pkg/inventory"
)

// referred looks up the ImageRepository of a policy and checks that the policy may use it: one in its own namespace
// always, one elsewhere if accessFrom says so.
func (r *run) referred(p *imagev1.ImagePolicy, result *Policy) (*imagev1.ImageRepository, end) {
	ref := p.Spec.ImageRepositoryRef
	if ref.Namespace == "" {
		ref.Namespace = p.Namespace
	}
	refused := func(reason, format string, args ...any) end {
		return failed(reason, fmt.Errorf("failed to get the referred ImageRepository: "+format, args...))
	}
	foreign := ref.Namespace != p.Namespace
	if foreign && r.NoCrossNamespaceRefs {
		return nil, refused(accessDeniedReason,
			"cannot access 'ImageRepository/%s/%s', cross-namespace references have been blocked", ref.Namespace, ref.Name)
	}
	repository, ok := r.inv.Repositories.Get(ref.Namespace, ref.Name)
	if !ok {
		if gap := r.inv.Gap(imagev1.ImageRepositoryKind, ref.Namespace, ref.Name); gap != nil {
			// Where the controller itself cannot read the repository it goes on with an empty one: not to be imitated.
			err := fmt.Errorf("reading ImageRepository %q: %w", ref.Namespace+"/"+ref.Name, gap)
			return nil, end{err: err, blind: true, mute: true}
		}
		return nil, refused(imagev1.DependencyNotReadyReason,
			"referenced ImageRepository does not exist: ImageRepository.image.toolkit.fluxcd.io %q not found", ref.Name)
	}
	if !foreign {
		return repository, end{}
	}
	access := repository.Spec.AccessFrom
	if access == nil {
		return nil, refused(accessDeniedReason,
			"access denied: '%s/%s' can't be accessed due to missing ACL labels on 'accessFrom'", ref.Namespace, ref.Name)
	}
	labels, known := r.inv.NamespaceLabels(p.Namespace)
	gap := r.inv.Gap("Namespace", "", p.Namespace)
	if !known && gap == nil {
		return nil, refused(accessDeniedReason, "access denied: Namespace %q not found", p.Namespace)
	}
	for _, selector := range access.NamespaceSelectors {
		if matches(selector.MatchLabels, labels) {
			return repository, end{}
		}
	}
	e := refused(accessDeniedReason,
		"access denied: '%s/%s' can't be accessed due to ACL labels mismatch on namespace '%s'", ref.Namespace, ref.Name, p.Namespace)
	if !known && len(access.NamespaceSelectors) > 0 {
		if !errors.Is(gap, inventory.ErrNotGiven) {
			e = refused(accessDeniedReason, "access denied: %w", gap)
			e.blind = true
		}
		result.note(NamespaceMissing, fmt.Sprintf(
			"the labels of namespace %s are not known (%v); a manifest of the Namespace would tell them", p.Namespace, gap))
	}
	return nil, e
}

// matches reports whether a selector's labels are all there; one without any matches every namespace.
func matches(selector, labels map[string]string) bool {
	for key, value := range selector {
		if have, ok := labels[key]; !ok || have != value {
			return false
		}
	}
	return true
}
