// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"go.yaml.in/yaml/v3"
)

// document is the text of one document of a file.
type document struct {
	file         string
	text         []byte
	line, column int // of the file, before the text: whole lines, and characters in the line where it begins

	repeatsKeys bool
	root        *yaml.Node // nil where the text cannot be read as a tree

	mutex sync.Mutex
	keys  map[*yaml.Node]map[string]int // indexes of the mappings that were asked for
}

// parse reads the tree in which positions are looked up. The finding is about text that the document does not hold: a
// parser reads one document and stops, so that text after its end would be lost without a word.
func (doc *document) parse() *Finding {
	decoder := yaml.NewDecoder(bytes.NewReader(doc.text))
	var root, rest yaml.Node
	if err := decoder.Decode(&root); err != nil {
		// Flux reads files from Git with this parser, so what only it refuses is refused there.
		return doc.syntaxError(err)
	}
	if len(root.Content) == 1 {
		doc.root = root.Content[0]
	}
	const message = "not valid YAML: from here on the text is not part of the document that began before, and is not read"
	switch err := decoder.Decode(&rest); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		finding := doc.syntaxError(err)
		finding.Message = message
		return finding
	default:
		return &Finding{Position: doc.place(rest.Line, rest.Column), Message: message}
	}
}

// place is the position of a line and column of the text, both counted from 1.
func (doc *document) place(line, column int) Position {
	if line == 1 {
		column += doc.column
	}
	return Position{File: doc.file, Line: doc.line + line, Column: column}
}

// position of a path, or of the nearest parent that stands in the document. A key's position is that of the key.
func (doc *document) position(at path) Position {
	node := doc.root
	if node == nil {
		return doc.place(1, 1)
	}
	place := node
	for _, step := range at {
		key, value := doc.child(node, step)
		if value == nil {
			break
		}
		place, node = key, value
	}
	return doc.place(place.Line, place.Column)
}

// child finds the node one step down, and the node that marks its place: the key, or the item itself.
func (doc *document) child(node *yaml.Node, step any) (place, value *yaml.Node) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch step := step.(type) {
	case string:
		if node.Kind == yaml.MappingNode {
			if i, ok := doc.index(node)[step]; ok {
				return node.Content[i], node.Content[i+1]
			}
		}
	case int:
		if node.Kind == yaml.SequenceNode && step < len(node.Content) {
			return node.Content[step], node.Content[step]
		}
	}
	return nil, nil
}

// index tells where the keys of a mapping stand in its content; of a key that stands twice, the first.
func (doc *document) index(mapping *yaml.Node) map[string]int {
	doc.mutex.Lock()
	defer doc.mutex.Unlock()
	if index, ok := doc.keys[mapping]; ok {
		return index
	}
	index := make(map[string]int, len(mapping.Content)/2)
	for i := len(mapping.Content) - 2; i >= 0; i -= 2 {
		index[mapping.Content[i].Value] = i
	}
	if doc.keys == nil {
		doc.keys = make(map[*yaml.Node]map[string]int)
	}
	doc.keys[mapping] = index
	return index
}

// repeatedKeys finds the keys that stand twice in one mapping below a path. Strict parsers refuse them, the others take
// the last: nobody means either.
func (doc *document) repeatedKeys(at path) []*Finding {
	node := doc.root
	for _, step := range at {
		if node == nil {
			return nil
		}
		_, node = doc.child(node, step)
	}
	var findings []*Finding
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		lines := map[string]int{}
		for i, c := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 {
				if first, ok := lines[c.Value]; ok && c.Kind == yaml.ScalarNode {
					findings = append(findings, &Finding{
						Position: doc.place(c.Line, c.Column),
						Message:  fmt.Sprintf("key %q stands twice, first in line %d", c.Value, doc.line+first),
					})
				} else {
					lines[c.Value] = c.Line
				}
			}
			visit(c)
		}
	}
	if node != nil {
		visit(node)
	}
	return findings
}
