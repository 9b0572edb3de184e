//go:build unix

package fs_test

import (
	"os"
	"syscall"
	"testing"
)

// blocks is what a file takes on the disk, in 512 bytes.
func blocks(t *testing.T, path string) int64 {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return st.Sys().(*syscall.Stat_t).Blocks
}
