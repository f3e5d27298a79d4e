// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// schema remembers the fields of struct types by their JSON names.
type schema map[reflect.Type]map[string]reflect.Type

func (s schema) fields(t reflect.Type) map[string]reflect.Type {
	if fields, ok := s[t]; ok {
		return fields
	}
	fields := map[string]reflect.Type{}
	for field := range t.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && (name == "" || strings.Contains(options, "inline")):
			for name, inner := range s.fields(field.Type) {
				fields[name] = inner
			}
		case name != "" && name != "-":
			fields[name] = field.Type
		}
	}
	s[t] = fields
	return fields
}

// fault is something wrong with the value at a path.
type fault struct {
	path    path
	message string // may be empty for a field that is unknown
	pruned  bool   // a field without a place in the type, which was removed
}

// checker compares a decoded value with the Go type it is meant for. It finds every fault at once, each with its path,
// where a converter stops at the first and does not say where; and it removes the fields that the type does not have.
type checker struct {
	schema schema
	lacks  []string // fields that the type has and the object's version has not
	gone   []string // fields that the object's version has and the type has not
	secret bool     // values must not be shown
	faults []fault
}

func typeOf(value Value) reflect.Type { return reflect.TypeOf(value).Elem() }

func (c *checker) fail(at path, format string, args ...any) {
	c.faults = append(c.faults, fault{path: at, message: at.String() + ": " + fmt.Sprintf(format, args...)})
}

// value checks one value. A null is fine anywhere: the API server drops it.
func (c *checker) value(value any, t reflect.Type, at path) {
	if value == nil {
		return
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[metav1.Duration]():
		if text, ok := c.text(value, at, "a duration such as 5m or 1h30m"); ok {
			if _, err := time.ParseDuration(text); err != nil {
				c.fail(at, "%q: want a duration such as 5m or 1h30m", text)
			}
		}
	case t == reflect.TypeFor[metav1.Time]():
		if text, ok := c.text(value, at, "a time such as 2026-01-02T03:04:05Z"); ok {
			if _, err := time.Parse(time.RFC3339, text); err != nil {
				c.fail(at, "%q: want a time such as 2026-01-02T03:04:05Z", text)
			}
		}
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
		// Raw JSON of any shape, as in managedFields.
	default:
		c.kind(value, t, at)
	}
}

func (c *checker) kind(value any, t reflect.Type, at path) {
	switch t.Kind() {
	case reflect.Struct:
		if object, ok := value.(map[string]any); ok {
			c.object(object, t, at)
		} else {
			c.mismatch(value, at, "a mapping")
		}
	case reflect.Map:
		object, ok := value.(map[string]any)
		if !ok {
			c.mismatch(value, at, "a mapping")
		}
		for key, item := range object {
			c.value(item, t.Elem(), at.key(key))
		}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			if text, ok := c.text(value, at, "base64"); ok {
				if _, err := base64.StdEncoding.DecodeString(text); err != nil {
					c.fail(at, "not valid base64")
				}
			}
			return
		}
		items, ok := value.([]any)
		if !ok {
			c.mismatch(value, at, "a list")
		}
		for i, item := range items {
			c.value(item, t.Elem(), at.index(i))
		}
	case reflect.String:
		c.text(value, at, "a string")
	case reflect.Bool:
		if _, ok := value.(bool); !ok {
			c.mismatch(value, at, "true or false")
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		if _, ok := value.(int64); !ok {
			c.mismatch(value, at, "a whole number")
		}
	}
}

func (c *checker) object(object map[string]any, t reflect.Type, at path) {
	fields := c.schema.fields(t)
	for key, value := range object {
		field := at.key(key)
		if inner, known := fields[key]; known && !slices.Contains(c.lacks, field.String()) {
			c.value(value, inner, field)
			continue
		}
		delete(object, key)
		if slices.Contains(c.gone, field.String()) {
			c.faults = append(c.faults, fault{path: field, message: field.String() + ": has no counterpart in v1, and is left out", pruned: true})
		} else if field[0] != "status" {
			c.faults = append(c.faults, fault{path: field, pruned: true})
		}
	}
}

func (c *checker) text(value any, at path, want string) (string, bool) {
	text, ok := value.(string)
	if !ok {
		c.mismatch(value, at, want)
	}
	return text, ok
}

func (c *checker) mismatch(value any, at path, want string) {
	is := "a number"
	switch value.(type) {
	case map[string]any:
		is = "a mapping"
	case []any:
		is = "a list"
	case string:
		is = "a string"
	case bool:
		is = "a boolean"
	}
	shown := ""
	if is == "a number" || is == "a boolean" {
		if !c.secret {
			shown = fmt.Sprintf("%v ", value)
		}
		if want == "a string" {
			want = "a string: put it in quotes"
		}
	}
	c.fail(at, "%sis %s, want %s", shown, is, want)
}
