// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	autov1 "github.com/fluxcd/image-automation-controller/api/v1"
	autov1beta1 "github.com/fluxcd/image-automation-controller/api/v1beta1" //nolint:staticcheck // what the old versions lack is what is tested
	autov1beta2 "github.com/fluxcd/image-automation-controller/api/v1beta2" //nolint:staticcheck // what the old versions lack is what is tested
	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	imagev1beta1 "github.com/fluxcd/image-reflector-controller/api/v1beta1" //nolint:staticcheck // what the old versions lack is what is tested
	imagev1beta2 "github.com/fluxcd/image-reflector-controller/api/v1beta2" //nolint:staticcheck // what the old versions lack is what is tested
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

func repository(apiVersion string) *imagev1.ImageRepository {
	return &imagev1.ImageRepository{
		TypeMeta:   metav1.TypeMeta{APIVersion: "image.toolkit.fluxcd.io/" + apiVersion, Kind: "ImageRepository"},
		ObjectMeta: metav1.ObjectMeta{Name: "a", UID: "u", ResourceVersion: "7", Generation: 2},
		Spec:       imagev1.ImageRepositorySpec{Image: "x/y", Interval: metav1.Duration{Duration: time.Hour}},
		Status:     imagev1.ImageRepositoryStatus{ObservedGeneration: 2, CanonicalImageName: "index.docker.io/x/y"},
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	value := repository("v1beta1")
	before := value.DeepCopy()
	got, err := manifest.Encode(value, repository("v1"))
	if err != nil {
		t.Fatal(err)
	}
	want := `---
apiVersion: image.toolkit.fluxcd.io/v1beta1
kind: ImageRepository
metadata:
  name: a
spec:
  image: x/y
  interval: 1h0m0s
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata:
  name: a
spec:
  image: x/y
  interval: 1h0m0s
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(before, value); diff != "" {
		t.Errorf("the value was changed (-want +got)\n%s", diff)
	}
}

func TestEncodeLacking(t *testing.T) {
	t.Parallel()
	value := repository("v1beta1")
	value.Spec.Provider, value.Spec.Insecure = "aws", true
	_, err := manifest.Encode(value)
	var lacking *manifest.LackingError
	if !errors.As(err, &lacking) {
		t.Fatalf("got %v, want a LackingError", err)
	}
	if diff := cmp.Diff([]string{"spec.insecure", "spec.provider"}, lacking.Fields); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	want := "image.toolkit.fluxcd.io/v1beta1 ImageRepository has no spec.insecure, spec.provider"
	if got := err.Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// fieldPaths lists the dotted paths of a struct type's fields, those of inner structs of Flux's own included.
func fieldPaths(t reflect.Type, at string) []string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || !strings.Contains(t.PkgPath(), "fluxcd") {
		return nil
	}
	var paths []string
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		paths = append(paths, at+name)
		paths = append(paths, fieldPaths(field.Type, at+name+".")...)
	}
	return paths
}

// The table of lacking fields is what the API modules' own types say.
func TestLacks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind, version string
		newest, old   reflect.Type
	}{
		{"ImageRepository", "v1beta1", reflect.TypeFor[imagev1.ImageRepositorySpec](), reflect.TypeFor[imagev1beta1.ImageRepositorySpec]()},
		{"ImageRepository", "v1beta2", reflect.TypeFor[imagev1.ImageRepositorySpec](), reflect.TypeFor[imagev1beta2.ImageRepositorySpec]()},
		{"ImagePolicy", "v1beta1", reflect.TypeFor[imagev1.ImagePolicySpec](), reflect.TypeFor[imagev1beta1.ImagePolicySpec]()},
		{"ImagePolicy", "v1beta2", reflect.TypeFor[imagev1.ImagePolicySpec](), reflect.TypeFor[imagev1beta2.ImagePolicySpec]()},
		{"ImageUpdateAutomation", "v1beta1", reflect.TypeFor[autov1.ImageUpdateAutomationSpec](), reflect.TypeFor[autov1beta1.ImageUpdateAutomationSpec]()},
		{"ImageUpdateAutomation", "v1beta2", reflect.TypeFor[autov1.ImageUpdateAutomationSpec](), reflect.TypeFor[autov1beta2.ImageUpdateAutomationSpec]()},
	} {
		old := fieldPaths(test.old, "spec.")
		var want []string
		for _, path := range fieldPaths(test.newest, "spec.") {
			// A field that is lacking is named once, not again for each field below it.
			within := func(lacking string) bool { return strings.HasPrefix(path, lacking+".") }
			if !slices.Contains(old, path) && !slices.ContainsFunc(want, within) {
				want = append(want, path)
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, manifest.Lacks("image.toolkit.fluxcd.io/"+test.version, test.kind)); diff != "" {
			t.Errorf("%s %s (-types +table)\n%s", test.version, test.kind, diff)
		}
	}
}

// What Flux v2.9 exports is read and written back to the byte.
func TestFluxExportIsAFixedPoint(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/flux-export.yaml")
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := manifest.Decode("flux-export.yaml", want)
	if err != nil {
		t.Fatal(err)
	}
	var values []manifest.Value
	for _, object := range decoded.Objects {
		values = append(values, object.Value)
	}
	got, err := manifest.Encode(values...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Decode never panics; what Encode writes, Decode reads as the same values without a word, and Encode writes again as
// the same bytes.
func FuzzDecode(f *testing.F) {
	for _, cases := range []map[string]struct{ in, want string }{decodeCases(), splitCases(), syntaxCases()} {
		for _, test := range cases {
			f.Add([]byte(test.in))
		}
	}
	for _, file := range []string{"testdata/flux-export.yaml", "testdata/full.yaml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		decoded, _ := manifest.Decode("in.yaml", data)
		var values []manifest.Value
		for _, object := range decoded.Objects {
			values = append(values, object.Value)
		}
		once, err := manifest.Encode(values...)
		if err != nil {
			t.Fatalf("encoding what was decoded: %v", err)
		}
		again, err := manifest.Decode("out.yaml", once)
		if err != nil || len(again.Warnings) > 0 || again.Skipped > 0 || len(again.Objects) != len(values) {
			t.Fatalf("decoding what was encoded: %v\n%s", told(again, err), once)
		}
		for i, object := range again.Objects {
			want, err := manifest.Clean(values[i])
			if err != nil {
				t.Fatal(err)
			}
			got, err := manifest.Clean(object.Value)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("(-want +got)\n%s", diff)
			}
			values[i] = object.Value
		}
		twice, err := manifest.Encode(values...)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("encoding again: %v\n%s", err, cmp.Diff(string(once), string(twice)))
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	data, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := manifest.Decode("full.yaml", data); err != nil {
			b.Fatal(err)
		}
	}
}
