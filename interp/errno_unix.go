//go:build unix

package interp

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// errnoName is the symbolic name of an error number, such as "ENOENT".
func errnoName(no syscall.Errno) string { return unix.ErrnoName(no) }
