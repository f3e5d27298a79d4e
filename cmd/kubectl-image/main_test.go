// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package main_test

import (
	"os"
	"testing"

	"github.com/kubectl-image/kubectl-image/testdata/rigtest"
)

var rig rigtest.Rig

func TestMain(m *testing.M) { os.Exit(rig.Main(m)) }
