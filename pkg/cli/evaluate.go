// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newEvaluateCmd(s *shell) *cobra.Command {
	var f evaluateFlags
	cmd := &cobra.Command{
		Use:     "evaluate [TYPE] [NAME…]",
		Aliases: []string{"eval"},
		Short:   "Conclude what Flux would: which tags there are, and which is the latest",
		Long: `Evaluate ImageRepositories and ImagePolicies here as Flux's controllers would: list the tags, select the latest,
and say why. The objects come from files, and no cluster is contacted. TYPE is repository, policy or all.

The exit code is 1 where an object is not ready, and 3 where that could not be found out.`,
		Example: `  # What every policy in a file would select
  kubectl image evaluate all -A -f objects.yaml --tags-from=ghcr.io/stefanprodan/podinfo=tags.txt

  # Why that tag, and why not another
  kubectl image evaluate policy podinfo -f objects.yaml --tags-from=tags.txt --explain
  kubectl image evaluate policy podinfo -f objects.yaml --tags-from=tags.txt --explain=6.10.0-rc.1,latest

  # What if it had another rule, and what would a rule select without any object
  kubectl image evaluate policy podinfo -f objects.yaml --tags-from=tags.txt --select-semver='>=6.0.0-0'
  kubectl image evaluate policy --image=ghcr.io/stefanprodan/podinfo --select-semver=5.x --tags-from=tags.txt

  # Only the tag, for a script
  kubectl image evaluate policy podinfo -f objects.yaml --tags-from=tags.txt -o jsonpath='{.status.latestRef.tag}'`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := f.parse(*s.config.Namespace, args)
			if err != nil {
				return err
			}
			//nolint:forbidigo // this is where the clock is read, to be passed in
			return s.evaluate(cmd.Context(), in, time.Now())
		},
	}
	f.register(cmd.Flags())
	// It fails only for a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc("output", words(func(*cobra.Command, []string) []string { return evaluateFormats() }))
	for _, flag := range []string{"filename", "tags-from"} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault))
	}
	return cmd
}

type evaluateFlags struct {
	files         []string
	recursive     bool
	allNamespaces bool
	tagsFrom      []string
	explain       text
	output        text

	whatIf           whatIfFlags
	includeSuspended bool
}

func (f *evaluateFlags) register(flags *pflag.FlagSet) {
	flags.SortFlags = false
	flags.StringArrayVarP(&f.files, "filename", "f", nil, "`FILE`, folder or - with the objects, in place of a cluster; may be repeated")
	flags.BoolVarP(&f.recursive, "recursive", "R", false, "Read the sub-folders of folders too")
	flags.BoolVarP(&f.allNamespaces, "all-namespaces", "A", false, "Evaluate the objects of all namespaces")
	flags.StringArrayVar(&f.tagsFrom, "tags-from", nil,
		"`[IMAGE=]FILE` with the tags, or -, in place of a registry: a TAG[@DIGEST] per line, or a registry's JSON; may be repeated")
	textFlag(flags, &f.explain, "explain", "Tell how each policy comes to its answer, or what became of `TAG,…`, or of all tags")
	flags.Lookup("explain").NoOptDefVal = explainStory
	flags.VarP(&f.output, "output", "o", "Output `format`: "+oneOf(evaluateFormats()))
	flags.BoolVar(&f.includeSuspended, "include-suspended", false, "Evaluate suspended objects as if they were not")
	f.whatIf.register(flags)
}

// evaluateInput is what an evaluate command line asks for.
type evaluateInput struct {
	// Files are paths, or - for stdin.
	Files     []string
	Recursive bool
	// Namespace is that of objects which name none, and the one evaluated unless AllNamespaces.
	Namespace     string
	AllNamespaces bool
	Target        target
	// TagsFrom are lists to take in place of what a registry says.
	TagsFrom []tagsFrom
	Explain  explanation
	// Output is a format of kubectl's, or empty.
	Output string
	// WhatIf replaces the rule of the one policy that is asked about.
	WhatIf           whatIf
	IncludeSuspended bool
}

func (f *evaluateFlags) parse(namespace string, args []string) (evaluateInput, error) {
	var p problems
	in := evaluateInput{
		Files:         f.files,
		Recursive:     f.recursive,
		Namespace:     "default",
		AllNamespaces: f.allNamespaces,
		Target:        p.target(args),
		TagsFrom:      p.tagsFrom(f.tagsFrom),
		Explain:       p.explanation(f.explain),
		Output:        f.output.value,

		IncludeSuspended: f.includeSuspended,
	}
	in.WhatIf = f.whatIf.parse(&p, in.Target)
	if namespace != "" {
		in.Namespace = namespace
		p.namespace("namespace", namespace)
	}
	switch imagined := f.whatIf.image.given; {
	case imagined && (len(f.files) > 0 || f.allNamespaces):
		p.addf("--image goes without --filename and --all-namespaces: there is no object")
	case !imagined && len(f.files) == 0:
		p.addf("--filename is missing: evaluating what is in a cluster is not there yet, only what is in files")
		p.hint("kubectl image evaluate -f objects.yaml; kubectl get imagerepositories,imagepolicies -A -o json | kubectl image evaluate -A -f -")
	}
	if slices.Contains(f.files, "") {
		p.flag("filename", "", "want a file, a folder or -")
	}
	if n := stdins(in); n > 1 {
		p.addf("- is given %d times: stdin can be read once", n)
	}
	format, _, _ := strings.Cut(f.output.value, "=")
	if f.output.given && !slices.Contains(evaluateFormats(), format) {
		p.flag("output", f.output.value, "want %s", oneOf(evaluateFormats()))
	}
	if f.explain.given && f.output.given {
		p.addf("--explain and --output exclude each other: an explanation as an object is not there yet")
	}
	if f.explain.given && in.Target.Noun == nounRepository {
		p.addf("--explain goes with policies: a repository selects nothing")
	}
	if f.allNamespaces && len(in.Target.Names) > 0 {
		p.addf("--all-namespaces and a NAME exclude each other: an object is named within a namespace")
	}
	return in, p.err()
}

// stdins counts the inputs that are stdin.
func stdins(in evaluateInput) int {
	n := 0
	for _, file := range in.Files {
		if file == "-" {
			n++
		}
	}
	for _, list := range in.TagsFrom {
		if list.File == "-" {
			n++
		}
	}
	return n
}
