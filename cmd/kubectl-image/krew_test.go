// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/Masterminds/semver/v3"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

// krewManifest is a plugin's manifest in a krew index, as far as ours says anything.
type krewManifest struct {
	metav1.TypeMeta `json:",inline"`

	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		Version          string         `json:"version"`
		Homepage         string         `json:"homepage"`
		ShortDescription string         `json:"shortDescription"`
		Description      string         `json:"description"`
		Caveats          string         `json:"caveats"`
		Platforms        []krewPlatform `json:"platforms"`
	} `json:"spec"`
}

type krewPlatform struct {
	Selector *metav1.LabelSelector `json:"selector"`
	URI      string                `json:"uri"`
	SHA256   string                `json:"sha256"`
	Bin      string                `json:"bin"`
	Files    *[]struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"files"`
}

// selects reports whether krew would install this platform's archive.
func (p krewPlatform) selects(goos, goarch string) bool {
	selector, err := metav1.LabelSelectorAsSelector(p.Selector)
	return err == nil && p.Selector != nil && selector.Matches(labels.Set{"os": goos, "arch": goarch})
}

// renderKrew makes a manifest of .krew.yaml as krew-release-bot does, which puts the two lines of addURIAndSha at an
// indentation of four.
func renderKrew(t *testing.T, tag string, sha256 func(uri string) string) string {
	t.Helper()
	type values struct{ TagName string }
	execute := func(parsed *template.Template, err error) string {
		var out bytes.Buffer
		if err == nil {
			err = parsed.Option("missingkey=error").Execute(&out, values{tag})
		}
		if err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	text, err := os.ReadFile("../../.krew.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return execute(template.New(".krew.yaml").Funcs(template.FuncMap{
		"addURIAndSha": func(uri, tag string) string {
			uri = execute(template.New("uri").Parse(uri))
			return fmt.Sprintf("uri: %s\n    sha256: %s", uri, sha256(uri))
		},
	}).Parse(string(text)))
}

// krewProblems lists what is wrong with a manifest in a file of the given name, by the rules that krew documents
// (https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/), those its index holds submissions to, and our own
// that every platform of a release is there.
func krewProblems(file, text string) []string {
	var problems []string
	addf := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	var m krewManifest
	if err := yaml.UnmarshalStrict([]byte(text), &m); err != nil {
		return []string{err.Error()}
	}
	if m.APIVersion != "krew.googlecontainertools.github.com/v1alpha2" || m.Kind != "Plugin" {
		addf("type %s %s", m.APIVersion, m.Kind)
	}
	name := m.Metadata.Name
	reserved := regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[1-9]|lpt[1-9])$`) // on Windows
	if !regexp.MustCompile(`^[\w-]+$`).MatchString(name) || reserved.MatchString(name) || path.Base(file) != name+".yaml" {
		addf("name %q in %s", name, file)
	}
	if version, v := strings.CutPrefix(m.Spec.Version, "v"); !v {
		addf("version %q begins with no v", m.Spec.Version)
	} else if _, err := semver.StrictNewVersion(version); err != nil {
		addf("version %q: %v", m.Spec.Version, err)
	}
	if short := m.Spec.ShortDescription; short == "" || len(short) > 50 || strings.ContainsAny(short, "\r\n") {
		addf("short description %q", short)
	}
	for line := range strings.Lines(m.Spec.Description + m.Spec.Caveats) {
		if len(strings.TrimSuffix(line, "\n")) > 80 {
			addf("line of over 80 characters: %q", line)
		}
	}
	if m.Spec.Description == "" || m.Spec.Homepage == "" {
		addf("no description, or no homepage")
	}
	for _, p := range m.Spec.Platforms {
		problems = append(problems, p.problems()...)
	}
	wanted := []string{"darwin/amd64", "darwin/arm64", "linux/amd64", "linux/arm64", "windows/amd64", "windows/arm64"}
	for _, goos := range []string{"darwin", "linux", "windows"} {
		for _, goarch := range []string{"386", "amd64", "arm", "arm64", "ppc64le"} {
			var chosen []krewPlatform
			for _, p := range m.Spec.Platforms {
				if p.selects(goos, goarch) {
					chosen = append(chosen, p)
				}
			}
			platform := goos + "/" + goarch
			if want := slices.Contains(wanted, platform); len(chosen) > 1 || want != (len(chosen) == 1) {
				addf("%s: %d platforms select it", platform, len(chosen))
				continue
			}
			for _, p := range chosen {
				if (goos == "windows") != strings.HasSuffix(p.Bin, ".exe") {
					addf("%s: bin %q", platform, p.Bin)
				}
				if !strings.Contains(p.URI, "_"+goos+"_"+goarch+".") || !strings.Contains(p.URI, "/"+m.Spec.Version+"/") {
					addf("%s: uri %q", platform, p.URI)
				}
			}
		}
	}
	return problems
}

func (p krewPlatform) problems() []string {
	var problems []string
	addf := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if !regexp.MustCompile(`^https://\S+\.(zip|tar\.gz)$`).MatchString(p.URI) {
		addf("uri %q", p.URI)
	}
	if !regexp.MustCompile(`^[a-f0-9]{64}$`).MatchString(p.SHA256) {
		addf("sha256 %q", p.SHA256)
	}
	if p.Bin == "" {
		addf("no bin")
	}
	if p.Files != nil {
		if len(*p.Files) == 0 {
			addf("files is there and empty")
		}
		for _, operation := range *p.Files {
			if operation.From == "" || operation.To == "" {
				addf("files from %q to %q", operation.From, operation.To)
			}
		}
	}
	if p.Selector == nil {
		addf("no selector")
		return problems
	}
	var keys []string
	for key := range p.Selector.MatchLabels {
		keys = append(keys, key)
	}
	for _, expression := range p.Selector.MatchExpressions {
		keys = append(keys, expression.Key)
	}
	slices.Sort(keys)
	if len(keys) == 0 {
		addf("the selector is empty")
	}
	for _, key := range keys {
		if key != "os" && key != "arch" {
			addf("the selector asks for %q", key)
		}
	}
	return problems
}

func TestKrewManifest(t *testing.T) {
	t.Parallel()
	good := renderKrew(t, "v0.1.0", func(uri string) string { return strings.Repeat("0a", 32) })
	if diff := cmp.Diff([]string(nil), krewProblems("plugins/image.yaml", good)); diff != "" {
		t.Errorf("the manifest has problems (-want +got)\n%s", diff)
	}
	// The rules find what they are for.
	const windowsARM64 = "arch: arm64\n    uri: https://github.com/kubectl-image/kubectl-image/releases/download/v0.1.0/kubectl-image_v0.1.0_windows_arm64.zip"
	for name, test := range map[string]struct{ file, old, new, want string }{
		"name":            {"plugins/img.yaml", "", "", `name "image" in plugins/img.yaml`},
		"reserved name":   {"plugins/Aux.yaml", "name: image", "name: Aux", `name "Aux" in plugins/Aux.yaml`},
		"name of a path":  {"plugins/im/age.yaml", "name: image", "name: im/age", `name "im/age" in plugins/im/age.yaml`},
		"type":            {"image.yaml", "v1alpha2", "v1", "type krew.googlecontainertools.github.com/v1 Plugin"},
		"unknown field":   {"image.yaml", "homepage:", "homepages:", `error unmarshaling JSON: while decoding JSON: json: unknown field "homepages"`},
		"long line":       {"image.yaml", "wrong is told at once.", strings.Repeat("x", 81), `line of over 80 characters: "` + strings.Repeat("x", 81) + `\n"`},
		"short, too long": {"image.yaml", "at the keyboard\n", "at the keyboard, with this plugin\n", `short description "Flux's image automation at the keyboard, with this plugin"`},
		"no homepage":     {"image.yaml", "  homepage: https://github.com/kubectl-image/kubectl-image\n", "", "no description, or no homepage"},
		"sha256":          {"image.yaml", "linux_amd64.tar.gz\n    sha256: 0a", "linux_amd64.tar.gz\n    sha256: 0A", `sha256 "0A` + strings.Repeat("0a", 31) + `"`},
		"bin":             {"image.yaml", "kubectl-image.exe", "kubectl-image", `windows/amd64: bin "kubectl-image"`},
		"no bin":          {"image.yaml", "bin: kubectl-image.exe", "bin: ''", "no bin"},
		"overlap":         {"image.yaml", windowsARM64, strings.Replace(windowsARM64, "arm64", "amd64", 1), "windows/amd64: 2 platforms select it"},
		"selector":        {"image.yaml", windowsARM64, "libc: gnu\n        " + windowsARM64, `the selector asks for "libc"`},
		"files":           {"image.yaml", windowsARM64, strings.Replace(windowsARM64, "    uri", "    files: []\n    uri", 1), "files is there and empty"},
		"archive":         {"image.yaml", "windows_arm64.zip", "windows_arm64.7z", `uri "https://github.com/kubectl-image/kubectl-image/releases/download/v0.1.0/kubectl-image_v0.1.0_windows_arm64.7z"`},
		"wrong archive":   {"image.yaml", "linux_amd64.tar.gz", "linux_arm64.tar.gz", `linux/amd64: uri "https://github.com/kubectl-image/kubectl-image/releases/download/v0.1.0/kubectl-image_v0.1.0_linux_arm64.tar.gz"`},
		"version":         {"image.yaml", "version: v0.1.0", "version: 0.1.0", `version "0.1.0" begins with no v`},
		"no version":      {"image.yaml", "version: v0.1.0", "version: v01.1.0", `version "v01.1.0": version segment starts with 0`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := strings.Replace(good, test.old, test.new, 1)
			if bad == good && test.old != "" {
				t.Fatalf("the manifest has no %q", test.old)
			}
			if got := krewProblems(test.file, bad); !slices.Contains(got, test.want) {
				t.Errorf("want %q among %q", test.want, got)
			}
		})
	}
}
