package sqlite

import (
	"io/fs"
	"os"

	"modernc.org/libc"
)

// tune has nothing to do here.
func tune(*libc.TLS) {}

// lockless is SQLite's name for the system's files without locks.
const lockless = "win32-none"

// Writable is an error if a database's file is marked as one that is not to be written.
func Writable(path string) error {
	if st, err := os.Stat(path); err == nil && st.Mode().Perm()&0o200 == 0 {
		return &fs.PathError{Op: "write", Path: path, Err: fs.ErrPermission}
	}
	return nil
}
