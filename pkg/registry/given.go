// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// maxListBytes and maxListTags bound a given list and a cached one.
const (
	maxListBytes = 128 << 20
	maxListTags  = 5_000_000
)

// Given is a list of tags that did not come from a registry.
type Given struct {
	// Tags in the order given, with duplicates.
	Tags []string
	// Digests of the tags that came with one; nil if none did.
	Digests map[string]string
}

// SyntaxError is what is wrong with a given list, and where.
type SyntaxError struct {
	// Line counts from 1.
	Line    int
	Problem string
}

// Error implements error.
func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Problem) }

// ParseTags reads a list of tags in one of three forms. Lines of TAG or TAG@DIGEST, where blank lines and those that
// begin with # do not count. Or what a registry answers, {"name":…,"tags":[…]}, where tags may be null. Or a JSON array
// of strings. JSON is what begins with { or [.
//
// Tags in lines must be tags by the distribution specification; those in JSON may be any string, as a registry's may.
// The list may have 128 MiB and 5 million tags. An error is a *SyntaxError, or one of r. Tags share memory with the whole list.
func ParseTags(r io.Reader) (Given, error) {
	text, err := readText(r)
	if err != nil {
		return Given{}, err
	}
	switch body := strings.TrimLeft(text, " \t\r\n"); {
	case strings.HasPrefix(body, "{"), strings.HasPrefix(body, "["):
		tags, err := parseJSON(text)
		if err != nil {
			return Given{}, err
		}
		if len(tags) > maxListTags {
			return Given{}, &SyntaxError{1, tooManyTags}
		}
		return Given{Tags: tags}, nil
	default:
		return parseLines(text)
	}
}

const tooManyTags = "the list has more than 5000000 tags"

func readText(r io.Reader) (string, error) {
	var text strings.Builder
	// A file's size spares the copies of a growing buffer.
	if file, ok := r.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() && info.Size() <= maxListBytes {
			text.Grow(int(info.Size()))
		}
	}
	n, err := io.Copy(&text, io.LimitReader(r, maxListBytes+1))
	if err != nil {
		return "", err
	}
	if n > maxListBytes {
		return "", &SyntaxError{1 + strings.Count(text.String(), "\n"), fmt.Sprintf("the list is larger than %d bytes", maxListBytes)}
	}
	return strings.TrimPrefix(text.String(), "\ufeff"), nil
}

func parseLines(text string) (Given, error) {
	given := Given{Tags: make([]string, 0, min(strings.Count(text, "\n")+1, maxListTags))}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		tag, digest, hasDigest := strings.Cut(line, "@")
		if !isTag(tag) {
			return Given{}, &SyntaxError{number, fmt.Sprintf("%.200q: want TAG or TAG@DIGEST", line)}
		}
		if len(given.Tags) == maxListTags {
			return Given{}, &SyntaxError{number, tooManyTags}
		}
		given.Tags = append(given.Tags, tag)
		if !hasDigest {
			continue
		}
		if !isDigest(digest) {
			return Given{}, &SyntaxError{number, fmt.Sprintf("digest %.200q of tag %q: want sha256: and 64 hexadecimal digits", digest, tag)}
		}
		if other, ok := given.Digests[tag]; ok && other != digest {
			return Given{}, &SyntaxError{number, fmt.Sprintf("tag %q has two digests, %s and %s", tag, other, digest)}
		}
		if given.Digests == nil {
			given.Digests = map[string]string{}
		}
		given.Digests[tag] = digest
	}
	return given, nil
}

// isTag reports whether s is a tag by the distribution specification: [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}.
func isTag(s string) bool {
	if s == "" || len(s) > 128 || s[0] == '.' || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', 'A' <= c && c <= 'Z', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

func isDigest(s string) bool {
	hex, ok := strings.CutPrefix(s, "sha256:")
	return ok && len(hex) == 64 && strings.Trim(hex, "0123456789abcdef") == ""
}

// parseJSON reads a registry's answer or an array: quickly if it is plain, else as encoding/json does.
func parseJSON(text string) ([]string, error) {
	if tags, ok := plainTags(text); ok {
		return tags, nil
	}
	var (
		list   struct{ Tags []string }
		into   any = &list
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
	)
	data := []byte(text)
	if bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("[")) {
		into = &list.Tags
	}
	err := json.Unmarshal(data, into)
	switch {
	case err == nil:
		return list.Tags, nil
	case errors.As(err, &syntax):
		return nil, &SyntaxError{lineAt(data, syntax.Offset), strings.TrimPrefix(err.Error(), "json: ")}
	case errors.As(err, &kind):
		return nil, &SyntaxError{lineAt(data, kind.Offset), fmt.Sprintf("%s where a list of tags has strings", kind.Value)}
	default:
		return nil, &SyntaxError{1, err.Error()}
	}
}

// lineAt tells the line of an offset of encoding/json, which is just behind what it means.
func lineAt(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:max(0, min(offset, int64(len(data)))-1)], []byte("\n"))
}
