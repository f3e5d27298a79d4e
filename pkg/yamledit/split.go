// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package yamledit

import "bytes"

// Documents returns the spans of the documents of the stream, in order and without gaps: directives and comments
// belong to the document after them, a "..." line to the one it ends. A span may hold nothing but comments.
//
// A line that begins with "---" or "..." and goes on with white space is a document marker wherever it stands: YAML
// forbids it as text at the left margin, in block scalars, in quotes and in flow collections alike. So no parsing
// is needed, and a document that does not parse hides none of the others.
func (f *File) Documents() []Span {
	var docs []Span
	start := 0     // of the document being read
	begun := false // whether it has a "---" or content, so that the next "---" begins another
	split := func(at int) {
		if at > start {
			docs = append(docs, Span{start, at})
		}
		start, begun = at, false
	}
	for i, s := range f.lines {
		switch {
		case isMarker(f.text, s, "---"):
			if begun {
				split(lineStart(f.text, s))
			}
			begun = true
		case isMarker(f.text, s, "..."):
			if i+1 < len(f.lines) {
				split(lineStart(f.text, f.lines[i+1]))
			}
		case begun:
		case s < len(f.text) && f.text[s] == '%':
		default:
			c := skipBlanks(f.text, s)
			begun = c < len(f.text) && breakLen(f.text, c) == 0 && f.text[c] != '#'
		}
	}
	split(len(f.text))
	return docs
}

// isMarker reports whether the line that begins at text[i] is the document marker m.
func isMarker(text []byte, i int, m string) bool {
	if !bytes.HasPrefix(text[i:], []byte(m)) {
		return false
	}
	i += len(m)
	return i == len(text) || isBlank(text[i]) || breakLen(text, i) > 0
}

// lineStart returns where the line begins whose first character is at i: before its byte order mark.
func lineStart(text []byte, i int) int {
	if bytes.HasSuffix(text[:i], []byte(byteOrderMark)) {
		return i - len(byteOrderMark)
	}
	return i
}
