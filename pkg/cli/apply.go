// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-image/kubectl-image/pkg/cluster"
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
	"github.com/kubectl-image/kubectl-image/pkg/policy"
)

// apply carries out a create command on the cluster: it finds the version that is served, has the server merge the
// object without keeping it, checks what would come of it, and only then applies.
func (s *shell) apply(ctx context.Context, in createInput) error {
	client, err := s.connect()
	if err != nil {
		return err
	}
	gvk := in.Object.GetObjectKind().GroupVersionKind()
	versions := []string{gvk.Version}
	if in.AnyVersion {
		versions = manifest.Versions()
	}
	namespace := in.Object.GetNamespace()
	resource, err := client.Resource(ctx, gvk.Group, gvk.Kind, versions)
	if err != nil {
		return explain(err, namespace)
	}
	gvk.Version = resource.Version
	in.Object.GetObjectKind().SetGroupVersionKind(gvk)
	before, err := client.Get(ctx, resource, namespace, in.Object.GetName())
	if err != nil {
		return explain(err, namespace)
	}
	desired, err := toApply(in, before)
	if err != nil {
		return servedVersionLacks(err)
	}
	s.warnOfGit(before)
	options := cluster.ApplyOptions{FieldManager: in.FieldManager, Force: in.ForceConflicts, DryRun: true}
	merged, err := client.Apply(ctx, resource, desired, options)
	if err == nil {
		err = checkMerged(merged)
	}
	if err != nil {
		return refusal(err, namespace)
	}
	suffix := " (server dry run)"
	if in.DryRun != "server" {
		options.DryRun, suffix = false, ""
		if merged, err = client.Apply(ctx, resource, desired, options); err != nil {
			return refusal(err, namespace)
		}
	}
	done := whatBecame(before, merged) + suffix
	wait := in.Wait > 0 && suffix == ""
	if wait && in.Output != "" {
		// What is printed is the object with the verdict that was waited for.
		return errors.Join(s.waitReady(ctx, client, resource, merged, in.Wait), s.printObject(merged, in.Output, done))
	}
	if err := s.printObject(merged, in.Output, done); err != nil || !wait {
		return err
	}
	return s.waitReady(ctx, client, resource, merged, in.Wait)
}

// toApply is what to send: the fields that were asked for. A field that is only there because the API requires it is
// sent where the object has none yet, or has it from us; elsewhere it stays as it is.
func toApply(in createInput, before *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	desired, err := manifest.Clean(in.Object)
	if err != nil {
		return nil, err
	}
	for _, field := range in.Defaulted {
		path := strings.Split(field, ".")
		if before == nil {
			continue
		}
		live, set, _ := unstructured.NestedFieldCopy(before.Object, path...)
		switch owners := cluster.Owners(before, path...); {
		case set && slices.Contains(owners, in.FieldManager):
			err = unstructured.SetNestedField(desired.Object, live, path...)
		case set:
			unstructured.RemoveNestedField(desired.Object, path...)
		}
		if err != nil {
			return nil, err
		}
	}
	// The manifest has both parts of a filter, as Flux writes it; the part that is empty was not asked for.
	for _, key := range []string{"pattern", "extract"} {
		path := []string{"spec", "filterTags", key}
		if value, set, _ := unstructured.NestedString(desired.Object, path...); set && value == "" {
			unstructured.RemoveNestedField(desired.Object, path...)
		}
	}
	return desired, nil
}

// servedVersionLacks names the flags behind the fields that the cluster's version does not have.
func servedVersionLacks(err error) error {
	var lacking *manifest.LackingError
	if !errors.As(err, &lacking) {
		return err
	}
	var p problems
	p.lacking(lacking)
	for i, problem := range p {
		p[i] = fmt.Errorf("%w, the newest version that the cluster serves", problem)
	}
	return errors.Join(p...)
}

// refusedError is a no that is final until something changes, rather than a failure.
type refusedError struct{ error }

func (e *refusedError) Unwrap() error { return e.error }

// refusal explains why an apply did not go through.
func refusal(err error, namespace string) error {
	var conflict *cluster.ConflictError
	if !errors.As(err, &conflict) {
		return explain(err, namespace)
	}
	hint := "--force-conflicts takes the fields over"
	for _, c := range conflict.Conflicts {
		if isFlux(c.Manager) {
			hint = "Flux applies the object from Git and would take the field back: write it there, with --export"
		}
	}
	return &refusedError{&hinted{err: fmt.Errorf("not applied: %w", conflict), hint: hint}}
}

// isFlux reports whether a field manager is a Flux controller that applies what is in Git.
func isFlux(manager string) bool {
	return manager == "kustomize-controller" || manager == "helm-controller"
}

// warnOfGit says where an object comes from Git: what is applied beside that may not last.
func (s *shell) warnOfGit(before *unstructured.Unstructured) {
	if before == nil {
		return
	}
	labels := before.GetLabels()
	if name := labels["kustomize.toolkit.fluxcd.io/name"]; name != "" {
		s.warn(fmt.Sprintf("the object comes from Git, by Kustomization %s/%s: --export prints what to write there",
			labels["kustomize.toolkit.fluxcd.io/namespace"], name))
	}
	if name := labels["helm.toolkit.fluxcd.io/name"]; name != "" {
		s.warn(fmt.Sprintf("the object comes from a chart, by HelmRelease %s/%s: what is applied beside it may not last",
			labels["helm.toolkit.fluxcd.io/namespace"], name))
	}
}

// checkMerged checks the object that would come of an apply. Each side may be right by itself: two managers can set an
// order each, and the controller would go by one of them without a word.
func checkMerged(merged *unstructured.Unstructured) error {
	if merged.GetKind() != imagev1.ImagePolicyKind {
		return nil
	}
	var object imagev1.ImagePolicy
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(merged.Object, &object); err != nil {
		return fmt.Errorf("reading what the server would make of it: %w", err)
	}
	var p problems
	for _, fault := range policy.Check(object.Spec) {
		var fields []string
		flux := false
		for _, field := range slices.Concat([]string{fault.Field}, fault.Others) {
			if owners := cluster.Owners(merged, strings.Split("spec."+field, ".")...); len(owners) > 0 && field != policy.FieldPolicy {
				fields = append(fields, fmt.Sprintf("spec.%s by %s", field, quoted(owners)))
				flux = flux || slices.ContainsFunc(owners, isFlux)
			}
		}
		p.addf("not applied: the object would have %s (%s); want %s", fault.Problem, strings.Join(fields, ", "), fault.Want)
		switch {
		case flux:
			p.hint("Flux applies the object from Git: change it there, with --export")
		case fault.Field == policy.FieldPolicy && len(fault.Others) > 1:
			p.hint("the order of another manager has to be removed first, where it comes from")
		}
	}
	if len(p) == 0 {
		return nil
	}
	return &refusedError{errors.Join(p...)}
}

// whatBecame says what an apply did, in kubectl's words.
func whatBecame(before, after *unstructured.Unstructured) string {
	switch {
	case before == nil:
		return "created"
	case equality.Semantic.DeepEqual(lasting(before), lasting(after)):
		return "unchanged"
	default:
		return "configured"
	}
}

// lasting is an object without what changes by itself: its status, its version, and when each manager last wrote.
func lasting(object *unstructured.Unstructured) map[string]any {
	object = object.DeepCopy()
	unstructured.RemoveNestedField(object.Object, "status")
	object.SetResourceVersion("")
	managed := slices.DeleteFunc(object.GetManagedFields(), func(entry metav1.ManagedFieldsEntry) bool { return entry.Subresource == "status" })
	for i := range managed {
		managed[i].Time = nil
	}
	object.SetManagedFields(managed)
	return object.Object
}
