// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// Client reads and writes objects of one cluster. It is safe for concurrent use.
type Client struct {
	discovery discovery.DiscoveryInterface
	dynamic   dynamic.Interface
}

// New makes a client. It sends nothing.
func New(config *rest.Config) (*Client, error) {
	client, err := httpClient(config)
	if err != nil {
		return nil, err
	}
	disco, err := discovery.NewDiscoveryClientForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	dyn, err := dynamic.NewForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	return &Client{discovery: disco, dynamic: dyn}, nil
}

// NotServedError says that a cluster does not serve a kind in any of the versions that were asked for.
type NotServedError struct {
	Group, Kind string
	// Versions are the versions of the group that the cluster serves, the kind or not; none where it lacks the group.
	Versions []string
}

func (e *NotServedError) Error() string {
	if len(e.Versions) == 0 {
		return fmt.Sprintf("the cluster does not know %s: nothing of %s is installed", e.Kind, e.Group)
	}
	return fmt.Sprintf("the cluster does not serve %s in a version that was asked for: of %s it has %s", e.Kind, e.Group, strings.Join(e.Versions, ", "))
}

// Resource finds the first of some versions in which the cluster serves a kind. It asks afresh: a cache would be wrong
// just when it matters, after an installation or an upgrade.
func (c *Client) Resource(ctx context.Context, group, kind string, versions []string) (schema.GroupVersionResource, error) {
	var served metav1.APIGroup
	err := c.discovery.RESTClient().Get().AbsPath("/apis", group).Do(ctx).Into(&served)
	if err != nil && !apierrors.IsNotFound(err) {
		return schema.GroupVersionResource{}, fmt.Errorf("asking the cluster what it serves: %w", err)
	}
	if err == nil && served.Name != group {
		return schema.GroupVersionResource{}, errors.New("asking the cluster what it serves: whatever answers is no Kubernetes API server")
	}
	missing := &NotServedError{Group: group, Kind: kind}
	for _, version := range served.Versions {
		missing.Versions = append(missing.Versions, version.Version)
	}
	for _, version := range versions {
		if !slices.Contains(missing.Versions, version) {
			continue
		}
		var resources metav1.APIResourceList
		if err := c.discovery.RESTClient().Get().AbsPath("/apis", group, version).Do(ctx).Into(&resources); err != nil {
			return schema.GroupVersionResource{}, err
		}
		for _, resource := range resources.APIResources {
			if resource.Kind == kind && !strings.Contains(resource.Name, "/") {
				return schema.GroupVersionResource{Group: group, Version: version, Resource: resource.Name}, nil
			}
		}
	}
	return schema.GroupVersionResource{}, missing
}

// Get reads an object. One that does not exist is nil, without an error.
func (c *Client) Get(ctx context.Context, resource schema.GroupVersionResource, namespace, name string) (*unstructured.Unstructured, error) {
	object, err := c.dynamic.Resource(resource).Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return object, isThat(object, namespace, name)
}

// isThat refuses an answer about another object than was asked for: its name would be printed as the one's.
func isThat(object *unstructured.Unstructured, namespace, name string) error {
	if object.GetName() != name || object.GetNamespace() != namespace {
		return fmt.Errorf("the server answered with another object than %s/%s: %q", namespace, name, object.GetNamespace()+"/"+object.GetName())
	}
	return nil
}
