// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"text/template/parse"

	"k8s.io/apimachinery/pkg/types"
)

// Example is a template without removed fields, to show where [Suggest] knows nothing better.
const Example = `{{range .Changed.Changes}}{{println .OldValue "->" .NewValue}}{{end}}`

// Suggest rewrites a template that uses .Updated or .Changed.ImageResult into one that does not, layout kept, and reports whether
// it could. It could if both render alike where each mark holds a whole image: then an image of .Updated.Images is the new
// value of a change. (For marks with ":tag" or ":name" the new value is only that part; no field of .Changed has the rest.)
// Otherwise it returns [Example].
func Suggest(ctx context.Context, text string) (string, bool) {
	before, err := renderOnce(ctx, text)
	if err != nil || before.Removed == nil {
		return Example, false
	}
	trees, err := parseTrees(text)
	if err != nil {
		return Example, false
	}
	r := rewriter{text: text}
	r.list(trees[templateName].Root, rootKind, map[string]kind{"$": rootKind})
	rewritten := r.apply()
	after, err := renderOnce(ctx, rewritten)
	if err != nil || after.Removed != nil || after.Text != before.Text {
		return Example, false
	}
	return rewritten, true
}

func renderOnce(ctx context.Context, text string) (Result, error) {
	t, err := Parse(text)
	if err != nil {
		return Result{}, err
	}
	return t.Render(ctx, wholeImages())
}

// wholeImages is data in which every change is that of a whole image, with what images can have.
func wholeImages() Data {
	tagged := "registry.example:5000/team/app:v2"
	digested := "redis:7.4.2@sha256:" + strings.Repeat("a", 64)
	app := Object{"apps/v1", "Deployment", "app", "apps"}
	cache := Object{"apps/v1", "StatefulSet", "cache", "apps"}
	return Data{
		Automation: types.NamespacedName{Namespace: "apps", Name: "update"},
		Changes: []Change{
			{"app.yaml", app, "registry.example:5000/team/app:v1", tagged, "apps:app-policy", tagged},
			{"app.yaml", app, "redis:7.4.1", digested, "apps:cache", digested},
			{"cache.yaml", cache, "redis:7.4.1", digested, "apps:cache", digested},
		},
		Values: map[string]string{"key": "value"},
	}
}

// kind is what a value in a template is, as far as a rewrite cares.
type kind int

const (
	otherKind   kind = iota
	rootKind         // the template's data
	changedKind      // .Changed
	updatedKind      // .Updated
	filesKind        // .Updated.Files
	fileKind         // one of them
	objectsKind      // .Updated.Objects
	imagesKind       // .Updated.Images
	imageKind        // one of them
)

// step returns the fields that replace name in k, and what they lead to.
func (k kind) step(name string) (string, kind) {
	switch [2]any{k, name} {
	case [2]any{rootKind, "Updated"}:
		return ".Changed", updatedKind
	case [2]any{rootKind, "Changed"}:
		return ".Changed", changedKind
	case [2]any{changedKind, "ImageResult"}:
		return "", updatedKind
	case [2]any{updatedKind, "Files"}:
		return ".FileChanges", filesKind
	case [2]any{updatedKind, "Objects"}:
		return ".Objects", objectsKind
	case [2]any{updatedKind, "Images"}:
		return ".Changes", imagesKind
	case [2]any{fileKind, "Objects"}:
		return "", objectsKind
	case [2]any{imageKind, "String"}:
		return ".NewValue", otherKind
	}
	return "." + name, otherKind
}

// element is what a range over k yields.
func (k kind) element() kind {
	switch k {
	case filesKind:
		return fileKind
	case objectsKind:
		return imagesKind
	case imagesKind:
		return imageKind
	}
	return otherKind
}

// rewriter collects edits of the text while it walks the parse tree.
type rewriter struct {
	text  string
	edits []edit
}

type edit struct {
	begin, end  int
	replacement string
}

func (r *rewriter) apply() string {
	slices.SortFunc(r.edits, func(a, b edit) int { return cmp.Compare(a.begin, b.begin) })
	var out strings.Builder
	at := 0
	for _, e := range r.edits {
		if e.begin < at {
			continue
		}
		out.WriteString(r.text[at:e.begin])
		out.WriteString(e.replacement)
		at = e.end
	}
	out.WriteString(r.text[at:])
	return out.String()
}

func (r *rewriter) list(l *parse.ListNode, dot kind, vars map[string]kind) {
	if l == nil {
		return
	}
	vars = maps.Clone(vars) // what a block declares ends with it
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			r.declare(n.Pipe, r.pipe(n.Pipe, dot, vars, len(n.Pipe.Decl) == 0), vars)
		case *parse.IfNode:
			inner := maps.Clone(vars)
			r.declare(n.Pipe, r.pipe(n.Pipe, dot, inner, false), inner)
			r.list(n.List, dot, inner)
			r.list(n.ElseList, dot, inner)
		case *parse.WithNode:
			inner := maps.Clone(vars)
			k := r.pipe(n.Pipe, dot, inner, false)
			r.declare(n.Pipe, k, inner)
			r.list(n.List, k, inner)
			r.list(n.ElseList, dot, inner)
		case *parse.RangeNode:
			inner := maps.Clone(vars)
			element := r.pipe(n.Pipe, dot, inner, false).element()
			r.declare(n.Pipe, element, inner)
			r.list(n.List, element, inner)
			r.list(n.ElseList, dot, inner)
		case *parse.TemplateNode:
			if n.Pipe != nil {
				r.pipe(n.Pipe, dot, vars, false)
			}
		}
	}
}

// declare gives the last variable of a pipe its kind; a key before it is none of ours.
func (r *rewriter) declare(p *parse.PipeNode, k kind, vars map[string]kind) {
	for i, v := range p.Decl {
		vars[v.Ident[0]] = otherKind
		if i == len(p.Decl)-1 {
			vars[v.Ident[0]] = k
		}
	}
}

// pipe rewrites a pipe and returns what it yields; used says that an image is printed or handed to a function, rather than bound.
func (r *rewriter) pipe(p *parse.PipeNode, dot kind, vars map[string]kind, used bool) kind {
	single := len(p.Cmds) == 1 && len(p.Cmds[0].Args) == 1
	k := otherKind
	for _, cmd := range p.Cmds {
		for _, arg := range cmd.Args {
			k = r.operand(arg, dot, vars, used || !single)
		}
	}
	if !single {
		return otherKind
	}
	return k
}

func (r *rewriter) operand(n parse.Node, dot kind, vars map[string]kind, used bool) kind {
	switch n := n.(type) {
	case *parse.DotNode:
		return r.fields(int(n.Pos), "", ".", nil, dot, used)
	case *parse.FieldNode:
		begin := int(n.Pos)
		if len(n.Ident) > 1 { // a chain of fields stands at its second
			begin -= len("." + n.Ident[0])
		}
		return r.fields(begin, "", n.String(), n.Ident, dot, used)
	case *parse.VariableNode:
		begin := int(n.Pos)
		if len(n.Ident) > 1 {
			begin -= len(n.Ident[0])
		}
		return r.fields(begin, n.Ident[0], n.String(), n.Ident[1:], vars[n.Ident[0]], used)
	case *parse.PipeNode:
		return r.pipe(n, dot, vars, used)
	}
	return otherKind
}

// fields rewrites the operand `was` that stands at begin: base, a variable or nothing, and names of fields.
func (r *rewriter) fields(begin int, base, was string, names []string, k kind, used bool) kind {
	now := base
	for i, name := range names {
		if k == imageKind && name == "Policy" {
			now, k = policyOf(now, names[i+1:]), otherKind
			break
		}
		var field string
		field, k = k.step(name)
		now += field
	}
	if k == imageKind && used {
		now, k = now+".NewValue", otherKind
	}
	if now == "" {
		now = "."
	}
	if end := begin + len(was); now != was && begin >= 0 && end <= len(r.text) && r.text[begin:end] == was {
		r.edits = append(r.edits, edit{begin, end, now})
	}
	return k
}

// policyOf reads the policy, or a part of its name, out of the setter of a change.
func policyOf(change string, part []string) string {
	switch strings.Join(part, ".") {
	case "Namespace":
		return `(index (splitList ":" ` + change + `.Setter) 0)`
	case "Name":
		return `(index (splitList ":" ` + change + `.Setter) 1)`
	}
	return `(` + change + `.Setter | replace ":" "/")`
}
