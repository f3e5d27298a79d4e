// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/google/go-containerregistry/pkg/name"

	"github.com/kubectl-image/kubectl-image/pkg/evaluate"
	"github.com/kubectl-image/kubectl-image/pkg/inventory"
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
	"github.com/kubectl-image/kubectl-image/pkg/registry"
)

// tagsFrom is one --tags-from.
type tagsFrom struct {
	// Image is the canonical name of the image that the list is of; empty for the only one that is needed.
	Image string
	// File is a path, or - for stdin.
	File string
}

// tagsFrom reads [IMAGE=]FILE items. A file whose name holds an equals sign needs its image named.
func (p *problems) tagsFrom(items []string) []tagsFrom {
	var lists []tagsFrom
	seen := map[string]string{}
	for _, item := range items {
		list := tagsFrom{File: item}
		if image, file, found := strings.Cut(item, "="); found {
			repository, err := manifest.ParseImage(image, false)
			if err != nil {
				p.flag("tags-from", item, "%v; want FILE or IMAGE=FILE", err)
				continue
			}
			list = tagsFrom{Image: repository.Name(), File: file}
		}
		if list.File == "" {
			p.flag("tags-from", item, "want a file or -")
			continue
		}
		if earlier, twice := seen[list.Image]; twice {
			p.flag("tags-from", item, "conflicts with %q: want one list for an image", earlier)
			continue
		}
		seen[list.Image] = item
		lists = append(lists, list)
	}
	return lists
}

// tagWorld answers what an evaluation asks: from lists where they were given, else from registries.
type tagWorld struct {
	client           *registry.Client
	now              time.Time
	includeSuspended bool
	lists            map[string]givenList // by canonical image
}

type givenList struct {
	registry.Given
	source string
	// changed is when the file was written; zero if nobody knows.
	changed time.Time
}

// readTags reads the lists. needed are the canonical images that the evaluation asks for, in order.
func (s *shell) readTags(lists []tagsFrom, needed []string) (map[string]givenList, error) {
	var p problems
	given := map[string]givenList{}
	for _, list := range lists {
		if list.Image != "" && !slices.Contains(needed, list.Image) {
			s.warn(fmt.Sprintf("--tags-from %s: nothing here needs tags of %s", list.File, list.Image))
		}
		read, err := s.readList(list)
		var syntax *registry.SyntaxError
		switch {
		case errors.As(err, &syntax):
			p.addf("--tags-from: %s:%d: %s", list.File, syntax.Line, syntax.Problem)
			continue
		case err != nil:
			p.flag("tags-from", list.File, "%v", err)
			continue
		}
		given[list.Image] = read
	}
	if bare, ok := given[""]; ok {
		delete(given, "")
		open := slices.DeleteFunc(slices.Clone(needed), func(image string) bool { _, ok := given[image]; return ok })
		if len(open) > 1 {
			p.flag("tags-from", bare.source, "tags of %d images are needed, so which are these? want IMAGE=FILE with one of %s", len(open), oneOf(open))
		}
		if len(open) == 0 {
			s.warn(fmt.Sprintf("--tags-from %s: nothing here needs tags", bare.source))
		}
		for _, image := range open {
			given[image] = bare
		}
	}
	return given, p.err()
}

func (s *shell) readList(list tagsFrom) (givenList, error) {
	if list.File == "-" {
		given, err := registry.ParseTags(s.In)
		return givenList{Given: given, source: "stdin"}, err
	}
	file, err := os.Open(list.File)
	if err != nil {
		return givenList{}, err
	}
	defer func() { _ = file.Close() }()
	read := givenList{source: list.File}
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		read.changed = info.ModTime()
	}
	read.Given, err = registry.ParseTags(file)
	return read, err
}

// imagesOf are the canonical images whose tags it takes to evaluate some objects. Suspended ones are not evaluated, unless
// they are included.
func imagesOf(inv *inventory.Inventory, wanted []manifest.Value, includeSuspended bool) []string {
	images := map[string]bool{}
	add := func(repository *imagev1.ImageRepository) {
		if parsed, err := manifest.ParseImage(repository.Spec.Image, repository.Spec.Insecure); err == nil {
			images[parsed.Name()] = true
		}
	}
	for _, object := range wanted {
		switch object := object.(type) {
		case *imagev1.ImageRepository:
			if includeSuspended || !object.Spec.Suspend {
				add(object)
			}
		case *imagev1.ImagePolicy:
			if object.Spec.Suspend && !includeSuspended {
				continue
			}
			ref := object.Spec.ImageRepositoryRef
			if ref.Namespace == "" {
				ref.Namespace = object.Namespace
			}
			if repository, ok := inv.Repositories.Get(ref.Namespace, ref.Name); ok {
				add(repository)
			}
		}
	}
	return slices.Sorted(maps.Keys(images))
}

// Tags is the tags function of [evaluate.World].
func (w *tagWorld) Tags(ctx context.Context, repository *imagev1.ImageRepository) (evaluate.TagList, error) {
	image, err := manifest.ParseImage(repository.Spec.Image, repository.Spec.Insecure)
	if err != nil {
		return evaluate.TagList{}, err
	}
	if list, ok := w.lists[image.Name()]; ok {
		return evaluate.TagList{Tags: list.Tags, Source: list.source}, nil
	}
	if err := w.askable(repository, image); err != nil {
		return evaluate.TagList{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, repository.GetTimeout())
	defer cancel()
	tags, err := w.client.Tags(ctx, image, nil)
	if err != nil {
		return evaluate.TagList{}, asked(err)
	}
	return evaluate.TagList{Tags: tags, Source: image.RegistryStr() + ", anonymously", At: w.now}, nil
}

// Digest is the digest function of [evaluate.World].
func (w *tagWorld) Digest(ctx context.Context, repository *imagev1.ImageRepository, reference string) (string, error) {
	var options []name.Option
	if repository.Spec.Insecure {
		options = append(options, name.Insecure)
	}
	tag, err := name.NewTag(reference, options...)
	if err != nil {
		return "", err
	}
	if list, ok := w.lists[tag.Context().Name()]; ok {
		if digest := list.Digests[tag.TagStr()]; digest != "" {
			return digest, nil
		}
		return "", notAtHand("%s gives no digest for %s: want a line %s@sha256:…", list.source, tag.TagStr(), tag.TagStr())
	}
	if err := w.askable(repository, tag.Context()); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, repository.GetTimeout())
	defer cancel()
	digest, err := w.client.Digest(ctx, tag, nil)
	if err != nil {
		return "", asked(err)
	}
	return digest, nil
}

// askable says why a registry is not to be asked on account of an object: credentials are not read yet, and to ask
// without them would answer another question.
func (w *tagWorld) askable(repository *imagev1.ImageRepository, image name.Repository) error {
	spec := repository.Spec
	instead := "give its tags: --tags-from " + image.Name() + "=FILE"
	switch {
	case spec.Suspend && !w.includeSuspended:
		return notAtHand("repository/%s is suspended, so its tags are not listed; %s", repository.Name, instead)
	case spec.SecretRef != nil:
		return notAtHand("asking as Secret %q says (spec.secretRef) is not there yet; %s", spec.SecretRef.Name, instead)
	case spec.CertSecretRef != nil:
		return notAtHand("asking with the certificates of Secret %q (spec.certSecretRef) is not there yet; %s", spec.CertSecretRef.Name, instead)
	case spec.ProxySecretRef != nil:
		return notAtHand("asking through the proxy of Secret %q (spec.proxySecretRef) is not there yet; %s", spec.ProxySecretRef.Name, instead)
	case spec.ServiceAccountName != "":
		return notAtHand("asking as ServiceAccount %q (spec.serviceAccountName) is not there yet; %s", spec.ServiceAccountName, instead)
	case spec.Provider != "" && spec.Provider != "generic":
		return notAtHand("asking with the login of provider %q (spec.provider) is not there yet; %s", spec.Provider, instead)
	}
	return nil
}

func notAtHand(format string, args ...any) error {
	return &evaluate.AskError{Cause: evaluate.NotAtHand, Err: fmt.Errorf(format, args...)}
}

// asked says what the failure of a registry means: only that there is no such repository is the same for everybody.
func asked(err error) error {
	var failure *registry.Error
	if !errors.As(err, &failure) {
		return err
	}
	answer := &evaluate.AskError{Cause: evaluate.OutOfReach, Message: failure.Cause, Err: err}
	switch {
	case errors.Is(err, registry.ErrNotFound):
		answer.Cause = evaluate.Answered
	case errors.Is(err, registry.ErrUnauthorized), errors.Is(err, registry.ErrForbidden):
		answer.Err = fmt.Errorf("%w: asked anonymously, so this is no verdict on the object", err)
	}
	return answer
}
