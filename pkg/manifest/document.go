// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// document is the text of one document of a file. Positions are looked up in a tree that is only parsed when the first
// one is asked for: most documents have nothing to be said about them.
type document struct {
	file string
	text []byte
	line int // of the file, before the first line of text

	repeatsKeys bool

	parse sync.Once
	root  *yaml.Node
}

// split cuts a file into its documents: at lines that begin with "---", or into the values of a JSON stream. A cut
// keeps the marker line with the document that follows, which may have content on it.
func split(file string, data []byte) []*document {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if text := bytes.TrimLeft(data, " \t\r\n"); len(text) > 0 && text[0] == '{' {
		if docs := splitJSON(file, data); docs != nil {
			return docs
		}
	}
	var docs []*document
	line, start, startLine := 0, 0, 0
	cut := func(end int) {
		if text := data[start:end]; hasContent(text) {
			docs = append(docs, &document{file: file, text: text, line: startLine})
		}
		start, startLine = end, line
	}
	for offset := 0; offset < len(data); {
		end := len(data)
		if newline := bytes.IndexByte(data[offset:], '\n'); newline >= 0 {
			end = offset + newline + 1
		}
		if isMarker(data[offset:end]) {
			cut(offset)
		}
		offset, line = end, line+1
	}
	cut(len(data))
	return docs
}

// hasContent reports whether a document is more than markers, comments and blank lines.
func hasContent(text []byte) bool {
	for line := range bytes.Lines(text) {
		if isMarker(line) {
			line = line[len("---"):]
		}
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && string(line) != "..." {
			return true
		}
	}
	return false
}

// isMarker reports whether a line starts a YAML document. Content cannot: even within a block scalar or a quoted one,
// a line that begins so ends the document.
func isMarker(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	return ok && (len(rest) == 0 || strings.IndexByte(" \t\r\n", rest[0]) >= 0)
}

// splitJSON cuts a stream of JSON values. It yields nil where the data is not that: YAML may begin with "{" too.
func splitJSON(file string, data []byte) []*document {
	var docs []*document
	decoder := json.NewDecoder(bytes.NewReader(data))
	for {
		var raw json.RawMessage
		err := decoder.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return docs
		}
		if err != nil {
			return nil
		}
		start := int(decoder.InputOffset()) - len(raw)
		docs = append(docs, &document{file: file, text: raw, line: bytes.Count(data[:start], []byte("\n"))})
	}
}

// position of a path, or of the nearest parent that stands in the document. A key's position is that of the key.
func (doc *document) position(at path) Position {
	doc.parse.Do(func() {
		var root yaml.Node
		if err := yaml.Unmarshal(doc.text, &root); err == nil && len(root.Content) == 1 {
			doc.root = root.Content[0]
		}
	})
	position := Position{File: doc.file, Line: doc.line + 1, Column: 1}
	node := doc.root
	if node == nil {
		return position
	}
	set := func(n *yaml.Node) { position.Line, position.Column = doc.line+n.Line, n.Column }
	set(node)
	for _, step := range at {
		key, value := child(node, step)
		if value == nil {
			break
		}
		set(key)
		node = value
	}
	return position
}

// child finds the node one step down, and the node that marks its place: the key, or the item itself.
func child(node *yaml.Node, step any) (place, value *yaml.Node) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch step := step.(type) {
	case string:
		if node.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(node.Content); i += 2 {
				if node.Content[i].Value == step {
					return node.Content[i], node.Content[i+1]
				}
			}
		}
	case int:
		if node.Kind == yaml.SequenceNode && step < len(node.Content) {
			return node.Content[step], node.Content[step]
		}
	}
	return nil, nil
}

// repeatedKeys finds the keys that stand twice in one mapping below a path. Strict parsers refuse them, the others take
// the last: nobody means either.
func (doc *document) repeatedKeys(at path) []*Finding {
	doc.position(nil)
	node := doc.root
	for _, step := range at {
		if node == nil {
			return nil
		}
		_, node = child(node, step)
	}
	var findings []*Finding
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		lines := map[string]int{}
		for i, c := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 {
				if first, ok := lines[c.Value]; ok && c.Kind == yaml.ScalarNode {
					findings = append(findings, &Finding{
						Position: Position{File: doc.file, Line: doc.line + c.Line, Column: c.Column},
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

// syntaxError places the error of a YAML or JSON parser, which has the line only in its text.
func (doc *document) syntaxError(err error) *Finding {
	position := Position{File: doc.file, Line: doc.line + 1, Column: 1}
	message := strings.TrimPrefix(err.Error(), "error converting YAML to JSON: ")
	message = strings.TrimPrefix(message, "yaml: ")
	if match := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(message); match != nil {
		if line, err := strconv.Atoi(match[1]); err == nil {
			position.Line, message = doc.line+line, message[len(match[0]):]
		}
	}
	return &Finding{Position: position, Message: "not valid YAML: " + message}
}
