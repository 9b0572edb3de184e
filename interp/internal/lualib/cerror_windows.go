package lualib

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// cErrnos are the system's errors as Microsoft's C library translates them, in _dosmaperr.
var cErrnos = map[syscall.Errno]int{
	windows.ERROR_INVALID_FUNCTION:      22,
	windows.ERROR_FILE_NOT_FOUND:        2,
	windows.ERROR_PATH_NOT_FOUND:        2,
	windows.ERROR_TOO_MANY_OPEN_FILES:   24,
	windows.ERROR_ACCESS_DENIED:         13,
	windows.ERROR_INVALID_HANDLE:        9,
	windows.ERROR_NOT_ENOUGH_MEMORY:     12,
	windows.ERROR_INVALID_DRIVE:         2,
	windows.ERROR_CURRENT_DIRECTORY:     13,
	windows.ERROR_NOT_SAME_DEVICE:       18,
	windows.ERROR_NO_MORE_FILES:         2,
	windows.ERROR_WRITE_PROTECT:         13,
	windows.ERROR_NOT_READY:             13,
	windows.ERROR_SHARING_VIOLATION:     13,
	windows.ERROR_LOCK_VIOLATION:        13,
	windows.ERROR_BAD_NETPATH:           2,
	windows.ERROR_NETWORK_ACCESS_DENIED: 13,
	windows.ERROR_BAD_NET_NAME:          2,
	windows.ERROR_FILE_EXISTS:           17,
	windows.ERROR_CANNOT_MAKE:           13,
	windows.ERROR_BROKEN_PIPE:           32,
	windows.ERROR_NO_DATA:               32, // a pipe that nobody reads: the C library says EINVAL
	windows.ERROR_DISK_FULL:             28,
	windows.ERROR_DIR_NOT_EMPTY:         41,
	windows.ERROR_BAD_PATHNAME:          2,
	windows.ERROR_ALREADY_EXISTS:        17,
	windows.ERROR_FILENAME_EXCED_RANGE:  2,
	windows.ERROR_DIRECTORY:             20, // the C library says EINVAL

	// Numbers that Go has made for errors which the system does not know.
	syscall.EBADF:  9,
	syscall.EINVAL: 22,
	syscall.ESPIPE: 29,
	syscall.EISDIR: 21,
	syscall.EPIPE:  32,
}

// cTexts are what strerror says.
var cTexts = map[int]string{
	2: "No such file or directory", 9: "Bad file descriptor", 12: "Not enough space", 13: "Permission denied", 17: "File exists",
	18: "Improper link", 20: "Not a directory", 21: "Is a directory", 22: "Invalid argument", 24: "Too many open files",
	28: "No space left on device", 29: "Invalid seek", 32: "Broken pipe", 41: "Directory not empty",
}

// cErrno is what C's library makes of the system's own errors.
func cErrno(no syscall.Errno) (text string, code int, ok bool) {
	code, ok = cErrnos[no]
	return cTexts[code], code, ok
}
