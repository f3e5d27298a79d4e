// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate_test

import (
	"context"
	"errors"
	"testing"
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/evaluate"
	"github.com/kubectl-image/kubectl-image/pkg/inventory"
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// load reads manifests as a user gives them.
func load(t *testing.T, manifests string) *inventory.Inventory {
	t.Helper()
	loaded, err := inventory.Load("apps", inventory.Input{Files: []inventory.File{{Name: "in.yaml", Data: []byte(manifests)}}})
	if err != nil {
		t.Fatal(err)
	}
	return &loaded.Inventory
}

// tagged is a world in which every repository has the same tags.
func tagged(tags ...string) evaluate.World {
	return evaluate.World{
		Tags: func(context.Context, *imagev1.ImageRepository) (evaluate.TagList, error) {
			return evaluate.TagList{Tags: tags}, nil
		},
		Digest: func(context.Context, *imagev1.ImageRepository, string) (string, error) {
			return "", errors.New("nobody expects this question")
		},
	}
}

// failing is a world in which listing tags fails.
func failing(err error) evaluate.World {
	return evaluate.World{Tags: func(context.Context, *imagev1.ImageRepository) (evaluate.TagList, error) {
		return evaluate.TagList{}, err
	}}
}

func run(t *testing.T, inv *inventory.Inventory, world evaluate.World, options evaluate.Options) evaluate.Results {
	t.Helper()
	options.Now = now
	results, err := evaluate.Run(t.Context(), inv, world, options)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// A verdict is what one reads first of a result.
type verdict struct {
	Ready   metav1.ConditionStatus
	Reason  string
	Message string
	Notes   []evaluate.NoteKind
}

func verdictOf(outcome evaluate.Outcome, conditions []metav1.Condition) verdict {
	v := verdict{Ready: outcome.Ready}
	for _, condition := range conditions {
		if condition.Type == "Ready" {
			v.Reason, v.Message = condition.Reason, condition.Message
		}
	}
	for _, note := range outcome.Notes {
		v.Notes = append(v.Notes, note.Kind)
	}
	return v
}

func policyVerdict(p evaluate.Policy) verdict {
	return verdictOf(p.Outcome, p.Object.Status.Conditions)
}

func repositoryVerdict(r evaluate.Repository) verdict {
	return verdictOf(r.Outcome, r.Object.Status.Conditions)
}

const (
	repositoryWeb = `---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: apps}
spec: {image: example.org/shop/web, interval: 5m}
`
	policyWeb = `---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: apps}
spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: 1.x}}}
`
)
