package lualib

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// rename replaces what has the name, even where somebody has it open: within a folder by way of an os.Root, whose rename has the
// semantics of POSIX where the file system can. It waits for a moment where the file is open in a way that forbids that.
func rename(from, to string) error {
	return whileBusy(func() error {
		dir, base := filepath.Split(from)
		if other, name := filepath.Split(to); other == dir && base != "" && name != "" {
			if root, err := os.OpenRoot(filepath.Clean(dir)); err == nil {
				defer root.Close()
				return root.Rename(base, name)
			}
		}
		return os.Rename(from, to)
	}, isBusy, busyPause)
}

func renameIn(root *os.Root, from, to string) error {
	return whileBusy(func() error { return root.Rename(from, to) }, isBusy, busyPause)
}

// isBusy reports whether an error is that of a file which somebody has open. Where it may not be replaced at all it is the same.
func isBusy(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
}
