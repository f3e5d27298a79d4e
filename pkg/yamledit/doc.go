// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package yamledit changes single scalars in YAML text and leaves every other byte alone.
//
// In goes the text of a file; out come byte ranges and [Edit]s. A [File] indexes the lines and splits the
// documents of a stream; [File.Parse] parses one of them with go.yaml.in/yaml/v3, whose nodes say what there is
// and where it begins; [Document.Token] finds the bytes of a scalar, [Document.Replace] the edits that give it
// another value in the style it has, and [Apply] splices.
//
// The law: after Apply the bytes outside the edits are the same, and the document parsed again differs at the
// replaced scalars only. The parser is used to find things, never to write: line ends, byte order marks, document
// markers, comments, indentation, anchors and tags are not this package's to change. Where quotes are not where they
// should be, or plain and block text does not spell the value that the parser read, there is an error and no edit.
//
// Not here: adding or removing nodes, multi-line values, and any opinion on what a comment means.
//
//	f := yamledit.New(text)
//	doc, err := f.Parse(f.Documents()[0])
//	if err != nil { … }
//	value := doc.Root.Content[0].Content[1]
//	edits, err := doc.Replace(value, "1.10")
//	out, err := yamledit.Apply(text, edits) // tag: 1.9 # keep → tag: "1.10" # keep
package yamledit
