// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain, ä, 世界\n\tindented": "plain, ä, 世界\n\tindented",
		"\x1b[31mred\x1b[0m":       "\uFFFD[31mred\uFFFD[0m",
		"\r\b\x00\x7f\u0085":       strings.Repeat("\uFFFD", 5),
		"left\u202eright\u200b":    "left\uFFFDright\uFFFD",
		"not \xff text":            "not \uFFFD text",
	} {
		if got := printable(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// What comes from the command line goes through that too, on its way into an error.
func TestArguments(t *testing.T) {
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	for argument, want := range map[string]string{
		"--image=a/\x1b[31mB":                     `error: --image "a/\x1b[31mB": repository can only contain`,
		"--label=c=d\ne=f":                        `error: --label "c=d\ne=f": value: `,
		"--annotation=a=\xff":                     `error: argument 3, "--annotation=a=\xff": not valid UTF-8`,
		"surplus\x1b[31m":                         `error: NAME "surplus\x1b[31m": a lowercase RFC 1123`,
		"--unknown\x1b[31m=1":                     "error: unknown flag: --unknown\uFFFD[31m\n",
		"--interval=" + strings.Repeat("5", 1000): `… (1000 characters): want a duration`,
	} {
		streams, _, out, errOut := genericiooptions.NewTestIOStreams()
		code := Main(t.Context(), []string{"kubectl-image", "create", "repository", argument, "x", "--export"}, streams, Build{})
		if code != exitUsage || out.Len() > 0 || !strings.Contains(errOut.String(), want) || strings.Contains(errOut.String(), "\x1b") {
			t.Errorf("%q: exit code %d\n%s%s\nwant %s", argument, code, out, errOut, want)
		}
	}
}

func TestColor(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		flag    string
		noColor bool
		want    string
	}{
		"not a terminal":                 {"auto", false, "error: "},
		"always":                         {"always", false, "\x1b[31merror:\x1b[0m "},
		"the flag beats the environment": {"always", true, "\x1b[31merror:\x1b[0m "},
		"never":                          {"never", false, "error: "},
	} {
		streams, _, _, errOut := genericiooptions.NewTestIOStreams()
		s := newShell(streams, test.noColor)
		if err := s.color.Set(test.flag); err != nil {
			t.Fatal(err)
		}
		s.fail(errors.New("nothing"))
		if !strings.HasPrefix(errOut.String(), test.want) {
			t.Errorf("%s: got %q, want %q", name, errOut, test.want)
		}
	}
}
