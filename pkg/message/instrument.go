// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"fmt"
	"text/template/parse"
)

// use is a function that a template calls.
type use struct {
	name string
	pos  parse.Pos
}

// instrument makes the trees count what they cost while they run, and returns the functions they call. What a tree prints stays
// the same.
func instrument(text string, trees map[string]*parse.Tree) ([]use, error) {
	var w walker
	for _, tree := range trees {
		w.list(tree.Root, 0)
		// A body has no other way out than its end or an error, so enter and leave are balanced.
		root := tree.Root
		nodes := append([]parse.Node{call(enterName, root.Pos)}, root.Nodes...)
		root.Nodes = append(nodes, call(leaveName, root.Pos))
	}
	if w.tooDeep != nil {
		return nil, refusal(text, *w.tooDeep, fmt.Sprintf("blocks and parentheses are nested more than %d deep", maxNesting))
	}
	return w.uses, nil
}

type walker struct {
	uses    []use
	tooDeep *parse.Pos
}

func (w *walker) list(l *parse.ListNode, depth int) {
	if l == nil {
		return
	}
	if depth > maxNesting {
		w.refuse(l.Pos)
		return
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			w.pipe(n.Pipe, depth)
			if len(n.Pipe.Decl) == 0 {
				n.Pipe.Cmds = append(n.Pipe.Cmds, command(printName, n.Pos))
			}
		case *parse.IfNode:
			w.branch(&n.BranchNode, depth)
		case *parse.WithNode:
			w.branch(&n.BranchNode, depth)
		case *parse.RangeNode:
			w.branch(&n.BranchNode, depth)
			// An empty text is written as such, and the meter feels it.
			pulse := &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos}
			n.List.Nodes = append([]parse.Node{pulse}, n.List.Nodes...)
		case *parse.TemplateNode:
			w.pipe(n.Pipe, depth)
		}
	}
}

// refuse remembers the first place that is nested too deep.
func (w *walker) refuse(pos parse.Pos) {
	if w.tooDeep == nil || pos < *w.tooDeep {
		w.tooDeep = &pos
	}
}

func (w *walker) branch(b *parse.BranchNode, depth int) {
	w.pipe(b.Pipe, depth)
	w.list(b.List, depth+1)
	w.list(b.ElseList, depth+1)
}

func (w *walker) pipe(p *parse.PipeNode, depth int) {
	if p == nil {
		return
	}
	if depth > maxNesting {
		w.refuse(p.Pos)
		return
	}
	for _, cmd := range p.Cmds {
		for _, arg := range cmd.Args {
			w.operand(arg, depth)
		}
	}
}

func (w *walker) operand(n parse.Node, depth int) {
	switch n := n.(type) {
	case *parse.IdentifierNode:
		w.uses = append(w.uses, use{n.Ident, n.Pos})
	case *parse.ChainNode:
		w.operand(n.Node, depth)
	case *parse.PipeNode:
		w.pipe(n, depth+1)
	}
}

// command is a call of a function without arguments of its own, call an action that does nothing else.
func command(function string, pos parse.Pos) *parse.CommandNode {
	id := parse.NewIdentifier(function).SetPos(pos)
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: pos, Args: []parse.Node{id}}
}

func call(function string, pos parse.Pos) *parse.ActionNode {
	pipe := &parse.PipeNode{NodeType: parse.NodePipe, Pos: pos, Cmds: []*parse.CommandNode{command(function, pos)}}
	return &parse.ActionNode{NodeType: parse.NodeAction, Pos: pos, Pipe: pipe}
}
