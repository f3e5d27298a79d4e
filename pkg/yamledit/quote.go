// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package yamledit

import (
	"fmt"
	"strings"
	"unicode"
)

// IsPlain reports whether a value can be written without quotes anywhere a scalar may stand, and is then read as
// that very string by YAML 1.1 and YAML 1.2 alike. It errs on the side of quotes: no white space, nothing but ASCII.
func IsPlain(value string) bool {
	if !isWord(value) || strings.ContainsAny(value, ",?[]{}") {
		return false
	}
	if strings.IndexByte("-?:#&*!|>'\"%@`=~", value[0]) >= 0 || value[len(value)-1] == ':' {
		return false
	}
	switch strings.ToLower(value) {
	case "y", "yes", "n", "no", "on", "off", "true", "false", "null", "<<", "...":
		return false
	}
	return !isNumber(value) && !isDate(value)
}

// isWord reports whether a value is not empty and consists of visible ASCII characters.
func isWord(value string) bool {
	for i := 0; i < len(value); i++ {
		if value[i] <= ' ' || value[i] > '~' {
			return false
		}
	}
	return value != ""
}

// isNumber reports whether YAML 1.1 or 1.2, or the Go parsers between the two, read a value as a number: integers in
// bases 2, 8, 10, 16 and 60, floats with or without exponent however large, infinities, NaN, with underscores
// between digits.
func isNumber(value string) bool {
	s := strings.TrimPrefix(strings.TrimPrefix(value, "-"), "+")
	if strings.HasPrefix(s, "_") {
		return false
	}
	s = strings.ToLower(strings.ReplaceAll(s, "_", ""))
	if s == ".inf" || s == ".nan" {
		return true
	}
	if len(s) > 2 && s[0] == '0' {
		switch s[1] {
		case 'x':
			return strings.Trim(s[2:], "0123456789abcdef") == ""
		case 'o':
			return strings.Trim(s[2:], "01234567") == ""
		case 'b':
			return strings.Trim(s[2:], "01") == ""
		}
	}
	n := digits(s)
	whole, s := n > 0, s[n:]
	for whole && len(s) > 1 && s[0] == ':' && digits(s[1:]) > 0 { // base 60
		s = s[1+digits(s[1:]):]
	}
	if strings.HasPrefix(s, ".") {
		n = digits(s[1:])
		whole, s = whole || n > 0, s[1+n:]
	}
	if whole && strings.HasPrefix(s, "e") {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		n = digits(s)
		return n > 0 && n == len(s)
	}
	return whole && s == ""
}

// isDate reports whether YAML 1.1 or the Go parsers read a value as a date, or as a time that begins with one.
func isDate(value string) bool {
	year, rest, _ := strings.Cut(value, "-")
	month, rest, _ := strings.Cut(rest, "-")
	day := rest[:digits(rest)]
	if len(year) != 4 || digits(year) != 4 || month == "" || len(month) > 2 || digits(month) != len(month) ||
		day == "" || len(day) > 2 {
		return false
	}
	rest = rest[len(day):]
	return rest == "" || rest[0] == 'T' || rest[0] == 't'
}

// digits returns how many decimal digits s begins with.
func digits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}

// singleQuoted writes a value in single quotes, or in double quotes if it has characters that only those can hold.
func singleQuoted(value string) string {
	for _, r := range value {
		if !isVisible(r) {
			return doubleQuoted(value)
		}
	}
	return "'" + strings.ReplaceAll(value, "'", "''") + "'"
}

// doubleQuoted writes a value in double quotes.
func doubleQuoted(value string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case isVisible(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// isVisible reports whether every YAML parser takes a character as itself within quotes on one line.
func isVisible(r rune) bool {
	return r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != unicode.ReplacementChar
}
