// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
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
	shown := shownCommands(t, string(text))
	outputs := map[string]string{}
	for _, onCluster := range []bool{false, true} {
		t.Run(fmt.Sprintf("cluster=%t", onCluster), func(t *testing.T) { runShown(t, shown, onCluster, outputs) })
	}
	updated := string(text)
	for _, command := range shown {
		output, ran := outputs[command.file]
		if !ran {
			continue // the rig is not there, or the command failed the test
		}
		if command.output != output && os.Getenv("UPDATE") == "" {
			t.Errorf("README.md: $ %s\nprints\n%s\nand not\n%s", command.command, output, command.output)
		}
		updated = strings.Replace(updated, command.text(command.output), command.text(output), 1)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(readme, []byte(updated), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// runShown runs, as one script, the commands that need a cluster or those that need none.
func runShown(t *testing.T, shown []shownCommand, onCluster bool, outputs map[string]string) {
	t.Helper()
	script := &txtar.Archive{}
	var comment strings.Builder
	if onCluster {
		comment.WriteString("cluster flux-2.9\n")
	}
	for _, command := range shown {
		if command.onCluster != onCluster {
			continue
		}
		line := command.command
		if strings.HasPrefix(line, "go run ") {
			line = "cd \"$REPOSITORY\" && " + line
		}
		script.Files = append(script.Files, txtar.File{Name: command.file, Data: []byte("exec 2>&1\n" + line + "true\n")})
		comment.WriteString("exec sh " + command.file + "\nkeep " + command.file + "\n")
	}
	script.Comment = []byte(comment.String())
	params := scriptParams("")
	params.Files = []string{filepath.Join(t.TempDir(), "readme.txtar")}
	if err := os.WriteFile(params.Files[0], txtar.Format(script), 0o600); err != nil {
		t.Fatal(err)
	}
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
	testscript.Run(t, params)
}

// shownCommand is one command of the README and what it is shown to print, errors included.
type shownCommand struct {
	file            string
	command, output string
	onCluster       bool
}

func (c shownCommand) text(output string) string {
	return "```console\n$ " + c.command + output + "```\n"
}

// shownCommands reads the console blocks of the README, one command each. A comment before a block says that it needs a
// cluster.
func shownCommands(t *testing.T, text string) []shownCommand {
	t.Helper()
	var shown []shownCommand
	before, blocks, _ := strings.Cut(text, "```console\n")
	for block := range strings.SplitSeq(blocks, "```console\n") {
		block, after, closed := strings.Cut(block, "```\n")
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
		if command.String() != "make check\n" { // which runs this test
			shown = append(shown, shownCommand{
				file:      fmt.Sprintf("command%d.sh", len(shown)),
				command:   command.String(),
				output:    rest,
				onCluster: strings.HasSuffix(before, "<!-- on a cluster -->\n"),
			})
		}
		before = after
	}
	return shown
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
