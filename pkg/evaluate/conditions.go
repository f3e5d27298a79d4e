// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// maxMessage bounds a condition's message, in bytes, as the controllers do.
const maxMessage = 32768

// record is the part of a status that both kinds have, while it is being rewritten: the steps of a reconciliation leave
// their marks in the order in which the controller makes them. Some of them it stores in between, and then a mark that
// is taken back has still moved a lastTransitionTime.
type record struct {
	conditions         []metav1.Condition
	observedGeneration int64
	generation         int64
	now                metav1.Time

	stored []metav1.Condition // as they were stored last
}

// An end is how a reconciliation comes out: the zero end is success.
type end struct {
	message string        // what the controller writes
	err     error         // what is reported
	reason  string        // of Ready; empty if the controller leaves Ready to its last step
	stalled bool          // there is no retry before the object changes
	requeue time.Duration // the failure is retried after that, not with a back-off
	blind   bool          // we could not look, so the verdict is Unknown
	mute    bool          // and the controller's status cannot be told either
}

func failed(reason string, err error) end {
	return end{message: err.Error(), err: err, reason: reason}
}

func stalled(reason string, err error) end {
	return end{message: err.Error(), err: err, reason: reason, stalled: true}
}

func (r *record) get(kind string) *metav1.Condition {
	for i := range r.conditions {
		if r.conditions[i].Type == kind {
			return &r.conditions[i]
		}
	}
	return nil
}

// set writes a condition.
func (r *record) set(kind string, status metav1.ConditionStatus, reason, message string) {
	if len(message) > maxMessage {
		message = message[:maxMessage-len("...")] + "..."
	}
	condition := metav1.Condition{
		Type: kind, Status: status, Reason: reason, Message: message, ObservedGeneration: r.generation,
	}
	if before := r.get(kind); before != nil {
		*before = condition
		return
	}
	r.conditions = append(r.conditions, condition)
	slices.SortStableFunc(r.conditions, func(a, b metav1.Condition) int {
		return cmp.Or(rankOf(a.Type)-rankOf(b.Type), strings.Compare(a.Type, b.Type))
	})
}

// store dates the conditions: a time moves if status, reason or message are not as they were stored before.
func (r *record) store() {
	for i := range r.conditions {
		condition := &r.conditions[i]
		condition.LastTransitionTime = r.now
		for _, before := range r.stored {
			if before.Type == condition.Type && before.Status == condition.Status &&
				before.Reason == condition.Reason && before.Message == condition.Message {
				condition.LastTransitionTime = before.LastTransitionTime
			}
		}
	}
	r.stored = slices.Clone(r.conditions)
}

func rankOf(kind string) int {
	if i := slices.Index([]string{meta.StalledCondition, meta.ReconcilingCondition, meta.ReadyCondition}, kind); i >= 0 {
		return i
	}
	return 3
}

func (r *record) drop(kind string) {
	r.conditions = slices.DeleteFunc(r.conditions, func(c metav1.Condition) bool { return c.Type == kind })
}

// undecided reports whether Ready is anything but False: only then do the generic verdicts replace it.
func (r *record) undecided() bool {
	ready := r.get(meta.ReadyCondition)
	return ready == nil || ready.Status != metav1.ConditionFalse
}

// start notes what the controller notes before it looks at anything.
func (r *record) start() {
	r.progress("reconciliation in progress")
	if r.observedGeneration != r.generation {
		r.progress(fmt.Sprintf("processing object: new generation %d -> %d", r.observedGeneration, r.generation))
		r.store()
	}
}

// progress notes what the controller is about to do. A Ready that says nothing yet says so too.
func (r *record) progress(message string) {
	r.set(meta.ReconcilingCondition, metav1.ConditionTrue, meta.ProgressingReason, message)
	if ready := r.get(meta.ReadyCondition); ready == nil || ready.Status == metav1.ConditionUnknown {
		r.set(meta.ReadyCondition, metav1.ConditionUnknown, meta.ProgressingReason, message)
	}
}

// finish is the last step of every reconciliation (image-reflector-controller 1.2, the finaliser of both kinds).
func (r *record) finish(e end) {
	defer r.store()
	switch {
	case e.err == nil:
		r.drop(meta.StalledCondition)
		r.drop(meta.ReconcilingCondition)
		r.observedGeneration = r.generation
		return
	case e.stalled:
		r.set(meta.StalledCondition, metav1.ConditionTrue, e.reason, e.message)
		if r.undecided() {
			r.set(meta.ReadyCondition, metav1.ConditionFalse, e.reason, e.message)
		}
		r.drop(meta.ReconcilingCondition)
		r.observedGeneration = r.generation
		return
	}
	r.drop(meta.StalledCondition)
	switch {
	case e.reason != "":
		r.set(meta.ReadyCondition, metav1.ConditionFalse, e.reason, e.message)
	case r.undecided():
		r.set(meta.ReadyCondition, metav1.ConditionFalse, meta.FailedReason, e.message)
	}
	if reconciling := r.get(meta.ReconcilingCondition); reconciling != nil {
		r.set(meta.ReconcilingCondition, metav1.ConditionTrue, meta.ProgressingWithRetryReason, reconciling.Message)
	}
}

// seconds is a time as the API server keeps it.
func seconds(t time.Time) metav1.Time { return metav1.NewTime(t.UTC().Truncate(time.Second)) }

// readiness is what conditions say of an object.
func readiness(conditions []metav1.Condition) metav1.ConditionStatus {
	for _, condition := range conditions {
		if condition.Type == meta.ReadyCondition {
			return condition.Status
		}
	}
	return metav1.ConditionUnknown
}
