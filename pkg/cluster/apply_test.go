// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kubectl-image/kubectl-image/pkg/cluster"
)

func TestOwners(t *testing.T) {
	t.Parallel()
	entry := func(manager, subresource, fields string) metav1.ManagedFieldsEntry {
		return metav1.ManagedFieldsEntry{
			Manager: manager, Subresource: subresource, Operation: metav1.ManagedFieldsOperationApply,
			APIVersion: "image.toolkit.fluxcd.io/v1", FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(fields),
		}
	}
	object := &unstructured.Unstructured{Object: map[string]any{}}
	object.SetManagedFields([]metav1.ManagedFieldsEntry{
		entry("image-cli", "", `{"f:spec":{"f:policy":{"f:semver":{"f:range":{}}},"f:interval":{}}}`),
		entry("pipeline", "", `{"f:spec":{"f:policy":{"f:numerical":{"f:order":{}}},"f:interval":{}}}`),
		entry("image-reflector-controller", "status", `{"f:spec":{"f:interval":{}}}`),
		entry("unknown", "", `{"x:spec":{}}`),
	})
	for field, want := range map[string][]string{
		"spec.policy.semver.range": {"image-cli"},
		"spec.policy.semver":       {"image-cli"},
		"spec.policy":              {"image-cli", "pipeline"},
		"spec.interval":            {"image-cli", "pipeline"},
		"spec.image":               nil,
		"spec.interval.below":      nil,
	} {
		if diff := cmp.Diff(want, cluster.Owners(object, strings.Split(field, ".")...)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", field, diff)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		`spec.image is owned by "a"; spec.interval is owned by "b"`: &cluster.ConflictError{
			Conflicts: []cluster.Conflict{{Manager: "a", Field: "spec.image"}, {Manager: "b", Field: "spec.interval"}},
		},
		"the cluster does not know ImagePolicy: nothing of image.toolkit.fluxcd.io is installed": &cluster.NotServedError{
			Group: "image.toolkit.fluxcd.io", Kind: "ImagePolicy",
		},
	} {
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}
