// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"math/rand/v2"
	"testing"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
)

// BenchmarkSelect chooses one of many tags, in the order in which no registry would list them.
func BenchmarkSelect(b *testing.B) {
	rules := []struct {
		name string
		spec imagev1.ImagePolicySpec
		tag  string
	}{
		{"semver", semverSpec("^1.2.0"), "%d.%d.%d"},
		{"semver-suffixed", semverSpec("^1.2.0"), "v%d.%d.%d-alpine3.20"},
		{"numerical", filtered(numericalSpec(""), `^main-[a-f0-9]+-(?P<ts>[0-9]+)$`, "$ts"), "main-%07x-17%d%07d"},
		{"alphabetical", alphabeticalSpec(""), "RELEASE.20%d-%d-%d"},
	}
	for _, rule := range rules {
		for _, n := range []int{10_000, 1_000_000} {
			random := rand.New(rand.NewPCG(1, 2))
			tags := make([]string, n)
			for i := range tags {
				tags[i] = fmt.Sprintf(rule.tag, random.IntN(5), random.IntN(100), i)
			}
			b.Run(fmt.Sprintf("%s/%d", rule.name, n), func(b *testing.B) {
				r, err := Compile(rule.spec)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					_, _ = r.Select(tags)
				}
			})
		}
	}
}

// BenchmarkKeep drops the signatures among many tags by the default exclusion.
func BenchmarkKeep(b *testing.B) {
	e, err := CompileExclusion(nil)
	if err != nil {
		b.Fatal(err)
	}
	tags := make([]string, 1_000_000)
	for i := range tags {
		tags[i] = fmt.Sprintf("1.2.%d", i)
		if i%10 == 0 {
			tags[i] += ".sig"
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		e.Keep(tags)
	}
}
