// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// told is what a reader is told about a file, apart from the values: one line an object, warning and error.
func told(decoded manifest.Decoded, err error) string {
	var b strings.Builder
	for _, object := range decoded.Objects {
		gvk := object.Value.GetObjectKind().GroupVersionKind()
		fmt.Fprintf(&b, "%s %s %s %s\n", object.Position, gvk.GroupVersion(), gvk.Kind, object.Value.GetName())
	}
	if decoded.Skipped > 0 {
		fmt.Fprintf(&b, "%d skipped\n", decoded.Skipped)
	}
	for _, warning := range decoded.Warnings {
		fmt.Fprintf(&b, "warning: %v\n", warning)
		if warning.Hint != "" {
			fmt.Fprintf(&b, "hint: %s\n", warning.Hint)
		}
	}
	if err != nil {
		fmt.Fprintf(&b, "error: %v\n", err)
	}
	return b.String()
}

func decodeCases() map[string]struct{ in, want string } {
	return map[string]struct{ in, want string }{
		"documents of all kinds and versions": {
			in: `# a comment-only document
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: a}
spec: {image: ghcr.io/a/b, interval: 5m}
--- # a comment beside the marker
apiVersion: image.toolkit.fluxcd.io/v1beta2
kind: ImagePolicy
metadata: {name: b}
spec: {imageRepositoryRef: {name: a}, policy: {semver: {range: 1.x}}}
---

apiVersion: image.toolkit.fluxcd.io/v1beta1
kind: ImageUpdateAutomation
metadata: {name: c}
spec:
  interval: 1m
  sourceRef: {kind: GitRepository, name: c}
  update: {strategy: Setters}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: d}
spec: {url: "https://git.example/d", interval: 1m}
...
---
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "e"}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: f}
---
apiVersion: v1
kind: Namespace
metadata: {name: g}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: h}
---
`,
			want: `in.yaml:3:1 image.toolkit.fluxcd.io/v1 ImageRepository a
in.yaml:8:1 image.toolkit.fluxcd.io/v1beta2 ImagePolicy b
in.yaml:14:1 image.toolkit.fluxcd.io/v1beta1 ImageUpdateAutomation c
in.yaml:22:1 source.toolkit.fluxcd.io/v1 GitRepository d
in.yaml:28:1 v1 Secret e
in.yaml:30:1 v1 ServiceAccount f
in.yaml:34:1 v1 Namespace g
1 skipped
`,
		},
		"a List and a typed list, whose items need no kind": {
			in: `apiVersion: v1
kind: List
items:
- apiVersion: image.toolkit.fluxcd.io/v1
  kind: ImagePolicy
  metadata: {name: a}
  spec: {}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: b}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicyList
items:
- metadata: {name: c}
  spec: {}
`,
			want: `in.yaml:4:3 image.toolkit.fluxcd.io/v1 ImagePolicy a
in.yaml:15:3 image.toolkit.fluxcd.io/v1 ImagePolicy c
1 skipped
`,
		},
		"a stream of JSON values": {
			in: "\xef\xbb\xbf" + `{"apiVersion": "v1", "kind": "Namespace",
	"metadata": {"name": "a", "labels": {"x": 1}}}
{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "b"}}`,
			want: `in.yaml:3:1 v1 Namespace b
error: in.yaml:2:39: metadata.labels.x: 1 is a number, want a string: put it in quotes
`,
		},
		"CRLF line endings": {
			in:   "---\r\napiVersion: v1\r\nkind: Namespace\r\nmetadata:\r\n  name: a\r\n---\r\napiVersion: v1\r\nkind: Namespace\r\nmetadata:\r\n  nam: b\r\n",
			want: "in.yaml:2:1 v1 Namespace a\nwarning: in.yaml:10:3: metadata.nam: v1 Namespace has no such field, the API server drops it\nerror: in.yaml:9:1: Namespace has no metadata.name\n",
		},
		"unknown fields are pruned with a warning": {
			in: `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: a}
spec:
  imageRepositoryRef: {name: a}
  policy:
    semver: {range: 1.x, rnage: 2.x}
    filterTags: {pattern: x}
  "new": 1
status: {fromTheFuture: true}
`,
			want: `in.yaml:1:1 image.toolkit.fluxcd.io/v1 ImagePolicy a
warning: in.yaml:7:26: spec.policy.semver.rnage: image.toolkit.fluxcd.io/v1 ImagePolicy has no such field, the API server drops it
warning: in.yaml:8:5: spec.policy.filterTags: image.toolkit.fluxcd.io/v1 ImagePolicy has no such field, the API server drops it
hint: filterTags stands one level higher, at spec.filterTags: kubectl image migrate moves it
warning: in.yaml:9:3: spec.new: image.toolkit.fluxcd.io/v1 ImagePolicy has no such field, the API server drops it
`,
		},
		"fields that the version lacks are unknown in it": {
			in: `apiVersion: image.toolkit.fluxcd.io/v1beta1
kind: ImageRepository
metadata: {name: a}
spec: {image: x/y, interval: 1m, provider: aws}
`,
			want: `in.yaml:1:1 image.toolkit.fluxcd.io/v1beta1 ImageRepository a
warning: in.yaml:4:34: spec.provider: image.toolkit.fluxcd.io/v1beta1 ImageRepository has no such field, the API server drops it
`,
		},
		"every fault at once, and the good objects all the same": {
			in: `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: a}
spec:
  image: 5
  interval: 5 minutes
  timeout: 30
  suspend: "yes"
  exclusionList: {}
  accessFrom: []
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: good}
`,
			want: `in.yaml:16:1 image.toolkit.fluxcd.io/v1 ImagePolicy good
error: in.yaml:5:3: spec.image: 5 is a number, want a string: put it in quotes
in.yaml:6:3: spec.interval: "5 minutes": want a duration such as 5m or 1h30m
in.yaml:7:3: spec.timeout: 30 is a number, want a duration such as 5m or 1h30m
in.yaml:8:3: spec.suspend: is a string, want true or false
in.yaml:9:3: spec.exclusionList: is a mapping, want a list
in.yaml:10:3: spec.accessFrom: is a list, want a mapping
in.yaml:14:1: ImagePolicy has no metadata.name
`,
		},
		"a key that stands twice": {
			in: `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: a}
spec:
  policy: {semver: {range: 1.x}}
  policy: {semver: {range: 2.x}}
`,
			want: "error: in.yaml:6:3: key \"policy\" stands twice, first in line 5\n",
		},
		"alpha versions are refused with a hint": {
			in: `apiVersion: image.toolkit.fluxcd.io/v1alpha1
kind: ImagePolicy
metadata: {name: a}
---
apiVersion: image.toolkit.fluxcd.io/v1alpha2
kind: ImageUpdateAutomation
metadata: {name: a}
---
apiVersion: image.toolkit.fluxcd.io/v2
kind: ImagePolicy
metadata: {name: a}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolcy
metadata: {name: a}
`,
			want: `error: in.yaml:1:1: "image.toolkit.fluxcd.io/v1alpha1" ImagePolicy: want one of the versions v1, v1beta2, v1beta1
in.yaml:5:1: "image.toolkit.fluxcd.io/v1alpha2" ImageUpdateAutomation: want one of the versions v1, v1beta2, v1beta1
in.yaml:9:1: "image.toolkit.fluxcd.io/v2" ImagePolicy: want one of the versions v1, v1beta2, v1beta1
in.yaml:14:1: kind "ImagePolcy" is not one of image.toolkit.fluxcd.io
`,
		},
		"text that is no YAML counts only where it may be ours": {
			in: `{{ if .Values.x }}
a: "
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
  metadata: {name: a}
`,
			want: "1 skipped\nerror: in.yaml:6:1: not valid YAML: mapping values are not allowed in this context\n",
		},
		"a marker line inside a block scalar ends the document, as YAML has it": {
			in: `apiVersion: v1
kind: Namespace
metadata:
  name: a
  annotations:
    text: |
      ---
      more
`,
			want: "in.yaml:1:1 v1 Namespace a\n",
		},
		"the value of a Secret is not shown": {
			in: `apiVersion: v1
kind: Secret
metadata: {name: a}
stringData: {password: 12345}
data: {user: not base64!}
`,
			want: `error: in.yaml:4:14: stringData.password: is a number, want a string: put it in quotes
in.yaml:5:8: data.user: not valid base64
`,
		},
		"what YAML 1.1 reads as no string": {
			in:   "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n",
			want: "error: in.yaml:3:12: metadata.name: false is a boolean, want a string: put it in quotes\n",
		},
		"aliases and merge keys": {
			in: `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: &meta {name: a, labels: {<<: {x: "1"}, y: "2"}}
spec: {policy: {semver: &rule {range: 1.x}, numerical: {bad: *meta}}}
`,
			want: `in.yaml:1:1 image.toolkit.fluxcd.io/v1 ImagePolicy a
warning: in.yaml:4:57: spec.policy.numerical.bad: image.toolkit.fluxcd.io/v1 ImagePolicy has no such field, the API server drops it
`,
		},
		"an alias that contains itself": {
			in:   "apiVersion: v1\nkind: Namespace\nmetadata: &a {name: x, labels: *a}\n",
			want: "error: in.yaml:3:32: not valid YAML: the value of an anchor contains itself\n",
		},
		"nothing": {in: "\n# nothing\n---\n...\n", want: ""},
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for name, test := range decodeCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, told(manifest.Decode("in.yaml", []byte(test.in)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestDecodeHints(t *testing.T) {
	t.Parallel()
	_, err := manifest.Decode("in.yaml", []byte("apiVersion: image.toolkit.fluxcd.io/v1alpha1\nkind: ImagePolicy\n"))
	var finding *manifest.Finding
	if !errors.As(err, &finding) {
		t.Fatalf("got %v, want a finding", err)
	}
	if !strings.Contains(finding.Hint, "kubectl image create") {
		t.Errorf("got %q, want a hint at the way to write it anew", finding.Hint)
	}
}

func TestDecodeValues(t *testing.T) {
	t.Parallel()
	const in = `apiVersion: image.toolkit.fluxcd.io/v1beta2
kind: ImagePolicy
metadata: {name: a, namespace: ns}
spec:
  imageRepositoryRef: {name: r}
  policy: {alphabetical: {}}
  digestReflectionPolicy: Always
  interval: 90m
status:
  latestImage: reg:5000/app:1.2
  observedPreviousImage: reg:5000/app:1.1
---
apiVersion: v1
kind: Secret
metadata: {name: s}
data: {both: b2xk, kept: a2VwdA==}
stringData: {both: new}
---
apiVersion: v1
kind: Secret
metadata: {name: sealed}
data: {password: "ENC[AES256_GCM,data:x]"}
sops: {version: "3"}
`
	decoded, err := manifest.Decode("in.yaml", []byte(in))
	if err != nil {
		t.Fatal(err)
	}
	var got []manifest.Value
	var encrypted []bool
	for _, object := range decoded.Objects {
		got, encrypted = append(got, object.Value), append(encrypted, object.Encrypted)
	}
	secret := func(name string) *corev1.Secret {
		return &corev1.Secret{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"}, ObjectMeta: metav1.ObjectMeta{Name: name},
		}
	}
	merged := secret("s")
	merged.Data = map[string][]byte{"both": []byte("new"), "kept": []byte("kept")}
	want := []manifest.Value{
		&imagev1.ImagePolicy{
			TypeMeta:   metav1.TypeMeta{APIVersion: "image.toolkit.fluxcd.io/v1beta2", Kind: "ImagePolicy"},
			ObjectMeta: metav1.ObjectMeta{Name: "a", Namespace: "ns"},
			Spec: imagev1.ImagePolicySpec{
				ImageRepositoryRef:     meta.NamespacedObjectReference{Name: "r"},
				Policy:                 imagev1.ImagePolicyChoice{Alphabetical: &imagev1.AlphabeticalPolicy{}},
				DigestReflectionPolicy: imagev1.ReflectAlways,
				Interval:               &metav1.Duration{Duration: 90 * time.Minute},
			},
			Status: imagev1.ImagePolicyStatus{
				LatestRef:           &imagev1.ImageRef{Name: "reg:5000/app", Tag: "1.2"},
				ObservedPreviousRef: &imagev1.ImageRef{Name: "reg:5000/app", Tag: "1.1"},
			},
		},
		merged,
		secret("sealed"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]bool{false, false, true}, encrypted); diff != "" {
		t.Errorf("encrypted (-want +got)\n%s", diff)
	}
	positions := map[string]manifest.Position{
		"a field":             decoded.Objects[0].At("spec", "interval"),
		"an absent field":     decoded.Objects[0].At("spec", "policy", "semver", "range"),
		"a later document":    decoded.Objects[1].At("data"),
		"the object as whole": decoded.Objects[2].At(),
	}
	wantPositions := map[string]manifest.Position{
		"a field":             {File: "in.yaml", Line: 8, Column: 3},
		"an absent field":     {File: "in.yaml", Line: 6, Column: 3},
		"a later document":    {File: "in.yaml", Line: 16, Column: 1},
		"the object as whole": {File: "in.yaml", Line: 19, Column: 1},
	}
	if diff := cmp.Diff(wantPositions, positions); diff != "" {
		t.Errorf("positions (-want +got)\n%s", diff)
	}
}
