// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-image/kubectl-image/pkg/cluster"
)

// waitReady waits until the controller has looked at an object and found it ready, or stalled on it.
func (s *shell) waitReady(ctx context.Context, client *cluster.Client, resource schema.GroupVersionResource, object *unstructured.Unstructured, timeout time.Duration) error {
	name := object.GetKind() + " " + object.GetNamespace() + "/" + object.GetName()
	if suspended, _, _ := unstructured.NestedBool(object.Object, "spec", "suspend"); suspended {
		s.warn(name + " is suspended: nothing to wait for")
		return nil
	}
	state := readiness(object)
	if !state.settled() {
		bounded, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		progress := s.progress()
		err := client.Until(bounded, resource, object, func(object *unstructured.Unstructured) bool {
			state = readiness(object)
			progress.show("waiting for " + name + ": " + state.message)
			return state.settled()
		})
		progress.clear()
		if ctx.Err() != nil {
			return explain(ctx.Err(), object.GetNamespace())
		}
		if err != nil && bounded.Err() == nil {
			return explain(fmt.Errorf("waiting for %s: %w", name, err), object.GetNamespace())
		}
	}
	if state.ready {
		fmt.Fprintf(s.ErrOut, "%s is ready: %s\n", name, printable(state.message))
		return nil
	}
	err := fmt.Errorf("%s is not ready: %s", name, state.message)
	if !state.stalled {
		err = fmt.Errorf("%w (waited %s)", err, timeout)
	}
	return &refusedError{err}
}

// readyState is what the conditions of an object say about its present generation.
type readyState struct {
	ready, stalled bool
	message        string
}

func (r readyState) settled() bool { return r.ready || r.stalled }

func readiness(object *unstructured.Unstructured) readyState {
	state := readyState{message: "no controller has looked at it yet"}
	list, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, item := range list {
		content, ok := item.(map[string]any)
		if !ok {
			continue
		}
		var condition metav1.Condition
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, &condition); err != nil {
			continue
		}
		if condition.ObservedGeneration < object.GetGeneration() {
			continue
		}
		switch condition.Type {
		case "Ready":
			state.ready = condition.Status == metav1.ConditionTrue
			state.message = condition.Message
		case "Stalled":
			state.stalled = condition.Status == metav1.ConditionTrue
		}
	}
	return state
}

// progressLine is one line on a terminal that is written over; elsewhere it is nothing.
type progressLine struct {
	shell *shell
	shown bool
}

func (s *shell) progress() *progressLine { return &progressLine{shell: s} }

func (p *progressLine) show(text string) {
	if isTerminal(p.shell.ErrOut) {
		fmt.Fprintf(p.shell.ErrOut, "\r\x1b[K%s", printable(text))
		p.shown = true
	}
}

func (p *progressLine) clear() {
	if p.shown {
		fmt.Fprint(p.shell.ErrOut, "\r\x1b[K")
		p.shown = false
	}
}
