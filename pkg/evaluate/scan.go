// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/adler32"
	"slices"
	"strconv"
	"strings"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/fluxcd/pkg/apis/meta"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
	"github.com/kubectl-image/kubectl-image/pkg/policy"
)

// scanned is how the scan of a repository ended.
type scanned struct {
	*Scan // nil if it did not come as far as asking
	end   end
}

var errRepositoryGate = errors.New("to use spec.serviceAccountName for provider authentication " +
	"please enable the ObjectLevelWorkloadIdentity feature gate in the controller")

// scan does what the controller does up to the point where it stores tags. It always scans, where the controller waits
// for the interval, a request or a change of the spec.
func (r *run) scan(ctx context.Context, repository *imagev1.ImageRepository) scanned {
	if r.gated(repository) {
		return scanned{end: stalled(meta.FeatureGateDisabledReason, errRepositoryGate)}
	}
	name, err := manifest.ParseImage(repository.Spec.Image, repository.Spec.Insecure)
	if err != nil {
		return scanned{end: stalled(imagev1.ImageURLInvalidReason, err)}
	}
	s := scanned{Scan: &Scan{Image: name.Name()}}
	s.Tags, err = ask(ctx, r, func() (TagList, error) { return r.world.Tags(ctx, repository) })
	if err != nil {
		s.end = scanFailed(err)
		s.Err = s.end.err
		return s
	}
	s.Exclusion, err = policy.CompileExclusion(repository.Spec.ExclusionList)
	if err != nil {
		s.end = failed(imagev1.ReadOperationFailedReason, fmt.Errorf("scan failed: %w", err))
		s.Err = s.end.err
		return s
	}
	s.Kept = s.Exclusion.Keep(s.Tags.Tags)
	return s
}

// scanFailed is the end of a scan for want of an answer.
func scanFailed(err error) end {
	message, cause := lack(err)
	e := end{err: err, blind: cause == OutOfReach || cause == NotAtHand, mute: cause == NotAtHand}
	if cause == Misconfigured {
		e.reason, e.message = imagev1.AuthenticationFailedReason, "failed to configure authentication options: "+message
	} else {
		e.reason, e.message = imagev1.ReadOperationFailedReason, "scan failed: "+message
	}
	return e
}

// lack reads an error of the world.
func lack(err error) (message string, cause Cause) {
	var asked *AskError
	if !errors.As(err, &asked) {
		return err.Error(), OutOfReach
	}
	if asked.Message != "" {
		return asked.Message, asked.Cause
	}
	return asked.Err.Error(), asked.Cause
}

// scanReason is why the controller would scan, in its words. Where none of its reasons holds it is the interval's turn,
// because we scan anyway.
func scanReason(repository *imagev1.ImageRepository, image string) string {
	status := repository.Status
	requested, isRequested := meta.ReconcileAnnotationValue(repository.Annotations)
	switch {
	case status.LastScanResult == nil:
		return "first scan"
	case isRequested && requested != status.LastHandledReconcileAt:
		return "reconcile requested"
	case image != status.CanonicalImageName:
		return "new image name"
	case !sameList(repository.GetExclusionList(), status.ObservedExclusionList):
		return "updated exclusion list"
	case status.LastScanResult.TagCount == 0:
		return reasonEmpty
	}
	return "triggered by interval"
}

const reasonEmpty = "no tags in database"

// sameList compares exclusion lists as the controller does: order and multiplicity do not count.
func sameList(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

// stored are tags as the controller stores them.
func stored(kept []string) []string {
	tags := slices.Clone(kept)
	slices.SortFunc(tags, func(a, b string) int { return strings.Compare(b, a) })
	return tags
}

// revision is the checksum of stored tags: Adler-32 over them as a JSON array (the default storage of
// image-reflector-controller 1.2).
func revision(tags []string) string {
	if tags == nil {
		tags = []string{}
	}
	array, err := json.Marshal(tags)
	if err != nil {
		panic("a list of strings is always valid JSON: " + err.Error())
	}
	return strconv.FormatUint(uint64(adler32.Checksum(array)), 10)
}
