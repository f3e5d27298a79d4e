// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-image/kubectl-image/pkg/yamledit"
)

// screen is the token without which Flux does not parse a file, and we not a document.
const screen = `"` + key + `"`

// maxFile is the size in bytes of the largest file that is looked at, if it has marks.
const maxFile = 32 << 20

// Find returns every mark in a file, in the order in which they stand, and the documents that could not be read.
// The marks that Set would decide about are Live; for these Flux's rules hold (image-automation-controller 1.2).
// The name of the file is only repeated in the results.
func Find(file string, src []byte) ([]Mark, []Problem) {
	sites, problems := scan(file, src, "NAMESPACE")
	var marks []Mark
	for _, s := range sites {
		marks = append(marks, s.mark)
	}
	return marks, problems
}

// A site is a mark and where it was found. Only those that are Live have a node.
type site struct {
	mark   Mark
	offset int // of the position that mark reports
	doc    *yamledit.Document
	node   *yaml.Node
}

// A scanner collects the sites of one file.
type scanner struct {
	name      string // of the file
	namespace string // proposed where a mark lacks one
	src       []byte
	file      *yamledit.File
	sites     []site
	problems  []Problem

	// Of the document being read:
	doc        *yamledit.Document
	object     Object
	tries      []try
	duplicates map[*yaml.Node]string // values of keys that occurred before, and these keys
}

// A try is something that looks like a mark. It is done when the comment it is in was looked at.
type try struct {
	offset int
	done   bool
}

func scan(name string, src []byte, namespace string) ([]site, []Problem) {
	if attempt(src, 0) < 0 {
		return nil, nil
	}
	if len(src) > maxFile {
		return nil, []Problem{{File: name, Line: 1, Reason: fmt.Sprintf("a file of %d bytes, want at most %d", len(src), maxFile)}}
	}
	s := scanner{name: name, namespace: namespace, src: src, file: yamledit.New(src)}
	for _, span := range s.file.Documents() {
		s.document(span)
	}
	slices.SortStableFunc(s.sites, func(a, b site) int { return cmp.Compare(a.offset, b.offset) })
	return s.sites, s.problems
}

func (s *scanner) document(span yamledit.Span) {
	text := s.src[span.Start:span.End]
	s.doc, s.object, s.tries, s.duplicates = nil, Object{}, s.tries[:0], map[*yaml.Node]string{}
	for i := attempt(text, 0); i >= 0; i = attempt(text, i+1) {
		s.tries = append(s.tries, try{offset: span.Start + i})
	}
	if len(s.tries) == 0 {
		return
	}
	if !bytes.Contains(text, []byte(screen)) {
		s.unread(Malformed)
		return
	}
	doc, err := s.file.Parse(span)
	if err == nil {
		err = checkRoot(doc.Root)
	}
	if err != nil {
		p := Problem{File: s.name, Reason: err.Error()}
		p.Line, _ = s.file.Position(span.Start)
		if e := (*yamledit.SyntaxError)(nil); errors.As(err, &e) {
			p.Line, p.Reason = e.Line, e.Reason
		}
		s.problems = append(s.problems, p)
		s.unread(Unread)
		return
	}
	s.doc = doc
	if doc.Root != nil && doc.Root.Kind == yaml.MappingNode {
		s.object = identify(doc.Root)
		s.walk(doc.Root)
	}
	s.strays()
}

// checkRoot refuses the documents that Flux cannot annotate, which it does before it looks for marks.
func checkRoot(root *yaml.Node) error {
	if root == nil || isNull(root) {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		return errors.New("the document is not a mapping")
	}
	metadata := child(root, "metadata")
	if metadata == nil || isNull(metadata) {
		return nil
	}
	if metadata.Kind != yaml.MappingNode {
		return errors.New("metadata is not a mapping")
	}
	if a := child(metadata, "annotations"); a != nil && a.Kind == yaml.SequenceNode && len(a.Content) > 0 {
		return errors.New("metadata.annotations is a sequence")
	}
	return nil
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// identify returns the identity of a document's root.
func identify(root *yaml.Node) Object {
	o := Object{APIVersion: scalar(root, "apiVersion"), Kind: scalar(root, "kind")}
	if metadata := child(root, "metadata"); metadata != nil {
		o.Namespace, o.Name = scalar(metadata, "namespace"), scalar(metadata, "name")
	}
	return o
}

// child returns the first value of a key, nil if there is none or n is not a mapping.
func child(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func scalar(n *yaml.Node, key string) string {
	if v := child(n, key); v != nil && !isNull(v) {
		return v.Value
	}
	return ""
}

// walk visits what Flux visits: the values of mappings, of a duplicate key only the first; the items of sequences;
// neither keys nor what an alias stands for.
func (s *scanner) walk(n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		// Keys are compared as Flux does, by their text: 1 and "1" are the same, and so are all keys that are
		// collections.
		seen := make(map[string]bool, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if seen[key] {
				s.duplicates[n.Content[i+1]] = key
				continue
			}
			seen[key] = true
			s.walk(n.Content[i+1])
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			s.walk(item)
		}
	case yaml.ScalarNode:
		s.visit(n)
	}
}

// visit looks at the one comment of a scalar that counts: the one behind it, else the one above it.
func (s *scanner) visit(n *yaml.Node) {
	comment := n.LineComment
	if comment == "" {
		comment = n.HeadComment
	}
	if comment == "" {
		return
	}
	// A blank line below a comment shows as a newline at its end, which is no matter to JSON.
	target, err := parseComment(comment, s.namespace)
	comment = strings.TrimSpace(comment)
	if errors.Is(err, errNoMark) || err != nil && strings.Contains(comment, "\n") {
		return
	}
	token, tokenErr := s.doc.Token(n)
	if tokenErr == nil && token.Start == token.End {
		return // nothing stands there: for Flux the comment belongs to the key
	}
	m := Mark{Target: target, Old: n.Value}
	start := token.Start
	if e := (*MalformedError)(nil); errors.As(err, &e) {
		m.Outcome, m.Text, m.Reason, m.Want = Malformed, e.Text, e.Reason, e.Want
	} else if tokenErr != nil {
		m.Outcome, m.Reason = Unread, tokenErr.Error()
	}
	if tokenErr != nil {
		start, _ = s.doc.Offset(n)
		token.Start, token.End = start, start+max(0, bytes.Index(s.src[start:], []byte(comment)))
	}
	s.account(n, token, comment)
	s.add(start, m)
	if m.Outcome == Live {
		found := &s.sites[len(s.sites)-1]
		found.doc, found.node = s.doc, n
	}
}

// account strikes off the tries that are in the comment of a scalar.
func (s *scanner) account(n *yaml.Node, token yamledit.Token, comment string) {
	at, from := -1, 0
	if n.LineComment != "" {
		// Behind the value; in a flow collection the comma may come first, even on a later line. Or somewhat above:
		// behind the value's anchor or tag, if that is on a line before it, or behind a comma.
		at = s.commentAt(token.End, comment)
		if at < 0 {
			if i := s.comma(token.End); i >= 0 {
				at = s.commentAt(i+1, comment)
			}
		}
		from = max(0, token.Start-4096)
	}
	if at < 0 {
		at = bytes.LastIndex(s.src[from:token.Start], []byte(comment))
		if at < 0 {
			return
		}
		at += from
	}
	first, _ := slices.BinarySearchFunc(s.tries, at, func(t try, at int) int { return cmp.Compare(t.offset, at) })
	for i := first; i < len(s.tries) && s.tries[i].offset < at+len(comment); i++ {
		s.tries[i].done = true
	}
}

// commentAt returns the offset of a comment that follows on the same line after nothing but blanks, or -1.
func (s *scanner) commentAt(i int, comment string) int {
	rest := bytes.TrimLeft(s.src[i:], " \t")
	if bytes.HasPrefix(rest, []byte(comment)) {
		return len(s.src) - len(rest)
	}
	return -1
}

// comma returns the offset of a comma that follows after nothing but white space and comments, or -1.
func (s *scanner) comma(i int) int {
	for i < len(s.src) {
		switch s.src[i] {
		case ' ', '\t', '\r', '\n':
			i++
		case '#':
			i = s.file.Line(i).End
		case ',':
			return i
		default:
			return -1
		}
	}
	return -1
}

// add records a mark at an offset.
func (s *scanner) add(offset int, m Mark) {
	m.File, m.Object = s.name, s.object
	m.Line, m.Column = s.file.Position(offset)
	m.Text = printable(m.Text)
	s.sites = append(s.sites, site{mark: m, offset: offset})
}

// unread records what looks like a mark in a document that was not parsed: a try behind a "#" on its line.
func (s *scanner) unread(outcome Outcome) {
	for i := 0; i < len(s.tries); {
		at := s.tries[i].offset
		line := s.file.Line(at)
		i = s.next(i, line.End)
		hash := bytes.IndexByte(s.src[line.Start:at], '#')
		if hash < 0 {
			continue
		}
		m := s.read(line.Start+hash, line.End)
		if m.Outcome = outcome; outcome == Unread {
			m.Reason = ""
		}
		s.add(line.Start+hash, m)
	}
}

// next returns the index of the first try after try i that is at or behind an offset.
func (s *scanner) next(i, offset int) int {
	for i++; i < len(s.tries) && s.tries[i].offset < offset; i++ {
	}
	return i
}

// read returns the mark in the comment src[start:end], without outcome.
func (s *scanner) read(start, end int) Mark {
	target, err := parseComment(string(s.src[start:end]), s.namespace)
	m := Mark{Target: target}
	if e := (*MalformedError)(nil); errors.As(err, &e) {
		m.Text, m.Reason, m.Want = e.Text, e.Reason, e.Want
	}
	return m
}

// printable returns text for showing: at most 200 bytes, nothing that moves a cursor or cannot be seen.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:197], "") + "..."
	}
	return text
}
