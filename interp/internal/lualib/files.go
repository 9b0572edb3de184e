package lualib

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Files are the files that a runtime was granted: the machine's, those of a tree, or none. Names are as scripts give them.
// The methods block and may be called from any goroutine; their errors are those of package os.
type Files interface {
	// Open is os.OpenFile that does not wait in the system for the other end of a FIFO: reading one begins at once, to
	// write it Open waits for a reader, until ctx ends.
	Open(ctx context.Context, name string, flag int, perm fs.FileMode) (File, error)
	Stat(name string) (fs.FileInfo, error)
	Lstat(name string) (fs.FileInfo, error)
	Readlink(name string) (string, error)
	Remove(name string) error
	// Rename is rename(2), where there is one: what it replaces may be an empty folder.
	Rename(from, to string) error
}

// WholeReader is Files that may read a regular file of fewer than below bytes at once, unless it is empty. begin is told of its size before it
// is opened; its error prevents that, and is returned. ok is false where there is no such file, or it could not be read so.
type WholeReader interface {
	ReadWhole(name string, below int64, begin func(size int) error) (data []byte, ok bool, err error)
}

// File is an open file: an *os.File, or one of a tree that can only be read.
type File interface {
	fs.File
	io.WriteSeeker
}

// OpenFiles counts what a run has open at once: files, and processes. nil counts nothing. It may be used from any goroutine.
type OpenFiles struct {
	n    atomic.Int64
	Most int
}

// ErrOpenFiles is the error of what would be one too many.
var ErrOpenFiles = errors.New("too many open files")

// Add is called before something is opened; its error is [ErrOpenFiles].
func (o *OpenFiles) Add() error {
	if o != nil && o.n.Add(1) > int64(o.Most) {
		o.n.Add(-1)
		return ErrOpenFiles
	}
	return nil
}

// Open is how many there are.
func (o *OpenFiles) Open() int { return int(o.n.Load()) }

// Done is called once for each Add that has returned no error, when it is closed, or was not opened after all.
func (o *OpenFiles) Done() {
	if o != nil {
		o.n.Add(-1)
	}
}

// Machine is the machine's own file system. Relative names start from Dir; "" is the process's own folder.
type Machine struct{ Dir string }

func (m Machine) path(name string) string { return within(m.Dir, name) }

// within is a name that starts from dir, unless it is absolute. An empty one stays, so that there is no such file, and so does
// what the system makes of a slash at the end, and of .. behind a link.
func within(dir, name string) string {
	if dir != "" && name != "" && !filepath.IsAbs(name) {
		return dir + string(filepath.Separator) + name
	}
	return name
}

// Open implements Files.
func (m Machine) Open(ctx context.Context, name string, flag int, perm fs.FileMode) (File, error) {
	f, err := openFile(ctx, m.path(name), flag, perm)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// ReadWhole implements WholeReader.
func (m Machine) ReadWhole(name string, below int64, begin func(size int) error) ([]byte, bool, error) {
	return readWhole(m.path(name), below, begin)
}

// Stat implements Files.
func (m Machine) Stat(name string) (fs.FileInfo, error) { return os.Stat(m.path(name)) }

// Lstat implements Files.
func (m Machine) Lstat(name string) (fs.FileInfo, error) { return os.Lstat(m.path(name)) }

// Readlink implements Files.
func (m Machine) Readlink(name string) (string, error) { return os.Readlink(m.path(name)) }

// Remove implements Files.
func (m Machine) Remove(name string) error { return os.Remove(m.path(name)) }

// Rename implements Files.
func (m Machine) Rename(from, to string) error { return rename(m.path(from), m.path(to)) }

var errSpecial = errors.New("neither a regular file nor a folder: devices, pipes and sockets are not granted")

// ordinary is the error of an open file that is none of a tree's to give: what can block, or reaches beyond the tree.
func ordinary(name string, st fs.FileInfo, err error) error {
	if err == nil && !st.Mode().IsRegular() && !st.IsDir() {
		err = &fs.PathError{Op: "open", Path: name, Err: errSpecial}
	}
	return err
}

// Tree is a folder that nothing leads out of: os.Root sees to links, .. and absolute names, whatever others do to the
// folder meanwhile. Relative names start from Dir, a folder in it.
type Tree struct {
	Root *os.Root
	Dir  string
}

func (t Tree) path(name string) string { return within(t.Dir, name) }

// Open implements Files.
func (t Tree) Open(_ context.Context, name string, flag int, perm fs.FileMode) (File, error) {
	p := t.path(name)
	if p == "" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: syscall.ENOENT}
	}
	if st, err := t.Root.Stat(p); err == nil { // to open a device may already do something
		if err := ordinary(name, st, nil); err != nil {
			return nil, err
		}
	}
	f, err := t.Root.OpenFile(p, flag|noWait, perm)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err = ordinary(name, st, err); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Stat implements Files.
func (t Tree) Stat(name string) (fs.FileInfo, error) { return t.Root.Stat(t.path(name)) }

// Lstat implements Files.
func (t Tree) Lstat(name string) (fs.FileInfo, error) { return t.Root.Lstat(t.path(name)) }

// Readlink implements Files.
func (t Tree) Readlink(name string) (string, error) { return t.Root.Readlink(t.path(name)) }

// Remove implements Files.
func (t Tree) Remove(name string) error { return t.Root.Remove(t.path(name)) }

// Rename implements Files.
func (t Tree) Rename(from, to string) error { return renameIn(t.Root, t.path(from), t.path(to)) }

// ReadOnly is a file system of Go's, which may be anybody's: what it says is not believed, and a panic in it is a *vm.Panic.
// Relative names start from Dir, a folder in it.
type ReadOnly struct {
	FS  fs.FS
	Dir string
}

// ask asks the host's file system.
func ask[T any](fn func() (T, error)) (v T, err error) {
	if p := vm.Guard("the host's file system", func() { v, err = fn() }); p != nil {
		var none T
		return none, p
	}
	return v, err
}

// path is a name as io/fs wants it.
func (r ReadOnly) path(op, name string) (string, error) {
	p := filepath.ToSlash(within(r.Dir, name))
	if p == "" {
		return "", &fs.PathError{Op: op, Path: name, Err: syscall.ENOENT}
	}
	if p = path.Clean(p); !fs.ValidPath(p) || filepath.VolumeName(name) != "" {
		return "", &fs.PathError{Op: op, Path: name, Err: errors.New(escapes)} // as os.Root says it
	}
	return p, nil
}

// Open implements Files.
func (r ReadOnly) Open(_ context.Context, name string, flag int, _ fs.FileMode) (File, error) {
	p, err := r.path("open", name)
	if err != nil {
		return nil, err
	}
	if flag&(os.O_WRONLY|os.O_RDWR) != 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errReadOnly}
	}
	f, err := r.open(name, p)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err = ordinary(name, st, err); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Stat implements Files.
func (r ReadOnly) Stat(name string) (fs.FileInfo, error) {
	p, err := r.path("stat", name)
	if err != nil {
		return nil, err
	}
	if _, ok := r.FS.(fs.StatFS); !ok { // as fs.Stat does, which believes that there is a file
		f, err := r.open(name, p)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return f.Stat()
	}
	return stat(name, func() (fs.FileInfo, error) { return fs.Stat(r.FS, p) })
}

// open opens p, which scripts call name.
func (r ReadOnly) open(name, p string) (*readOnly, error) {
	f, err := ask(func() (fs.File, error) {
		f, err := r.FS.Open(p)
		return f, numbered(err)
	})
	switch {
	case err != nil:
		return nil, err
	case f == nil:
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("the host's file system opened nothing")}
	}
	return &readOnly{f, name}, nil
}

// stat is what a file system says of a file that scripts call name, which must be something.
func stat(name string, fn func() (fs.FileInfo, error)) (fs.FileInfo, error) {
	return ask(func() (fs.FileInfo, error) {
		st, err := fn()
		switch {
		case err != nil:
			return nil, numbered(err)
		case st == nil:
			return nil, &fs.PathError{Op: "stat", Path: name, Err: errors.New("the host's file system says nothing about it")}
		}
		return info{st.Name(), st.Size(), st.Mode(), st.ModTime()}, nil
	})
}

// info is what a file system has said.
type info struct {
	name string
	size int64
	mode fs.FileMode
	at   time.Time
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return i.at }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }

// Lstat implements Files.
func (r ReadOnly) Lstat(name string) (fs.FileInfo, error) {
	p, err := r.path("lstat", name)
	if err != nil {
		return nil, err
	}
	if _, ok := r.FS.(fs.ReadLinkFS); !ok {
		return r.Stat(name)
	}
	return stat(name, func() (fs.FileInfo, error) { return fs.Lstat(r.FS, p) })
}

// Readlink implements Files.
func (r ReadOnly) Readlink(name string) (string, error) {
	p, err := r.path("readlink", name)
	if err != nil {
		return "", err
	}
	return ask(func() (string, error) {
		to, err := fs.ReadLink(r.FS, p)
		return to, numbered(err)
	})
}

// numbered gives an error of io/fs the system's number, which scripts look at.
func numbered(err error) error {
	no := syscall.ENOENT
	if errors.Is(err, fs.ErrPermission) {
		no = syscall.EACCES
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return &fs.PathError{Op: pe.Op, Path: pe.Path, Err: no}
	}
	return no
}

// Remove implements Files.
func (r ReadOnly) Remove(name string) error {
	if _, err := r.path("remove", name); err != nil {
		return err
	}
	return &fs.PathError{Op: "remove", Path: name, Err: errReadOnly}
}

// Rename implements Files.
func (r ReadOnly) Rename(from, _ string) error {
	return &fs.PathError{Op: "rename", Path: from, Err: errReadOnly}
}

// readOnly is an open file of an fs.FS.
type readOnly struct {
	f    fs.File
	name string
}

// Stat implements fs.File.
func (f *readOnly) Stat() (fs.FileInfo, error) { return stat(f.name, f.f.Stat) }

// Read implements fs.File.
func (f *readOnly) Read(p []byte) (int, error) {
	for range 100 {
		n, err := ask(func() (int, error) { return f.f.Read(p) })
		if n < 0 || n > len(p) {
			return 0, &fs.PathError{Op: "read", Path: f.name, Err: fmt.Errorf("the host's file system read %d of %d bytes", n, len(p))}
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
	return 0, &fs.PathError{Op: "read", Path: f.name, Err: io.ErrNoProgress}
}

// ReadDir implements fs.ReadDirFile.
func (f *readOnly) ReadDir(n int) ([]fs.DirEntry, error) {
	d, ok := f.f.(fs.ReadDirFile)
	if !ok {
		return nil, &fs.PathError{Op: "readdir", Path: f.name, Err: syscall.ENOTDIR}
	}
	return ask(func() ([]fs.DirEntry, error) { return d.ReadDir(n) })
}

// Close implements fs.File.
func (f *readOnly) Close() error {
	_, err := ask(func() (struct{}, error) { return struct{}{}, f.f.Close() })
	return err
}

// Write implements io.Writer.
func (f *readOnly) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: f.name, Err: errReadOnly}
}

// Seek implements io.Seeker.
func (f *readOnly) Seek(offset int64, whence int) (int64, error) {
	if s, ok := f.f.(io.Seeker); ok {
		return ask(func() (int64, error) { return s.Seek(offset, whence) })
	}
	return 0, &fs.PathError{Op: "seek", Path: f.name, Err: syscall.ESPIPE}
}

// NoFiles is Files where none were granted.
type NoFiles struct {
	Hint string // what to do; "": nothing is known
}

// ErrNoFiles is the error of each of its methods.
var ErrNoFiles = errors.New("the host has granted no files")

func (f NoFiles) err() error {
	if f.Hint == "" {
		return ErrNoFiles
	}
	return fmt.Errorf("%w: %s", ErrNoFiles, f.Hint)
}

// Escapes reports whether err says that a name leads out of the tree that was granted.
func Escapes(err error) bool {
	e := (*fs.PathError)(nil)
	return errors.As(err, &e) && e.Err != nil && e.Err.Error() == escapes
}

// escapes is what os.Root says; it has no name for that error.
const escapes = "path escapes from parent"

// Open implements Files.
func (f NoFiles) Open(_ context.Context, name string, _ int, _ fs.FileMode) (File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: f.err()}
}

// Stat implements Files.
func (f NoFiles) Stat(name string) (fs.FileInfo, error) {
	return nil, &fs.PathError{Op: "stat", Path: name, Err: f.err()}
}

// Lstat implements Files.
func (f NoFiles) Lstat(name string) (fs.FileInfo, error) {
	return nil, &fs.PathError{Op: "lstat", Path: name, Err: f.err()}
}

// Readlink implements Files.
func (f NoFiles) Readlink(name string) (string, error) {
	return "", &fs.PathError{Op: "readlink", Path: name, Err: f.err()}
}

// Remove implements Files.
func (f NoFiles) Remove(name string) error {
	return &fs.PathError{Op: "remove", Path: name, Err: f.err()}
}

// Rename implements Files.
func (f NoFiles) Rename(from, _ string) error {
	return &fs.PathError{Op: "rename", Path: from, Err: f.err()}
}

// granted reports whether there are files at all.
func (lib *Library) granted() bool {
	_, none := lib.host.Files().(NoFiles)
	return !none
}

// createTemp makes a new file that nobody else has, in the folder for temporary files: the environment's TMPDIR, else the
// system's or, in a tree, where relative names start from.
func (lib *Library) createTemp(ctx context.Context) (name string, f File, err error) {
	files := lib.host.Files()
	dir := ""
	for _, v := range tempVars {
		if d, ok := lib.host.Getenv(v); ok && d != "" {
			dir = d
			break
		}
	}
	if lib.host.Processes() && dir == "" {
		dir = systemTemp()
	}
	for range 10_000 {
		name = filepath.Join(dir, fmt.Sprintf("lua_%x", rand.Uint64()))
		if f, err = files.Open(ctx, name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); !errors.Is(err, fs.ErrExist) {
			return name, f, err
		}
	}
	return "", nil, err
}

// readChunk reads a chunk's source; of one that is too large, enough for the compiler to see that.
func (lib *Library) readChunk(ctx context.Context, s *source, name string, count *OpenFiles) {
	s.text, s.err = lib.readText(ctx, s, name, count)
}

func (lib *Library) readText(ctx context.Context, s *source, name string, count *OpenFiles) (string, error) {
	if err := count.Add(); err != nil {
		return "", err
	}
	defer count.Done()
	f, err := lib.host.Files().Open(ctx, name, os.O_RDONLY, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return "", err
	}
	most := int64(lib.host.MaxSource(maxChunk))
	var b strings.Builder
	if st.Mode().IsRegular() {
		size := int(min(st.Size(), most))
		if s.limited && size > smallChunk {
			s.large = size
			return "", nil
		}
		b.Grow(size)
	}
	_, err = io.Copy(&b, io.LimitReader(inContext{ctx, lib.toBeRead(f, st)}, most))
	return b.String(), err
}

// inContext is a file as a reader, whose reads end when ctx does.
type inContext struct {
	ctx context.Context
	f   *file
}

func (r inContext) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.f.read(r.ctx, p)
}
