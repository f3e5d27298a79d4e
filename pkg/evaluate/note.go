// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate

import (
	"fmt"
	"slices"
	"strings"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-image/kubectl-image/pkg/inventory"
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

func (o *Outcome) note(kind NoteKind, text string) {
	o.Notes = append(o.Notes, Note{Kind: kind, Text: text})
}

// noteTies tells where Flux's own answer hangs on the order of tags, or on that of a map.
func (p *Policy) noteTies() {
	s := p.Selection
	flux := "Flux, whose list is in descending byte order, takes the same"
	if s.Arbitrary {
		flux = "Flux takes one or the other, not always the same"
	}
	if s.NaN != "" {
		p.note(Tie, fmt.Sprintf("%s reads as NaN, which compares with nothing, so that the order begins anew after it; %s", s.NaN, flux))
	}
	if len(s.Ties) > 0 {
		shown := strings.Join(s.Ties[:min(3, len(s.Ties))], ", ")
		if more := len(s.Ties) - 3; more > 0 {
			shown += fmt.Sprintf(" and %d more", more)
		}
		p.note(Tie, fmt.Sprintf("%s is as high as %s; %s", s.Tag, shown, flux))
	}
}

// noteStored tells that Flux, since the repository is suspended, chooses from the tags of an earlier scan, unless these
// are shown to be the same.
func (p *Policy) noteStored(repository *imagev1.ImageRepository, kept []string) {
	last := repository.Status.LastScanResult
	switch {
	case last == nil:
		p.note(StoredTags, "the repository is suspended and was not scanned yet: Flux has no tags to choose from")
	case last.Revision != revision(stored(kept)):
		p.note(StoredTags, fmt.Sprintf("the repository is suspended: Flux chooses from the tags of %s, which are others",
			last.ScanTime.UTC().Format("2006-01-02T15:04:05Z")))
	}
}

// shared finds the ImageRepositories of one image that exclude different tags. With its default storage the controller
// keeps the tags of one image once, as the last one to scan saw them; here, each has its own.
func shared(inv *inventory.Inventory) map[types.NamespacedName]Note {
	byImage := map[string][]*imagev1.ImageRepository{}
	for repository := range inv.Repositories.All() {
		if name, err := manifest.ParseImage(repository.Spec.Image, false); err == nil && !repository.Spec.Suspend {
			byImage[name.Name()] = append(byImage[name.Name()], repository)
		}
	}
	notes := map[types.NamespacedName]Note{}
	for image, repositories := range byImage {
		if !slices.ContainsFunc(repositories, func(other *imagev1.ImageRepository) bool { return !sameExclusions(repositories[0], other) }) {
			continue
		}
		for _, repository := range repositories {
			var others []string
			for _, other := range repositories {
				if !sameExclusions(repository, other) {
					others = append(others, keyOf(other).String())
				}
			}
			if len(others) > 0 {
				slices.Sort(others)
				notes[keyOf(repository)] = Note{Kind: SharedImage, Text: fmt.Sprintf(
					"excludes other tags of %s than %s: by default, Flux keeps the tags of an image once, as the last of them to scan leaves them",
					image, strings.Join(others, ", "))}
			}
		}
	}
	return notes
}

func sameExclusions(a, b *imagev1.ImageRepository) bool {
	return sameList(a.GetExclusionList(), b.GetExclusionList())
}
