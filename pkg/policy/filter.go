// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A filter is spec.filterTags: it drops the tags its pattern is not found in, and makes a key of each other.
type filter struct {
	pattern *regexp.Regexp
	pieces  []piece // of extract; none keep the whole tag as key
}

// A piece of an extract template is literal text or a reference to a group.
type piece struct {
	literal string
	groups  []int // of the reference, the first that took part counts; a repeated name has several
	name    string
	start   int // bytes of the template the reference spans
	end     int
	braced  bool
	stray   bool // literal is a dollar sign that begins no reference
}

func compileFilter(pattern, extract string) (*filter, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("invalid regular expression pattern '%s': %w", pattern, err)
	}
	return &filter{pattern: re, pieces: parseTemplate(extract, re)}, nil
}

// key returns what the policy orders in place of tag, and whether the pattern was found. A template that is one lone
// reference gives a part of tag itself, without allocating for it.
func (f *filter) key(tag string) (string, bool) {
	if f == nil {
		return tag, true
	}
	if len(f.pieces) == 0 {
		return tag, f.pattern.MatchString(tag)
	}
	match := f.pattern.FindStringSubmatchIndex(tag)
	if match == nil {
		return "", false
	}
	if len(f.pieces) == 1 {
		return f.pieces[0].text(tag, match), true
	}
	var b strings.Builder
	for i := range f.pieces {
		b.WriteString(f.pieces[i].text(tag, match))
	}
	return b.String(), true
}

func (p *piece) text(tag string, match []int) string {
	for _, g := range p.groups {
		if match[2*g] >= 0 {
			return tag[match[2*g]:match[2*g+1]]
		}
	}
	return p.literal
}

// parseTemplate reads a template by the rules of [regexp.Regexp.Expand] (Go 1.26).
func parseTemplate(template string, re *regexp.Regexp) []piece {
	var pieces []piece
	offset := 0
	for {
		i := strings.IndexByte(template[offset:], '$')
		if i < 0 {
			break
		}
		if i > 0 {
			pieces = append(pieces, piece{literal: template[offset : offset+i]})
		}
		offset += i
		p := parseReference(template, offset)
		if p.name != "" {
			p.groups = groupsNamed(re, p.name)
		}
		pieces = append(pieces, p)
		offset = p.end
	}
	if offset < len(template) {
		pieces = append(pieces, piece{literal: template[offset:]})
	}
	return pieces
}

// parseReference reads what begins with the dollar sign at template[start]: $name, ${name}, $$, or a stray $.
func parseReference(template string, start int) piece {
	stray := piece{literal: "$", start: start, end: start + 1, stray: true}
	rest := template[start+1:]
	if strings.HasPrefix(rest, "$") {
		return piece{literal: "$", start: start, end: start + 2}
	}
	p := piece{start: start, braced: strings.HasPrefix(rest, "{")}
	if p.braced {
		rest = rest[1:]
	}
	n := 0
	for n < len(rest) {
		r, size := utf8.DecodeRuneInString(rest[n:])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		n += size
	}
	p.name = rest[:n]
	p.end = len(template) - len(rest) + n
	if p.braced {
		if !strings.HasPrefix(rest[n:], "}") {
			return stray
		}
		p.end++
	}
	if p.name == "" {
		return stray
	}
	return p
}

// groupsNamed returns the groups that a reference's name stands for. A number without leading zeros is an index; anything
// else is looked up among the names.
func groupsNamed(re *regexp.Regexp, name string) []int {
	if n, ok := groupIndex(name); ok {
		if n <= re.NumSubexp() {
			return []int{n}
		}
		return nil
	}
	var groups []int
	for i, n := range re.SubexpNames() {
		if n == name {
			groups = append(groups, i)
		}
	}
	return groups
}

// groupIndex reads a name that is a number: of at most nine digits, which is where Expand stops counting.
func groupIndex(name string) (int, bool) {
	n, rest, ok := cutNumber(name)
	if !ok || rest != "" || len(name) > 9 || name[0] == '0' && name != "0" {
		return 0, false
	}
	return int(n), true
}
