// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-image/kubectl-image/pkg/setter"
)

var comments = map[string]struct {
	want   setter.Target
	reason string // of a *MalformedError
	fix    string
	none   bool // not a mark at all
}{
	`# {"$imagepolicy": "ns:p"}`:                       {want: setter.Target{Namespace: "ns", Policy: "p"}},
	`# {"$imagepolicy": "ns:p:tag"}`:                   {want: setter.Target{Namespace: "ns", Policy: "p", Part: setter.Tag}},
	`# {"$imagepolicy": "ns:p:name"}`:                  {want: setter.Target{Namespace: "ns", Policy: "p", Part: setter.Name}},
	`# {"$imagepolicy": "ns:p:digest"}`:                {want: setter.Target{Namespace: "ns", Policy: "p", Part: setter.Digest}},
	`#{"$imagepolicy":"ns:p"}`:                         {want: setter.Target{Namespace: "ns", Policy: "p"}},
	"## \t{ \"$imagepolicy\"\t: \"ns:p\" }  ":          {want: setter.Target{Namespace: "ns", Policy: "p"}},
	"# {\"$imagepolicy\": \"ns:p\"}\n":                 {want: setter.Target{Namespace: "ns", Policy: "p"}},
	`# {"$imagepolicy": "ns:p", "why": "x", "n":null}`: {want: setter.Target{Namespace: "ns", Policy: "p"}},
	`# {"$imagepolicy": "a:b", "$imagepolicy": "c:d"}`: {want: setter.Target{Namespace: "c", Policy: "d"}},
	`# {"$imagepolicy": "ns:%70"}`:                     {want: setter.Target{Namespace: "ns", Policy: "p"}},
	`# {"$imagepolicy": "ns:p%3Atag"}`:                 {want: setter.Target{Namespace: "ns", Policy: "p", Part: setter.Tag}},
	`# {"$imagepolicy": "ns:\u0070"}`:                  {want: setter.Target{Namespace: "ns", Policy: "p"}},
	`# {"\u0024imagepolicy": "ns:p"}`:                  {want: setter.Target{Namespace: "ns", Policy: "p"}},
	`# {"$imagepolicy": "Ns:P"}`:                       {want: setter.Target{Namespace: "Ns", Policy: "P"}},

	`# {"$imagepolicy": "ns/p"}`:                   {reason: form, fix: `"ns:p"`},
	`# {"$imagepolicy": "ns/p:tag"}`:               {reason: form, fix: `"ns:p:tag"`},
	`# {"$imagepolicy": " ns:p"}`:                  {reason: form, fix: `"ns:p"`},
	`# {"$imagepolicy": "p"}`:                      {reason: form, fix: `"NAMESPACE:p"`},
	`# {"$imagepolicy": "ns:p:"}`:                  {reason: form, fix: `"ns:p"`},
	`# {"$imagepolicy": "ns::p"}`:                  {reason: form, fix: `"ns:p"`},
	`# {"$imagepolicy": "ns:p:tag:x"}`:             {reason: form},
	`# {"$imagepolicy": ":"}`:                      {reason: form},
	`# {"$imagepolicy": "ns:%7"}`:                  {reason: "a % that begins no percent-encoding"},
	`# {"$imagepolicy": "ns:p:tags"}`:              {reason: `"tags" is not tag, name or digest`, fix: `"ns:p:tag"`},
	`# {"$imagepolicy": "ns:p:Tag"}`:               {reason: `"Tag" is not tag, name or digest`, fix: `"ns:p:tag"`},
	`# {"$imagepolicy": "ns:p:x"}`:                 {reason: `"x" is not tag, name or digest`},
	`# {"$imagepolicy": ""}`:                       {reason: `"$imagepolicy" is empty`},
	`# {"$imagepolicy": null}`:                     {reason: `the member is not spelt "$imagepolicy", or empty`},
	`# {"$imagepolicy": "ns:p", "n": 1}`:           {reason: "a member is not a string"},
	`# {"$imagepolicy": ["ns:p"]}`:                 {reason: "a member is not a string"},
	`# {"$imagePolicy": "ns:p"}`:                   {reason: `the member is not spelt "$imagepolicy", or empty`, fix: `{"$imagepolicy": "ns:p"}`},
	`# {'$imagepolicy': 'ns:p'}`:                   {reason: "single quotes are not JSON", fix: `{"$imagepolicy": "ns:p"}`},
	`# {'$imagepolicy': 'ns/p'}`:                   {reason: "single quotes are not JSON", fix: `{"$imagepolicy": "ns:p"}`},
	`# see {"$imagepolicy": "ns:p"}`:               {reason: "more in the comment than the JSON object", fix: `{"$imagepolicy": "ns:p"}`},
	`# {"$imagepolicy": "ns:p"} # here`:            {reason: "more in the comment than the JSON object", fix: `{"$imagepolicy": "ns:p"}`},
	`# {"$imagepolicy": "ns:p",}`:                  {reason: "not a JSON object"},
	`# {"$imagepolicy": ns:p}`:                     {reason: "not a JSON object"},
	"# {\"$imagepolicy\":\u00a0\"ns:p\"}":          {reason: "not a JSON object", fix: `{"$imagepolicy": "ns:p"}`},
	`# $imagepolicy: ns:p`:                         {reason: "not a JSON object"},
	"# c\n# {\"$imagepolicy\": \"ns:p\"}":          {reason: "more in the comment than the JSON object", fix: `{"$imagepolicy": "ns:p"}`},
	`# {"$imagepolicy": "ns:p"`:                    {reason: "not a JSON object"},
	`# the $imagepolicy comment goes here`:         {none: true},
	`# {"$ref":"#/definitions/io.k8s.cli.x.ns:p"}`: {none: true},
	`# {"imagepolicy": "ns:p"}`:                    {none: true},
	`#`:                                            {none: true},
	``:                                             {none: true},
}

const form = "not namespace:policy[:tag|name|digest]"

// TestParseComment is the grammar of automation.md 3.2; E44 is among the cases.
func TestParseComment(t *testing.T) {
	t.Parallel()
	for comment, test := range comments {
		t.Run(comment, func(t *testing.T) {
			t.Parallel()
			got, err := setter.ParseComment(comment)
			reason, fix := "", ""
			if e := (*setter.MalformedError)(nil); errors.As(err, &e) {
				reason, fix = e.Reason, e.Want
			}
			type result struct {
				Target      setter.Target
				Reason, Fix string
				Err         bool
			}
			want := result{test.want, test.reason, test.fix, test.none || test.reason != ""}
			if diff := cmp.Diff(want, result{got, reason, fix, err != nil}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzMark: no panic, and parsing a formatted target gives the target.
func FuzzMark(f *testing.F) {
	for comment := range comments {
		f.Add(comment)
	}
	f.Fuzz(func(t *testing.T, comment string) {
		target, err := setter.ParseComment(comment)
		if err != nil {
			return
		}
		again, err := setter.ParseComment(target.Comment())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(target, again); diff != "" {
			t.Errorf("%q (-want +got):\n%s", target.Comment(), diff)
		}
	})
}
