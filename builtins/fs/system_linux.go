package fs

import (
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func ctime(s *syscall.Stat_t) float64 { return float64(s.Ctim.Sec) + float64(s.Ctim.Nsec)/1e9 }

// clone makes a file a copy that shares the other's blocks, where the file system can.
func clone(to, from *os.File) error {
	return onDescriptors(to, from, func(to, from int) error { return unix.IoctlFileClone(to, from) })
}

func onDescriptors(a, b *os.File, fn func(a, b int) error) error {
	one, err := a.SyscallConn()
	if err != nil {
		return err
	}
	two, err := b.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := one.Control(func(a uintptr) {
		if err := two.Control(func(b uintptr) { inner = fn(int(a), int(b)) }); err != nil {
			inner = err
		}
	}); err != nil {
		return err
	}
	return inner
}

// extents are the stretches of a file that are no holes; nil where there are no holes, or the system does not tell.
func extents(f *os.File, size int64) (list []extent) {
	conn, err := f.SyscallConn()
	if err != nil {
		return nil
	}
	whole := false
	cerr := conn.Control(func(fd uintptr) {
		for at := int64(0); at < size; {
			from, err := unix.Seek(int(fd), at, unix.SEEK_DATA)
			if err == unix.ENXIO { // nothing but a hole is left
				break
			}
			if err != nil {
				whole = true
				return
			}
			to, err := unix.Seek(int(fd), from, unix.SEEK_HOLE)
			if err != nil {
				whole = true
				return
			}
			to = min(to, size)
			list = append(list, extent{from, to})
			at = to
		}
		whole = len(list) == 1 && list[0].from == 0 && list[0].to == size
		if _, err := unix.Seek(int(fd), 0, unix.SEEK_SET); err != nil {
			whole = false
		}
	})
	if cerr != nil || whole {
		_, _ = f.Seek(0, 0) // where it begins
		return nil
	}
	if list == nil {
		list = []extent{}
	}
	return list
}

// usageOf is how much there is on the file system of a file, in bytes.
func usageOf(path string) (u [3]float64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return u, err
	}
	block := float64(st.Bsize)
	if st.Frsize > 0 {
		block = float64(st.Frsize)
	}
	return [3]float64{float64(st.Blocks) * block, float64(st.Blocks-st.Bfree) * block, float64(st.Bavail) * block}, nil
}

// accessed is when a file was read.
func accessed(st fs.FileInfo) time.Time {
	if s, ok := st.Sys().(*syscall.Stat_t); ok {
		return time.Unix(int64(s.Atim.Sec), int64(s.Atim.Nsec))
	}
	return st.ModTime()
}
