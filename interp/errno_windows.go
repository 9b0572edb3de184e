package interp

import (
	"errors"
	"io/fs"
	"syscall"
)

// errnoName is the symbolic name that other systems have for an error number.
func errnoName(no syscall.Errno) string {
	switch {
	case errors.Is(no, fs.ErrNotExist):
		return "ENOENT"
	case errors.Is(no, fs.ErrExist):
		return "EEXIST"
	case errors.Is(no, fs.ErrPermission):
		return "EACCES"
	}
	return ""
}

// errnoText is the system's own words.
func errnoText(no syscall.Errno) string { return no.Error() }
