//go:build unix

package lualib

import "syscall"

// cErrno is for errors whose texts and numbers are not C's.
func cErrno(syscall.Errno) (text string, code int, ok bool) { return "", 0, false }
