// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package inventory

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"

	autov1 "github.com/fluxcd/image-automation-controller/api/v1"
	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// Loaded is what files gave.
type Loaded struct {
	Inventory Inventory
	// Warnings are in the order of the files.
	Warnings []*manifest.Finding
	// Skipped counts the documents that are none of ours.
	Skipped int
}

// Load builds an inventory from files. Objects without namespace get the given one. The API server's defaults are
// applied, of which a first metadata.generation is one. Of an object that is given twice the last one counts, as with
// kubectl apply. What files cannot be expected to hold is a gap: Secrets, ServiceAccounts and Namespaces.
//
// The error is a [*NoObjectsError], or joins a [*manifest.Finding] for each fault of each file; what could be read is
// there all the same.
func Load(namespace string, inputs ...Input) (Loaded, error) {
	var files []File
	var unread []string
	for _, input := range inputs {
		files = append(files, input.Files...)
		unread = append(unread, input.Unread...)
	}
	type result struct {
		decoded manifest.Decoded
		err     error
	}
	results := make([]result, len(files))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, file := range files {
		group.Go(func() error {
			decoded, err := manifest.Decode(file.Name, file.Data)
			results[i] = result{decoded, hintErrors(file, err)}
			return nil
		})
	}
	_ = group.Wait()

	l := loader{namespace: namespace}
	var errs []error
	for i, result := range results {
		if result.err != nil {
			errs = append(errs, result.err)
		}
		l.add(result.decoded, bytes.Contains(files[i].Data, []byte("${")))
	}
	for _, kind := range []string{"Secret", "ServiceAccount", "Namespace"} {
		l.Inventory.Gaps = append(l.Inventory.Gaps, Gap{Kind: kind, Err: ErrNotGiven})
	}
	inv := &l.Inventory
	if len(errs) == 0 && len(inv.Repositories)+len(inv.Policies)+len(inv.Automations) == 0 {
		errs = append(errs, &NoObjectsError{Files: len(files), Skipped: l.Skipped + l.others, Unread: unread})
	}
	return l.Loaded, errors.Join(errs...)
}

type loader struct {
	Loaded
	namespace string
	others    int // objects that were read, but are not what the program is about
}

func (l *loader) add(decoded manifest.Decoded, mayHaveVariables bool) {
	l.Warnings = append(l.Warnings, decoded.Warnings...)
	l.Skipped += decoded.Skipped
	for _, object := range decoded.Objects {
		value := object.Value
		if _, ok := value.(*corev1.Namespace); ok {
			value.SetNamespace("")
		} else if value.GetNamespace() == "" {
			value.SetNamespace(l.namespace)
		}
		manifest.Default(value)
		switch value.(type) {
		case *imagev1.ImageRepository, *imagev1.ImagePolicy, *autov1.ImageUpdateAutomation, *sourcev1.GitRepository:
			if value.GetGeneration() == 0 {
				value.SetGeneration(1)
			}
		default:
			l.others++
		}
		if object.Encrypted {
			l.Inventory.Gaps = append(l.Inventory.Gaps, Gap{
				Kind: "Secret", Namespace: value.GetNamespace(), Name: value.GetName(),
				Err: &EncryptedError{Position: object.Position},
			})
			continue
		}
		if mayHaveVariables {
			l.Warnings = append(l.Warnings, variables(object)...)
		}
		if before := l.Inventory.Add(object); before != nil {
			l.Warnings = append(l.Warnings, &manifest.Finding{
				Position: object.Position,
				Message:  fmt.Sprintf("%s is given twice, first at %s: this one counts", describe(value), before.Position),
			})
		}
	}
}

// describe names an object: ImagePolicy "apps/web".
func describe(value manifest.Value) string {
	name := value.GetName()
	if namespace := value.GetNamespace(); namespace != "" {
		name = namespace + "/" + name
	}
	return fmt.Sprintf("%s %q", value.GetObjectKind().GroupVersionKind().Kind, name)
}
