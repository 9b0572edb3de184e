package interp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"syscall"

	"github.com/lull-lua/lull/interp/internal/lualib"
)

// Files are the files that a runtime was granted: the machine's, those of a tree, or none; see [WithSystem], [WithRoot] and [WithFS]. A file that
// they open counts as Limits.Files says. Names are as scripts give them. The methods block, so call them in [Call.Block]; they may be
// called from any goroutine, and their errors are those of package os.
type Files struct {
	files lualib.Files
	count *lualib.OpenFiles
}

// Files are the files that the runtime was granted, for a builtin that opens some on a script's behalf.
func (c *Call) Files() Files {
	c.outside("Files")
	return Files{c.rt.cfg.files, c.rt.openFiles()}
}

// Open opens a file as os.OpenFile does, but does not wait in the system for the other end of a FIFO: reading one begins at once, to
// write it Open waits for a reader, until ctx ends. The error of a file too many is to be returned by the builtin, and ends the run.
func (f Files) Open(ctx context.Context, name string, flag int, perm fs.FileMode) (*File, error) {
	closed, err := f.Opens()
	if err != nil {
		return nil, err
	}
	file, err := f.files.Open(ctx, name, flag, perm)
	if err != nil {
		closed()
		return nil, err
	}
	return &File{file, closed}, nil
}

// Opens counts something else that a builtin is about to open on a script's behalf, such as a connection, until closed is called. The
// error of one too many is to be returned by the builtin, and ends the run.
func (f Files) Opens() (closed func(), err error) {
	if err := f.count.Add(); err != nil {
		return nil, err
	}
	return sync.OnceFunc(f.count.Done), nil
}

// Stat is os.Stat.
func (f Files) Stat(name string) (fs.FileInfo, error) { return f.files.Stat(name) }

// ReadWhole reads a regular file of fewer than below bytes, in fewer calls of the system than Open takes, and reserves memory for it: ctx is
// that which Block gives. ok is false where there is none, it is empty or it cannot be read so: then Open says why. The error is one of
// Open's or Reserve's that ends the run.
func (f Files) ReadWhole(ctx context.Context, name string, below int64) (data []byte, ok bool, err error) {
	r, ok := f.files.(lualib.WholeReader)
	if !ok {
		return nil, false, nil
	}
	counts := false
	defer func() {
		if counts {
			f.count.Done()
		}
	}()
	return r.ReadWhole(name, below, func(size int) error {
		if err := Reserve(ctx, size+1); err != nil {
			return err
		}
		err := f.count.Add()
		counts = err == nil
		return err
	})
}

// Lstat is os.Lstat.
func (f Files) Lstat(name string) (fs.FileInfo, error) { return f.files.Lstat(name) }

// Readlink is os.Readlink.
func (f Files) Readlink(name string) (string, error) { return f.files.Readlink(name) }

// Remove is os.Remove.
func (f Files) Remove(name string) error { return f.files.Remove(name) }

// Rename is os.Rename.
func (f Files) Rename(from, to string) error { return f.files.Rename(from, to) }

// File is an open file, which counts as one until it is closed. It is an fs.File and an io.WriteSeeker.
type File struct {
	f      lualib.File
	closed func()
}

// System is the file as one of the system's, for what this type does not offer; nil for one of an fs.FS. Close the File, not it.
func (f *File) System() *os.File {
	sys, _ := f.f.(*os.File)
	return sys
}

// Uncount ends that it counts as an open file, for one that a [Stream] is about to read or write: that counts by itself.
func (f *File) Uncount() { f.closed() }

// Stat implements fs.File.
func (f *File) Stat() (fs.FileInfo, error) { return f.f.Stat() }

// Read implements fs.File.
func (f *File) Read(p []byte) (int, error) { return f.f.Read(p) }

// Write implements io.Writer.
func (f *File) Write(p []byte) (int, error) { return f.f.Write(p) }

// Seek implements io.Seeker.
func (f *File) Seek(offset int64, whence int) (int64, error) { return f.f.Seek(offset, whence) }

// Close implements fs.File.
func (f *File) Close() error {
	f.closed()
	return f.f.Close()
}

// OpenFile opens a file as io.open does, and returns the handle: what it reads and writes, waits for and counts is that of Lua's
// files, and whoever drops it has closed it. It waits, so it is a checkpoint's to call. Its error has kind io and the path.
func (c *Call) OpenFile(op, name, mode string) (Value, error) {
	c.outside("OpenFile")
	c.task.waits = c.def
	ud, err := c.rt.libs.OpenPath(c.l, c.def.Name, name, mode)
	if err != nil {
		return Value{}, PathErrorf(op, name, err)
	}
	return Value{ud, c.rt}, nil
}

// Refused is the first error that writing to a file of [Call.OpenFile], or closing it, has had; nil: there was none. Scripts are told by
// what the methods return, which they need not look at.
func (c *Call) Refused(file Value) error { return c.rt.libs.Refused(file.lua()) }

// IsClosed reports whether a value is a file handle, or a stream's, that is closed.
func (c *Call) IsClosed(v Value) bool { return c.rt.libs.IsClosed(v.lua()) }

// WithSystem grants the machine's files and processes, and what of Lua's library works on them: all of io and os, dofile,
// loadfile, and require's search of package.path. Without it, and without WithFS or WithRoot, a script has none of that.
//
// Processes run in groups of their own, behind the host where there is a terminal: Ctrl-C is the host's, which cancels its runs for
// it, and Ctrl-Z, for which there is [Runtime.Suspend]. One that asks for the terminal has it until it ends; if it dies of Ctrl-C, the
// host is sent that signal.
func WithSystem() Option {
	return func(c *config) error {
		c.system = true
		return nil
	}
}

// WithFS grants the files of an fs.FS, which can only be read: writing fails with "read-only file system". Scripts open, require
// and list what is in it. It takes away the machine's files and the processes that [WithSystem] grants, in whatever order they stand: a
// process would see everything. The tree is the host's, which may be used at once by several goroutines; it is not closed. Where both
// WithFS and [WithRoot] are given the later one counts.
func WithFS(tree fs.FS) Option {
	return func(c *config) error {
		if tree == nil {
			return errors.New("WithFS: the fs.FS is nil")
		}
		if reflect.TypeOf(tree) == reflect.TypeOf(os.DirFS("")) {
			return errors.New("WithFS: links lead out of an os.DirFS; use WithRoot with os.OpenRoot, or the root's FS method for files that can only be read")
		}
		c.tree = lualib.ReadOnly{FS: tree}
		return nil
	}
}

// WithRoot grants the files of a folder, as [WithFS] does, to be written and changed as well. No link, no .. and no absolute name
// leads out of it, whoever changes it meanwhile; neither devices nor FIFOs are opened. The root is not closed, and must stay open
// until the runtime is.
func WithRoot(root *os.Root) Option {
	return func(c *config) error {
		if root == nil {
			return errors.New("WithRoot: the *os.Root is nil")
		}
		c.tree = lualib.Tree{Root: root}
		return nil
	}
}

// WithDir sets the folder that relative file names in scripts start from. The default is the process's own or, with WithFS or
// WithRoot, the tree's root: there it is a folder in the tree. New fails if there is no such folder.
func WithDir(dir string) Option {
	return func(c *config) error {
		c.dir = dir
		return nil
	}
}

// grant decides which files there are.
func (c *config) grant() error {
	switch t := c.tree.(type) {
	case nil:
		none := lualib.NoFiles{}
		if c.denied != nil {
			none.Hint = c.denied("files")
		}
		c.files = none
		if c.system {
			c.files = lualib.Machine{Dir: c.dir}
			return c.checkDir()
		}
		return nil
	case lualib.Tree:
		t.Dir = c.dir
		c.files = t
	case lualib.ReadOnly:
		t.Dir = c.dir
		c.files = t
	}
	if c.dir != "" && !filepath.IsLocal(c.dir) {
		return fmt.Errorf("WithDir: with WithFS or WithRoot it must be a folder in the tree, %q is none", c.dir)
	}
	return c.checkDir()
}

// checkDir looks whether there is a folder where relative names start from.
func (c *config) checkDir() error {
	if c.dir == "" {
		return nil
	}
	switch st, err := c.files.Stat("."); {
	case err != nil && !errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("WithDir: %w", err)
	case err != nil || !st.IsDir():
		return fmt.Errorf("WithDir: %q is no folder", c.dir)
	}
	return nil
}

// KillProcesses ends at once, without SIGTERM, the processes that scripts have started and that still run; none can be started then.
// The footers of the terminal are taken away, and typing shows again. It is for a host that exits without waiting for
// Close, and may be called from any goroutine.
func (rt *Runtime) KillProcesses() {
	rt.libs.KillProcesses()
	rt.isolated(func(x *Runtime) { x.libs.KillProcesses() })
	rt.holdFooter() // for good
	rt.typing.restore()
}

// Suspend stops the processes that scripts have started, and the clock, until resume is called: it is for a host that is about to be
// stopped itself, by Ctrl-Z. Deadlines do not count the time in between. It may be called from any goroutine.
func (rt *Runtime) Suspend() (resume func()) {
	goOn, start, show := rt.loop.Pause(), rt.libs.Suspend(), rt.holdFooter()
	var starts []func()
	rt.isolated(func(x *Runtime) { starts = append(starts, x.libs.Suspend()) })
	return func() {
		show()
		for _, start := range starts {
			start()
		}
		start()
		goOn()
	}
}

// HoldTerminal keeps the terminal's foreground from the processes that scripts have started, until release is called: it is for a
// host that reads from the terminal itself, a line editor. A process that reads from it meanwhile is stopped until then, and what stands
// below the output is not shown. It may be called from any goroutine, but not twice at once.
func (rt *Runtime) HoldTerminal() (release func()) {
	give, show := rt.libs.HoldTerminal(), rt.holdFooter()
	return func() {
		show()
		give()
	}
}
