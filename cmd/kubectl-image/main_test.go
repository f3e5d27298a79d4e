// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-image/kubectl-image/testdata/rigtest"
)

// rig is the real servers that this package's tests share.
var rig rigtest.Rig

// In scripts the program runs under its own name and others and, as `kubectl image`, behind a kubectl that knows nothing
// but plugins.
func TestMain(m *testing.M) {
	testscript.Main(withRig{m}, map[string]func(){
		"kubectl-image":      main,
		"kubectl-flux_image": main,
		"flux-image":         main,
		"kubectl":            kubectl,
	})
}

type withRig struct{ *testing.M }

func (w withRig) Run() int { return rig.Main(w.M) }
