// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/evaluate"
	"github.com/kubectl-image/kubectl-image/pkg/policy"
)

// findings says what is to be known about single objects: what is wrong or unknown, what the status has otherwise, and
// what no condition says.
func (r *evaluateReport) findings() {
	repositories := map[string]bool{} // whose failure is told on their own account
	for _, repository := range r.results.Repositories {
		object := repository.Object
		key := object.Namespace + "/" + object.Name
		repositories[key] = true
		name := objectName{nounRepository, object.Name}
		if broken(repository.Outcome) {
			r.mark(red, "✗", r.display(name, object.Namespace), repository.Err.Error())
		}
		r.notes(name, object.Namespace, repository.Notes)
	}
	for i := range r.results.Policies {
		p := &r.results.Policies[i]
		object := p.Object
		ref := object.Spec.ImageRepositoryRef
		told := repositories[cmp.Or(ref.Namespace, object.Namespace)+"/"+ref.Name]
		name := objectName{nounPolicy, object.Name}
		switch {
		case broken(p.Outcome) && told && p.Scan != nil && p.Scan.Err != nil:
			// The repository's line has said it.
		case broken(p.Outcome):
			r.mark(red, "✗", r.display(name, object.Namespace), whyNone(p))
			if p.Scan != nil && p.Scan.Err == nil && !r.in.Explain.Wanted {
				r.hint(r.in.command(name, object.Namespace, "--explain"))
			}
		case differs(p) && (r.in.Output == "" || r.in.Output == formatWide): // else the status printed says it
			r.mark(yellow, "●", r.display(name, object.Namespace),
				fmt.Sprintf("%s here; the status in the files says %s", object.Status.LatestRef.Tag, p.Before.LatestRef.Tag))
		}
		notes := p.Notes
		if told {
			notes = slices.DeleteFunc(slices.Clone(notes), func(note evaluate.Note) bool { return note.Kind == evaluate.SharedImage })
		}
		r.notes(name, object.Namespace, notes)
	}
}

func (r *evaluateReport) notes(name objectName, namespace string, notes []evaluate.Note) {
	for _, note := range notes {
		if note.Kind == evaluate.Tie && r.in.Explain.Wanted {
			continue // part of the explanation
		}
		r.mark(yellow, "!", r.display(name, namespace), note.Text)
	}
}

// mark writes a line about an object.
func (r *evaluateReport) mark(c color, glyph, name, text string) {
	text = strings.ReplaceAll(printable(text), "\n", " ")
	fmt.Fprintf(r.ErrOut, "%s %s  %s\n", r.errPainter().paint(c, glyph), printable(name), text)
}

// display names an object so that it can be found: with its namespace where there may be several.
func (r *evaluateReport) display(name objectName, namespace string) string {
	if r.in.AllNamespaces {
		return name.String() + " in " + namespace
	}
	return name.String()
}

func broken(outcome evaluate.Outcome) bool {
	return !outcome.Suspended && outcome.Ready != metav1.ConditionTrue && outcome.Err != nil
}

// differs reports whether another tag was selected than the status has.
func differs(p *evaluate.Policy) bool {
	return !p.Suspended && p.Ready == metav1.ConditionTrue && p.Before.LatestRef != nil && p.Object.Status.LatestRef.Tag != p.Before.LatestRef.Tag
}

// command is the command line that asks the same about one object.
func (in evaluateInput) command(name objectName, namespace string, more ...string) string {
	words := []string{"kubectl", "image", "evaluate", name.String()}
	if in.WhatIf.Image != "" {
		words = []string{"kubectl", "image", "evaluate", string(name.Noun), "--image=" + in.WhatIf.Image}
	}
	if namespace != "default" {
		words = append(words, "-n", namespace)
	}
	for _, file := range in.Files {
		words = append(words, "-f", file)
	}
	if in.Recursive {
		words = append(words, "-R")
	}
	for _, list := range in.TagsFrom {
		item := list.File
		if list.Image != "" {
			item = list.Image + "=" + item
		}
		words = append(words, "--tags-from", item)
	}
	if in.IncludeSuspended {
		words = append(words, "--include-suspended")
	}
	words = slices.Concat(words, in.WhatIf.spelt(), more)
	for i, word := range words {
		if strings.ContainsFunc(word, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./:=@+,", r)
		}) {
			words[i] = shellQuoted(word)
		}
	}
	return strings.Join(words, " ")
}

// whyNone says why a policy has no answer: at which stage the last tags were lost, or else what the evaluation says.
func whyNone(p *evaluate.Policy) string {
	if p.Scan == nil || p.Selection.Tag != "" {
		return p.Err.Error()
	}
	story := p.Story()
	if story == nil || story.Err == nil || story.Funnel.Kept == 0 {
		return p.Err.Error()
	}
	funnel := story.Funnel
	filter := p.Object.Spec.FilterTags
	switch {
	case story.Ended(policy.FilterInvalid) > 0 || story.Ended(policy.NotNumber) > 0:
		return p.Err.Error()
	case funnel.Filtered == 0 && filter != nil:
		return fmt.Sprintf("0 of %d tags match %s (Flux: %v)", funnel.Kept, filter.Pattern, p.Err)
	case funnel.Read == 0:
		return fmt.Sprintf("0 of %d tags are versions (Flux: %v)", funnel.Filtered, p.Err)
	case funnel.InRange == 0:
		return fmt.Sprintf("0 of %d versions are in the range %s (Flux: %v)", funnel.Read, p.Rule.Range(), p.Err)
	}
	return p.Err.Error()
}

// count closes the report: how many there are of each, and how old the given tags are.
func (r *evaluateReport) count() {
	var parts []string
	outcomes := make([]evaluate.Outcome, 0, len(r.results.Policies))
	other := 0
	for i := range r.results.Policies {
		outcomes = append(outcomes, r.results.Policies[i].Outcome)
		if differs(&r.results.Policies[i]) {
			other++
		}
	}
	if len(outcomes) > 0 {
		parts = append(parts, tally(len(outcomes), "policy", "policies", outcomes, other))
	}
	outcomes = nil
	for _, repository := range r.results.Repositories {
		outcomes = append(outcomes, repository.Outcome)
	}
	if len(outcomes) > 0 {
		parts = append(parts, tally(len(outcomes), "repository", "repositories", outcomes, 0))
	}
	var requests int64
	for _, usage := range r.world.client.Usage() {
		requests += usage.Requests
	}
	if requests > 0 {
		parts = append(parts, fmt.Sprintf("requests: %d", requests))
	}
	files := map[string]bool{}
	for _, item := range r.in.TagsFrom {
		for _, list := range r.world.lists {
			if list.source == item.File && !files[item.File] && !list.changed.IsZero() {
				files[item.File] = true
				parts = append(parts, list.source+" is from "+ago(r.now, list.changed))
			}
		}
	}
	if len(r.elsewhere) > 0 && len(r.in.Target.Names) == 0 {
		parts = append(parts, "left out without -A: "+counts(r.elsewhere))
	}
	fmt.Fprintf(r.ErrOut, "\n%s\n", printable(strings.Join(parts, " · ")))
}

// tally counts outcomes in words: "3 policies: 2 ready (1 differs), 1 failing".
func tally(n int, one, many string, outcomes []evaluate.Outcome, differing int) string {
	var ready, failing, unknown, suspended int
	for _, outcome := range outcomes {
		switch {
		case outcome.Suspended:
			suspended++
		case outcome.Ready == metav1.ConditionTrue:
			ready++
		case outcome.Ready == metav1.ConditionFalse:
			failing++
		default:
			unknown++
		}
	}
	var words []string
	add := func(n int, word string) {
		if n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, word))
		}
	}
	add(ready, "ready")
	if differing > 0 {
		words[0] += fmt.Sprintf(" (%d otherwise than in the files)", differing)
	}
	add(failing, "failing")
	add(unknown, "unknown")
	add(suspended, "suspended")
	if n == 1 {
		many = one
	}
	return fmt.Sprintf("%d %s: %s", n, many, strings.Join(words, ", "))
}
