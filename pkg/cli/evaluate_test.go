// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/kubectl-image/kubectl-image/pkg/policy"
)

func parseEvaluate(t *testing.T, namespace, line string) (evaluateInput, error) {
	t.Helper()
	var f evaluateFlags
	flags := pflag.NewFlagSet("evaluate", pflag.ContinueOnError)
	f.register(flags)
	if err := flags.Parse(shellWords(line)); err != nil {
		t.Fatal(err)
	}
	return f.parse(namespace, flags.Args())
}

func TestParseEvaluate(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]evaluateInput{
		"-f x": {Files: []string{"x"}, Namespace: "default", Target: target{Noun: nounAll}},
		"all -A -f x -f y -R -o json": {
			Files: []string{"x", "y"}, Recursive: true, Namespace: "default", AllNamespaces: true, Target: target{Noun: nounAll}, Output: "json",
		},
		"imgpol a b -f - --tags-from=nginx=t --tags-from=u": {
			Files: []string{"-"}, Namespace: "default",
			Target:   target{Noun: nounPolicy, Names: []objectName{{nounPolicy, "a"}, {nounPolicy, "b"}}},
			TagsFrom: []tagsFrom{{Image: "index.docker.io/library/nginx", File: "t"}, {File: "u"}},
		},
		"policies -f x --explain": {Files: []string{"x"}, Namespace: "default", Target: target{Noun: nounPolicy}, Explain: explanation{Wanted: true}},
		"-f x --explain=all":      {Files: []string{"x"}, Namespace: "default", Target: target{Noun: nounAll}, Explain: explanation{Wanted: true, All: true}},
		"-f x --explain=a,b": {
			Files: []string{"x"}, Namespace: "default", Target: target{Noun: nounAll}, Explain: explanation{Wanted: true, Tags: []string{"a", "b"}},
		},
		"policy p -f x --select-alpha=desc --filter-regex=^a --include-suspended": {
			Files: []string{"x"}, Namespace: "default", Target: target{Noun: nounPolicy, Names: []objectName{{nounPolicy, "p"}}},
			WhatIf:           whatIf{Change: policy.Change{{Field: policy.FieldAlphabetical, Value: "desc"}, {Field: policy.FieldPattern, Value: "^a"}}},
			IncludeSuspended: true,
		},
		"policy --image=nginx --select-semver=1.x": {
			Namespace: "default", Target: target{Noun: nounPolicy},
			WhatIf: whatIf{Image: "nginx", Change: policy.Change{{Field: policy.FieldSemVer, Value: "1.x"}}},
		},
		"repo/a policy/b -f x": {
			Files: []string{"x"}, Namespace: "default",
			Target: target{Noun: nounAll, Names: []objectName{{nounRepository, "a"}, {nounPolicy, "b"}}},
		},
	} {
		got, err := parseEvaluate(t, "", line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
}

func TestParseEvaluateRefuses(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		"": {"--filename is missing: evaluating what is in a cluster is not there yet, only what is in files"},
		"nonsense -f x -o xml": {
			`TYPE "nonsense": want repository, policy or all`,
			`--output "xml": want ` + oneOf(evaluateFormats()),
		},
		"update a -f x":        {`TYPE "update": evaluating ImageUpdateAutomations is not there yet; want repository, policy or all`},
		"all a -f x":           {"a NAME needs a TYPE of its own, not all: want repository or policy"},
		"policy/a b -f x":      {`"b" beside TYPE/NAME: want either TYPE NAME… or TYPE/NAME…`},
		"policy policy/a -f x": {`"policy/a" beside TYPE "policy": want either TYPE NAME… or TYPE/NAME…`},
		"policy a -A -f x":     {"--all-namespaces and a NAME exclude each other: an object is named within a namespace"},
		"-f - --tags-from=-":   {"- is given 2 times: stdin can be read once"},
		"policy -f x --select-semver=1.x --select-alpha=asc": {"--select-alpha and --select-semver exclude each other: a policy has one order"},
		"policy -f x --select-alpha=":                        {`--select-alpha "": want asc or desc`},
		"-f x --select-semver=1.x":                           {"--select-… and --filter-… replace the rule of one policy: want policy NAME"},
		"policy p --image=nginx --select-semver=1.x -f x": {
			"--image goes with TYPE policy, and without a NAME: there is no object",
			"--image goes without --filename and --all-namespaces: there is no object",
		},
		"policy --image=nginx:1 --select-semver=1.x": {
			`--image "nginx:1": image 'nginx:1' should not include a tag; remove ':1'; ` +
				"want [HOST[:PORT]/]PATH in lower case, without scheme, tag or digest",
		},
		"-f x --tags-from=":       {`--tags-from "": want a file or -`},
		"-f x --tags-from=nginx=": {`--tags-from "nginx=": want a file or -`},
		"-f x --tags-from=nginx=a --tags-from=docker.io/library/nginx=b": {
			`--tags-from "docker.io/library/nginx=b": conflicts with "nginx=a": want one list for an image`,
		},
	} {
		_, err := parseEvaluate(t, "", line)
		var usage *usageError
		if !errors.As(err, &usage) {
			t.Errorf("%s: error %v", line, err)
			continue
		}
		if diff := cmp.Diff(strings.Join(want, "\n"), usage.Error()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
}

// What a registry or a manifest says does not reach a terminal as it is, and is whole in JSON.
func TestEscaped(t *testing.T) {
	t.Parallel()
	got := escaped("{\"a\": \"\u009b1m\u202e\U000e0001 ö\"}\n")
	want := "{\"a\": \"\\u009b1m\\u202e\\udb40\\udc01 ö\"}\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
