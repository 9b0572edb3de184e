//go:build unix

package replace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/lull-lua/lull/interp"
)

// keepOwner gives f the owner and the group of old, and reports whether it has both.
func keepOwner(f *os.File, old fs.FileInfo) bool {
	is, err := f.Stat()
	if err != nil {
		return false
	}
	want, ok := old.Sys().(*syscall.Stat_t)
	has, ok2 := is.Sys().(*syscall.Stat_t)
	switch {
	case !ok || !ok2:
		return false
	case has.Uid == want.Uid && has.Gid == want.Gid:
		return true
	case f.Chown(int(want.Uid), int(want.Gid)) == nil:
		return true
	}
	_ = f.Chown(-1, int(want.Gid)) // a group of ours, perhaps
	return false
}

// openFolder opens a folder to be synced; nil: that is not allowed.
func openFolder(ctx context.Context, files interp.Files, dir string) (*interp.File, error) {
	f, err := files.Open(ctx, dir, os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrPermission) {
		return nil, nil // one may make files in it, but not list them
	}
	return f, err
}
