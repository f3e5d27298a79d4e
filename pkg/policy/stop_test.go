// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStop(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, tag string
		want         Stop
	}{
		{`ver(\d+)`, "release-v7", Stop{9, []string{`"e"`}}},
		{`ver(\d+)`, "xx-ver-7", Stop{6, []string{"a digit"}}},
		{`(?i)rel\b.`, "xx-Relx-7", Stop{6, []string{"a word boundary"}}},
		{`^v[0-9]+\.[^x]$`, "v1.x", Stop{3, []string{"one of [^x]"}}},
		{`^[a-z]+[A-Z][A-Za-z].x`, "aB1", Stop{2, []string{"a letter"}}},
		{`^é.é$`, "éaa", Stop{3, []string{`"é"`}}},
		{`a^b`, "ab", Stop{Offset: 1}},
		{`^(a|b)c`, "d", Stop{Want: []string{"one of [ab]"}}},
		{`\.x`, "", Stop{Want: []string{`"."`}}},
	}
	for _, tt := range tests {
		got := newStepper(tt.pattern).stop(tt.tag)
		if diff := cmp.Diff(&tt.want, got); diff != "" {
			t.Errorf("%s in %q (-want +got)\n%s", tt.pattern, tt.tag, diff)
		}
	}
}

// FuzzStop holds the stepper to regexp, again and again on the same stepper.
func FuzzStop(f *testing.F) {
	for _, tt := range extracts {
		f.Add(tt.pattern, tt.tag, "x")
	}
	f.Add(`^main-[a-f0-9]+-(?P<ts>[0-9]+)$`, "main-0796e65-20261121T1019", "main-0796e65-2026")
	f.Add(`(?im)^a$\b\B|(?s).\z`, "a\nA", "é\xff")
	f.Fuzz(func(t *testing.T, pattern, a, b string) {
		re, err := regexp.Compile(pattern)
		if err != nil {
			return
		}
		stepper := newStepper(pattern)
		for _, tag := range []string{a, b, a} {
			stop := stepper.stop(tag)
			if (stop == nil) != re.MatchString(tag) {
				t.Fatalf("%q stops in %q: %v", pattern, tag, stop)
			}
			if stop != nil && (stop.Offset < 0 || stop.Offset > len(tag)) {
				t.Fatalf("%q stops in %q at byte %d", pattern, tag, stop.Offset)
			}
		}
		for _, widened := range widenPattern(pattern, a) {
			if !regexp.MustCompile(widened).MatchString(a) {
				t.Fatalf("%q, widened to %q, does not match %q", pattern, widened, a)
			}
		}
	})
}

func TestWidenPattern(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, tag string
		want         []string
	}{
		{`^main-[a-f0-9]+-(?P<ts>[0-9]+)$`, "main-0796e65-20261121T1019", []string{`^main-[a-f0-9]+-(?P<ts>[0-9T]+)$`}},
		{`^v(\d+)$`, "v2026-11-21", []string{`^v([0-9\-]+)$`}},
		{`^v(\d+)$`, "v2026.11-21", []string{`^v([0-9.\-]+)$`}},
		{`^v(\\d+)$`, "v1", nil},
		{`^[^a]+$`, "a", nil},
		{`^v(\d+)$`, "latest", nil},
		{`^v(\d+)$`, "vabcdefgh", nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, widenPattern(tt.pattern, tt.tag)); diff != "" {
			t.Errorf("%s for %q (-want +got)\n%s", tt.pattern, tt.tag, diff)
		}
	}
}
