// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// crdFields are the spec fields in the CRDs of a directory, as dotted paths without those in lists, by "version kind".
func crdFields(t *testing.T, pattern string) map[string]map[string]bool {
	t.Helper()
	type crd struct {
		Spec struct {
			Group    string
			Names    struct{ Kind string }
			Versions []struct {
				Name   string
				Schema struct{ OpenAPIV3Schema map[string]any }
			}
		}
	}
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no CRDs match %s: %v", pattern, err)
	}
	all := map[string]map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var parsed crd
		if err := yaml.Unmarshal(data, &parsed); err != nil {
			t.Fatal(err)
		}
		for _, version := range parsed.Spec.Versions {
			key := parsed.Spec.Group + "/" + version.Name + " " + parsed.Spec.Names.Kind
			if all[key] == nil {
				all[key] = map[string]bool{}
			}
			var walk func(schema map[string]any, at string)
			walk = func(schema map[string]any, at string) {
				properties, _ := schema["properties"].(map[string]any)
				for name, property := range properties {
					if field := at + name; field != "apiVersion" && field != "kind" && field != "metadata" && field != "status" {
						all[key][field] = true
						walk(property.(map[string]any), field+".")
					}
				}
			}
			walk(version.Schema.OpenAPIV3Schema, "")
		}
	}
	return all
}

// Decode has a word about each field that an old version does not have, or no longer has a place, and none about others:
// as the CRDs say, of which the last that served a version count.
func TestFieldsOfVersionsAreThoseOfTheCRDs(t *testing.T) {
	t.Parallel()
	newest := crdFields(t, "../../manifests/crds/*.yaml")
	older := crdFields(t, "../../testdata/crds/flux-2.6/*.yaml")
	maps.Copy(older, crdFields(t, "../../testdata/crds/flux-2.7/*.yaml"))
	maps.Copy(older, newest)
	if len(older) != 12 {
		t.Fatalf("got %d versions of kinds, want 4 kinds in 3 versions", len(older))
	}
	for key, has := range older {
		apiVersion, kind, _ := strings.Cut(key, " ")
		group, _, _ := strings.Cut(apiVersion, "/")
		v1 := newest[group+"/v1 "+kind]
		fields := maps.Clone(has)
		maps.Copy(fields, v1)
		lacks := []string{}
		for _, field := range slices.Sorted(maps.Keys(fields)) {
			// What is told of a field is not told again of those within.
			highest := func(in map[string]bool) string {
				steps := strings.Split(field, ".")
				for n := range steps {
					if parent := strings.Join(steps[:n+1], "."); !in[parent] {
						return parent
					}
				}
				return ""
			}
			var want []string
			if old, now := highest(has), highest(v1); old != "" {
				want = []string{fmt.Sprintf("%s: %s has no such field, the API server drops it", old, key)}
				if old == field {
					lacks = append(lacks, field)
				}
			} else if now != "" {
				want = []string{now + ": has no counterpart in v1, and is left out"}
			}
			in := fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: a}\n", apiVersion, kind)
			for i, step := range strings.Split(field, ".") {
				in += "\n" + strings.Repeat(" ", i) + step + ":"
			}
			decoded, err := manifest.Decode("in.yaml", []byte(in))
			if err != nil {
				t.Errorf("%s: %v", in, err)
			}
			var got []string
			for _, warning := range decoded.Warnings {
				got = append(got, warning.Message)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %s (-want +got)\n%s", key, field, diff)
			}
		}
		if diff := cmp.Diff(lacks, append([]string{}, manifest.Lacks(apiVersion, kind)...)); diff != "" {
			t.Errorf("%s lacks (-CRDs +table)\n%s", key, diff)
		}
	}
}
