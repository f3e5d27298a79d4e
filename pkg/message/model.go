// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"fmt"

	"k8s.io/apimachinery/pkg/types"
)

// The types below are what a template sees. Their fields, nesting, methods and JSON names are those of
// image-automation-controller 1.2 (internal/source TemplateData, internal/update Result) and of kyaml's ResourceIdentifier:
// printing a whole structure shows the nesting, and Flux documents a Gerrit Change-Id that hashes such a print.

type templateData struct {
	AutomationObject types.NamespacedName
	Changed          changed
	Values           map[string]string
}

// Updated is a method, which no print shows; the controller knows no such field. It takes whatever arguments it is given, as
// a missing field fails before its arguments count.
func (templateData) Updated(...any) (any, error) {
	return nil, &RemovedFieldError{Field: ".Updated"}
}

type changed struct {
	FileChanges map[string]objectChanges

	ordered []Change
}

type objectChanges map[objectID][]change

type objectID struct {
	ResourceIdentifier
}

// ResourceIdentifier is a level of a template's object: its fields, and those of the two below, are read from the object itself
// (.Kind, .Name). These three are exported only since a template may name the levels.
type ResourceIdentifier struct {
	TypeMeta
	NameMeta
}

// TypeMeta is the level of a template's object that says what it is.
type TypeMeta struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind,omitempty"`
}

// NameMeta is the level of a template's object that says which one it is.
type NameMeta struct {
	Name      string `json:"name,omitempty"`
	Namespace string `json:"namespace,omitempty"`
}

type change struct {
	OldValue, NewValue, Setter string
}

func newTemplateData(d Data) templateData {
	return templateData{AutomationObject: d.Automation, Changed: newChanged(d.Changes), Values: d.Values}
}

func newChanged(changes []Change) changed {
	c := changed{ordered: changes}
	for _, ch := range changes {
		if c.FileChanges == nil {
			c.FileChanges = make(map[string]objectChanges)
		}
		objects := c.FileChanges[ch.File]
		if objects == nil {
			objects = make(objectChanges)
			c.FileChanges[ch.File] = objects
		}
		id := ch.Object.id()
		objects[id] = append(objects[id], ch.visible())
	}
	return c
}

func (o Object) id() objectID {
	return objectID{ResourceIdentifier{TypeMeta{o.APIVersion, o.Kind}, NameMeta{o.Name, o.Namespace}}}
}

func (c Change) visible() change {
	return change{c.OldValue, c.NewValue, c.Setter}
}

// Changes is every distinct change, in order of first appearance. (The controller's order is that of its maps: random.)
func (c changed) Changes() []change {
	var all []change
	seen := make(map[change]bool)
	for _, ch := range c.ordered {
		if v := ch.visible(); !seen[v] {
			seen[v] = true
			all = append(all, v)
		}
	}
	return all
}

// Objects is every object with its changes in all files. Like the controller since 1.2 it does not drop duplicates.
func (c changed) Objects() objectChanges {
	all := make(objectChanges)
	for _, ch := range c.ordered {
		id := ch.Object.id()
		all[id] = append(all[id], ch.visible())
	}
	return all
}

// ImageResult is a method for the reason that Updated is one.
func (changed) ImageResult(...any) (any, error) {
	return nil, &RemovedFieldError{Field: ".Changed.ImageResult"}
}

// Format prints what the controller's structure prints: the file changes alone.
func (c changed) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), struct{ FileChanges map[string]objectChanges }{c.FileChanges})
}
