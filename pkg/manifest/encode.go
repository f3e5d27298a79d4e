// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"
)

// Encode writes values as YAML documents, each with a leading "---" line, as [Clean] leaves them: keys in alphabetical
// order, durations canonical (5m0s), no status. A field that the value's own version does not have is a [LackingError].
func Encode(values ...Value) ([]byte, error) {
	var out []byte
	for _, value := range values {
		object, err := Clean(value)
		if err != nil {
			return nil, err
		}
		data, err := yaml.Marshal(object.Object)
		if err != nil {
			return nil, fmt.Errorf("encoding %s: %w", describe(value), err)
		}
		out = append(out, "---\n"...)
		out = append(out, data...)
	}
	return out, nil
}

// Clean is the value as a person would write it: without status and without the metadata that the API server fills in.
// The value is not changed. A field that the value's own version does not have is a [LackingError].
func Clean(value Value) (*unstructured.Unstructured, error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(value)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", describe(value), err)
	}
	delete(content, "status")
	if metadata, ok := content["metadata"].(map[string]any); ok {
		for _, key := range []string{
			"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields",
			"resourceVersion", "selfLink", "uid",
		} {
			delete(metadata, key)
		}
	}
	object := &unstructured.Unstructured{Object: content}
	lacking := &LackingError{APIVersion: object.GetAPIVersion(), Kind: object.GetKind()}
	for _, field := range Lacks(lacking.APIVersion, lacking.Kind) {
		if _, set, _ := unstructured.NestedFieldNoCopy(content, strings.Split(field, ".")...); set {
			lacking.Fields = append(lacking.Fields, field)
		}
	}
	if len(lacking.Fields) > 0 {
		return nil, lacking
	}
	return object, nil
}

// describe names a value in an error: ImagePolicy "apps/web".
func describe(value Value) string {
	name := value.GetName()
	if namespace := value.GetNamespace(); namespace != "" {
		name = namespace + "/" + name
	}
	return fmt.Sprintf("%s %q", value.GetObjectKind().GroupVersionKind().Kind, name)
}
