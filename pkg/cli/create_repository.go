// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"net/url"
	"strings"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/fluxcd/pkg/apis/acl"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// maxExclusions is the length that the CRD allows an exclusion list.
const maxExclusions = 25

func newCreateRepositoryCmd(s *shell) *cobra.Command {
	var f createRepositoryFlags
	cmd := &cobra.Command{
		Use:     "repository NAME",
		Aliases: []string{"repositories", "repo", "imagerepository", "imagerepositories", "imgrepo"},
		Short:   "Write an ImageRepository: which image to list the tags of",
		Long: `Write an ImageRepository: which image Flux lists the tags of, how often, and with which credentials.
Without --export it is applied to the cluster.`,
		Example: `  # A public image, for Git
  kubectl image create repository podinfo --image=ghcr.io/stefanprodan/podinfo --interval=5m --export

  # A private one, whose tags another namespace may read too
  kubectl image create repository shop --image=registry.example.org/shop/web --secret-ref=regcred \
    --access-from=kubernetes.io/metadata.name=flux-system --export`,
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

type createRepositoryFlags struct {
	createFlags

	image, scanTimeout, secretRef, certRef, proxySecretRef, serviceAccount, provider text
	insecure                                                                         bool
	exclude, accessFrom                                                              []string
}

func (f *createRepositoryFlags) register(flags *pflag.FlagSet) {
	flags.SortFlags = false
	textFlag(flags, &f.image, "image", "`Image` to list the tags of, without scheme, tag or digest (required)")
	textFlag(flags, &f.scanTimeout, "scan-timeout", "Longest `duration` of one scan, login included; below 1h (default: the interval)")
	textFlag(flags, &f.secretRef, "secret-ref", "`Secret` of type kubernetes.io/dockerconfigjson with the registry's credentials")
	textFlag(flags, &f.serviceAccount, "service-account", "`ServiceAccount` whose image pull secrets, or whose cloud identity, to use")
	textFlag(flags, &f.provider, "provider", "`Source` of credentials: generic, aws, azure or gcp")
	textFlag(flags, &f.certRef, "cert-ref", "`Secret` with tls.crt and tls.key, ca.crt, or all three")
	textFlag(flags, &f.proxySecretRef, "proxy-secret-ref", "`Secret` with the address of a proxy and its credentials")
	flags.BoolVar(&f.insecure, "insecure", false, "Allow plain HTTP")
	flags.StringArrayVar(&f.exclude, "exclude", nil, "Regular `expression` of tags to ignore, instead of ^.*\\.sig$; may be repeated")
	flags.StringArrayVar(&f.accessFrom, "access-from", nil,
		"`LABELS` of namespaces whose policies may use it, such as team=web,env=prod, or * for all; repeated, any of them will do")
	f.createFlags.register(flags, "1m", "`Duration` between scans")
}

// repositoryFlagOf names the flag of each field of an ImageRepository's spec.
func repositoryFlagOf() map[string]string {
	return map[string]string{
		"spec.image":                         "image",
		"spec.interval":                      "interval",
		"spec.timeout":                       "scan-timeout",
		"spec.secretRef":                     "secret-ref",
		"spec.proxySecretRef":                "proxy-secret-ref",
		"spec.serviceAccountName":            "service-account",
		"spec.certSecretRef":                 "cert-ref",
		"spec.suspend":                       "suspend",
		"spec.accessFrom.namespaceSelectors": "access-from",
		"spec.exclusionList":                 "exclude",
		"spec.provider":                      "provider",
		"spec.insecure":                      "insecure",
	}
}

func (f createRepositoryFlags) parse(namespace string, args []string) (createInput, error) {
	var p problems
	name := p.name(args)
	meta, apiVersion, in := f.createFlags.parse(&p, namespace)
	meta.Name = name

	p.image("image", f.image)
	if len(f.exclude) > maxExclusions {
		p.addf("--exclude is given %d times: the API allows %d", len(f.exclude), maxExclusions)
	}
	for _, expression := range f.exclude {
		p.expression("exclude", expression)
	}
	if f.serviceAccount.given {
		p.objectName("--service-account", f.serviceAccount.value)
	}
	repository := &imagev1.ImageRepository{
		TypeMeta:   metav1.TypeMeta{APIVersion: apiVersion, Kind: imagev1.ImageRepositoryKind},
		ObjectMeta: meta,
		Spec: imagev1.ImageRepositorySpec{
			Image:              f.image.value,
			Timeout:            p.duration("scan-timeout", f.scanTimeout, false),
			SecretRef:          p.reference("secret-ref", f.secretRef),
			CertSecretRef:      p.reference("cert-ref", f.certRef),
			ProxySecretRef:     p.reference("proxy-secret-ref", f.proxySecretRef),
			ServiceAccountName: f.serviceAccount.value,
			Provider:           p.enum("provider", f.provider, "generic", "aws", "azure", "gcp"),
			ExclusionList:      f.exclude,
			AccessFrom:         p.accessFrom("access-from", f.accessFrom),
			Insecure:           f.insecure,
			Suspend:            f.suspend,
		},
	}
	if interval := p.duration("interval", f.interval, true); interval != nil {
		repository.Spec.Interval = *interval
	}
	p.versioned(repository)
	in.Object, in.Warnings = repository, f.warnings()
	return in, p.err()
}

func (f createRepositoryFlags) warnings() []string {
	var warnings []string
	cloud := f.provider.given && f.provider.value != "generic"
	if cloud && f.secretRef.given {
		warnings = append(warnings, "--secret-ref beside --provider="+f.provider.value+": controllers since Flux 2.7 ignore the Secret")
	}
	if cloud && f.serviceAccount.given {
		warnings = append(warnings, "--service-account beside --provider="+f.provider.value+
			": the controller stalls on it unless its feature gate ObjectLevelWorkloadIdentity is on")
	}
	if f.secretRef.given && f.certRef == f.secretRef {
		warnings = append(warnings, "--secret-ref and --cert-ref name the same Secret: the controller fails to read it; put the certificates in one of their own")
	}
	return warnings
}

// image checks the image of a repository by the controller's rules, in words about the value rather than the rule.
func (p *problems) image(flag string, t text) {
	const want = "want [HOST[:PORT]/]PATH, without scheme, tag or digest"
	if !p.required(flag, t, "an image such as ghcr.io/stefanprodan/podinfo") {
		return
	}
	scheme, rest, hasScheme := strings.Cut(t.value, "://")
	colon := strings.LastIndexByte(t.value, ':')
	_, err := manifest.ParseImage(t.value, false)
	switch {
	case hasScheme:
		shown := t.value
		if parsed, err := url.Parse(t.value); err == nil && parsed.User != nil {
			shown = parsed.Redacted()
			rest = strings.TrimPrefix(rest, parsed.User.String()+"@")
		}
		p.flag(flag, shown, "has the scheme %q: %s, as %s", scheme, want, quote(rest))
	case strings.Contains(t.value, "@"):
		p.flag(flag, t.value, "has a digest, or a user: %s", want)
	case colon > strings.LastIndexByte(t.value, '/'):
		p.flag(flag, t.value, "has a tag: %s, as %s", want, quote(t.value[:colon]))
	case err != nil:
		_, cause := name.NewRepository(t.value) // the controller's own words do not have it
		p.flag(flag, t.value, "%v; %s", cause, want)
	case strings.HasPrefix(t.value, "/") || strings.HasSuffix(t.value, "/") || strings.Contains(t.value, "//"):
		p.flag(flag, t.value, "has an empty part: %s", want)
	}
}

// accessFrom parses label pairs, one namespace selector for each time the flag was given.
func (p *problems) accessFrom(flag string, selectors []string) *acl.AccessFrom {
	if len(selectors) == 0 {
		return nil
	}
	access := &acl.AccessFrom{}
	for _, selector := range selectors {
		var labels map[string]string
		if selector != "*" {
			labels = p.labels(flag, []string{selector})
		}
		access.NamespaceSelectors = append(access.NamespaceSelectors, acl.NamespaceSelector{MatchLabels: labels})
	}
	return access
}
