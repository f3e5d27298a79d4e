// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package inventory

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxFileSize bounds a single file, in bytes: a dump of a very large cluster has a tenth of that.
const maxFileSize = 512 << 20

// File is a file that was read.
type File struct {
	// Name is what findings call it: a path, a URL, or "-".
	Name string
	Data []byte
}

// Input is what one -f stands for.
type Input struct {
	Files []File
	// Unread are the sub-folders that were not descended into.
	Unread []string
}

// Read reads a file, or the files of a folder that are called *.json, *.yaml or *.yml as kubectl has it, in the order of
// their paths. Sub-folders are read only if recursive. Symbolic links are followed to files, not to folders.
func Read(path string, recursive bool) (Input, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Input{}, err
	}
	if !info.IsDir() {
		file, err := readFile(path)
		return Input{Files: []File{file}}, err
	}
	var input Input
	err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			if name == path || recursive {
				return nil
			}
			input.Unread = append(input.Unread, name)
			return fs.SkipDir
		case !slices.Contains([]string{".json", ".yaml", ".yml"}, filepath.Ext(name)):
			return nil
		}
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			return nil
		}
		file, err := readFile(name)
		input.Files = append(input.Files, file)
		return err
	})
	if err != nil {
		return Input{}, err
	}
	return input, nil
}

func readFile(name string) (File, error) {
	file, err := os.Open(name)
	if err != nil {
		return File{}, err
	}
	defer func() { _ = file.Close() }()
	data, err := ReadAll(file)
	if err != nil {
		return File{}, fmt.Errorf("reading %s: %w", name, err)
	}
	return File{Name: name, Data: data}, nil
}

var errTooLarge = errors.New("larger than 512 MiB")

// ReadAll reads to the end of an input that may be anybody's, such as stdin, up to the bound that holds for files.
func ReadAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFileSize+1))
	if err == nil && len(data) > maxFileSize {
		err = errTooLarge
	}
	return data, err
}

// NoObjectsError says that an input holds none of the objects this program is about.
type NoObjectsError struct {
	// Files is the number of files, Skipped that of documents in them that are something else.
	Files, Skipped int
	// Unread are the sub-folders that were not descended into, where there may be some.
	Unread []string
}

func (e *NoObjectsError) Error() string {
	text := "no ImageRepository, ImagePolicy or ImageUpdateAutomation in " + count(e.Files, "file")
	if e.Skipped > 0 {
		text += ", but " + count(e.Skipped, "other object")
	}
	if len(e.Unread) > 0 {
		text += "; " + count(len(e.Unread), "sub-folder") + " not read: " + strings.Join(e.Unread[:min(3, len(e.Unread))], ", ")
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
