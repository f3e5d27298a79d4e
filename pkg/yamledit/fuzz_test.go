// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package yamledit_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-image/kubectl-image/pkg/yamledit"
)

// FuzzReplace states the laws of Replace: no panic; the document parsed again has the new value at the node, and is
// the same everywhere else.
func FuzzReplace(f *testing.F) {
	for _, text := range []string{
		"k: a # c\n", "k: a\n  b\nl: [x, 'y', \"z\"]\n", "k: |2+\n    a\n  b\n\nz: 1\n", "\ufeffk: >-\r\n  a\r\nz: 1\r\n",
		"--- !t\nk: &a !!str\n  # c\n  b\nl: *a\n...\n", "{🚀: '🚀', k: é}", "- - x\n- ? y\n  : z\n", "k: \"a\\\n  b\"\n",
	} {
		for _, value := range []string{"ghcr.io/a/b:v1", "1.10", "", "it's", "a\nb", " x ", "\x00\u2028🚀", "- a", "[", "#"} {
			f.Add(text, value)
		}
	}
	f.Add("- 0\n \t", "")
	f.Fuzz(func(t *testing.T, text, value string) {
		if !utf8.ValidString(value) || len(text) > 1<<12 {
			return
		}
		file := yamledit.New([]byte(text))
		for _, span := range file.Documents() {
			doc, err := file.Parse(span)
			if err != nil || doc.Root == nil {
				continue
			}
			for i, n := range scalars(nil, doc.Root) {
				if i == 8 {
					break
				}
				edits, err := doc.Replace(n, value)
				if err != nil {
					continue
				}
				out, err := yamledit.Apply([]byte(text), edits)
				if err != nil {
					t.Fatalf("%q: %v", text, err)
				}
				end := span.End + len(out) - len(text)
				again, err := yamledit.New(out[span.Start:end]).Parse(yamledit.Span{End: end - span.Start})
				if err != nil {
					t.Fatalf("%q became %q: %v", text, out, err)
				}
				old := n.Value
				n.Value = value
				if !sameTree(doc.Root, again.Root, n) {
					t.Fatalf("%q became %q: another tree", text, out)
				}
				n.Value = old
				if !bytes.HasPrefix(out, []byte(text[:edits[0].Start])) || !bytes.HasSuffix(out, []byte(text[edits[len(edits)-1].End:])) {
					t.Fatalf("%q became %q: bytes around changed", text, out)
				}
			}
		}
	})
}

// scalars appends the scalars below n that are not keys.
func scalars(to []*yaml.Node, n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.ScalarNode {
		return append(to, n)
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			to = scalars(to, c)
		}
	}
	return to
}

// sameTree reports whether two trees are the same but for tag and style of one node.
func sameTree(a, b, but *yaml.Node) bool {
	if a.Kind != b.Kind || a.Value != b.Value || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	if a != but && (a.Tag != b.Tag || a.Style != b.Style) {
		return false
	}
	for i := range a.Content {
		if !sameTree(a.Content[i], b.Content[i], but) {
			return false
		}
	}
	return true
}
