// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

func newCreateCmd(s *shell) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Write an ImageRepository, ImagePolicy or ImageUpdateAutomation",
		Long: `Write one of the resources of Flux's image automation, checked as the API server and the controllers would
check it, and more: a template is rendered, an expression compiled, before anything is printed.`,
		Example: `  # For Git
  kubectl image create policy podinfo --image-ref=podinfo --select-semver='6.x' --export > podinfo-policy.yaml`,
	}
	group(cmd, "type")
	children := func() []*cobra.Command {
		return []*cobra.Command{newCreateRepositoryCmd(s), newCreatePolicyCmd(s), newCreateUpdateCmd(s)}
	}
	cmd.AddCommand(children()...)
	cmd.AddCommand(imageWord(cmd, children()...))
	return cmd
}

// imageWord is the hidden word "image" between verb and noun, for hands that know flux.
func imageWord(verb *cobra.Command, children ...*cobra.Command) *cobra.Command {
	cmd := group(&cobra.Command{
		Use: "image", Aliases: []string{"images"}, Hidden: true, Short: verb.Short, Long: verb.Long, Example: verb.Example,
	}, "type")
	cmd.AddCommand(children...)
	return cmd
}

// createFlags are the flags of all three create commands.
type createFlags struct {
	interval       text
	suspend        bool
	labels         []string
	annotations    []string
	apiVersion     text
	export         bool
	dryRun         text
	output         text
	fieldManager   text
	forceConflicts bool
	wait           bool
	timeout        text
}

func (f *createFlags) register(flags *pflag.FlagSet, intervalDefault, intervalUsage string) {
	f.interval.value = intervalDefault
	f.apiVersion.value, f.dryRun.value = "v1", "none"
	f.fieldManager.value, f.timeout.value = defaultManager, "1m"
	textFlag(flags, &f.interval, "interval", intervalUsage)
	flags.BoolVar(&f.suspend, "suspend", false, "Create it suspended")
	flags.StringArrayVar(&f.labels, "label", nil, "Labels `KEY=VALUE,…`; may be repeated")
	flags.StringArrayVar(&f.annotations, "annotation", nil, "`KEY=VALUE` of an annotation; may be repeated")
	textFlag(flags, &f.apiVersion, "api-version", "`Version` of the API to write: "+oneOf(manifest.Versions())+"; on a cluster the newest that is served")
	flags.BoolVar(&f.export, "export", false, "Print the manifest for Git, and reach no cluster")
	textFlag(flags, &f.dryRun, "dry-run", "`Mode`: none, client (print, reach no cluster) or server (submit, do not keep)")
	flags.Lookup("dry-run").NoOptDefVal = "client" // as kubectl has it
	flags.VarP(&f.output, "output", "o", "Output `format`: "+oneOf(outputFormats()))
	textFlag(flags, &f.fieldManager, "field-manager", "`Name` that owns the fields on the cluster; Flux removes fields of names that begin with kubectl")
	flags.BoolVar(&f.forceConflicts, "force-conflicts", false, "Take fields over from other managers")
	flags.BoolVar(&f.wait, "wait", false, "Wait until the controller finds it ready")
	textFlag(flags, &f.timeout, "timeout", "Longest `duration` to wait")
}

// defaultManager owns what create applies. kustomize-controller takes away the fields of managers whose names begin
// with "kubectl", so this one does not.
const defaultManager = "image-cli"

// createInput is what a create command line asks for.
type createInput struct {
	// Object is complete but for its namespace, where none was given.
	Object manifest.Value
	// Export asks for the manifest as one commits it.
	Export bool
	// DryRun is none, client or server.
	DryRun string
	// Output is a format of kubectl's, or empty.
	Output string
	// AnyVersion allows the cluster's version in place of the object's.
	AnyVersion bool
	// Defaulted are the fields of the object that were not asked for, by their paths.
	Defaulted []string
	// FieldManager owns the fields on the cluster.
	FieldManager string
	// ForceConflicts takes fields from other managers.
	ForceConflicts bool
	// Wait is how long to wait for the object to be ready; zero for not at all.
	Wait time.Duration
	// Warnings are about what is allowed and will disappoint.
	Warnings []string
}

func outputFormats() []string {
	return genericclioptions.NewPrintFlags("").AllowedFormats()
}

// parse checks what the three commands share. The object's type and name are for the caller to fill in.
func (f *createFlags) parse(p *problems, namespace string) (metav1.ObjectMeta, string, createInput) {
	apiVersion, err := manifest.ParseVersion(f.apiVersion.value)
	if err != nil {
		p.flag("api-version", f.apiVersion.value, "%v", err)
	}
	if namespace != "" {
		p.namespace("namespace", namespace)
	}
	meta := metav1.ObjectMeta{
		Namespace:   namespace,
		Labels:      p.labels("label", f.labels),
		Annotations: p.annotations("annotation", f.annotations),
	}
	in := createInput{
		Export:         f.export,
		DryRun:         p.enum("dry-run", f.dryRun, "none", "client", "server"),
		Output:         f.output.value,
		AnyVersion:     !f.apiVersion.given,
		FieldManager:   p.fieldManager("field-manager", f.fieldManager),
		ForceConflicts: f.forceConflicts,
	}
	if !f.interval.given && f.interval.value != "" {
		in.Defaulted = []string{"spec.interval"}
	}
	if timeout := p.duration("timeout", f.timeout, true); f.wait {
		in.Wait = timeout.Duration
		if in.Wait <= 0 {
			p.flag("timeout", f.timeout.value, "want some time to wait")
		}
	} else if f.timeout.given {
		p.addf("--timeout without --wait: there is nothing to wait for")
	}
	f.checkTarget(p)
	format, _, _ := strings.Cut(f.output.value, "=")
	if f.output.given && !slices.Contains(outputFormats(), format) {
		p.flag("output", f.output.value, "want %s", oneOf(outputFormats()))
	}
	return meta, apiVersion, in
}

// checkTarget checks that the flags agree on where the object goes: into a manifest, or onto a cluster.
func (f *createFlags) checkTarget(p *problems) {
	if f.export {
		for _, other := range set(map[string]text{"dry-run": f.dryRun, "output": f.output}) {
			p.addf("--export and %s exclude each other: --export prints YAML for Git, --dry-run=client -o FORMAT prints the same object in any format", other)
		}
	}
	reachesNone := ""
	switch {
	case f.export:
		reachesNone = "--export"
	case f.dryRun.value == "client":
		reachesNone = "--dry-run=client"
	case f.dryRun.value == "server" && f.wait:
		p.addf("--wait and --dry-run=server exclude each other: of a dry run nothing comes that one could wait for")
	}
	clusterOnly := map[string]text{
		"field-manager": f.fieldManager, "force-conflicts": {given: f.forceConflicts}, "wait": {given: f.wait},
	}
	if given := set(clusterOnly); reachesNone != "" && len(given) > 0 {
		p.addf("%s with %s: no cluster is reached", listed(given, "and"), reachesNone)
	}
}

// versioned adds a problem for each flag that sets a field which the object's version lacks.
func (p *problems) versioned(object manifest.Value) {
	_, err := manifest.Clean(object)
	var lacking *manifest.LackingError
	switch {
	case errors.As(err, &lacking):
		p.lacking(lacking)
	case err != nil:
		p.addf("%v", err)
	}
}

func (p *problems) lacking(lacking *manifest.LackingError) {
	for _, field := range lacking.Fields {
		p.addf("--%s: %s %s has no %s", flagOf(lacking.Kind)[field], lacking.APIVersion, lacking.Kind, field)
	}
}

// flagOf names the flags that set the fields of a kind.
func flagOf(kind string) map[string]string {
	switch kind {
	case imagev1.ImageRepositoryKind:
		return repositoryFlagOf()
	case imagev1.ImagePolicyKind:
		return policyFlagOf()
	default:
		return updateFlagOf()
	}
}

// create carries out what a create command line asks for.
func (s *shell) create(ctx context.Context, in createInput) error {
	if _, err := newPrinter(in.Output, ""); err != nil {
		return &usageError{problems: []error{fmt.Errorf("--output %s: %w", quote(in.Output), err)}}
	}
	for _, warning := range in.Warnings {
		s.warn(warning)
	}
	namespace, err := s.namespace()
	if err != nil {
		return err
	}
	in.Object.SetNamespace(namespace)
	switch {
	case in.Export:
		data, err := manifest.Encode(in.Object)
		if err != nil {
			return err
		}
		_, err = s.Out.Write(data)
		return err
	case in.DryRun == "client":
		return s.printValue(in.Object, in.Output, "created (dry run)")
	default:
		return s.apply(ctx, in)
	}
}

// printValue prints an object as a person would write it.
func (s *shell) printValue(object manifest.Value, format, done string) error {
	clean, err := manifest.Clean(object)
	if err != nil {
		return err
	}
	return s.printObject(clean, format, done)
}

// printObject prints an object in a format of kubectl's; without one, its name and what was done to it.
func (s *shell) printObject(object *unstructured.Unstructured, format, done string) error {
	printer, err := newPrinter(format, done)
	if err != nil {
		return err
	}
	return printer.PrintObj(object, s.Out)
}

func newPrinter(format, done string) (printers.ResourcePrinter, error) {
	flags := genericclioptions.NewPrintFlags(done)
	flags.OutputFormat = &format
	return flags.ToPrinter()
}
