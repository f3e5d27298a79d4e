// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Command rig builds the servers that the tests run against, once per set of pins, and prints the directory they are
// in. See README.md.
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// program is one executable of the rig.
type program struct {
	name   string // file name in the rig; envtest looks for the first three
	dir    string // the pinning module's directory, relative to this one
	pkg    string
	module string // whose version goes into the stamps
	stamps []string
}

func programs() []program {
	// kubectl sends the version of client-go in its user agent and prints that of component-base.
	kubernetes := []string{
		"k8s.io/component-base/version.gitVersion=v%[1]s.%[2]s.%[3]s",
		"k8s.io/component-base/version.gitMajor=%[1]s",
		"k8s.io/component-base/version.gitMinor=%[2]s",
		"k8s.io/client-go/pkg/version.gitVersion=v%[1]s.%[2]s.%[3]s",
	}
	return []program{
		{"etcd", ".", "go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3", nil},
		{"kubectl", ".", "k8s.io/kubernetes/cmd/kubectl", "k8s.io/kubernetes", kubernetes},
		{"kube-apiserver", ".", "k8s.io/kubernetes/cmd/kube-apiserver", "k8s.io/kubernetes", kubernetes},
		{
			"registry", "registry", "github.com/distribution/distribution/v3/cmd/registry",
			"github.com/distribution/distribution/v3",
			[]string{"github.com/distribution/distribution/v3/version.version=v%[1]s.%[2]s.%[3]s"},
		},
	}
}

func main() {
	locate := flag.Bool("locate", false, "print the directory without building")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir, err := directory()
	if err == nil && !*locate {
		err = build(ctx, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "rig:", err)
		stop()
		os.Exit(1)
	}
	fmt.Println(dir)
}

// directory is where the programs of the present pins belong: everything that decides their bytes is in its name, so
// a changed pin gets a directory of its own.
func directory() (string, error) {
	root := os.Getenv("KUBECTL_IMAGE_RIG")
	if root == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("choosing a directory (KUBECTL_IMAGE_RIG can name one): %w", err)
		}
		root = filepath.Join(cache, "kubectl-image", "rig")
	}
	key := sha256.New()
	fmt.Fprintln(key, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, name := range []string{"main.go", "go.mod", "go.sum", "registry/go.mod", "registry/go.sum"} {
		content, err := os.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("reading the pins (run it by go run -C testdata/rig .): %w", err)
		}
		fmt.Fprintf(key, "%s %x\n", name, sha256.Sum256(content))
	}
	return filepath.Abs(filepath.Join(root, fmt.Sprintf("%x", key.Sum(nil)[:8])))
}

// build builds what dir lacks. Each program appears in it whole or not at all, so a build that was cut short goes on
// where it was, and two at once do the same work twice but no harm.
func build(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the rig's directory: %w", err)
	}
	for _, p := range programs() {
		path := filepath.Join(dir, p.name)
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			if err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(os.Stderr, "rig: building %s", p.name)
		start := time.Now()
		if err := p.build(ctx, dir, path); err != nil {
			fmt.Fprintln(os.Stderr)
			return fmt.Errorf("building %s: %w", p.name, err)
		}
		fmt.Fprintf(os.Stderr, " (%.0f s)\n", time.Since(start).Seconds())
	}
	return nil
}

func (p program) build(ctx context.Context, dir, path string) error {
	list, err := p.command(ctx, "list", "-m", "-f", "{{.Version}}", p.module).Output()
	if err != nil {
		return fmt.Errorf("asking for the version of %s: %w", p.module, err)
	}
	version := strings.SplitN(strings.TrimPrefix(strings.TrimSpace(string(list)), "v"), ".", 3)
	if len(version) != 3 {
		return fmt.Errorf("version %q of %s: want vMAJOR.MINOR.PATCH", list, p.module)
	}
	ldflags := "-s -w"
	for _, stamp := range p.stamps {
		ldflags += " -X " + fmt.Sprintf(stamp, version[0], version[1], version[2])
	}

	temp, err := os.MkdirTemp(dir, ".building-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	output := filepath.Join(temp, p.name)
	compile := p.command(ctx, "build", "-trimpath", "-ldflags", ldflags, "-o", output, p.pkg)
	compile.Stdout = os.Stderr
	if err := compile.Run(); err != nil {
		return err
	}
	return os.Rename(output, path)
}

// command is the go command in the pinning module, out of reach of the caller's flags and workspace.
func (p program) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOWORK=off")
	cmd.Stderr = os.Stderr
	return cmd
}
