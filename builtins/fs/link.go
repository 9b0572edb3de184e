package fs

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
)

// link is fs.link(target, path [, opts]).
func link(c *interp.Call) error {
	target, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	name, err := pathArg(c, 2)
	if err != nil {
		return err
	}
	var hard, overwrite bool
	if err := c.Options(3, map[string]any{"hard": &hard, "overwrite": &overwrite}); err != nil {
		return err
	}
	_, err = run(c, true, name, func(_ context.Context, files interp.Files) (struct{}, error) {
		make := func(name string) error {
			if hard {
				return files.Link(target, name)
			}
			return files.Symlink(target, name)
		}
		err := make(name)
		if !overwrite || !errors.Is(err, fs.ErrExist) {
			return struct{}{}, err
		}
		if st, err := files.Lstat(name); err == nil {
			switch {
			case st.IsDir():
				return struct{}{}, syscall.EISDIR
			case special(st):
				return struct{}{}, replace.ErrNotRegular
			}
		}
		dir, base := filepath.Split(name)
		beside := dir + replace.Name(base)
		if err := make(beside); err != nil {
			return struct{}{}, err
		}
		if err := files.Rename(beside, name); err != nil {
			return struct{}{}, errors.Join(err, files.Remove(beside))
		}
		if hard { // rename does nothing where both are the same file
			if err := files.Remove(beside); err != nil && !absent(err) {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	})
	return err
}

// readlink is fs.readlink(path).
func readlink(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	to, err := run(c, false, name, func(_ context.Context, files interp.Files) (string, error) { return files.Readlink(name) })
	if err != nil {
		return err
	}
	return c.Return(slashed(to))
}

// realpath is fs.realpath(path).
func realpath(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	if on, ok := c.Files().OnMachine(name); ok {
		to, err := run(c, false, name, func(context.Context, interp.Files) (string, error) {
			if on == "" {
				return "", syscall.ENOENT
			}
			to, err := filepath.EvalSymlinks(on)
			switch {
			case err != nil && strings.HasSuffix(err.Error(), "too many links"): // the library's own count
				return "", syscall.ELOOP
			case err != nil:
				return "", err
			}
			return filepath.Abs(to)
		})
		if err != nil {
			return err
		}
		return c.Return(slashed(to))
	}
	to, err := run(c, false, name, func(_ context.Context, files interp.Files) (string, error) { return treeRealpath(files, name) })
	if err != nil {
		return err
	}
	return c.Return(to)
}

// treeRealpath follows links in a tree, where names stay relative.
func treeRealpath(files interp.Files, name string) (string, error) {
	if _, err := files.Stat(name); err != nil {
		return "", err
	}
	done, left := "", strings.Split(slashed(name), "/")
	for steps := 0; len(left) > 0; {
		part := left[0]
		left = left[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			done = path.Join(done, "..")
			continue
		}
		next := joined(done, part)
		st, err := files.Lstat(next)
		if err != nil {
			return "", err
		}
		if st.Mode()&fs.ModeSymlink == 0 {
			done = next
			continue
		}
		if steps++; steps > 40 {
			return "", syscall.ELOOP
		}
		to, err := files.Readlink(next)
		if err != nil {
			return "", err
		}
		left = append(strings.Split(slashed(to), "/"), left...)
	}
	return path.Join(".", done), nil
}
