// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package inventory

import (
	"errors"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// A Gap is a part of the world that a snapshot cannot speak for: what is missing there may exist all the same.
type Gap struct {
	Kind      string // as in a manifest: "Secret"
	Namespace string // empty: every namespace
	Name      string // empty: every name
	// Err says why: [ErrNotGiven], an [*EncryptedError], or what the cluster answered.
	Err error
}

// ErrNotGiven: the objects were given as files, and people do not keep all of a cluster in files.
var ErrNotGiven = errors.New("not among the files")

// EncryptedError says that a Secret is there, but its data is sops ciphertext.
type EncryptedError struct {
	Position manifest.Position
}

func (e *EncryptedError) Error() string { return e.Position.String() + ": encrypted by sops" }

// Gap says why an object that the inventory does not have may exist nevertheless; nil means that it does not.
func (inv *Inventory) Gap(kind, namespace, name string) error {
	var found error
	best := -1
	for _, gap := range inv.Gaps {
		if gap.Kind != kind || gap.Namespace != "" && gap.Namespace != namespace || gap.Name != "" && gap.Name != name {
			continue
		}
		closeness := 0
		if gap.Namespace != "" {
			closeness++
		}
		if gap.Name != "" {
			closeness += 2
		}
		if closeness > best {
			best, found = closeness, gap.Err
		}
	}
	return found
}
