// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kubectl-image/kubectl-image/pkg/setter"
)

// TestGolden runs testdata/setter/*.txtar. Each has the sections
//
//	in      a file
//	refs    the automation's namespace, and its policies: NAME IMAGE TAG [DIGEST] or NAME STANDING
//	out     the file with its marks set: a fixed point
//	report  what became of each mark, and the problems
//
// UPDATE=1 rewrites out and report. Text that txtar cannot hold (CR, a byte order mark, no final newline) is in the
// tables of TestSetKeepsBytes.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/setter/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			golden(t, file)
		})
	}
}

func golden(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	section := map[string]string{}
	for _, f := range archive.Files {
		section[f.Name] = string(f.Data)
	}
	policies := parseRefs(t, section["refs"])
	res := setter.Set("in.yaml", []byte(section["in"]), policies)
	got := map[string]string{"in": section["in"], "refs": section["refs"], "out": string(res.Out), "report": report(res)}

	again := setter.Set("in.yaml", res.Out, policies)
	if diff := cmp.Diff(got["out"], string(again.Out)); diff != "" {
		t.Errorf("out is no fixed point (-once +twice):\n%s", diff)
	}
	for _, m := range again.Marks {
		if m.Outcome == setter.Changed {
			t.Errorf("changed again: %s", describe(m))
		}
	}
	if os.Getenv("UPDATE") != "" {
		archive.Files = nil
		for _, name := range []string{"in", "refs", "out", "report"} {
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(got[name])})
		}
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(section, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// parseRefs reads the refs section of a golden file.
func parseRefs(t *testing.T, text string) setter.Policies {
	t.Helper()
	standings := map[string]setter.Standing{
		"not-selected": setter.NotSelected, "no-latest": setter.NoLatest, "undecided": setter.Undecided,
	}
	namespace := ""
	policies := map[string]setter.Policy{}
	for line := range strings.Lines(text) {
		switch f := strings.Fields(line); {
		case len(f) == 2 && f[0] == "namespace":
			namespace = f[1]
		case len(f) == 2:
			standing, ok := standings[f[1]]
			if !ok {
				t.Fatalf("refs: %q: want a standing", line)
			}
			policies[f[0]] = setter.Policy{Standing: standing}
		case len(f) == 3:
			policies[f[0]] = setter.Policy{Latest: setter.Ref{Name: f[1], Tag: f[2]}}
		case len(f) == 4:
			policies[f[0]] = setter.Policy{Latest: setter.Ref{Name: f[1], Tag: f[2], Digest: f[3]}}
		default:
			t.Fatalf("refs: %q: want NAME IMAGE TAG [DIGEST]", line)
		}
	}
	p, err := setter.NewPolicies(namespace, policies)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func report(res setter.Result) string {
	var b strings.Builder
	for _, m := range res.Marks {
		fmt.Fprintln(&b, describe(m))
	}
	for _, p := range res.Problems {
		fmt.Fprintln(&b, "problem:", p)
	}
	return b.String()
}

// describe writes a mark on one line, leaving out what is empty.
func describe(m setter.Mark) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d:%d %s", m.Line, m.Column, m.Outcome)
	if m.Target != (setter.Target{}) {
		fmt.Fprintf(&b, " %s", m.Target)
	}
	if m.Text != "" {
		fmt.Fprintf(&b, " %s", m.Text)
	}
	switch {
	case m.Outcome == setter.Changed:
		fmt.Fprintf(&b, " %q -> %q", m.Old, m.New)
	case m.Old != "":
		fmt.Fprintf(&b, " %q", m.Old)
	}
	if m.Object != (setter.Object{}) {
		fmt.Fprintf(&b, " in %s/%s/%s/%s", m.Object.APIVersion, m.Object.Kind, m.Object.Namespace, m.Object.Name)
	}
	if m.Reason != "" {
		fmt.Fprintf(&b, "; %s", m.Reason)
	}
	if m.Want != "" {
		fmt.Fprintf(&b, "; want %s", m.Want)
	}
	return b.String()
}
