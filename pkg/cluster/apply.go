// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// ApplyOptions say how to apply.
type ApplyOptions struct {
	// FieldManager owns the fields that are sent.
	FieldManager string
	// Force takes fields from other managers that own them with other values.
	Force bool
	// DryRun has the server answer as if, and keep nothing.
	DryRun bool
}

// Conflict is a field that another manager owns with another value.
type Conflict struct {
	Manager string
	Field   string // spec.interval
}

// ConflictError says whom an apply would have taken fields from.
type ConflictError struct {
	Conflicts []Conflict
}

func (e *ConflictError) Error() string {
	var parts []string
	for _, conflict := range e.Conflicts {
		parts = append(parts, fmt.Sprintf("%s is owned by %q", conflict.Field, conflict.Manager))
	}
	return strings.Join(parts, "; ")
}

// Apply applies an object server-side and returns it as the server has it then, or would have it. Fields that the
// version does not know are an error, not dropped. A [ConflictError] says who owns what the object wants otherwise.
func (c *Client) Apply(ctx context.Context, resource schema.GroupVersionResource, object *unstructured.Unstructured, options ApplyOptions) (*unstructured.Unstructured, error) {
	data, err := object.MarshalJSON()
	if err != nil {
		return nil, err
	}
	patch := metav1.PatchOptions{
		FieldManager:    options.FieldManager,
		Force:           &options.Force,
		FieldValidation: metav1.FieldValidationStrict,
	}
	if options.DryRun {
		patch.DryRun = []string{metav1.DryRunAll}
	}
	applied, err := c.dynamic.Resource(resource).Namespace(object.GetNamespace()).
		Patch(ctx, object.GetName(), types.ApplyPatchType, data, patch)
	if conflict := asConflict(err); conflict != nil {
		return nil, conflict
	}
	return applied, err
}

// asConflict reads the server's answer to an apply that meets other owners. It has the field apart, but the manager
// only in words: conflict with "NAME" using VERSION.
func asConflict(err error) error {
	var status apierrors.APIStatus
	if !apierrors.IsConflict(err) || !errors.As(err, &status) || status.Status().Details == nil {
		return nil
	}
	manager := regexp.MustCompile(`^conflict with "(.*?)"`)
	conflict := &ConflictError{}
	for _, cause := range status.Status().Details.Causes {
		if cause.Type != metav1.CauseTypeFieldManagerConflict {
			continue
		}
		found := Conflict{Manager: cause.Message, Field: strings.TrimPrefix(cause.Field, ".")}
		if match := manager.FindStringSubmatch(cause.Message); match != nil {
			found.Manager = match[1]
		}
		conflict.Conflicts = append(conflict.Conflicts, found)
	}
	if len(conflict.Conflicts) == 0 {
		return nil
	}
	return conflict
}

// Owners lists the managers that own a field of an object or anything below it, in the order in which the server lists
// them. The field is given as keys from the object's root.
func Owners(object *unstructured.Unstructured, field ...string) []string {
	var owners []string
	for _, entry := range object.GetManagedFields() {
		if entry.FieldsV1 == nil || entry.Subresource != "" {
			continue
		}
		var set fieldpath.Set
		if err := set.FromJSON(entry.FieldsV1.GetRawReader()); err != nil {
			continue // the server's own bookkeeping; an owner we cannot read owns nothing we can name
		}
		owned := false
		set.Iterate(func(path fieldpath.Path) { owned = owned || isBelow(path, field) })
		if owned {
			owners = append(owners, entry.Manager)
		}
	}
	return owners
}

func isBelow(path fieldpath.Path, field []string) bool {
	if len(path) < len(field) {
		return false
	}
	for i, key := range field {
		if path[i].FieldName == nil || *path[i].FieldName != key {
			return false
		}
	}
	return true
}
