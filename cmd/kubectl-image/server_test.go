// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-image/kubectl-image/pkg/cli"
)

// A server that takes the connection and never answers holds nobody up for longer than the request timeout.
func TestSilentServer(t *testing.T) {
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }() // the backlog takes connections that nobody accepts
	streams, _, out, errOut := genericiooptions.NewTestIOStreams()
	code := cli.Main(t.Context(), []string{
		"kubectl-image", "create", "policy", "p", "--image-ref=r", "--select-semver=1.x", "-n", "x",
		"--server=http://" + listener.Addr().String(), "--request-timeout=200ms",
	}, streams, cli.Build{})
	want := "error: reaching the API server http://" + listener.Addr().String() + ": "
	if code != 3 || out.Len() > 0 || !strings.HasPrefix(errOut.String(), want) || !strings.Contains(errOut.String(), "\nhint: ") {
		t.Errorf("exit code %d\n%s%s\nwant 3 and %q with a hint", code, out, errOut, want)
	}
}

// Nothing is dialled for a manifest, whatever the flags say about a server.
func TestExportReachesNobody(t *testing.T) {
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	for _, output := range []string{"--export", "--dry-run=client"} {
		streams, _, _, errOut := genericiooptions.NewTestIOStreams()
		code := cli.Main(t.Context(), []string{
			"kubectl-image", "create", "policy", "p", "--image-ref=r", "--select-semver=1.x",
			"--server=http://" + listener.Addr().String(), output,
		}, streams, cli.Build{})
		if code != 0 {
			t.Errorf("%s: exit code %d\n%s", output, code, errOut)
		}
	}
	// Connections wait in the order in which they came: the first is our own.
	own, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = own.Close() }()
	first, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close() }()
	if first.RemoteAddr().String() != own.LocalAddr().String() {
		t.Errorf("a connection was opened, from %s", first.RemoteAddr())
	}
}
