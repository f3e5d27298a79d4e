// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"regexp"
	"strings"
)

// DefaultExclusion is the expression an ImageRepository without exclusionList has.
const DefaultExclusion = `^.*\.sig$`

// An Exclusion is the exclusionList of an ImageRepository: tags that are dropped when a repository is scanned, so that no
// policy sees them. The zero Exclusion excludes nothing; what an absent list means is for [CompileExclusion] to say.
type Exclusion struct {
	expressions []*regexp.Regexp
}

// CompileExclusion reads an exclusionList as image-reflector-controller 1.2 does: an empty one stands for
// [DefaultExclusion], any other replaces it. The error has the controller's text.
func CompileExclusion(list []string) (Exclusion, error) {
	if len(list) == 0 {
		list = []string{DefaultExclusion}
	}
	var e Exclusion
	for _, expr := range list {
		re, err := regexp.Compile(expr)
		if err != nil {
			return Exclusion{}, fmt.Errorf("failed to compile regex %s: %w", expr, err)
		}
		e.expressions = append(e.expressions, re)
	}
	return e, nil
}

// Expressions returns the effective list, the default spelt out.
func (e Exclusion) Expressions() []string {
	var list []string
	for _, re := range e.expressions {
		list = append(list, re.String())
	}
	return list
}

// Match returns the first expression that is found in tag, if any.
func (e Exclusion) Match(tag string) (expr string, excluded bool) {
	for _, re := range e.expressions {
		if matchExclusion(re, tag) {
			return re.String(), true
		}
	}
	return "", false
}

// Keep returns the tags that are not excluded, in their order and with their repetitions. It does not change tags, and
// returns that very slice if nothing is excluded.
func (e Exclusion) Keep(tags []string) []string {
	for i, tag := range tags {
		if _, excluded := e.Match(tag); !excluded {
			continue
		}
		kept := append(make([]string, 0, len(tags)-1), tags[:i]...)
		for _, tag := range tags[i+1:] {
			if _, excluded := e.Match(tag); !excluded {
				kept = append(kept, tag)
			}
		}
		return kept
	}
	return tags
}

// matchExclusion answers for the default without running the expression: a dot matches anything but a line break, and
// $ only the end. [FuzzExclusion] holds it to the expression.
func matchExclusion(re *regexp.Regexp, tag string) bool {
	if re.String() == DefaultExclusion {
		return strings.HasSuffix(tag, ".sig") && !strings.Contains(tag, "\n")
	}
	return re.MatchString(tag)
}
