// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-image/kubectl-image/pkg/cluster"
)

// live is an object as the cluster has it.
func live(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	if text == "" {
		return nil
	}
	object := &unstructured.Unstructured{}
	data, err := yaml.YAMLToJSON([]byte(text))
	if err == nil {
		err = utiljson.Unmarshal(data, &object.Object)
	}
	if err != nil {
		t.Fatal(err)
	}
	return object
}

func TestToApply(t *testing.T) {
	t.Parallel()
	const owned = `{spec: {image: a/b, interval: 7m0s}, metadata: {name: x, managedFields: [
{manager: %, operation: Apply, fieldsType: FieldsV1, fieldsV1: {"f:spec": {"f:interval": {}}}}]}}`
	by := func(manager string) string { return strings.Replace(owned, "%", manager, 1) }
	for name, test := range map[string]struct {
		asked  bool
		before string
		want   any // the interval that is sent
	}{
		"a new object gets the default":                {false, "", "1m0s"},
		"what is asked for is sent":                    {true, by("pipeline"), "1m0s"},
		"what others own stays theirs":                 {false, by("pipeline"), nil},
		"what is ours stays as it is":                  {false, by("image-cli"), "7m0s"},
		"an object that has none gets the default too": {false, "{spec: {image: a/b}, metadata: {name: x}}", "1m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			argv := []string{"x", "--image=a/b"}
			if test.asked {
				argv = append(argv, "--interval=1m")
			}
			in, err := parseLine(t, &createRepositoryFlags{}, argv...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := toApply(in, live(t, test.before))
			if err != nil {
				t.Fatal(err)
			}
			spec := map[string]any{"image": "a/b"}
			if test.want != nil {
				spec["interval"] = test.want
			}
			want := map[string]any{
				"apiVersion": "image.toolkit.fluxcd.io/v1", "kind": "ImageRepository",
				"metadata": map[string]any{"name": "x", "namespace": "ns"}, "spec": spec,
			}
			if diff := cmp.Diff(want, got.Object); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWhatBecame(t *testing.T) {
	t.Parallel()
	const before = `{metadata: {name: x, resourceVersion: "1", managedFields: [{manager: a, time: "2026-01-01T00:00:00Z"}]}, spec: {a: 1}, status: {b: 1}}`
	for name, test := range map[string]struct{ before, after, want string }{
		"new": {"", before, "created"},
		"only the server's own notes changed": {before, `{metadata: {name: x, resourceVersion: "2", managedFields: [
{manager: a, time: "2026-02-02T00:00:00Z"}, {manager: c, subresource: status}]}, spec: {a: 1}, status: {b: 2}}`, "unchanged"},
		"a field changed": {before, `{metadata: {name: x, resourceVersion: "2", managedFields: [{manager: a}]}, spec: {a: 2}, status: {b: 1}}`, "configured"},
		"a label changed": {before, `{metadata: {name: x, labels: {l: m}, managedFields: [{manager: a}]}, spec: {a: 1}}`, "configured"},
		"an owner came":   {before, `{metadata: {name: x, managedFields: [{manager: a}, {manager: b}]}, spec: {a: 1}}`, "configured"},
	} {
		if got := whatBecame(live(t, test.before), live(t, test.after)); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		object string
		want   readyState
	}{
		"nobody looked": {`{metadata: {generation: 1}}`, readyState{message: "no controller has looked at it yet"}},
		"ready": {`{metadata: {generation: 2}, status: {conditions: [{type: Ready, status: "True", observedGeneration: 2, message: fine}]}}`,
			readyState{ready: true, message: "fine"}},
		"ready, a generation ago": {`{metadata: {generation: 3}, status: {conditions: [{type: Ready, status: "True", observedGeneration: 2, message: fine}]}}`,
			readyState{message: "no controller has looked at it yet"}},
		"failing, and tried again": {`{metadata: {generation: 1}, status: {conditions: [{type: Ready, status: "False", observedGeneration: 1, message: oh}]}}`,
			readyState{message: "oh"}},
		"stalled": {`{metadata: {generation: 1}, status: {conditions: [{type: Stalled, status: "True", observedGeneration: 1, message: bad},
{type: Ready, status: "False", observedGeneration: 1, message: never}]}}`, readyState{stalled: true, message: "never"}},
		"nonsense": {`{metadata: {generation: 1}, status: {conditions: [7, {type: [x]}]}}`, readyState{message: "no controller has looked at it yet"}},
	} {
		if got := readiness(live(t, test.object)); got != test.want {
			t.Errorf("%s: got %+v, want %+v", name, got, test.want)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	policies := schema.GroupResource{Group: "image.toolkit.fluxcd.io", Resource: "imagepolicies"}
	for name, test := range map[string]struct {
		err        error
		text, hint string
	}{
		"nothing installed": {
			&cluster.NotServedError{Group: "g", Kind: "K"}, "the cluster does not know K: nothing of g is installed",
			"flux install --components-extra=image-reflector-controller,image-automation-controller, or --export and no cluster",
		},
		"forbidden": {
			apierrors.NewForbidden(policies, "x", errors.New("no")), `imagepolicies.image.toolkit.fluxcd.io "x" is forbidden: no`,
			"kubectl auth can-i --list -n ns shows what is allowed; manifests/rbac has a role for each command",
		},
		"unauthorized": {
			apierrors.NewUnauthorized("no"), "the API server does not accept the credentials of the kubeconfig",
			"kubectl auth whoami tells whether kubectl gets in",
		},
		"unreachable, without what is in the URL": {
			&url.Error{Op: "Get", URL: "https://user:canary@host:1/apis?token=canary", Err: errors.New("refused")},
			"reaching the API server https://host:1: refused", "kubectl cluster-info tells whether kubectl reaches it; --export needs no cluster",
		},
		"interrupted": {&url.Error{Op: "Get", URL: "https://host", Err: context.Canceled}, "interrupted", ""},
		"others":      {errors.New("as it is"), "as it is", ""},
	} {
		err := explain(test.err, "ns")
		hint := ""
		var hinting *hinted
		if errors.As(err, &hinting) {
			hint = hinting.hint
		}
		if err.Error() != test.text || hint != test.hint {
			t.Errorf("%s: got %q, hint %q\nwant %q, hint %q", name, err, hint, test.text, test.hint)
		}
	}
	if err := explain(nil, "ns"); err != nil {
		t.Errorf("nothing: got %v", err)
	}
}

func TestCheckMerged(t *testing.T) {
	t.Parallel()
	merged := &unstructured.Unstructured{Object: map[string]any{
		"kind": imagev1.ImagePolicyKind,
		"spec": map[string]any{"policy": map[string]any{
			"semver": map[string]any{"range": "1.x"}, "alphabetical": map[string]any{"order": "asc"},
		}},
	}}
	owns := func(manager, fields string) metav1.ManagedFieldsEntry {
		return metav1.ManagedFieldsEntry{Manager: manager, FieldsV1: metav1.NewFieldsV1(fields)}
	}
	merged.SetManagedFields([]metav1.ManagedFieldsEntry{
		owns("image-cli", `{"f:spec":{"f:policy":{"f:semver":{"f:range":{}}}}}`),
		owns("pipeline", `{"f:spec":{"f:policy":{"f:alphabetical":{"f:order":{}}}}}`),
	})
	err := checkMerged(merged)
	var refused *refusedError
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want a refusal", err)
	}
	want := `not applied: the object would have 2 orders chosen (spec.policy.semver.range by "image-cli", spec.policy.alphabetical.order by "pipeline"); want exactly one`
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	unstructured.RemoveNestedField(merged.Object, "spec", "policy", "alphabetical")
	if err := checkMerged(merged); err != nil {
		t.Errorf("one order: got %v", err)
	}
}
