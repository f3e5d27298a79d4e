// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/evaluate"
	"github.com/kubectl-image/kubectl-image/pkg/inventory"
)

// The sharp edges of the reflector (reflector.md, section 6) that evaluation meets, by number. Those of selection, 1 to
// 16, are pkg/policy's; time-outs, credentials and the wire, 28, 32 to 37, 39 and 40, are the caller's. Edge 45 is in
// the messages of testdata/parity.yaml. Departures from the controller are told in doc.go.

// Edge 17: the first thing that is wrong is what is said, in this order. Each step mends one more.
func TestEdge17_Precedence(t *testing.T) {
	t.Parallel()
	inv := load(t, `---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: apps}
spec: {image: "ab:b", interval: 5m, provider: aws, serviceAccountName: sa}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: team}
spec: {imageRepositoryRef: {name: none, namespace: apps}, policy: {}, filterTags: {pattern: "("}, digestReflectionPolicy: Always}
`)
	repository, _ := inv.Repositories.Get("apps", "web")
	policy, _ := inv.Policies.Get("team", "web")
	var tags []string
	digest := ""
	world := evaluate.World{
		Tags: func(context.Context, *imagev1.ImageRepository) (evaluate.TagList, error) {
			return evaluate.TagList{Tags: tags}, nil
		},
		Digest: func(context.Context, *imagev1.ImageRepository, string) (string, error) {
			if digest == "" {
				return "", &evaluate.AskError{Cause: evaluate.Answered, Err: fmt.Errorf("no digest")}
			}
			return digest, nil
		},
	}
	blocked := true
	var reasons []string
	for _, mend := range []func(){
		func() {},
		func() { policy.Spec.Interval = &metav1.Duration{Duration: time.Minute} },
		func() { blocked = false },
		func() { policy.Spec.ImageRepositoryRef.Name = "web" },
		func() { policy.Spec.ImageRepositoryRef.Namespace, policy.Namespace = "", "apps" },
		func() { repository.Spec.Image = "example.org/shop/web" },
		func() { repository.Spec.ServiceAccountName = "" },
		func() { policy.Spec.Policy.SemVer = &imagev1.SemVerPolicy{Range: "7.x"} },
		func() { tags = []string{"1.0.0"} },
		func() { policy.Spec.FilterTags = nil },
		func() { policy.Spec.Policy.SemVer.Range = "1.x" },
		func() { digest = "sha256:1" },
	} {
		mend()
		v := policyVerdict(run(t, inv, world, evaluate.Options{NoCrossNamespaceRefs: blocked}).Policies[0])
		message := strings.TrimPrefix(v.Message, "failed to get the referred ImageRepository: ")
		reasons = append(reasons, v.Reason+" "+strings.Join(strings.Fields(message)[:2], " "))
	}
	want := []string{
		"IntervalNotConfigured spec.interval must",
		"AccessDenied cannot access",
		"DependencyNotReady referenced ImageRepository",
		"AccessDenied access denied:",
		"ImageURLInvalid image 'ab:b'",
		"FeatureGateDisabled to use",
		"InvalidPolicy invalid policy:",
		"DependencyNotReady retrying in",
		"InvalidPolicy failed to",
		"Failure unable to",
		"Failed failed fetching",
		"Succeeded Latest image",
	}
	if diff := cmp.Diff(want, reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

// Edge 18: an empty exclusionList is the default one, and any other replaces it. Edge 19: what it excludes no policy
// sees; excluding 6.7.1 moves the policy to 6.7.0.
func TestEdge18And19_Exclusion(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		list     []string
		latest   string
		observed []string
		count    int
	}{
		"empty":        {[]string{}, "6.7.1", []string{`^.*\.sig$`}, 3},
		"own":          {[]string{`^6\.7\.1$`}, "6.7.0", []string{`^6\.7\.1$`}, 3},
		"none matches": {[]string{`^$`}, "6.7.1", []string{`^$`}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inv := load(t, repositoryWeb+policyWeb)
			for repository := range inv.Repositories.All() {
				repository.Spec.ExclusionList = test.list
			}
			for policy := range inv.Policies.All() {
				policy.Spec.Policy.SemVer.Range = ">=6.0.0"
			}
			results := run(t, inv, tagged("6.7.0", "6.7.1", "6.6.0", "6.7.1.sig"), evaluate.Options{})
			status := results.Repositories[0].Object.Status
			got := []any{results.Policies[0].Object.Status.LatestRef.Tag, status.ObservedExclusionList, status.LastScanResult.TagCount}
			if diff := cmp.Diff([]any{test.latest, test.observed, test.count}, got); diff != "" {
				t.Errorf("latest, observed list, count (-want +got):\n%s", diff)
			}
		})
	}
}

// Edge 20: the canonical name of Docker Hub is index.docker.io; latestRef has the image as it is written.
func TestEdge20_DockerHub(t *testing.T) {
	t.Parallel()
	inv := load(t, strings.Replace(repositoryWeb, "example.org/shop/web", "docker.io/alpine", 1)+policyWeb)
	results := run(t, inv, tagged("1.0.0"), evaluate.Options{})
	got := []string{results.Repositories[0].Object.Status.CanonicalImageName, results.Policies[0].Object.Status.LatestRef.Name}
	if diff := cmp.Diff([]string{"index.docker.io/library/alpine", "docker.io/alpine"}, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// Edge 21: Flux keeps the tags of one image once, whatever each ImageRepository excludes. Here each has its own, and a
// note where that differs.
func TestEdge21_SharedImage(t *testing.T) {
	t.Parallel()
	other := strings.NewReplacer("name: web", "name: other", "interval: 5m", "interval: 5m, exclusionList: ['^2']").Replace(repositoryWeb)
	same := strings.NewReplacer("name: web", "name: same", "interval: 5m", "interval: 9m").Replace(repositoryWeb)
	policies := policyWeb + strings.ReplaceAll(policyWeb, "name: web", "name: other")
	inv := load(t, repositoryWeb+same+other+strings.ReplaceAll(policies, "1.x", "'>=1'"))
	results := run(t, inv, tagged("1.0.0", "2.0.0"), evaluate.Options{})
	var got []string
	for _, policy := range results.Policies {
		got = append(got, fmt.Sprint(policy.Object.Name, " ", policy.Object.Status.LatestRef.Tag, " ", policyVerdict(policy).Notes))
	}
	for _, repository := range results.Repositories {
		for _, note := range repository.Notes {
			got = append(got, repository.Object.Name+": "+note.Text)
		}
	}
	const text = "excludes other tags of example.org/shop/web than %s: by default, Flux keeps the tags of an image once, as the last of them to scan leaves them"
	want := []string{
		"other 1.0.0 [SharedImage]", "web 2.0.0 [SharedImage]",
		"other: " + fmt.Sprintf(text, "apps/same, apps/web"), "same: " + fmt.Sprintf(text, "apps/other"), "web: " + fmt.Sprintf(text, "apps/other"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("policies and notes (-want +got):\n%s", diff)
	}
}

// Edges 22 and 23: after the image was renamed, the controller combines old tags with the new name, or does not run the
// policy again. Here the scan comes first, so name and tags go together.
func TestEdge22And23_Renamed(t *testing.T) {
	t.Parallel()
	renamed := strings.Replace(repositoryWeb, "example.org/shop/web", "example.org/new/web", 1)
	inv := load(t, renamed+scannedBefore+policyWeb+resolvedBefore)
	status := run(t, inv, tagged("1.0.0"), evaluate.Options{}).Policies[0].Object.Status
	want := []*imagev1.ImageRef{{Name: "example.org/new/web", Tag: "1.0.0"}, {Name: "example.org/shop/web", Tag: "1.0.0"}}
	if diff := cmp.Diff(want, []*imagev1.ImageRef{status.LatestRef, status.ObservedPreviousRef}); diff != "" {
		t.Errorf("latest and previous (-want +got):\n%s", diff)
	}
}

// Edge 24: nothing but the tags of a repository counts for its policies; see also TestSuspended and TestNoAnswer.
func TestEdge24_RepositoryNotReady(t *testing.T) {
	t.Parallel()
	stale := strings.NewReplacer(`status: "True"`, `status: "False"`, "2026-01-01", "2020-01-01").Replace(scannedBefore)
	policy := run(t, load(t, repositoryWeb+stale+policyWeb), tagged("1.0.0"), evaluate.Options{}).Policies[0]
	if diff := cmp.Diff(verdict{"True", "Succeeded", succeeded + "1.0.0", nil}, policyVerdict(policy)); diff != "" {
		t.Errorf("verdict (-want +got):\n%s", diff)
	}
}

// Edges 25 and 26: a request is handled even if the scan fails or the object is suspended. That it fails is not
// forgotten at the next evaluation, as it would be by the controller, which finds that nothing is due.
func TestEdge25And26_Requested(t *testing.T) {
	t.Parallel()
	for name, spec := range map[string]string{"fails": "", "is suspended": ", suspend: true"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			manifests := strings.NewReplacer("namespace: apps", `namespace: apps, annotations: {reconcile.fluxcd.io/requestedAt: now}`,
				"interval: 5m", "interval: 5m"+spec).Replace(repositoryWeb + scannedBefore)
			inv := load(t, manifests)
			first := run(t, inv, failing(errDown), evaluate.Options{}).Repositories[0]
			if got := first.Object.Status.LastHandledReconcileAt; got != "now" {
				t.Errorf("handled %q, want %q", got, "now")
			}
			for repository := range inv.Repositories.All() {
				repository.Status = first.Object.Status
			}
			again := run(t, inv, failing(errDown), evaluate.Options{}).Repositories[0]
			if again.Ready != first.Ready {
				t.Errorf("Ready %s turned %s", first.Ready, again.Ready)
			}
		})
	}
}

// Edge 27: a file that leaves the provider out does not mean a cloud's, because the API server's default comes first.
func TestEdge27_ProviderDefault(t *testing.T) {
	t.Parallel()
	manifest := strings.Replace(repositoryWeb, "interval: 5m", "interval: 5m, serviceAccountName: sa", 1)
	inv := load(t, manifest)
	if got := run(t, inv, tagged(), evaluate.Options{}).Repositories[0].Ready; got != "True" {
		t.Errorf("Ready %s, want True", got)
	}
	for repository := range inv.Repositories.All() {
		repository.Spec.Provider = ""
	}
	if got := run(t, inv, tagged(), evaluate.Options{}).Repositories[0].Ready; got != "False" {
		t.Errorf("without default: Ready %s, want False", got)
	}
	if got := run(t, inv, tagged(), evaluate.Options{ObjectLevelWorkloadIdentity: true}).Repositories[0].Ready; got != "True" {
		t.Errorf("with the gate: Ready %s, want True", got)
	}
}

// Edge 29: a bad exclusion comes to light after the listing, and is retried; a bad filter stalls.
func TestEdge29_BadExpressions(t *testing.T) {
	t.Parallel()
	inv := load(t, repositoryWeb+policyWeb)
	repository, _ := inv.Repositories.Get("apps", "web")
	repository.Spec.ExclusionList = []string{"[="}
	asked := false
	world := tagged()
	world.Tags = func(context.Context, *imagev1.ImageRepository) (evaluate.TagList, error) {
		asked = true
		return evaluate.TagList{}, nil
	}
	results := run(t, inv, world, evaluate.Options{})
	want := verdict{"False", "ReadOperationFailed", "scan failed: failed to compile regex [=: error parsing regexp: missing closing ]: `[=`", nil}
	if diff := cmp.Diff(want, repositoryVerdict(results.Repositories[0])); diff != "" {
		t.Errorf("verdict (-want +got):\n%s", diff)
	}
	if !asked {
		t.Error("the registry was not asked")
	}
	if got := results.Policies[0].Object.Status.Conditions; len(got) != 2 || got[0].Type != "Reconciling" {
		t.Errorf("conditions %v, want no tags and a retry", got)
	}
}

// Edges 30 and 31 in numbers: duplicates count; no tags are no failure of the repository, but one of its policies.
func TestEdge30And31_Counts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tags []string
		want []verdict
	}{
		{[]string{"1.0.0", "1.0.0"}, []verdict{
			{"True", "Succeeded", "successful scan: found 2 tags with checksum 494601031", nil},
			{"True", "Succeeded", succeeded + "1.0.0", nil},
		}},
		{nil, []verdict{
			{"True", "Succeeded", "successful scan: found 0 tags with checksum 18153657", nil},
			{"False", "DependencyNotReady", noTags, nil},
		}},
	} {
		results := run(t, load(t, repositoryWeb+policyWeb), tagged(test.tags...), evaluate.Options{})
		got := []verdict{repositoryVerdict(results.Repositories[0]), policyVerdict(results.Policies[0])}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.tags, diff)
		}
	}
}

// Edge 38: spec.insecure does not hold for digests in Flux. Here it may, and a note says so; not for a host that is asked
// over http anyway.
func TestEdge38_InsecureDigest(t *testing.T) {
	t.Parallel()
	for image, want := range map[string][]evaluate.NoteKind{
		"example.org/shop/web":    {evaluate.FluxFails},
		"localhost:5000/shop/web": nil,
	} {
		inv := load(t, strings.NewReplacer("example.org/shop/web", image, "interval: 5m", "interval: 5m, insecure: true").Replace(repositoryWeb)+
			strings.Replace(policyWeb, "spec: {", "spec: {digestReflectionPolicy: IfNotPresent, ", 1))
		world := tagged("1.0.0")
		world.Digest = func(_ context.Context, repository *imagev1.ImageRepository, reference string) (string, error) {
			if !repository.Spec.Insecure || reference != image+":1.0.0" {
				t.Errorf("asked for the digest of %s", reference)
			}
			return "sha256:1", nil
		}
		got := policyVerdict(run(t, inv, world, evaluate.Options{}).Policies[0])
		if diff := cmp.Diff(verdict{"True", "Succeeded", "Latest image tag for " + image + " resolved to 1.0.0 with digest sha256:1", want}, got); diff != "" {
			t.Errorf("verdict (-want +got):\n%s", diff)
		}
	}
}

// Edge 41: latestRef and observedPreviousRef survive whatever fails, and the message goes on naming the previous one.
func TestEdge41_RefsSurvive(t *testing.T) {
	t.Parallel()
	inv := load(t, repositoryWeb+policyWeb+resolvedBefore)
	policy, _ := inv.Policies.Get("apps", "web")
	step := func(within string) imagev1.ImagePolicyStatus {
		policy.Spec.Policy.SemVer.Range = within
		policy.Status = run(t, inv, tagged("1.0.0", "1.1.0"), evaluate.Options{}).Policies[0].Object.Status
		return policy.Status
	}
	ref := func(tag string) *imagev1.ImageRef { return &imagev1.ImageRef{Name: "example.org/shop/web", Tag: tag} }
	for _, within := range []string{"1.x", "7.x", "not a range", "1.x"} {
		got := step(within)
		if diff := cmp.Diff([]*imagev1.ImageRef{ref("1.1.0"), ref("1.0.0")}, []*imagev1.ImageRef{got.LatestRef, got.ObservedPreviousRef}); diff != "" {
			t.Errorf("%s: latest and previous (-want +got):\n%s", within, diff)
		}
	}
	if got, want := policy.Status.Conditions[0].Message, succeeded+"1.1.0 (previously example.org/shop/web:1.0.0)"; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
}

// Edges 42, 43 and 44, of conditions, are in testdata/parity.yaml; here is what they are about, in short.
func TestEdge42To44_Conditions(t *testing.T) {
	t.Parallel()
	inv := load(t, repositoryWeb+scannedBefore)
	repository, _ := inv.Repositories.Get("apps", "web")
	repository.Generation = 2
	step := func(world evaluate.World, image string) string {
		repository.Spec.Image = image
		repository.Status = run(t, inv, world, evaluate.Options{}).Repositories[0].Object.Status
		var words []string
		for _, c := range repository.Status.Conditions {
			words = append(words, fmt.Sprintf("%s=%s %s", c.Type, c.Status, c.Reason))
		}
		return fmt.Sprintf("observed %d: %s", repository.Status.ObservedGeneration, strings.Join(words, ", "))
	}
	got := []string{
		step(failing(errDown), "example.org/shop/web"),
		step(failing(errDown), "ab:b"),
		step(tagged("1.0.0"), "example.org/shop/web"),
	}
	want := []string{
		"observed 1: Reconciling=True ProgressingWithRetry, Ready=False ReadOperationFailed", // 43
		"observed 2: Stalled=True ImageURLInvalid, Ready=False ReadOperationFailed",          // 42
		"observed 2: Ready=True Succeeded",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
	if got := repository.Status.Conditions[0].LastTransitionTime.Time; !got.Equal(now) { // 44
		t.Errorf("last transition %s, want now", got)
	}
}

// Edge 46: the controller goes on with an empty repository where it may not read the real one. Here that is Unknown, and
// nothing is concluded.
func TestEdge46_RepositoryUnreadable(t *testing.T) {
	t.Parallel()
	inv := load(t, policyWeb+resolvedBefore)
	forbidden := errors.New("forbidden")
	inv.Gaps = []inventory.Gap{{Kind: "ImageRepository", Namespace: "apps", Err: forbidden}}
	policy := run(t, inv, tagged("1.0.0"), evaluate.Options{}).Policies[0]
	if diff := cmp.Diff(verdict{"Unknown", "Succeeded", "old", nil}, policyVerdict(policy)); diff != "" {
		t.Errorf("verdict (-want +got):\n%s", diff)
	}
	if !errors.Is(policy.Err, forbidden) {
		t.Errorf("error %v, want the reason of the gap", policy.Err)
	}
}

// Edge 47: an interval without Always has no effect on the controller, but the API server refuses it; Always without one
// stalls.
func TestEdge47_Interval(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]verdict{
		"interval: 5m": {"True", "Succeeded", succeeded + "1.0.0", []evaluate.NoteKind{evaluate.InvalidObject}},
		"digestReflectionPolicy: Always": {
			"False", "IntervalNotConfigured", "spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'", nil,
		},
	} {
		inv := load(t, repositoryWeb+strings.Replace(policyWeb, "spec: {", "spec: {"+spec+", ", 1))
		if diff := cmp.Diff(want, policyVerdict(run(t, inv, tagged("1.0.0"), evaluate.Options{}).Policies[0])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", spec, diff)
		}
	}
}

// Edges 7 and 8: a tie is settled as Flux settles it, and told.
func TestEdge7And8_Ties(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string]string{
		"":                              "v1.0.0 is as high as 1.0.0, 01.0.0; Flux, whose list is in descending byte order, takes the same",
		", filterTags: {pattern: '.*'}": "v1.0.0 is as high as 1.0.0, 01.0.0; Flux takes one or the other, not always the same",
	} {
		inv := load(t, repositoryWeb+strings.Replace(policyWeb, "{semver: {range: 1.x}}", "{semver: {range: 1.x}}"+filter, 1))
		got := run(t, inv, tagged("1.0.0", "01.0.0", "v1.0.0"), evaluate.Options{}).Policies[0].Notes
		if diff := cmp.Diff([]evaluate.Note{{Kind: evaluate.Tie, Text: want}}, got); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
	}
}
