// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cli turns command lines into words and exit codes.
//
// In go argv and three streams; out come data on stdout, everything else on stderr, and the code that the process ends
// with. Each command is a file with three parts: a flags struct that pflag fills with text; a parse method that makes one
// plain value of it, or tells everything that is wrong; and a run of a few lines, which makes the clients that the
// command needs, calls the domain once, and prints.
//
// The law: a wrong command line reads no file, reaches no server and changes nothing. Data never mixes with words, and
// no text from outside reaches a terminal as anything but text.
//
// It holds no semantics of Flux and makes no decision that another package could make.
//
//	streams := cli.SystemStreams()
//	os.Exit(cli.Main(ctx, os.Args, streams, cli.Build{Version: "v1.2.3"}))
package cli
