package process

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/lull-lua/lull/interp"
)

// which is process.which(name).
func which(c *interp.Call) error {
	name, err := c.Text(1)
	if err != nil {
		return err
	}
	if name == "" || strings.Contains(name, "\x00") {
		return c.ArgError(1, "the name of a program expected")
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	in, dir, path := searched(c), c.Dir(), ""
	if !c.Processes().Granted() {
		return nil
	}
	if err := c.Block(func(context.Context) error {
		path, _ = find(name, in, dir)
		return nil
	}); err != nil {
		return err
	}
	if path == "" {
		return c.Return(nil)
	}
	return c.Return(filepath.ToSlash(path))
}

// search is where programs are looked for.
type search struct{ path, ends string }

// searched is the PATH of the environments, each of which goes before the next, then of the runtime, or what systems take without one.
func searched(c *interp.Call, envs ...interp.Value) search {
	s := search{path: "/usr/local/bin:/usr/bin:/bin", ends: ".COM;.EXE;.BAT;.CMD"}
	if ends, ok := c.Env("PATHEXT"); ok && ends != "" {
		s.ends = ends
	}
	for _, env := range envs {
		if t, ok := env.Table(); ok {
			if path, ok := t.Field("PATH").Text(); ok {
				s.path = path
				return s
			}
		}
	}
	if path, ok := c.Env("PATH"); ok {
		s.path = path
	}
	return s
}

// find is the path of a program: of a name alone in the folders of PATH, of one with a slash as it is, from dir.
func find(name string, in search, dir string) (string, error) {
	if strings.Contains(name, "/") || runtime.GOOS == "windows" && strings.ContainsAny(name, `\:`) {
		return runnable(name, in, dir)
	}
	var denied error
	for _, folder := range filepath.SplitList(in.path) {
		if folder == "" {
			folder = "."
		}
		path, err := runnable(filepath.Join(folder, name), in, dir)
		if err == nil {
			if !filepath.IsAbs(path) && !strings.Contains(path, string(filepath.Separator)) {
				path = "." + string(filepath.Separator) + path
			}
			return path, nil
		}
		if os.IsPermission(err) && !hidden(err) {
			denied = err
		}
	}
	if denied != nil {
		return "", denied
	}
	return "", syscall.ENOENT
}

// hidden reports whether an error of runnable is that of a folder which cannot be searched: what is in there is not known.
func hidden(err error) bool {
	var e *fs.PathError
	return errors.As(err, &e) && e.Op == "stat"
}

// runnable is a program's path, if there is a file of that name that can be run: on Windows also with one of the ends in PATHEXT.
func runnable(path string, in search, dir string) (string, error) {
	ends := []string{""}
	if runtime.GOOS == "windows" {
		if filepath.Ext(path) == "" {
			ends = nil
		}
		ends = append(ends, strings.Split(in.ends, ";")...)
	}
	var failure error = syscall.ENOENT
	for _, end := range ends {
		st, err := os.Stat(within(dir, path+end))
		switch {
		case err != nil:
			if !os.IsNotExist(err) {
				failure = err
			}
		case st.IsDir():
			failure = syscall.EACCES
		case runtime.GOOS != "windows" && st.Mode()&0o111 == 0:
			failure = &fs.PathError{Op: "exec", Path: path, Err: syscall.EACCES}
		default:
			return path + end, nil
		}
	}
	return "", failure
}

// within is a path that starts from dir, unless it is absolute.
func within(dir, path string) string {
	if dir == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// systemShell is what stands before a script for the system's POSIX shell.
func systemShell() []string {
	if runtime.GOOS == "windows" {
		return []string{"sh", "-ec"}
	}
	return []string{"/bin/sh", "-ec"}
}
