// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/spf13/pflag"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
	"github.com/kubectl-image/kubectl-image/pkg/policy"
)

// text is the value of a flag that knows whether it was given: an empty value, as an unset shell variable makes it, is
// not the same as none.
type text struct {
	value string
	given bool
}

func (t *text) String() string     { return t.value }
func (t *text) Type() string       { return "string" }
func (t *text) Set(v string) error { t.value, t.given = v, true; return nil }

// textFlag registers a text flag. A word in back quotes in the usage names the value.
func textFlag(flags *pflag.FlagSet, t *text, name, usage string) {
	flags.Var(t, name, usage)
}

// The methods below check one flag value each. They add a problem where it is wrong, and return what was parsed.

func (p *problems) objectName(what, name string) {
	if name == "" {
		p.addf("%s %q: want a name", what, name)
		return
	}
	for _, reason := range apivalidation.NameIsDNSSubdomain(name, false) {
		p.addf("%s %s: %s", what, quote(name), reason)
	}
}

func (p *problems) reference(flag string, t text) *meta.LocalObjectReference {
	if !t.given {
		return nil
	}
	p.objectName("--"+flag, t.value)
	return &meta.LocalObjectReference{Name: t.value}
}

// requiredName checks the name of an object that has to be named.
func (p *problems) requiredName(flag string, t text, what string) {
	if p.required(flag, t, what) {
		p.objectName("--"+flag, t.value)
	}
}

func (p *problems) namespace(flag, value string) {
	for _, reason := range validation.IsDNS1123Label(value) {
		p.flag(flag, value, "%s", reason)
	}
}

func (p *problems) duration(flag string, t text, hours bool) *metav1.Duration {
	if !t.given && t.value == "" {
		return nil
	}
	duration, err := manifest.ParseDuration(t.value, hours)
	if err != nil {
		p.flag(flag, t.value, "%v", err)
	}
	return &duration
}

func (p *problems) enum(flag string, t text, allowed ...string) string {
	if t.given && !slices.Contains(allowed, t.value) {
		p.flag(flag, t.value, "want %s", oneOf(allowed))
	}
	return t.value
}

// notEmpty is for values that may be anything but nothing.
func (p *problems) notEmpty(flag string, t text) string {
	if t.given && strings.TrimSpace(t.value) == "" {
		p.flag(flag, t.value, "want a value, or leave the flag out")
	}
	return t.value
}

// pairs parses KEY=VALUE items. A key that is given twice is a conflict.
func (p *problems) pairs(flag string, items []string) map[string]string {
	var pairs map[string]string
	for _, item := range items {
		key, value, found := strings.Cut(item, "=")
		if !found || key == "" {
			p.flag(flag, item, "want KEY=VALUE")
			continue
		}
		if earlier, twice := pairs[key]; twice && earlier != value {
			p.flag(flag, item, "conflicts with %q", key+"="+earlier)
			continue
		}
		if pairs == nil {
			pairs = make(map[string]string, len(items))
		}
		pairs[key] = value
	}
	return pairs
}

// labels parses label pairs by Kubernetes' rules for keys and values. An item may hold several, with commas.
func (p *problems) labels(flag string, items []string) map[string]string {
	var single []string
	for _, item := range items {
		single = append(single, strings.Split(item, ",")...)
	}
	labels := p.pairs(flag, single)
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		item := key + "=" + labels[key]
		for _, reason := range validation.IsQualifiedName(key) {
			p.flag(flag, item, "key: %s", reason)
		}
		for _, reason := range validation.IsValidLabelValue(labels[key]) {
			p.flag(flag, item, "value: %s", reason)
		}
	}
	return labels
}

// annotations parses annotation pairs by Kubernetes' rules for keys and size.
func (p *problems) annotations(flag string, items []string) map[string]string {
	annotations := p.pairs(flag, items)
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		for _, reason := range validation.IsQualifiedName(strings.ToLower(key)) {
			p.flag(flag, key+"="+annotations[key], "key: %s", reason)
		}
	}
	if err := apivalidation.ValidateAnnotationsSize(annotations); err != nil {
		p.addf("--%s: %v", flag, err)
	}
	return annotations
}

// fieldManager checks the name of a field manager as the API server does.
func (p *problems) fieldManager(flag string, t text) string {
	if t.given && t.value == "" {
		p.flag(flag, t.value, "want a name")
	}
	for _, err := range metav1validation.ValidateFieldManager(t.value, field.NewPath("--"+flag)) {
		p.addf("%v", err)
	}
	return t.value
}

// expression checks a regular expression, with what is wrong about it.
func (p *problems) expression(flag, value string) {
	if value == "" {
		p.flag(flag, value, "want an expression; the empty one matches every tag")
		return
	}
	if fault := policy.CheckPattern(value); fault != nil {
		p.flag(flag, value, "%s; want %s", fault.Problem, fault.Want)
	}
}

// set lists the given ones of some flags, as typed.
func set(flags map[string]text) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(flags)) {
		if flags[name].given {
			names = append(names, "--"+name)
		}
	}
	return names
}

// atMostOne adds a problem where more than one of some flags is given.
func (p *problems) atMostOne(why string, flags map[string]text) {
	if given := set(flags); len(given) > 1 {
		p.addf("%s exclude each other: %s", listed(given, "and"), why)
	}
}

// required adds a problem where a flag is not given, or given nothing, and reports whether there is a value to check.
func (p *problems) required(flag string, t text, what string) bool {
	switch {
	case !t.given:
		p.addf("--%s is missing: want %s", flag, what)
	case strings.TrimSpace(t.value) == "":
		p.flag(flag, t.value, "want %s", what)
	default:
		return true
	}
	return false
}
