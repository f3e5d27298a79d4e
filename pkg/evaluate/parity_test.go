// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-image/kubectl-image/pkg/evaluate"
	"github.com/kubectl-image/kubectl-image/pkg/inventory"
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// A parityCase is one reconciliation of an ImageRepository, an ImagePolicy or one after the other, as
// image-reflector-controller 1.2.4 made it.
type parityCase struct {
	Name    string            `json:"name"`
	Objects []json.RawMessage `json:"objects"`

	// What the registry answers.
	Tags        []string `json:"tags"`
	TagsError   string   `json:"tagsError"`
	AuthError   string   `json:"authError"`
	Digest      string   `json:"digest"`
	DigestError string   `json:"digestError"`

	NoCrossNamespaceRefs bool `json:"noCrossNamespaceRefs"`

	Want struct {
		Repository *imagev1.ImageRepositoryStatus `json:"repository"`
		Policy     *imagev1.ImagePolicyStatus     `json:"policy"`
		// Durations; a failure has none, because it is retried with a back-off.
		RepositoryRequeue string `json:"repositoryRequeue"`
		PolicyRequeue     string `json:"policyRequeue"`
	} `json:"want"`
}

func parityCases(t *testing.T) []parityCase {
	t.Helper()
	data, err := os.ReadFile("testdata/parity.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []parityCase
	if err := yaml.UnmarshalStrict(data, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// inventory holds the case's objects as they are: a cluster's defaults are spelt out in them, or left out on purpose.
func (c parityCase) inventory(t *testing.T) *inventory.Inventory {
	t.Helper()
	inv := &inventory.Inventory{}
	for _, object := range c.Objects {
		var kind struct {
			Kind string `json:"kind"`
		}
		if err := json.Unmarshal(object, &kind); err != nil {
			t.Fatal(err)
		}
		value := map[string]manifest.Value{
			"ImageRepository": &imagev1.ImageRepository{}, "ImagePolicy": &imagev1.ImagePolicy{}, "Namespace": &corev1.Namespace{},
		}[kind.Kind]
		if err := json.Unmarshal(object, value); err != nil {
			t.Fatal(err)
		}
		inv.Add(manifest.Object{Value: value})
	}
	return inv
}

func (c parityCase) world() evaluate.World {
	return evaluate.World{
		Tags: func(context.Context, *imagev1.ImageRepository) (evaluate.TagList, error) {
			switch {
			case c.AuthError != "":
				return evaluate.TagList{}, &evaluate.AskError{Cause: evaluate.Misconfigured, Err: errors.New(c.AuthError)}
			case c.TagsError != "":
				return evaluate.TagList{}, &evaluate.AskError{Cause: evaluate.Answered, Err: errors.New("HTTP 404"), Message: c.TagsError}
			}
			return evaluate.TagList{Tags: c.Tags, Source: "test"}, nil
		},
		Digest: func(context.Context, *imagev1.ImageRepository, string) (string, error) {
			if c.DigestError != "" {
				return "", &evaluate.AskError{Cause: evaluate.Answered, Err: errors.New(c.DigestError)}
			}
			return c.Digest, nil
		},
	}
}

// Every status is the one that the controller wrote.
func TestParity(t *testing.T) {
	t.Parallel()
	for _, c := range parityCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			options := evaluate.Options{NoCrossNamespaceRefs: c.NoCrossNamespaceRefs}
			inv := c.inventory(t)
			first := run(t, inv, c.world(), options)
			for _, got := range first.Repositories {
				if diff := cmp.Diff(*c.Want.Repository, got.Object.Status); diff != "" {
					t.Errorf("status of the repository (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(c.Want.RepositoryRequeue, requeue(got.RequeueAfter)); diff != "" {
					t.Errorf("repository's requeueing (-want +got):\n%s", diff)
				}
			}
			for _, got := range first.Policies {
				if diff := cmp.Diff(*c.Want.Policy, got.Object.Status); diff != "" {
					t.Errorf("status of the policy (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(c.Want.PolicyRequeue, requeue(got.RequeueAfter)); diff != "" {
					t.Errorf("policy's requeueing (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// Evaluating the outcome again, in the same world, changes nothing. Only if a request was handled in vain, the first
// evaluation scans because of it and the second one because of the interval, which is what Reconciling says.
func TestFixedPoint(t *testing.T) {
	t.Parallel()
	for _, c := range parityCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			options := evaluate.Options{NoCrossNamespaceRefs: c.NoCrossNamespaceRefs}
			inv := c.inventory(t)
			step := func() []any {
				results := run(t, inv, c.world(), options)
				var objects []any
				for _, repository := range results.Repositories {
					inv.Add(manifest.Object{Value: repository.Object})
					objects = append(objects, repository.Object, repository.Ready)
				}
				for _, policy := range results.Policies {
					inv.Add(manifest.Object{Value: policy.Object})
					objects = append(objects, policy.Object, policy.Ready)
				}
				return objects
			}
			if strings.Contains(c.Name, "listing fails") && strings.Contains(c.Name, "requested") || c.Name == "repository: requested, fails" {
				step()
			}
			if diff := cmp.Diff(step(), step()); diff != "" {
				t.Errorf("(-first +second):\n%s", diff)
			}
		})
	}
}

func requeue(after time.Duration) string {
	if after == 0 {
		return ""
	}
	return after.String()
}
