// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	autov1 "github.com/fluxcd/image-automation-controller/api/v1"
	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/fluxcd/pkg/apis/acl"
	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// parser is the flags of one create command.
type parser interface {
	register(*pflag.FlagSet)
}

// parseLine parses a command line below "create NOUN", in the namespace ns.
func parseLine(t *testing.T, f parser, argv ...string) (createInput, error) {
	t.Helper()
	flags := pflag.NewFlagSet("create", pflag.ContinueOnError)
	f.register(flags)
	if err := flags.Parse(argv); err != nil {
		t.Fatal(err)
	}
	switch f := f.(type) {
	case *createRepositoryFlags:
		return f.parse("ns", flags.Args())
	case *createPolicyFlags:
		return f.parse("ns", flags.Args())
	case *createUpdateFlags:
		return f.parse(t.Context(), "ns", flags.Args())
	}
	t.Fatalf("no parser for %T", f)
	return createInput{}, nil
}

func TestParseCreate(t *testing.T) {
	t.Parallel()
	minute := metav1.Duration{Duration: time.Minute}
	object := func(kind, version string) (metav1.TypeMeta, metav1.ObjectMeta) {
		return metav1.TypeMeta{APIVersion: "image.toolkit.fluxcd.io/" + version, Kind: kind}, metav1.ObjectMeta{Name: "x", Namespace: "ns"}
	}
	repositoryType, x := object("ImageRepository", "v1")
	policyType, _ := object("ImagePolicy", "v1beta2")
	updateType, _ := object("ImageUpdateAutomation", "v1")
	labelled := x
	labelled.Labels = map[string]string{"a": "1", "b": "2"}
	labelled.Annotations = map[string]string{"note": "one,two=three"}
	for name, test := range map[string]struct {
		flags parser
		argv  string
		want  createInput
	}{
		"repository, defaults": {&createRepositoryFlags{}, "x --image=a/b --export", createInput{
			Object: &imagev1.ImageRepository{TypeMeta: repositoryType, ObjectMeta: x,
				Spec: imagev1.ImageRepositorySpec{Image: "a/b", Interval: minute}},
			Export: true, DryRun: "none", FieldManager: "image-cli", AnyVersion: true, Defaulted: []string{"spec.interval"},
		}},
		"repository, metadata and access": {&createRepositoryFlags{},
			"x --image=a/b --label=a=1,b=2 --annotation=note=one,two=three --access-from=k=v,l=w --access-from=* --dry-run=client -o json", createInput{
				Object: &imagev1.ImageRepository{TypeMeta: repositoryType, ObjectMeta: labelled,
					Spec: imagev1.ImageRepositorySpec{Image: "a/b", Interval: minute, AccessFrom: &acl.AccessFrom{
						NamespaceSelectors: []acl.NamespaceSelector{{MatchLabels: map[string]string{"k": "v", "l": "w"}}, {}},
					}}},
				DryRun: "client", Output: "json", FieldManager: "image-cli", AnyVersion: true, Defaulted: []string{"spec.interval"},
			}},
		"policy, no interval by default": {&createPolicyFlags{}, "x --image-ref=r --select-alpha=desc --filter-regex=^a --api-version=v1beta2 --export", createInput{
			Object: &imagev1.ImagePolicy{TypeMeta: policyType, ObjectMeta: x, Spec: imagev1.ImagePolicySpec{
				ImageRepositoryRef: meta.NamespacedObjectReference{Name: "r"},
				Policy:             imagev1.ImagePolicyChoice{Alphabetical: &imagev1.AlphabeticalPolicy{Order: "desc"}},
				FilterTags:         &imagev1.TagFilter{Pattern: "^a"},
			}},
			Export: true, DryRun: "none", FieldManager: "image-cli",
		}},
		"policy on a cluster": {&createPolicyFlags{}, "x --image-ref=r --select-semver=1.x --field-manager=me --force-conflicts --wait --timeout=5s", createInput{
			Object: &imagev1.ImagePolicy{TypeMeta: metav1.TypeMeta{APIVersion: "image.toolkit.fluxcd.io/v1", Kind: "ImagePolicy"}, ObjectMeta: x, Spec: imagev1.ImagePolicySpec{
				ImageRepositoryRef: meta.NamespacedObjectReference{Name: "r"},
				Policy:             imagev1.ImagePolicyChoice{SemVer: &imagev1.SemVerPolicy{Range: "1.x"}},
			}},
			DryRun: "none", FieldManager: "me", ForceConflicts: true, Wait: 5 * time.Second, AnyVersion: true,
		}},
		"update, with a warning": {&createUpdateFlags{}, "x --git-repo-ref=g --author-email=a@b.test --checkout-branch=main --commit-template={{.Updated.Images}} --export", createInput{
			Object: &autov1.ImageUpdateAutomation{TypeMeta: updateType, ObjectMeta: x, Spec: autov1.ImageUpdateAutomationSpec{
				SourceRef: autov1.CrossNamespaceSourceReference{Kind: "GitRepository", Name: "g"},
				Interval:  minute,
				GitSpec: &autov1.GitSpec{
					Checkout: &autov1.GitCheckoutSpec{Reference: sourcev1.GitRepositoryRef{Branch: "main"}},
					Commit:   autov1.CommitSpec{Author: autov1.CommitUser{Email: "a@b.test"}, MessageTemplate: "{{.Updated.Images}}"},
				},
			}},
			Export: true, DryRun: "none", FieldManager: "image-cli", AnyVersion: true, Defaulted: []string{"spec.interval"},
			Warnings: []string{`--commit-template uses .Updated, which controllers since Flux 2.7 refuse: the automation would stall
use .Changed instead, for example: --commit-template='{{range .Changed.Changes}}{{println .OldValue "->" .NewValue}}{{end}}'`},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parseLine(t, test.flags, strings.Fields(test.argv)...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Every field of the three specs can be set by a flag, but for those that have one possible value.
func TestEveryFieldHasAFlag(t *testing.T) {
	t.Parallel()
	constants := []string{"spec.sourceRef.apiVersion", "spec.sourceRef.kind", "spec.update.strategy"}
	for _, test := range []struct {
		spec   reflect.Type
		flagOf map[string]string
		flags  parser
	}{
		{reflect.TypeFor[imagev1.ImageRepositorySpec](), repositoryFlagOf(), &createRepositoryFlags{}},
		{reflect.TypeFor[imagev1.ImagePolicySpec](), policyFlagOf(), &createPolicyFlags{}},
		{reflect.TypeFor[autov1.ImageUpdateAutomationSpec](), updateFlagOf(), &createUpdateFlags{}},
	} {
		flags := pflag.NewFlagSet("create", pflag.ContinueOnError)
		test.flags.register(flags)
		fields := specFields(test.spec, "spec", test.flagOf)
		for _, field := range fields {
			flag, ok := test.flagOf[field]
			switch {
			case !ok && !slices.Contains(constants, field):
				t.Errorf("%v: %s has no flag", test.spec, field)
			case ok && flags.Lookup(flag) == nil:
				t.Errorf("%v: the flag of %s, --%s, does not exist", test.spec, field, flag)
			}
		}
		for _, field := range slices.Sorted(maps.Keys(test.flagOf)) {
			if !slices.Contains(fields, field) {
				t.Errorf("%v: --%s is said to set %s, which does not exist", test.spec, test.flagOf[field], field)
			}
		}
	}
}

// specFields lists the fields of a spec by their dotted paths: each one that a flag sets as a whole, or else each of
// its own fields, down to those that have none.
func specFields(t reflect.Type, at string, flagOf map[string]string) []string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if _, whole := flagOf[at]; whole || t.Kind() != reflect.Struct || t == reflect.TypeFor[metav1.Duration]() {
		return []string{at}
	}
	var fields []string
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		fields = append(fields, specFields(field.Type, at+"."+name, flagOf)...)
	}
	return fields
}
