// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"

	"github.com/kubectl-image/kubectl-image/pkg/evaluate"
	"github.com/kubectl-image/kubectl-image/pkg/policy"
)

// explanation says what --explain asks after.
type explanation struct {
	Wanted bool
	// All lists every tag.
	All bool
	// Tags are the ones that are asked after; none for the whole story.
	Tags []string
}

// explainStory is the value of --explain without one. It is no tag.
const explainStory = "?"

func (p *problems) explanation(t text) explanation {
	e := explanation{Wanted: t.given}
	switch {
	case !t.given || t.value == explainStory:
	case t.value == "all":
		e.All = true
	default:
		e.Tags = strings.Split(t.value, ",")
		if slices.Contains(e.Tags, "") {
			p.flag("explain", t.value, "want TAG,… or all, or no value")
		}
	}
	return e
}

// explain prints the story of each policy.
func (r *evaluateReport) explain() error {
	for i := range r.results.Policies {
		if i > 0 {
			fmt.Fprintln(r.Out)
		}
		p := &r.results.Policies[i]
		r.headline(p)
		story := p.Story()
		var err error
		switch {
		case p.Suspended:
			r.line("suspended: its status is returned as it was found")
		case story == nil && p.Err != nil:
			r.line("nothing to explain: %v", p.Err)
		case story == nil:
			r.line("nothing to explain")
		case r.in.Explain.All:
			err = r.everyTag(story)
		case len(r.in.Explain.Tags) > 0:
			r.givenTags(p, story)
		default:
			err = r.story(p, story)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// line writes a line of the story. Nothing of registries and manifests in it can be a line of its own.
func (r *evaluateReport) line(format string, args ...any) {
	text := strings.ReplaceAll(printable(fmt.Sprintf(format, args...)), "\n", " ")
	fmt.Fprintln(r.Out, strings.TrimRight(text, " "))
}

func (r *evaluateReport) headline(p *evaluate.Policy) {
	image := "an image that is not known"
	if p.Scan != nil {
		image = p.Scan.Image
	}
	r.line("%s in %s: %s of %s", objectName{nounPolicy, p.Object.Name}, p.Object.Namespace, inWords(p.Object.Spec), image)
	fmt.Fprintln(r.Out)
}

// inWords says what a rule selects.
func inWords(spec imagev1.ImagePolicySpec) string {
	key := "tag"
	if spec.FilterTags != nil && spec.FilterTags.Extract != "" {
		key = spec.FilterTags.Extract
	}
	choice := spec.Policy
	switch {
	case choice.SemVer != nil:
		return "the highest version in " + choice.SemVer.Range
	case choice.Alphabetical != nil && strings.EqualFold(choice.Alphabetical.Order, "desc"):
		return "the alphabetically first " + key
	case choice.Alphabetical != nil:
		return "the alphabetically last " + key
	case choice.Numerical != nil && strings.EqualFold(choice.Numerical.Order, "desc"):
		return "the lowest number " + key
	case choice.Numerical != nil:
		return "the highest number " + key
	}
	return "no order"
}

// story prints the funnel, the winner, and the near misses.
func (r *evaluateReport) story(p *evaluate.Policy, story *policy.Story) error {
	r.funnel(p, story)
	fmt.Fprintln(r.Out)
	misses := story.NearMisses(5)
	if story.Err != nil {
		r.line(" ✗ nothing to select   Flux says: %v", p.Err)
	} else {
		r.line(" ✔ %s%s", story.Selection.Tag, r.standing(p, story.Selection.Tag))
		for _, note := range p.Notes {
			if note.Kind == evaluate.Tie {
				r.line(" = %s", note.Text)
			}
		}
	}
	if len(misses) == 0 {
		return nil
	}
	fmt.Fprintln(r.Out)
	rows := [][]string{{"NOT SELECTED", "BECAUSE", "WOULD BE LATEST WITH"}}
	for _, miss := range misses {
		rows = append(rows, []string{miss.Verdict.Tag, miss.Verdict.String(), changesInWords(miss.Changes)})
	}
	if err := writeTable(r.Out, rows); err != nil {
		return err
	}
	for _, miss := range misses {
		if stopped(miss.Verdict) {
			fmt.Fprintln(r.Out)
			r.caret(miss.Verdict)
		}
	}
	return nil
}

// standing compares a selected tag with what the status says.
func (r *evaluateReport) standing(p *evaluate.Policy, tag string) string {
	before := p.Before.LatestRef
	switch {
	case before == nil || before.Tag == "":
		return ""
	case before.Tag == tag:
		return "   as the status in the files says"
	}
	return "   the status in the files says " + before.Tag
}

// funnel prints what each stage left, and what it took away.
func (r *evaluateReport) funnel(p *evaluate.Policy, story *policy.Story) {
	f := story.Funnel
	spec := p.Object.Spec
	width := len(strconv.Itoa(f.Listed))
	stage := func(left, before int, name, note string) {
		taken := ""
		if before > left {
			taken = "−" + strconv.Itoa(before-left)
		}
		r.line("  %*d  %-19s %7s  %s", width, left, name, taken, note)
	}
	source := p.Scan.Tags.Source
	if f.Distinct < f.Listed {
		source += fmt.Sprintf(", %d of them twice", f.Listed-f.Distinct)
	}
	stage(f.Listed, 0, "tags listed", "by "+source)
	stage(f.Kept, f.Distinct, "after exclusion", strings.Join(p.Scan.Exclusion.Expressions(), "  "))
	pattern := "none set"
	if spec.FilterTags != nil {
		pattern = spec.FilterTags.Pattern
	}
	stage(f.Filtered, f.Kept, "after filterTags", pattern)
	last := f.Filtered
	switch {
	case spec.Policy.SemVer != nil:
		stage(f.Read, f.Filtered, "are versions", classes(story, policy.StageRead))
		note := ranges(story)
		if spelt := p.Rule.Range(); spelt != "" {
			note = strings.TrimSpace(note + "   " + spelt)
		}
		stage(f.InRange, f.Read, "in "+spec.Policy.SemVer.Range, note)
		last = f.InRange
	case spec.Policy.Alphabetical == nil && spec.Policy.Numerical != nil:
		stage(f.Read, f.Filtered, "are numbers", classes(story, policy.StageRead))
		last = f.Read
	}
	if story.Err == nil {
		winners := append([]string{story.Selection.Tag}, story.RunnersUp(min(3, last-1))...)
		stage(1, 1, "is selected", strings.Join(winners, "  "))
	}
}

// classes says in few words what kinds of tags ended at a stage.
func classes(story *policy.Story, stage policy.Stage) string {
	var words []string
	for _, class := range story.Classes(stage) {
		if len(words) == 4 {
			words = append(words, "…")
			break
		}
		what := class.Example
		if class.Count > 1 && class.Shape != "" {
			what = class.Shape
		} else if class.Count > 1 {
			what += " and the like"
		}
		words = append(words, fmt.Sprintf("%d %s", class.Count, what))
	}
	return strings.Join(words, ", ")
}

// ranges counts the versions that a range keeps out.
func ranges(story *policy.Story) string {
	var words []string
	for _, kind := range []struct {
		reason policy.Reason
		word   string
	}{
		{policy.AboveRange, "above"}, {policy.BelowRange, "below"}, {policy.OutsideRange, "outside"}, {policy.PreRelease, "pre-release"},
	} {
		if n := story.Ended(kind.reason); n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, kind.word))
		}
	}
	return strings.Join(words, ", ")
}

// changesInWords says what would select a tag: alternatives, each of one or more edits.
func changesInWords(changes []policy.Change) string {
	var words []string
	for _, change := range changes {
		words = append(words, changeInWords(change))
	}
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, "  or  ")
}

// changeInWords is a change as the flags that try it.
func changeInWords(change policy.Change) string {
	var flags []string
	for _, edit := range change {
		flags = append(flags, "--"+policyFlagOf()["spec."+edit.Field]+"="+shellQuoted(edit.Value))
	}
	return strings.Join(flags, " ")
}

// shellQuoted is a value as a POSIX shell reads it back.
func shellQuoted(value string) string { return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'" }

// stopped reports whether there is a place where the filter stopped: else there is nothing like its pattern in the tag.
func stopped(v policy.Verdict) bool {
	return v.Stop != nil && v.Stop.Offset > 0 && len(v.Stop.Want) > 0
}

// caret shows under a tag where the filter stopped.
func (r *evaluateReport) caret(v policy.Verdict) {
	r.line("  %s", v.Tag)
	r.line("  %s^ %s must be here", strings.Repeat(" ", len([]rune(printable(v.Tag[:v.Stop.Offset])))), strings.Join(v.Stop.Want, " or "))
}

// everyTag lists all tags with the stage and the reason of each.
func (r *evaluateReport) everyTag(story *policy.Story) error {
	rows := [][]string{{"TAG", "STAGE", "REASON", "KEY", "BECAUSE"}}
	for v := range story.Verdicts() {
		key := v.Key
		if key == "" {
			key = "-"
		}
		rows = append(rows, []string{v.Tag, v.Reason.Stage().String(), v.Reason.String(), key, v.String()})
	}
	return writeTable(r.Out, rows)
}

// givenTags tells the way of each tag that is asked after.
func (r *evaluateReport) givenTags(p *evaluate.Policy, story *policy.Story) {
	for i, tag := range r.in.Explain.Tags {
		if i > 0 {
			fmt.Fprintln(r.Out)
		}
		v := story.Verdict(tag)
		r.line("%s   %s", tag, strings.Join(way(p.Object.Spec, v), "   "))
		if stopped(v) {
			r.caret(v)
		}
		if v.Reason == policy.Selected || v.Reason == policy.Unlisted || v.Reason == policy.Excluded {
			continue
		}
		for _, change := range story.Changes(tag) {
			r.line("  %s selects it", changeInWords(change))
		}
	}
}

// way is how far a tag came: each stage it passed, and the one where it ended.
func way(spec imagev1.ImagePolicySpec, v policy.Verdict) []string {
	ended := v.Reason.Stage()
	var steps []string
	for stage, name := range stageNames(spec) {
		at := policy.Stage(stage)
		switch {
		case name == "":
		case at < ended:
			steps = append(steps, name+" ✔")
		case at == ended && v.Reason == policy.Selected:
			steps = append(steps, name)
		case at == ended:
			steps = append(steps, name+" ✗ "+strings.TrimLeft(strings.TrimPrefix(v.String(), "does not match filterTags"), ": "))
		}
	}
	return steps
}

// stageNames names the stages as a policy has them, by [policy.Stage]; empty for one that it does not have.
func stageNames(spec imagev1.ImagePolicySpec) []string {
	names := []string{"listed", "not excluded", "", "", "", "the latest", "selected"}
	if spec.FilterTags != nil {
		names[policy.StageFilter] = "matches filterTags"
	}
	switch choice := spec.Policy; {
	case choice.SemVer != nil:
		names[policy.StageRead], names[policy.StageRange] = "a version", "in "+choice.SemVer.Range
	case choice.Alphabetical == nil && choice.Numerical != nil:
		names[policy.StageRead] = "a number"
	}
	return names
}
