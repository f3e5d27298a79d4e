// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Command controller-gen writes the CustomResourceDefinitions of Flux's image automation, as the API modules of
// several releases state them, with the controller-gen that this module pins:
//
//	go run -C testdata/tools/controller-gen .
//
// manifests/crds holds those of the release this project emulates, testdata/crds those of older ones.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
)

// api is a Go module of API types, and which of its kinds are wanted.
type api struct {
	module string
	crds   string // glob over the files controller-gen writes
}

// set is a directory of CRDs, from the repository's root.
type set struct {
	dir  string
	apis []api
}

func sets() []set {
	const (
		reflector  = "github.com/fluxcd/image-reflector-controller/api"
		automation = "github.com/fluxcd/image-automation-controller/api"
		source     = "github.com/fluxcd/source-controller/api"

		gitRepositories = "*_gitrepositories.yaml"
	)
	return []set{
		{"manifests/crds", []api{
			{reflector + "@v1.2.4", "*"}, {automation + "@v1.2.4", "*"}, {source + "@v1.9.0", gitRepositories},
		}},
		{"testdata/crds/flux-2.7", []api{
			{reflector + "@v1.0.4", "*"}, {automation + "@v1.0.4", "*"}, {source + "@v1.7.4", gitRepositories},
		}},
		{"testdata/crds/flux-2.6", []api{
			{reflector + "@v0.35.2", "*"}, {automation + "@v0.41.2", "*"}, {source + "@v1.6.2", gitRepositories},
		}},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := generate(ctx, "../../.."); err != nil {
		fmt.Fprintln(os.Stderr, "controller-gen:", err)
		stop()
		os.Exit(1)
	}
}

// generate replaces the sets below root.
func generate(ctx context.Context, root string) error {
	if _, err := os.Stat(filepath.Join(root, "manifests")); err != nil {
		return fmt.Errorf("finding the repository (run it by go run -C testdata/tools/controller-gen .): %w", err)
	}
	work, err := os.MkdirTemp("", "controller-gen-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	tool := filepath.Join(work, "controller-gen")
	if _, err := run(ctx, ".", "go", "build", "-o", tool, "sigs.k8s.io/controller-tools/cmd/controller-gen"); err != nil {
		return err
	}
	for _, s := range sets() {
		made := filepath.Join(work, s.dir)
		for i, a := range s.apis {
			if err := a.generate(ctx, tool, filepath.Join(work, fmt.Sprint("source-", i)), made); err != nil {
				return fmt.Errorf("generating %s for %s: %w", a.module, s.dir, err)
			}
		}
		dir := filepath.Join(root, s.dir)
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if err := os.CopyFS(dir, os.DirFS(made)); err != nil {
			return err
		}
	}
	return nil
}

// generate adds the wanted CRDs of a to the directory made.
func (a api) generate(ctx context.Context, tool, source, made string) error {
	answer, err := run(ctx, filepath.Dir(tool), "go", "mod", "download", "-json", a.module)
	if err != nil {
		return err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(answer, &module); err != nil {
		return fmt.Errorf("reading the answer of go mod download: %w", err)
	}
	// A copy, because the module cache is read-only and controller-gen loads packages as their own main module. It
	// is emptied first: modules share its path, and CopyFS overwrites nothing.
	if err := os.RemoveAll(source); err != nil {
		return err
	}
	if err := os.CopyFS(source, os.DirFS(module.Dir)); err != nil {
		return err
	}
	crds := filepath.Join(source, "crds")
	if _, err := run(ctx, source, tool, "crd", "paths=./...", "output:crd:artifacts:config="+crds); err != nil {
		return err
	}
	wanted, err := filepath.Glob(filepath.Join(crds, a.crds))
	if err != nil {
		return err
	}
	if len(wanted) == 0 {
		return fmt.Errorf("%s matches no generated file", a.crds)
	}
	if err := os.MkdirAll(made, 0o755); err != nil {
		return err
	}
	for _, file := range wanted {
		if err := os.Rename(file, filepath.Join(made, filepath.Base(file))); err != nil {
			return err
		}
	}
	return nil
}

// run returns what a command printed, out of reach of the caller's Go flags and workspace.
func run(ctx context.Context, dir, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("running %s %q: %w", filepath.Base(name), args, err)
	}
	return out, nil
}
