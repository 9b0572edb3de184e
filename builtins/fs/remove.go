package fs

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"syscall"

	"github.com/lull-lua/lull/interp"
)

// remove is fs.remove(path [, opts]).
func remove(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	var recursive bool
	if err := c.Options(2, map[string]any{"recursive": &recursive}); err != nil {
		return err
	}
	switch clean, last := filepath.Clean(name), baseOf(slashed(name)); {
	case name == "":
		return c.ArgError(1, "the path is empty")
	case recursive && (clean == filepath.VolumeName(clean)+string(filepath.Separator) || filepath.VolumeName(clean) == clean):
		return c.ArgError(1, fmt.Sprintf("%q is the root of a file system; what is to be removed must be named", name))
	case last == "." || last == "..":
		return c.ArgError(1, unnamed(name))
	}
	gone, err := run(c, true, name, func(ctx context.Context, files interp.Files) (bool, error) {
		if err := checkSlash(files, name); err != nil {
			return false, err
		}
		if !recursive {
			err := files.Remove(name)
			if absent(err) {
				return false, nil
			}
			return true, err
		}
		return removeTree(ctx, files, name)
	})
	if err != nil {
		return err
	}
	return c.Return(gone)
}

// unnamed says that a path ends in . or .., through which nothing can be removed: the entry to remove is in a folder that it does not name.
func unnamed(path string) string {
	return fmt.Sprintf("%q ends in . or .., which is no name of its own", path)
}

// checkSlash is the error of a path with a slash at its end that is no folder, but a file or a link: systems differ in what removing
// or renaming it does.
func checkSlash(files interp.Files, path string) error {
	bare := trimmed(slashed(path))
	if bare == slashed(path) {
		return nil
	}
	st, err := files.Lstat(bare)
	switch {
	case absent(err):
		return nil // what is done with it says so
	case err != nil:
		return err
	case !st.IsDir():
		return syscall.ENOTDIR
	}
	return nil
}

// removeByName is removeTree where every file is reached by its whole name: only its last part is known to be no link.
func removeByName(ctx context.Context, files interp.Files, name string) (gone bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	err = files.Remove(name)
	switch {
	case err == nil:
		return true, nil
	case absent(err):
		return false, nil
	}
	st, lerr := files.Lstat(name)
	if absent(lerr) {
		return true, nil
	}
	if lerr != nil || !st.IsDir() {
		return false, &at{name, err}
	}
	for { // whoever makes files in it meanwhile is outrun, or not
		some, rerr := firstEntries(ctx, files, name)
		if rerr != nil && !absent(rerr) {
			return false, &at{name, rerr}
		}
		for _, e := range some {
			if _, err := removeByName(ctx, files, joined(name, e.Name())); err != nil {
				return false, err
			}
		}
		if len(some) == 0 {
			break
		}
	}
	if err := files.Remove(name); err != nil && !absent(err) {
		return false, &at{name, err}
	}
	return true, nil
}

// firstEntries are some of the entries of a folder, which is no link.
func firstEntries(ctx context.Context, files interp.Files, dir string) ([]fs.DirEntry, error) {
	f, err := files.Open(ctx, dir, openDir|noFollow, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	some, err := f.ReadDir(1000)
	if len(some) > 0 {
		return some, nil
	}
	if err == io.EOF {
		err = nil
	}
	return nil, err
}
