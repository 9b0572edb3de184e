//go:build unix

package step

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// names is how many names a file has.
func names(st fs.FileInfo) uint64 {
	s, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return 1
	}
	return uint64(s.Nlink)
}

// syncFolder writes a folder to the disk, so that a file in it keeps its new name.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return reason(err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return reason(err)
	}
	return nil
}
