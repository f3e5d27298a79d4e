// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

func newCompletionCmd(s *shell) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "completion",
		Short: "Let the shell complete what is typed",
		Long: `Let the shell complete commands, flags and their values. Behind kubectl, kubectl's own completion does it (since
1.26), once it finds the file that "install" writes; for the program called by its own name there is a script for each shell.`,
		Example: `  # For kubectl
  kubectl image completion install`,
	}
	group(cmd, "command")
	cmd.AddCommand(
		newCompletionScriptCmd("bash", `Needs the package bash-completion.`,
			`  # For all shells to come
  kubectl image completion bash > ~/.local/share/bash-completion/completions/kubectl-image`,
			func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) }),
		newCompletionScriptCmd("zsh", `Needs "autoload -U compinit; compinit" in ~/.zshrc.`,
			`  # For all shells to come
  kubectl image completion zsh > "${fpath[1]}/_kubectl-image"`,
			(*cobra.Command).GenZshCompletion),
		newCompletionScriptCmd("fish", `Fish reads it by itself where the example puts it.`,
			`  # For all shells to come
  kubectl image completion fish > ~/.config/fish/completions/kubectl-image.fish`,
			func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) }),
		newCompletionScriptCmd("powershell", `Dot-source it in $PROFILE.`,
			`  # In a file, for $PROFILE to source
  kubectl image completion powershell > kubectl-image.ps1`,
			(*cobra.Command).GenPowerShellCompletionWithDesc),
		newCompletionInstallCmd(s),
	)
	return cmd
}

func newCompletionScriptCmd(shell, needs, example string, generate func(*cobra.Command, io.Writer) error) *cobra.Command {
	return &cobra.Command{
		Use:   shell,
		Short: "Print the script for " + shell,
		Long: `Print the script that makes ` + shell + ` complete this program when it is called by its own name. ` + needs + `
For "kubectl image …" see "completion install".`,
		Example: example,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return generate(cmd.Root(), cmd.OutOrStdout()) },
	}
}

// noArguments refuses arguments, with the exit code of a wrong command line.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &usageError{problems: []error{fmt.Errorf("surplus arguments %s: want none", quoted(args))}}
}

// programName is the file name by which the program was called, as a shell's completion knows it.
func programName(argv0 string) string { return strings.TrimSuffix(filepath.Base(argv0), ".exe") }

// shim is what kubectl runs to complete the words behind a plugin's name: a file on PATH called kubectl_complete-NAME,
// given the words. cobra's hidden command answers in just the form that kubectl reads.
type shim struct{ name, content string }

// shimOf returns the shim for the program of that name. It finds the program on PATH, as kubectl does, and so asks
// the one that would run; starting kubectl once more would make every keystroke wait for it.
func shimOf(program string, windows bool) (shim, error) {
	if !regexp.MustCompile(`^kubectl-[A-Za-z0-9_.-]+$`).MatchString(program) {
		return shim{}, &hinted{
			err:  fmt.Errorf("the program is called %q: kubectl completes plugins, whose names begin with kubectl-", program),
			hint: "for the program by its own name there are scripts, see 'completion --help'",
		}
	}
	name := strings.Replace(program, "-", "_complete-", 1)
	if windows {
		return shim{name + ".cmd", "@" + program + ".exe __complete %*\r\n"}, nil
	}
	return shim{name, "#!/bin/sh\nexec " + program + " __complete \"$@\"\n"}, nil
}
