// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package evaluate

import (
	"context"
	"fmt"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	"github.com/google/go-containerregistry/pkg/name"
)

// digest is the digest that goes with a reference by the policy's reflection: asked for anew, kept, or none.
func (r *run) digest(ctx context.Context, repository *imagev1.ImageRepository, reflects imagev1.ReflectionPolicy,
	latest *imagev1.ImageRef, ref imagev1.ImageRef, result *Policy,
) (string, end) {
	switch reflects {
	case imagev1.ReflectAlways:
	case imagev1.ReflectIfNotPresent:
		if latest != nil && latest.Name == ref.Name && latest.Tag == ref.Tag && latest.Digest != "" {
			return latest.Digest, end{}
		}
	default:
		return "", end{}
	}
	// The controller leaves out that the repository may be asked over http.
	reference := ref.String()
	parsed, err := name.ParseReference(reference, name.WeakValidation)
	if err != nil {
		return "", failed("", fmt.Errorf("failed fetching digest of %s: failed parsing reference %q: %w", reference, reference, err))
	}
	if repository.Spec.Insecure && parsed.Context().Scheme() == "https" {
		result.note(FluxFails, fmt.Sprintf("Flux asks for the digest of %s over https only, whatever spec.insecure says", reference))
	}
	digest, err := ask(ctx, r, func() (string, error) { return r.world.Digest(ctx, repository, reference) })
	if err == nil {
		return digest, end{}
	}
	message, cause := lack(err)
	if cause == Misconfigured {
		message = "failed to configure authentication options: " + message
	} else {
		message = fmt.Sprintf("failed fetching descriptor for %q: %s", reference, message)
	}
	return "", end{
		message: fmt.Sprintf("failed fetching digest of %s: %s", reference, message),
		err:     err,
		blind:   cause == OutOfReach || cause == NotAtHand,
		mute:    cause == NotAtHand,
	}
}
