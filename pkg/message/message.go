// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/template"
	"text/template/parse"

	"k8s.io/apimachinery/pkg/types"
)

const (
	// templateName is the controller's: it shows in its errors, and a template may call itself by it.
	templateName = "commit message"
	// defaultText is the message of an automation without a template.
	defaultText = "Update from image update automation"
)

// Data is what one run of an update automation has to say. It is only read.
type Data struct {
	// Automation is the ImageUpdateAutomation, the template's .AutomationObject.
	Automation types.NamespacedName
	// Changes are all changes of the run in the order file, document, position.
	Changes []Change
	// Values are spec.git.commit.messageTemplateValues, the template's .Values; may be nil.
	Values map[string]string
}

// Change is one marked scalar that got a new value.
type Change struct {
	// File is the path below spec.update.path, with slashes.
	File string
	// Object is the root of the document that holds the scalar.
	Object Object
	// OldValue and NewValue are the parsed scalars, without their quotes.
	OldValue, NewValue string
	// Setter is the mark's content: "namespace:policy", or that and ":tag", ":name" or ":digest".
	Setter string
	// Image is the latest image of the mark's policy in full, "name:tag" or "name:tag@digest", whatever part of it the mark
	// asks for. Only .Updated shows it; a change without it is missing there.
	Image string
}

// Object identifies a document; each part may be empty.
type Object struct {
	APIVersion, Kind, Name, Namespace string
}

// Template is a parsed template. It may be rendered any number of times, also concurrently.
type Template struct {
	text      string
	trees     map[string]*parse.Tree
	functions map[string]function
}

// Result is a rendered template.
type Result struct {
	// Text is the commit message, untrimmed.
	Text string
	// Removed is set when rendering reached a field that image-automation-controller 1.0 removed: the controller stalls with
	// this error instead of making a commit. An untaken branch that mentions such a field does not count, here as there.
	Removed *RemovedFieldError
}

// Parse parses a template with the functions that Flux allows: those of sprig 3.3 whose answer does not hang on when or where
// they run, and Go's own. The empty template is Flux's default message. An error is an [*Error], or several of them joined:
// the functions that are not available are reported together, the first ten of them.
func Parse(text string) (*Template, error) {
	if text == "" {
		text = defaultText
	}
	if len(text) > maxTemplateBytes {
		return nil, &Error{Text: fmt.Sprintf("the template has %d bytes, more than %d", len(text), maxTemplateBytes)}
	}
	trees, err := parseTrees(text)
	if err != nil {
		return nil, syntaxError(text, err)
	}
	uses, err := instrument(text, trees)
	if err != nil {
		return nil, err
	}
	functions, err := pick(text, uses)
	if err != nil {
		return nil, err
	}
	return &Template{text: text, trees: trees, functions: functions}, nil
}

// parseTrees parses without looking at functions, so that all unknown ones can be told, with their places.
func parseTrees(text string) (map[string]*parse.Tree, error) {
	trees := make(map[string]*parse.Tree)
	root := parse.New(templateName)
	root.Mode = parse.SkipFuncCheck
	_, err := root.Parse(text, "", "", trees)
	return trees, err
}

// Render executes the template on data. It ends when ctx does, at the latest after a minute, and stays within the other
// bounds of this package; an error of the template is an [*Error], one that ctx ended is context.Cause(ctx) to errors.Is.
// Result.Removed may be set beside an error.
//
// Only a render that ctx ended may leave work behind: one call of one function, after which its goroutine ends.
func (t *Template) Render(ctx context.Context, data Data) (Result, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, maxTime, errTooLong)
	defer cancel()
	text, err := t.execute(ctx, data, newTemplateData(data))
	var removed *RemovedFieldError
	if !errors.As(err, &removed) {
		return Result{Text: text}, err
	}
	legacy, err := newLegacyData(data)
	if err != nil {
		return Result{Removed: removed}, err
	}
	text, err = t.execute(ctx, data, legacy)
	return Result{Text: text, Removed: removed}, err
}

// execute runs the template with dot, whose bounds follow from data. It returns a *RemovedFieldError as such.
func (t *Template) execute(ctx context.Context, data Data, dot any) (string, error) {
	m := newMeter(ctx, data)
	tmpl := template.New(templateName).Funcs(m.hidden()).Funcs(m.comparators())
	for name, f := range t.functions {
		tmpl.Funcs(template.FuncMap{name: f.bind(m)})
	}
	for name, tree := range t.trees {
		if _, err := tmpl.AddParseTree(name, tree); err != nil {
			return "", fmt.Errorf("assembling the template: %w", err)
		}
	}
	// A single call can outlast ctx (a key is generated, a regular expression matched) and cannot be interrupted.
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("template: panic: %v", r)
			}
		}()
		done <- tmpl.Execute(m, dot)
	}()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	var removed *RemovedFieldError
	switch cause := context.Cause(ctx); {
	case err == nil:
		return m.out.String(), nil
	case errors.As(err, &removed):
		return "", removed
	case cause != nil && errors.Is(err, cause):
		if cause == context.DeadlineExceeded { //nolint:errorlint // a cause of the caller's own that wraps it has words of its own
			cause = overtimeError{}
		}
		return "", fmt.Errorf("rendering the commit message: %w", cause)
	default:
		return "", executionError(t.text, err)
	}
}

// Sample is made-up data with a bit of everything: a whole image, a tag, a name and a digest that change, in two files and two
// objects. It is there to try a template before there is anything to commit; the caller may set Values.
func Sample() Data {
	const digest = "sha256:0f5f3a4c2d1e6b7a8990a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6"
	podinfo := "ghcr.io/stefanprodan/podinfo:6.1.0"
	redis := "docker.io/library/redis:7.4.2@" + digest
	app := Object{"apps/v1", "Deployment", "podinfo", "default"}
	release := Object{"helm.toolkit.fluxcd.io/v2", "HelmRelease", "redis", "default"}
	return Data{
		Automation: types.NamespacedName{Namespace: "flux-system", Name: "apps"},
		Changes: []Change{
			{"podinfo.yaml", app, "ghcr.io/stefanprodan/podinfo:6.0.0", podinfo, "flux-system:podinfo", podinfo},
			{"redis.yaml", release, "redis", "docker.io/library/redis", "flux-system:redis:name", redis},
			{"redis.yaml", release, "7.4.1", "7.4.2", "flux-system:redis:tag", redis},
			{"redis.yaml", release, "sha256:" + strings.Repeat("0", 64), digest, "flux-system:redis:digest", redis},
		},
	}
}
