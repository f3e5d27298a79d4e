// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"regexp/syntax"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A Stop is where a pattern that is not found in a tag got stuck.
type Stop struct {
	// Offset is the furthest byte of the tag that some attempt at a match came to; 0 if none took even one character.
	Offset int
	// Want says what could have stood there instead: `"-"`, "a digit", "the end". Any one would have done.
	Want []string
}

// A stepper runs the program of a pattern over a tag, all attempts at once, as [regexp] does; but it remembers how far
// they came. Its work is bounded by the product of the two lengths.
type stepper struct {
	prog *syntax.Prog
	seen []int // per instruction, the last closure that visited it
	turn int
}

func newStepper(pattern string) *stepper {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		panic("policy: a compiled pattern does not parse: " + err.Error())
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		panic("policy: a compiled pattern does not compile: " + err.Error())
	}
	return &stepper{prog: prog, seen: make([]int, len(prog.Inst))}
}

// A front is where attempts stand before one position of the tag.
type front struct {
	live   []uint32         // instructions that read a rune
	unmet  []syntax.EmptyOp // assertions that do not hold here
	atGoal bool
}

// stop runs the pattern over tag; it returns nil if it is found after all.
func (s *stepper) stop(tag string) *Stop {
	stop := &Stop{}
	var begun, fresh front // attempts that took a character, attempts that begin here
	before, pos := rune(-1), 0
	for {
		r, size := rune(-1), 0
		if pos < len(tag) {
			r, size = utf8.DecodeRuneInString(tag[pos:])
		}
		context := syntax.EmptyOpContext(before, r)
		if pos == 0 {
			s.turn++
		}
		fresh = front{}
		s.follow(&fresh, uint32(s.prog.Start), context)
		if begun.atGoal || fresh.atGoal {
			return nil
		}
		switch {
		case len(begun.live)+len(begun.unmet) > 0:
			stop.Offset, stop.Want = pos, s.wants(begun)
		case pos == 0:
			stop.Want = s.wants(fresh)
		}
		if size == 0 {
			return stop
		}
		next := rune(-1)
		if pos+size < len(tag) {
			next, _ = utf8.DecodeRuneInString(tag[pos+size:])
		}
		s.turn++
		moved := front{}
		for _, pc := range slices.Concat(begun.live, fresh.live) {
			if inst := &s.prog.Inst[pc]; inst.MatchRune(r) {
				s.follow(&moved, inst.Out, syntax.EmptyOpContext(r, next))
			}
		}
		begun, before, pos = moved, r, pos+size
	}
}

// follow adds to f what can be reached from pc without reading a rune.
func (s *stepper) follow(f *front, pc uint32, context syntax.EmptyOp) {
	for stack := []uint32{pc}; len(stack) > 0; {
		pc, stack = stack[len(stack)-1], stack[:len(stack)-1]
		if s.seen[pc] == s.turn {
			continue
		}
		s.seen[pc] = s.turn
		switch inst := &s.prog.Inst[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			stack = append(stack, inst.Arg, inst.Out)
		case syntax.InstCapture, syntax.InstNop:
			stack = append(stack, inst.Out)
		case syntax.InstEmptyWidth:
			if op := syntax.EmptyOp(inst.Arg); op&^context == 0 {
				stack = append(stack, inst.Out)
			} else {
				f.unmet = append(f.unmet, op)
			}
		case syntax.InstMatch:
			f.atGoal = true
		case syntax.InstFail:
		default:
			f.live = append(f.live, pc)
		}
	}
}

// wants puts into words what a front waits for.
func (s *stepper) wants(f front) []string {
	var wants []string
	add := func(want string) {
		if want != "" && !slices.Contains(wants, want) {
			wants = append(wants, want)
		}
	}
	for _, pc := range f.live {
		add(describeRunes(&s.prog.Inst[pc]))
	}
	for _, op := range f.unmet {
		switch {
		case op&(syntax.EmptyEndText|syntax.EmptyEndLine) != 0:
			add("the end")
		case op&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) != 0:
			add("a word boundary")
		}
	}
	return wants
}

func describeRunes(inst *syntax.Inst) string {
	switch inst.Op {
	case syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return "any character"
	}
	if len(inst.Rune) == 1 {
		return strconv.Quote(string(inst.Rune))
	}
	class := (&syntax.Regexp{Op: syntax.OpCharClass, Rune: inst.Rune}).String()
	switch class {
	case "[0-9]":
		return "a digit"
	case "[a-z]":
		return "a small letter"
	case "[A-Z]":
		return "a capital letter"
	case "[A-Za-z]":
		return "a letter"
	case "[0-9a-f]":
		return "a hexadecimal digit"
	}
	return "one of " + class
}
