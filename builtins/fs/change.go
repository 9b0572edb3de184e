package fs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
)

// mkdir is fs.mkdir(path [, opts]).
func mkdir(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	var mode interp.Value
	if err := c.Options(2, map[string]any{"mode": &mode}); err != nil {
		return err
	}
	perm, err := modeOption(c, 2, mode)
	if err != nil {
		return err
	}
	_, err = run(c, true, name, func(_ context.Context, files interp.Files) (struct{}, error) {
		return struct{}{}, mkdirAll(files, name, perm)
	})
	if err != nil {
		return err
	}
	return c.Return(name)
}

// mkdirAll makes a folder and those that it is in. perm is that of the last one, whatever the umask; -1: as the system makes it.
func mkdirAll(files interp.Files, name string, perm int) error {
	_, was := files.Stat(name)
	err := files.MkdirAll(name, 0o777)
	if err == nil && perm >= 0 && was != nil { // one that was there keeps its mode
		err = files.Chmod(name, fs.FileMode(perm))
	}
	return err
}

// parents makes the folders that name is in, where the option of that name says so.
func parents(files interp.Files, name string, wanted bool) error {
	if dir := filepath.Dir(name); wanted && dir != "." && dir != name {
		return mkdirAll(files, dir, -1)
	}
	return nil
}

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

// removeTree removes a file, or a folder with all that is in it. Links are removed, and not followed.
func removeTree(ctx context.Context, files interp.Files, name string) (gone bool, err error) {
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
			if _, err := removeTree(ctx, files, joined(name, e.Name())); err != nil {
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

// chmod is fs.chmod(path, mode).
func chmod(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	mode, err := c.Text(2)
	if err != nil {
		return err
	}
	if _, err := newMode(mode, 0); err != nil {
		return c.ArgError(2, err.Error())
	}
	_, err = run(c, true, name, func(_ context.Context, files interp.Files) (struct{}, error) {
		st, err := files.Stat(name)
		if err != nil {
			return struct{}{}, err
		}
		m, err := newMode(mode, st.Mode())
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, files.Chmod(name, m)
	})
	return err
}

// chown is fs.chown(path, user, group).
func chown(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	ids := [2]int{-1, -1}
	names := [2]string{}
	for i := range ids {
		switch v := c.Arg(i + 2); v.Type() {
		case "nil":
		case "number":
			n, _ := v.Number()
			if n < 0 || n != math.Trunc(n) || n > math.MaxUint32 {
				return c.ArgError(i+2, fmt.Sprintf("number of a user or group expected, got %v", v))
			}
			ids[i] = int(n)
		case "string":
			if names[i] = v.String(); names[i] == "" {
				return c.ArgError(i+2, "the name is empty")
			}
		default:
			return c.ArgError(i+2, "name or number expected, got "+data.TypeOf(v))
		}
	}
	_, err = run(c, true, name, func(_ context.Context, files interp.Files) (struct{}, error) {
		for i, n := range names {
			if n != "" {
				id, err := idOf(n, i == 1)
				if err != nil {
					return struct{}{}, err
				}
				ids[i] = id
			}
		}
		return struct{}{}, files.Chown(name, ids[0], ids[1])
	})
	return err
}

// seconds is an instant as scripts have it.
func seconds(t time.Time) float64 { return float64(t.Unix()) + float64(t.Nanosecond())/1e9 }

// instant is seconds as an instant.
func instant(n float64) time.Time {
	whole := math.Floor(n)
	return time.Unix(int64(whole), int64(math.Round((n-whole)*1e6))*1000)
}

// touch is fs.touch(path [, opts]).
func touch(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	var mtime float64
	if err := c.Options(2, map[string]any{"mtime": &mtime}); err != nil {
		return err
	}
	at := c.Time()
	if given(c, 2, "mtime") {
		if !(mtime >= -62135596800 && mtime < 253402300800) {
			return c.ArgError(2, fmt.Sprintf("option 'mtime': seconds since 1970 expected, in the years 1 to 9999, got %v", interp.Number(mtime)))
		}
		at = instant(mtime)
	}
	_, err = run(c, true, name, func(ctx context.Context, files interp.Files) (struct{}, error) {
		err := files.Chtimes(name, at, at)
		if !errors.Is(err, fs.ErrNotExist) {
			return struct{}{}, err
		}
		f, err := files.Open(ctx, name, os.O_WRONLY|os.O_CREATE, 0o666)
		if err == nil {
			err = f.Close()
		}
		if err == nil {
			err = files.Chtimes(name, at, at)
		}
		return struct{}{}, err
	})
	return err
}

// replaceFile is fs.replace(path, fn [, opts]).
func replaceFile(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	fn, err := c.Function(2)
	if err != nil {
		return err
	}
	var mode interp.Value
	var withParents bool
	if err := c.Options(3, map[string]any{"mode": &mode, "parents": &withParents}); err != nil {
		return err
	}
	perm, err := modeOption(c, 3, mode)
	if err != nil {
		return err
	}
	n, err := run(c, true, name, func(ctx context.Context, files interp.Files) (*replace.File, error) {
		if err := parents(files, name, withParents); err != nil {
			return nil, err
		}
		return replace.Begin(ctx, files, name, perm)
	})
	if err != nil {
		return err
	}
	// Files that were begun are taken away, whatever becomes of the task.
	r := c.Defer("fs.replace "+name, nil, func(context.Context) error { return n.Abort(nil) })
	h, err := c.OpenFile("fs.replace", n.Name(), "w")
	if err != nil {
		c.Close(r)
		return err
	}
	vals, err := c.Call(fn, h)
	if cerr := closeHandle(c, h); err == nil {
		err = cerr
	}
	if err != nil {
		c.Close(r)
		return err
	}
	if !r.Release() {
		return interp.Errorf(interp.KindError, "fs.replace: the task has ended")
	}
	var failure error
	if err := c.BlockFirm(func(ctx context.Context) error {
		failure = n.Commit(ctx)
		return nil
	}); err != nil {
		return err
	}
	if failure != nil {
		return failed(c, name, failure)
	}
	return c.ReturnValues(vals)
}

// closeHandle writes out what a handle holds, and closes it; one that is closed is left alone.
func closeHandle(c *interp.Call, h interp.Value) error {
	fn, ok := h.Method("close")
	if !ok {
		return nil
	}
	vals, err := c.Protect(fn, h)
	if e := (*interp.Error)(nil); errors.As(err, &e) && strings.Contains(e.Msg, "closed file") {
		return nil // fn has closed it
	}
	if why, failed := vals.Get(2).Text(); err == nil && failed && vals.Get(1).IsNil() {
		return interp.Errorf(interp.KindIO, "fs.replace: %s", why)
	}
	return err
}

// temp is fs.temp([opts [, fn]]).
func temp(c *interp.Call) error {
	var file, keep bool
	prefix, dir := "lull-", ""
	if err := c.Options(1, map[string]any{"file": &file, "prefix": &prefix, "dir": &dir, "keep": &keep}); err != nil {
		return err
	}
	if err := optionPath(c, 1, "dir", dir); err != nil {
		return err
	}
	if strings.ContainsAny(prefix, "/\x00") || strings.ContainsRune(prefix, filepath.Separator) || len(prefix) > 100 {
		return c.ArgError(1, fmt.Sprintf("option 'prefix': %.60q is no beginning of a name", prefix))
	}
	if !c.Arg(2).IsNil() && !c.Arg(2).IsFunction() {
		return c.TypeError(2, "function")
	}
	if dir == "" {
		dir = tempDir(c)
	}
	made, err := run(c, true, dir, func(ctx context.Context, files interp.Files) (string, error) {
		for try := 0; ; try++ {
			random := replace.Name("")
			name := joined(slashed(dir), prefix+random[len(random)-8:])
			var err error
			if file {
				var f *interp.File
				if f, err = files.Open(ctx, name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
					err = f.Close()
				}
			} else {
				err = files.Mkdir(name, 0o700)
			}
			if !errors.Is(err, fs.ErrExist) || try == 100 {
				return name, err
			}
		}
	})
	if err != nil {
		return err
	}
	files := c.Files()
	r := c.Defer("fs.temp "+made, nil, func(ctx context.Context) error {
		_, err := removeTree(ctx, files, made)
		return err
	})
	if c.Arg(2).IsNil() {
		if keep {
			r.Keep()
		}
		return c.Return(made)
	}
	v, err := c.Value(made)
	if err != nil {
		return err
	}
	vals, err := c.Call(c.Arg(2), v)
	c.Close(r)
	if err != nil {
		return err
	}
	return c.ReturnValues(vals)
}

// tempDir is where temporary files go.
func tempDir(c *interp.Call) string {
	if _, ok := c.Files().OnMachine("."); !ok {
		return "."
	}
	for _, name := range []string{"TMPDIR", "TEMP", "TMP"} {
		if v, _ := c.Env(name); v != "" && filepath.IsAbs(v) {
			return v
		}
	}
	return os.TempDir()
}
