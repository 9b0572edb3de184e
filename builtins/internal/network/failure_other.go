//go:build !windows

package network

import "syscall"

// systems is the number that the system has for what Go calls errno.
func systems(errno syscall.Errno) error { return errno }
