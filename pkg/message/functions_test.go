// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/sprig/v3"
	"github.com/google/go-cmp/cmp"
)

// Every function of the pinned sprig is either available or known to be removed: another sprig needs a look at what came.
func TestAvailableFunctions(t *testing.T) {
	t.Parallel()
	if got := len(sprig.HermeticTxtFuncMap()); got != 194 {
		t.Errorf("sprig has %d hermetic functions, Flux's has 194", got)
	}
	var refused []string
	for name := range sprig.TxtFuncMap() {
		if _, err := pick("", []use{{name: name}}); err != nil {
			refused = append(refused, name)
		}
	}
	slices.Sort(refused)
	want := strings.Fields("date dateInZone dateModify date_in_zone date_modify env expandenv getHostByName htmlDate " +
		"htmlDateInZone now randAlpha randAlphaNum randAscii randBytes randNumeric uuidv4")
	if diff := cmp.Diff(want, refused); diff != "" {
		t.Errorf("refused functions of sprig (-want +got):\n%s", diff)
	}
	for _, name := range strings.Fields("and call html index slice js len not or print printf println urlquery eq ge gt le lt ne " +
		"ago toDate mustToDate unixEpoch duration durationRound must_date_modify mustDateModify randInt shuffle bcrypt htpasswd " +
		"genPrivateKey genCA genSelfSignedCert genSignedCert buildCustomCert derivePassword encryptAES decryptAES") {
		if _, err := pick("", []use{{name: name}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The names that limits are tied to must be names of functions, or a limit protects nothing.
func TestFunctionClassesNameFunctions(t *testing.T) {
	t.Parallel()
	var shallow, slow int
	for name := range sprig.HermeticTxtFuncMap() {
		if isShallow(name) {
			shallow++
		}
		if isSlow(name) {
			slow++
		}
	}
	if shallow != 40 || slow != 11 {
		t.Errorf("%d shallow and %d slow functions, want 40 and 11", shallow, slow)
	}
}

// No function of sprig, however called, does more than fail.
func TestFunctionsSurviveBadArguments(t *testing.T) {
	t.Parallel()
	arguments := []string{"", "nil", "-1", "0", "1 0", `"" ""`, `"x"`, `"(" "x" "y"`, `"(" "x" 1`, "-1 \"x\"", "9223372036854775807 \"x\"",
		"9223372036854775807", "-9223372036854775807", "1 9223372036854775807 1", "0 9223372036854775807 9223372036854775806",
		`(list 1 2) 5 1`, "(list)", "0 (list 1)", "-3 (list 1)", "(dict)", `(dict "a" 1) "b" "c"`, `"a" (dict "a" 1)`, "(dict (list) nil)",
		". .", `. "Changed"`, "$.Changed.FileChanges", `1 2 "abc"`, `"%*d%[9]q" 1 "x"`, `"s" (list "a" nil 1.5)`, "1e308 1e308 1e308",
		`"k" "AAAA"`, `"host" nil nil -5`, `"%zz://"`, `(dict "scheme" 1)`, `1 5 5 "abc"`, `3 -7 "abc"`, `"a" "b" "d" .Values`}
	names := slices.Sorted(maps.Keys(sprig.HermeticTxtFuncMap()))
	names = append(names, "print", "printf", "println", "html", "js", "urlquery", "index", "len", "call", "not", "eq", "lt")
	for _, name := range names {
		if isSlow(name) {
			continue
		}
		for _, args := range arguments {
			text := "{{" + name + " " + args + "}}"
			_, err := renderResult(t, text, Sample())
			var e *Error
			if err != nil && !errors.As(err, &e) {
				t.Errorf("%s: %T %v", text, err, err)
			}
		}
	}
}

func TestSlowFunctionsWork(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]string{
		`{{derivePassword 1 "long" "password" "user" "example.com"}}`: "ZedaFaxcZaso9*",
		`{{genPrivateKey "ed25519" | trunc 27}}`:                      "-----BEGIN PRIVATE KEY-----",
	} {
		if got := render(t, template, Data{}); got != want {
			t.Errorf("%s: got %q, want %q", template, got, want)
		}
	}
}

// Looking at functions later than the parser does must not let any pass: every place where an identifier can stand is seen.
func TestUnknownFunctionsAreFoundEverywhere(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"{{nope}}", "{{1 | nope}}", "{{print (nope)}}", "{{print nope}}", "{{(nope).X}}", "{{(print (nope).X).Y}}", "{{$x := nope}}",
		"{{if nope}}{{end}}", "{{if 1}}{{else if nope}}{{end}}", "{{if 1}}{{else}}{{nope}}{{end}}", "{{range nope}}{{end}}",
		"{{range $k, $v := nope}}{{end}}", "{{range 1}}{{nope}}{{else}}{{end}}", "{{range 1}}{{else}}{{nope}}{{end}}",
		"{{with nope}}{{end}}", "{{with 1}}{{nope}}{{else with nope}}{{end}}", `{{template "x" nope}}{{define "x"}}{{end}}`,
		`{{define "x"}}{{nope}}{{end}}`, `{{block "x" nope}}{{end}}`, `{{block "x" 1}}{{nope}}{{end}}`, "{{1 | print | nope | print}}",
		"{{" + printName + "}}", "{{" + enterName + "}}", "{{" + leaveName + "}}",
	} {
		_, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), "is not available in Flux's templates") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestPickKeepsToWhatIsUsed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"plain": nil, "{{len .}}": nil, "{{.Values | toString | upper}}{{upper .}}": {"toString", "upper"},
	} {
		trees, err := parseTrees(text)
		if err != nil {
			t.Fatal(err)
		}
		uses, err := instrument(text, trees)
		if err != nil {
			t.Fatal(err)
		}
		picked, err := pick(text, uses)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(picked))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}
