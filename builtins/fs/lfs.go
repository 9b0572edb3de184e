package fs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// LFS is the module lfs that published Lua code asks for: LuaFileSystem's functions, as its manual for version 1.8 has them, with its
// results: nil, a message and the system's number where something fails.
func LFS() interp.Module {
	return interp.Module{Name: "lfs", Make: makeLFS, Needs: func(g interp.Granted) bool { return g.Files }, Types: []interp.Type{lfsDirType, dirLockType}}
}

// lfsDir is a folder that is being listed.
type lfsDir struct {
	names  []string
	closed bool
}

var lfsDirType = interp.Type{
	Name: "lfs.dir",
	Of:   (*lfsDir)(nil),
	Methods: []interp.Def{
		{Name: "next", Fn: func(c *interp.Call) error { return interp.Self[*lfsDir](c).next(c) }},
		{Name: "close", Fn: func(c *interp.Call) error {
			interp.Self[*lfsDir](c).closed = true
			return nil
		}},
	},
}

func makeLFS(c *interp.Call) error {
	t := c.NewTable(0)
	for _, f := range []struct {
		name string
		fn   interp.Func
	}{
		{"attributes", func(c *interp.Call) error { return lfsAttributes(c, true) }},
		{"symlinkattributes", func(c *interp.Call) error { return lfsAttributes(c, false) }},
		{"chdir", lfsChdir}, {"currentdir", cwd}, {"dir", lfsList}, {"link", lfsLink}, {"mkdir", lfsMkdir}, {"rmdir", lfsRmdir}, {"touch", lfsTouch},
		{"lock", lfsNone}, {"unlock", lfsNone}, {"lock_dir", lockDir}, {"setmode", lfsSetmode},
	} {
		t.SetField(f.name, c.NewFunction(f.name, f.fn))
	}
	v, err := c.Value("LuaFileSystem 1.8.0")
	if err != nil {
		return err
	}
	t.SetField("_VERSION", v)
	return c.Return(t)
}

// outcome is what the system has answered.
type outcome[T any] struct {
	v   T
	err error
}

// asked does fn off the loop. The outcome has the answer of the system, the error is that of a cancellation, or of a limit.
func asked[T any](c *interp.Call, firm bool, path string, fn func(ctx context.Context, files interp.Files) (T, error)) (outcome[T], error) {
	return run(c, firm, path, func(ctx context.Context, files interp.Files) (o outcome[T], err error) {
		o.v, o.err = fn(ctx, files)
		if known := (*interp.Error)(nil); errors.As(o.err, &known) { // a limit
			return o, o.err
		}
		return o, ctx.Err()
	})
}

// cText is a system's error as C has it.
func cText(err error) (text string, number int) {
	if no := syscall.Errno(0); errors.As(err, &no) {
		text, number = no.Error(), int(no)
	} else {
		text = err.Error()
	}
	if text != "" {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	return text, number
}

// answer returns true, or nil and what the system says.
func answer(c *interp.Call, err error) error {
	if err == nil {
		return c.Return(true)
	}
	text, number := cText(err)
	return c.Return(nil, text, number)
}

// lfsModes are the types of files as lfs names them.
func lfsMode(m fs.FileMode) string {
	switch {
	case m.IsRegular():
		return "file"
	case m.IsDir():
		return "directory"
	case m&fs.ModeSymlink != 0:
		return "link"
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeNamedPipe != 0:
		return "named pipe"
	case m&fs.ModeCharDevice != 0:
		return "char device"
	case m&fs.ModeDevice != 0:
		return "block device"
	}
	return "other"
}

// lfsAttributes is lfs.attributes(path [, what | table]) and, without following a link, lfs.symlinkattributes.
func lfsAttributes(c *interp.Call, follow bool) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	what, one := c.Arg(2).Text()
	into, isTable := c.Arg(2).Table()
	if !one && !isTable && !c.Arg(2).IsNil() {
		return c.ArgError(2, "string or table expected, got "+data.TypeOf(c.Arg(2)))
	}
	type attributes struct {
		st     fs.FileInfo
		target string
	}
	o, err := asked(c, false, path, func(_ context.Context, files interp.Files) (a attributes, err error) {
		a.st, err = look(files, path, follow)
		if err == nil && (a.st.Mode()&fs.ModeSymlink != 0 || one && what == "target" && !follow) {
			a.target, err = files.Readlink(path)
		}
		return a, err
	})
	switch {
	case err != nil:
		return err
	case o.err != nil:
		text, number := cText(o.err)
		if one && what == "target" && !follow {
			return c.Return(nil, "could not obtain link target: "+text, number)
		}
		return c.Return(nil, fmt.Sprintf("cannot obtain information from file '%s': %s", path, text), number)
	}
	st := o.v.st
	fields := map[string]any{
		"mode": lfsMode(st.Mode()), "size": float64(st.Size()), "modification": float64(st.ModTime().Unix()), "access": float64(accessed(st).Unix()),
		"change": float64(st.ModTime().Unix()), "permissions": st.Mode().Perm().String()[1:],
	}
	for from, to := range map[string]string{"dev": "dev", "ino": "ino", "nlink": "nlink", "uid": "uid", "gid": "gid", "ctime": "change"} {
		if v, ok := system(st)[from]; ok {
			if n, ok := v.(float64); ok {
				fields[to] = float64(int64(n))
			}
		}
	}
	if o.v.target != "" {
		fields["target"] = o.v.target
	}
	if one {
		v, ok := fields[what]
		if !ok {
			return interp.Errorf(interp.KindError, "invalid attribute name '%.60s'", what)
		}
		return c.Return(v)
	}
	if !isTable {
		into = c.NewTable(0)
	}
	for _, name := range []string{"dev", "ino", "mode", "nlink", "uid", "gid", "access", "modification", "change", "size", "permissions", "target"} {
		if v, ok := fields[name]; ok {
			lv, err := c.Value(v)
			if err != nil {
				return err
			}
			into.SetField(name, lv)
		}
	}
	return c.Return(into)
}

// lfsChdir is lfs.chdir(path): the folder is that of all tasks.
func lfsChdir(c *interp.Call) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	return c.Return(nil, fmt.Sprintf("Unable to change working directory to '%s'\nit would move every task of the script: use paths, or cwd of what is started\n", path))
}

// lfsNone are the functions that are not there.
func lfsNone(c *interp.Call) error {
	return c.Return(nil, "lfs."+c.Name()+" is not there: fs.lock is a lock between processes")
}

// lfsSetmode is lfs.setmode(file, mode): files are binary.
func lfsSetmode(c *interp.Call) error { return c.Return(true, "binary") }

// lfsList is lfs.dir(path).
func lfsList(c *interp.Call) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	o, err := asked(c, false, path, func(ctx context.Context, files interp.Files) ([]string, error) {
		names, err := namesIn(ctx, files, path, func(n int) error { return interp.Reserve(ctx, n) })
		names = append([]string{".", ".."}, names...)
		return names, err
	})
	if err != nil {
		return err
	}
	if o.err != nil {
		text, _ := cText(o.err)
		return interp.Errorf(interp.KindIO, "cannot open %s: %s", path, text)
	}
	d := &lfsDir{names: o.v}
	v, err := c.Value(d)
	if err != nil {
		return err
	}
	return c.Return(c.NewFunction("lfs.dir", d.next, v), v)
}

func (d *lfsDir) next(c *interp.Call) error {
	switch {
	case d.closed:
		return c.ArgError(1, "closed directory")
	case len(d.names) == 0:
		d.closed = true
		return c.Return(nil)
	}
	name := d.names[0]
	d.names = d.names[1:]
	return c.Return(name)
}

// lfsLink is lfs.link(old, new [, symlink]).
func lfsLink(c *interp.Call) error {
	old, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	name, err := pathArg(c, 2)
	if err != nil {
		return err
	}
	symbolic := c.Arg(3).Truth()
	o, err := asked(c, true, name, func(_ context.Context, files interp.Files) (struct{}, error) {
		if symbolic {
			return struct{}{}, files.Symlink(old, name)
		}
		return struct{}{}, files.Link(old, name)
	})
	if err != nil {
		return err
	}
	return answer(c, o.err)
}

// lfsMkdir is lfs.mkdir(path).
func lfsMkdir(c *interp.Call) error {
	return lfsChange(c, func(files interp.Files, path string) error { return files.Mkdir(path, 0o775) })
}

// lfsRmdir is lfs.rmdir(path).
func lfsRmdir(c *interp.Call) error {
	return lfsChange(c, func(files interp.Files, path string) error {
		st, err := files.Lstat(path)
		if err == nil && !st.IsDir() {
			err = syscall.ENOTDIR
		}
		if err == nil {
			err = files.Remove(path)
		}
		return err
	})
}

// lfsTouch is lfs.touch(path [, atime [, mtime]]).
func lfsTouch(c *interp.Call) error {
	atime := c.Time()
	if !c.Arg(2).IsNil() {
		n, err := c.Int64(2)
		if err != nil {
			return err
		}
		atime = instant(float64(n))
	}
	mtime := atime
	if !c.Arg(3).IsNil() {
		n, err := c.Int64(3)
		if err != nil {
			return err
		}
		mtime = instant(float64(n))
	}
	return lfsChange(c, func(files interp.Files, path string) error { return files.Chtimes(path, atime, mtime) })
}

// lfsChange does fn to the file in the first argument.
func lfsChange(c *interp.Call, fn func(files interp.Files, path string) error) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	o, err := asked(c, true, path, func(_ context.Context, files interp.Files) (struct{}, error) { return struct{}{}, fn(files, path) })
	if err != nil {
		return err
	}
	return answer(c, o.err)
}
