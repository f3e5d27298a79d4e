// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter_test

import (
	"bytes"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-image/kubectl-image/pkg/setter"
	"github.com/kubectl-image/kubectl-image/pkg/yamledit"
)

// FuzzSet states the laws of Set: no panic; without policies the same bytes; twice is once; the bytes outside the
// edits are the same; the documents parsed again differ at changed marks only; marks are where they are said to be.
func FuzzSet(f *testing.F) {
	for _, p := range positions {
		f.Add(text(p.in))
	}
	for _, in := range kept {
		f.Add(text(in))
	}
	for comment := range comments {
		f.Add("a: b\nk: v " + comment + "\n")
	}
	known := policies(f, map[string]setter.Policy{
		"web":    {Latest: setter.Ref{Name: "reg/web", Tag: "1.10"}},
		"pinned": {Latest: setter.Ref{Name: "reg/web", Tag: "v2", Digest: digest}},
		"none":   {Standing: setter.NoLatest},
	})
	f.Fuzz(func(t *testing.T, in string) {
		if len(in) > 1<<14 {
			return
		}
		src := []byte(in)
		if res := setter.Set("f.yaml", src, setter.Policies{}); string(res.Out) != in {
			t.Fatalf("no policies, yet %q became %q", in, res.Out)
		}
		once := setter.Set("f.yaml", src, known)
		twice := setter.Set("f.yaml", once.Out, known)
		if !bytes.Equal(once.Out, twice.Out) {
			t.Fatalf("%q became %q, and that %q", in, once.Out, twice.Out)
		}
		if len(once.Marks) != len(twice.Marks) || len(once.Problems) != len(twice.Problems) {
			t.Fatalf("%q became %q: other marks:\n%s%s", in, once.Out, report(once), report(twice))
		}
		if in != string(src) {
			t.Fatalf("Set wrote to its input %q", in)
		}
		checkMarks(t, in, once)
		_, edits := setter.Plan("f.yaml", src, known)
		checkBytes(t, in, string(once.Out), edits)
		checkTrees(t, src, once)
	})
}

func checkMarks(t *testing.T, in string, res setter.Result) {
	t.Helper()
	line, column := 1, 0
	for _, m := range res.Marks {
		if m.Line < line || m.Line == line && m.Column < column || m.Column < 1 || m.Outcome == setter.Live {
			t.Fatalf("%q: misplaced or undecided mark:\n%s", in, report(res))
		}
		line, column = m.Line, m.Column
	}
}

func checkBytes(t *testing.T, in, out string, edits []yamledit.Edit) {
	t.Helper()
	end := 0
	for _, e := range edits {
		same := in[end:e.Start] + e.Text
		if !strings.HasPrefix(out, same) {
			t.Fatalf("%q: bytes before offset %d changed", in, e.Start)
		}
		out, end = out[len(same):], e.End
	}
	if out != in[end:] {
		t.Fatalf("%q: bytes after offset %d changed", in, end)
	}
}

// checkTrees compares the documents that parse, before and after.
func checkTrees(t *testing.T, in []byte, res setter.Result) {
	t.Helper()
	changed := map[string]int{} // new values, and how often
	for _, m := range res.Marks {
		if m.Outcome == setter.Changed {
			changed[m.New]++
		}
	}
	before, after := yamledit.New(in), yamledit.New(res.Out)
	was, is := before.Documents(), after.Documents()
	if len(was) != len(is) {
		t.Fatalf("%q became %q: %d documents, then %d", in, res.Out, len(was), len(is))
	}
	for i := range was {
		if bytes.Equal(in[was[i].Start:was[i].End], res.Out[is[i].Start:is[i].End]) {
			continue
		}
		a, err := before.Parse(was[i])
		if err != nil {
			t.Fatalf("%q: changed a document that does not parse: %v", in, err)
		}
		b, err := after.Parse(is[i])
		if err != nil {
			t.Fatalf("%q became %q: %v", in, res.Out, err)
		}
		compareTrees(t, a.Root, b.Root, changed)
	}
	for value, n := range changed {
		if n != 0 {
			t.Fatalf("%q became %q: %d changes to %q are missing", in, res.Out, n, value)
		}
	}
}

func compareTrees(t *testing.T, a, b *yaml.Node, changed map[string]int) {
	t.Helper()
	if a.Kind != b.Kind || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) ||
		a.LineComment != b.LineComment || a.HeadComment != b.HeadComment || a.FootComment != b.FootComment {
		t.Fatalf("the node of line %d: %+v became %+v", a.Line, a, b)
	}
	if a.Value != b.Value {
		if changed[b.Value]--; changed[b.Value] < 0 || a.Kind != yaml.ScalarNode {
			t.Fatalf("the scalar of line %d: %q became %q", a.Line, a.Value, b.Value)
		}
	} else if a.Tag != b.Tag || a.Style != b.Style {
		t.Fatalf("the node of line %d: %+v became %+v", a.Line, a, b)
	}
	for i := range a.Content {
		compareTrees(t, a.Content[i], b.Content[i], changed)
	}
}
