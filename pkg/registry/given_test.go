// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	digestA = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	digestB = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func givenTests() map[string]struct {
	in   string
	want Given
	err  string
} {
	return map[string]struct {
		in   string
		want Given
		err  string
	}{
		"nothing":                      {"", Given{}, ""},
		"lines":                        {"1.0.0\n1.1.0\n", Given{Tags: []string{"1.0.0", "1.1.0"}}, ""},
		"no final newline":             {"1.0.0", Given{Tags: []string{"1.0.0"}}, ""},
		"CRLF, blanks and a BOM":       {"\ufeff 1.0.0 \r\n\r\n\t\n1.1.0\r\n", Given{Tags: []string{"1.0.0", "1.1.0"}}, ""},
		"comments":                     {"# old\n1.0.0\n  # new\n#\n", Given{Tags: []string{"1.0.0"}}, ""},
		"duplicates and order":         {"b\na\nb\n", Given{Tags: []string{"b", "a", "b"}}, ""},
		"digests":                      {"a@" + digestA + "\nb\n", Given{Tags: []string{"a", "b"}, Digests: map[string]string{"a": digestA}}, ""},
		"a digest twice":               {"a@" + digestA + "\na@" + digestA + "\n", Given{Tags: []string{"a", "a"}, Digests: map[string]string{"a": digestA}}, ""},
		"the longest tag":              {strings.Repeat("x", 128), Given{Tags: []string{strings.Repeat("x", 128)}}, ""},
		"two digests":                  {"a@" + digestA + "\na@" + digestB + "\n", Given{}, `line 2: tag "a" has two digests, ` + digestA + " and " + digestB},
		"half a digest":                {"\na@sha256:aa\n", Given{}, `line 2: digest "sha256:aa" of tag "a": want sha256: and 64 hexadecimal digits`},
		"no digest after @":            {"a@", Given{}, `line 1: digest "" of tag "a": want sha256: and 64 hexadecimal digits`},
		"a tag too long":               {strings.Repeat("x", 129), Given{}, `line 1: "` + strings.Repeat("x", 129) + `": want TAG or TAG@DIGEST`},
		"an image":                     {"1.0\nnginx:1.0\n", Given{}, `line 2: "nginx:1.0": want TAG or TAG@DIGEST`},
		"words":                        {"1.0 # new\n", Given{}, `line 1: "1.0 # new": want TAG or TAG@DIGEST`},
		"a terminal escape":            {"\x1b[31m\n", Given{}, `line 1: "\x1b[31m": want TAG or TAG@DIGEST`},
		"a leading dot":                {".a\n", Given{}, `line 1: ".a": want TAG or TAG@DIGEST`},
		"a leading dash":               {"-a\n", Given{}, `line 1: "-a": want TAG or TAG@DIGEST`},
		"a registry's answer":          {`{"name":"app","tags":["a","b"]}`, Given{Tags: []string{"a", "b"}}, ""},
		"skopeo's answer":              {`{"Repository":"x","Tags":["a"]}`, Given{Tags: []string{"a"}}, ""},
		"null tags":                    {`{"name":"app","tags":null}`, Given{}, ""},
		"Google's answer":              {"{\"child\":[],\n\"manifest\":{\"sha256:0\":{\"tag\":[\"x\"]}},\"tags\":[\"a\"]}", Given{Tags: []string{"a"}}, ""},
		"an array":                     {"\n [ \"a\" ,\n\"b\\u0041\" ] \n", Given{Tags: []string{"a", "bA"}}, ""},
		"an empty array":               {"[]", Given{}, ""},
		"odd tags in JSON are kept":    {`["", "x y", "\u001b[31m", "é"]`, Given{Tags: []string{"", "x y", "\x1b[31m", "é"}}, ""},
		"cut JSON":                     {"{\"tags\":\n[\"a\",\n\"b", Given{}, "line 3: unexpected end of JSON input"},
		"a raw newline in a string":    {"[\"a\nb\"]", Given{}, `line 1: invalid character '\n' in string literal`},
		"numbers":                      {"[\n1.0]", Given{}, "line 2: number where a list of tags has strings"},
		"an object of something else":  {"{\n\"tags\":\n{\"a\":1}}", Given{}, "line 3: object where a list of tags has strings"},
		"two documents":                {"[\"a\"]\n[\"b\"]", Given{}, "line 2: invalid character '[' after top-level value"},
		"YAML":                         {"tags:\n- a\n", Given{}, `line 1: "tags:": want TAG or TAG@DIGEST`},
		"the last of two names counts": {`{"tags":["a"],"TAGS":["b"]}`, Given{Tags: []string{"b"}}, ""},
	}
}

func TestParseTags(t *testing.T) {
	t.Parallel()
	for name, test := range givenTests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseTags(strings.NewReader(test.in))
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			text := ""
			if err != nil {
				text = err.Error()
				var syntax *SyntaxError
				if !errors.As(err, &syntax) {
					t.Errorf("got %T, want %T", err, syntax)
				}
			}
			if text != test.err {
				t.Errorf("got  %s\nwant %s", text, test.err)
			}
		})
	}
}

// endless gives line for ever.
type endless struct{ line string }

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], e.line)
	}
	return n, nil
}

func TestParseTagsIsBounded(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"# no end\n", "a\n"} {
		_, err := ParseTags(endless{line})
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), "the list ") {
			t.Errorf("%q for ever: %v", line, err)
		}
	}
	if _, err := ParseTags(strings.NewReader("[" + strings.Repeat(`"",`, maxListTags) + `""]`)); err == nil {
		t.Error("no error for an array of too many tags")
	}
}

func FuzzTagsJSON(f *testing.F) {
	for _, test := range givenTests() {
		f.Add(test.in)
	}
	f.Add(`{"name":"x","tags":["a"],"next":"y"}`)
	f.Add("{\"tag\u017f\":[\"a\"]}")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := ParseTags(strings.NewReader(in))
		in = strings.TrimLeft(strings.TrimPrefix(in, "\ufeff"), " \t\r\n")
		if !strings.HasPrefix(in, "{") && !strings.HasPrefix(in, "[") {
			for _, tag := range got.Tags {
				if !isTag(tag) {
					t.Errorf("%q is no tag", tag)
				}
			}
			return
		}
		var want struct {
			Tags []string `json:"tags"`
		}
		var wantErr error
		if in[0] == '[' {
			wantErr = json.Unmarshal([]byte(in), &want.Tags)
		} else {
			wantErr = json.Unmarshal([]byte(in), &want)
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: got %v, encoding/json has %v", in, err, wantErr)
		}
		if diff := cmp.Diff(want.Tags, got.Tags, cmpopts.EquateEmpty()); err == nil && diff != "" {
			t.Errorf("%q (-encoding/json +got)\n%s", in, diff)
		}
	})
}

// million is a list of n tags in the two forms.
func million(n int) (lines, jsonText []byte) {
	tags := make([]string, n)
	for i := range tags {
		tags[i] = fmt.Sprintf("v%d.%d.%d", i/10_000, i/100%100, i%100)
	}
	jsonText, _ = json.Marshal(map[string]any{"name": "app", "tags": tags})
	return []byte(strings.Join(tags, "\n") + "\n"), jsonText
}

func BenchmarkParseTags(b *testing.B) {
	lines, jsonText := million(1_000_000)
	for name, text := range map[string][]byte{"lines": lines, "json": jsonText} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "tags")
			if err := os.WriteFile(path, text, 0o600); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				file, err := os.Open(path)
				if err != nil {
					b.Fatal(err)
				}
				given, err := ParseTags(file)
				if err != nil || len(given.Tags) != 1_000_000 {
					b.Fatalf("%d tags, %v", len(given.Tags), err)
				}
				_ = file.Close()
			}
		})
	}
	b.Run("json from a pipe", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ParseTags(bytes.NewReader(jsonText)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var list struct{ Tags []string }
			if err := json.Unmarshal(jsonText, &list); err != nil {
				b.Fatal(err)
			}
		}
	})
}
