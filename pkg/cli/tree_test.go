// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

func walk(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, child := range cmd.Commands() {
		walk(child, visit)
	}
}

// Every command explains itself in the same way.
func TestCommandTree(t *testing.T) {
	t.Parallel()
	streams, _, _, _ := genericiooptions.NewTestIOStreams()
	root := newRootCmd(newShell(streams, true), "kubectl image")
	walk(root, func(cmd *cobra.Command) {
		if cmd.Short == "" || cmd.Long == "" || cmd.Example == "" {
			t.Errorf("%s: wants Short, Long and Example", cmd.CommandPath())
		}
		if strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: the short text ends in a full stop", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Example) {
			line = strings.TrimSpace(line)
			continued := !strings.HasPrefix(line, "kubectl image") && (strings.HasPrefix(line, "--") || line == "")
			if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "kubectl image ") && !continued {
				t.Errorf("%s: example line %q", cmd.CommandPath(), line)
			}
		}
		cmd.LocalNonPersistentFlags().VisitAll(func(flag *pflag.Flag) {
			if !regexp.MustCompile(`^[a-z][a-z-]*$`).MatchString(flag.Name) {
				t.Errorf("%s: flag --%s", cmd.CommandPath(), flag.Name)
			}
			if flag.Usage == "" || strings.HasSuffix(flag.Usage, ".") || strings.Contains(flag.Usage, "\n") {
				t.Errorf("%s: usage of --%s: %q", cmd.CommandPath(), flag.Name, flag.Usage)
			}
		})
	})
	if pflag.CommandLine.HasFlags() {
		t.Error("a package registers flags of the process")
	}
}

// Each example in a help text is a command line that works.
func TestExamples(t *testing.T) {
	streams, _, _, _ := genericiooptions.NewTestIOStreams()
	home := t.TempDir()
	bin := filepath.Join(home, ".local", "bin")
	program := filepath.Join(bin, "kubectl-image")
	if err := errors.Join(os.MkdirAll(bin, 0o700), os.WriteFile(program, nil, 0o700)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", filepath.Join(home, "none"))
	t.Setenv("PATH", bin)
	t.Chdir("testdata") // the files that examples name
	walk(newRootCmd(newShell(streams, true), "kubectl image"), func(cmd *cobra.Command) {
		text := strings.ReplaceAll(cmd.Example, "\\\n", " ")
		for line := range strings.Lines(text) {
			line, isCommand := strings.CutPrefix(strings.TrimSpace(line), "kubectl image ")
			if !isCommand {
				continue
			}
			line, _, _ = strings.Cut(line, " > ")
			streams, _, out, errOut := genericiooptions.NewTestIOStreams()
			argv := append([]string{program}, shellWords(strings.ReplaceAll(line, "$HOME", home))...)
			if code := Main(t.Context(), argv, streams, Build{}); code != exitDone || out.Len() == 0 ||
				strings.Contains(errOut.String(), "error:") || strings.Contains(errOut.String(), "warning:") {
				t.Errorf("%s: exit code %d\n%s%s", line, code, out, errOut)
			}
		}
	})
}

// shellWords splits a line as a shell does, as far as examples go: at blanks, outside single quotes.
func shellWords(line string) []string {
	var words []string
	var word bytes.Buffer
	quoted, any := false, false
	for _, r := range line + " " {
		switch {
		case r == '\'':
			quoted, any = !quoted, true
		case r == ' ' && !quoted:
			if any {
				words = append(words, word.String())
			}
			word.Reset()
			any = false
		default:
			word.WriteRune(r)
			any = true
		}
	}
	return words
}

func TestDisplayName(t *testing.T) {
	t.Parallel()
	for argv0, want := range map[string]string{
		"/usr/bin/kubectl-image":        "kubectl image",
		"kubectl-flux_image":            "kubectl flux-image",
		"./flux-image":                  "flux-image",
		"C:/krew/bin/kubectl-image.exe": "kubectl image",
	} {
		if got := displayName(argv0); got != want {
			t.Errorf("%s: got %q, want %q", argv0, got, want)
		}
	}
}
