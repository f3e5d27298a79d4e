// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ParseImage parses spec.image of an ImageRepository: a repository without scheme, tag or digest. Its rules and its
// error texts are those of image-reflector-controller 1.2, which puts them into status messages as they are.
func ParseImage(image string, insecure bool) (name.Repository, error) {
	if scheme, _, found := strings.Cut(image, "://"); found {
		return name.Repository{}, fmt.Errorf("image '%s' should not include URL scheme; remove '%s://'", image, scheme)
	}
	options := []name.Option{name.WeakValidation}
	if insecure {
		options = append(options, name.Insecure)
	}
	ref, err := name.ParseReference(image, options...)
	if err != nil {
		return name.Repository{}, errors.New("could not parse reference: " + image)
	}
	repository := strings.TrimPrefix(image, ref.Context().RegistryStr())
	if parts := strings.Split(repository, ":"); len(parts) > 1 {
		return name.Repository{}, fmt.Errorf("image '%s' should not include a tag; remove ':%s'", image, parts[1])
	}
	return ref.Context(), nil
}

// ParseDuration parses a duration as the CRDs of Flux allow it: numbers with the units ms, s, m and, unless hours is
// false, h. It also refuses one that would be written back in a form that the CRD does not allow: 90m, where hours are
// not allowed, would become 1h30m0s.
func ParseDuration(text string, hours bool) (metav1.Duration, error) {
	units, want := "ms|s|m", "a duration below 1h such as 30s or 5m (units ms, s, m)"
	if hours {
		units, want = "ms|s|m|h", "a duration such as 90s, 5m or 1h30m (units ms, s, m, h)"
	}
	pattern := regexp.MustCompile(`^([0-9]+(\.[0-9]+)?(` + units + `))+$`)
	duration, err := time.ParseDuration(text)
	if err != nil || !pattern.MatchString(text) || !pattern.MatchString(duration.String()) {
		return metav1.Duration{}, errors.New("want " + want)
	}
	return metav1.Duration{Duration: duration}, nil
}
