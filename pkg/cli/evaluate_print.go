// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/client-go/util/jsonpath"

	"github.com/kubectl-image/kubectl-image/pkg/evaluate"
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

const (
	formatWide    = "wide"
	formatColumns = "custom-columns"
)

func evaluateFormats() []string {
	return append(outputFormats(), formatColumns, formatWide)
}

// resultPrinter makes the printer of a format of kubectl's; nil for a table.
func resultPrinter(format string) (printers.ResourcePrinter, error) {
	if format == "" || format == formatWide {
		return nil, nil
	}
	var printer printers.ResourcePrinter
	var err error
	if columns, ok := strings.CutPrefix(format, formatColumns); ok {
		printer, err = newColumns(strings.TrimPrefix(columns, "="))
	} else {
		flags := genericclioptions.NewPrintFlags("")
		flags.OutputFormat = &format
		printer, err = flags.ToPrinter()
	}
	if err != nil {
		return nil, &usageError{problems: []error{fmt.Errorf("--output %q: %w", format, err)}}
	}
	return printer, nil
}

// printResults prints the evaluated objects: one that was named as itself, several as a List.
func (s *shell) printResults(printer printers.ResourcePrinter, in evaluateInput, results evaluate.Results) error {
	list := &unstructured.UnstructuredList{Object: map[string]any{"apiVersion": "v1", "kind": "List", "metadata": map[string]any{}}}
	add := func(object manifest.Value) error {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
		if err != nil {
			return err
		}
		list.Items = append(list.Items, unstructured.Unstructured{Object: content})
		return nil
	}
	for _, repository := range results.Repositories {
		if err := add(repository.Object); err != nil {
			return err
		}
	}
	for _, policy := range results.Policies {
		if err := add(policy.Object); err != nil {
			return err
		}
	}
	var object runtime.Object = list
	if (len(in.Target.Names) == 1 || in.WhatIf.Image != "") && len(list.Items) == 1 {
		object = &list.Items[0]
	}
	var out bytes.Buffer
	if err := printer.PrintObj(object, &out); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n") // what follows is the whole object
		return fmt.Errorf("printing as %s: %s", in.Output, first)
	}
	text := out.String()
	if strings.HasPrefix(in.Output, "json") && !strings.HasPrefix(in.Output, "jsonpath=") {
		text = escaped(text)
	} else {
		text = printable(text)
	}
	_, err := io.WriteString(s.Out, text)
	return err
}

// escaped is [printable] for JSON, where nothing is lost: in it such characters are parts of strings.
func escaped(text string) string {
	if printable(text) == text {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if r == '\n' || r == '\t' || !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) {
			b.WriteRune(r)
			continue
		}
		if r > 0xffff {
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
			continue
		}
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return b.String()
}

// columns prints a table of given fields, as kubectl's custom-columns: HEADER:.path,….
type columns struct {
	headers []string
	paths   []*jsonpath.JSONPath
}

func newColumns(spec string) (*columns, error) {
	c := &columns{}
	for column := range strings.SplitSeq(spec, ",") {
		header, path, found := strings.Cut(column, ":")
		if !found || header == "" || path == "" {
			return nil, fmt.Errorf("column %q: want HEADER:.path,…", column)
		}
		path = strings.TrimSuffix(strings.TrimPrefix(path, "{"), "}")
		parser := jsonpath.New(header).AllowMissingKeys(true)
		if err := parser.Parse("{." + strings.TrimPrefix(path, ".") + "}"); err != nil {
			return nil, fmt.Errorf("column %q: %w", column, err)
		}
		c.headers = append(c.headers, header)
		c.paths = append(c.paths, parser)
	}
	return c, nil
}

// PrintObj implements printers.ResourcePrinter.
func (c *columns) PrintObj(object runtime.Object, w io.Writer) error {
	var items []unstructured.Unstructured
	switch object := object.(type) {
	case *unstructured.UnstructuredList:
		items = object.Items
	case *unstructured.Unstructured:
		items = append(items, *object)
	}
	rows := [][]string{c.headers}
	for _, item := range items {
		var row []string
		for _, path := range c.paths {
			found, err := path.FindResults(item.Object)
			if err != nil {
				return err
			}
			var values []string
			for _, value := range slices.Concat(found...) {
				values = append(values, printable(fmt.Sprint(value.Interface())))
			}
			if len(values) == 0 {
				values = []string{"<none>"}
			}
			row = append(row, strings.Join(values, ","))
		}
		rows = append(rows, row)
	}
	return writeTable(w, rows)
}
