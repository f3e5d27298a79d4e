// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-image/kubectl-image/pkg/evaluate"
	"github.com/kubectl-image/kubectl-image/pkg/policy"
)

// evaluateReport says in words what an evaluation concluded: the tables on stdout, the rest on stderr.
type evaluateReport struct {
	*shell
	in      evaluateInput
	now     time.Time
	world   *tagWorld
	results evaluate.Results
	// elsewhere counts the objects of other namespaces, which were not evaluated.
	elsewhere map[string]int
}

// tables prints a table for each kind that there is something of.
func (r *evaluateReport) tables() error {
	var repositories, policies [][]string
	for _, repository := range r.results.Repositories {
		repositories = append(repositories, r.repositoryRow(repository))
	}
	for i := range r.results.Policies {
		policies = append(policies, r.policyRow(&r.results.Policies[i]))
	}
	if len(repositories) > 0 {
		head := r.row("NAMESPACE", []string{"NAME", "IMAGE", "TAGS", "SCANNED", "READY"}, []string{"REASON", "SOURCE"})
		if err := writeTable(r.Out, slices.Concat([][]string{head}, repositories)); err != nil {
			return err
		}
	}
	if len(policies) == 0 {
		return nil
	}
	if len(repositories) > 0 {
		fmt.Fprintln(r.Out)
	}
	head := r.row("NAMESPACE", []string{"NAME", "RULE", "LATEST", "CLUSTER", "READY"}, []string{"REASON", "DIGEST", "PREVIOUS"})
	return writeTable(r.Out, slices.Concat([][]string{head}, policies))
}

// row puts a namespace before the cells where there may be several, and what is for wide tables after them.
func (r *evaluateReport) row(namespace string, cells, wide []string) []string {
	if r.in.AllNamespaces {
		cells = append([]string{namespace}, cells...)
	}
	if r.in.Output == formatWide {
		cells = append(cells, wide...)
	}
	return cells
}

func (r *evaluateReport) repositoryRow(repository evaluate.Repository) []string {
	object := repository.Object
	tags, scanned, source := "-", "-", "-"
	switch scan := repository.Scan; {
	case scan != nil && scan.Err == nil:
		tags, scanned, source = strconv.Itoa(object.Status.LastScanResult.TagCount), "given", scan.Tags.Source
		if !scan.Tags.At.IsZero() {
			scanned = "now"
		}
	case repository.Suspended && object.Status.LastScanResult != nil:
		last := object.Status.LastScanResult
		tags, scanned = strconv.Itoa(last.TagCount), ago(r.now, last.ScanTime.Time)
	}
	return r.row(object.Namespace,
		[]string{string(nounRepository) + "/" + object.Name, object.Spec.Image, tags, scanned, state(repository.Outcome)},
		[]string{reason(object.Status.Conditions), source})
}

func (r *evaluateReport) policyRow(p *evaluate.Policy) []string {
	object := p.Object
	latest, cluster := "-", tagOf(p.Before.LatestRef)
	if p.Ready == metav1.ConditionTrue || p.Suspended {
		latest = tagOf(object.Status.LatestRef)
	}
	if latest == cluster && latest != "-" && isTerminal(r.Out) {
		cluster = "="
	}
	digest, previous := "-", tagOf(object.Status.ObservedPreviousRef)
	if ref := object.Status.LatestRef; ref != nil && ref.Digest != "" {
		digest = ref.Digest
	}
	return r.row(object.Namespace,
		[]string{string(nounPolicy) + "/" + object.Name, ruleOf(p), latest, cluster, state(p.Outcome)},
		[]string{reason(object.Status.Conditions), digest, previous})
}

// ruleOf is the rule of a policy in few words.
func ruleOf(p *evaluate.Policy) string {
	rule := p.Rule
	if rule == nil {
		var err error
		if rule, err = policy.Compile(p.Object.Spec); err != nil {
			return "invalid"
		}
	}
	return rule.String()
}

func tagOf(ref *imagev1.ImageRef) string {
	if ref == nil || ref.Tag == "" {
		return "-"
	}
	return ref.Tag
}

func state(outcome evaluate.Outcome) string {
	if outcome.Suspended {
		return string(outcome.Ready) + " (suspended)"
	}
	return string(outcome.Ready)
}

// reason is that of the Ready condition.
func reason(conditions []metav1.Condition) string {
	for _, condition := range conditions {
		if condition.Type == "Ready" {
			return condition.Reason
		}
	}
	return "-"
}

func ago(now, then time.Time) string { return duration.HumanDuration(now.Sub(then)) + " ago" }

// writeTable writes rows in aligned columns. What is in a cell stays in it, whoever chose it.
func writeTable(w io.Writer, rows [][]string) error {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			row[i] = strings.Map(func(r rune) rune {
				if r == '\n' || r == '\t' {
					return utf8.RuneError
				}
				return r
			}, printable(cell))
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			fmt.Fprintf(&line, "%-*s   ", widths[i], cell)
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}
