// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-image/kubectl-image/pkg/evaluate"
	"github.com/kubectl-image/kubectl-image/pkg/inventory"
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// many makes n repositories with two policies each.
func many(t testing.TB, n int) *inventory.Inventory {
	t.Helper()
	var b strings.Builder
	for i := range n {
		name := fmt.Sprintf("name: r%04d", i)
		b.WriteString(strings.NewReplacer("name: web", name, "shop/web", fmt.Sprintf("shop/r%04d", i)).Replace(repositoryWeb))
		b.WriteString(strings.ReplaceAll(policyWeb, "name: web", name))
		b.WriteString(strings.Replace(strings.Replace(policyWeb, "name: web", name+"-again", 1), "name: web", name, 1))
	}
	loaded, err := inventory.Load("apps", inventory.Input{Files: []inventory.File{{Name: "in.yaml", Data: []byte(b.String())}}})
	if err != nil {
		t.Fatal(err)
	}
	return &loaded.Inventory
}

// Every repository is asked for once, however many policies it has, never more at a time than allowed, and the results
// are in order.
func TestRun(t *testing.T) {
	t.Parallel()
	const repositories, atOnce = 50, 4
	var mu sync.Mutex
	asked := map[string]int{}
	var running, most atomic.Int32
	world := evaluate.World{Tags: func(_ context.Context, repository *imagev1.ImageRepository) (evaluate.TagList, error) {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		mu.Lock()
		defer mu.Unlock()
		asked[repository.Name]++
		return evaluate.TagList{Tags: []string{"1.0.0"}, Source: "somewhere", At: now.Add(-time.Hour)}, nil
	}}
	results := run(t, many(t, repositories), world, evaluate.Options{Concurrency: atOnce})
	var want, got []string
	for i := range repositories {
		want = append(want, fmt.Sprintf("r%04d", i), fmt.Sprintf("r%04d-again", i))
	}
	for _, policy := range results.Policies {
		got = append(got, policy.Object.Name)
		if policy.Scan.Tags.Source != "somewhere" || !policy.Scan.Tags.At.Equal(now.Add(-time.Hour)) {
			t.Errorf("%s: tags of %+v", policy.Object.Name, policy.Scan.Tags)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("policies (-want +got):\n%s", diff)
	}
	for name, times := range asked {
		if times != 1 {
			t.Errorf("%s: asked %d times", name, times)
		}
	}
	if len(asked) != repositories || most.Load() > atOnce {
		t.Errorf("asked for %d repositories, %d at once", len(asked), most.Load())
	}
	for _, repository := range results.Repositories {
		if at := repository.Object.Status.LastScanResult.ScanTime.Time; !at.Equal(now.Add(-time.Hour)) {
			t.Errorf("%s: scanned at %s, want when the tags were listed", repository.Object.Name, at)
		}
	}
}

// A repository that is slow holds up its own policies and nobody else: the others finish, or the test never does.
func TestRunSlow(t *testing.T) {
	t.Parallel()
	const repositories = 20
	var others sync.WaitGroup
	others.Add(repositories - 1)
	world := evaluate.World{
		Tags: func(_ context.Context, repository *imagev1.ImageRepository) (evaluate.TagList, error) {
			if repository.Name == "r0000" {
				others.Wait()
			}
			return evaluate.TagList{Tags: []string{"1.0.0"}}, nil
		},
		Digest: func(_ context.Context, repository *imagev1.ImageRepository, _ string) (string, error) {
			if repository.Name != "r0000" {
				others.Done()
			}
			return "sha256:1", nil
		},
	}
	inv := many(t, repositories)
	for policy := range inv.Policies.All() {
		if !strings.HasSuffix(policy.Name, "-again") {
			policy.Spec.DigestReflectionPolicy = imagev1.ReflectIfNotPresent
		}
	}
	for _, policy := range run(t, inv, world, evaluate.Options{}).Policies {
		if policy.Ready != "True" {
			t.Errorf("%s: Ready %s", policy.Object.Name, policy.Ready)
		}
	}
}

func TestRunCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	world := evaluate.World{Tags: func(ctx context.Context, _ *imagev1.ImageRepository) (evaluate.TagList, error) {
		cancel()
		<-ctx.Done()
		return evaluate.TagList{}, ctx.Err()
	}}
	results, err := evaluate.Run(ctx, many(t, 20), world, evaluate.Options{Now: now, Concurrency: 2})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	for _, policy := range results.Policies {
		if policy.Ready != "Unknown" {
			t.Errorf("%s: Ready %s, want Unknown", policy.Object.Name, policy.Ready)
		}
	}
}

// Only what is wanted is evaluated, and only what that needs is asked for; a policy that is wrong in itself needs
// nothing.
func TestRunWanted(t *testing.T) {
	t.Parallel()
	inv := many(t, 3)
	bad, _ := inv.Policies.Get("apps", "r0002")
	bad.Spec.Policy.SemVer = nil
	var mu sync.Mutex
	var asked []string
	world := evaluate.World{Tags: func(_ context.Context, repository *imagev1.ImageRepository) (evaluate.TagList, error) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, repository.Name)
		return evaluate.TagList{Tags: []string{"1.0.0"}}, nil
	}}
	results := run(t, inv, world, evaluate.Options{Wanted: func(value manifest.Value) bool {
		_, isPolicy := value.(*imagev1.ImagePolicy)
		return isPolicy && (value.GetName() == "r0001" || value.GetName() == "r0002")
	}})
	if diff := cmp.Diff([]string{"r0001"}, asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	if len(results.Repositories) != 0 || len(results.Policies) != 2 {
		t.Errorf("%d repositories, %d policies, want 0 and 2", len(results.Repositories), len(results.Policies))
	}
}

// Objects of older versions are printed as v1, and nothing given is changed.
func TestRunLeavesInput(t *testing.T) {
	t.Parallel()
	inv := load(t, strings.ReplaceAll(repositoryWeb+scannedBefore+policyWeb+resolvedBefore, "fluxcd.io/v1\n", "fluxcd.io/v1beta2\n"))
	before := load(t, strings.ReplaceAll(repositoryWeb+scannedBefore+policyWeb+resolvedBefore, "fluxcd.io/v1\n", "fluxcd.io/v1beta2\n"))
	tags := []string{"1.0.0", "1.2.0", "1.1.0"}
	results := run(t, inv, tagged(tags...), evaluate.Options{})
	for name, object := range map[string]string{
		results.Repositories[0].Object.APIVersion: results.Repositories[0].Object.Kind,
		results.Policies[0].Object.APIVersion:     results.Policies[0].Object.Kind,
	} {
		if name != "image.toolkit.fluxcd.io/v1" {
			t.Errorf("%s of %s", object, name)
		}
	}
	first, _ := before.Repositories.Get("apps", "web")
	still, _ := inv.Repositories.Get("apps", "web")
	if diff := cmp.Diff(first, still); diff != "" {
		t.Errorf("the repository given (-before +after):\n%s", diff)
	}
	was, _ := before.Policies.Get("apps", "web")
	is, _ := inv.Policies.Get("apps", "web")
	if diff := cmp.Diff(was, is); diff != "" {
		t.Errorf("the policy given (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1.0.0", "1.2.0", "1.1.0"}, tags); diff != "" {
		t.Errorf("the tags given (-before +after):\n%s", diff)
	}
	if story := results.Policies[0].Story(); story.Selection.Tag != "1.2.0" || story.Funnel.Listed != 3 {
		t.Errorf("story %+v", story.Funnel)
	}
}

// A thousand repositories of 300 tags with two thousand policies.
func BenchmarkRun(b *testing.B) {
	inv := many(b, 1000)
	var tags []string
	for i := range 300 {
		tags = append(tags, fmt.Sprintf("1.%d.%d", i/10, i%10))
	}
	world := tagged(tags...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := evaluate.Run(b.Context(), inv, world, evaluate.Options{Now: now}); err != nil {
			b.Fatal(err)
		}
	}
}

// One policy over a million tags: what the selection costs, because nobody wants the repository's status.
func BenchmarkMillionTags(b *testing.B) {
	inv := many(b, 1)
	tags := make([]string, 1_000_000)
	for i := range tags {
		tags[i] = fmt.Sprintf("1.%d.%d", i%1000, i/1000)
	}
	world := tagged(tags...)
	wanted := func(value manifest.Value) bool {
		_, isPolicy := value.(*imagev1.ImagePolicy)
		return isPolicy && value.GetName() == "r0000"
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := evaluate.Run(b.Context(), inv, world, evaluate.Options{Now: now, Wanted: wanted}); err != nil {
			b.Fatal(err)
		}
	}
}
