// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-image/kubectl-image/testdata/rigtest"
)

// kubectl finds plugins the way kubectl does, so that scripts can say what users type.
func kubectl() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "kubectl: want the name of a plugin")
		os.Exit(1)
	}
	plugin := exec.Command("kubectl-"+strings.ReplaceAll(os.Args[1], "-", "_"), os.Args[2:]...)
	plugin.Stdin, plugin.Stdout, plugin.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := plugin.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, scriptParams(filepath.Join("..", "..", "testdata", "script")))
}

// scriptParams is the world of the scripts: nothing of the machine's user, no network but loopback.
func scriptParams(dir string) testscript.Params {
	return testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Setup: func(env *testscript.Env) error {
			env.Values["t"] = env.T()
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("KUBECONFIG", filepath.Join(env.WorkDir, "kubeconfig"))
			env.Setenv("DOCKER_CONFIG", filepath.Join(env.WorkDir, "docker"))
			env.Setenv("NO_COLOR", "1")
			env.Setenv("TZ", "UTC")
			for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
				env.Setenv(name, "")
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "cluster": cluster},
	}
}

// status N PROGRAM ARG... runs a program and wants that very exit code.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program [arg ...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s: exit code %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// cluster CRDS makes $WORK/kubeconfig lead to the rig's API server with a set of CRDs and to a namespace of the script's
// own there, $NAMESPACE; kubectl is the real one from then on. Without the rig the script is skipped.
func cluster(ts *testscript.TestScript, neg bool, args []string) {
	sets := map[string]string{"none": rigtest.NoCRDs, "flux-2.9": rigtest.Flux29, "flux-2.7": rigtest.Flux27, "flux-2.6": rigtest.Flux26}
	if neg || len(args) != 1 {
		ts.Fatalf("usage: cluster none|flux-2.9|flux-2.7|flux-2.6")
	}
	set, known := sets[args[0]]
	t, isTest := ts.Value("t").(testing.TB)
	if !known || !isTest {
		ts.Fatalf("cluster %q: want none, flux-2.9, flux-2.7 or flux-2.6", args[0])
	}
	server := rig.Cluster(t, set)
	namespace := server.Namespace(t)
	kubeconfig, err := os.ReadFile(rigtest.Kubeconfig(t, server.Config, namespace))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.Getenv("KUBECONFIG"), kubeconfig, 0o600))
	ts.Setenv("NAMESPACE", namespace)
	ts.Setenv("PATH", filepath.Dir(rig.Program(t, "kubectl"))+string(os.PathListSeparator)+ts.Getenv("PATH"))
}
