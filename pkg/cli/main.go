// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"os"

	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// SystemStreams are the streams of this process.
func SystemStreams() genericiooptions.IOStreams {
	return genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
}

// Main runs one command line, argv[0] included, and returns the process's exit code.
func Main(ctx context.Context, argv []string, streams genericiooptions.IOStreams) int {
	_, _, _ = ctx, argv, streams
	return 0
}
