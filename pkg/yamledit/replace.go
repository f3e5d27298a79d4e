// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package yamledit

import (
	"bytes"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Replace returns the edits that give a scalar node another value. The style stays: single quotes, double quotes,
// literal and folded blocks as they are, plain text plain where YAML 1.1 and 1.2 both read it as that very string,
// and in double quotes otherwise. Anchor, tag and comments stay where they are; a value over several lines shrinks
// to one. A block scalar's chomping becomes "-", for the new value has no final newline; an empty value cannot be
// written as a block, nor can anything replace an empty block, so these become quoted.
//
// It is an error if there is no text to replace, if it does not spell the node's value, or if the parser tolerates
// something about the old text that it would not tolerate about the new.
func (d *Document) Replace(n *yaml.Node, value string) ([]Edit, error) {
	edits, err := d.replace(n, value)
	if err != nil {
		return nil, fmt.Errorf("replacing the value of line %d, column %d: %w", d.line+n.Line, n.Column, err)
	}
	return edits, nil
}

func (d *Document) replace(n *yaml.Node, value string) ([]Edit, error) {
	tok, err := d.token(n)
	switch {
	case err != nil:
		return nil, err
	case n.Kind == yaml.AliasNode:
		return nil, errors.New("it is an alias")
	case tok.Start == tok.End:
		return nil, errors.New("there is none")
	}
	switch n.Style &^ yaml.TaggedStyle {
	case yaml.LiteralStyle, yaml.FoldedStyle:
		return d.replaceBlock(n, tok, value)
	case yaml.SingleQuotedStyle:
		return []Edit{{tok.Span, singleQuoted(value)}}, nil
	case yaml.DoubleQuotedStyle:
		return []Edit{{tok.Span, doubleQuoted(value)}}, nil
	}
	if !IsPlain(value) {
		end, _ := fold(d.file.text, tok.End)
		below := d.file.text[tok.End:end]
		if n != d.Root { // beside any other value a tab is just a blank
			below = below[max(0, bytes.IndexAny(below, "\r\n")):]
		}
		if bytes.IndexByte(below, '\t') >= 0 && (n == d.Root || bytes.IndexAny(below, "\r\n") == 0) {
			return nil, errors.New("a tab below it, which is allowed below plain text only")
		}
		value = doubleQuoted(value)
	}
	return []Edit{{tok.Span, value}}, nil
}

func (d *Document) replaceBlock(n *yaml.Node, tok Token, value string) ([]Edit, error) {
	text := d.file.text
	if tok.Content.Start == tok.Content.End || !isWord(value) {
		start, _ := d.Offset(n)
		if skipBlanks(text, d.file.Line(start).Start) == start {
			// The parser takes block scalars at indentations where it takes no other.
			return nil, errors.New("a block scalar alone on its line, which cannot become a quoted one")
		}
		edits := []Edit{{tok.Span, doubleQuoted(value)}}
		if tok.Content.Start < tok.Content.End {
			edits = append(edits, Edit{Span: Span{tok.End + lineLen(text, tok.End), tok.Content.End}})
		}
		return edits, nil
	}
	indicator := text[tok.Start : tok.Start+1 : tok.Start+1]
	for _, c := range text[tok.Start+1 : tok.End] {
		if c >= '1' && c <= '9' {
			indicator = append(indicator, c)
		}
	}
	indicator = append(indicator, '-')
	var edits []Edit
	if !bytes.Equal(indicator, text[tok.Start:tok.End]) {
		edits = append(edits, Edit{tok.Span, string(indicator)})
	}
	return append(edits, Edit{tok.Content, fmt.Sprintf("%*s%s", tok.indent, "", value)}), nil
}
