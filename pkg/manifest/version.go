// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"fmt"
	"slices"
	"strings"

	autov1 "github.com/fluxcd/image-automation-controller/api/v1"
	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
)

const (
	imageGroup  = "image.toolkit.fluxcd.io"
	sourceGroup = "source.toolkit.fluxcd.io"
)

// Versions are the versions of image.toolkit.fluxcd.io that Decode reads and Encode writes, newest first.
func Versions() []string { return []string{"v1", "v1beta2", "v1beta1"} }

// ParseVersion turns "v1beta2" or "image.toolkit.fluxcd.io/v1beta2" into the latter. It refuses every version that is
// not among [Versions].
func ParseVersion(version string) (string, error) {
	short := strings.TrimPrefix(version, imageGroup+"/")
	if !slices.Contains(Versions(), short) {
		return "", fmt.Errorf("want one of %s", strings.Join(Versions(), ", "))
	}
	return imageGroup + "/" + short, nil
}

// Lacks lists the spec fields, as dotted paths, that a kind of Flux has in v1 and not in the given apiVersion
// ("image.toolkit.fluxcd.io/v1beta1"). The versions meant are the last ones that were released: v1beta2 grew over time,
// and the first controllers that served it lack more.
func Lacks(apiVersion, kind string) []string {
	switch apiVersion + " " + kind {
	case imageGroup + "/v1beta1 " + imagev1.ImageRepositoryKind:
		return []string{"spec.insecure", "spec.provider", "spec.proxySecretRef"}
	case imageGroup + "/v1beta1 " + imagev1.ImagePolicyKind:
		return []string{"spec.digestReflectionPolicy", "spec.interval", "spec.suspend"}
	case imageGroup + "/v1beta1 " + autov1.ImageUpdateAutomationKind:
		return []string{"spec.git.commit.messageTemplateValues", "spec.git.commit.signingKey.type", "spec.policySelector"}
	case imageGroup + "/v1beta2 " + autov1.ImageUpdateAutomationKind:
		return []string{"spec.git.commit.signingKey.type"}
	case sourceGroup + "/v1beta1 " + sourcev1.GitRepositoryKind:
		return []string{"spec.provider", "spec.proxySecretRef", "spec.ref.name", "spec.serviceAccountName", "spec.sparseCheckout"}
	case sourceGroup + "/v1beta2 " + sourcev1.GitRepositoryKind:
		return []string{"spec.provider", "spec.proxySecretRef", "spec.serviceAccountName", "spec.sparseCheckout"}
	default:
		return nil
	}
}

// gone lists the spec fields that a kind has in the given apiVersion and no longer in v1.
func gone(apiVersion, kind string) []string {
	switch apiVersion + " " + kind {
	case sourceGroup + "/v1beta1 " + sourcev1.GitRepositoryKind, sourceGroup + "/v1beta2 " + sourcev1.GitRepositoryKind:
		return []string{"spec.accessFrom", "spec.gitImplementation"}
	default:
		return nil
	}
}

// LackingError says that an object cannot be written in the version it names.
type LackingError struct {
	APIVersion, Kind string
	// Fields are dotted paths that the object sets and the version does not have.
	Fields []string
}

func (e *LackingError) Error() string {
	return fmt.Sprintf("%s %s has no %s", e.APIVersion, e.Kind, strings.Join(e.Fields, ", "))
}
