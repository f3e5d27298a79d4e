// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/Masterminds/sprig/v3"
)

// function is a function that a template may call, and that a meter watches.
type function struct {
	name      string
	fn        reflect.Value
	signature reflect.Type // fn's, with an error as second result
}

// pick finds the functions for uses, or says which of them are not available. sprig's map is only made here.
func pick(text string, uses []use) (map[string]function, error) {
	if len(uses) == 0 {
		return nil, nil
	}
	available := sprig.HermeticTxtFuncMap()
	// Go's own that read a whole value, with those in compare.go; the rest of them look at its top only.
	maps.Copy(available, template.FuncMap{
		"html": template.HTMLEscaper, "js": template.JSEscaper, "urlquery": template.URLQueryEscaper,
		"print": fmt.Sprint, "printf": fmt.Sprintf, "println": fmt.Sprintln,
	})
	picked := make(map[string]function)
	var unknown []use
	for _, u := range uses {
		switch fn, ok := available[u.name]; {
		case ok:
			picked[u.name] = newFunction(u.name, fn)
		case isBuiltin(u.name):
		default:
			unknown = append(unknown, u)
		}
	}
	if len(unknown) == 0 {
		return picked, nil
	}
	slices.SortFunc(unknown, func(a, b use) int { return cmp.Compare(a.pos, b.pos) })
	controller := parseStatus(text)
	errs := make([]error, 0, min(len(unknown), maxErrors+1))
	for i, u := range unknown {
		if i == maxErrors {
			errs = append(errs, &Error{Text: fmt.Sprintf("and %d more", len(unknown)-i), Controller: controller})
			break
		}
		e := refusal(text, u.pos, fmt.Sprintf("function %q is not available in Flux's templates%s", u.name, whyNot(u.name)))
		e.Controller = controller
		errs = append(errs, e)
	}
	return nil, errors.Join(errs...)
}

// isBuiltin reports whether name is one of Go's own functions that run as they are, or as compare.go has them. ("slice" is
// sprig's in Flux.)
func isBuiltin(name string) bool {
	switch name {
	case "and", "or", "not", "call", "index", "len", "eq", "ne", "lt", "le", "gt", "ge":
		return true
	}
	return false
}

func whyNot(name string) string {
	if _, ok := sprig.TxtFuncMap()[name]; ok {
		return ": sprig has it, but its answer hangs on when or where it runs"
	}
	switch name {
	case "include", "tpl", "required", "lookup", "toYaml", "mustToYaml", "toYamlPretty", "fromYaml", "fromYamlArray",
		"toToml", "mustToToml", "fromToml", "fromJsonArray":
		return ": it is Helm's"
	}
	return ""
}

// isShallow reports whether a function looks at the top of its arguments only, so that they need no weighing; these are what
// loops over many changes collect with.
func isShallow(name string) bool {
	switch name {
	case "list", "tuple", "append", "push", "mustAppend", "mustPush", "prepend", "mustPrepend",
		"first", "mustFirst", "rest", "mustRest", "last", "mustLast", "initial", "mustInitial", "reverse", "mustReverse",
		"get", "set", "unset", "hasKey", "pluck", "pick", "omit", "keys", "values",
		"default", "empty", "coalesce", "ternary", "all", "any", "compact", "mustCompact",
		"kindOf", "kindIs", "typeOf", "typeIs", "typeIsLike":
		return true
	}
	return false
}

// isSlow reports whether one call takes milliseconds to seconds, whatever its arguments.
func isSlow(name string) bool {
	switch name {
	case "bcrypt", "htpasswd", "derivePassword", "genPrivateKey", "buildCustomCert", "genCA", "genCAWithKey",
		"genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey":
		return true
	}
	return false
}

func newFunction(name string, fn any) function {
	v := reflect.ValueOf(fn)
	t := v.Type()
	in := make([]reflect.Type, t.NumIn())
	for i := range in {
		in[i] = t.In(i)
	}
	out := []reflect.Type{t.Out(0), reflect.TypeFor[error]()}
	return function{name, v, reflect.FuncOf(in, out, t.IsVariadic())}
}

// bind returns the function under the eyes of m. Its panics (sprig has many) become errors in text/template.
func (f function) bind(m *meter) any {
	return reflect.MakeFunc(f.signature, func(args []reflect.Value) []reflect.Value {
		if err := m.admit(f.name, args); err != nil {
			return []reflect.Value{reflect.Zero(f.signature.Out(0)), reflect.ValueOf(&err).Elem()}
		}
		var out []reflect.Value
		if f.signature.IsVariadic() {
			out = f.fn.CallSlice(args)
		} else {
			out = f.fn.Call(args)
		}
		if err := m.charge(f.name, out[0]); err != nil {
			return []reflect.Value{out[0], reflect.ValueOf(&err).Elem()}
		}
		if len(out) == 1 {
			out = append(out, reflect.Zero(f.signature.Out(1)))
		}
		return out
	}).Interface()
}

// admit decides whether a call may go ahead.
func (m *meter) admit(name string, args []reflect.Value) error {
	if err := m.step(); err != nil {
		return err
	}
	if isSlow(name) {
		if m.slow--; m.slow < 0 {
			return errSlow
		}
	}
	if isShallow(name) {
		return nil
	}
	w, err := m.weigh("what "+name+" gets", args...)
	if err != nil {
		return err
	}
	if output(name, args, w) > float64(m.limit) {
		return m.tooLarge("what " + name + " makes")
	}
	return nil
}

// charge counts what a call made. The values of maps are shared with the arguments, or were made by other calls.
func (m *meter) charge(name string, made reflect.Value) error {
	if made.Kind() == reflect.Interface {
		made = made.Elem()
	}
	size := bytesPerNode
	switch made.Kind() {
	case reflect.String:
		size = made.Len()
	case reflect.Slice:
		size = bytesPerNode * made.Len()
	case reflect.Map:
		size = 4 * bytesPerNode
		if name != "set" && name != "unset" { // which return the map they were given
			size *= 1 + made.Len()
		}
	}
	if m.total -= int64(size); m.total < 0 {
		return errTotal
	}
	return nil
}

// parseStatus is what the controller says about a template it cannot parse; empty when it can.
func parseStatus(text string) string {
	if _, err := template.New(templateName).Funcs(sprig.HermeticTxtFuncMap()).Parse(text); err != nil {
		return "failed to update source: unable to create commit message template from spec: " + err.Error()
	}
	return ""
}

// refusal is an error at a place in the template.
func refusal(text string, pos parse.Pos, why string) *Error {
	before := text[:pos]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return &Error{Line: 1 + strings.Count(before, "\n"), Column: column(line), Text: why}
}
