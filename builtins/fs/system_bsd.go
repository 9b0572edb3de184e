//go:build darwin || freebsd

package fs

import (
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func ctime(s *syscall.Stat_t) float64 {
	return float64(s.Ctimespec.Sec) + float64(s.Ctimespec.Nsec)/1e9
}

// clone is left to what copies within the system.
func clone(_, _ *os.File) error { return syscall.ENOTSUP }

// extents are not asked for.
func extents(*os.File, int64) []extent { return nil }

// usageOf is how much there is on the file system of a file, in bytes.
func usageOf(path string) (u [3]float64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return u, err
	}
	block := float64(st.Bsize)
	return [3]float64{float64(st.Blocks) * block, float64(st.Blocks-st.Bfree) * block, float64(st.Bavail) * block}, nil
}

// accessed is when a file was read.
func accessed(st fs.FileInfo) time.Time {
	if s, ok := st.Sys().(*syscall.Stat_t); ok {
		return time.Unix(int64(s.Atimespec.Sec), int64(s.Atimespec.Nsec))
	}
	return st.ModTime()
}
