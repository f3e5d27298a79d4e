// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"math"
	"reflect"
	"strings"
	"unicode/utf8"
)

// output estimates from above how many bytes a call makes, for the functions that can make much out of little; it is 0 for those
// whose output grows with their arguments. Floats, since products of arguments overflow integers.
func output(name string, args []reflect.Value, w weight) float64 {
	num := func(i int) float64 { return float64(args[i].Int()) }
	str := func(i int) string { return args[i].String() }
	size := func(i int) float64 { return float64(args[i].Len()) }
	switch name {
	case "repeat": // count, text
		return num(0) * size(1)
	case "indent", "nindent": // spaces, text
		return num(0)*float64(1+strings.Count(str(1), "\n")) + size(1)
	case "until":
		return bytesPerNode / 2 * math.Abs(num(0))
	case "untilStep":
		return bytesPerNode / 2 * steps(num(0), num(1), num(2))
	case "seq":
		return seqOutput(args[0])
	case "replace": // old, new, text
		return float64(strings.Count(str(2), str(0)))*size(1) + size(2)
	case "join": // separator, list
		return float64(w.nodes)*size(0) + float64(w.bytes)
	case "wrapWith": // length, separator, text
		return (size(2)/max(1, num(0))+1)*size(1) + size(2)
	case "split", "splitList": // separator, text
		return splitOutput(str(0), str(1))
	case "splitn": // separator, count, text
		return splitOutput(str(0), str(2))
	case "regexReplaceAll", "mustRegexReplaceAll": // expression, text, replacement
		return (size(1)+1)*size(2) + float64(strings.Count(str(2), "$"))*size(1)
	case "regexReplaceAllLiteral", "mustRegexReplaceAllLiteral":
		return (size(1) + 1) * size(2)
	case "toPrettyJson", "mustToPrettyJson":
		return float64(w.bytes) + 2*maxLevels*float64(w.nodes)
	case "printf":
		return printfOutput(str(0), args[1], w)
	}
	return 0
}

// steps is how many numbers sprig's untilStep counts; infinite where its counter would overflow.
func steps(start, stop, step float64) float64 {
	if math.Abs(stop)+math.Abs(step) >= math.MaxInt {
		return math.Inf(1)
	}
	if step == 0 {
		return 0
	}
	return max(0, math.Ceil((stop-start)/step))
}

// seqOutput is steps for sprig's seq, whose arguments are end, or start and end, or start, step and end, and whose numbers have
// up to 20 digits.
func seqOutput(args reflect.Value) float64 {
	n := args.Len()
	if n == 0 || n > 3 {
		return 0
	}
	start, end := 1.0, float64(args.Index(n-1).Int())
	if n > 1 {
		start = float64(args.Index(0).Int())
	}
	toward := math.Copysign(1, end-start)
	step := toward
	if n == 3 {
		step = float64(args.Index(1).Int())
	}
	return 21 * steps(start, end+toward, step)
}

// splitOutput is the size of the parts as a map.
func splitOutput(separator, text string) float64 {
	parts := strings.Count(text, separator) + 1
	return float64(4 * bytesPerNode * parts)
}

// printfOutput adds up widths and precisions, which apply to each element of an argument, and counts arguments as often as the
// format can refer to them.
func printfOutput(format string, args reflect.Value, w weight) float64 {
	const maxWidth = 1e6 // fmt takes no more
	star := 0.0
	for i := range args.Len() {
		if a := args.Index(i).Elem(); a.CanInt() {
			star = max(star, min(maxWidth, math.Abs(float64(a.Int()))))
		} else if a.CanUint() {
			star = max(star, min(maxWidth, float64(a.Uint())))
		}
	}
	padding, verbs, indexed := 0.0, 0.0, false
	for i := 0; i < len(format); {
		if format[i] != '%' {
			i++
			continue
		}
		verbs++
		number := 0.0
	directive:
		for i++; i < len(format); i++ {
			switch c := format[i]; {
			case '0' <= c && c <= '9':
				number = min(maxWidth, 10*number+float64(c-'0'))
				continue
			case c == '*':
				padding += star
			case c == '[' || c == ']':
				indexed = true
			case c != '.' && c != '+' && c != '-' && c != '#' && c != ' ':
				_, n := utf8.DecodeRuneInString(format[i:])
				i += n
				break directive
			}
			padding += number
			number = 0
		}
		padding += number
	}
	times := 1.0
	if indexed {
		times = verbs
	}
	return float64(len(format)) + padding*float64(w.nodes) + times*float64(w.bytes)
}
