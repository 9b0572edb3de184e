package lualib

import (
	"errors"
	"io/fs"
	"syscall"
)

// cErrno is what C's library makes of the system's own errors.
func cErrno(no syscall.Errno) (text string, code int, ok bool) {
	switch {
	case errors.Is(no, fs.ErrNotExist):
		return "No such file or directory", 2, true
	case errors.Is(no, fs.ErrPermission):
		return "Permission denied", 13, true
	case errors.Is(no, fs.ErrExist):
		return "File exists", 17, true
	}
	return "", 0, false
}
