// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func at(unix int64) time.Time { return time.Unix(unix, 0).UTC() }

func TestScanNext(t *testing.T) {
	t.Parallel()
	before := Scan{At: at(200), Tags: []string{"a", "b", "c", "b"}, Seen: []int64{100, 200, 100, 150}}
	tests := map[string]struct {
		before Scan
		tags   []string
		want   []int64
	}{
		"the first scan":             {Scan{}, []string{"a", "b"}, []int64{300, 300}},
		"nothing new":                {before, []string{"a", "b", "c", "b"}, []int64{100, 200, 100, 150}},
		"one at the end":             {before, []string{"a", "b", "c", "b", "d"}, []int64{100, 200, 100, 150, 300}},
		"one in the middle":          {before, []string{"a", "aa", "b", "c"}, []int64{100, 300, 150, 100}},
		"another order":              {before, []string{"c", "a"}, []int64{100, 100}},
		"fewer":                      {before, []string{"a"}, []int64{100}},
		"none":                       {before, []string{}, []int64{}},
		"a clock that was turned on": {Scan{At: at(900), Tags: []string{"a"}, Seen: []int64{900}}, []string{"a", "b"}, []int64{900, 300}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := Scan{At: at(300), Tags: test.tags, Seen: test.want}
			if diff := cmp.Diff(want, test.before.Next(test.tags, at(300))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func store(t *testing.T, cache Cache, key Key, scan Scan) {
	t.Helper()
	if err := cache.Store(key, scan); err != nil {
		t.Fatal(err)
	}
}

func TestCacheRoundTrip(t *testing.T) {
	t.Parallel()
	cache := NewCache(filepath.Join(t.TempDir(), "deep", "cache"))
	key := Key{Image: "index.docker.io/library/alpine", Scope: "secret flux-system/regcred"}
	if _, ok, warning := cache.Load(key); ok || warning != nil {
		t.Errorf("from a directory that is not there: %v, %v", ok, warning)
	}
	for _, scan := range []Scan{
		{At: at(1), Tags: []string{}, Seen: []int64{}},
		{At: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Tags: []string{"3.19", "latest", "3.19"}, Seen: []int64{1, -2, 3}},
		{At: at(2), Tags: []string{"", " ", "a b", "a\nb", "\x1b[31m", "\xff", `"q"`, "é", "1 2", "\r"}, Seen: make([]int64, 10)},
	} {
		store(t, cache, key, scan)
		got, ok, warning := cache.Load(key)
		if !ok || warning != nil {
			t.Errorf("%v, %v", ok, warning)
		}
		if diff := cmp.Diff(scan, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	for _, other := range []Key{{Image: key.Image}, {Image: "x", Scope: key.Scope}, {Image: key.Image + "\x00", Scope: key.Scope}} {
		if _, ok, warning := cache.Load(other); ok || warning != nil {
			t.Errorf("%q is taken for %q: %v", other, key, warning)
		}
	}
}

// Nobody else on the machine reads what the user's credentials can see, and the scope's words do not reach the disk.
func TestCacheIsPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes mean nothing there; the user's cache directory is private by inheritance")
	}
	dir := filepath.Join(t.TempDir(), "cache")
	key := Key{Image: "reg.test/app", Scope: canary}
	store(t, NewCache(dir), key, Scan{}.Next([]string{"a"}, at(1)))
	path := NewCache(dir).path(key)
	for path, want := range map[string]os.FileMode{dir: os.ModeDir | 0o700, path: 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil || bytes.Contains(data, []byte(canary)) {
		t.Errorf("the scope is in the file, %v", err)
	}
}

// Whatever part of a file is lost, and whatever bit of it is changed: a miss, and a warning that names the file.
func TestCacheDamage(t *testing.T) {
	t.Parallel()
	cache := NewCache(t.TempDir())
	key := Key{Image: "reg.test/app"}
	store(t, cache, key, Scan{}.Next([]string{"1.0.0", "odd tag"}, at(1700000000)))
	whole, err := os.ReadFile(cache.path(key))
	if err != nil {
		t.Fatal(err)
	}
	var damaged [][]byte
	for n := range whole {
		changed := slices.Clone(whole)
		changed[n] ^= 1
		damaged = append(damaged, whole[:n], whole[n+1:], changed)
	}
	damaged = append(damaged, slices.Concat(whole, whole), append(slices.Clone(whole), 0), make([]byte, len(whole)))
	for _, data := range damaged {
		if err := os.WriteFile(cache.path(key), data, 0o600); err != nil {
			t.Fatal(err)
		}
		scan, ok, warning := cache.Load(key)
		if ok || warning == nil || !strings.Contains(warning.Error(), cache.path(key)) {
			t.Errorf("%q gives %v, %v, %v", data, scan, ok, warning)
		}
	}
}

// A file that is whole, but says something it should not.
func TestCacheForeignFiles(t *testing.T) {
	t.Parallel()
	key := Key{Image: "reg.test/app"}
	sealed := func(body string) string { return formatLine + hash(body) + "\n" + body }
	header := func(image string, tags int) string {
		return fmt.Sprintf(`{"image":%q,"scope":%q,"at":"2026-01-02T03:04:05Z","tags":%d}`+"\n", image, hash(""), tags)
	}
	for name, test := range map[string]struct{ data, want string }{
		"another image":    {sealed(header("reg.test/other", 0)), `it is a list of "reg.test/other"`},
		"tags are missing": {sealed(header(key.Image, 2) + "1 a\n"), "1 tags instead of 2"},
		"no header":        {sealed(""), "unexpected end of JSON input"},
		"no time":          {sealed(header(key.Image, 1) + "a\n"), `strconv.ParseInt: parsing "a": invalid syntax`},
		"half a quote":     {sealed(header(key.Image, 1) + "1 \"a\n"), `line "1 \"a\n": invalid syntax`},
		"another version":  {"kubectl-image tags 2\n", "not a list of this version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cache := NewCache(t.TempDir())
			if err := os.WriteFile(cache.path(key), []byte(test.data), 0o600); err != nil {
				t.Fatal(err)
			}
			_, ok, warning := cache.Load(key)
			want := "reading the cached tags of reg.test/app in " + cache.path(key) + ": " + test.want
			if ok || warning == nil || warning.Error() != want {
				t.Errorf("got  %v, %v\nwant %s", ok, warning, want)
			}
		})
	}
}

func TestCacheUnreadable(t *testing.T) {
	t.Parallel()
	cache := NewCache(t.TempDir())
	key := Key{Image: "reg.test/app"}
	if err := os.Mkdir(cache.path(key), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, ok, warning := cache.Load(key); ok || warning == nil {
		t.Errorf("a directory is taken for a scan: %v, %v", ok, warning)
	}
	if err := cache.Store(key, Scan{}); err == nil {
		t.Error("stored over a directory")
	}
	if err := cache.Store(key, Scan{Tags: []string{"a"}}); err == nil {
		t.Error("stored a tag without its time")
	}
	huge := Key{Image: "reg.test/huge"}
	if err := os.WriteFile(cache.path(huge), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(cache.path(huge), maxListBytes+1); err != nil {
		t.Fatal(err)
	}
	if _, ok, warning := cache.Load(huge); ok || warning == nil || !strings.Contains(warning.Error(), "more than") {
		t.Errorf("a huge file: %v, %v", ok, warning)
	}
	leftover, err := filepath.Glob(filepath.Join(cache.dir, "*"+temporarySuffix))
	if err != nil || len(leftover) > 0 {
		t.Errorf("left behind: %q, %v", leftover, err)
	}
}

func TestCacheClear(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cache := NewCache(dir)
	store(t, cache, Key{Image: "a"}, Scan{})
	store(t, cache, Key{Image: "b"}, Scan{})
	for _, name := range []string{"1" + temporarySuffix, "notes.txt", "sub.tags/keep"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if removed, err := cache.Clear(); removed != 3 || err != nil {
		t.Errorf("removed %d, %v, want 3", removed, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, entry := range entries {
		kept = append(kept, entry.Name())
	}
	if diff := cmp.Diff([]string{"notes.txt", "sub.tags"}, kept); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if removed, err := NewCache(filepath.Join(dir, "gone")).Clear(); removed != 0 || err != nil {
		t.Errorf("of no directory removed %d, %v", removed, err)
	}
}

// generation is a scan that tells by each of its tags which one it is.
func generation(n int) Scan {
	tags := make([]string, 5000)
	for i := range tags {
		tags[i] = fmt.Sprintf("g%d-%d", n, i)
	}
	return Scan{}.Next(tags, at(int64(n)))
}

// generationOf checks that a scan is a generation, whole, and tells which.
func generationOf(t *testing.T, cache Cache, key Key) int {
	t.Helper()
	scan, ok, warning := cache.Load(key)
	if !ok || warning != nil {
		t.Fatalf("no scan of %s: %v", key.Image, warning)
	}
	n := int(scan.At.Unix())
	want := generation(n)
	// Compared by hand, because it is done often: cmp.Diff takes a hundred times as long.
	if !slices.Equal(scan.Tags, want.Tags) || !slices.Equal(scan.Seen, want.Seen) {
		t.Fatalf("generation %d (-want +got)\n%s", n, cmp.Diff(want, scan))
	}
	return n
}

func TestCacheTwoWriters(t *testing.T) {
	t.Parallel()
	cache := NewCache(t.TempDir())
	key := Key{Image: "reg.test/app"}
	store(t, cache, key, generation(0))
	var wg sync.WaitGroup
	for writer := range 2 {
		wg.Go(func() {
			for n := range 20 {
				if err := cache.Store(key, generation(100*writer+n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 50 {
		generationOf(t, cache, key)
	}
	wg.Wait()
	if n := generationOf(t, cache, key); n != 19 && n != 119 {
		t.Errorf("generation %d is there, want the last of a writer", n)
	}
}

const (
	writerDir   = "REGISTRY_TEST_CACHE_DIR"
	writerFirst = "REGISTRY_TEST_CACHE_FIRST"
)

// TestCacheWriter is the process that TestCacheSurvivesKill kills: it stores one generation after the other, and says
// so, until it is dead.
func TestCacheWriter(t *testing.T) {
	dir := os.Getenv(writerDir)
	if dir == "" {
		t.Skip("runs only as a child of TestCacheSurvivesKill")
	}
	first, err := strconv.Atoi(os.Getenv(writerFirst))
	if err != nil {
		t.Fatal(err)
	}
	for n := first; ; n++ {
		fmt.Printf("begin %d\n", n)
		store(t, NewCache(dir), Key{Image: "reg.test/hot"}, generation(n))
		fmt.Printf("end %d\n", n)
	}
}

// Kill -9 in the middle of cache writes, a hundred times: no earlier scan is lost or wrong.
func TestCacheSurvivesKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cache := NewCache(dir)
	hot := Key{Image: "reg.test/hot"}
	store(t, cache, hot, generation(0))
	for i := range 5 {
		store(t, cache, Key{Image: fmt.Sprint("reg.test/cold", i)}, generation(i))
	}
	const kills = 100
	amid := 0
	for i := range kills {
		first := 1 + 1000*i
		begun, ended := killAWriter(t, dir, first, first+i%3)
		if got := generationOf(t, cache, hot); got < ended || got > begun {
			t.Fatalf("kill %d: generation %d is there, but %d was stored and %d begun", i, got, ended, begun)
		}
		leftover, err := filepath.Glob(filepath.Join(dir, "*"+temporarySuffix))
		if err != nil {
			t.Fatal(err)
		}
		amid += len(leftover)
		for _, path := range leftover {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d of %d kills hit a write", amid, kills)
	if amid < kills/4 {
		t.Errorf("only %d of %d kills hit a write: this test proves nothing", amid, kills)
	}
	for i := range 5 {
		if n := generationOf(t, cache, Key{Image: fmt.Sprint("reg.test/cold", i)}); n != i {
			t.Errorf("generation %d of cold %d", n, i)
		}
	}
}

// killAWriter starts a writer and kills it once it has begun a generation and a temporary file is there. It tells the
// last generations begun and ended.
func killAWriter(t *testing.T, dir string, first, at int) (begun, ended int) {
	t.Helper()
	writer := exec.Command(os.Args[0], "-test.run=^TestCacheWriter$")
	writer.Env = append(os.Environ(), writerDir+"="+dir, writerFirst+"="+strconv.Itoa(first))
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	ended = first - 1000 // what the writer before it left, or less
	lines := bufio.NewScanner(out)
	killed := false
	for lines.Scan() {
		if n, ok := strings.CutPrefix(lines.Text(), "end "); ok {
			ended, _ = strconv.Atoi(n)
		}
		n, ok := strings.CutPrefix(lines.Text(), "begin ")
		if !ok {
			continue
		}
		begun, _ = strconv.Atoi(n)
		if begun < at || killed {
			continue
		}
		for range 10_000 {
			if found, _ := filepath.Glob(filepath.Join(dir, "*"+temporarySuffix)); len(found) > 0 {
				break
			}
		}
		killed = true
		if err := writer.Process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	_ = writer.Wait()
	if !killed {
		t.Fatal("the writer ended by itself")
	}
	return begun, ended
}

func BenchmarkCache(b *testing.B) {
	cache := NewCache(b.TempDir())
	lines, _ := million(100_000)
	given, err := ParseTags(bytes.NewReader(lines))
	if err != nil {
		b.Fatal(err)
	}
	scan := Scan{}.Next(given.Tags, at(1))
	key := Key{Image: "reg.test/app"}
	b.Run("store", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := cache.Store(key, scan); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("load", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, ok, warning := cache.Load(key); !ok {
				b.Fatal(warning)
			}
		}
	})
	b.Run("next", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			scan.Next(given.Tags[1:], at(2))
		}
	})
	b.Run("store-1000-small", func(b *testing.B) {
		small := Scan{}.Next(given.Tags[:20], at(1))
		for b.Loop() {
			for i := range 1000 {
				if err := cache.Store(Key{Image: fmt.Sprint(i)}, small); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
