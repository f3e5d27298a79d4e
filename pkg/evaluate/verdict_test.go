// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate_test

import (
	"context"
	"errors"
	"testing"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/evaluate"
	"github.com/kubectl-image/kubectl-image/pkg/inventory"
)

const (
	scannedBefore = `status:
  canonicalImageName: example.org/shop/web
  observedGeneration: 1
  observedExclusionList: ['^.*\.sig$']
  lastScanResult: {revision: "160432618", tagCount: 1, scanTime: "2026-01-01T00:00:00Z", latestTags: [1.0.0]}
  conditions: [{type: Ready, status: "True", reason: Succeeded, message: old, lastTransitionTime: "2026-01-01T00:00:00Z"}]
`
	resolvedBefore = `status:
  observedGeneration: 1
  latestRef: {name: example.org/shop/web, tag: 1.0.0}
  conditions: [{type: Ready, status: "True", reason: Succeeded, message: old, lastTransitionTime: "2026-01-01T00:00:00Z"}]
`
	succeeded = "Latest image tag for example.org/shop/web resolved to "
	noTags    = "retrying in 30s error: no tags in database"
)

var errDown = errors.New("dial tcp: connection refused")

// What a lack of tags means hangs on why there are none, and on what the controller may have stored.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	answered := &evaluate.AskError{Cause: evaluate.Answered, Err: errors.New("HTTP 404"), Message: "NAME_UNKNOWN"}
	misconfigured := &evaluate.AskError{Cause: evaluate.Misconfigured, Err: errors.New(`secrets "x" not found`)}
	notAtHand := &evaluate.AskError{Cause: evaluate.NotAtHand, Err: errors.New(`Secret "x" is not among the files`)}
	type verdicts struct{ Repository, Policy verdict }
	for name, test := range map[string]struct {
		err    error
		before bool // there is a status of earlier times
		want   verdicts
	}{
		"out of reach, never scanned": {err: errDown, want: verdicts{
			Repository: verdict{"Unknown", "ReadOperationFailed", "scan failed: dial tcp: connection refused", nil},
			Policy:     verdict{"Unknown", "DependencyNotReady", noTags, nil},
		}},
		"out of reach, scanned before": {err: errDown, before: true, want: verdicts{
			Repository: verdict{"Unknown", "ReadOperationFailed", "scan failed: dial tcp: connection refused", nil},
			Policy:     verdict{"Unknown", "Succeeded", "old", []evaluate.NoteKind{evaluate.StoredTags}},
		}},
		"no such repository, never scanned": {err: answered, want: verdicts{
			Repository: verdict{"False", "ReadOperationFailed", "scan failed: NAME_UNKNOWN", nil},
			Policy:     verdict{"False", "DependencyNotReady", noTags, nil},
		}},
		"no such repository, scanned before": {err: answered, before: true, want: verdicts{
			Repository: verdict{"False", "ReadOperationFailed", "scan failed: NAME_UNKNOWN", nil},
			Policy:     verdict{"Unknown", "Succeeded", "old", []evaluate.NoteKind{evaluate.StoredTags}},
		}},
		"no credentials, never scanned": {err: misconfigured, want: verdicts{
			Repository: verdict{"False", "AuthenticationFailed", `failed to configure authentication options: secrets "x" not found`, nil},
			Policy:     verdict{"False", "DependencyNotReady", noTags, nil},
		}},
		"secret not at hand, never scanned": {err: notAtHand, want: verdicts{
			Repository: verdict{"Unknown", "", "", nil},
			Policy:     verdict{"Unknown", "", "", nil},
		}},
		"secret not at hand, scanned before": {err: notAtHand, before: true, want: verdicts{
			Repository: verdict{"Unknown", "Succeeded", "old", nil},
			Policy:     verdict{"Unknown", "Succeeded", "old", []evaluate.NoteKind{evaluate.StoredTags}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			manifests := repositoryWeb + policyWeb
			if test.before {
				manifests = repositoryWeb + scannedBefore + policyWeb + resolvedBefore
			}
			results := run(t, load(t, manifests), failing(test.err), evaluate.Options{})
			repository, policy := results.Repositories[0], results.Policies[0]
			if diff := cmp.Diff(test.want, verdicts{repositoryVerdict(repository), policyVerdict(policy)}); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
			for _, err := range []error{repository.Err, policy.Err} {
				if !errors.Is(err, test.err) {
					t.Errorf("error %v, want %v", err, test.err)
				}
			}
			if test.before && policy.Object.Status.LatestRef.Tag != "1.0.0" {
				t.Error("the outage took the latest tag away")
			}
		})
	}
}

// The same four causes, for a digest.
func TestNoDigest(t *testing.T) {
	t.Parallel()
	const reference = "failed fetching digest of example.org/shop/web:1.0.0: "
	for name, test := range map[string]struct {
		err  error
		want verdict
	}{
		"out of reach": {errDown, verdict{
			"Unknown", "Failed", reference + `failed fetching descriptor for "example.org/shop/web:1.0.0": dial tcp: connection refused`, nil,
		}},
		"answered": {&evaluate.AskError{Cause: evaluate.Answered, Err: errors.New("404")}, verdict{
			"False", "Failed", reference + `failed fetching descriptor for "example.org/shop/web:1.0.0": 404`, nil,
		}},
		"misconfigured": {&evaluate.AskError{Cause: evaluate.Misconfigured, Err: errors.New("no secret")}, verdict{
			"False", "Failed", reference + "failed to configure authentication options: no secret", nil,
		}},
		"not at hand": {&evaluate.AskError{Cause: evaluate.NotAtHand, Err: errors.New("no secret")}, verdict{"Unknown", "", "", nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := tagged("1.0.0")
			world.Digest = func(context.Context, *imagev1.ImageRepository, string) (string, error) { return "", test.err }
			inv := load(t, repositoryWeb+policyWeb)
			for policy := range inv.Policies.All() {
				policy.Spec.DigestReflectionPolicy = imagev1.ReflectIfNotPresent
			}
			policy := run(t, inv, world, evaluate.Options{}).Policies[0]
			if diff := cmp.Diff(test.want, policyVerdict(policy)); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
			if policy.Object.Status.LatestRef != nil {
				t.Errorf("latestRef %v, want none", policy.Object.Status.LatestRef)
			}
		})
	}
}

// A suspended repository is not scanned unless a policy needs its tags; a suspended object is as it was found.
func TestSuspended(t *testing.T) {
	t.Parallel()
	suspend := func(inv *inventory.Inventory, repository, policy bool) {
		for object := range inv.Repositories.All() {
			object.Spec.Suspend = repository
		}
		for object := range inv.Policies.All() {
			object.Spec.Suspend = policy
		}
	}
	for name, test := range map[string]struct {
		manifests          string
		repository, policy bool
		tags               []string
		include            bool
		want               verdict // of the policy
		asked              int
	}{
		"both": {
			manifests: repositoryWeb + scannedBefore + policyWeb + resolvedBefore, repository: true, policy: true,
			want: verdict{"True", "Succeeded", "old", nil},
		},
		"both, never reconciled": {
			manifests: repositoryWeb + policyWeb, repository: true, policy: true,
			want: verdict{"Unknown", "", "", nil},
		},
		"both, but included": {
			manifests: repositoryWeb + policyWeb, repository: true, policy: true, include: true, tags: []string{"1.0.0"},
			want: verdict{"True", "Succeeded", succeeded + "1.0.0", nil}, asked: 1,
		},
		"repository, with the tags that were stored": {
			manifests: repositoryWeb + scannedBefore + policyWeb, repository: true, tags: []string{"1.0.0"},
			want: verdict{"True", "Succeeded", succeeded + "1.0.0", nil}, asked: 1,
		},
		"repository, with newer tags": {
			manifests: repositoryWeb + scannedBefore + policyWeb, repository: true, tags: []string{"1.0.0", "1.1.0"},
			want: verdict{"True", "Succeeded", succeeded + "1.1.0", []evaluate.NoteKind{evaluate.StoredTags}}, asked: 1,
		},
		"repository, never scanned": {
			manifests: repositoryWeb + policyWeb, repository: true, tags: []string{"1.0.0"},
			want: verdict{"True", "Succeeded", succeeded + "1.0.0", []evaluate.NoteKind{evaluate.StoredTags}}, asked: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inv := load(t, test.manifests)
			suspend(inv, test.repository, test.policy)
			asked := 0
			world := tagged(test.tags...)
			world.Tags = func(context.Context, *imagev1.ImageRepository) (evaluate.TagList, error) {
				asked++
				return evaluate.TagList{Tags: test.tags}, nil
			}
			results := run(t, inv, world, evaluate.Options{IncludeSuspended: test.include})
			if diff := cmp.Diff(test.want, policyVerdict(results.Policies[0])); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
			if asked != test.asked {
				t.Errorf("asked for tags %d times, want %d", asked, test.asked)
			}
			repository := results.Repositories[0]
			if diff := cmp.Diff(repository.Before, repository.Object.Status); (diff == "") == test.include {
				t.Errorf("status of the repository (-want +got):\n%s", diff)
			}
		})
	}
}

// Without the Namespace's manifest there is only the label that every namespace has.
func TestNamespaceMissing(t *testing.T) {
	t.Parallel()
	const mismatch = "failed to get the referred ImageRepository: access denied: " +
		"'apps/web' can't be accessed due to ACL labels mismatch on namespace 'team'"
	const forbidden = "failed to get the referred ImageRepository: access denied: forbidden"
	for name, test := range map[string]struct {
		selectors string
		gap       error // nil: that of files
		want      verdict
	}{
		"own label wanted":               {selectors: "[{matchLabels: {team: a}}]", want: verdict{"False", "AccessDenied", mismatch, []evaluate.NoteKind{evaluate.NamespaceMissing}}},
		"name wanted":                    {selectors: "[{matchLabels: {kubernetes.io/metadata.name: team}}]", want: verdict{"True", "Succeeded", succeeded + "1.0.0", nil}},
		"nothing wanted":                 {selectors: "[{}]", want: verdict{"True", "Succeeded", succeeded + "1.0.0", nil}},
		"no selector":                    {selectors: "[]", want: verdict{"False", "AccessDenied", mismatch, nil}},
		"not to be read":                 {selectors: "[{matchLabels: {team: a}}]", gap: errors.New("forbidden"), want: verdict{"Unknown", "AccessDenied", forbidden, []evaluate.NoteKind{evaluate.NamespaceMissing}}},
		"not to be read, but not needed": {selectors: "[{}]", gap: errors.New("forbidden"), want: verdict{"True", "Succeeded", succeeded + "1.0.0", nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inv := load(t, `---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: apps}
spec: {image: example.org/shop/web, interval: 5m, accessFrom: {namespaceSelectors: `+test.selectors+`}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: team}
spec: {imageRepositoryRef: {name: web, namespace: apps}, policy: {semver: {range: 1.x}}}
`)
			if test.gap != nil {
				inv.Gaps = []inventory.Gap{{Kind: "Namespace", Err: test.gap}}
			}
			policy := run(t, inv, tagged("1.0.0"), evaluate.Options{}).Policies[0]
			if diff := cmp.Diff(test.want, policyVerdict(policy)); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
		})
	}
}

// Digest reflection over two passes, with the image pushed anew in between: reflector.md, section 5.
func TestDigestTwoPasses(t *testing.T) {
	t.Parallel()
	const d1, d2, tag1, tag2 = "sha256:1", "sha256:2", "v1.1.1", "v2.0.0"
	const never, present, always = imagev1.ReflectNever, imagev1.ReflectIfNotPresent, imagev1.ReflectAlways
	ref := func(tag, digest string) *imagev1.ImageRef {
		return &imagev1.ImageRef{Name: "example.org/shop/web", Tag: tag, Digest: digest}
	}
	for name, test := range map[string]struct {
		first, second imagev1.ReflectionPolicy
		secondRange   string
		want          [2]string
		latest        string
		previous      *imagev1.ImageRef
	}{
		"Never, Never":                          {first: never, second: never, want: [2]string{"", ""}},
		"Always, Always":                        {first: always, second: always, want: [2]string{d1, d2}, previous: ref(tag1, d1)},
		"IfNotPresent, IfNotPresent":            {first: present, second: present, want: [2]string{d1, d1}},
		"IfNotPresent, IfNotPresent, other tag": {first: present, second: present, secondRange: "v2.x", want: [2]string{d1, d2}, latest: tag2, previous: ref(tag1, d1)},
		"Never, IfNotPresent":                   {first: never, second: present, want: [2]string{"", d2}, previous: ref(tag1, "")},
		"Always, Never":                         {first: always, second: never, want: [2]string{d1, ""}, previous: ref(tag1, d1)},
		"IfNotPresent, Never":                   {first: present, second: never, want: [2]string{d1, ""}, previous: ref(tag1, d1)},
		"IfNotPresent, Always":                  {first: present, second: always, want: [2]string{d1, d2}, previous: ref(tag1, d1)},
		"Always, IfNotPresent":                  {first: always, second: present, want: [2]string{d1, d1}},
		"IfNotPresent, IfNotPresent, same by =": {first: present, second: present, secondRange: "=v1.1.1", want: [2]string{d1, d1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inv := load(t, repositoryWeb+policyWeb)
			pass := func(digest string, reflects imagev1.ReflectionPolicy, within string) evaluate.Policy {
				world := tagged("v1.0.0", "v1.1.0", tag1, tag2)
				world.Digest = func(_ context.Context, _ *imagev1.ImageRepository, reference string) (string, error) {
					if want := "example.org/shop/web:" + map[string]string{"v1.x": tag1, "=v1.1.1": tag1, "v2.x": tag2}[within]; reference != want {
						t.Errorf("asked for the digest of %s, want %s", reference, want)
					}
					return digest, nil
				}
				for policy := range inv.Policies.All() {
					policy.Spec.DigestReflectionPolicy = reflects
					policy.Spec.Policy.SemVer.Range = within
					policy.Spec.Interval = nil
					if reflects == always {
						policy.Spec.Interval = &metav1.Duration{}
					}
				}
				result := run(t, inv, world, evaluate.Options{}).Policies[0]
				if want := map[imagev1.ReflectionPolicy]string{always: "10m0s"}[reflects]; requeue(result.RequeueAfter) != want {
					t.Errorf("requeued after %q, want %q", requeue(result.RequeueAfter), want)
				}
				for policy := range inv.Policies.All() {
					policy.Status = result.Object.Status
				}
				return result
			}
			second := test.secondRange
			if second == "" {
				second = "v1.x"
			}
			got := [2]string{}
			got[0] = pass(d1, test.first, "v1.x").Object.Status.LatestRef.Digest
			last := pass(d2, test.second, second).Object.Status
			got[1] = last.LatestRef.Digest
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("digests (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.previous, last.ObservedPreviousRef); diff != "" {
				t.Errorf("previous (-want +got):\n%s", diff)
			}
			if test.latest != "" && last.LatestRef.Tag != test.latest {
				t.Errorf("latest %s, want %s", last.LatestRef.Tag, test.latest)
			}
		})
	}
}
