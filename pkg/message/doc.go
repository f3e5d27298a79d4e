// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package message renders the commit messages of image updates as image-automation-controller 1.2 does.
//
// In goes a template and the changes of one run, in the order file, document, position. Out comes the text of the commit
// message, exactly as the template made it: nothing is trimmed.
//
// The law: a template that renders here gives what the controller gives, save that .Changed.Changes and the lists in
// .Changed.Objects keep the order of the changes, where the controller's order is random. Templates are hostile input, so
// that time, output and memory are bounded where the controller sets no bounds (see limits.go for each of them); a template
// can reach no file, environment variable or network, though `ago` tells the time, `toDate` knows the time zone, and
// `randInt`, `shuffle` and the functions that make keys and salts give something else each time, as they do in Flux.
//
// Templates written for controllers before Flux 2.7 reach for .Updated or .Changed.ImageResult. They are rendered as those
// controllers did, and [Result.Removed] says that today's controller refuses them.
//
// The package does not read resources, does not decide whether there is anything to commit, prints no warning and makes no
// text safe for a terminal: a message is data.
//
//	t, err := message.Parse("{{range .Changed.Changes}}{{println .OldValue \"->\" .NewValue}}{{end}}")
//	if err != nil {
//		return err // 1:3: function "now" is not available in Flux's templates: …
//	}
//	r, err := t.Render(ctx, message.Sample())
//	fmt.Print(r.Text)
package message
