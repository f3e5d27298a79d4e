// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxAdded is how many characters are added to a class before we take it that a tag is of another kind.
const maxAdded = 4

// widenPattern returns patterns like the given one that are found in tag: one character class of it takes some more
// characters, those at which the pattern got stuck.
func widenPattern(pattern, tag string) []string {
	// The simple classes: [a-f0-9] and \d, not [^…] or [[:alpha:]].
	classes := regexp.MustCompile(`\\d|\[[^][^\\][^][\\]*\]`)
	var widened []string
	for _, at := range classes.FindAllStringIndex(pattern, -1) {
		if isEscaped(pattern, at[0]) {
			continue
		}
		class := pattern[at[0]:at[1]]
		if class == `\d` {
			class = "[0-9]"
		}
		reached := -1
		for range maxAdded {
			candidate := pattern[:at[0]] + class + pattern[at[1]:]
			if _, err := regexp.Compile(candidate); err != nil {
				break
			}
			stop := newStepper(candidate).stop(tag)
			if stop == nil {
				widened = append(widened, candidate)
				break
			}
			if stop.Offset <= reached || stop.Offset == len(tag) {
				break
			}
			reached = stop.Offset
			missing, size := utf8.DecodeRuneInString(tag[reached:])
			if missing == utf8.RuneError {
				break
			}
			added := tag[reached : reached+size]
			if strings.ContainsRune(`]\^-[`, missing) {
				added = `\` + added
			}
			class = class[:len(class)-1] + added + "]"
		}
	}
	return widened
}

// isEscaped reports whether a backslash takes the meaning of the character at offset i of a pattern.
func isEscaped(pattern string, i int) bool {
	before := pattern[:i]
	return (len(before)-len(strings.TrimRight(before, `\`)))%2 == 1
}
