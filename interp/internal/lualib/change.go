package lualib

import (
	"context"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// Changer changes what is in a tree of files, as the functions of package os of the same names do.
type Changer interface {
	Mkdir(name string, perm fs.FileMode) error
	Symlink(target, name string) error
	Link(from, name string) error
	Chmod(name string, mode fs.FileMode) error
	Chown(name string, uid, gid int) error
	Lchown(name string, uid, gid int) error
	Chtimes(name string, atime, mtime time.Time) error
}

// Changes is what changes some files, and how it names them. The error is that of files that cannot be changed.
func Changes(files Files) (c Changer, path func(name string) string, err error) {
	switch f := files.(type) {
	case reclaiming:
		return Changes(f.files)
	case Machine:
		return machine{}, f.path, nil
	case Tree:
		return f.Root, f.path, nil
	case ReadOnly:
		return nil, nil, syscall.EROFS
	}
	return nil, nil, ErrNoFiles
}

// OnMachine reports whether files are the machine's, and how it names them.
func OnMachine(files Files) (path func(name string) string, ok bool) {
	switch f := files.(type) {
	case reclaiming:
		return OnMachine(f.files)
	case Machine:
		return f.path, true
	}
	return nil, false
}

// machine is the machine's files as a Changer.
type machine struct{}

func (machine) Mkdir(name string, perm fs.FileMode) error { return os.Mkdir(name, perm) }
func (machine) Symlink(target, name string) error         { return os.Symlink(target, name) }
func (machine) Link(from, name string) error              { return os.Link(from, name) }
func (machine) Chmod(name string, mode fs.FileMode) error { return os.Chmod(name, mode) }
func (machine) Chown(name string, uid, gid int) error     { return os.Chown(name, uid, gid) }
func (machine) Lchown(name string, uid, gid int) error    { return os.Lchown(name, uid, gid) }
func (machine) Chtimes(name string, atime, mtime time.Time) error {
	return os.Chtimes(name, atime, mtime)
}

// OpenRoot opens a folder of the files, which nothing leads out of, to change what is in it.
func OpenRoot(files Files, name string) (*os.Root, error) {
	switch f := files.(type) {
	case reclaiming:
		return again(context.Background(), f, func() (*os.Root, error) { return OpenRoot(f.files, name) })
	case Machine:
		return os.OpenRoot(f.path(name))
	case Tree:
		return f.Root.OpenRoot(f.path(name))
	}
	_, _, err := Changes(files)
	return nil, &fs.PathError{Op: "open", Path: name, Err: err}
}
