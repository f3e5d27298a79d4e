// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-image/kubectl-image/pkg/yamledit"
)

// A leaf is a scalar or alias of a document, with what it takes to say why no mark counts near it.
type leaf struct {
	node   *yaml.Node
	offset int
	parent *yaml.Node
	index  int // in parent.Content
}

func (l leaf) isKey() bool {
	return l.parent.Kind == yaml.MappingNode && l.index%2 == 0
}

// strays records the tries that no visited scalar accounts for: marks where Flux does not look. What follows only
// explains; nothing is edited on the strength of it.
func (s *scanner) strays() {
	var leaves []leaf
	var token yamledit.Token // of leaves[tokenOf]
	tokenOf := -1
	for i := 0; i < len(s.tries); {
		if s.tries[i].done {
			i++
			continue
		}
		at, line := s.tries[i].offset, s.file.Line(s.tries[i].offset)
		if leaves == nil && s.doc.Root != nil && s.doc.Root.Kind == yaml.MappingNode {
			leaves = s.leaves(nil, s.doc.Root, nil, 0)
		}
		next, _ := slices.BinarySearchFunc(leaves, at, func(l leaf, at int) int { return cmp.Compare(l.offset, at) })
		var before, after *leaf
		from := 0 // where a comment can begin
		if next > 0 {
			before = &leaves[next-1]
			from = before.offset
			if tokenOf != next-1 {
				tokenOf = next - 1
				// Without a token nothing is inside it.
				token, _ = s.doc.Token(before.node)
			}
			if at >= token.Start && s.isWithin(token, at) {
				s.add(at, Mark{Text: string(bytes.TrimSpace(s.src[line.Start:line.End])), Outcome: Dead, Reason: inText(before.node)})
				i = s.next(i, min(line.End, max(token.End, token.Content.End)))
				continue
			}
			if at >= token.Start {
				from = max(from, token.End)
			}
		}
		if next < len(leaves) {
			after = &leaves[next]
		}
		start := s.commentStart(max(line.Start, min(from, at)), at)
		m := s.read(start, line.End)
		m.Outcome, m.Want = Dead, ""
		m.Reason = s.whyDead(start, before, after)
		s.add(start, m)
		i = s.next(i, line.End)
	}
}

// leaves appends the scalars and aliases below n in the order of their positions.
func (s *scanner) leaves(to []leaf, n, parent *yaml.Node, index int) []leaf {
	if n.Kind == yaml.ScalarNode || n.Kind == yaml.AliasNode {
		if offset, ok := s.doc.Offset(n); ok {
			to = append(to, leaf{n, offset, parent, index})
		}
		return to
	}
	for i, c := range n.Content {
		to = s.leaves(to, c, n, i)
	}
	return to
}

// isWithin reports whether an offset at or behind a token's start is in the scalar's text.
func (s *scanner) isWithin(t yamledit.Token, at int) bool {
	return at < t.End || at < t.Content.End && at > s.file.Line(t.End).End
}

// commentStart returns the offset of the "#" that begins the comment around an offset: the first one at or after
// from that follows white space or the token that ends there.
func (s *scanner) commentStart(from, at int) int {
	for i := from; i < at; i++ {
		if s.src[i] == '#' && (i == from || s.src[i-1] == ' ' || s.src[i-1] == '\t') {
			return i
		}
	}
	return at
}

func inText(n *yaml.Node) string {
	switch n.Style &^ yaml.TaggedStyle {
	case yaml.LiteralStyle, yaml.FoldedStyle:
		return "inside the text of a block scalar"
	case 0:
		return `part of the value: a comment begins with a space before "#"`
	}
	return "inside a quoted value"
}

// whyDead explains why Flux does not see the comment that begins at start, between two leaves.
func (s *scanner) whyDead(start int, before, after *leaf) string {
	line := s.file.Line(start)
	lead := bytes.TrimLeft(s.src[line.Start:start], " \t")
	switch {
	case before == nil && after == nil:
		return "the document has no values"
	case bytes.HasPrefix(lead, []byte("---")) || bytes.HasPrefix(lead, []byte("...")):
		return "on a line that divides documents"
	case len(lead) == 0 || len(bytes.Trim(lead, "-?: \t")) == 0:
		return s.whyDeadAbove(start, after)
	}
	return s.whyDeadBehind(before)
}

// whyDeadAbove explains a comment on a line of its own.
func (s *scanner) whyDeadAbove(start int, after *leaf) string {
	if after == nil {
		return "below the last value: a mark belongs behind its value"
	}
	if after.isKey() {
		return fmt.Sprintf("above the key %q: a mark belongs behind the value", printable(after.node.Value))
	}
	between := s.src[s.file.Line(start).End:after.offset]
	switch {
	case after.node.LineComment != "":
		return "hidden by the comment behind the value below"
	case after.node.Kind == yaml.AliasNode:
		return "above an alias: mark the value it stands for"
	case strings.Contains(after.node.HeadComment, "\n") || bytes.IndexByte(between, '#') >= 0:
		return "together with other comment lines: a mark above an item stands alone"
	case bytes.Count(between, []byte{'\n'}) > 1:
		return "a blank line parts it from the value below"
	}
	return "Flux reads no mark here: it belongs behind the value"
}

// whyDeadBehind explains a comment behind something on its line, before being the last scalar there.
func (s *scanner) whyDeadBehind(before *leaf) string {
	const elsewhere = "Flux reads no mark here: it belongs behind the value"
	if before == nil {
		return elsewhere
	}
	if before.node.Kind == yaml.AliasNode {
		return fmt.Sprintf("behind the alias *%s: mark the value it stands for", before.node.Value)
	}
	if before.node.Value == "" && before.node.Style&^yaml.TaggedStyle == 0 {
		return "there is no value to set"
	}
	if before.isKey() {
		switch value := before.parent.Content[before.index+1]; value.Kind {
		case yaml.MappingNode, yaml.SequenceNode:
			return fmt.Sprintf("behind the key %q, which holds a collection", printable(before.node.Value))
		default:
			return fmt.Sprintf("behind the key %q: a mark belongs on the line of the value", printable(before.node.Value))
		}
	}
	if key, ok := s.duplicates[before.node]; ok {
		return fmt.Sprintf("at a second %q in the same mapping: Flux sets the first", printable(key))
	}
	if before.parent.Style&yaml.FlowStyle != 0 {
		return "behind a flow collection: a mark belongs behind a value, and that on a line of its own"
	}
	return elsewhere
}
