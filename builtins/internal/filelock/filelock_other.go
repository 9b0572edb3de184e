//go:build !linux && !darwin && !freebsd && !windows

// Package filelock locks files between processes, where the system can do it.
package filelock

import (
	"errors"
	"os"
)

// Try fails: the system has no such locks.
func Try(*os.File) (bool, error) { return false, errors.ErrUnsupported }
