// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// shell is what every command stands on: the streams, the flags that all share, and what was read of the environment.
type shell struct {
	genericiooptions.IOStreams

	// config says which cluster and namespace is meant, by kubectl's flags. It reads no file before it is asked.
	config  *genericclioptions.ConfigFlags
	color   colorMode
	noColor bool
	// inCluster is set where the process runs in a pod, and may go by its service account.
	inCluster bool
	// verbosity 1 and up tells requests.
	verbosity int
	argv0     string
	build     Build
}

func newShell(streams genericiooptions.IOStreams, noColor bool) *shell {
	config := genericclioptions.NewConfigFlags(true)
	*config.Timeout = "30s" // kubectl waits for ever
	return &shell{IOStreams: streams, config: config, color: colorAuto, noColor: noColor}
}

func (s *shell) errPainter() painter { return newPainter(s.ErrOut, s.color, s.noColor) }

// namespace is the given one, else the current context's, else "default". Only where none is given a kubeconfig is read.
func (s *shell) namespace() (string, error) {
	if given := *s.config.Namespace; given != "" {
		return given, nil
	}
	namespace, _, err := s.config.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return "", &hinted{err: fmt.Errorf("reading the namespace from the kubeconfig: %w", err), hint: "name it: --namespace=NAME"}
	}
	for _, reason := range validation.IsDNS1123Label(namespace) {
		return "", fmt.Errorf("the namespace of the kubeconfig's context, %s: %s", quote(namespace), reason)
	}
	return namespace, nil
}

func newRootCmd(s *shell, displayName string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kubectl-image",
		Short: "Flux's image automation at the keyboard",
		Long: `Flux's image automation at the keyboard: write the resources that scan registries, select tags and update images in
Git, checked before they reach a cluster; and learn which tag Flux would select, and why not the others.`,
		Example: `  # Which tags are there, which of them is the latest, and which fields in Git get it
  kubectl image create repository podinfo --image=ghcr.io/stefanprodan/podinfo --export
  kubectl image create policy podinfo --image-ref=podinfo --select-semver='6.x' --export
  kubectl image create update apps --git-repo-ref=fleet --author-email=bot@example.com --export`,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: displayName},
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	group(cmd, "command")
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.SetOut(s.Out)
	cmd.SetErr(s.ErrOut)
	cmd.SetIn(s.In)
	cmd.SetFlagErrorFunc(flagError)
	cmd.SetUsageFunc(usage)
	cmd.PersistentFlags().SortFlags = false
	cmd.PersistentFlags().Var(&s.color, "color", "Colour on the terminal: auto, always or never; NO_COLOR is heeded")
	cmd.PersistentFlags().IntVarP(&s.verbosity, "v", "v", 0, "`Level` of detail: 1 tells each request")
	cmd.PersistentFlags().BoolP("help", "h", false, "Explain the command, with examples")
	s.config.AddFlags(cmd.PersistentFlags())
	cmd.AddCommand(newCreateCmd(s), newEvaluateCmd(s), newCompletionCmd(s), newVersionCmd(s))
	s.complete(cmd)
	return cmd
}

// group makes a command one that only holds others: it helps where nothing was asked for, and refuses words that are
// none of its commands, whatever flags come with them.
func group(cmd *cobra.Command, noun string) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.FParseErrWhitelist.UnknownFlags = true
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			if cmd.HasParent() {
				return &usageError{problems: []error{fmt.Errorf("%s is missing: want %s", strings.ToUpper(noun), oneOf(names(cmd)))}}
			}
			return cmd.Help()
		}
		problem := fmt.Errorf("unknown %s %s: want %s", noun, quote(args[0]), oneOf(names(cmd)))
		if kind, name, found := strings.Cut(args[0], "/"); found && slices.Contains(names(cmd), kind) {
			problem = &hinted{err: problem, hint: "did you mean " + cmd.CommandPath() + " " + kind + " " + name + "?"}
		} else if near := nearest(args[0], names(cmd)); near != "" {
			problem = &hinted{err: problem, hint: "did you mean " + cmd.CommandPath() + " " + near + "?"}
		}
		return &usageError{problems: []error{problem}}
	}
	return cmd
}

func names(cmd *cobra.Command) []string {
	var names []string
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			names = append(names, child.Name())
		}
	}
	return names
}
