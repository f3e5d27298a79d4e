// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usage prints the part of a help text that follows from the command itself. Of the flags that all commands share, most
// are kubectl's own for reaching a cluster: they are named in a line rather than explained in twenty.
func usage(cmd *cobra.Command) error {
	w := cmd.OutOrStdout()
	line := cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		line = cmd.CommandPath() + " COMMAND"
	}
	fmt.Fprintf(w, "Usage:\n  %s\n", line)
	if len(cmd.Aliases) > 0 {
		fmt.Fprintf(w, "\nOther names:\n  %s\n", strings.Join(cmd.Aliases, ", "))
	}
	if cmd.Example != "" {
		// They are to be pasted, so they say what the program is called here.
		fmt.Fprintf(w, "\nExamples:\n%s\n", strings.ReplaceAll(cmd.Example, "  kubectl image ", "  "+cmd.Root().DisplayName()+" "))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\nCommands:\n")
		for _, child := range cmd.Commands() {
			if child.IsAvailableCommand() {
				fmt.Fprintf(w, "  %-*s  %s\n", cmd.NamePadding(), child.Name(), child.Short)
			}
		}
	}
	local := cmd.LocalNonPersistentFlags()
	local.SortFlags = false
	if local.HasAvailableFlags() {
		fmt.Fprintf(w, "\nFlags:\n%s", local.FlagUsagesWrapped(100))
	}
	fmt.Fprintf(w, "\nFlags of every command:\n%s", shared(cmd).FlagUsagesWrapped(100))
	fmt.Fprintf(w, "      and kubectl's other ones to reach a cluster (see 'kubectl options')\n")
	_, err := fmt.Fprintf(w, "\nExit codes: 0 done, or yes; 1 the answer is no; 2 wrong command line; 3 failed, or could not be decided\n")
	return err
}

// shared are the flags that all commands have and that are worth showing with each.
func shared(cmd *cobra.Command) *pflag.FlagSet {
	shown := pflag.NewFlagSet("shared", pflag.ContinueOnError)
	shown.SortFlags = false
	for _, name := range []string{"namespace", "context", "kubeconfig", "request-timeout", "color", "v", "help"} {
		shown.AddFlag(cmd.Root().PersistentFlags().Lookup(name))
	}
	return shown
}
