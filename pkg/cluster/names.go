// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
)

// List says which objects to list the names of.
type List struct {
	Resource schema.GroupResource
	// Versions are tried in order, until the server has one: asking first which it has would take a request more.
	Versions []string
	// Namespace is empty for resources that have none, and for all namespaces.
	Namespace string
	// Limit is how many names are enough.
	Limit int64
}

// Names lists the names of objects, as the server orders them. Of the objects only the metadata is fetched. Names that no
// object can have are left out, whatever the server says.
func Names(ctx context.Context, config *rest.Config, list List) ([]string, error) {
	// The client would put anything into the path.
	if list.Namespace != "" && len(validation.IsDNS1123Label(list.Namespace)) > 0 {
		return nil, fmt.Errorf("listing %s: there can be no namespace %q", list.Resource, list.Namespace)
	}
	client, err := metadata.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("connecting to the cluster: %w", err)
	}
	var found *metav1.PartialObjectMetadataList
	for _, version := range list.Versions {
		found, err = client.Resource(list.Resource.WithVersion(version)).Namespace(list.Namespace).
			List(ctx, metav1.ListOptions{Limit: list.Limit})
		if !apierrors.IsNotFound(err) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", list.Resource, err)
	}
	var names []string
	if found != nil {
		for _, object := range found.Items {
			if len(validation.IsDNS1123Subdomain(object.Name)) == 0 {
				names = append(names, object.Name)
			}
		}
	}
	return names, nil
}
