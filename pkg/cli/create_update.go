// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/hex"
	"strings"

	autov1 "github.com/fluxcd/image-automation-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func newCreateUpdateCmd(s *shell) *cobra.Command {
	var f createUpdateFlags
	cmd := &cobra.Command{
		Use:     "update NAME",
		Aliases: []string{"updates", "automation", "automations", "imageupdateautomation", "imageupdateautomations", "iua", "imgupd", "imgauto"},
		Short:   "Write an ImageUpdateAutomation: which Git repository to update",
		Long: `Write an ImageUpdateAutomation: in which Git repository the marked fields get the latest images, and how the
change is committed and pushed. Without --export it is applied to the cluster.`,
		Example: `  # Update what is marked below ./apps, on the branch that the GitRepository names, for Git
  kubectl image create update apps --git-repo-ref=fleet --git-repo-path=./apps \
    --author-name=bot --author-email=bot@example.com --export

  # To a branch of its own, with a message that lists the changes
  kubectl image create update apps --git-repo-ref=fleet --checkout-branch=main --push-branch=image-updates \
    --author-email=bot@example.com \
    --commit-template='{{range .Changed.Changes}}{{println .OldValue "->" .NewValue}}{{end}}' --export`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := f.parse(cmd.Context(), *s.config.Namespace, args)
			if err != nil {
				return err
			}
			return s.create(cmd.Context(), in)
		},
	}
	f.register(cmd.Flags())
	return cmd
}

type createUpdateFlags struct {
	createFlags

	gitRepoRef, gitRepoNamespace, gitRepoPath, policySelector                          text
	checkoutBranch, checkoutTag, checkoutSemver, checkoutName, checkoutCommit          text
	pushBranch, pushRefspec, authorName, authorEmail, signingKeySecret, signingKeyType text
	commitTemplate                                                                     text
	pushOptions, commitTemplateValues                                                  []string
}

func (f *createUpdateFlags) register(flags *pflag.FlagSet) {
	flags.SortFlags = false
	textFlag(flags, &f.gitRepoRef, "git-repo-ref", "`GitRepository` to update (required)")
	textFlag(flags, &f.gitRepoNamespace, "git-repo-namespace", "`Namespace` of the GitRepository, where it is another one")
	textFlag(flags, &f.gitRepoPath, "git-repo-path", "`Path` below which to look for marks (default: the whole repository)")
	textFlag(flags, &f.policySelector, "policy-selector", "`Labels` of the policies to go by, such as team=web,tier!=test (default: all of the namespace)")
	textFlag(flags, &f.checkoutBranch, "checkout-branch", "`Branch` to start from (default: what the GitRepository says)")
	textFlag(flags, &f.checkoutTag, "checkout-tag", "`Tag` to start from")
	textFlag(flags, &f.checkoutSemver, "checkout-semver", "`Range` of versions, to start from the highest tag within")
	textFlag(flags, &f.checkoutName, "checkout-name", "Full `ref` to start from, such as refs/heads/main")
	textFlag(flags, &f.checkoutCommit, "checkout-commit", "`Commit` to start from, in full; may go with --checkout-branch")
	textFlag(flags, &f.authorEmail, "author-email", "E-mail `address` of the commits' author (required)")
	textFlag(flags, &f.authorName, "author-name", "`Name` of the commits' author")
	textFlag(flags, &f.commitTemplate, "commit-template", "Go `template` of the commit message")
	flags.StringArrayVar(&f.commitTemplateValues, "commit-template-value", nil, "`KEY=VALUE` that the template sees in .Values; may be repeated")
	textFlag(flags, &f.signingKeySecret, "signing-key-secret", "`Secret` with the key to sign commits with")
	textFlag(flags, &f.signingKeyType, "signing-key-type", "`Type` of the key: gpg (as without it) or ssh")
	textFlag(flags, &f.pushBranch, "push-branch", "`Branch` to push to (default: the branch started from)")
	textFlag(flags, &f.pushRefspec, "push-refspec", "`Refspec` to push besides the branch")
	flags.StringArrayVar(&f.pushOptions, "push-option", nil, "`KEY=VALUE` to send with each push; may be repeated")
	f.createFlags.register(flags, "1m", "`Duration` between runs")
}

// updateFlagOf names the flag of each field of an ImageUpdateAutomation's spec.
func updateFlagOf() map[string]string {
	return map[string]string{
		"spec.sourceRef.name":                   "git-repo-ref",
		"spec.sourceRef.namespace":              "git-repo-namespace",
		"spec.interval":                         "interval",
		"spec.policySelector":                   "policy-selector",
		"spec.update.path":                      "git-repo-path",
		"spec.suspend":                          "suspend",
		"spec.git.checkout.ref.branch":          "checkout-branch",
		"spec.git.checkout.ref.tag":             "checkout-tag",
		"spec.git.checkout.ref.semver":          "checkout-semver",
		"spec.git.checkout.ref.name":            "checkout-name",
		"spec.git.checkout.ref.commit":          "checkout-commit",
		"spec.git.commit.author.name":           "author-name",
		"spec.git.commit.author.email":          "author-email",
		"spec.git.commit.signingKey.secretRef":  "signing-key-secret",
		"spec.git.commit.signingKey.type":       "signing-key-type",
		"spec.git.commit.messageTemplate":       "commit-template",
		"spec.git.commit.messageTemplateValues": "commit-template-value",
		"spec.git.push.branch":                  "push-branch",
		"spec.git.push.refspec":                 "push-refspec",
		"spec.git.push.options":                 "push-option",
	}
}

func (f createUpdateFlags) parse(ctx context.Context, namespace string, args []string) (createInput, error) {
	var p problems
	name := p.name(args)
	metadata, apiVersion, in := f.createFlags.parse(&p, namespace)
	metadata.Name = name

	p.requiredName("git-repo-ref", f.gitRepoRef, "the name of a GitRepository")
	if f.gitRepoNamespace.given {
		p.namespace("git-repo-namespace", f.gitRepoNamespace.value)
	}
	update := &autov1.ImageUpdateAutomation{
		TypeMeta:   metav1.TypeMeta{APIVersion: apiVersion, Kind: autov1.ImageUpdateAutomationKind},
		ObjectMeta: metadata,
		Spec: autov1.ImageUpdateAutomationSpec{
			SourceRef: autov1.CrossNamespaceSourceReference{
				Kind: sourcev1.GitRepositoryKind, Name: f.gitRepoRef.value, Namespace: f.gitRepoNamespace.value,
			},
			PolicySelector: p.selector("policy-selector", f.policySelector),
			GitSpec: &autov1.GitSpec{
				Checkout: f.checkout(&p),
				Commit:   f.commit(&p),
				Push:     f.push(&p),
			},
			Suspend: f.suspend,
		},
	}
	if interval := p.duration("interval", f.interval, true); interval != nil {
		update.Spec.Interval = *interval
	}
	// As flux does, no update stanza without a path: the API server's default says the rest.
	if f.gitRepoPath.given {
		update.Spec.Update = &autov1.UpdateStrategy{
			Path: p.repositoryPath("git-repo-path", f.gitRepoPath), Strategy: autov1.UpdateStrategySetters,
		}
	}
	in.Warnings = p.commitTemplate(ctx, f.commitTemplate, update.Spec.GitSpec.Commit.MessageTemplateValues)
	p.versioned(update)
	in.Object = update
	return in, p.err()
}

// checkout is what to start from. Flux would silently prefer one of several refs, so only the pair that means something
// is let through: a commit and the branch it is on.
func (f createUpdateFlags) checkout(p *problems) *autov1.GitCheckoutSpec {
	refs := map[string]text{
		"checkout-branch": f.checkoutBranch, "checkout-tag": f.checkoutTag, "checkout-semver": f.checkoutSemver,
		"checkout-name": f.checkoutName, "checkout-commit": f.checkoutCommit,
	}
	given := set(refs)
	if len(given) == 0 {
		return nil
	}
	if f.checkoutCommit.given && f.checkoutBranch.given {
		delete(refs, "checkout-branch")
	}
	p.atMostOne("Flux would start from one of them", refs)
	if !f.pushBranch.given && (!f.checkoutBranch.given || len(given) > 1) {
		p.addf("--push-branch is missing: from %s alone Flux cannot tell which branch to push to", given[len(given)-1])
	}
	p.versionRange("checkout-semver", f.checkoutSemver)
	p.branch("checkout-branch", f.checkoutBranch)
	p.gitName("checkout-tag", f.checkoutTag)
	p.gitName("checkout-name", f.checkoutName)
	if name := f.checkoutName; name.given && !strings.HasPrefix(name.value, "refs/") {
		p.flag("checkout-name", name.value, "want a full ref, such as refs/heads/main")
	}
	if commit := f.checkoutCommit; commit.given {
		if sum, err := hex.DecodeString(commit.value); err != nil || len(sum) != 20 && len(sum) != 32 {
			p.flag("checkout-commit", commit.value, "want a full commit hash, 40 hexadecimal digits")
		}
	}
	return &autov1.GitCheckoutSpec{Reference: sourcev1.GitRepositoryRef{
		Branch: f.checkoutBranch.value, Tag: f.checkoutTag.value, SemVer: f.checkoutSemver.value,
		Name: f.checkoutName.value, Commit: f.checkoutCommit.value,
	}}
}

func (f createUpdateFlags) commit(p *problems) autov1.CommitSpec {
	if p.required("author-email", f.authorEmail, "the e-mail address to commit with") {
		p.person("author-email", f.authorEmail)
	}
	p.person("author-name", f.authorName)
	p.notEmpty("author-name", f.authorName)
	values := p.pairs("commit-template-value", f.commitTemplateValues)
	if len(values) > 0 && !f.commitTemplate.given {
		p.addf("--commit-template-value without --commit-template: only a template sees the values")
	}
	commit := autov1.CommitSpec{
		Author:                autov1.CommitUser{Name: f.authorName.value, Email: f.authorEmail.value},
		MessageTemplate:       f.commitTemplate.value,
		MessageTemplateValues: values,
	}
	kind := p.enum("signing-key-type", f.signingKeyType, "gpg", "ssh")
	if secret := p.reference("signing-key-secret", f.signingKeySecret); secret != nil {
		commit.SigningKey = &autov1.SigningKey{SecretRef: *secret, Type: autov1.SigningKeyType(kind)}
	} else if f.signingKeyType.given {
		p.addf("--signing-key-type without --signing-key-secret: name the Secret that holds the key")
	}
	return commit
}

func (f createUpdateFlags) push(p *problems) *autov1.PushSpec {
	push := autov1.PushSpec{
		Branch:  p.branch("push-branch", f.pushBranch),
		Refspec: p.refspec("push-refspec", f.pushRefspec),
		Options: p.pairs("push-option", f.pushOptions),
	}
	if push.Branch == "" && push.Refspec == "" && push.Options == nil {
		return nil
	}
	return &push
}
