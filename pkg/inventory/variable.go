// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package inventory

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// variable is one that Flux's postBuild substitution replaces before the API server sees the manifest: ${name},
// ${name:=default} and their like. $${name} is its escape.
var variable = regexp.MustCompile(`(?:^|[^$])(\$\{[A-Za-z_][^}\n]*\})`)

const renderHint = "a variable that Kustomizations substitute: render first, flux build kustomization NAME --path DIR | kubectl image … -f -"

// variables finds those that were never substituted. The extract of filterTags is left out, where ${name} is a group of
// the pattern; so are the contents of Secrets.
func variables(object manifest.Object) []*manifest.Finding {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object.Value)
	if err != nil {
		return nil
	}
	metadata, _ := content["metadata"].(map[string]any)
	looked := map[string]any{"metadata": map[string]any{
		"name": metadata["name"], "namespace": metadata["namespace"], "labels": metadata["labels"],
	}}
	switch object.Value.(type) {
	case *corev1.Secret, *corev1.ServiceAccount, *corev1.Namespace:
	default:
		looked["spec"] = content["spec"]
	}
	var findings []*manifest.Finding
	var walk func(value any, field []string)
	walk = func(value any, field []string) {
		switch value := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(value)) {
				walk(value[key], append(slices.Clip(field), key))
			}
		case []any:
			for _, item := range value {
				walk(item, field)
			}
		case string:
			name := strings.Join(field, ".")
			match := variable.FindStringSubmatch(value)
			if match == nil || name == "spec.filterTags.extract" {
				return
			}
			findings = append(findings, &manifest.Finding{
				Position: object.At(field...),
				Message:  fmt.Sprintf("%s: holds %s, which Flux would have replaced", name, match[1]),
				Hint:     renderHint,
			})
		}
	}
	walk(looked, nil)
	slices.SortStableFunc(findings, func(a, b *manifest.Finding) int {
		return cmp.Or(a.Position.Line-b.Position.Line, a.Position.Column-b.Position.Column)
	})
	return findings
}

// hintErrors gives the same hint to faults in lines with a variable: ${interval} is not a duration.
func hintErrors(file File, err error) error {
	if err == nil || !bytes.Contains(file.Data, []byte("${")) {
		return err
	}
	lines := bytes.Split(file.Data, []byte("\n"))
	hint := func(err error) error {
		var finding *manifest.Finding
		if !errors.As(err, &finding) || finding.Hint != "" {
			return err
		}
		if line := finding.Position.Line; line < 1 || line > len(lines) || !variable.Match(lines[line-1]) {
			return err
		}
		hinted := *finding
		hinted.Hint = renderHint
		return &hinted
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		errs := slices.Clone(joined.Unwrap())
		for i := range errs {
			errs[i] = hint(errs[i])
		}
		return errors.Join(errs...)
	}
	return hint(err)
}
