// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter

// Plan lets the fuzz test see the edits.
var Plan = plan
