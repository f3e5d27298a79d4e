// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter

import "fmt"

// A Mark is one comment that sets a value, or looks as if it should.
type Mark struct {
	File string
	// Line and Column say where the value is, or the mark where it sets none. Both count from 1; columns count
	// characters.
	Line, Column int
	// Object is the root of the document the mark is in.
	Object Object
	// Target is what the mark refers to; zero if it cannot be read.
	Target Target
	// Text is the mark as it stands where Target is zero: its value, quoted, or all of the comment.
	Text string
	// Old is the value as parsed: unquoted, unfolded, "~" for a tilde, a block's with its final newline.
	Old string
	// New is what Old becomes, or is already, if the outcome is Changed or Current.
	New     string
	Outcome Outcome
	// Reason says why the mark is dead, malformed or unread. On a mark that Flux does obey it is a warning.
	Reason string
	// Want is what should stand there instead of Text, if that can be guessed.
	Want string
}

// An Object identifies the root of a document as commit messages do. Any field may be empty: files of values and
// kustomizations have marks too. A kind: List is one object, whatever its items.
type Object struct{ APIVersion, Kind, Namespace, Name string }

// A Problem is a document with marks that could not be read: not YAML, or not a mapping. Its marks are Unread. Flux
// skips the whole file then, without a word.
type Problem struct {
	File   string
	Line   int
	Reason string
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Reason) }

// Outcome says what becomes of a mark.
type Outcome int

const (
	// Live is what Find calls the marks that Set decides about; Set leaves none.
	Live Outcome = iota
	// Changed values were set to something else.
	Changed
	// Current values are already what they would be set to.
	Current
	// PolicyUnknown: the automation's namespace has no such policy.
	PolicyUnknown
	// OtherNamespace: the mark names a namespace that the automation does not read.
	OtherNamespace
	// PolicyNotSelected, PolicyNoLatest and PolicyUndecided follow from the policy's Standing.
	PolicyNotSelected
	PolicyNoLatest
	PolicyUndecided
	// Malformed: the comment, or its value, is not spelt as a mark.
	Malformed
	// Dead: the mark stands where Flux does not look.
	Dead
	// Unread: the document could not be read; see the Problems.
	Unread
)

// String returns the outcome as the account of marks words it.
func (o Outcome) String() string {
	words := [...]string{
		"live", "changed", "current", "policy unknown", "other namespace", "not selected", "no latest image",
		"undecided", "malformed", "dead position", "unparsable",
	}
	if o < 0 || int(o) >= len(words) {
		return fmt.Sprintf("Outcome(%d)", int(o))
	}
	return words[o]
}
