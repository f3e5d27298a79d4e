// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// The release of Flux whose controllers' behaviour is ours, whatever versions of the API the objects are written in.
const (
	fluxVersion       = "2.9"
	reflectorVersion  = "1.2"
	automationVersion = "1.2"
)

// Build says what the program was built from. What is not known is empty.
type Build struct {
	Version string // a release's is its tag, such as v0.1.0
	Commit  string // in full
	Date    string // of the commit, RFC 3339
}

func newVersionCmd(s *shell) *cobra.Command {
	var output text
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Say which version this is, and which of Flux it behaves like",
		Long: `Say which version this is, what it was built from, which versions of Flux's API it reads and writes, and the
controllers of which release of Flux it behaves like. No cluster is asked.`,
		Example: `  # For a report
  kubectl image version

  # For a program
  kubectl image version -o json`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			var p problems
			format := p.enum("output", output, versionFormats()...)
			if err := p.err(); err != nil {
				return err
			}
			return versionOf(s.build).print(s.Out, format)
		},
	}
	cmd.Flags().VarP(&output, "output", "o", "Output `format`: "+oneOf(versionFormats())+" (default: text)")
	// It fails only for a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc("output", words(fixed(versionFormats()...)))
	return cmd
}

func versionFormats() []string { return []string{"json", "yaml"} }

// versionInfo is what the version command prints. The names of its fields are relied upon.
type versionInfo struct {
	Version     string      `json:"version"`
	Commit      string      `json:"commit,omitempty"`
	BuildDate   string      `json:"buildDate,omitempty"`
	APIVersions []string    `json:"apiVersions"`
	Flux        fluxRelease `json:"flux"`
	GoVersion   string      `json:"goVersion"`
	Platform    string      `json:"platform"`
}

type fluxRelease struct {
	Version                   string `json:"version"`
	ImageReflectorController  string `json:"imageReflectorController"`
	ImageAutomationController string `json:"imageAutomationController"`
}

func versionOf(build Build) versionInfo {
	info := versionInfo{
		Version: build.Version, Commit: build.Commit, BuildDate: build.Date,
		Flux:      fluxRelease{fluxVersion, reflectorVersion, automationVersion},
		GoVersion: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	for _, version := range manifest.Versions() {
		info.APIVersions = append(info.APIVersions, imagev1.GroupVersion.Group+"/"+version)
	}
	return info
}

func (v versionInfo) print(w io.Writer, format string) error {
	switch format {
	case "json":
		data, err := json.MarshalIndent(v, "", "    ")
		if err != nil {
			return err
		}
		_, err = w.Write(append(data, '\n'))
		return err
	case "yaml":
		data, err := yaml.Marshal(v)
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	}
	_, err := fmt.Fprintf(w, `Version:       %s
Commit:        %s
Build date:    %s
API versions:  %s
Behaves like:  Flux %s (image-reflector-controller %s, image-automation-controller %s)
Go:            %s
Platform:      %s
`,
		cmp.Or(v.Version, "unknown"), cmp.Or(v.Commit, "unknown"), cmp.Or(v.BuildDate, "unknown"), strings.Join(v.APIVersions, ", "),
		v.Flux.Version, v.Flux.ImageReflectorController, v.Flux.ImageAutomationController, v.GoVersion, v.Platform)
	return err
}
