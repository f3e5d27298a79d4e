// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"k8s.io/apimachinery/pkg/types"
)

// RemovedFieldError says that a template uses a field that image-automation-controller 1.0 (Flux 2.7) removed. Its text is the
// controller's, which puts it into the Stalled condition, reason RemovedTemplateField.
type RemovedFieldError struct {
	// Field is ".Updated" or ".Changed.ImageResult".
	Field string
}

func (e *RemovedFieldError) Error() string {
	instead := "'.Changed'"
	if e.Field == ".Changed.ImageResult" {
		instead = "'.Changed.FileChanges' or '.Changed.Objects'"
	}
	return fmt.Sprintf("template uses removed '%s' field. Please use %s instead. "+
		"See: https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template", e.Field, instead)
}

// legacyData is what templates saw in image-automation-controller 0.38 to 0.41.
type legacyData struct {
	AutomationObject types.NamespacedName
	Updated          imageResult
	Changed          legacyChanged
	Values           map[string]string
}

type legacyChanged struct {
	changed
	ImageResult imageResult
}

// Format prints what the old controller's structure prints.
func (c legacyChanged) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), struct {
		ImageResult imageResult
		FileChanges map[string]objectChanges
	}{c.ImageResult, c.FileChanges})
}

type imageResult struct {
	Files map[string]fileResult

	images  []imageRef
	objects map[objectID][]imageRef
}

type fileResult struct {
	Objects map[objectID][]imageRef
}

// imageRef is the latest image of a policy. Name, Identifier and String are name.Reference's.
type imageRef struct {
	name.Reference
	policy types.NamespacedName
}

func (r imageRef) Policy() types.NamespacedName { return r.policy }
func (r imageRef) Repository() string           { return r.Context().RepositoryStr() }
func (r imageRef) Registry() string             { return r.Context().RegistryStr() }

// Images is every distinct image and policy, in order of first appearance.
func (r imageResult) Images() []imageRef { return r.images }

// Objects is every object with its images in all files.
func (r imageResult) Objects() map[objectID][]imageRef { return r.objects }

// Format prints what the old controller's structure prints: the files alone.
func (r imageResult) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), struct{ Files map[string]fileResult }{r.Files})
}

func newLegacyData(d Data) (legacyData, error) {
	images, err := newImageResult(d.Changes)
	if err != nil {
		return legacyData{}, err
	}
	return legacyData{
		AutomationObject: d.Automation,
		Updated:          images,
		Changed:          legacyChanged{newChanged(d.Changes), images},
		Values:           d.Values,
	}, nil
}

// newImageResult gives each object of a file one image per policy, however many of its marks the policy has there.
func newImageResult(changes []Change) (imageResult, error) {
	type image struct{ text, policy string }
	type place struct {
		file string
		id   objectID
		image
	}
	r := imageResult{Files: make(map[string]fileResult), objects: make(map[objectID][]imageRef)}
	refs := make(map[image]imageRef)
	placed := make(map[place]bool)
	for _, c := range changes {
		if c.Image == "" {
			continue
		}
		namespace, rest, _ := strings.Cut(c.Setter, ":")
		policy, _, _ := strings.Cut(rest, ":")
		img := image{c.Image, namespace + "/" + policy}
		ref, known := refs[img]
		if !known {
			parsed, err := name.ParseReference(c.Image, name.WeakValidation)
			if err != nil {
				return imageResult{}, fmt.Errorf("reading the image of policy %s: %w", img.policy, err)
			}
			ref = imageRef{parsed, types.NamespacedName{Namespace: namespace, Name: policy}}
			refs[img] = ref
			r.images = append(r.images, ref)
		}
		here := place{c.File, c.Object.id(), img}
		if placed[here] {
			continue
		}
		placed[here] = true
		if _, ok := r.Files[c.File]; !ok {
			r.Files[c.File] = fileResult{make(map[objectID][]imageRef)}
		}
		r.Files[c.File].Objects[here.id] = append(r.Files[c.File].Objects[here.id], ref)
		r.objects[here.id] = append(r.objects[here.id], ref)
	}
	return r, nil
}
