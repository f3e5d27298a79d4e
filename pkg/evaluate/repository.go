// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate

import (
	"fmt"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// maxLatestTags is how many tags a status shows.
const maxLatestTags = 10

// repository is the reconciliation of an ImageRepository.
func (r *run) repository(found *imagev1.ImageRepository) Repository {
	object := found.DeepCopy()
	object.SetGroupVersionKind(imagev1.GroupVersion.WithKind(imagev1.ImageRepositoryKind))
	result := Repository{Object: object, Before: found.Status}
	status := &object.Status
	handled(object.Annotations, &status.ReconcileRequestStatus)
	if found.Spec.Suspend && !r.IncludeSuspended {
		result.Suspended = true
		result.Ready = readiness(status.Conditions)
		return result
	}

	scan := r.scans[keyOf(found)]()
	result.Scan = scan.Scan
	result.Err = scan.end.err
	if note, ok := r.shared[keyOf(found)]; ok {
		result.Notes = append(result.Notes, note)
	}
	if scan.end.mute {
		object.Status = *found.Status.DeepCopy()
		result.Ready = metav1.ConditionUnknown
		return result
	}
	rec := r.begin(object, status.Conditions, status.ObservedGeneration)
	if scan.end.reason != meta.FeatureGateDisabledReason {
		rec.start()
		if status.LastHandledReconcileAt != result.Before.LastHandledReconcileAt {
			rec.store() // as the controller does on request for this kind, not for policies
		}
	}
	if !scan.end.stalled {
		rec.drop(meta.StalledCondition)
	}
	if scan.Scan != nil && scan.end.reason != imagev1.AuthenticationFailedReason {
		reason := scanReason(found, scan.Image)
		rec.progress("scanning: " + reason)
		if reason == reasonEmpty {
			rec.set(meta.ReadyCondition, metav1.ConditionUnknown, meta.ProgressingReason, "scanning: "+reason)
		}
		rec.store()
	}
	if scan.end.err == nil {
		tags := stored(scan.Kept)
		status.LastScanResult = &imagev1.ScanResult{
			Revision:   revision(tags),
			TagCount:   len(tags),
			ScanTime:   r.now,
			LatestTags: append([]string(nil), tags[:min(maxLatestTags, len(tags))]...),
		}
		if !scan.Tags.At.IsZero() {
			status.LastScanResult.ScanTime = seconds(scan.Tags.At)
		}
		status.CanonicalImageName = scan.Image
		status.ObservedExclusionList = scan.Exclusion.Expressions()
		rec.set(meta.ReadyCondition, metav1.ConditionTrue, meta.SucceededReason,
			fmt.Sprintf("successful scan: found %d tags with checksum %s", len(tags), status.LastScanResult.Revision))
		result.RequeueAfter = found.GetRequeueAfter()
	}
	rec.finish(scan.end)
	status.Conditions, status.ObservedGeneration = rec.conditions, rec.observedGeneration
	result.Ready = readiness(status.Conditions)
	if scan.end.blind {
		result.Ready = metav1.ConditionUnknown
	}
	return result
}

// handled notes that a request to reconcile has been seen, which the controller does whatever comes of it: also when the
// object is suspended, and when the reconciliation fails.
func handled(annotations map[string]string, status *meta.ReconcileRequestStatus) {
	if requested, ok := meta.ReconcileAnnotationValue(annotations); ok {
		status.LastHandledReconcileAt = requested
	}
}
