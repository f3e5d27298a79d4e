// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// extracts is the table of reflector.md 2.10, and its remarks.
var extracts = []struct {
	pattern, extract, tag, key string
}{
	{`ver(\d+)`, "$1", "xver12yy", "12"},
	{`ver(\d+)`, "$1x", "ver12", ""},
	{`ver(\d+)`, "${1}x", "ver12", "12x"},
	{`ver(\d+)`, "$2", "ver12", ""},
	{`ver(\d+)`, "$name", "ver12", ""},
	{`ver(\d+)`, "$$1", "ver12", "$1"},
	{`ver(\d+)`, "$", "ver12", "$"},
	{`ver(\d+)`, "$-1", "ver12", "$-1"},
	{`ver(\d+)`, "${1", "ver12", "${1"},
	{`ver(\d+)`, "const", "ver12", "const"},
	{`ver(\d+)`, "$0", "xver12yy", "ver12"},
	{`ver(\d+)`, "", "xver12yy", "xver12yy"},
	{`^(?P<a>\d+)-(?P<b>\d+)$`, "$a.$b", "1-2", "1.2"},
	{`^(?P<a>\d+)-(?P<b>\d+)$`, "$a_$b", "1-2", "2"},
	{`^(?<a>\d+)-(?<b>\d+)$`, "${a}_${b}", "1-2", "1_2"},
	{`^v(\d+)\.(\d+)\.(\d+)_(\d+)$`, "$1.$2.$3+$4", "v1.2.3_4", "1.2.3+4"},
	{``, "$0", "abc", ""},
	{`(\d+)`, "$01", "a7", ""},
	{`(a)|(b)`, "$2", "a", ""},
	{`(?P<n>a)|(?P<o>b)`, "$n$o", "b", "b"},
	{`(?P<2>a)(b)`, "$2", "ab", "b"},
	{`(?P<0000000001>a)`, "$0000000001", "a", "a"},
	{`a`, "$1000000000${1000000000}", "a", ""},
	{`(.)`, "$$$1$", "é", "$é$"},
	{`(.)`, "${}$1", "a", "${}a"},
}

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, tt := range extracts {
		f, err := compileFilter(tt.pattern, tt.extract)
		if err != nil {
			t.Fatal(err)
		}
		if key, ok := f.key(tt.tag); !ok || key != tt.key {
			t.Errorf("%s to %s of %q = %q, %v, want %q", tt.pattern, tt.extract, tt.tag, key, ok, tt.key)
		}
	}
}

// TestFilterVectors are those of reflector.md 5: the keys that remain, sorted.
func TestFilterVectors(t *testing.T) {
	t.Parallel()
	builds := "123-123.123.abcd123-debug 123-123.123.abcd123 123-123.123.abcd456-debug 123-123.123.abcd456"
	tests := []struct {
		pattern, extract, tags, keys string
	}{
		{``, ``, "a", "a"},
		{`^ver`, ``, "ver1 ver2 ver3 rel1", "ver1 ver2 ver3"},
		{`ver(\d+)`, `$1`, "ver1 ver2 ver3 rel1", "1 2 3"},
		{`^(123-[0-9]+\.[0-9]+\.[a-z0-9]+-debug)`, ``, builds, "123-123.123.abcd123-debug 123-123.123.abcd456-debug"},
		{`^(?P<tag>123-[0-9]+\.[0-9]+\.[a-z0-9]+[^-debug])`, `$tag`, builds, "123-123.123.abcd123 123-123.123.abcd456"},
		{`^(?P<tag>123-[0-9]+\.[0-9]+\.[a-z0-9]+$)`, `$tag`, builds, "123-123.123.abcd123 123-123.123.abcd456"},
	}
	for _, tt := range tests {
		f, err := compileFilter(tt.pattern, tt.extract)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for tag := range strings.FieldsSeq(tt.tags) {
			if key, ok := f.key(tag); ok {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		if diff := cmp.Diff(strings.Fields(tt.keys), slices.Compact(keys)); diff != "" {
			t.Errorf("%s to %s (-want +got)\n%s", tt.pattern, tt.extract, diff)
		}
	}
}

// FuzzExtract holds our templates to [regexp.Regexp.ExpandString].
func FuzzExtract(f *testing.F) {
	for _, tt := range extracts {
		f.Add(tt.pattern, tt.extract, tt.tag)
	}
	f.Fuzz(func(t *testing.T, pattern, extract, tag string) {
		re, err := regexp.Compile(pattern)
		if err != nil {
			return
		}
		match := re.FindStringSubmatchIndex(tag)
		want := tag
		switch {
		case match == nil:
			want = ""
		case extract != "":
			want = string(re.ExpandString(nil, extract, tag, match))
		}
		compiled, err := compileFilter(pattern, extract)
		if err != nil {
			t.Fatal(err)
		}
		key, ok := compiled.key(tag)
		if ok != (match != nil) || ok && key != want {
			t.Fatalf("key = %q, %v, want %q, %v", key, ok, want, match != nil)
		}
		Check(filtered(numericalSpec(""), pattern, extract))
	})
}
