// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build release

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const repository = "../.."

// A release, but for publishing it: built for every platform, unpacked, run, and used as one who installs it does.
func TestRelease(t *testing.T) {
	goreleaser(t, "check")
	arguments := []string{"release", "--snapshot", "--clean"}
	if _, err := exec.LookPath("syft"); err != nil {
		t.Log("syft is not at hand: no bills of materials")
		arguments = append(arguments, "--skip=sbom")
	}
	goreleaser(t, arguments...)
	var release struct {
		Version string `json:"version"`
	}
	if err := json.Unmarshal(read(t, "dist/metadata.json"), &release); err != nil {
		t.Fatal(err)
	}
	tag := "v" + release.Version

	var sums []string
	for _, goos := range []string{"darwin", "linux", "windows"} {
		for _, goarch := range []string{"amd64", "arm64"} {
			a := openArchive(t, tag, goos, goarch)
			sums = append(sums, a.sha256+"  "+a.name)
			t.Run(goos+"/"+goarch, func(t *testing.T) { a.check(t) })
		}
	}
	if diff := cmp.Diff(strings.Join(sums, "\n")+"\n", string(read(t, "dist/checksums.txt"))); diff != "" {
		t.Errorf("checksums.txt (-archives +checksums.txt)\n%s", diff)
	}
	t.Run("user", func(t *testing.T) {
		useArchive(t, openArchive(t, tag, runtime.GOOS, runtime.GOARCH), tag)
	})
	t.Run("krew", func(t *testing.T) {
		manifest := renderKrew(t, tag, func(uri string) string {
			sum := sha256.Sum256(read(t, "dist/"+uri[strings.LastIndex(uri, "/")+1:]))
			return hex.EncodeToString(sum[:])
		})
		if diff := cmp.Diff([]string(nil), krewProblems("plugins/image.yaml", manifest)); diff != "" {
			t.Errorf("the manifest has problems (-want +got)\n%s", diff)
		}
		// What krew's test of a submission installs by: kubectl krew install --manifest=dist/image.yaml --archive=…
		if err := os.WriteFile(filepath.Join(repository, "dist/image.yaml"), []byte(manifest), 0o644); err != nil {
			t.Fatal(err)
		}
	})
}

func goreleaser(t *testing.T, arguments ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"tool", "-modfile=testdata/tools/goreleaser/go.mod", "goreleaser"}, arguments...)...)
	cmd.Dir = repository
	// In a clone without a remote goreleaser would not even read the commit. The address is not dialled.
	cmd.Env = append(os.Environ(), "GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=remote.origin.url", "GIT_CONFIG_VALUE_0=https://github.com/kubectl-image/kubectl-image.git")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("goreleaser %s: %v\n%s", strings.Join(arguments, " "), err, &said)
	}
}

// read reads a file of the repository.
func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(repository, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

type archive struct {
	name, goos, goarch, sha256 string
	files                      map[string]archived
}

type archived struct {
	Mode fs.FileMode
	data []byte
}

// program is the name of the program within.
func (a archive) program() string {
	if a.goos == "windows" {
		return "kubectl-image.exe"
	}
	return "kubectl-image"
}

// openArchive unpacks the archive of a platform into memory.
func openArchive(t *testing.T, tag, goos, goarch string) archive {
	t.Helper()
	a := archive{name: fmt.Sprintf("kubectl-image_%s_%s_%s", tag, goos, goarch), goos: goos, goarch: goarch, files: map[string]archived{}}
	unpack := a.untar
	if a.name += ".tar.gz"; goos == "windows" {
		a.name, unpack = strings.TrimSuffix(a.name, ".tar.gz")+".zip", a.unzip
	}
	data := read(t, "dist/"+a.name)
	sum := sha256.Sum256(data)
	a.sha256 = hex.EncodeToString(sum[:])
	if err := unpack(data); err != nil {
		t.Fatalf("unpacking %s: %v", a.name, err)
	}
	return a
}

func (a archive) untar(data []byte) error {
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	for entries := tar.NewReader(unzipped); ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		content, err := io.ReadAll(entries)
		if err != nil {
			return err
		}
		a.files[header.Name] = archived{header.FileInfo().Mode(), content}
	}
}

func (a archive) unzip(data []byte) error {
	entries, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	for _, entry := range entries.File {
		content, err := entry.Open()
		if err != nil {
			return err
		}
		unpacked, err := io.ReadAll(content)
		if err = errors.Join(err, content.Close()); err != nil {
			return err
		}
		a.files[entry.Name] = archived{entry.Mode(), unpacked}
	}
	return nil
}

// check checks that the archive holds what it should, and nothing else.
func (a archive) check(t *testing.T) {
	shim := "kubectl_complete-image"
	if a.goos == "windows" {
		shim += ".cmd"
	}
	want := map[string]archived{
		"LICENSE": {Mode: 0o644, data: read(t, "LICENSE")}, "README.md": {Mode: 0o644, data: read(t, "README.md")},
		shim: {Mode: 0o755, data: read(t, "completions/"+shim)}, a.program(): {Mode: 0o755},
	}
	for name, file := range want {
		if file.data != nil && !bytes.Equal(file.data, a.files[name].data) {
			t.Errorf("%s is another than in the repository", name)
		}
	}
	if diff := cmp.Diff(want, a.files, cmp.Comparer(func(x, y archived) bool { return x.Mode == y.Mode })); diff != "" {
		t.Errorf("files (-want +got)\n%s", diff)
	}
	info, err := buildinfo.Read(bytes.NewReader(a.files[a.program()].data))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, setting := range info.Settings {
		got[setting.Key] = setting.Value
	}
	for key, want := range map[string]string{"GOOS": a.goos, "GOARCH": a.goarch, "CGO_ENABLED": "0", "-trimpath": "true"} {
		if got[key] != want {
			t.Errorf("the program was built with %s=%s, want %s", key, got[key], want)
		}
	}
}

// useArchive does what a new user does: unpacks the archive into a directory on PATH, with nothing in HOME, and runs the
// plugin and kubectl's completion of it.
func useArchive(t *testing.T, a archive, tag string) {
	kubectl := rig.Program(t, "kubectl")
	home := t.TempDir()
	bin := filepath.Join(home, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, file := range a.files {
		if err := os.WriteFile(filepath.Join(bin, name), file.data, file.Mode); err != nil {
			t.Fatal(err)
		}
	}
	run := func(argv ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), kubectl, argv...)
		cmd.Env = []string{"HOME=" + home, "PATH=" + bin + ":" + filepath.Dir(kubectl) + ":/usr/bin:/bin"}
		cmd.Dir = home
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("kubectl %s: %v\n%s", strings.Join(argv, " "), err, &stderr)
		}
		return string(out)
	}
	git := exec.CommandContext(t.Context(), "git", "log", "-1", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", "--format="+tag+" %H %cd")
	git.Env = append(os.Environ(), "TZ=UTC")
	want, err := git.Output()
	if err != nil {
		t.Fatal(err)
	}
	var version struct{ Version, Commit, BuildDate string }
	if err := json.Unmarshal([]byte(run("image", "version", "-o", "json")), &version); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), fmt.Sprintf("%s %s %s\n", version.Version, version.Commit, version.BuildDate)); diff != "" {
		t.Errorf("version, commit and date of it (-want +got)\n%s", diff)
	}
	for line, want := range map[string]string{
		"image create policy p --image-ref=r --select-semver=1.x -n x --export": `---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata:
  name: p
  namespace: x
spec:
  imageRepositoryRef:
    name: r
  policy:
    semver:
      range: 1.x
`,
		"__complete image cr":                               "create\tWrite an ImageRepository, ImagePolicy or ImageUpdateAutomation\n:4\n",
		"__complete image create policy p --select-alpha d": "desc\n:4\n",
	} {
		if diff := cmp.Diff(want, run(strings.Fields(line)...)); diff != "" {
			t.Errorf("kubectl %s (-want +got)\n%s", line, diff)
		}
	}
}
