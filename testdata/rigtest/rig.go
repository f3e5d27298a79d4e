// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package rigtest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// Rig is the servers of one test process. The zero value is ready; TestMain must run the tests by its Main. The other
// methods may be called in parallel.
type Rig struct {
	root    string // of the repository
	assets  string // where the Kubernetes programs are
	built   string // where those of testdata/rig are, or would be
	dir     string // all that the servers write
	guard   *exec.Cmd
	release io.Closer // the guard's standard input
	skipped atomic.Int32

	mu       sync.Mutex
	clusters map[string]*Cluster
}

// Main runs the tests and returns the process's exit code. After them it stops every server, and says on stderr how
// many tests were skipped for want of the rig (the go command shows that with -v, or for a single package).
func (r *Rig) Main(m *testing.M) int {
	if err := r.open(); err != nil {
		fmt.Fprintln(os.Stderr, "rig:", err)
		return 1
	}
	code := m.Run()
	if err := r.close(); err != nil {
		fmt.Fprintln(os.Stderr, "rig:", err)
		code = max(code, 1)
	}
	if n := r.skipped.Load(); n > 0 {
		fmt.Fprintf(os.Stderr, "rig: %d tests skipped, because the servers they need are not built: run `make rig`\n", n)
	}
	return code
}

// Program returns the path of kubectl, kube-apiserver, etcd or registry.
func (r *Rig) Program(t testing.TB, name string) string {
	t.Helper()
	if r.root == "" {
		t.Fatal("the rig is not open: TestMain must run the tests by its Main")
	}
	path := r.path(name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("REQUIRE_RIG") == "1" {
			t.Fatalf("REQUIRE_RIG=1, and the rig is not complete: %v; run `make rig`", err)
		}
		r.skipped.Add(1)
		t.Skipf("the rig is not complete: %v; run `make rig`", err)
	}
	return path
}

func (r *Rig) path(name string) string {
	if name == "registry" {
		return filepath.Join(r.built, name)
	}
	return filepath.Join(r.assets, name)
}

// open finds the programs and starts the guard.
func (r *Rig) open() error {
	root, err := repository()
	if err != nil {
		return err
	}
	// The builder alone knows where it puts things; asking it takes a tenth of a second.
	locate := exec.Command("go", "run", "-C", filepath.Join(root, "testdata", "rig"), ".", "-locate")
	locate.Stderr = os.Stderr
	out, err := locate.Output()
	if err != nil {
		return fmt.Errorf("asking testdata/rig where the rig is: %w", err)
	}
	r.root, r.built = root, strings.TrimSpace(string(out))
	r.assets = os.Getenv("KUBEBUILDER_ASSETS")
	if r.assets == "" {
		r.assets = r.built
	}
	log.SetLogger(logr.Discard()) // or envtest complains that it has none
	_, noAssets := os.Stat(r.assets)
	_, notBuilt := os.Stat(r.built)
	if noAssets != nil && notBuilt != nil {
		return nil // Program says so to whoever asks
	}
	if r.dir, err = os.MkdirTemp("", "kubectl-image-rig-*"); err != nil {
		return err
	}
	if err := errors.Join(r.watch(), r.writeLaunchers()); err != nil {
		return errors.Join(err, r.close())
	}
	return nil
}

// watch starts the guard: a shell that outlives this process for a moment. A panic, a time limit or a signal ends a
// test process without any cleanup, and envtest's servers are in process groups of their own; the guard sees its
// standard input end, kills the servers that are left, and removes their files.
func (r *Rig) watch() error {
	const script = `trap '' INT TERM HUP
cat >/dev/null
cd "$1/pids" && for pid in *; do kill -KILL "$pid"; done 2>/dev/null
cd / && rm -rf "$1"`
	if err := os.Mkdir(filepath.Join(r.dir, "pids"), 0o700); err != nil {
		return err
	}
	guard := exec.Command("/bin/sh", "-c", script, "sh", r.dir)
	stdin, err := guard.StdinPipe()
	if err != nil {
		return err
	}
	if err := guard.Start(); err != nil {
		return fmt.Errorf("starting the guard: %w", err)
	}
	r.guard, r.release = guard, stdin
	return nil
}

// writeLaunchers writes a script for each server that tells the guard its process id. They are all written before
// the first is run, since a program cannot be executed while another test's child still has it open for writing.
func (r *Rig) writeLaunchers() error {
	for _, name := range []string{"etcd", "kube-apiserver", "registry"} {
		// envtest asks its servers for --help first, which ends by itself.
		script := fmt.Sprintf("#!/bin/sh\n[ \"$1\" = --help ] || : >%s/$$\nexec %s \"$@\"\n",
			quote(filepath.Join(r.dir, "pids")), quote(r.path(name)))
		if err := os.WriteFile(r.launcher(name), []byte(script), 0o700); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rig) launcher(name string) string { return filepath.Join(r.dir, name) }

// close stops the API servers in good order, and lets the guard see to the rest.
func (r *Rig) close() error {
	var errs []error
	for _, c := range r.clusters {
		errs = append(errs, c.env.Stop())
	}
	if r.guard == nil {
		return errors.Join(errs...)
	}
	if errors.Join(errs...) == nil {
		// Nothing is left to kill, and the process ids may soon be somebody else's.
		errs = append(errs, os.RemoveAll(filepath.Join(r.dir, "pids")))
	}
	return errors.Join(append(errs, r.release.Close(), r.guard.Wait())...)
}

// repository is the directory of this module: tests run in the directory of their package.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "testdata", "rig", "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("finding testdata/rig above the working directory: not there")
		}
		dir = parent
	}
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
