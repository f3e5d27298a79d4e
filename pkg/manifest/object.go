// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"fmt"
	"strconv"
	"strings"

	autov1 "github.com/fluxcd/image-automation-controller/api/v1"
	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Value is one of the types that [Decode] yields: a pointer to an ImageRepository, ImagePolicy, ImageUpdateAutomation,
// GitRepository, Secret, ServiceAccount or Namespace. Its TypeMeta holds the apiVersion as it was written; the Go type
// is the v1 type for every version, because the versions differ only in which fields they have.
type Value interface {
	metav1.Object
	runtime.Object
}

// Object is a decoded object and the place it came from.
type Object struct {
	Value    Value
	Position Position

	// Encrypted reports that a Secret carries a sops stanza: its data is ciphertext and has been left out.
	Encrypted bool

	document *document
	path     path
}

// At is the position of a field of the object, given as keys from the object's root. Where the field was not written,
// it is the position of the nearest parent that was.
func (o Object) At(field ...string) Position {
	at := o.path
	for _, key := range field {
		at = at.key(key)
	}
	return o.document.position(at)
}

// Position is a place in a file. Line and Column count from 1, columns in characters; zero means the whole file.
type Position struct {
	File   string
	Line   int
	Column int
}

func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Finding is one thing to say about a manifest. As an error it reads "file:line:col: message".
type Finding struct {
	Position Position
	Message  string
	// Hint is the next step, empty where the message says it all.
	Hint string
}

func (f *Finding) Error() string {
	return f.Position.String() + ": " + f.Message
}

// Decoded is what one file holds.
type Decoded struct {
	// Objects are in the order of the file.
	Objects []Object
	// Warnings are in the order of the file.
	Warnings []*Finding
	// Skipped counts the documents and list items that are none of ours.
	Skipped int
}

// kind is a kind of object that Decode knows.
type kind struct {
	group, name string
	versions    []string // newest first
	empty       func() Value
}

// kinds are all of them. They are looked up by name once an object, so a list does.
func kinds() []kind {
	versions := Versions() // GitRepository had the same
	return []kind{
		{imageGroup, imagev1.ImageRepositoryKind, versions, func() Value { return &imagev1.ImageRepository{} }},
		{imageGroup, imagev1.ImagePolicyKind, versions, func() Value { return &imagev1.ImagePolicy{} }},
		{imageGroup, autov1.ImageUpdateAutomationKind, versions, func() Value { return &autov1.ImageUpdateAutomation{} }},
		{sourceGroup, sourcev1.GitRepositoryKind, versions, func() Value { return &sourcev1.GitRepository{} }},
		{"", "Secret", []string{"v1"}, func() Value { return &corev1.Secret{} }},
		{"", "ServiceAccount", []string{"v1"}, func() Value { return &corev1.ServiceAccount{} }},
		{"", "Namespace", []string{"v1"}, func() Value { return &corev1.Namespace{} }},
	}
}

// path leads from the root of a document to a value: string keys and int indexes. It is never changed in place.
type path []any

func (p path) key(key string) path { return append(p[:len(p):len(p)], key) }
func (p path) index(i int) path    { return append(p[:len(p):len(p)], i) }

// String is the path as Kubernetes writes it, spec.items[0].name, with keys in quotes that a terminal cannot show.
func (p path) String() string {
	var b strings.Builder
	for _, step := range p {
		switch step := step.(type) {
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			if strings.ContainsFunc(step, func(r rune) bool { return !strconv.IsPrint(r) }) {
				step = strconv.Quote(step)
			}
			b.WriteString(step)
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		}
	}
	return b.String()
}
