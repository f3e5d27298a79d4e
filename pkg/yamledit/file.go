// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package yamledit

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

const byteOrderMark = "\ufeff"

// A File is the text of a YAML stream with an index of its lines. It does not change and may be shared.
type File struct {
	text []byte
	// lines holds the offset of the first character of each line, behind a byte order mark if one is there.
	lines []int
}

// New returns the File of a text, which the caller must not change as long as the File is used.
func New(text []byte) *File {
	f := &File{text: text, lines: make([]int, 0, 1+bytes.Count(text, []byte{'\n'}))}
	start := 0
	for i := 0; i <= len(text); {
		n := 0
		if i < len(text) {
			switch text[i] {
			case '\n', '\r', 0xC2, 0xE2:
				n = breakLen(text, i)
			}
			if n == 0 {
				i++
				continue
			}
		}
		if bytes.HasPrefix(text[start:], []byte(byteOrderMark)) {
			start += len(byteOrderMark)
		}
		f.lines = append(f.lines, start)
		if n == 0 {
			break
		}
		i += n
		start = i
	}
	return f
}

// Position returns the line and column of a byte offset. Both count from 1; columns count characters (runes), a
// tab as one and a byte order mark as none, as YAML parsers do.
func (f *File) Position(offset int) (line, column int) {
	offset = min(max(offset, f.lines[0]), len(f.text))
	i := f.line(offset)
	return i + 1, utf8.RuneCount(f.text[f.lines[i]:max(offset, f.lines[i])]) + 1
}

// Line returns the span of the line that holds a byte offset, without its line break.
func (f *File) Line(offset int) Span {
	i := f.line(offset)
	if i+1 == len(f.lines) {
		return Span{f.lines[i], len(f.text)}
	}
	end := lineStart(f.text, f.lines[i+1])
	for _, n := range []int{2, 1, 3} { // CRLF before LF
		if end-n >= f.lines[i] && breakLen(f.text, end-n) == n {
			end -= n
			break
		}
	}
	return Span{f.lines[i], end}
}

// line returns the index of the line that holds a byte offset.
func (f *File) line(offset int) int {
	return max(0, sort.SearchInts(f.lines, offset+1)-1)
}

// offset is the inverse of Position for an index (from 0) of a line and a column (from 1).
func (f *File) offset(line, column int) (int, bool) {
	if line < 0 || line >= len(f.lines) {
		return 0, false
	}
	off := f.lines[line]
	for ; column > 1; column-- {
		if off >= len(f.text) || breakLen(f.text, off) > 0 {
			return 0, false
		}
		_, n := utf8.DecodeRune(f.text[off:])
		off += n
	}
	return off, true
}

// breakLen returns the length of the line break at text[i], 0 if there is none. The breaks are those of YAML 1.1,
// which is what the parser counts lines by: LF, CR, CRLF, NEL, LS and PS.
func breakLen(text []byte, i int) int {
	switch text[i] {
	case '\n':
		return 1
	case '\r':
		if i+1 < len(text) && text[i+1] == '\n' {
			return 2
		}
		return 1
	case 0xC2:
		if i+1 < len(text) && text[i+1] == 0x85 {
			return 2
		}
	case 0xE2:
		if i+2 < len(text) && text[i+1] == 0x80 && (text[i+2] == 0xA8 || text[i+2] == 0xA9) {
			return 3
		}
	}
	return 0
}

// lineLen returns the number of bytes from text[i] to the next line break or the end.
func lineLen(text []byte, i int) int {
	n := 0
	for i+n < len(text) && breakLen(text, i+n) == 0 {
		n++
	}
	return n
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// skipBlanks returns the offset of the first byte at or after i that is neither space nor tab.
func skipBlanks(text []byte, i int) int {
	for i < len(text) && isBlank(text[i]) {
		i++
	}
	return i
}
