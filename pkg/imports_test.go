// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package pkg_test holds what is true of all packages together.
package pkg_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
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
	// Of the program itself only tests know more than cli.
	mains, err := filepath.Glob("../cmd/*/*.go")
	if err != nil || len(mains) == 0 {
		t.Fatalf("no programs found: %v", err)
	}
	for _, file := range mains {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			imported, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module)
			if ours && imported != "cli" && !strings.HasSuffix(file, "_test.go") {
				t.Errorf("%s imports %s: a program is only a process around cli", file, imported)
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

// The top level holds what every Go repository has, and the directories that users and packagers look for.
func TestTopLevel(t *testing.T) {
	t.Parallel()
	allowed := []string{
		"cmd", "pkg", "manifests", "completions", "testdata", "go.mod", "go.sum", "README.md", "LICENSE", "Makefile",
		"CONTRIBUTING.md",
	}
	listed, err := exec.Command("git", "ls-tree", "--name-only", "HEAD", "../").Output()
	if err != nil {
		t.Skipf("not a Git checkout: %v", err)
	}
	for name := range strings.Lines(string(listed)) {
		name = strings.TrimPrefix(strings.TrimSpace(name), "../")
		if !strings.HasPrefix(name, ".") && !slices.Contains(allowed, name) {
			t.Errorf("%s does not belong at the top level", name)
		}
	}
}
