//go:build linux || darwin || freebsd

// Package filelock locks files between processes, as flock(1) does: the end of a process frees what it has locked.
package filelock

import (
	"os"

	"golang.org/x/sys/unix"
)

// Try locks a file by this opening of it, unless another opening has it locked, in this process or another. Closing the file frees it.
func Try(f *os.File) (ok bool, err error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	var locked error
	if err := conn.Control(func(fd uintptr) { locked = unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB) }); err != nil {
		return false, err
	}
	if locked == unix.EWOULDBLOCK {
		return false, nil
	}
	return locked == nil, locked
}
