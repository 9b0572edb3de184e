//go:build linux || darwin || freebsd || netbsd || openbsd

package fs

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/lull-lua/lull/interp"
)

// removeTree removes a file, or a folder with all that is in it. Links are removed, and not followed: from the folder that it is in on
// each folder is opened by the one above, so no link that is put in the place of one meanwhile leads elsewhere.
func removeTree(ctx context.Context, files interp.Files, name string) (gone bool, err error) {
	dir, base := filepath.Split(trimmed(slashed(name)))
	if dir == "" {
		dir = "."
	}
	root, err := files.OpenRoot(dir)
	if err != nil {
		return removeByName(ctx, files, name) // it cannot be read, is not there, or nothing can be removed
	}
	defer root.Close()
	closed, err := files.Opens()
	if err != nil {
		return false, err
	}
	defer closed()
	in, err := root.Open(".")
	if err != nil {
		return removeByName(ctx, files, name)
	}
	defer in.Close()
	return removeAt(ctx, int(in.Fd()), base, name)
}

// removeAt removes the file or tree base in the folder dir; name is what it is called in errors.
func removeAt(ctx context.Context, dir int, base, name string) (gone bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	unlink := func(flag int) error {
		return retried(func() error { return unix.Unlinkat(dir, base, flag) })
	}
	err = unlink(0)
	switch {
	case err == nil:
		return true, nil
	case absent(err):
		return false, nil
	case unlink(unix.AT_REMOVEDIR) == nil: // it is an empty folder
		return true, nil
	}
	fd := -1
	oerr := retried(func() (err error) {
		fd, err = unix.Openat(dir, base, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		return err
	})
	switch {
	case oerr == unix.ENOENT:
		return true, nil
	case oerr == unix.ENOTDIR || oerr == unix.ELOOP: // it is no folder: what was said at first is the reason
		return false, &at{name, err}
	case oerr != nil:
		return false, &at{name, oerr}
	}
	f := os.NewFile(uintptr(fd), name)
	defer f.Close()
	for { // whoever makes files in it meanwhile is outrun, or not
		names, err := f.Readdirnames(1000)
		if err != nil && err != io.EOF && !absent(err) { // another removes it, too
			return false, &at{name, err}
		}
		for _, n := range names {
			if _, err := removeAt(ctx, fd, n, joined(name, n)); err != nil {
				return false, err
			}
		}
		if len(names) == 0 {
			break
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return false, &at{name, err}
		}
	}
	if err := unlink(unix.AT_REMOVEDIR); err != nil && !absent(err) {
		return false, &at{name, err}
	}
	return true, nil
}

// retried calls fn until no signal interrupts it.
func retried(fn func() error) (err error) {
	for {
		if err = fn(); err != unix.EINTR {
			return err
		}
	}
}
