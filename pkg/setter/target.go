// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// key is the member that makes a comment a mark.
const key = "$imagepolicy"

// Part is the part of a policy's latest image that a mark asks for.
type Part string

// The parts, spelt as in marks.
const (
	Full   Part = "" // name:tag, and @digest where the policy has one
	Tag    Part = "tag"
	Name   Part = "name"
	Digest Part = "digest"
)

// A Target is what a mark refers to: a part of the latest image of a policy.
type Target struct {
	Namespace, Policy string
	Part              Part
}

// String returns the target as marks and commit message templates spell it: "ns:policy" or "ns:policy:part".
func (t Target) String() string {
	if t.Part == Full {
		return t.Namespace + ":" + t.Policy
	}
	return t.Namespace + ":" + t.Policy + ":" + string(t.Part)
}

// Comment returns the mark for a target, `# {"$imagepolicy": "ns:policy"}`.
func (t Target) Comment() string { return "# " + t.json() }

func (t Target) json() string { return `{"` + key + `": "` + t.String() + `"}` }

// A MalformedError says why a comment or its value is not a mark, and what was probably meant.
type MalformedError struct {
	Text   string // what stands there
	Reason string
	Want   string // what to write instead; empty where that cannot be guessed
}

func (e *MalformedError) Error() string {
	if e.Want == "" {
		return fmt.Sprintf("reading the mark %s: %s", e.Text, e.Reason)
	}
	return fmt.Sprintf("reading the mark %s: %s: want %s", e.Text, e.Reason, e.Want)
}

var errNoMark = errors.New("not a mark")

// ParseComment reads a comment as Flux does: the text behind all leading "#" must be one JSON object, all of its
// members strings, one of them "$imagepolicy" with the target, percent-encoded like a URL fragment. The error is a
// *MalformedError where the comment tries to be a mark, that is where "$imagepolicy" in any spelling is followed by
// a colon.
//
// (image-automation-controller 1.2 internal/update/filter.go, kyaml 0.21 fieldmeta/fieldmeta.go. The other members
// that kyaml reads, "$ref" and "x-k8s-cli", are left out.)
func ParseComment(comment string) (Target, error) { return parseComment(comment, "NAMESPACE") }

// parseComment is ParseComment with the namespace that is proposed where a target lacks one.
func parseComment(comment, namespace string) (Target, error) {
	body := strings.TrimLeft(comment, "#")
	members, err := stringMembers(body)
	if err != nil || members[key] == "" {
		if attempt([]byte(comment), 0) < 0 {
			return Target{}, errNoMark
		}
		reason, want := diagnose(body, namespace)
		return Target{}, &MalformedError{Text: strings.TrimSpace(comment), Reason: reason, Want: want}
	}
	value := members[key]
	t, reason := parseTarget(value)
	if reason != "" {
		return Target{}, &MalformedError{Text: quote(value), Reason: reason, Want: guess(value, namespace)}
	}
	return t, nil
}

func stringMembers(body string) (map[string]string, error) {
	if c := strings.TrimLeft(body, " \t\r\n"); c == "" || c[0] != '{' {
		return nil, errNoMark
	}
	var members map[string]string
	err := json.Unmarshal([]byte(body), &members)
	return members, err
}

// parseTarget reads a mark's value. The reason is empty if it is a target.
func parseTarget(value string) (t Target, reason string) {
	decoded, err := url.PathUnescape(value)
	if err != nil {
		return t, "a % that begins no percent-encoding"
	}
	fields := strings.Split(decoded, ":")
	for _, field := range fields {
		if field == "" || strings.ContainsFunc(field, func(r rune) bool { return !isNameRune(r) }) {
			return t, "not namespace:policy[:tag|name|digest]"
		}
	}
	switch len(fields) {
	case 3:
		t.Part = Part(fields[2])
		switch t.Part {
		case Tag, Name, Digest:
		default:
			return Target{}, fmt.Sprintf("%q is not tag, name or digest", fields[2])
		}
	case 2:
	default:
		return t, "not namespace:policy[:tag|name|digest]"
	}
	t.Namespace, t.Policy = fields[0], fields[1]
	return t, ""
}

// isNameRune reports whether r may stand in the name of an object or a part. Capitals are let through: a name with
// one is a policy that does not exist rather than a mark that cannot be read.
func isNameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_'
}

// guess returns, quoted, the target that a malformed value was probably meant to be, or "".
func guess(value, namespace string) string {
	fields := strings.FieldsFunc(value, func(r rune) bool { return r == ':' || r == '/' || r == ' ' || r == '\t' })
	if len(fields) == 1 {
		fields = []string{namespace, fields[0]}
	}
	if len(fields) == 3 {
		fields[2] = strings.TrimSuffix(strings.ToLower(fields[2]), "s")
	}
	t, reason := parseTarget(strings.Join(fields, ":"))
	if reason != "" {
		return ""
	}
	return quote(t.String())
}

// diagnose says why the body of a comment that tries to be a mark is none, and what was probably meant.
func diagnose(body, namespace string) (reason, want string) {
	inner := body
	if i := strings.IndexByte(body, '{'); i >= 0 {
		inner = body[i:]
		if j := strings.IndexByte(inner, '}'); j >= 0 {
			inner = inner[:j+1]
		}
	}
	repaired := strings.NewReplacer("'", `"`, "\u00a0", " ").Replace(inner)
	if i := attempt([]byte(repaired), 0); i >= 0 {
		repaired = repaired[:i] + key + repaired[i+len(key):]
	}
	if members, err := stringMembers(repaired); err == nil && members[key] != "" {
		if t, reason := parseTarget(members[key]); reason == "" {
			want = t.json()
		} else if value := guess(members[key], namespace); value != "" {
			want = `{"` + key + `": ` + value + `}`
		}
	}
	var members map[string]any
	switch err := json.Unmarshal([]byte(body), &members); {
	case err == nil && members[key] == nil:
		return `the member is not spelt "` + key + `", or empty`, want
	case err == nil && members[key] == "":
		return `"` + key + `" is empty`, want
	case err == nil:
		return "a member is not a string", want
	case strings.TrimSpace(body) != strings.TrimSpace(inner):
		return "more in the comment than the JSON object", want
	case strings.Contains(inner, "'"):
		return "single quotes are not JSON", want
	}
	return "not a JSON object", want
}

// attempt returns the offset in text, at or after from, of the next thing that looks like the member of a mark:
// "$imagepolicy" in capitals or not, perhaps a quote, and a colon. It is -1 if there is none.
func attempt(text []byte, from int) int {
	for i := from; ; i++ {
		n := bytes.IndexByte(text[i:], key[0])
		if n < 0 || i+n+len(key) > len(text) {
			return -1
		}
		i += n
		if !bytes.EqualFold(text[i:i+len(key)], []byte(key)) {
			continue
		}
		if rest := bytes.TrimLeft(text[i+len(key):], "\"'\\ \t"); len(rest) > 0 && rest[0] == ':' {
			return i
		}
	}
}

// quote returns a value of a mark as JSON.
func quote(value string) string {
	b, err := json.Marshal(value)
	if err != nil {
		panic("encoding a string as JSON: " + err.Error())
	}
	return string(b)
}
