//go:build !unix && !windows

package fs

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

const openDir, noFollow = os.O_RDONLY, 0

var acrossDevices = errors.New("across devices")

func system(fs.FileInfo) map[string]any { return nil }

func linked(fs.FileInfo) (id [2]uint64, many bool) { return id, false }

func idOf(string, bool) (int, error) { return 0, errors.ErrUnsupported }

func clone(_, _ *os.File) error { return errors.ErrUnsupported }

func extents(*os.File, int64) []extent { return nil }

func usageOf(string) (u [3]float64, err error) { return u, errors.ErrUnsupported }

func accessed(st fs.FileInfo) time.Time { return st.ModTime() }
