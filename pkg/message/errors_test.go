// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	const (
		parsing = "failed to update source: unable to create commit message template from spec: template: commit message:"
		running = "failed to update source: failed to run template from spec: template: commit message:"
		removed = " is not available in Flux's templates: sprig has it, but its answer hangs on when or where it runs"
	)
	for name, tc := range map[string]struct{ template, want, controller string }{
		"removed by Flux": {`{{now | date "2006"}}`,
			"1:3: function \"now\"" + removed + "\n1:9: function \"date\"" + removed, parsing + `1: function "now" not defined`},
		"Helm's": {"{{/* ü */}}\n {{toYaml .}}", `2:4: function "toYaml" is not available in Flux's templates: it is Helm's`,
			parsing + `2: function "toYaml" not defined`},
		"nobody's":         {"{{foo}}", `1:3: function "foo" is not available in Flux's templates`, parsing + `1: function "foo" not defined`},
		"unclosed action":  {"{{ .A }} {{ .B", "1:14: unclosed action", parsing + "1: unclosed action"},
		"unclosed block":   {"a\n{{range .Changed.Changes}}{{.}} ü", "2:31: unexpected EOF", parsing + "2: unexpected EOF"},
		"surplus end":      {"ü{{end}}", "1:8: unexpected {{end}}", parsing + "1: unexpected {{end}}"},
		"empty condition":  {"{{if}}x{{end}}", "1:6: missing value for if", parsing + "1: missing value for if"},
		"unknown variable": {"a\n\n  {{$abc}}\n", `3:10: undefined variable "$abc"`, parsing + `3: undefined variable "$abc"`},
		"unclosed string":  {`{{"abc}}`, "1:3: unterminated quoted string", parsing + "1: unterminated quoted string"},
		"bad character":    {"{{ .A ! }}", `1:7: unexpected "!" in operand`, parsing + `1: unexpected "!" in operand`},
		"unknown field": {"x\nü {{.Foo}}", "2:5: .Foo: can't evaluate field Foo in the template's data",
			running + `2:5: executing "commit message" at <.Foo>: can't evaluate field Foo in type source.TemplateData`},
		"unknown field below": {"{{.Changed.Foo}}", "1:11: .Changed.Foo: can't evaluate field Foo in .Changed",
			running + `1:10: executing "commit message" at <.Changed.Foo>: can't evaluate field Foo in type update.Result`},
		"unknown field of a change": {"{{range .Changed.Changes}}{{.Foo}}{{end}}", "1:29: .Foo: can't evaluate field Foo in a change",
			running + `1:28: executing "commit message" at <.Foo>: can't evaluate field Foo in type update.Change`},
		"unknown field of an object": {"{{range $o, $_ := .Changed.Objects}}{{$o.Foo}}{{end}}",
			"1:41: $o.Foo: can't evaluate field Foo in an object",
			running + `1:40: executing "commit message" at <$o.Foo>: can't evaluate field Foo in type update.ObjectIdentifier`},
		"unknown field of a file": {"{{range .Changed.FileChanges}}{{.Foo}}{{end}}",
			"1:33: .Foo: can't evaluate field Foo in type objectChanges",
			running + `1:32: executing "commit message" at <.Foo>: can't evaluate field Foo in type update.ObjectChanges`},
		"wrong type": {"{{.Values | keys}}", "1:13: keys: wrong type for value; expected map[string]interface {}; got map[string]string",
			running + `1:12: executing "commit message" at <keys>: wrong type for value; expected map[string]interface {}; got map[string]string`},
		"a panic of sprig": {`{{nindent -1 "a"}}`, "1:3: calling nindent: strings: negative Repeat count",
			running + `1:2: executing "commit message" at <nindent -1 "a">: error calling nindent: strings: negative Repeat count`},
		"fail": {`{{fail "no\x1b[31m\n"}}`, `1:3: calling fail: no [31m `,
			running + "1:2: executing \"commit message\" at <fail \"no\\x1b[31m\\n\">: error calling fail: no\x1b[31m\n"},
		"in a named template": {`{{define "a>: b"}}{{.X}}{{end}}{{template "a>: b" .}}`,
			"1:21: .X: can't evaluate field X in the template's data",
			running + `1:20: executing "a>: b" at <.X>: can't evaluate field X in type source.TemplateData`},
		"unknown template": {`{{template "a"}}`, `1:12: {{template "a"}}: template "a" not defined`,
			running + `1:11: executing "commit message" at <{{template "a"}}>: template "a" not defined`},
		"a bound": {`x{{repeat 9999999 "x"}}`, "1:4: what repeat makes would have more than 1031 KiB", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := renderResult(t, tc.template, fleet())
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if diff := cmp.Diff([2]string{tc.want, tc.controller}, [2]string{err.Error(), e.Controller}); diff != "" {
				t.Errorf("error and the controller's (-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrorsAreBounded(t *testing.T) {
	t.Parallel()
	_, err := renderResult(t, `{{fail (repeat 100000 "é")}}`, Data{})
	if err == nil || len(err.Error()) > 400 || !strings.HasSuffix(err.Error(), "é…") {
		t.Errorf("got %.500v", err)
	}
	// Where looking for the column costs too much, there is none.
	_, err = Parse(strings.Repeat("{{1}}", 10_000) + "{{")
	if want := "1: unclosed action"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Each error quotes the controller's whole message, so that thousands would fill the screen.
func TestErrorsAreCounted(t *testing.T) {
	t.Parallel()
	_, err := Parse(strings.Repeat("{{foo}}", 13))
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 11 || lines[9] != `1:66: function "foo" is not available in Flux's templates` || lines[10] != "and 3 more" {
		t.Errorf("got %q", lines)
	}
	_, err = Parse(strings.Repeat("{{foo}}", 10))
	if got := strings.Count(err.Error(), "\n"); got != 9 || strings.Contains(err.Error(), "more") {
		t.Errorf("ten errors are told: got %v", err)
	}
}
