// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"text/template"
	"time"
)

// The bounds of a template. The controller has none of them; real templates stay far below.
const (
	// maxTemplateBytes bounds the text, and with it what parsing costs.
	maxTemplateBytes = 64 << 10
	// maxNesting bounds blocks and parentheses in each other, maxDepth templates that call templates: the product bounds the
	// stack, whose overflow would end the process.
	maxNesting = 100
	maxDepth   = 100
	// maxTime is how long one render may take, whatever the caller's context says.
	maxTime = time.Minute
	// maxSlow is how many keys, certificates and password hashes one render may make.
	maxSlow = 4
	// maxLevels bounds how deep a value may nest: values can contain themselves (`set $d "a" $d`), and fmt does not notice.
	maxLevels = 100

	// The message, and each value that is printed or handed to a function that reads it whole, may have baseBytes and
	// bytesPerByte for each byte of the changes.
	baseBytes    = 1 << 20
	bytesPerByte = 16
	// All strings and lists together that functions make in one render may have this many times as much.
	totalFactor = 64
	// Rounds of loops, calls and pieces of output.
	baseSteps      = 250_000
	stepsPerChange = 1_000
)

// bytesPerNode and bytesPerChange are what a value within a structure, and a change, count for besides their text.
const (
	bytesPerNode   = 16
	bytesPerChange = 64
)

// limitError says which bound a template ran into.
type limitError string

func (e limitError) Error() string { return string(e) }

const (
	errTooLong = limitError("it takes longer than a minute")
	errSteps   = limitError("too many loops")
	errDepth   = limitError("templates call each other more than 100 deep")
	errSlow    = limitError("more than 4 keys, certificates or password hashes")
	errLevels  = limitError("a value is nested more than 100 deep, or contains itself")
	errTotal   = limitError("the values that functions made are too large in total")
)

// overtimeError says in words that the caller's deadline ended a render; to errors.Is it is that deadline.
type overtimeError struct{}

func (overtimeError) Error() string { return "it takes longer than the time it was given" }
func (overtimeError) Unwrap() error { return context.DeadlineExceeded }

// meter receives the output of one execution and counts what it costs.
type meter struct {
	ctx   context.Context
	out   bytes.Buffer
	limit int   // bytes of output, and of a value
	total int64 // bytes that functions may still make
	steps int
	depth int
	slow  int

	comparisons map[comparison]*template.Template
}

func newMeter(ctx context.Context, d Data) *meter {
	size := 0
	for _, c := range d.Changes {
		size += bytesPerChange + len(c.File) + len(c.OldValue) + len(c.NewValue) + len(c.Setter) + len(c.Image) +
			len(c.Object.APIVersion) + len(c.Object.Kind) + len(c.Object.Name) + len(c.Object.Namespace)
	}
	for k, v := range d.Values {
		size += len(k) + len(v)
	}
	limit := baseBytes + bytesPerByte*size
	return &meter{
		ctx:   ctx,
		limit: limit,
		total: totalFactor * int64(limit),
		steps: baseSteps + stepsPerChange*len(d.Changes),
		slow:  maxSlow,
	}
}

// Write takes a piece of output. Empty pieces are the pulse that instrument puts into every loop.
func (m *meter) Write(p []byte) (int, error) {
	if err := m.step(); err != nil {
		return 0, err
	}
	if m.out.Len()+len(p) > m.limit {
		return 0, m.tooLarge("the message")
	}
	return m.out.Write(p)
}

func (m *meter) step() error {
	if m.steps--; m.steps < 0 {
		return errSteps
	}
	if m.ctx.Err() != nil {
		return context.Cause(m.ctx)
	}
	return nil
}

func (m *meter) tooLarge(what string) error {
	return limitError(fmt.Sprintf("%s would have more than %d KiB", what, m.limit>>10))
}

// The names under which instrument calls the meter. pick does not know them, so no template can.
const (
	enterName = "message_enter"
	leaveName = "message_leave"
	printName = "message_print"
)

func (m *meter) hidden() template.FuncMap {
	return template.FuncMap{
		enterName: func() (string, error) {
			if m.depth++; m.depth > maxDepth {
				return "", errDepth
			}
			return "", m.step()
		},
		leaveName: func() string { m.depth--; return "" },
		printName: func(v reflect.Value) (reflect.Value, error) {
			_, err := m.weigh("the value", v)
			return v, err
		},
	}
}

// weight is what printing a value costs. A part that is reached on several ways counts on each.
type weight struct{ bytes, nodes int }

// weigh fails for values that are too large to be read whole.
func (m *meter) weigh(what string, values ...reflect.Value) (weight, error) {
	var w weight
	for _, v := range values {
		if err := m.add(&w, v, 0); err != nil {
			return w, err
		}
	}
	if w.bytes+w.nodes*bytesPerNode > m.limit {
		return w, m.tooLarge(what)
	}
	return w, nil
}

// add stops early, without an error, once w is over the limit.
func (m *meter) add(w *weight, v reflect.Value, level int) error {
	if level > maxLevels {
		return errLevels
	}
	if w.nodes++; w.bytes+w.nodes*bytesPerNode > m.limit {
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		w.bytes += v.Len()
	case reflect.Interface:
		w.nodes--
		return m.add(w, v.Elem(), level)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := m.add(w, v.Index(i), level+1); err != nil || w.nodes*bytesPerNode > m.limit {
				return err
			}
		}
	case reflect.Map:
		for iter := v.MapRange(); iter.Next(); {
			if err := m.add(w, iter.Key(), level+1); err != nil {
				return err
			}
			if err := m.add(w, iter.Value(), level+1); err != nil || w.nodes*bytesPerNode > m.limit {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if err := m.add(w, v.Field(i), level+1); err != nil {
				return err
			}
		}
	}
	return nil
}
