//go:build unix

package sqlite

import (
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
