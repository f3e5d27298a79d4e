// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package message

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	cycle := `{{$d := dict}}{{$_ := set $d "d" $d}}`
	bomb := `{{$l := list "0123456789"}}{{range until 64}}{{$l = list $l $l}}{{end}}`
	const (
		large  = "more than 1024 KiB"
		levels = "nested more than 100 deep, or contains itself"
		depth  = "templates call each other more than 100 deep"
	)
	for name, tc := range map[string]struct{ template, want string }{
		"output":                         {`{{range 20000}}{{printf "%0100d" 1}}{{end}}`, "the message would have " + large},
		"output of text":                 {"{{range 100000}}" + strings.Repeat("x", 100) + "{{end}}", "the message would have " + large},
		"loop without output":            {"{{range 1000000000000}}{{end}}", "too many loops"},
		"loop that goes on":              {"{{range 1000000000000}}{{continue}}{{end}}", "too many loops"},
		"loops in loops":                 {"{{range until 9999}}{{range until 9999}}{{end}}{{end}}", "too many loops"},
		"loop by calls":                  {doubling(40), "too many loops"},
		"recursion":                      {`{{define "a"}}{{template "a"}}{{end}}{{template "a"}}`, depth},
		"recursion of two":               {`{{define "a"}}{{template "b"}}{{end}}{{define "b"}}{{template "a"}}{{end}}{{template "a"}}`, depth},
		"recursion of the main template": {`{{template "commit message"}}`, depth},
		"recursion through blocks": {`{{define "a"}}` + strings.Repeat("{{if 1}}", 99) + `{{template "a"}}` +
			strings.Repeat("{{end}}", 99) + `{{end}}{{template "a"}}`, depth},
		"many templates are not deep": {"{{define \"a\"}}{{end}}" + strings.Repeat(`{{template "a"}}`, 1000), ""},
		"blocks in blocks":            {strings.Repeat("{{if 1}}", 101) + strings.Repeat("{{end}}", 101), "nested more than 100 deep"},
		"parentheses":                 {"{{" + strings.Repeat("(", 9000) + "1" + strings.Repeat(")", 9000) + "}}", "nested more than 100 deep"},
		"template":                    {strings.Repeat("x", maxTemplateBytes+1), "more than 65536"},
		"a value in itself, printed":  {cycle + "{{$d}}", levels},
		"a value in itself, to text":  {cycle + "{{toString $d}}", levels},
		"a value in itself, as JSON":  {cycle + "{{toJson $d}}", levels},
		"a value in itself, copied":   {cycle + "{{$x := deepCopy $d}}", levels},
		"a value in itself, cast":     {cycle + "{{$x := int64 $d}}", levels},
		"a value in itself, compared": {cycle + "{{$x := deepEqual $d (list $d)}}", levels},
		"a value in itself, a key":    {cycle + "{{$x := dict $d 1}}", levels},
		"a value in itself, piped":    {cycle + `{{$x := $d | printf "%v"}}`, levels},
		"deep JSON":                   {`{{fromJson (printf "%s%s" (repeat 9000 "[") (repeat 9000 "]"))}}`, levels},
		"exponential value, printed":  {bomb + "{{$l}}", large},
		"exponential value, to text":  {bomb + "{{$x := $l | toString}}", large},
		"exponential value, joined":   {bomb + `{{$x := join "," $l}}`, large},
		"exponential value, has":      {bomb + "{{$x := has 1 $l}}", large},
		"exponential value, eq":       {bomb + "{{eq $l $l}}", "what eq gets would have " + large},
		"exponential value, eq later": {bomb + "{{eq 1 2 3 $l}}", "what eq gets would have " + large},
		"exponential value, ne":       {bomb + "{{if ne $l $l}}{{end}}", "what ne gets would have " + large},
		"exponential value, lt":       {bomb + "{{lt $l $l}}", "what lt gets would have " + large},
		"exponential value, le":       {bomb + "{{le $l $l}}", "what le gets would have " + large},
		"exponential value, gt":       {bomb + "{{gt $l $l}}", "what gt gets would have " + large},
		"exponential value, ge":       {bomb + "{{$l | ge 1}}", "what ge gets would have " + large},
		"exponential value, its top":  {bomb + "{{len $l}}{{not $l}}{{len (index $l 1 1)}}{{and $l (or $l 1) | len}}", ""},
		"a value in itself, eq":       {cycle + "{{eq $d $d}}", levels},
		"exponential list":            {`{{$l := list 1 2}}{{range until 64}}{{$l = concat $l $l}}{{end}}`, large},
		"grown after it was held": {`{{$a := dict}}{{$b := list $a $a $a $a $a $a $a $a}}{{$s := repeat 200000 "x"}}` +
			`{{$_ := set $a "x" $s}}{{$b}}`, large},
		"doubled text": {`{{$s := "x"}}{{range until 64}}{{$s = print $s $s}}{{end}}`, large},
		"many values": {`{{$l := list}}{{range until 1000}}{{$s := repeat 1000000 "x"}}{{$l = append $l $s}}{{end}}`,
			"too large in total"},
		"repeat":                  {`{{$x := repeat 1000000000000 "x"}}`, large},
		"repeat nothing":          {`{{repeat 1000000000000 ""}}`, ""},
		"indent":                  {`{{$x := indent 1000000000000 "x"}}`, large},
		"nindent of lines":        {`{{$x := nindent 2000 (repeat 1000 "\n")}}`, large},
		"until":                   {"{{$x := until 1000000000000}}", large},
		"until below":             {"{{$x := until -1000000000000}}", large},
		"untilStep":               {"{{$x := untilStep 0 1000000000000 2}}", large},
		"untilStep down":          {"{{$x := untilStep 0 -1000000000000 -2}}", large},
		"untilStep overflows":     {"{{$x := untilStep 0 9223372036854775807 9223372036854775806}}", large},
		"untilStep the other way": {"{{untilStep 0 -1000000000000 1}}{{untilStep 0 1000000000000 0}}", ""},
		"seq":                     {"{{$x := seq 1000000000000}}", large},
		"seq down":                {"{{$x := seq 5 -1000000000000}}", large},
		"seq by steps":            {"{{$x := seq 0 2 1000000000000}}", large},
		"seq the other way":       {"{{seq 0 2 -1000000000000}}{{seq}}{{seq 1 2 3 4}}", ""},
		"replace":                 {`{{$x := replace "" (repeat 2000 "x") (repeat 2000 "y")}}`, large},
		"join":                    {`{{$x := join (repeat 2000 "x") (until 2000)}}`, large},
		"wrap":                    {`{{$x := wrapWith 1 (repeat 2000 "x") (repeat 2000 "y ")}}`, large},
		"split":                   {`{{$x := split "" (repeat 100000 "x")}}`, large},
		"splitn":                  {`{{$x := splitn "" 100000 (repeat 100000 "x")}}`, large},
		"regexReplaceAll":         {`{{$x := regexReplaceAll "" (repeat 2000 "x") (repeat 2000 "y")}}`, large},
		"regexReplaceAll groups":  {`{{$x := regexReplaceAll ".*" (repeat 5000 "x") (repeat 500 "$0")}}`, large},
		"regexReplaceAllLiteral":  {`{{$x := regexReplaceAllLiteral "" (repeat 2000 "x") (repeat 2000 "y")}}`, large},
		"printf width":            {`{{$x := printf "%999999d%999999d" 1 2}}`, large},
		"printf width of a list":  {`{{$x := printf "%9999d" (until 1000)}}`, large},
		"printf precision":        {`{{$x := printf "%.999999f%.999999f" 1.0 1.0}}`, large},
		"printf width by value":   {`{{$x := printf "%*d%*d" 999999 1 999999 1}}`, large},
		"printf one for many":     {`{{$x := printf (repeat 100 "%[1]s") (repeat 100000 "x")}}`, large},
		"printf with numbers":     {`{{printf "2024-01-02 999999 %d%% of %-5s|%v" 7 "x" (list 1)}}`, ""},
		"passwords":               {`{{range 5}}{{$x := genPrivateKey "ed25519"}}{{end}}`, "more than 4 keys"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := renderResult(t, tc.template, Data{})
			var e *Error
			switch {
			case tc.want == "" && err == nil:
			case tc.want == "" || !errors.As(err, &e) || !strings.Contains(e.Text, tc.want):
				t.Errorf("got %v, want …%s…", err, tc.want)
			case e.Controller != "":
				t.Errorf("a bound of ours is put down to the controller: %s", e.Controller)
			}
		})
	}
}

// doubling is a template of 2^n calls, n deep.
func doubling(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{{define "t%d"}}{{template "t%d"}}{{template "t%d"}}{{end}}`, i, i+1, i+1)
	}
	fmt.Fprintf(&b, `{{define "t%d"}}{{end}}{{template "t0"}}`, n)
	return b.String()
}

// Honest templates over a large fleet stay within the bounds: these grow with the data.
func TestLimitsGrowWithData(t *testing.T) {
	t.Parallel()
	var d Data
	for i := range 5_000 {
		n := fmt.Sprintf("app-%d", i)
		d.Changes = append(d.Changes, Change{n + ".yaml", Object{"v1", "Pod", n, "ns"}, n + ":1", n + ":2", "ns:" + n, n + ":2"})
	}
	got := render(t, `{{$seen := dict}}{{range .Changed.Changes}}{{if not (hasKey $seen .NewValue)}}{{$_ := set $seen .NewValue true}}`+
		`{{printf "* %-250s (%s)\n" .NewValue .Setter}}{{end}}{{end}}{{.Changed.FileChanges}}`, d)
	if len(got) < 3*baseBytes/2 || strings.HasPrefix(got, "error: ") {
		t.Errorf("got %d bytes, %.100q", len(got), got)
	}
}

// A key cannot be interrupted while it is made; the answer does not wait for it.
func TestRenderDoesNotWaitForSlowFunctions(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 1)
	defer cancel()
	tmpl, err := Parse(`{{range 4}}{{genPrivateKey "rsa"}}{{end}}`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tmpl.Render(ctx, Data{})
	if want := "rendering the commit message: it takes longer than the time it was given"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is no deadline to errors.Is", err)
	}
	// A caller may have words of its own.
	ctx, cancel = context.WithTimeoutCause(t.Context(), 1, errors.New("no time"))
	defer cancel()
	_, err = tmpl.Render(ctx, Data{})
	if want := "rendering the commit message: no time"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// The time bound of the package itself is a cause like any other.
func TestMeterStopsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	m := newMeter(ctx, Data{})
	if _, err := m.Write(nil); err != nil {
		t.Fatal(err)
	}
	cancel(errTooLong)
	if _, err := m.Write(nil); !errors.Is(err, errTooLong) {
		t.Errorf("writing: %v", err)
	}
	if err := m.admit("list", nil); !errors.Is(err, errTooLong) {
		t.Errorf("calling: %v", err)
	}
}
