// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	watchtools "k8s.io/client-go/tools/watch"
)

// ErrDeleted says that an object was deleted while its next state was waited for.
var ErrDeleted = errors.New("it was deleted meanwhile")

// Until watches an object from the state it is given in, calls done with each later state, and ends when done reports
// true, the object is deleted ([ErrDeleted]) or the context ends. Watches that the server ends are begun again; if the
// context ends before any of them told anything, the error is why the last one failed.
func (c *Client) Until(ctx context.Context, resource schema.GroupVersionResource, object *unstructured.Unstructured, done func(*unstructured.Unstructured) bool) error {
	watcher := &objectWatcher{
		client: c, resource: resource, namespace: object.GetNamespace(),
		selector: fields.OneTermEqualSelector("metadata.name", object.GetName()).String(),
	}
	retrying, err := watchtools.NewRetryWatcherWithContext(ctx, object.GetResourceVersion(), watcher)
	if err != nil {
		return err
	}
	told := false
	_, err = watchtools.UntilWithoutRetry(ctx, retrying, func(event watch.Event) (bool, error) {
		told = true
		switch event.Type {
		case watch.Deleted:
			return false, ErrDeleted
		case watch.Error:
			return false, apierrors.FromObject(event.Object)
		}
		state, ok := event.Object.(*unstructured.Unstructured)
		return ok && done(state), nil
	})
	if ctx.Err() != nil {
		<-retrying.Done()
		if watcher.failed != nil && !told {
			return watcher.failed
		}
		return ctx.Err()
	}
	return err
}

// objectWatcher starts watches of one object.
type objectWatcher struct {
	client              *Client
	resource            schema.GroupVersionResource
	namespace, selector string

	failed error // why the last watch could not be begun
}

func (w *objectWatcher) WatchWithContext(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	options.FieldSelector = w.selector
	begun, err := w.client.dynamic.Resource(w.resource).Namespace(w.namespace).Watch(ctx, options)
	if ctx.Err() == nil {
		w.failed = err
	}
	return begun, err
}
