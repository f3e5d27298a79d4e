// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

func TestDefault(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ in, want string }{
		"repository": {
			in: `{apiVersion: image.toolkit.fluxcd.io/v1, kind: ImageRepository, metadata: {name: a}, spec: {image: x/y, interval: 1m}}`,
			want: `spec: {image: x/y, interval: 1m0s, provider: generic, exclusionList: ['^.*\.sig$']}
status: {observedGeneration: -1}`,
		},
		"repository of an older version": {
			in: `{apiVersion: image.toolkit.fluxcd.io/v1beta1, kind: ImageRepository, metadata: {name: a}, spec: {image: x/y, interval: 1m, exclusionList: [x]}}`,
			want: `spec: {image: x/y, interval: 1m0s, provider: generic, exclusionList: [x]}
status: {observedGeneration: -1}`,
		},
		"policies keep what is set, and a status that exists": {
			in: `{apiVersion: image.toolkit.fluxcd.io/v1, kind: ImagePolicy, metadata: {name: a}, spec: {imageRepositoryRef: {name: a}, policy: {alphabetical: {}, numerical: {order: desc}}},
status: {latestRef: {name: a, tag: b}}}`,
			want: `spec: {imageRepositoryRef: {name: a}, policy: {alphabetical: {order: asc}, numerical: {order: desc}}, digestReflectionPolicy: Never}
status: {latestRef: {name: a, tag: b}}`,
		},
		"automation without update": {
			in: `{apiVersion: image.toolkit.fluxcd.io/v1, kind: ImageUpdateAutomation, metadata: {name: a}, spec: {interval: 1m, sourceRef: {name: a}}}`,
			want: `spec: {interval: 1m0s, sourceRef: {name: a, kind: GitRepository}, update: {strategy: Setters}}
status: {observedGeneration: -1}`,
		},
		"automation with a path": {
			in: `{apiVersion: image.toolkit.fluxcd.io/v1, kind: ImageUpdateAutomation, metadata: {name: a}, spec: {interval: 1m, sourceRef: {name: a}, update: {path: ./x}}}`,
			want: `spec: {interval: 1m0s, sourceRef: {name: a, kind: GitRepository}, update: {strategy: Setters, path: ./x}}
status: {observedGeneration: -1}`,
		},
		"git repository": {
			in: `{apiVersion: source.toolkit.fluxcd.io/v1, kind: GitRepository, metadata: {name: a}, spec: {interval: 1m, url: "https://x", verify: {secretRef: {name: k}}}}`,
			want: `spec: {interval: 1m0s, timeout: 1m0s, url: "https://x", verify: {mode: HEAD, secretRef: {name: k}}}
status: {observedGeneration: -1}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			decoded, err := manifest.Decode("in.yaml", []byte(test.in))
			if err != nil {
				t.Fatal(err)
			}
			value := decoded.Objects[0].Value
			manifest.Default(value)
			written, err := yaml.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			var want, got map[string]any
			if err := yaml.Unmarshal([]byte(test.want), &want); err != nil {
				t.Fatal(err)
			}
			if err := yaml.Unmarshal(written, &got); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"apiVersion", "kind", "metadata"} {
				delete(got, key)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
