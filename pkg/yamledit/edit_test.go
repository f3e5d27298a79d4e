// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package yamledit_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-image/kubectl-image/pkg/yamledit"
)

func TestApply(t *testing.T) {
	t.Parallel()
	edit := func(start, end int, text string) yamledit.Edit {
		return yamledit.Edit{Span: yamledit.Span{Start: start, End: end}, Text: text}
	}
	tests := map[string]struct {
		edits []yamledit.Edit
		want  string
		err   string
	}{
		"none":        {want: "abcdef"},
		"replace":     {edits: []yamledit.Edit{edit(1, 3, "XYZ")}, want: "aXYZdef"},
		"both ends":   {edits: []yamledit.Edit{edit(0, 1, ""), edit(5, 6, "!")}, want: "bcde!"},
		"adjacent":    {edits: []yamledit.Edit{edit(0, 2, "1"), edit(2, 4, "2")}, want: "12ef"},
		"insert":      {edits: []yamledit.Edit{edit(6, 6, "g")}, want: "abcdefg"},
		"overlap":     {edits: []yamledit.Edit{edit(0, 3, ""), edit(2, 4, "")}, err: "applying edit 2 of 2: bytes 2 to 4, want a range between 3 and 6"},
		"unordered":   {edits: []yamledit.Edit{edit(4, 5, ""), edit(0, 1, "")}, err: "applying edit 2 of 2: bytes 0 to 1, want a range between 5 and 6"},
		"backwards":   {edits: []yamledit.Edit{edit(3, 2, "")}, err: "applying edit 1 of 1: bytes 3 to 2, want a range between 0 and 6"},
		"beyond":      {edits: []yamledit.Edit{edit(3, 7, "")}, err: "applying edit 1 of 1: bytes 3 to 7, want a range between 0 and 6"},
		"before zero": {edits: []yamledit.Edit{edit(-1, 2, "")}, err: "applying edit 1 of 1: bytes -1 to 2, want a range between 0 and 6"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := yamledit.Apply([]byte("abcdef"), test.edits)
			message := ""
			if err != nil {
				message = err.Error()
			}
			if diff := cmp.Diff([]string{test.want, test.err}, []string{string(got), message}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
