// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import "strings"

// plainTags reads JSON of the one shape that long lists have: an array of strings, or an object of strings and one
// array "tags" of strings, all of printable ASCII without escapes. For those it gives what encoding/json gives, without
// a copy; anything else it declines.
func plainTags(text string) (tags []string, ok bool) {
	p := plain{rest: text}
	if p.accept('[') {
		tags, ok = p.array()
	} else {
		tags, ok = p.object()
	}
	p.blanks()
	return tags, ok && p.rest == ""
}

type plain struct{ rest string }

func (p *plain) blanks() {
	i := 0
	for i < len(p.rest) && (p.rest[i] == ' ' || p.rest[i] == '\n' || p.rest[i] == '\r' || p.rest[i] == '\t') {
		i++
	}
	p.rest = p.rest[i:]
}

func (p *plain) accept(c byte) bool {
	p.blanks()
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *plain) string() (string, bool) {
	if !p.accept('"') {
		return "", false
	}
	for i := range len(p.rest) {
		switch c := p.rest[i]; {
		case c == '"':
			s := p.rest[:i]
			p.rest = p.rest[i+1:]
			return s, true
		case c < ' ' || c > '~' || c == '\\':
			return "", false
		}
	}
	return "", false
}

// array reads what follows a '['.
func (p *plain) array() ([]string, bool) {
	if p.accept(']') {
		return []string{}, true
	}
	tags := make([]string, 0, min(strings.Count(p.rest, ",")+1, maxListTags))
	for {
		tag, ok := p.string()
		if !ok {
			return nil, false
		}
		tags = append(tags, tag)
		if !p.accept(',') {
			return tags, p.accept(']')
		}
	}
}

func (p *plain) object() (tags []string, ok bool) {
	if !p.accept('{') {
		return nil, false
	}
	found := false
	for {
		key, ok := p.string()
		switch {
		case !ok || !p.accept(':'):
			return nil, false
		case key == "tags" && !found && p.accept('['):
			if tags, found = p.array(); !found {
				return nil, false
			}
		// encoding/json takes any spelling of a name that is the same without case, and the last of several.
		case strings.EqualFold(key, "tags"):
			return nil, false
		default:
			if _, ok := p.string(); !ok {
				return nil, false
			}
		}
		if !p.accept(',') {
			return tags, found && p.accept('}')
		}
	}
}
