//go:build unix

package step

import (
	"errors"
	"os"
)

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
