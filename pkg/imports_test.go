// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package pkg_test holds what is true of all packages together.
package pkg_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// mayImport is who may import whom, of the packages of this module. What is not in it must not exist.
var mayImport = map[string][]string{
	"manifest":  {},
	"policy":    {},
	"registry":  {},
	"yamledit":  {},
	"gitrepo":   {},
	"worktree":  {},
	"setter":    {"yamledit"},
	"message":   {"setter"},
	"inventory": {"manifest"},
	"cluster":   {"manifest", "inventory"},
	"access":    {"inventory", "registry", "gitrepo"},
	"evaluate":  {"manifest", "inventory", "policy", "setter", "message"},
	"pipeline":  {"manifest", "inventory", "policy", "setter", "evaluate"},
	"lint":      {"manifest", "inventory", "policy", "setter", "message", "yamledit"},
	"mark":      {"manifest", "inventory", "policy", "setter", "message", "yamledit"},
	"migrate":   {"manifest", "inventory", "policy", "setter", "message", "yamledit"},
	"cli": {
		"access", "cluster", "evaluate", "gitrepo", "inventory", "lint", "manifest", "mark", "message", "migrate", "pipeline",
		"policy", "registry", "setter", "worktree", "yamledit",
	},
}

// The packages import each other only as the table has it, and each explains itself in a doc.go.
func TestImports(t *testing.T) {
	t.Parallel()
	const module = "github.com/kubectl-image/kubectl-image/pkg/"
	packages := os.DirFS(".")
	files, err := fs.Glob(packages, "*/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no packages found: %v", err)
	}
	for _, file := range files {
		pkg := path.Dir(file)
		allowed, known := mayImport[pkg]
		if !known {
			t.Errorf("%s: package %s is not in the table", file, pkg)
		}
		if _, err := fs.Stat(packages, path.Join(pkg, "doc.go")); err != nil {
			t.Errorf("package %s: %v", pkg, err)
		}
		source, err := fs.ReadFile(packages, file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			imported, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module)
			if ours && imported != pkg && !slices.Contains(allowed, imported) {
				t.Errorf("%s imports %s, which %s may not", file, imported, pkg)
			}
		}
	}
	nested, err := fs.Glob(packages, "*/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range nested {
		if !strings.Contains(file, "/testdata/") {
			t.Errorf("%s: packages are not nested", file)
		}
	}
}
