//go:build unix

package interp

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// errnoName is the symbolic name of an error number, such as "ENOENT".
func errnoName(no syscall.Errno) string { return unix.ErrnoName(no) }

// errnoText is what an error number says, in lower case as package syscall has it.
func errnoText(no syscall.Errno) string { return no.Error() }
