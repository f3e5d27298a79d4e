// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/policy"
)

func newCreatePolicyCmd(s *shell) *cobra.Command {
	var f createPolicyFlags
	cmd := &cobra.Command{
		Use:     "policy NAME",
		Aliases: []string{"policies", "imagepolicy", "imagepolicies", "imgpol"},
		Short:   "Write an ImagePolicy: which of an image's tags is the latest",
		Long: `Write an ImagePolicy: by which order, among which tags, one is the latest.
Without --export it is applied to the cluster.`,
		Example: `  # The highest version within a range, for Git
  kubectl image create policy podinfo --image-ref=podinfo --select-semver='>=6.0.0 <7.0.0' --export

  # The newest build of main, by the time that CI puts at the end of its tags
  kubectl image create policy shop --image-ref=shop --select-numeric=asc \
    --filter-regex='^main-[a-f0-9]+-(?P<ts>[0-9]+)$' --filter-extract='$ts' --export`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := f.parse(*s.config.Namespace, args)
			if err != nil {
				return err
			}
			return s.create(cmd.Context(), in)
		},
	}
	f.register(cmd.Flags())
	return cmd
}

type createPolicyFlags struct {
	createFlags

	imageRef, imageRefNamespace        text
	semver, alpha, numeric             text
	filterRegex, filterExtract, digest text
}

func (f *createPolicyFlags) register(flags *pflag.FlagSet) {
	flags.SortFlags = false
	textFlag(flags, &f.imageRef, "image-ref", "`ImageRepository` whose tags to choose from (required)")
	textFlag(flags, &f.imageRefNamespace, "image-ref-namespace", "`Namespace` of the ImageRepository, where it is another one")
	textFlag(flags, &f.semver, "select-semver", "The highest version within a `range` such as '>=1.20.x' or '~1.2'")
	textFlag(flags, &f.alpha, "select-alpha", "By `order`: the last tag in alphabetical order (asc) or the first (desc)")
	textFlag(flags, &f.numeric, "select-numeric", "By `order`: the highest number (asc) or the lowest (desc)")
	textFlag(flags, &f.filterRegex, "filter-regex", "Regular `expression` that a tag must match anywhere to be considered")
	textFlag(flags, &f.filterExtract, "filter-extract", "`Template` of what to compare instead of the whole tag: groups of the expression, such as '$ts'")
	textFlag(flags, &f.digest, "reflect-digest", "`When` to note the image's digest too: Always, IfNotPresent or Never")
	f.createFlags.register(flags, "", "`Duration` between looks at the digest; goes with --reflect-digest=Always only")
}

// policyFlagOf names the flag of each field of an ImagePolicy's spec.
func policyFlagOf() map[string]string {
	return map[string]string{
		"spec.imageRepositoryRef.name":      "image-ref",
		"spec.imageRepositoryRef.namespace": "image-ref-namespace",
		"spec.policy.semver.range":          "select-semver",
		"spec.policy.alphabetical.order":    "select-alpha",
		"spec.policy.numerical.order":       "select-numeric",
		"spec.filterTags.pattern":           "filter-regex",
		"spec.filterTags.extract":           "filter-extract",
		"spec.digestReflectionPolicy":       "reflect-digest",
		"spec.interval":                     "interval",
		"spec.suspend":                      "suspend",
	}
}

func (f createPolicyFlags) parse(namespace string, args []string) (createInput, error) {
	var p problems
	name := p.name(args)
	metadata, apiVersion, in := f.createFlags.parse(&p, namespace)
	metadata.Name = name

	p.requiredName("image-ref", f.imageRef, "the name of an ImageRepository")
	if f.imageRefNamespace.given {
		p.namespace("image-ref-namespace", f.imageRefNamespace.value)
	}
	policyObject := &imagev1.ImagePolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: apiVersion, Kind: imagev1.ImagePolicyKind},
		ObjectMeta: metadata,
		Spec: imagev1.ImagePolicySpec{
			ImageRepositoryRef:     meta.NamespacedObjectReference{Name: f.imageRef.value, Namespace: f.imageRefNamespace.value},
			DigestReflectionPolicy: imagev1.ReflectionPolicy(p.notEmpty("reflect-digest", f.digest)),
			Interval:               p.duration("interval", f.interval, true),
			Suspend:                f.suspend,
		},
	}
	spec := &policyObject.Spec
	p.order("select-alpha", f.alpha)
	p.order("select-numeric", f.numeric)
	p.notEmpty("filter-regex", f.filterRegex)
	p.notEmpty("filter-extract", f.filterExtract)
	if f.semver.given {
		spec.Policy.SemVer = &imagev1.SemVerPolicy{Range: f.semver.value}
	}
	if f.alpha.given {
		spec.Policy.Alphabetical = &imagev1.AlphabeticalPolicy{Order: f.alpha.value}
	}
	if f.numeric.given {
		spec.Policy.Numerical = &imagev1.NumericalPolicy{Order: f.numeric.value}
	}
	if f.filterRegex.given || f.filterExtract.given {
		spec.FilterTags = &imagev1.TagFilter{Pattern: f.filterRegex.value, Extract: f.filterExtract.value}
	}
	p.rule(*spec)
	if always := spec.DigestReflectionPolicy == imagev1.ReflectAlways; always != f.interval.given {
		p.addf("--interval and --reflect-digest=Always go together: the digest is looked at again after each interval")
	}
	p.versioned(policyObject)
	in.Object = policyObject
	return in, p.err()
}

// order refuses an order that is given as nothing: for the API that is asc, for a person a slip.
func (p *problems) order(flag string, t text) {
	if t.given && t.value == "" {
		p.flag(flag, t.value, "want asc or desc")
	}
}

// rule adds the faults of a policy's rule, each with the flag that sets the field.
func (p *problems) rule(spec imagev1.ImagePolicySpec) {
	flagOf := func(field string) string { return "--" + policyFlagOf()["spec."+field] }
	for _, fault := range policy.Check(spec) {
		if fault.Field == policy.FieldInterval {
			continue // told in the words of the flags
		}
		if fault.Field == policy.FieldPolicy {
			var flags []string
			for _, field := range fault.Others {
				flags = append(flags, flagOf(field))
			}
			p.addf("%s: want exactly one of %s", fault.Problem, listed(flags, "and"))
			continue
		}
		p.addf("%s %q: %s; want %s", flagOf(fault.Field), fault.Value, fault.Problem, fault.Want)
		if fault.Hint != "" {
			p.hint("did you mean %s='%s'?", flagOf(fault.Field), fault.Hint)
		}
	}
}
