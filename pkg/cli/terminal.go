// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// What goes where: data on stdout, everything else on stderr. A line on stderr begins with a word of kubectl's, in lower
// case: error, warning, hint. Colour repeats what that word says and is never the only one to say it.

// color is a Select Graphic Rendition code.
type color string

const (
	red    color = "31"
	yellow color = "33"
	cyan   color = "36"
)

// colorMode is the value of --color.
type colorMode string

const (
	colorAuto   colorMode = "auto"
	colorAlways colorMode = "always"
	colorNever  colorMode = "never"
)

func (m *colorMode) String() string { return string(*m) }
func (m *colorMode) Type() string   { return "mode" }

func (m *colorMode) Set(value string) error {
	switch mode := colorMode(value); mode {
	case colorAuto, colorAlways, colorNever:
		*m = mode
		return nil
	}
	return errors.New("want auto, always or never")
}

// painter writes words in colour, or plainly where there is none.
type painter struct{ on bool }

// newPainter decides about colour on a stream: the flag, then the environment, then whether anybody sees it.
func newPainter(w io.Writer, mode colorMode, noColor bool) painter {
	return painter{on: mode == colorAlways || mode == colorAuto && !noColor && isTerminal(w)}
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// terminalWidth is the number of columns of a terminal.
func terminalWidth(stream any) int {
	if file, ok := stream.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 1 {
			return width
		}
	}
	return 80
}

func (p painter) paint(c color, word string) string {
	if !p.on {
		return word
	}
	return "\x1b[" + string(c) + "m" + word + "\x1b[0m"
}

// say writes one message. Its further lines are indented below the first.
func say(w io.Writer, p painter, c color, word, message string) {
	message = strings.ReplaceAll(strings.TrimRight(printable(message), "\n"), "\n", "\n  ")
	fmt.Fprintf(w, "%s %s\n", p.paint(c, word+":"), message)
}

// printable takes from a text what could make a terminal do anything but show it.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
