package interp

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"syscall"

	"github.com/lull-lua/lull/interp/internal/lualib"
)

// Files are the files that a runtime was granted: the machine's, those of a tree, or none; see [WithSystem] and [WithFS].
// Names are as scripts give them. The methods block, so call them in [Call.Block]; their errors are those of package os.
// Open does not wait in the system for the other end of a FIFO.
//
//	type Files interface {
//		Open(ctx context.Context, name string, flag int, perm fs.FileMode) (File, error)
//		Stat(name string) (fs.FileInfo, error)
//		Lstat(name string) (fs.FileInfo, error)
//		Readlink(name string) (string, error)
//		Remove(name string) error
//		Rename(from, to string) error
//	}
type Files = lualib.Files

// File is an open file: an *os.File, or one of a tree that can only be read. It is an fs.File and an io.WriteSeeker.
type File = lualib.File

// Files are the files that the runtime was granted, for a builtin that opens some on a script's behalf; see also
// [Call.OpenFiles].
func (c *Call) Files() Files { return c.rt.cfg.files }

// OpenFile opens a file as io.open does, and returns the handle: what it reads and writes, waits for and counts is that of Lua's
// files, and whoever drops it has closed it. It waits, so it is a checkpoint's to call. Its error has kind io and the path.
func (c *Call) OpenFile(op, name, mode string) (Value, error) {
	c.task.waits = c.def
	ud, err := c.rt.libs.OpenPath(c.l, c.def.Name, name, mode)
	if err != nil {
		return Value{}, PathErrorf(op, name, err)
	}
	return Value{ud, c.rt}, nil
}

// WithSystem grants the machine's files and processes, and what of Lua's library works on them: all of io and os, dofile,
// loadfile, and require's search of package.path. Without it, and without WithFS, a script has none of that.
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

// WithFS grants a tree of files, an *os.Root or an fs.FS: whatever scripts open, change, require or list is in it. An fs.FS
// can only be read; writing fails with "read-only file system". Of a Root no link, no .. and no absolute name leads out,
// whoever changes the tree meanwhile; neither devices nor FIFOs are opened. The tree is not closed.
//
// WithFS takes away the machine's files and the processes that [WithSystem] grants, in whatever order they stand: a
// process would see everything.
func WithFS(tree any) Option {
	return func(c *config) error {
		switch t := tree.(type) {
		case *os.Root:
			if t == nil {
				return errors.New("WithFS: the *os.Root is nil")
			}
			c.tree = lualib.Tree{Root: t}
		case fs.FS:
			if reflect.TypeOf(t) == reflect.TypeOf(os.DirFS("")) {
				return errors.New("WithFS: links lead out of an os.DirFS; use os.OpenRoot, and its FS method for files that can only be read")
			}
			c.tree = lualib.ReadOnly{FS: t}
		default:
			return fmt.Errorf("WithFS: an *os.Root or an fs.FS is needed, this is a %T", tree)
		}
		return nil
	}
}

// WithDir sets the folder that relative file names in scripts start from. The default is the process's own or, with WithFS,
// the tree's root: there it is a folder in the tree. New fails if there is no such folder.
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
		c.files = lualib.NoFiles{}
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
		return fmt.Errorf("WithDir: with WithFS it must be a folder in the tree, %q is none", c.dir)
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
