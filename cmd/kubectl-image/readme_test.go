// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
)

const readme = "../../README.md"

// Every command of the README is run, and prints what the README shows. UPDATE=1 rewrites what it shows.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	shown, script := shownCommands(t, string(text))
	dir := t.TempDir()
	params := scriptParams("")
	params.Files = []string{filepath.Join(dir, "readme.txtar")}
	if err := os.WriteFile(params.Files[0], txtar.Format(script), 0o600); err != nil {
		t.Fatal(err)
	}
	outputs := map[string]string{}
	setup := params.Setup
	params.Setup = func(env *testscript.Env) error {
		for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS"} {
			value, err := exec.Command("go", "env", name).Output()
			if err != nil {
				return err
			}
			env.Setenv(name, strings.TrimSpace(string(value)))
		}
		root, err := filepath.Abs("../..")
		if err != nil {
			return err
		}
		env.Setenv("REPOSITORY", root)
		return setup(env)
	}
	params.Cmds["keep"] = func(ts *testscript.TestScript, _ bool, args []string) {
		outputs[args[0]] = ts.ReadFile("stdout")
	}
	t.Run("commands", func(t *testing.T) { testscript.Run(t, params) })
	if t.Failed() {
		return
	}
	updated := string(text)
	for i, file := range script.Files {
		if shown[i].output != outputs[file.Name] && os.Getenv("UPDATE") == "" {
			t.Errorf("README.md: $ %s\nprints\n%s\nand not\n%s", shown[i].command, outputs[file.Name], shown[i].output)
		}
		updated = strings.Replace(updated, shown[i].text(shown[i].output), shown[i].text(outputs[file.Name]), 1)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(readme, []byte(updated), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// shownCommand is one command of the README and what it is shown to print, errors included.
type shownCommand struct{ command, output string }

func (c shownCommand) text(output string) string {
	return "```console\n$ " + c.command + output + "```\n"
}

// shownCommands reads the console blocks of the README, one command each, and makes a script of them.
func shownCommands(t *testing.T, text string) ([]shownCommand, *txtar.Archive) {
	t.Helper()
	var shown []shownCommand
	var comment bytes.Buffer
	script := &txtar.Archive{}
	_, blocks, _ := strings.Cut(text, "```console\n")
	for block := range strings.SplitSeq(blocks, "```console\n") {
		block, _, closed := strings.Cut(block, "```\n")
		block, prompted := strings.CutPrefix(block, "$ ")
		if !closed || !prompted {
			t.Fatalf("README.md: a console block that is not closed or does not begin with a prompt:\n%s", block)
		}
		var command strings.Builder
		rest := block
		for continued := true; continued; {
			var line string
			line, rest, _ = strings.Cut(rest, "\n")
			command.WriteString(line + "\n")
			continued = strings.HasSuffix(line, `\`)
		}
		if command.String() == "make check\n" {
			continue // runs this test
		}
		name := "command" + string(rune('a'+len(shown))) + ".sh"
		line := command.String()
		if strings.HasPrefix(line, "go run ") {
			line = "cd \"$REPOSITORY\" && " + line
		}
		script.Files = append(script.Files, txtar.File{Name: name, Data: []byte("exec 2>&1\n" + line + "true\n")})
		shown = append(shown, shownCommand{command: command.String(), output: rest})
		comment.WriteString("exec sh " + name + "\nkeep " + name + "\n")
	}
	script.Comment = comment.Bytes()
	return shown, script
}

// The README's test command is the one that CI runs.
func TestReadmeTestCommand(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		readme:           "```console\n$ make check\n```",
		"../../.ci/run":  "\nmake check\n",
		"../../Makefile": "\ncheck:",
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), want) {
			t.Errorf("%s: wants %q", file, want)
		}
	}
}

// What the README's sh blocks do cannot be done here: they fetch from the Internet, or install for the user. Each line is
// known to be true by other means, which are named; a new one has to find its own.
func TestReadmeInstallation(t *testing.T) {
	t.Parallel()
	known := map[string]string{
		"go install github.com/kubectl-image/kubectl-image/cmd/kubectl-image@latest":                              "the package is looked up below",
		"version=v0.1.0 platform=linux_amd64":                                                                     "TestRelease opens archives by these names",
		"url=https://github.com/kubectl-image/kubectl-image/releases/download/$version":                           "TestKrewManifest: the manifest's own address",
		"curl -fsSLO $url/kubectl-image_${version}_$platform.tar.gz":                                              "TestRelease opens archives by these names",
		"curl -fsSL $url/checksums.txt | sha256sum --check --ignore-missing":                                      "TestRelease compares checksums.txt",
		"tar -xzf kubectl-image_${version}_$platform.tar.gz -C ~/.local/bin kubectl-image kubectl_complete-image": "TestRelease unpacks these two for its user",
		"kubectl krew index add kubectl-image https://github.com/kubectl-image/krew-index.git":                    "an index of our own, as .krew.yaml says",
		"kubectl krew install kubectl-image/image":                                                                "TestKrewManifest: the plugin's name",
		"# or": "",
		"curl -fsSLO https://raw.githubusercontent.com/kubectl-image/krew-index/main/plugins/image.yaml": "TestKrewManifest: the manifest's file name",
		"kubectl krew install --manifest=image.yaml":                                                     "TestKrewManifest validates it",
		"kubectl image completion install   # beside the program; --dir=DIR elsewhere":                   "completion.txtar",
		`ln -s "$(go env GOPATH)/bin/kubectl-image" ~/.local/bin/kubectl-flux_image`:                     "any_name.txtar",
		"kubectl flux-image version":            "any_name.txtar",
		"kubectl flux-image completion install": "completion.txtar",
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	_, blocks, _ := strings.Cut(string(text), "```sh\n")
	for block := range strings.SplitSeq(blocks, "```sh\n") {
		block, _, _ = strings.Cut(block, "```\n")
		for line := range strings.Lines(block) {
			if _, ok := known[strings.TrimSuffix(line, "\n")]; !ok {
				t.Errorf("README.md: what shows that this works?\n%s", line)
			}
		}
	}
	listed, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{.Name}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(string(listed)), "github.com/kubectl-image/kubectl-image/cmd/kubectl-image main"; got != want {
		t.Errorf("the package to install is %q, and not %q", got, want)
	}
}
