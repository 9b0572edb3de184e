package fs

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

const openDir, noFollow = os.O_RDONLY, 0

// acrossDevices is the error of a rename from one volume to another.
const acrossDevices = windows.ERROR_NOT_SAME_DEVICE

func system(fs.FileInfo) map[string]any { return nil }

func linked(fs.FileInfo) (id [2]uint64, many bool) { return id, false }

func idOf(string, bool) (int, error) {
	return 0, errors.New("files have no owner that could be set here")
}

func clone(_, _ *os.File) error { return syscall.EWINDOWS }

func extents(*os.File, int64) []extent { return nil }

// usageOf is how much there is on the volume of a file, in bytes.
func usageOf(path string) (u [3]float64, err error) {
	p, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return u, err
	}
	var available, total, free uint64
	if err := windows.GetDiskFreeSpaceEx(p, &available, &total, &free); err != nil {
		return u, err
	}
	return [3]float64{float64(total), float64(total - free), float64(available)}, nil
}

func accessed(st fs.FileInfo) time.Time { return st.ModTime() }
