//go:build unix

package network

import (
	"io/fs"
	"syscall"
)

// modeOf gives a socket its mode before it has a name, so that nobody gets in between: where the system can.
func modeOf(conn syscall.RawConn, mode fs.FileMode) error {
	return conn.Control(func(fd uintptr) { _ = syscall.Fchmod(int(fd), uint32(mode.Perm())) })
}
