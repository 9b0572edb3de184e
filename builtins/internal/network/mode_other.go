//go:build !unix

package network

import (
	"io/fs"
	"syscall"
)

// modeOf gives a socket its mode before it has a name, where the system can.
func modeOf(syscall.RawConn, fs.FileMode) error { return nil }
