package interp

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lull-lua/lull/interp/internal/lualib"
)

// ReadDir is what is left in an open folder, n entries at most, as (*os.File).ReadDir gives it.
func (f *File) ReadDir(n int) ([]fs.DirEntry, error) {
	if d, ok := f.f.(fs.ReadDirFile); ok {
		return d.ReadDir(n)
	}
	return nil, errors.ErrUnsupported
}

// ReadFrom implements io.ReaderFrom: between files of the system, the system copies where it can.
func (f *File) ReadFrom(r io.Reader) (int64, error) {
	if from, ok := f.f.(io.ReaderFrom); ok {
		return from.ReadFrom(r)
	}
	return io.Copy(struct{ io.Writer }{f}, r)
}

// change calls fn with what changes the files.
func (f Files) change(op, name string, fn func(c lualib.Changer, path func(string) string) error) error {
	c, path, err := lualib.Changes(f.files)
	if err != nil {
		return &fs.PathError{Op: op, Path: name, Err: err}
	}
	return fn(c, path)
}

// Mkdir is os.Mkdir.
func (f Files) Mkdir(name string, perm fs.FileMode) error {
	return f.change("mkdir", name, func(c lualib.Changer, path func(string) string) error { return c.Mkdir(path(name), perm) })
}

// MkdirAll is os.MkdirAll, by Mkdir.
func (f Files) MkdirAll(name string, perm fs.FileMode) error {
	err := f.Mkdir(name, perm)
	if errors.Is(err, fs.ErrNotExist) {
		parent := filepath.Dir(strings.TrimRight(filepath.ToSlash(name), "/"))
		if parent == name || parent == "." || name == "" {
			return err
		}
		if err := f.MkdirAll(parent, perm); err != nil {
			return err
		}
		err = f.Mkdir(name, perm)
	}
	if err != nil {
		if st, serr := f.Stat(name); serr == nil && st.IsDir() {
			return nil // it is there, made by us or by somebody else
		}
	}
	return err
}

// Symlink is os.Symlink.
func (f Files) Symlink(target, name string) error {
	return f.change("symlink", name, func(c lualib.Changer, path func(string) string) error { return c.Symlink(target, path(name)) })
}

// Link is os.Link.
func (f Files) Link(from, name string) error {
	return f.change("link", name, func(c lualib.Changer, path func(string) string) error { return c.Link(path(from), path(name)) })
}

// Chmod is os.Chmod.
func (f Files) Chmod(name string, mode fs.FileMode) error {
	return f.change("chmod", name, func(c lualib.Changer, path func(string) string) error { return c.Chmod(path(name), mode) })
}

// Chown is os.Chown.
func (f Files) Chown(name string, uid, gid int) error {
	return f.change("chown", name, func(c lualib.Changer, path func(string) string) error { return c.Chown(path(name), uid, gid) })
}

// Chtimes is os.Chtimes.
func (f Files) Chtimes(name string, atime, mtime time.Time) error {
	return f.change("chtimes", name, func(c lualib.Changer, path func(string) string) error { return c.Chtimes(path(name), atime, mtime) })
}

// OnMachine is the name by which the machine knows a file; ok is false where the files are not the machine's.
func (f Files) OnMachine(name string) (path string, ok bool) {
	on, ok := lualib.OnMachine(f.files)
	if !ok {
		return "", false
	}
	return on(name), true
}

// OpenRoot is os.OpenRoot, for a builtin that changes files below a folder by names that are not the script's own: no link, no .. and
// no absolute name leads out of it. Count it with Opens. It fails where files can only be read.
func (f Files) OpenRoot(name string) (*os.Root, error) { return lualib.OpenRoot(f.files, name) }
