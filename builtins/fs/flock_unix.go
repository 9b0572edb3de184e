//go:build linux || darwin || freebsd

package fs

import (
	"os"

	"golang.org/x/sys/unix"
)

// flock locks a file for this process, unless another has it.
func flock(f *os.File) (ok bool, err error) {
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
