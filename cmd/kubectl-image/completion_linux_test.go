// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// bashrc stands in for the package bash-completion, which the scripts of cobra want and which may be absent: of its
// function that cuts the line into words, this is as much as lines without quotes need.
const bashrc = `
PS1='READY>'
_get_comp_words_by_ref() {
	local line=${COMP_LINE:0:COMP_POINT}
	read -ra words <<<"$line"
	[[ $line == *' ' ]] && words+=("")
	cword=$((${#words[@]} - 1)) cur=${words[-1]} prev=${words[-2]}
}
`

// The script in completions/ completes in a real bash, at a real TAB.
func TestBashCompletion(t *testing.T) {
	t.Parallel()
	script, err := filepath.Abs("../../completions/kubectl-image.bash")
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{
		"kubectl-image cr\t":                                   "<create>",
		"kubectl-image create po\t":                            "<create><policy>",
		"kubectl-image create policy p --select-al\t":          "<create><policy><p><--select-alpha>",
		"kubectl-image create policy p --select-alpha a\t":     "<create><policy><p><--select-alpha><asc>",
		"kubectl-image create policy p --select-alpha=d\t":     "<create><policy><p><--select-alpha=desc>",
		"kubectl-image create repository r --secret-ref a\t":   "<create><repository><r><--secret-ref><a>", // and not a-file
		"kubectl-image create repository r --kubeconfig a\t":   "<create><repository><r><--kubeconfig><a-file>",
		"kubectl-image create repo\t x --provider ge\t -o y\t": "<create><repository><x><--provider><generic><-o><yaml>",
	} {
		t.Run(typed, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, typeInBash(t, bashrc+"source "+script+"\n", "", typed)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A user of kubectl's own completion types `kubectl image cr`, presses TAB, and it completes.
func TestKubectlBashCompletion(t *testing.T) {
	t.Parallel()
	kubectl := rig.Program(t, "kubectl")
	shims, err := filepath.Abs("../../completions")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Dir(kubectl) + ":" + shims
	got := typeInBash(t, bashrc+"source <(kubectl completion bash)\n", path, "kubectl image cr\tpol\t p --select-numeric d\t")
	if diff := cmp.Diff("<create><policy><p><--select-numeric><desc>", got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// typeInBash types into an interactive bash, TABs and all, presses Enter, and returns the arguments that the plugin then
// gets. Its working directory holds a file called a-file. PATH begins with path.
func typeInBash(t *testing.T, rc, path, typed string) string {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skipf("bash is not here to complete anything: %v", err)
	}
	program, err := exec.LookPath("kubectl-image")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	// It completes as the program does, and else tells its arguments.
	plugin := fmt.Sprintf("#!/bin/sh\n[ \"$1\" = __complete ] && exec '%s' \"$@\"\nprintf 'GOT'; printf '<%%s>' \"$@\"; echo END\n", program)
	if err := errors.Join(
		os.WriteFile(filepath.Join(dir, "kubectl-image"), []byte(plugin), 0o700),
		os.WriteFile(filepath.Join(dir, "a-file"), nil, 0o600),
		os.WriteFile(filepath.Join(dir, "rc"), []byte(rc), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	terminal, bashEnd := newTerminal(t)
	cmd := exec.CommandContext(t.Context(), bash, "--noprofile", "--rcfile", "rc", "-i")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+path+":"+os.Getenv("PATH"), "HOME="+dir, "TERM=dumb", "INPUTRC=/dev/null",
		"KUBECONFIG="+filepath.Join(dir, "none"))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bashEnd, bashEnd, bashEnd
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := bashEnd.Close(); err != nil {
		t.Fatal(err)
	}
	shown := &bytes.Buffer{}
	readUntil(t, terminal, shown, "READY>")
	if _, err := io.WriteString(terminal, typed+"\r"); err != nil {
		t.Fatal(err)
	}
	readUntil(t, terminal, shown, "END\r\n")
	if _, err := io.WriteString(terminal, "exit\r"); err != nil {
		t.Fatal(err)
	}
	// Reading a terminal that nobody has open any more is an error on Linux.
	_, _ = io.Copy(shown, terminal)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, shown)
	}
	_, got, _ := strings.Cut(shown.String(), "GOT")
	got, _, _ = strings.Cut(got, "END\r\n")
	return got
}

// readUntil reads what a terminal shows until it shows the awaited.
func readUntil(t *testing.T, terminal io.Reader, shown *bytes.Buffer, awaited string) {
	t.Helper()
	buffer := make([]byte, 4096)
	for !strings.Contains(shown.String(), awaited) {
		n, err := terminal.Read(buffer)
		shown.Write(buffer[:n])
		if err != nil {
			t.Fatalf("reading the terminal until %q: %v\n%s", awaited, err, shown)
		}
	}
}

// newTerminal opens a terminal: the end of who types, and the end of the program.
func newTerminal(t *testing.T) (typist, program *os.File) {
	t.Helper()
	typist, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = typist.Close() })
	if err := unix.IoctlSetPointerInt(int(typist.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(typist.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return typist, program
}
