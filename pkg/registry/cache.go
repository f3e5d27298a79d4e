// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Cache remembers scans in a directory, one file each. It holds no lock and no open file, and two processes may use
// one directory at once: a file is replaced whole, and the last to do so wins.
type Cache struct{ dir string }

// NewCache uses dir, which is made when something is stored first. Nothing is read or written yet.
func NewCache(dir string) Cache { return Cache{dir} }

// Key names a scan: what was listed, and through whose eyes.
type Key struct {
	// Image is the canonical name, like index.docker.io/library/alpine.
	Image string
	// Scope tells apart callers who may see different tags, by the source of their credentials, never by a secret:
	// "" for the anonymous. Only a hash of it reaches the disk.
	Scope string
}

// Scan is the raw list of one image's tags at one time.
type Scan struct {
	// At is when the registry was asked.
	At time.Time
	// Tags as the registry listed them.
	Tags []string
	// Seen is parallel to Tags: when each tag was in a scan first, in Unix seconds. A tag that vanished and came back
	// is as new. In the first scan of an image every tag is as old as that scan.
	Seen []int64
}

// Next is the scan that follows s, which may be the zero Scan: a tag that s has keeps the time it was first seen.
func (s Scan) Next(tags []string, at time.Time) Scan {
	next := Scan{At: at, Tags: tags, Seen: make([]int64, len(tags))}
	same := 0
	for same < min(len(tags), len(s.Tags)) && tags[same] == s.Tags[same] {
		next.Seen[same] = s.Seen[same]
		same++
	}
	if same == len(tags) {
		return next
	}
	seen := make(map[string]int64, len(s.Tags))
	for i, tag := range s.Tags {
		if first, ok := seen[tag]; !ok || s.Seen[i] < first {
			seen[tag] = s.Seen[i]
		}
	}
	for i := same; i < len(tags); i++ {
		first, ok := seen[tags[i]]
		if !ok {
			first = at.Unix()
		}
		next.Seen[i] = first
	}
	return next
}

// Load reads the scan stored under key. If there is none, ok is false and warning nil; if there is one that cannot be
// used, because it is cut, changed, too large or not to be read, ok is false too and warning says why. A warning is no
// failure: the scan has to be made again.
func (c Cache) Load(key Key) (scan Scan, ok bool, warning error) {
	path := c.path(key)
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Scan{}, false, nil
	}
	if err == nil {
		scan, err = decodeScan(data, key)
	}
	if err != nil {
		return Scan{}, false, fmt.Errorf("reading the cached tags of %s in %s: %w", key.Image, path, err)
	}
	return scan, true, nil
}

// Store puts scan under key in place of what was there. When it returns without error the scan is on the disk; when it
// does not, or the process dies in it, what was there is there still.
func (c Cache) Store(key Key, scan Scan) error {
	if err := c.store(key, scan); err != nil {
		return fmt.Errorf("caching the tags of %s: %w", key.Image, err)
	}
	return nil
}

func (c Cache) store(key Key, scan Scan) error {
	data, err := encodeScan(key, scan)
	if err != nil {
		return err
	}
	if len(data) > maxListBytes {
		return fmt.Errorf("%d bytes, more than %d", len(data), maxListBytes)
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(c.dir, "*"+temporarySuffix) // mode 0600
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), c.path(key))
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// Clear removes all scans, and what writers that were killed left behind; nothing else in the directory. It tells how
// many files that were.
func (c Cache) Clear() (removed int, err error) {
	entries, err := os.ReadDir(c.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	var failed []error
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, scanSuffix) && !strings.HasSuffix(name, temporarySuffix) || !entry.Type().IsRegular() {
			continue
		}
		if err := os.Remove(filepath.Join(c.dir, name)); err != nil {
			failed = append(failed, err)
			continue
		}
		removed++
	}
	return removed, errors.Join(append(failed, err)...)
}

const (
	scanSuffix      = ".tags"
	temporarySuffix = scanSuffix + ".tmp"
	// formatLine begins every file. A change of format is a change of this line, and old files are misses.
	formatLine = "kubectl-image tags 1 sha256:"
)

func (c Cache) path(key Key) string {
	return filepath.Join(c.dir, hash(key.Image, key.Scope)[:40]+scanSuffix)
}

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// scanHeader is the second line of a file.
type scanHeader struct {
	Image string    `json:"image"`
	Scope string    `json:"scope"`
	At    time.Time `json:"at"`
	Tags  int       `json:"tags"`
}

// encodeScan writes three things: formatLine with the sum of all that follows, the header, and a line per tag: when it
// was seen first, and the tag, in JSON's quotes where it is no tag by the specification.
func encodeScan(key Key, scan Scan) ([]byte, error) {
	if len(scan.Seen) != len(scan.Tags) {
		return nil, fmt.Errorf("%d tags, but %d times of first sight", len(scan.Tags), len(scan.Seen))
	}
	header, err := json.Marshal(scanHeader{key.Image, hash(key.Scope), scan.At, len(scan.Tags)})
	if err != nil {
		return nil, err
	}
	size := len(formatLine) + 2*sha256.Size + len(header) + 2
	for _, tag := range scan.Tags {
		size += len(tag) + len("1700000000 \n")
	}
	data := make([]byte, 0, size)
	data = append(data, formatLine...)
	sumAt := len(data)
	data = append(data, strings.Repeat("0", 2*sha256.Size)...)
	data = append(data, '\n')
	bodyAt := len(data)
	data = append(append(data, header...), '\n')
	for i, tag := range scan.Tags {
		data = strconv.AppendInt(data, scan.Seen[i], 10)
		data = append(data, ' ')
		if isTag(tag) {
			data = append(data, tag...)
		} else {
			data = strconv.AppendQuote(data, tag)
		}
		data = append(data, '\n')
	}
	sum := sha256.Sum256(data[bodyAt:])
	hex.Encode(data[sumAt:], sum[:])
	return data, nil
}

func decodeScan(data []byte, key Key) (Scan, error) {
	rest, ok := bytes.CutPrefix(data, []byte(formatLine))
	if !ok {
		return Scan{}, errors.New("not a list of this version")
	}
	sum, body, _ := bytes.Cut(rest, []byte("\n"))
	if got := sha256.Sum256(body); hex.EncodeToString(got[:]) != string(sum) {
		return Scan{}, errors.New("cut or changed since it was written")
	}
	first, lines, _ := strings.Cut(string(body), "\n")
	var header scanHeader
	if err := json.Unmarshal([]byte(first), &header); err != nil {
		return Scan{}, err
	}
	if header.Image != key.Image || header.Scope != hash(key.Scope) {
		return Scan{}, fmt.Errorf("it is a list of %q", header.Image)
	}
	count := strings.Count(lines, "\n")
	if count != header.Tags {
		return Scan{}, fmt.Errorf("%d tags instead of %d", count, header.Tags)
	}
	scan := Scan{At: header.At, Tags: make([]string, 0, count), Seen: make([]int64, 0, count)}
	for line := range strings.Lines(lines) {
		seen, tag, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		at, err := strconv.ParseInt(seen, 10, 64)
		if err != nil {
			return Scan{}, err
		}
		if strings.HasPrefix(tag, `"`) {
			if tag, err = strconv.Unquote(tag); err != nil {
				return Scan{}, fmt.Errorf("line %q: %w", line, err)
			}
		}
		scan.Tags = append(scan.Tags, tag)
		scan.Seen = append(scan.Seen, at)
	}
	return scan, nil
}

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a file")
	}
	if info.Size() > maxListBytes {
		return nil, fmt.Errorf("%d bytes, more than %d", info.Size(), maxListBytes)
	}
	return os.ReadFile(path)
}
