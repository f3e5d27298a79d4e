// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/google/go-cmp/cmp"
)

// want is a selected tag, or the error's text in its place.
func selectOne(t *testing.T, spec imagev1.ImagePolicySpec, tags []string) string {
	t.Helper()
	rule, err := Compile(spec)
	if err != nil {
		return err.Error()
	}
	before := slices.Clone(tags)
	selection, err := rule.Select(tags)
	if diff := cmp.Diff(before, tags); diff != "" {
		t.Errorf("Select changed its input (-before +after)\n%s", diff)
	}
	if err != nil {
		return err.Error()
	}
	return selection.Tag
}

const (
	wordEmpty   = "version list argument cannot be empty"
	wordNoMatch = "unable to determine latest version from provided list"
)

// TestSemVerVectors are the ranges of reflector.md 2.7 over its fixture.
func TestSemVerVectors(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"11.1.0": {"*", "x", ">=0", ">=0.0.0", "*-0", ">=0.0.0-0", ">=0-0", ">1", ">1.0", "!=1", "~0.0.0", "1.x||>=2.0.0-0"},
		"1.9.9": {"1.x-0", "^1.x-0", "^1-0", "^1.0.0-0", "<2", "<2.0.0", ">=1.0.0 <2.0.0", ">=1.0.0, <2.0.0",
			">=1.0.0 <2.0.0-0", "1", "1.x", "^1", "~1", "^1.0", "^1.0.0", "1.*", "1.*.*"},
		"2.1.0":       {"<=2", "1.x || 2.x"},
		"2.0.0":       {"<=2.0"},
		"1.0.9":       {"1.0.x", "v1.0.x", "1.0", "~1.0", "~1.0.0", "~>1.0", "~> 1.0", "1.0.*"},
		"1.0.0":       {"=1.0.0", "1.0.0", "1.0.0+build", "=<1.0.0"},
		"2.0.0-beta":  {">=1.0.0-0 <2.0.0"},
		"1.0.0-rc.10": {">=1.0.0-alpha <1.0.0"},
		"1.1.0":       {"1.0.0 - 1.1.0", "1.0 - 1.1"},
		"0.1.0":       {"^0.1", "^0", "~0"},
		"0.0.0":       {"^*"},
		wordNoMatch:   {"1.0.0-1.1.0", "1.x,2.x"},
	}
	for want, texts := range tests {
		for _, text := range texts {
			if got := selectOne(t, semverSpec(text), fixture); got != want {
				t.Errorf("%q selects %q, want %q", text, got, want)
			}
		}
	}
}

// TestAdmitted are the candidate counts of reflector.md 2.7.
func TestAdmitted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"1.x-0": 12, "^1.x-0": 12, "^1-0": 12, "^1.0.0-0": 12, ">1": 3, ">1.0": 5} {
		r, err := parseRange(text)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, tag := range fixture {
			if v, ok := parseVersion(tag); ok && r.holds(v) {
				got++
			}
		}
		if got != want {
			t.Errorf("%q admits %d of the fixture, want %d", text, got, want)
		}
	}
}

// TestInvalidVectors are the specs that reflector.md 2.5, 2.7 and 5 name as invalid, with the controller's message.
func TestInvalidVectors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spec imagev1.ImagePolicySpec
		want string
	}{
		"no choice":            {imagev1.ImagePolicySpec{}, "invalid policy: given ImagePolicyChoice object is invalid"},
		"alphabetical invalid": {alphabeticalSpec("invalid"), "invalid policy: invalid order argument provided: 'INVALID', must be one of: ASC, DESC"},
		"numerical invalid":    {numericalSpec("up"), "invalid policy: invalid order argument provided: 'UP', must be one of: ASC, DESC"},
		"*-*":                  {semverSpec("*-*"), `invalid policy: improper constraint: "*-*"`},
		"empty":                {semverSpec(""), `invalid policy: improper constraint: ""`},
		"blank":                {semverSpec(" "), `invalid policy: improper constraint: " "`},
		"second group":         {semverSpec("1.x ||"), `invalid policy: improper constraint: ""`},
		"no separator":         {semverSpec(">=1.0.0<2.0.0"), `invalid policy: improper constraint: ">=1.0.0<2.0.0"`},
		"1.0.0p":               {semverSpec("1.0.0p"), `invalid policy: improper constraint: "1.0.0p"`},
		"-1":                   {semverSpec("-1"), `invalid policy: improper constraint: "-1"`},
		"a":                    {semverSpec("a"), `invalid policy: improper constraint: "a"`},
		"1.0.0.0":              {semverSpec("1.0.0.0"), `invalid policy: improper constraint: "1.0.0.0"`},
		"> = 1.0":              {semverSpec("> = 1.0"), `invalid policy: improper constraint: "> = 1.0"`},
		"latest":               {semverSpec("latest"), `invalid policy: improper constraint: "latest"`},
		">1,":                  {semverSpec(">1,"), `invalid policy: improper constraint: ">1,"`},
		"||":                   {semverSpec("||"), `invalid policy: improper constraint: ""`},
		"V1.2.3":               {semverSpec("V1.2.3"), `invalid policy: improper constraint: "V1.2.3"`},
		"1x":                   {semverSpec("1x"), "invalid policy: constraint parser error"},
		"x1":                   {semverSpec("x1"), "invalid policy: constraint parser error"},
		"1|2":                  {semverSpec("1|2"), "invalid policy: constraint parser error"},
		"33 groups":            {semverSpec("1" + strings.Repeat("||1", 32)), "invalid policy: too many constraint groups (max 32)"},
		"513 bytes":            {semverSpec("1" + strings.Repeat(" ", 512)), "invalid policy: constraint string is too long (max 512 bytes)"},
	}
	for name, tt := range tests {
		_, err := Compile(tt.spec)
		var invalid *InvalidError
		if !errors.As(err, &invalid) || err.Error() != tt.want {
			t.Errorf("%s: Compile = %v, want an InvalidError %q", name, err, tt.want)
		}
	}
	for _, text := range []string{"1.0.x", "^1.0", "=1.0.0", "~1.0", ">=1.0", ">0,<2.0"} {
		if _, err := Compile(semverSpec(text)); err != nil {
			t.Errorf("Compile(%q): %v", text, err)
		}
	}
	for _, order := range []string{"", "asc", "ASC", "desc", "DESC", "Asc"} {
		if _, err := Compile(alphabeticalSpec(order)); err != nil {
			t.Errorf("Compile(%q): %v", order, err)
		}
	}
}

// TestFilterFaultComesLate is reflector.md 2.5 and 2.10: the pattern is compiled when there are tags to filter.
func TestFilterFaultComesLate(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"^test-(.*": "missing closing ): `^test-(.*`",
		"[=":        "missing closing ]: `[=`",
		"(?!x)":     "invalid or unsupported Perl syntax: `(?!`",
		`\1`:        "invalid escape sequence: `\\1`",
		"*":         "missing argument to repetition operator: `*`",
		"a{1001}":   "invalid repeat count: `{1001}`",
	}
	for pattern, cause := range tests {
		rule, err := Compile(filtered(semverSpec(">=0.x"), pattern, "$1"))
		if err != nil {
			t.Errorf("Compile with %q: %v", pattern, err)
			continue
		}
		_, err = rule.Select([]string{"test-0.1.0"})
		want := "failed to filter tags: invalid regular expression pattern '" + pattern + "': error parsing regexp: " + cause
		var invalid *InvalidError
		if !errors.As(err, &invalid) || err.Error() != want {
			t.Errorf("Select = %v, want an InvalidError %q", err, want)
		}
	}
}

// TestUpstreamVectors are those of reflector.md 5.
func TestUpstreamVectors(t *testing.T) {
	t.Parallel()
	stamps := "1606234201 1606364286 1606334092 1606334284 1606334201"
	dates := "2021-01-08T21-18-21Z 2020-05-08T21-18-21Z 2021-01-08T19-20-00Z 1990-01-08T00-20-00Z 2023-05-08T00-20-00Z"
	floats := "47.40896403322944 -27.8520927455902 -27.930666514224427 -31.352485948094568 -50.41072694704882 " +
		"-21.962849842263736 24.71884721436865 -39.99177354004344 53.47333823144817 3.2008658570411086"
	floatsDesc := "-65.27202780220686 57.82948329142309 22.40184684363291 -86.36934305697784 -90.29082099756083 " +
		"-12.041712603564264 77.70488240399305 -38.98425003883552 16.06867070412028 53.735674335181216"
	rel := "rel-1606234201 rel-1606364286 rel-1606334092 rel-1606334284 rel-1606334201"
	tests := map[string]struct {
		spec imagev1.ImagePolicySpec
		tags string
		want string
	}{
		"alphabetical numbers":     {alphabeticalSpec(""), "16.04 16.04.1 16.10 20.04 20.10", "20.10"},
		"alphabetical numbers d":   {alphabeticalSpec("desc"), "16.04 16.04.1 16.10 20.04 20.10", "16.04"},
		"alphabetical words":       {alphabeticalSpec("asc"), "xenial yakkety zesty artful bionic", "zesty"},
		"alphabetical words d":     {alphabeticalSpec("desc"), "xenial yakkety zesty artful bionic", "artful"},
		"alphabetical stamps":      {alphabeticalSpec("asc"), stamps, "1606364286"},
		"alphabetical stamps d":    {alphabeticalSpec("desc"), stamps, "1606234201"},
		"alphabetical prefixed":    {alphabeticalSpec("asc"), rel, "rel-1606364286"},
		"alphabetical prefixed d":  {alphabeticalSpec("desc"), rel, "rel-1606234201"},
		"alphabetical dates":       {alphabeticalSpec("asc"), dates, "2023-05-08T00-20-00Z"},
		"alphabetical dates d":     {alphabeticalSpec("desc"), dates, "1990-01-08T00-20-00Z"},
		"alphabetical empty":       {alphabeticalSpec("asc"), "", wordEmpty},
		"numerical":                {numericalSpec("asc"), "-62 -88 73 72 15 16 15 29 -33 -91", "73"},
		"numerical d":              {numericalSpec("desc"), "5 -8 -78 25 70 -4 80 92 -20 -24", "-78"},
		"numerical floats":         {numericalSpec("asc"), floats, "53.47333823144817"},
		"numerical floats d":       {numericalSpec("desc"), floatsDesc, "-90.29082099756083"},
		"numerical stamps":         {numericalSpec("asc"), stamps, "1606364286"},
		"numerical stamps d":       {numericalSpec("desc"), stamps, "1606234201"},
		"numerical one":            {numericalSpec("asc"), "1", "1"},
		"numerical words":          {numericalSpec("asc"), "0 1a b", "failed to parse invalid numeric value 'b'"},
		"numerical empty":          {numericalSpec("asc"), "", wordEmpty},
		"semver mixed":             {semverSpec("1.0.x"), "1.0.0 1.0.0.1 1.0.0p 1.0.1 1.2.0 0.1.0", "1.0.1"},
		"semver v":                 {semverSpec("1.0.x"), "v1.2.3 v1.0.0 v0.1.0", "v1.0.0"},
		"semver none":              {semverSpec("1.0.x"), "b1.2.3 b1.0.0 b0.1.0", wordNoMatch},
		"semver empty":             {semverSpec("1.0.x"), "", wordEmpty},
		"semver outside":           {semverSpec("1.0.x"), "1.2.0", wordNoMatch},
		"semver v range":           {semverSpec("v1.0.x"), "1.0.0 2.0.0 1.0.1 1.2.0", "1.0.1"},
		"semver v range, v tags":   {semverSpec("v1.0.x"), "v1.0.0 v2.0.0 v1.0.1 v1.2.0", "v1.0.1"},
		"semver v tags":            {semverSpec("1.0.x"), "v1.0.0 v2.0.0 v1.0.1 v1.2.0", "v1.0.1"},
		"policy semver":            {semverSpec("1.0.x"), "0.1.0 0.1.1 0.2.0 1.0.0 1.0.1 1.0.2 1.1.0-alpha", "1.0.2"},
		"policy numerical, filter": {filtered(numericalSpec("asc"), `1.0.0-rc\.(?P<num>[0-9]+)`, "$num"), "1.0.0 1.0.0-rc.1 1.0.0-rc.2 1.0.0-rc.3 1.0.1-rc.2", "1.0.0-rc.3"},
		"policy alphabetical":      {filtered(alphabeticalSpec("asc"), `foo-(?P<word>[a-z]+)`, "$word"), "foo-aaa bar-bbb foo-zzz baz-nnn foo-ooo", "foo-zzz"},
		"policy semver, filter":    {filtered(semverSpec(">=0.x"), `^test-(.*)$`, "$1"), "test-0.1.0 test-0.1.1 dev-0.2.0 1.0.0 1.0.1 1.0.2 1.1.0-alpha", "test-0.1.1"},
		"nothing left":             {filtered(semverSpec(">=0.x"), `^nope$`, ""), "1.0.0", wordEmpty},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := selectOne(t, tt.spec, strings.Fields(tt.tags)); got != tt.want {
				t.Errorf("selected %q, want %q", got, tt.want)
			}
		})
	}
}

// TestNumbers is the table of reflector.md 2.9.
func TestNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"01": 1, "-1": -1, "1e3": 1000, "5.": 5, ".5": 0.5, "1e-400": 0, "inf": math.Inf(1), "-inf": math.Inf(-1),
		"Infinity": math.Inf(1), "0x1p4": 16, "1_000": 1000, "2024_01_02": 20240102, "20240101_120000": 20240101120000,
		"0_1": 1,
	} {
		b := bestNumber{}
		if got := b.rank(text); got != higher || b.top != want {
			t.Errorf("rank(%q) = %v with %v, want %v", text, got, b.top, want)
		}
	}
	for _, text := range []string{"nan", "NaN"} {
		if got := (&bestNumber{}).rank(text); got != unordered {
			t.Errorf("rank(%q) = %v", text, got)
		}
	}
	for _, text := range []string{"", " 1", "1 ", "1a", "v1", "1.2.3", "1__0", "1_", "1_.5", "_1", "0x10", "0b1", "1e400"} {
		if got := selectOne(t, numericalSpec(""), []string{text}); got != "failed to parse invalid numeric value '"+text+"'" {
			t.Errorf("%q gives %q", text, got)
		}
	}
}

// oracle selects as reflector.md 8 spells the controller out, with semver/v3 and on a sorted list.
func oracle(spec imagev1.ImagePolicySpec, tags []string) (string, string) {
	stored := slices.Clone(tags)
	slices.SortFunc(stored, func(a, b string) int { return strings.Compare(b, a) })
	tagOf := map[string]string{}
	for _, tag := range stored {
		key := tag
		if f := spec.FilterTags; f != nil {
			re := regexp.MustCompile(f.Pattern)
			match := re.FindStringSubmatchIndex(tag)
			if match == nil {
				continue
			}
			if f.Extract != "" {
				key = string(re.ExpandString(nil, f.Extract, tag, match))
			}
		}
		tagOf[key] = tag
	}
	var keys []string
	for key := range tagOf {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(tagOf[b], tagOf[a]) })
	key, err := oracleLatest(spec.Policy, keys)
	if err != "" {
		return "", err
	}
	return tagOf[key], ""
}

func oracleLatest(choice imagev1.ImagePolicyChoice, keys []string) (latest, err string) {
	switch {
	case len(keys) == 0:
		return "", wordEmpty
	case choice.SemVer != nil:
		constraint, _ := semver.NewConstraint(choice.SemVer.Range)
		var top *semver.Version
		for _, key := range keys {
			if v := semverParse(key); v != nil && constraint.Check(v) && (top == nil || v.GreaterThan(top)) {
				top = v
			}
		}
		if top == nil {
			return "", wordNoMatch
		}
		return top.Original(), ""
	case choice.Alphabetical != nil:
		if strings.EqualFold(choice.Alphabetical.Order, "desc") {
			return slices.Min(keys), ""
		}
		return slices.Max(keys), ""
	}
	var top float64
	for i, key := range keys {
		n, parseErr := strconv.ParseFloat(key, 64)
		if parseErr != nil {
			return "", "failed to parse invalid numeric value"
		}
		if desc := strings.EqualFold(choice.Numerical.Order, "desc"); i > 0 && (!desc && n < top || desc && n > top) {
			continue
		}
		latest, top = key, n
	}
	return latest, ""
}

// FuzzSelect compares with the oracle; the order and repetitions of the input must not matter, nor may it change; and the
// story must agree with the selection.
func FuzzSelect(f *testing.F) {
	all := strings.Join(fixture, " ") + " v1.0.0 01.0.0 1.0.0+b 1.0 latest"
	for text := range ranges {
		f.Add(uint8(0), text, "", "", all)
	}
	f.Add(uint8(0), ">=1", `^v?(.*)$`, "$1", all)
	f.Add(uint8(0), ">=1", `^(v)?(\d+)`, "$2.0.0", all)
	for kind := range uint8(4) {
		f.Add(kind+1, "", "", "", "1 1.0 01 2 -3 +2 2.0 nan inf 1e3")
		f.Add(kind+1, "", "", "", "1 1.0 01 nan 2 NaN 3 -3")
		f.Add(kind+1, "", `^(\d+)-.*$`, "$1", "2-a 1-c 1-b 1-a x")
		f.Add(kind+1, "", `^(.*)-.*$`, "$1", "2-a 2.0-c 2.00-b 1-a x nan-a NaN-b 0-0")
		f.Add(kind+1, "", "", "x", "a b c")
		f.Add(kind+1, "", "a|b", "", "a b c")
	}
	f.Fuzz(func(t *testing.T, kind uint8, text, pattern, extract, list string) {
		specs := []imagev1.ImagePolicySpec{
			semverSpec(text), numericalSpec(""), numericalSpec("desc"), alphabeticalSpec(""), alphabeticalSpec("desc"),
		}
		spec := specs[int(kind)%len(specs)]
		if pattern != "" || extract != "" {
			if _, err := regexp.Compile(pattern); err != nil {
				return
			}
			spec = filtered(spec, pattern, extract)
		}
		rule, err := Compile(spec)
		if err != nil {
			return
		}
		tags := strings.Split(list, " ")
		wantTag, wantErr := oracle(spec, tags)

		first, firstErr := rule.Select(tags)
		checkStory(t, rule, tags, first, firstErr)
		reversed := slices.Concat(tags, tags)
		slices.Reverse(reversed)
		for _, input := range [][]string{tags, reversed} {
			before := slices.Clone(input)
			selection, err := rule.Select(input)
			if !slices.Equal(before, input) {
				t.Fatalf("Select changed %q to %q", before, input)
			}
			switch {
			case wantErr != "" && (err == nil || !strings.HasPrefix(err.Error(), wantErr)):
				t.Fatalf("Select(%q) = %+v, %v, want error %q", input, selection, err, wantErr)
			case wantErr == "" && (err != nil || selection.Tag != wantTag):
				t.Fatalf("Select(%q) = %+v, %v, want %q", input, selection, err, wantTag)
			}
		}
	})
}
