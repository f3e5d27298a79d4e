// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate

import (
	"context"
	"errors"
	"fmt"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
	"github.com/kubectl-image/kubectl-image/pkg/policy"
)

// Reasons of conditions that have no constant in Flux's API modules.
const (
	accessDeniedReason  = "AccessDenied"
	invalidPolicyReason = "InvalidPolicy"
	failureReason       = "Failure"
)

var (
	errNoInterval = errors.New("spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'")
	errPolicyGate = errors.New("to use spec.serviceAccountName in the ImageRepository for provider authentication " +
		"please enable the ObjectLevelWorkloadIdentity feature gate in the controller")
)

// policy is the reconciliation of an ImagePolicy.
func (r *run) policy(ctx context.Context, found *imagev1.ImagePolicy) Policy {
	object := found.DeepCopy()
	object.SetGroupVersionKind(imagev1.GroupVersion.WithKind(imagev1.ImagePolicyKind))
	result := Policy{Object: object, Before: found.Status}
	status := &object.Status
	handled(object.Annotations, &status.ReconcileRequestStatus)
	if found.Spec.Suspend && !r.IncludeSuspended {
		result.Suspended = true
		result.Ready = readiness(status.Conditions)
		return result
	}
	if found.Spec.Interval != nil && found.GetDigestReflectionPolicy() != imagev1.ReflectAlways {
		result.note(InvalidObject, "the API server refuses spec.interval unless spec.digestReflectionPolicy is Always; the controller would ignore it")
	}

	rec := r.begin(object, status.Conditions, status.ObservedGeneration)
	ref, e := r.elect(ctx, found, rec, &result)
	result.Err = e.err
	if e.mute {
		object.Status = *found.Status.DeepCopy()
		result.Ready = metav1.ConditionUnknown
		return result
	}
	if e.err == nil {
		if latest := status.LatestRef; latest != nil && *latest != ref {
			status.ObservedPreviousRef = latest
		}
		status.LatestRef = &ref
		rec.set(meta.ReadyCondition, metav1.ConditionTrue, meta.SucceededReason, resolved(status))
		e.requeue = found.GetInterval()
	}
	result.RequeueAfter = e.requeue
	rec.finish(e)
	status.Conditions, status.ObservedGeneration = rec.conditions, rec.observedGeneration
	result.Ready = readiness(status.Conditions)
	if e.blind {
		result.Ready = metav1.ConditionUnknown
	}
	return result
}

// elect makes the reference that the policy resolves to. The first thing that is wrong ends it, in the controller's
// order: interval, repository and access, image, feature gate, rule, tags, filter, choice, digest.
func (r *run) elect(ctx context.Context, found *imagev1.ImagePolicy, rec *record, result *Policy) (imagev1.ImageRef, end) {
	none := imagev1.ImageRef{}
	reflects := found.GetDigestReflectionPolicy()
	if reflects == imagev1.ReflectAlways && found.Spec.Interval == nil {
		return none, stalled(imagev1.IntervalNotConfiguredReason, errNoInterval)
	}
	rec.start()
	repository, e := r.referred(found, result)
	if e.err != nil {
		return none, e
	}
	if _, err := manifest.ParseImage(repository.Spec.Image, repository.Spec.Insecure); err != nil {
		return none, stalled(imagev1.ImageURLInvalidReason, err)
	}
	if r.gated(repository) {
		return none, stalled(meta.FeatureGateDisabledReason, errPolicyGate)
	}
	rule, err := policy.Compile(found.Spec)
	if err != nil {
		return none, stalled(invalidPolicyReason, err)
	}
	result.Rule = rule
	kept, e := r.tags(repository, result)
	if e.err != nil {
		return none, e
	}
	result.Selection, err = rule.Select(kept)
	var invalid *policy.InvalidError
	switch {
	case errors.As(err, &invalid):
		return none, stalled(invalidPolicyReason, err)
	case err != nil:
		return none, failed(failureReason, err)
	}
	result.noteTies()
	ref := imagev1.ImageRef{Name: repository.Spec.Image, Tag: result.Selection.Tag}
	ref.Digest, e = r.digest(ctx, repository, reflects, found.Status.LatestRef, ref, result)
	return ref, e
}

// tags are those that the policy chooses from: of a scan made now, where the controller takes what it stored at the last
// one. If the scan fails, those may still be there, and only the controller knows them.
func (r *run) tags(repository *imagev1.ImageRepository, result *Policy) ([]string, end) {
	scan := r.scans[keyOf(repository)]()
	result.Scan = scan.Scan
	if note, ok := r.shared[keyOf(repository)]; ok {
		result.Notes = append(result.Notes, note)
	}
	e := failed(imagev1.DependencyNotReadyReason, fmt.Errorf("retrying in %s error: %s", r.RequeueDependency, reasonEmpty))
	e.requeue = r.RequeueDependency
	last := repository.Status.LastScanResult
	switch {
	case scan.end.err == nil && len(scan.Kept) > 0:
		if repository.Spec.Suspend && !r.IncludeSuspended {
			result.noteStored(repository, scan.Kept)
		}
		return scan.Kept, end{}
	case scan.end.err == nil:
		return nil, e
	case last != nil && last.TagCount > 0:
		result.note(StoredTags, fmt.Sprintf("Flux selects among the %d tags it stored at %s, which are not to be had here",
			last.TagCount, last.ScanTime.UTC().Format("2006-01-02T15:04:05Z")))
		e.blind, e.mute = true, true
	default:
		e.blind, e.mute = scan.end.blind, scan.end.mute
	}
	e.err = scan.end.err
	return nil, e
}

// resolved is the message of a policy that is ready.
func resolved(status *imagev1.ImagePolicyStatus) string {
	latest, previous := status.LatestRef, status.ObservedPreviousRef
	message := fmt.Sprintf("Latest image tag for %s resolved to %s", latest.Name, latest.Tag)
	if latest.Digest != "" {
		message += " with digest " + latest.Digest
	}
	if previous != nil && *previous != *latest {
		message += fmt.Sprintf(" (previously %s)", previous)
	}
	return message
}
