// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"
)

func newCompletionInstallCmd(s *shell) *cobra.Command {
	var dir text
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Let kubectl complete the plugin",
		Long: `Write the file by which kubectl completes the plugin, kubectl_complete-image, beside the program or into another
directory on PATH. It is named after the program: for kubectl-flux_image it is kubectl_complete-flux_image. A file that
is there already and says something else is left alone. What kubectl itself needs is told by 'kubectl completion --help'.`,
		Example: `  # Beside the program
  kubectl image completion install

  # Where one may write
  kubectl image completion install --dir=$HOME/.local/bin`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			if dir.given && dir.value == "" {
				var p problems
				p.flag("dir", dir.value, "want a directory that is on PATH")
				return p.err()
			}
			return s.installCompletion(dir.value)
		},
	}
	textFlag(cmd.Flags(), &dir, "dir", "`Directory` on PATH to write to (default: where the program was called from)")
	return cmd
}

// installCompletion writes the shim into a directory; by default that is where the program was found, which with a link
// to the program is the link's.
func (s *shell) installCompletion(dir string) error {
	shim, err := shimOf(programName(s.argv0), runtime.GOOS == "windows")
	if err != nil {
		return err
	}
	if dir == "" {
		program, err := exec.LookPath(s.argv0)
		if err != nil {
			return &hinted{err: fmt.Errorf("finding the directory of %s: %w", s.argv0, err), hint: "name it: --dir=DIR"}
		}
		dir = filepath.Dir(program)
	}
	path := filepath.Join(dir, shim.name)
	written, err := shim.write(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return &hinted{err: err, hint: "choose a directory of yours that is on PATH: --dir=DIR"}
	case err != nil:
		return err
	case written:
		fmt.Fprintf(s.Out, "%s written\n", path)
	default:
		fmt.Fprintf(s.Out, "%s unchanged\n", path)
	}
	found, err := exec.LookPath(shim.name)
	if err != nil || !sameFile(found, path) {
		s.warn(fmt.Sprintf("kubectl looks for %s on PATH, and does not find this one there: put %s on PATH, before the others", shim.name, dir))
	}
	return nil
}

// write creates the file, executable, and reports whether it did: one that says the same is left as it is.
func (s shim) write(path string) (written bool, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return false, s.compare(path)
	}
	if err != nil {
		return false, err
	}
	_, err = file.WriteString(s.content)
	// The mode above passes through the umask, and others run the program too.
	if err = errors.Join(err, file.Chmod(0o755), file.Close()); err != nil {
		return false, errors.Join(err, os.Remove(path))
	}
	return true, nil
}

// compare returns an error unless the file at path is the shim already.
func (s shim) compare(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	foreign := &hinted{
		err:  errors.New("there is a file already that says something else"),
		hint: "look at it, and remove it if it is not wanted",
	}
	if !info.Mode().IsRegular() || info.Size() != int64(len(s.content)) {
		return foreign
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if string(content) != s.content {
		return foreign
	}
	return os.Chmod(path, 0o755)
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}
