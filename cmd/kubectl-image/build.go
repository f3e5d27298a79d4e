// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"runtime/debug"

	"github.com/kubectl-image/kubectl-image/pkg/cli"
)

// What a release is stamped with, by the linker's -X.
var version, commit, date string //nolint:gochecknoglobals // the linker sets nothing but variables of packages

// build says what the program was built from: by its stamps, else by what Go notes itself, as `go install` leaves it.
func build() cli.Build {
	stamped := cli.Build{Version: version, Commit: commit, Date: date}
	if version != "" {
		return stamped
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return stamped
	}
	return noted(info)
}

// noted is what Go noted of the module and the checkout that the program was built from.
func noted(info *debug.BuildInfo) cli.Build {
	build := cli.Build{Version: info.Main.Version}
	modified := false
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			build.Commit = setting.Value
		case "vcs.time":
			build.Date = setting.Value
		case "vcs.modified":
			modified = setting.Value == "true"
		}
	}
	if modified {
		build.Commit += "+dirty" // as Go writes it in versions
	}
	return build
}
