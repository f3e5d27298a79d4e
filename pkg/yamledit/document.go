// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package yamledit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxDocument is the size in bytes of the largest document that is parsed. A parsed document takes some thirty
// times the memory of its text.
const maxDocument = 16 << 20

// A Document is one parsed document of a File.
type Document struct {
	// Root is what the document holds, nil if it holds nothing. Lines and columns of nodes count from the
	// document's first line; aliases are not followed.
	Root *yaml.Node

	file *File
	span Span
	line int // index in the file of the document's first line
}

// A SyntaxError says why a document cannot be read. Line counts from 1 within the file; it is the parser's best
// guess, and the document's first line where the parser had none.
type SyntaxError struct {
	Line   int
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Parse parses one of the spans that Documents returned. The error is a *SyntaxError; documents over 16 MiB, and
// such as nest deeper than the parser's own limit of 10,000, are errors too.
func (f *File) Parse(span Span) (*Document, error) {
	d := &Document{file: f, span: span, line: f.line(span.Start)}
	text := f.text[span.Start:span.End]
	if len(text) > maxDocument {
		return nil, d.fail(fmt.Sprintf("a document of %d bytes, want at most %d", len(text), maxDocument))
	}
	if !utf8.Valid(text) {
		return nil, d.fail("not valid UTF-8")
	}
	// The parser takes CRLF for two line breaks where it looks for blank lines between comments. Flux replaces
	// CRLF before parsing; so do we, on a copy: lines and columns stay. (A text with lone CRs stays as it is, since
	// CR CRLF would be two lines before and one after.)
	if n := bytes.Count(text, []byte{'\r'}); n > 0 && n == bytes.Count(text, []byte("\r\n")) {
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	}
	root, err := parse(text)
	if err != nil {
		return nil, d.fail(err.Error())
	}
	d.Root = root
	return d, nil
}

// parse returns the root of the one document in text.
func parse(text []byte) (root *yaml.Node, err error) {
	// The parser panics where it finds its own state impossible; one file must not end a run over thousands.
	defer func() {
		if p := recover(); p != nil {
			root, err = nil, fmt.Errorf("the parser gave up: %v", p)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var node, rest yaml.Node
	if err := decoder.Decode(&node); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	// Text that the first document did not use up is an error that only a second attempt shows.
	if err := decoder.Decode(&rest); err == nil {
		return nil, errors.New("content after the end of the document")
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return node.Content[0], nil
}

// fail turns what the parser said into a SyntaxError with the line counted in the file.
func (d *Document) fail(reason string) error {
	e := &SyntaxError{Line: d.line + 1, Reason: strings.TrimPrefix(reason, "yaml: ")}
	if rest, ok := strings.CutPrefix(e.Reason, "line "); ok {
		if n, text, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(n); err == nil {
				e.Line, e.Reason = d.line+n, text
			}
		}
	}
	return e
}

// Offset returns the offset in the file of a node's first byte: of its anchor or tag, if it has one.
func (d *Document) Offset(n *yaml.Node) (int, bool) {
	return d.file.offset(d.line+n.Line-1, n.Column)
}
