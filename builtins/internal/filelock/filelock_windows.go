// Package filelock locks files between processes, as flock(1) does: the end of a process frees what it has locked.
package filelock

import (
	"os"

	"golang.org/x/sys/windows"
)

// Try locks a file by this opening of it, unless another opening has it locked, in this process or another. Closing the file frees it.
// The lock is on a byte far beyond the file's end, as locks keep others from reading what is locked.
func Try(f *os.File) (ok bool, err error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	var locked error
	if err := conn.Control(func(fd uintptr) {
		at := windows.Overlapped{OffsetHigh: 0x7fffffff}
		locked = windows.LockFileEx(windows.Handle(fd), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	}); err != nil {
		return false, err
	}
	if locked == windows.ERROR_LOCK_VIOLATION || locked == windows.ERROR_IO_PENDING {
		return false, nil
	}
	return locked == nil, locked
}
