//go:build !windows

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile locks a file for this process, and reports whether nobody else has it locked.
func lockFile(f *os.File) bool { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil }
