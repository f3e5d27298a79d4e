// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// Exit codes, the same for every command.
const (
	exitDone   = 0 // done, or yes
	exitNo     = 1 // the answer is no
	exitUsage  = 2 // wrong command line
	exitFailed = 3 // failed, or could not be decided
)

// SystemStreams are the streams of this process.
func SystemStreams() genericiooptions.IOStreams {
	return genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
}

// Main runs one command line, argv[0] included, and returns the process's exit code. Nothing below it ends the process,
// and no error is printed but here.
func Main(ctx context.Context, argv []string, streams genericiooptions.IOStreams, build Build) int {
	s := newShell(streams, os.Getenv("NO_COLOR") != "")
	_, s.inCluster = os.LookupEnv("KUBERNETES_SERVICE_HOST")
	s.argv0, s.build = argv[0], build
	root := newRootCmd(s, displayName(argv[0]))
	root.Use = programName(argv[0]) // what completion scripts complete
	root.SetArgs(argv[1:])
	if err := checkEncoding(argv[1:]); err != nil {
		return s.report(root, err)
	}
	executed, err := root.ExecuteContextC(ctx)
	return s.report(executed, err)
}

// checkEncoding refuses arguments that are not text: encoders would replace what is wrong in them without a word.
func checkEncoding(args []string) error {
	var p problems
	for i, arg := range args {
		if !utf8.ValidString(arg) {
			p.addf("argument %d, %s: not valid UTF-8", i+1, quote(arg))
		}
	}
	return p.err()
}

// displayName is what a user types to run the program: a kubectl plugin's file name with a blank for each
// dash, and a dash for each underscore.
func displayName(argv0 string) string {
	name := programName(argv0)
	if plugin, ok := strings.CutPrefix(name, "kubectl-"); ok {
		return "kubectl " + strings.NewReplacer("-", " ", "_", "-").Replace(plugin)
	}
	return name
}

// report tells what became of a command.
func (s *shell) report(cmd *cobra.Command, err error) int {
	if err == nil {
		return exitDone
	}
	var usage *usageError
	if errors.As(err, &usage) {
		for _, problem := range usage.problems {
			s.fail(problem)
		}
		s.hint("see '" + cmd.CommandPath() + " --help'")
		return exitUsage
	}
	s.fail(err)
	var refused *refusedError
	if errors.As(err, &refused) {
		return exitNo
	}
	return exitFailed
}

// fail prints an error, and the hints that come with it.
func (s *shell) fail(err error) {
	var refused *refusedError
	if errors.As(err, &refused) {
		err = refused.error
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			s.fail(err)
		}
		return
	}
	say(s.ErrOut, s.errPainter(), red, "error", err.Error())
	var hint *hinted
	if errors.As(err, &hint) {
		s.hint(hint.hint)
	}
}

func (s *shell) warn(message string) { say(s.ErrOut, s.errPainter(), yellow, "warning", message) }
func (s *shell) hint(message string) { say(s.ErrOut, s.errPainter(), cyan, "hint", message) }
