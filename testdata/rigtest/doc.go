// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

// Package rigtest gives tests the real servers of testdata/rig: a Kubernetes API server with Flux's
// CustomResourceDefinitions, kubectl, and the CNCF distribution registry, all on loopback.
//
// In goes a test and the name of what it needs; out come plain values: a *rest.Config, the path of a kubeconfig or
// of a program, the address of a registry. The programs are those of KUBEBUILDER_ASSETS if that is set, else those
// that `make rig` built. Without them a test is skipped, and fails if REQUIRE_RIG=1 is in the environment.
//
// The law: whatever was started is stopped, however the test process ends.
//
// It does not build anything, run controllers (a namespace deleted stays Terminating, no status is ever written) or
// wait by the clock.
//
//	var rig rigtest.Rig
//
//	func TestMain(m *testing.M) { os.Exit(rig.Main(m)) }
//
//	func TestApply(t *testing.T) {
//		cluster := rig.Cluster(t, rigtest.Flux29)
//		kubeconfig := rigtest.Kubeconfig(t, cluster.Config, cluster.Namespace(t))
package rigtest
