// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"reflect"
	"time"

	autov1 "github.com/fluxcd/image-automation-controller/api/v1"
	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// defaultExclusion is the expression that an ImageRepository without an exclusion list excludes tags by.
const defaultExclusion = `^.*\.sig$`

// Default fills in, in place, what the API server would: the defaults of the v1 CRDs of Flux 2.9. An object of an older
// version gets them too, because it is the controllers of Flux 2.9 that are emulated and they see every object as v1.
func Default(value Value) {
	switch v := value.(type) {
	case *imagev1.ImageRepository:
		if v.Spec.ExclusionList == nil {
			v.Spec.ExclusionList = []string{defaultExclusion}
		}
		setDefault(&v.Spec.Provider, "generic")
		defaultStatus(&v.Status, &v.Status.ObservedGeneration)
	case *imagev1.ImagePolicy:
		setDefault(&v.Spec.DigestReflectionPolicy, imagev1.ReflectNever)
		if order := v.Spec.Policy.Alphabetical; order != nil {
			setDefault(&order.Order, "asc")
		}
		if order := v.Spec.Policy.Numerical; order != nil {
			setDefault(&order.Order, "asc")
		}
		defaultStatus(&v.Status, &v.Status.ObservedGeneration)
	case *autov1.ImageUpdateAutomation:
		setDefault(&v.Spec.SourceRef.Kind, sourcev1.GitRepositoryKind)
		if v.Spec.Update == nil {
			v.Spec.Update = &autov1.UpdateStrategy{}
		}
		setDefault(&v.Spec.Update.Strategy, autov1.UpdateStrategySetters)
		defaultStatus(&v.Status, &v.Status.ObservedGeneration)
	case *sourcev1.GitRepository:
		if v.Spec.Timeout == nil {
			v.Spec.Timeout = &metav1.Duration{Duration: time.Minute}
		}
		if v.Spec.Verification != nil {
			setDefault(&v.Spec.Verification.Mode, sourcev1.ModeGitHEAD)
		}
		defaultStatus(&v.Status, &v.Status.ObservedGeneration)
	}
}

// defaultStatus marks an object that no controller has seen. As in the CRDs, that default is of the status as a whole.
func defaultStatus[T any](status *T, observedGeneration *int64) {
	if reflect.ValueOf(status).Elem().IsZero() {
		*observedGeneration = -1
	}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
