// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// completions/ holds what the program writes. UPDATE=1 rewrites it.
func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	for shell, name := range map[string]string{
		"bash": "kubectl-image.bash", "zsh": "_kubectl-image", "fish": "kubectl-image.fish", "powershell": "kubectl-image.ps1",
	} {
		streams, _, out, errOut := genericiooptions.NewTestIOStreams()
		if code := Main(t.Context(), []string{"kubectl-image", "completion", shell}, streams, Build{}); code != exitDone {
			t.Fatalf("completion %s: exit code %d\n%s", shell, code, errOut)
		}
		want[name] = out.String()
	}
	for _, windows := range []bool{false, true} {
		shim, err := shimOf("kubectl-image", windows)
		if err != nil {
			t.Fatal(err)
		}
		want[shim.name] = shim.content
	}
	const dir = "../../completions"
	if os.Getenv("UPDATE") != "" {
		for name, content := range want {
			path := filepath.Join(dir, name)
			if err := errors.Join(os.WriteFile(path, []byte(content), 0o755), os.Chmod(path, modeOf(name))); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[file.Name()] = string(content)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("completions/ is not what the program writes; UPDATE=1 rewrites it (-want +got)\n%s", diff)
	}
	info, err := os.Stat(filepath.Join(dir, "kubectl_complete-image"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o111 == 0 {
		t.Errorf("kubectl_complete-image: mode %v: kubectl runs executables", info.Mode())
	}
}

// modeOf is the mode of a file in completions/: the shim alone is a program.
func modeOf(name string) os.FileMode {
	if name == "kubectl_complete-image" {
		return 0o755
	}
	return 0o644
}

func TestCompletionInstall(t *testing.T) {
	const content = "#!/bin/sh\nexec kubectl-image __complete \"$@\"\n"
	for name, test := range map[string]struct {
		program string            // in the directory bin, from where the others are links to it
		argv    []string          // behind the program
		before  map[string]string // files that are there, beside those in bin
		want    string            // exit code and what is said
		after   map[string]string // all shims
	}{
		"beside the program": {
			program: "bin/kubectl-image", want: "0\nDIR/bin/kubectl_complete-image written\n",
			after: map[string]string{"bin/kubectl_complete-image": content},
		},
		"beside a link to the program": {
			program: "link/kubectl-image", want: "0\nDIR/link/kubectl_complete-image written\n",
			after: map[string]string{"link/kubectl_complete-image": content},
		},
		"by a name that kubectl looks up": {
			program: "kubectl-image", want: "0\nDIR/bin/kubectl_complete-image written\n",
			after: map[string]string{"bin/kubectl_complete-image": content},
		},
		"by another name": {
			program: "link/kubectl-flux_image", want: "0\nDIR/link/kubectl_complete-flux_image written\n",
			after: map[string]string{"link/kubectl_complete-flux_image": "#!/bin/sh\nexec kubectl-flux_image __complete \"$@\"\n"},
		},
		"into a directory": {
			program: "bin/kubectl-image", argv: []string{"--dir=DIR/link"}, want: "0\nDIR/link/kubectl_complete-image written\n",
			after: map[string]string{"link/kubectl_complete-image": content},
		},
		"into a directory that is not on PATH": {
			program: "bin/kubectl-image", argv: []string{"--dir=DIR/other"},
			want: "0\nDIR/other/kubectl_complete-image written\nwarning: kubectl looks for kubectl_complete-image on PATH, " +
				"and does not find this one there: put DIR/other on PATH, before the others\n",
			after: map[string]string{"other/kubectl_complete-image": content},
		},
		"behind another one on PATH": {
			program: "bin/kubectl-image", argv: []string{"--dir=DIR/link"}, before: map[string]string{"bin/kubectl_complete-image": "mine"},
			want: "0\nDIR/link/kubectl_complete-image written\nwarning: kubectl looks for kubectl_complete-image on PATH, " +
				"and does not find this one there: put DIR/link on PATH, before the others\n",
			after: map[string]string{"bin/kubectl_complete-image": "mine", "link/kubectl_complete-image": content},
		},
		"again": {
			program: "bin/kubectl-image", before: map[string]string{"bin/kubectl_complete-image": content},
			want:  "0\nDIR/bin/kubectl_complete-image unchanged\n",
			after: map[string]string{"bin/kubectl_complete-image": content},
		},
		"over a foreign file": {
			program: "bin/kubectl-image", before: map[string]string{"bin/kubectl_complete-image": "mine"},
			want: "3\nerror: writing DIR/bin/kubectl_complete-image: there is a file already that says something else\n" +
				"hint: look at it, and remove it if it is not wanted\n",
			after: map[string]string{"bin/kubectl_complete-image": "mine"},
		},
		"over a foreign file of the same length": {
			program: "bin/kubectl-image", before: map[string]string{"bin/kubectl_complete-image": "#!/bin/sh\nexec kubectl-IMAGE __complete \"$@\"\n"},
			want: "3\nerror: writing DIR/bin/kubectl_complete-image: there is a file already that says something else\n" +
				"hint: look at it, and remove it if it is not wanted\n",
			after: map[string]string{"bin/kubectl_complete-image": "#!/bin/sh\nexec kubectl-IMAGE __complete \"$@\"\n"},
		},
		"nowhere": {
			program: "bin/kubectl-image", argv: []string{"--dir=DIR/none"},
			want: "3\nerror: writing DIR/none/kubectl_complete-image: open DIR/none/kubectl_complete-image: no such file or directory\n",
		},
		"into nothing": {
			program: "bin/kubectl-image", argv: []string{"--dir="},
			want: "2\nerror: --dir \"\": want a directory that is on PATH\nhint: see 'kubectl image completion install --help'\n",
		},
		"with an argument": {
			program: "bin/kubectl-image", argv: []string{"bash"},
			want: "2\nerror: surplus arguments \"bash\": want none\nhint: see 'kubectl image completion install --help'\n",
		},
		"for no plugin of kubectl's": {
			program: "link/flux-image",
			want: "3\nerror: the program is called \"flux-image\": kubectl completes plugins, whose names begin with kubectl-\n" +
				"hint: for the program by its own name there are scripts, see 'completion --help'\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			inDir := func(text string) string { return strings.ReplaceAll(text, "DIR", dir) }
			for _, sub := range []string{"bin", "link", "other"} {
				if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			program := filepath.Join(dir, "bin", "kubectl-image")
			if err := os.WriteFile(program, nil, 0o700); err != nil {
				t.Fatal(err)
			}
			for _, link := range []string{"kubectl-image", "kubectl-flux_image", "flux-image"} {
				if err := os.Symlink(program, filepath.Join(dir, "link", link)); err != nil {
					t.Fatal(err)
				}
			}
			for file, content := range test.before {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", inDir("DIR/bin:DIR/link"))
			argv := []string{test.program, "completion", "install"}
			if filepath.Dir(test.program) != "." {
				argv[0] = filepath.Join(dir, test.program)
			}
			for _, arg := range test.argv {
				argv = append(argv, inDir(arg))
			}
			streams, _, out, errOut := genericiooptions.NewTestIOStreams()
			code := Main(t.Context(), argv, streams, Build{})
			if diff := cmp.Diff(inDir(test.want), fmt.Sprintf("%d\n%s%s", code, out, errOut)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			after := map[string]string{}
			shims, err := filepath.Glob(filepath.Join(dir, "*", "kubectl_complete-*"))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range shims {
				said, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				name, err := filepath.Rel(dir, path)
				if err != nil {
					t.Fatal(err)
				}
				after[name] = string(said)
				if info, err := os.Stat(path); test.before == nil && (err != nil || info.Mode() != 0o755) {
					t.Errorf("%s: mode %v, want 0755 (%v)", path, info.Mode(), err)
				}
			}
			if test.after == nil {
				test.after = map[string]string{}
			}
			if diff := cmp.Diff(test.after, after); diff != "" {
				t.Errorf("files (-want +got)\n%s", diff)
			}
		})
	}
}
