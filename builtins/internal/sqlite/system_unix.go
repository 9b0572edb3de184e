//go:build unix

package sqlite

import (
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// tune makes the whole process sync by fdatasync, as every system's own SQLite does, and lock files, on Linux, by their descriptors:
// other locks fall when anybody in the process closes the file, such as a script that reads it. It must be called before the first file
// is locked, and does nothing later.
func tune(tls *libc.TLS) {
	lib.Xmodernc_fdatasync(tls, 1)
	lib.Xmodernc_ofd_locking(tls, 1)
}

// lockless is SQLite's name for the system's files without locks.
const lockless = "unix-none"

// Writable is an error if a database's file cannot be written, or nothing can be made beside it. It names which.
func Writable(path string) error {
	for _, name := range []string{path, filepath.Dir(path)} {
		if err := unix.Access(name, unix.W_OK); err != nil {
			return &fs.PathError{Op: "write", Path: name, Err: err}
		}
	}
	return nil
}
