// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"strings"
	"testing"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

// The weighed comparisons answer and fail as Go's do.
func TestComparisonsAreThoseOfGo(t *testing.T) {
	t.Parallel()
	operands := []string{"1", "2", "-1", "1.5", `"a"`, `"b"`, "true", "false", "nil", ".", ".Values", ".Values.none", "$none", "(list 1)",
		"(dict)", "(first (list nil 1))", "(index (list 1) 0)", ".AutomationObject", ".Changed", "(int64 1)", "(len \"a\")"}
	data := newTemplateData(fleet())
	for _, name := range []string{"eq", "ne", "lt", "le", "gt", "ge"} {
		calls := []string{name, name + " 1", name + " 1 1 1", name + " 2 1 2"}
		for _, a := range operands {
			for _, b := range operands {
				calls = append(calls, name+" "+a+" "+b)
			}
		}
		for _, call := range calls {
			text := "{{$none := .Values.none}}{{" + call + "}}"
			var want strings.Builder
			plain, err := template.New(templateName).Funcs(sprig.HermeticTxtFuncMap()).Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			wantErr := plain.Execute(&want, data)
			got, gotErr := renderResult(t, text, fleet())
			if wantErr == nil && gotErr == nil && got.Text == want.String() {
				continue
			}
			if wantErr == nil || gotErr == nil || gotErr.Error() != executionError(text, wantErr).Error() {
				t.Errorf("%s: got %q, %v, want %q, %v", call, got.Text, gotErr, want.String(), wantErr)
			}
		}
	}
}
