// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter

import "github.com/kubectl-image/kubectl-image/pkg/yamledit"

// A Result is a file with its marks set. Marks are in the order in which they stand.
type Result struct {
	Out      []byte // src itself if no mark is Changed
	Marks    []Mark
	Problems []Problem
}

// blanked warns of what Flux does without a word.
const blanked = "the policy reflects no digest: the value is blanked"

// Set gives the marked values of a file what their policies select, and says of every mark what became of it. Which
// value a mark gets, and when it is left alone, is as in Flux (image-automation-controller 1.2
// internal/update/setters.go); the edits are ours: nothing but changed values changes. The name of the file is only
// repeated in the results.
func Set(file string, src []byte, policies Policies) Result {
	res, edits := plan(file, src, policies)
	out, err := yamledit.Apply(src, edits)
	if err != nil {
		return refuse(file, res, err)
	}
	res.Out = out
	return res
}

// plan returns the result of Set with nothing set, and the edits that set it.
func plan(file string, src []byte, policies Policies) (Result, []yamledit.Edit) {
	sites, problems := scan(file, src, policies.namespace)
	res := Result{Out: src, Problems: problems}
	var edits []yamledit.Edit
	for _, s := range sites {
		m := s.mark
		if m.Outcome == Live {
			policies.decide(&m)
		}
		if m.Outcome == Changed {
			e, err := s.doc.Replace(s.node, m.New)
			if err != nil {
				m.Outcome, m.New, m.Reason = Unread, "", err.Error()
			}
			edits = append(edits, e...)
		}
		res.Marks = append(res.Marks, m)
	}
	return res, edits
}

// refuse turns a result whose edits do not fit together into one without edits. That takes a parser that misreports
// where things are.
func refuse(file string, res Result, err error) Result {
	res.Problems = append(res.Problems, Problem{File: file, Line: 1, Reason: err.Error()})
	for i := range res.Marks {
		if m := &res.Marks[i]; m.Outcome == Changed {
			m.Outcome, m.New = Unread, ""
		}
	}
	return res
}

// decide fills in the outcome of a live mark, and the new value.
func (p Policies) decide(m *Mark) {
	if m.Target.Namespace != p.namespace {
		m.Outcome = OtherNamespace
		return
	}
	policy, ok := p.byName[m.Target.Policy]
	if !ok {
		m.Outcome = PolicyUnknown
		return
	}
	switch policy.Standing {
	case NotSelected:
		m.Outcome = PolicyNotSelected
		return
	case NoLatest:
		m.Outcome = PolicyNoLatest
		return
	case Undecided:
		m.Outcome = PolicyUndecided
		return
	}
	m.New = policy.Latest.part(m.Target.Part)
	m.Outcome = Changed
	if m.New == m.Old {
		m.Outcome = Current
	}
	if m.New == "" && m.Target.Part == Digest {
		m.Reason = blanked
	}
}
