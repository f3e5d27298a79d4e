// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"text/template"
)

// comparison is a call of one of Go's comparing functions with so many arguments.
type comparison struct {
	name string
	args int
}

// comparators shadow the functions that compare: Go's format values that they cannot compare, however large, into an error.
// Those here weigh the values first, and then have Go's compare them.
func (m *meter) comparators() template.FuncMap {
	functions := template.FuncMap{
		"eq": func(first reflect.Value, rest ...reflect.Value) (bool, error) {
			return m.compare("eq", append([]reflect.Value{first}, rest...)...)
		},
	}
	for _, name := range []string{"ne", "lt", "le", "gt", "ge"} {
		functions[name] = func(a, b reflect.Value) (bool, error) { return m.compare(name, a, b) }
	}
	return functions
}

func (m *meter) compare(name string, args ...reflect.Value) (bool, error) {
	if err := m.step(); err != nil {
		return false, err
	}
	if _, err := m.weigh("what "+name+" gets", args...); err != nil {
		return false, err
	}
	// text/template exports its functions to templates alone.
	key := comparison{name, len(args)}
	tmpl, ok := m.comparisons[key]
	if !ok {
		var text strings.Builder
		text.WriteString("{{" + name)
		for i := range args {
			fmt.Fprintf(&text, " (call . %d)", i)
		}
		text.WriteString("}}")
		var err error
		if tmpl, err = template.New("").Parse(text.String()); err != nil {
			return false, err
		}
		if m.comparisons == nil {
			m.comparisons = make(map[comparison]*template.Template)
		}
		m.comparisons[key] = tmpl
	}
	var out strings.Builder
	err := tmpl.Execute(&out, func(i int) reflect.Value { return args[i] })
	// What went wrong is wrapped by text/template's "error calling …", which the caller's template adds anew.
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return out.String() == "true", err
}
