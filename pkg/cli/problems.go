// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageError is a wrong command line: everything that is wrong with it.
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

// flagError is a flag that pflag could not take, in our words. What comes after it on the command line was not looked at.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		problem := fmt.Errorf("unknown flag: --%s", unknown.GetSpecifiedName())
		if shorthands := unknown.GetSpecifiedShortnames(); shorthands != "" {
			problem = fmt.Errorf("unknown flag: -%s", unknown.GetSpecifiedName())
		}
		var flags []string
		cmd.Flags().VisitAll(func(flag *pflag.Flag) { flags = append(flags, flag.Name) })
		if near := nearest(unknown.GetSpecifiedName(), flags); near != "" {
			problem = &hinted{err: problem, hint: "did you mean --" + near + "?"}
		}
		err = problem
	case errors.As(err, &invalid):
		want := invalid.Unwrap().Error()
		switch invalid.GetFlag().Value.Type() {
		case "bool":
			want = "want true or false"
		case "int":
			want = "want a number"
		}
		err = fmt.Errorf("--%s %s: %s", invalid.GetFlag().Name, quote(invalid.GetValue()), want)
	}
	return &usageError{problems: []error{err}}
}

// nearest is the word that one probably meant, or empty.
func nearest(word string, words []string) string {
	probe := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, w := range words {
		probe.AddCommand(&cobra.Command{Use: w, Run: func(*cobra.Command, []string) {}})
	}
	if near := probe.SuggestionsFor(word); len(near) > 0 {
		return near[0]
	}
	return ""
}

// problems collects what is wrong with a command line, so that all of it is told at once.
type problems []error

func (p *problems) addf(format string, args ...any) {
	*p = append(*p, fmt.Errorf(format, args...))
}

// flag adds a problem with the value of a flag.
func (p *problems) flag(name, value, format string, args ...any) {
	p.addf("--%s %s: %s", name, quote(value), fmt.Sprintf(format, args...))
}

// quote shows a value, or as much of it as it takes to know it again.
func quote(value string) string {
	const enough = 200
	if runes := []rune(value); len(runes) > enough {
		return fmt.Sprintf("%q… (%d characters)", string(runes[:enough]), len(runes))
	}
	return fmt.Sprintf("%q", value)
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
		quoted = append(quoted, quote(word))
	}
	return strings.Join(quoted, ", ")
}
