// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package yamledit

import "fmt"

// A Span is the range of bytes [Start, End) of a text.
type Span struct{ Start, End int }

// An Edit replaces the bytes of its Span by Text. An empty Span inserts.
type Edit struct {
	Span
	Text string
}

// Apply returns text with the edits made. They must be in ascending order, apart from each other, and within
// the text; otherwise nothing is edited. Without edits the result is text itself, with edits a new slice.
func Apply(text []byte, edits []Edit) ([]byte, error) {
	if len(edits) == 0 {
		return text, nil
	}
	size, end := len(text), 0
	for i, e := range edits {
		if e.Start < end || e.End < e.Start || e.End > len(text) {
			return nil, fmt.Errorf("applying edit %d of %d: bytes %d to %d, want a range between %d and %d",
				i+1, len(edits), e.Start, e.End, end, len(text))
		}
		size += len(e.Text) - (e.End - e.Start)
		end = e.End
	}
	out := make([]byte, 0, size)
	end = 0
	for _, e := range edits {
		out = append(out, text[end:e.Start]...)
		out = append(out, e.Text...)
		end = e.End
	}
	return append(out, text[end:]...), nil
}
