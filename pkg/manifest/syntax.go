// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// syntaxError says what a YAML or JSON parser has against the document, and where. The parser's own text quotes what it
// stumbles over, which may be a password, so nothing that it quotes is passed on; and it tells the line of few errors.
func (doc *document) syntaxError(err error) *Finding {
	message := strings.TrimPrefix(err.Error(), "error converting YAML to JSON: ")
	message = strings.TrimPrefix(strings.TrimPrefix(message, "yaml: "), "unmarshal errors:\n  ")
	line, column := 0, 1
	if match := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(message); match != nil {
		line, _ = strconv.Atoi(match[1])
		message = message[len(match[0]):]
	}
	at := func(n *yaml.Node) {
		if n != nil {
			line, column = n.Line, n.Column
		}
	}
	switch {
	case strings.Contains(message, "UTF-8") || strings.Contains(message, "Unicode character") || strings.HasPrefix(message, "control characters"):
		if badLine, badColumn := badCharacter(doc.text); badLine > 0 {
			line, column = badLine, badColumn
		}
	case strings.HasPrefix(message, "unknown anchor '"):
		anchor, _, _ := strings.Cut(strings.TrimPrefix(message, "unknown anchor '"), "'")
		message = "an alias names an unknown anchor"
		if badLine, badColumn := unknownAlias(doc.text, anchor); badLine > 0 {
			line, column = badLine, badColumn
		}
	case strings.HasPrefix(message, "anchor '"):
		message = "the value of an anchor contains itself"
		at(doc.find(func(n *yaml.Node, parents []*yaml.Node, _ bool) bool {
			return n.Kind == yaml.AliasNode && slices.Contains(parents, n.Alias)
		}))
	case strings.HasPrefix(message, "cannot decode ") || strings.HasPrefix(message, "!!binary "):
		message = "a value is not what its tag says"
		at(doc.find(func(n *yaml.Node, _ []*yaml.Node, _ bool) bool {
			var value any
			return n.Kind == yaml.ScalarNode && n.Style&yaml.TaggedStyle != 0 && n.Decode(&value) != nil
		}))
	case strings.HasPrefix(message, "invalid map key"):
		message = "a mapping cannot be a key here; is this a template that has to be rendered first?"
		at(doc.find(func(n *yaml.Node, _ []*yaml.Node, key bool) bool { return key && n.Kind != yaml.ScalarNode }))
	case strings.HasPrefix(message, "unsupported map key"):
		message = "a key is neither text nor a number"
		at(doc.find(func(n *yaml.Node, _ []*yaml.Node, key bool) bool { return key && n.ShortTag() == "!!null" }))
	case regexp.MustCompile(`^(did not find expected (',' or|'-' ind|<|key|node)|found (duplicate %|incompatible|undefined tag))`).MatchString(message):
		line++ // the parser counts these lines from 0, and says nothing of the first
	case line == 0 && regexp.MustCompile(`^(did not|could not|found|mapping|block sequence|exceeded) `).MatchString(message):
		line = 1 // the only one that is left out
	}
	if end := strings.IndexAny(message, "`\"[\n"); end >= 0 {
		message = strings.TrimSpace(message[:end])
	}
	if line == 0 {
		line = 1 + bytes.Count(doc.text[:max(0, contentStart(doc.text, true))], []byte("\n"))
		message = "somewhere in the document that begins here: " + message
	}
	// What is missing at the end is missed after the last line.
	line = min(line, 1+bytes.Count(bytes.TrimRight(doc.text, "\r\n"), []byte("\n")))
	return &Finding{Position: doc.place(line, column), Message: "not valid YAML: " + message}
}

// find is the first node of the document, in its order, that a predicate picks by the node, the nodes around it from the
// root down, and whether it is a key.
func (doc *document) find(picks func(n *yaml.Node, parents []*yaml.Node, key bool) bool) *yaml.Node {
	var visit func(n *yaml.Node, parents []*yaml.Node, key bool) *yaml.Node
	visit = func(n *yaml.Node, parents []*yaml.Node, key bool) *yaml.Node {
		if picks(n, parents, key) {
			return n
		}
		for i, c := range n.Content {
			if found := visit(c, append(parents, n), n.Kind == yaml.MappingNode && i%2 == 0); found != nil {
				return found
			}
		}
		return nil
	}
	var root yaml.Node
	if err := yaml.Unmarshal(doc.text, &root); err != nil {
		return nil
	}
	return visit(&root, nil, false)
}

// badCharacter finds the first one that YAML does not allow, or 0, 0.
func badCharacter(text []byte) (line, column int) {
	for offset := 0; offset < len(text); {
		r, size := utf8.DecodeRune(text[offset:])
		control := r < ' ' && r != '\t' && r != '\n' && r != '\r' || 0x7f <= r && r < 0xa0 && r != 0x85
		if control || r == 0xfffe || r == 0xffff || r == utf8.RuneError && size == 1 {
			return lineAndColumn(text, offset)
		}
		offset += size
	}
	return 0, 0
}

// unknownAlias finds the first alias of an anchor that is not known there, or 0, 0. The same characters may stand in a
// comment or a string before it, so the parser is asked: text that ends with the alias fails as the whole does.
func unknownAlias(text []byte, anchor string) (line, column int) {
	const most = 20 // each costs as much as the document
	alias := []byte("*" + anchor)
	end := 0
	for range most {
		next := bytes.Index(text[end:], alias)
		if next < 0 || anchor == "" {
			break
		}
		start := end + next
		end = start + len(alias)
		if end < len(text) && isAnchorByte(text[end]) {
			continue // the alias of a longer name
		}
		var node yaml.Node
		if err := yaml.Unmarshal(text[:end], &node); err != nil && err.Error() == "yaml: unknown anchor '"+anchor+"' referenced" {
			return lineAndColumn(text, start)
		}
	}
	return 0, 0
}

func isAnchorByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '-'
}

// lineAndColumn counts both from 1.
func lineAndColumn(text []byte, offset int) (line, column int) {
	before := text[:offset]
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}
