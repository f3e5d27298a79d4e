// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxErrors is how many errors of one template are told.
const maxErrors = 10

// Error is what is wrong with a template.
type Error struct {
	// Line and Column tell where, in characters and counted from 1. Line is 0 where no place is to blame, Column where it is not
	// known.
	Line, Column int
	// Text tells what.
	Text string
	// Controller is the message that image-automation-controller 1.2 puts into the Ready condition, reason
	// GitOperationFailed, with whatever characters the template put there. It is empty where only the bounds of this package
	// stand against the template.
	Controller string
}

func (e *Error) Error() string {
	switch {
	case e.Line == 0:
		return e.Text
	case e.Column == 0:
		return fmt.Sprintf("%d: %s", e.Line, e.Text)
	default:
		return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Text)
	}
}

// syntaxError turns the parser's error into an Error. The parser tells only the line.
func syntaxError(text string, err error) error {
	line, what := location(err.Error())
	e := &Error{Line: line, Text: clean(what), Controller: parseStatus(text)}
	if line > 0 {
		e.Column = syntaxColumn(text, line, err.Error())
	}
	return e
}

// syntaxColumn finds how far the parser had read when it failed, which is to the end of the offending token or of the next: it
// reads from left to right, so every beginning of the text that goes as far fails as the whole does, and a shorter one does not.
func syntaxColumn(text string, line int, what string) int {
	begin := 0
	for range line - 1 {
		begin += strings.IndexByte(text[begin:], '\n') + 1
	}
	end := len(text)
	if i := strings.IndexByte(text[begin:], '\n'); i >= 0 {
		end = begin + i
	}
	const affordable = 1 << 22
	if end*(end-begin) > affordable {
		return 0
	}
	found := 0
	for ; end > begin; end-- {
		if _, err := parseTrees(text[:end]); err == nil || err.Error() != what {
			break
		}
		found = utf8.RuneCountInString(text[begin:end])
	}
	return found
}

// executionError turns an error of text/template into an Error.
func executionError(text string, err error) error {
	message := err.Error()
	line, rest := location(message)
	e := &Error{Line: line}
	if line > 0 {
		var offset int
		offset, rest = number(rest)
		if lines := strings.Split(text, "\n"); line <= len(lines) && offset <= len(lines[line-1]) {
			e.Column = column(lines[line-1][:offset])
		}
	}
	var limit limitError
	if errors.As(err, &limit) {
		e.Text = string(limit)
		return e
	}
	// executing "NAME" at <WHAT>: WHY
	if _, what, ok := strings.Cut(rest, `" at <`); ok {
		if what, why, ok := strings.Cut(what, ">: "); ok {
			rest = what + ": " + why
			if calling, ok := strings.CutPrefix(why, "error "); ok && strings.HasPrefix(calling, "calling ") {
				rest = calling
			}
		}
	}
	e.Text = clean(strings.NewReplacer(
		"type message.templateData", "the template's data",
		"type message.changed", ".Changed",
		"type message.change", "a change",
		"type message.objectID", "an object",
		"type message.", "type ",
	).Replace(rest))
	e.Controller = "failed to update source: failed to run template from spec: " + strings.NewReplacer(
		"message.templateData", "source.TemplateData",
		"message.changed", "update.Result",
		"message.change", "update.Change",
		"message.objectID", "update.ObjectIdentifier",
		"message.objectChanges", "update.ObjectChanges",
	).Replace(message)
	return e
}

// location splits text/template's "template: NAME:LINE:WHAT"; the line is 0 where it has no such beginning.
func location(message string) (int, string) {
	rest, ok := strings.CutPrefix(message, "template: "+templateName+":")
	if !ok {
		return 0, strings.TrimPrefix(message, "template: ")
	}
	return number(rest)
}

// number splits "12: rest" and "12:rest".
func number(s string) (int, string) {
	n, rest := 0, s
	for rest != "" && '0' <= rest[0] && rest[0] <= '9' && n < maxTemplateBytes {
		n, rest = 10*n+int(rest[0]-'0'), rest[1:]
	}
	return n, strings.TrimPrefix(strings.TrimPrefix(rest, ":"), " ")
}

// column is the place after the given beginning of a line.
func column(before string) int {
	return utf8.RuneCountInString(before) + 1
}

// clean keeps an error to one line of bounded length without control characters: it quotes the template.
func clean(s string) string {
	const most = 300
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}
