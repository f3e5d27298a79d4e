// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// A choices function lists what may stand for a word that is being typed. It is asked once the line before it is parsed.
type choices func(cmd *cobra.Command, args []string) []string

// complete makes every command below root complete its flags and its objects' names. What is not said here completes to
// nothing, and not to the names of the files that happen to be there.
func (s *shell) complete(root *cobra.Command) {
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	values, paths := s.flagChoices(), pathFlags()
	names := s.argumentChoices()
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		register := func(flag *pflag.Flag) {
			var complete cobra.CompletionFunc
			if choose, ok := values[flag.Name]; ok {
				complete = words(choose)
			} else if directive, ok := paths[flag.Name]; ok {
				complete = cobra.FixedCompletions(nil, directive)
			}
			if _, own := cmd.GetFlagCompletionFunc(flag.Name); !own && complete != nil {
				// It fails only for a flag that does not exist, or has been registered already.
				_ = cmd.RegisterFlagCompletionFunc(flag.Name, complete)
			}
		}
		cmd.Flags().VisitAll(register)
		cmd.PersistentFlags().VisitAll(register)
		if choose, ok := names[cmd.Name()]; ok && cmd.ValidArgsFunction == nil {
			cmd.ValidArgsFunction = words(choose)
		}
		for _, child := range cmd.Commands() {
			visit(child)
		}
	}
	visit(root)
}

// flagChoices are the values of flags by the flags' names: the same name means the same in every command.
func (s *shell) flagChoices() map[string]choices {
	namespaces := s.names(schema.GroupResource{Resource: "namespaces"}, "")
	return map[string]choices{
		"api-version":         fixed(manifest.Versions()...),
		"color":               fixed(string(colorAuto), string(colorAlways), string(colorNever)),
		"dry-run":             fixed("none", "client", "server"),
		"output":              func(*cobra.Command, []string) []string { return outputFormats() },
		"provider":            fixed("generic", "aws", "azure", "gcp"),
		"reflect-digest":      fixed("Always", "IfNotPresent", "Never"),
		"select-alpha":        fixed("asc", "desc"),
		"select-numeric":      fixed("asc", "desc"),
		"signing-key-type":    fixed("gpg", "ssh"),
		"namespace":           namespaces,
		"git-repo-namespace":  namespaces,
		"image-ref-namespace": namespaces,
		"git-repo-ref":        s.names(gitRepositories(), "git-repo-namespace"),
		"image-ref":           s.names(imageResource("imagerepositories"), "image-ref-namespace"),
		"cluster":             kubeconfigNames(s, func(config clientcmdapi.Config) []string { return sorted(config.Clusters) }),
		"context":             kubeconfigNames(s, func(config clientcmdapi.Config) []string { return sorted(config.Contexts) }),
		"user":                kubeconfigNames(s, func(config clientcmdapi.Config) []string { return sorted(config.AuthInfos) }),
	}
}

// argumentChoices are the objects that a command's arguments name, by the command's name, which is its noun. A command
// that creates takes the names of those that are there too: it configures them.
func (s *shell) argumentChoices() map[string]choices {
	first := func(choose choices) choices {
		return func(cmd *cobra.Command, args []string) []string {
			if len(args) > 0 {
				return nil
			}
			return choose(cmd, args)
		}
	}
	return map[string]choices{
		"repository": first(s.names(imageResource("imagerepositories"), "")),
		"policy":     first(s.names(imageResource("imagepolicies"), "")),
		"update":     first(s.names(imageResource("imageupdateautomations"), "")),
	}
}

// pathFlags are the flags whose values are paths: the shell completes those itself.
func pathFlags() map[string]cobra.ShellCompDirective {
	return map[string]cobra.ShellCompDirective{
		"cache-dir":             cobra.ShellCompDirectiveFilterDirs,
		"certificate-authority": cobra.ShellCompDirectiveDefault,
		"client-certificate":    cobra.ShellCompDirectiveDefault,
		"client-key":            cobra.ShellCompDirectiveDefault,
		"dir":                   cobra.ShellCompDirectiveFilterDirs,
		"kubeconfig":            cobra.ShellCompDirectiveDefault,
	}
}

// words completes a word from choices, and never from file names. Choices that would not survive the shell's protocol,
// a line each, are left out.
func words(choose choices) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		unfit := func(choice string) bool {
			return !strings.HasPrefix(choice, typed) || strings.ContainsFunc(choice, unicode.IsControl)
		}
		return slices.DeleteFunc(choose(cmd, args), unfit), cobra.ShellCompDirectiveNoFileComp
	}
}

func fixed(values ...string) choices {
	return func(*cobra.Command, []string) []string { return slices.Clone(values) }
}

func sorted[V any](byName map[string]V) []string { return slices.Sorted(maps.Keys(byName)) }
