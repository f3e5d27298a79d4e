// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-image/kubectl-image/pkg/inventory"
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// noun is a kind of object, as typed.
type noun string

const (
	nounRepository noun = "repository"
	nounPolicy     noun = "policy"
	nounUpdate     noun = "update"
	nounAll        noun = "all"
)

// parseNoun reads every spelling of a TYPE.
func parseNoun(word string) (noun, bool) {
	switch strings.ToLower(word) {
	case "repository", "repositories", "repo", "repos", "imagerepository", "imagerepositories", "imgrepo":
		return nounRepository, true
	case "policy", "policies", "imagepolicy", "imagepolicies", "imgpol":
		return nounPolicy, true
	case "update", "updates", "automation", "automations", "imageupdateautomation", "imageupdateautomations", "iua", "imgupd", "imgauto":
		return nounUpdate, true
	case "all":
		return nounAll, true
	}
	return "", false
}

// target is what a command line asks about: all objects of some kind, or named ones.
type target struct {
	Noun  noun // meaningless where there are names
	Names []objectName
}

// objectName names an object as TYPE/NAME.
type objectName struct {
	Noun noun
	Name string
}

func (n objectName) String() string { return string(n.Noun) + "/" + n.Name }

// target reads [TYPE] [NAME…] or TYPE/NAME…, as kubectl does.
func (p *problems) target(args []string) target {
	t := target{Noun: nounAll}
	if len(args) == 0 {
		return t
	}
	if !strings.Contains(args[0], "/") {
		t.Noun = p.noun(args[0])
		for _, name := range args[1:] {
			if strings.Contains(name, "/") {
				p.addf("%q beside TYPE %q: want either TYPE NAME… or TYPE/NAME…", name, args[0])
				continue
			}
			p.objectName("NAME", name)
			t.Names = append(t.Names, objectName{t.Noun, name})
		}
		if t.Noun == nounAll && len(t.Names) > 0 {
			p.addf("a NAME needs a TYPE of its own, not all: want repository or policy")
		}
		return t
	}
	for _, arg := range args {
		word, name, found := strings.Cut(arg, "/")
		if !found {
			p.addf("%q beside TYPE/NAME: want either TYPE NAME… or TYPE/NAME…", arg)
			continue
		}
		n := p.noun(word)
		if n == nounAll {
			p.addf("a NAME needs a TYPE of its own, not all: want repository or policy")
		}
		p.objectName("NAME", name)
		t.Names = append(t.Names, objectName{n, name})
	}
	return t
}

func (p *problems) noun(word string) noun {
	n, known := parseNoun(word)
	switch {
	case !known:
		p.addf("TYPE %q: want repository, policy or all", word)
	case n == nounUpdate:
		p.addf("TYPE %q: evaluating ImageUpdateAutomations is not there yet; want repository, policy or all", word)
	}
	return n
}

// nounOf is the TYPE of an object.
func nounOf(object manifest.Value) noun {
	switch object.(type) {
	case *imagev1.ImageRepository:
		return nounRepository
	case *imagev1.ImagePolicy:
		return nounPolicy
	}
	return nounUpdate
}

// wants reports whether an object is asked about.
func (in evaluateInput) wants(object manifest.Value) bool {
	kind := nounOf(object)
	if kind == nounUpdate || !in.AllNamespaces && object.GetNamespace() != in.Namespace {
		return false
	}
	if len(in.Target.Names) == 0 {
		return in.Target.Noun == nounAll || in.Target.Noun == kind
	}
	return slices.Contains(in.Target.Names, objectName{kind, object.GetName()})
}

// wanted lists what is asked about, and counts what would be in other namespaces. It is an error if there is nothing of
// it, or not all of what was named.
func (in evaluateInput) wanted(inv *inventory.Inventory) (found []manifest.Value, elsewhere map[string]int, err error) {
	elsewhere = map[string]int{}
	add := func(object manifest.Value) {
		in := in
		if in.wants(object) {
			found = append(found, object)
			return
		}
		if in.AllNamespaces = true; in.wants(object) {
			elsewhere[object.GetNamespace()]++
		}
	}
	for repository := range inv.Repositories.All() {
		add(repository)
	}
	for policy := range inv.Policies.All() {
		add(policy)
	}
	var p problems
	for _, name := range in.Target.Names {
		if !slices.ContainsFunc(found, func(object manifest.Value) bool {
			return objectName{nounOf(object), object.GetName()} == name
		}) {
			p.addf("%s: there is none in namespace %s", name, in.Namespace)
			for _, namespace := range slices.Sorted(maps.Keys(elsewhere)) {
				if has(inv, types.NamespacedName{Namespace: namespace, Name: name.Name}, name.Noun) {
					p.hint("it is in another one: -n %s", namespace)
					break
				}
			}
		}
	}
	if len(in.Target.Names) == 0 && len(found) == 0 {
		what := string(in.Target.Noun)
		if in.Target.Noun == nounAll {
			what = "repository or policy"
		}
		if in.AllNamespaces {
			p.addf("no %s in any namespace", what)
		} else {
			p.addf("no %s in namespace %s", what, in.Namespace)
		}
		if len(elsewhere) > 0 {
			p.hint("-n NAMESPACE or -A: %s", counts(elsewhere))
		}
	}
	return found, elsewhere, p.err()
}

func has(inv *inventory.Inventory, key types.NamespacedName, kind noun) bool {
	if kind == nounRepository {
		_, ok := inv.Repositories[key]
		return ok
	}
	_, ok := inv.Policies[key]
	return ok
}

// counts lists how many objects are where: "12 in flux-system".
func counts(byNamespace map[string]int) string {
	var words []string
	for _, namespace := range slices.Sorted(maps.Keys(byNamespace)) {
		if len(words) == 5 {
			words = append(words, "…")
			break
		}
		words = append(words, fmt.Sprintf("%d in %s", byNamespace[namespace], namespace))
	}
	return strings.Join(words, ", ")
}

// load reads the files of a command line.
func (s *shell) load(in evaluateInput) (*inventory.Inventory, error) {
	if in.WhatIf.Image != "" {
		return imagined(in.WhatIf.Image, in.Namespace), nil
	}
	var inputs []inventory.Input
	for _, name := range in.Files {
		if name == "-" {
			data, err := inventory.ReadAll(s.In)
			if err != nil {
				return nil, fmt.Errorf("reading stdin: %w", err)
			}
			inputs = append(inputs, inventory.Input{Files: []inventory.File{{Name: "-", Data: data}}})
			continue
		}
		input, err := inventory.Read(name, in.Recursive)
		if err != nil {
			return nil, &usageError{problems: []error{fmt.Errorf("--filename %q: %w", name, err)}}
		}
		inputs = append(inputs, input)
	}
	loaded, err := inventory.Load(in.Namespace, inputs...)
	for _, warning := range loaded.Warnings {
		s.warn(warning.Error())
		if warning.Hint != "" {
			s.hint(warning.Hint)
		}
	}
	var none *inventory.NoObjectsError
	switch {
	case errors.As(err, &none) && len(none.Unread) > 0:
		return nil, &usageError{problems: []error{&hinted{err: err, hint: "did you mean -R?"}}}
	case errors.As(err, &none):
		return nil, &usageError{problems: []error{err}}
	case err != nil:
		return nil, hintFindings(err)
	}
	return &loaded.Inventory, nil
}

// hintFindings gives each fault of a file the hint that it has.
func hintFindings(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		var finding *manifest.Finding
		if errors.As(err, &finding) && finding.Hint != "" {
			return &hinted{err: err, hint: finding.Hint}
		}
		return err
	}
	var errs []error
	for _, err := range joined.Unwrap() {
		errs = append(errs, hintFindings(err))
	}
	return errors.Join(errs...)
}
