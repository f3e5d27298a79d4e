// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"runtime/debug"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-image/kubectl-image/pkg/cli"
)

func TestNoted(t *testing.T) {
	t.Parallel()
	const revision, date = "0123456789012345678901234567890123456789", "2026-11-22T17:00:00Z"
	for name, test := range map[string]struct {
		info debug.BuildInfo
		want cli.Build
	}{
		"go install of a tag": {
			debug.BuildInfo{Main: debug.Module{Version: "v0.1.0"}},
			cli.Build{Version: "v0.1.0"},
		},
		"go build in a checkout": {
			debug.BuildInfo{Main: debug.Module{Version: "v0.1.1-0.20261122170000-012345678901"}, Settings: []debug.BuildSetting{
				{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: revision}, {Key: "vcs.time", Value: date}, {Key: "vcs.modified", Value: "false"},
			}},
			cli.Build{Version: "v0.1.1-0.20261122170000-012345678901", Commit: revision, Date: date},
		},
		"with changes": {
			debug.BuildInfo{Main: debug.Module{Version: "v0.1.0+dirty"}, Settings: []debug.BuildSetting{
				{Key: "vcs.revision", Value: revision}, {Key: "vcs.time", Value: date}, {Key: "vcs.modified", Value: "true"},
			}},
			cli.Build{Version: "v0.1.0+dirty", Commit: revision + "+dirty", Date: date},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, noted(&test.info)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
