// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-image/kubectl-image/pkg/inventory"
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
	"github.com/kubectl-image/kubectl-image/pkg/policy"
)

// whatIfFlags ask for another rule than the object's.
type whatIfFlags struct {
	image, semver, alpha, numeric, filterRegex, filterExtract text
}

func (f *whatIfFlags) register(flags *pflag.FlagSet) {
	textFlag(flags, &f.image, "image", "Evaluate a policy over the tags of this `image`, without any object")
	textFlag(flags, &f.semver, "select-semver", "What if the policy took the highest version within this `range`")
	textFlag(flags, &f.alpha, "select-alpha", "What if it took the last tag by alphabetical `order`: asc or desc")
	textFlag(flags, &f.numeric, "select-numeric", "What if it took the highest number by numerical `order`: asc or desc")
	textFlag(flags, &f.filterRegex, "filter-regex", "What if its filter had this regular `expression`")
	textFlag(flags, &f.filterExtract, "filter-extract", "What if its filter compared this `template` of groups")
}

// whatIf is another rule than the object's.
type whatIf struct {
	// Image is what to choose tags of where there is no object; empty where there is one.
	Image string
	// Change is what to replace in the rule.
	Change policy.Change
}

func (f *whatIfFlags) parse(p *problems, t target) whatIf {
	var w whatIf
	for _, edit := range []struct {
		field string
		value text
	}{
		{policy.FieldSemVer, f.semver}, {policy.FieldAlphabetical, f.alpha}, {policy.FieldNumerical, f.numeric},
		{policy.FieldPattern, f.filterRegex}, {policy.FieldExtract, f.filterExtract},
	} {
		if edit.value.given {
			w.Change = append(w.Change, policy.Edit{Field: edit.field, Value: edit.value.value})
		}
	}
	p.atMostOne("a policy has one order", map[string]text{"select-semver": f.semver, "select-alpha": f.alpha, "select-numeric": f.numeric})
	p.order("select-alpha", f.alpha)
	p.order("select-numeric", f.numeric)
	if !f.image.given {
		if len(w.Change) > 0 && !t.onePolicy() && t.Noun != nounPolicy {
			p.addf("--select-… and --filter-… replace the rule of one policy: want policy NAME")
		}
		return w
	}
	w.Image = f.image.value
	if _, err := manifest.ParseImage(w.Image, false); err != nil {
		p.flag("image", w.Image, "%v; want [HOST[:PORT]/]PATH in lower case, without scheme, tag or digest", err)
	}
	if t.Noun != nounPolicy || len(t.Names) > 0 {
		p.addf("--image goes with TYPE policy, and without a NAME: there is no object")
	}
	p.rule(w.Change.Apply(imagev1.ImagePolicySpec{}))
	return w
}

// onePolicy reports whether exactly one policy is named.
func (t target) onePolicy() bool { return len(t.Names) == 1 && t.Names[0].Noun == nounPolicy }

// imaginedTimeout bounds the scan of an image that no object sets a bound for.
const imaginedTimeout = time.Minute

// imagined is an inventory of the two objects that it takes to choose a tag of an image.
func imagined(image, namespace string) *inventory.Inventory {
	name := path.Base(image)
	repository := &imagev1.ImageRepository{
		TypeMeta:   metav1.TypeMeta{APIVersion: imagev1.GroupVersion.String(), Kind: imagev1.ImageRepositoryKind},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Generation: 1},
		Spec:       imagev1.ImageRepositorySpec{Image: image, Interval: metav1.Duration{Duration: imaginedTimeout}},
	}
	imagePolicy := &imagev1.ImagePolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: imagev1.GroupVersion.String(), Kind: imagev1.ImagePolicyKind},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Generation: 1},
		Spec:       imagev1.ImagePolicySpec{ImageRepositoryRef: meta.NamespacedObjectReference{Name: name}},
	}
	manifest.Default(repository)
	manifest.Default(imagePolicy)
	var inv inventory.Inventory
	inv.Add(manifest.Object{Value: repository})
	inv.Add(manifest.Object{Value: imagePolicy})
	return &inv
}

// replaceRule puts another rule into the one policy that is asked about.
func (w whatIf) replaceRule(inv *inventory.Inventory, wanted []manifest.Value) error {
	if len(w.Change) == 0 {
		return nil
	}
	var names []string
	for _, object := range wanted {
		names = append(names, object.GetNamespace()+"/"+object.GetName())
	}
	if len(wanted) != 1 {
		return &usageError{problems: []error{fmt.Errorf("--select-… and --filter-… replace the rule of one policy, and here are %d: want policy NAME with one of %s", len(wanted), oneOf(names[:min(5, len(names))]))}}
	}
	found, ok := wanted[0].(*imagev1.ImagePolicy)
	if !ok {
		return errors.New("a rule is a policy's")
	}
	changed := found.DeepCopy()
	changed.Spec = w.Change.Apply(found.Spec)
	if slices.ContainsFunc(w.Change, func(edit policy.Edit) bool { return edit.Field == policy.FieldPattern && edit.Value == "" }) {
		changed.Spec.FilterTags = nil
	}
	var p problems
	p.rule(changed.Spec)
	inv.Policies[types.NamespacedName{Namespace: changed.Namespace, Name: changed.Name}] = inventory.Item[*imagev1.ImagePolicy]{Value: changed}
	return p.err()
}

// spelt is the flags that ask for the rule.
func (w whatIf) spelt() []string {
	var words []string
	for _, edit := range w.Change {
		words = append(words, "--"+policyFlagOf()["spec."+edit.Field]+"="+edit.Value)
	}
	return words
}
