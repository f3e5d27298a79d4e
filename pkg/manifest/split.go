// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// splitter cuts a file into documents.
type splitter struct {
	file     string
	data     []byte
	docs     []*document
	findings []*Finding

	// A cursor that only moves on: what stands before offset is line newlines, and column characters after the last.
	offset, line, column int
}

// split cuts a file at the lines that begin with "---" or consist of "...", and what lies between into the values of a
// JSON stream where it is one. The findings are about text that belongs to no document.
func split(file string, data []byte) ([]*document, []*Finding) {
	s := &splitter{file: file, data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))}
	start, offset := 0, 0
	begun := false // whether there is more than comments and directives, which belong to the document that follows them
	for line := range bytes.Lines(s.data) {
		end := offset + len(line)
		switch {
		case isMarker(line):
			if begun {
				s.cut(start, offset)
				start = offset
			}
			begun = true
		case isEnd(line):
			s.cut(start, end)
			start, begun = end, false
		case !begun:
			begun = contentStart(line, true) >= 0
		}
		offset = end
	}
	s.cut(start, offset)
	return s.docs, s.findings
}

// cut makes documents of the data between two markers.
func (s *splitter) cut(start, end int) {
	text := s.data[start:end]
	first := contentStart(text, true)
	if first < 0 || text[first] == '{' && s.cutJSON(start+first, end) {
		return
	}
	s.add(start, end)
	doc := s.docs[len(s.docs)-1]
	doc.text = withoutDirectives(doc.text)
}

// cutJSON makes a document of each value of a JSON stream. It reports whether there was one: YAML may begin with "{" too.
// After a value YAML could only go on with a comment, so that everything else is lost text.
func (s *splitter) cutJSON(start, end int) bool {
	decoder := json.NewDecoder(bytes.NewReader(s.data[start:end]))
	stop := start
	for {
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			break
		}
		stop = start + int(decoder.InputOffset())
		s.add(stop-len(raw), stop)
	}
	if stop == start {
		return false
	}
	if rest := contentStart(s.data[stop:end], false); rest >= 0 && mayBeOurs(s.data[start:end]) {
		s.move(stop + rest)
		s.findings = append(s.findings, &Finding{
			Position: Position{File: s.file, Line: s.line + 1, Column: s.column + 1},
			Message:  "not valid JSON: from here on the text is not read",
		})
	}
	return true
}

func (s *splitter) add(start, end int) {
	s.move(start)
	s.docs = append(s.docs, &document{file: s.file, text: s.data[start:end], line: s.line, column: s.column})
}

func (s *splitter) move(offset int) {
	passed := s.data[s.offset:offset]
	if newline := bytes.LastIndexByte(passed, '\n'); newline >= 0 {
		s.line, s.column = s.line+bytes.Count(passed, []byte("\n")), 0
		passed = passed[newline+1:]
	}
	s.offset, s.column = offset, s.column+utf8.RuneCount(passed)
}

// contentStart is where the text has more than markers, comments, blank lines and, if they may stand there, directives;
// -1 where it has no more.
func contentStart(text []byte, directives bool) int {
	offset := 0
	for line := range bytes.Lines(text) {
		content := line
		if isMarker(line) {
			content, directives = line[len("---"):], false
		}
		content = bytes.TrimLeft(content, " \t\r\n")
		if len(content) > 0 && content[0] != '#' && !isEnd(line) && (!directives || line[0] != '%') {
			return offset + len(line) - len(content)
		}
		offset += len(line)
	}
	return -1
}

// isMarker reports whether a line starts a YAML document. Content cannot: even within a block scalar or a quoted one,
// a line that begins so ends the document.
func isMarker(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	return ok && (len(rest) == 0 || strings.IndexByte(" \t\r\n", rest[0]) >= 0)
}

// isEnd reports whether a line ends a YAML document, and has nothing else on it. It too cannot be content.
func isEnd(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("..."))
	comment := bytes.TrimLeft(rest, " \t\r\n")
	return ok && (len(comment) == 0 || comment[0] == '#' && len(comment) < len(rest))
}

// withoutDirectives turns directives into comments, which keep their length. The parser refuses %YAML 1.2 and directives
// of the future, where the specification wants it to go on; %TAG it has to know.
func withoutDirectives(text []byte) []byte {
	changed := text
	offset := 0
	for line := range bytes.Lines(text) {
		if isMarker(line) || contentStart(line, true) >= 0 {
			break
		}
		if line[0] == '%' && !bytes.HasPrefix(line, []byte("%TAG")) {
			if &changed[0] == &text[0] {
				changed = slices.Clone(text)
			}
			changed[offset] = '#'
		}
		offset += len(line)
	}
	return changed
}

// mayBeOurs reports whether a text has one of the words of which a document of ours holds at least one.
func mayBeOurs(text []byte) bool {
	for _, word := range []string{"toolkit.fluxcd.io", "Secret", "ServiceAccount", "Namespace"} {
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return false
}
