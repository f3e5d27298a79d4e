// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"strings"
)

// usageError is a wrong command line: everything that is wrong with it, in the order of the flags' help.
type usageError struct {
	problems []error
}

func (e *usageError) Error() string { return errors.Join(e.problems...).Error() }

// hinted is an error with the next step.
type hinted struct {
	err  error
	hint string
}

func (e *hinted) Error() string { return e.err.Error() }
func (e *hinted) Unwrap() error { return e.err }

// problems collects what is wrong with a command line, so that all of it is told at once.
type problems []error

func (p *problems) addf(format string, args ...any) {
	*p = append(*p, fmt.Errorf(format, args...))
}

// flag adds a problem with the value of a flag.
func (p *problems) flag(name, value, format string, args ...any) {
	p.addf("--%s %q: %s", name, value, fmt.Sprintf(format, args...))
}

// hint adds the next step to the problem added last.
func (p *problems) hint(format string, args ...any) {
	last := len(*p) - 1
	(*p)[last] = &hinted{err: (*p)[last], hint: fmt.Sprintf(format, args...)}
}

func (p *problems) err() error {
	if len(*p) == 0 {
		return nil
	}
	return &usageError{problems: *p}
}

// name takes the one positional argument of a command that makes an object.
func (p *problems) name(args []string) string {
	if len(args) == 0 {
		p.addf("NAME is missing: want one name for the object")
		return ""
	}
	if len(args) > 1 {
		p.addf("surplus arguments %s: want one NAME", quoted(args[1:]))
	}
	p.objectName("NAME", args[0])
	return args[0]
}

// oneOf lists alternatives as a sentence does: a, b or c.
func oneOf(words []string) string { return listed(words, "or") }

// listed lists words as a sentence does, with a conjunction before the last.
func listed(words []string, conjunction string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}

func quoted(words []string) string {
	var quoted []string
	for _, word := range words {
		quoted = append(quoted, fmt.Sprintf("%q", word))
	}
	return strings.Join(quoted, ", ")
}
