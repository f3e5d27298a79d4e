// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package yamledit

import (
	"bytes"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// errMismatch says that the text at a node's position does not spell the node's value. It guards every edit: better
// no change than one in the wrong place.
var errMismatch = errors.New("the text does not match the parsed value")

// A Token is the text of a scalar or alias, without anchor and tag. For a block scalar it is the indicator ("|",
// ">2-") without the header's comment, and Content is the rest; otherwise Content is empty.
type Token struct {
	Span
	// Content spans the lines of a block scalar from the one below the header to the last one with text; white
	// space beyond the indentation is text.
	Content Span
	// indent is the indentation of the content, in spaces.
	indent int
}

// Token finds the text of a scalar or alias node. An empty plain scalar has an empty token.
func (d *Document) Token(n *yaml.Node) (Token, error) {
	tok, err := d.token(n)
	if err != nil {
		return Token{}, fmt.Errorf("locating the value of line %d, column %d: %w", d.line+n.Line, n.Column, err)
	}
	return tok, nil
}

func (d *Document) token(n *yaml.Node) (Token, error) {
	start, ok := d.Offset(n)
	if !ok {
		return Token{}, errors.New("no such position")
	}
	text := d.file.text[:d.span.End]
	if n.Kind == yaml.AliasNode {
		end := start + 1 + len(n.Value)
		if !bytes.HasPrefix(text[start:], []byte("*"+n.Value)) {
			return Token{}, errMismatch
		}
		return Token{Span: Span{start, end}}, nil
	}
	if n.Kind != yaml.ScalarNode {
		return Token{}, errors.New("neither a scalar nor an alias")
	}
	switch n.Style &^ yaml.TaggedStyle {
	case yaml.DoubleQuotedStyle:
		return quoted(text, skipProperties(text, start), '"')
	case yaml.SingleQuotedStyle:
		return quoted(text, skipProperties(text, start), '\'')
	case yaml.LiteralStyle, yaml.FoldedStyle:
		return block(text, skipProperties(text, start), n.Value)
	}
	if n.Value == "" {
		return Token{Span: Span{start, start}}, nil
	}
	return plain(text, skipProperties(text, start), n.Value)
}

// skipProperties returns the offset of the scalar behind the anchor and tag at text[i]; comments and line breaks may
// stand in between.
func skipProperties(text []byte, i int) int {
	for i < len(text) && (text[i] == '&' || text[i] == '!') {
		for i < len(text) && !isBlank(text[i]) && breakLen(text, i) == 0 {
			i++
		}
		for i < len(text) {
			if isBlank(text[i]) {
				i++
			} else if n := breakLen(text, i); n > 0 {
				i += n
			} else if text[i] == '#' {
				i += lineLen(text, i)
			} else {
				break
			}
		}
	}
	return i
}

func quoted(text []byte, i int, quote byte) (Token, error) {
	if i >= len(text) || text[i] != quote {
		return Token{}, errMismatch
	}
	for j := i + 1; j < len(text); j++ {
		switch {
		case text[j] == '\\' && quote == '"':
			j++
		case text[j] != quote:
		case quote == '\'' && j+1 < len(text) && text[j+1] == quote:
			j++
		default:
			return Token{Span: Span{i, j + 1}}, nil
		}
	}
	return Token{}, errMismatch
}

// plain finds the end of a plain scalar by spelling its value along the text. White space around line breaks is
// folded: one break reads as a space, n breaks as n-1 newlines.
func plain(text []byte, start int, value string) (Token, error) {
	i := start
	for v := 0; v < len(value); {
		if i >= len(text) {
			return Token{}, errMismatch
		}
		if end, breaks := fold(text, i); breaks > 0 {
			folded := " "
			if breaks > 1 {
				folded = string(bytes.Repeat([]byte{'\n'}, breaks-1))
			}
			if len(value)-v < len(folded) || value[v:v+len(folded)] != folded {
				return Token{}, errMismatch
			}
			i, v = end, v+len(folded)
			continue
		}
		if text[i] != value[v] {
			return Token{}, errMismatch
		}
		i, v = i+1, v+1
	}
	return Token{Span: Span{start, i}}, nil
}

// fold returns how many line breaks there are in the white space at text[i], and where that ends.
func fold(text []byte, i int) (end, breaks int) {
	for i = skipBlanks(text, i); i < len(text); i = skipBlanks(text, i) {
		n := breakLen(text, i)
		if n == 0 {
			break
		}
		i, breaks = i+n, breaks+1
	}
	return i, breaks
}

// block finds the end of a block scalar by spelling its value along the text, white space aside, and thereby its
// indentation: what the first line has more than the value's first line.
func block(text []byte, start int, value string) (Token, error) {
	if start >= len(text) || text[start] != '|' && text[start] != '>' {
		return Token{}, errMismatch
	}
	tok := Token{Span: Span{start, start + 1}}
	for tok.End < len(text) && bytes.IndexByte([]byte("+-123456789"), text[tok.End]) >= 0 {
		tok.End++
	}
	i := tok.End + lineLen(text, tok.End)
	if i < len(text) {
		i += breakLen(text, i)
	}
	tok.Content = Span{i, i}
	lead := -1 // spaces before the first character of the value's first line that has one
	for v, column := 0, 0; v < len(value); v++ {
		switch c := value[v]; {
		case c == '\n':
			column = 0
			continue
		case isBlank(c):
			column++
			continue
		case lead < 0:
			lead = column
		}
		for i < len(text) && (isBlank(text[i]) || breakLen(text, i) > 0) {
			i += max(1, breakLen(text, i))
		}
		if i >= len(text) || text[i] != value[v] {
			return Token{}, errMismatch
		}
		if tok.Content.End == tok.Content.Start { // the first character
			s := i
			for s > tok.Content.Start && isBlank(text[s-1]) {
				s--
			}
			tok.indent = i - s - lead
		}
		i++
		tok.Content.End = i
	}
	if tok.indent < 0 {
		return Token{}, errMismatch
	}
	if tok.Content.End == tok.Content.Start {
		return tok, nil
	}
	i = skipBlanks(text, tok.Content.End)
	tok.Content.End = i
	for i < len(text) && breakLen(text, i) > 0 {
		start := i + breakLen(text, i)
		i = skipBlanks(text, start)
		if i-start > tok.indent && (i == len(text) || breakLen(text, i) > 0) {
			tok.Content.End = i
		}
	}
	return tok, nil
}
