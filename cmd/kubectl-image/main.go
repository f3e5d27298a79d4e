// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Command kubectl-image is the kubectl plugin `kubectl image`.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/kubectl-image/kubectl-image/pkg/cli"
)

func main() {
	os.Exit(run())
}

// run is main without the exit, so that deferred calls happen.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Main(ctx, os.Args, cli.SystemStreams(), build())
}
