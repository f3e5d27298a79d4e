// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/evaluate"
	"github.com/kubectl-image/kubectl-image/pkg/registry"
)

// evaluate carries out what an evaluate command line asks for.
func (s *shell) evaluate(ctx context.Context, in evaluateInput, now time.Time) error {
	printer, err := resultPrinter(in.Output)
	if err != nil {
		return err
	}
	inv, err := s.load(in)
	if err != nil {
		return err
	}
	wanted, elsewhere, err := in.wanted(inv)
	if err != nil {
		return err
	}
	if err := in.WhatIf.replaceRule(inv, wanted); err != nil {
		return err
	}
	lists, err := s.readTags(in.TagsFrom, imagesOf(inv, wanted, in.IncludeSuspended))
	if err != nil {
		return err
	}
	client := registry.NewClient(registry.Options{UserAgent: "kubectl-image"})
	defer client.Close()
	world := &tagWorld{client: client, now: now, includeSuspended: in.IncludeSuspended, lists: lists}
	results, err := evaluate.Run(ctx, inv, evaluate.World{Tags: world.Tags, Digest: world.Digest}, evaluate.Options{
		Now:              now,
		Wanted:           in.wants,
		IncludeSuspended: in.IncludeSuspended,
	})
	if err != nil {
		return explain(err, in.Namespace)
	}
	report := evaluateReport{shell: s, in: in, now: now, world: world, results: results, elsewhere: elsewhere}
	switch {
	case in.Explain.Wanted:
		err = report.explain()
	case printer != nil:
		err = s.printResults(printer, in, results)
	default:
		err = report.tables()
	}
	if err != nil {
		return err
	}
	report.findings()
	if printer == nil && !in.Explain.Wanted {
		report.count()
	}
	return verdict(results)
}

// told is an error of which everything has been said already.
type told struct{}

func (told) Error() string   { return "not everything is ready" }
func (told) Unwrap() []error { return nil }

// verdict turns results into the exit code: what is wrong counts more than what is not known.
func verdict(results evaluate.Results) error {
	states := map[metav1.ConditionStatus]int{}
	for _, repository := range results.Repositories {
		if !repository.Suspended {
			states[repository.Ready]++
		}
	}
	for _, policy := range results.Policies {
		if !policy.Suspended {
			states[policy.Ready]++
		}
	}
	switch {
	case states[metav1.ConditionFalse] > 0:
		return &refusedError{told{}}
	case states[metav1.ConditionUnknown] > 0:
		return told{}
	}
	return nil
}
