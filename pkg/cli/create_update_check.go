// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-image/kubectl-image/pkg/message"
	"github.com/kubectl-image/kubectl-image/pkg/policy"
)

// templateTime is how long a commit template may take to render on a handful of sample changes.
const templateTime = 2 * time.Second

// commitTemplate parses a commit template and renders it on sample data: what fails there would fail in the controller,
// after the push was due. It returns warnings about what only older controllers do.
func (p *problems) commitTemplate(ctx context.Context, t text, values map[string]string) []string {
	if !t.given {
		return nil
	}
	p.notEmpty("commit-template", t)
	template, err := message.Parse(t.value)
	if err != nil {
		p.flag("commit-template", t.value, "%v", err)
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, templateTime, fmt.Errorf("it takes longer than %s", templateTime))
	defer cancel()
	sample := message.Sample()
	sample.Values = values
	result, err := template.Render(ctx, sample)
	if err != nil {
		p.flag("commit-template", t.value, "trying it on sample changes: %v", err)
		return nil
	}
	if result.Removed == nil {
		return nil
	}
	suggestion, same := message.Suggest(ctx, t.value)
	next := "use .Changed instead, for example"
	if same {
		next = "the same with .Changed"
	}
	warning := fmt.Sprintf("--commit-template uses %s, which controllers since Flux 2.7 refuse: the automation would stall\n%s: --commit-template='%s'",
		result.Removed.Field, next, strings.ReplaceAll(suggestion, "'", `'\''`))
	return []string{warning}
}

// selector parses a label selector as kubectl writes them.
func (p *problems) selector(flag string, t text) *metav1.LabelSelector {
	if !t.given || p.notEmpty(flag, t) == "" {
		return nil
	}
	selector, err := metav1.ParseToLabelSelector(t.value)
	if err != nil {
		p.flag(flag, t.value, "%v; want a label selector such as team=web,tier in (a, b)", err)
	}
	return selector
}

// person checks a part of a commit's author.
func (p *problems) person(flag string, t text) {
	if strings.ContainsFunc(t.value, func(r rune) bool { return r == '<' || r == '>' || unicode.IsControl(r) }) {
		p.flag(flag, t.value, "want it without <, > and line breaks, which Git drops")
	}
}

func (p *problems) versionRange(flag string, t text) {
	if !t.given {
		return
	}
	for _, fault := range policy.CheckRange(t.value) {
		p.flag(flag, t.value, "%s; want %s", fault.Problem, fault.Want)
	}
}

// repositoryPath checks a path within a Git repository. The controller would take one that leads out for another.
func (p *problems) repositoryPath(flag string, t text) string {
	if slices.Contains(strings.Split(t.value, "/"), "..") {
		p.flag(flag, t.value, `want a path below the root of the repository, without ".."`)
	}
	return p.notEmpty(flag, t)
}

// gitName checks a branch, tag or full ref name by the rules of git-check-ref-format.
func (p *problems) gitName(flag string, t text) string {
	if !t.given {
		return ""
	}
	name := t.value
	bad := name == "" || name == "@" || strings.HasPrefix(name, "-") || strings.HasSuffix(name, ".") ||
		strings.Contains(name, "..") || strings.Contains(name, "@{") ||
		strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`~^:?*[\`, r) })
	for component := range strings.SplitSeq(name, "/") {
		bad = bad || component == "" || strings.HasPrefix(component, ".") || strings.HasSuffix(component, ".lock")
	}
	if bad {
		p.flag(flag, name, `want a name that Git allows: no blanks, none of ~^:?*[\, no "..", no part that is empty or begins with "."`)
	}
	return name
}

// branch checks the name of a branch, which is not a full ref.
func (p *problems) branch(flag string, t text) string {
	if rest, full := strings.CutPrefix(t.value, "refs/heads/"); full {
		p.flag(flag, t.value, "want the short name of a branch: %s", rest)
	}
	return p.gitName(flag, t)
}

// refspec checks the form of a refspec. Its source has to be a full ref of the clone, or the controller's push finds
// nothing to do and fails.
func (p *problems) refspec(flag string, t text) string {
	if !t.given {
		return ""
	}
	source, target, found := strings.Cut(strings.TrimPrefix(t.value, "+"), ":")
	if !found || !strings.HasPrefix(source, "refs/") || !strings.HasPrefix(target, "refs/") || strings.Contains(target, ":") || strings.ContainsAny(t.value, " \t\n") {
		p.flag(flag, t.value, "want two full refs, such as refs/heads/main:refs/for/main")
	}
	return t.value
}
