// Package fs is the table fs: files and folders, on the machine or in a tree that a host has granted.
package fs

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/interp"
)

//go:embed fs.lua
var stub string

// Module is the table fs.
func Module() interp.Module {
	m := interp.Module{Name: "fs", Stub: stub, Needs: func(g interp.Granted) bool { return g.Files }, Types: []interp.Type{lockType, watcherType}}
	for name, fn := range map[string]interp.Func{
		"stat": stat, "exists": exists, "list": list, "walk": walk, "glob": globs, "mkdir": mkdir, "remove": remove, "copy": copyTree, "move": move,
		"link": link, "readlink": readlink, "realpath": realpath, "chmod": chmod, "chown": chown, "touch": touch, "replace": replaceFile, "temp": temp,
		"size": size, "usage": usage, "home": home, "lock": newLock, "watch": watch, "tail": tail, "cwd": cwd, "script": script, "abs": abs, "rel": rel,
	} {
		m.Defs = append(m.Defs, interp.Def{Name: name, Fn: fn, Outside: true})
	}
	for name, fn := range map[string]interp.Func{
		"match": match, "join": join, "dirname": dirname, "basename": basename, "ext": ext, "escape": escape,
	} {
		m.Defs = append(m.Defs, interp.Def{Name: name, Fn: fn})
	}
	slices.SortFunc(m.Defs, func(a, b interp.Def) int { return strings.Compare(a.Name, b.Name) })
	return m
}

// op is what errors call the builtin.
func op(c *interp.Call) string { return "fs." + c.Name() }

// pathArg is the i-th argument as a name.
func pathArg(c *interp.Call, i int) (string, error) {
	s, err := c.Text(i)
	if err != nil {
		return "", err
	}
	if strings.Contains(s, "\x00") {
		return "", c.ArgError(i, "the path contains a NUL byte")
	}
	return s, nil
}

// optionPath is an option that is a name.
func optionPath(c *interp.Call, i int, name, s string) error {
	if strings.Contains(s, "\x00") {
		return c.ArgError(i, "option '"+name+"': the path contains a NUL byte")
	}
	return nil
}

// given reports whether the i-th argument, a table, has that option.
func given(c *interp.Call, i int, name string) bool {
	t, ok := c.Arg(i).Table()
	return ok && !t.Field(name).IsNil()
}

// run is a checkpoint that does fn off the loop; firm says that it is not left half done. A failure is about path, unless the error has
// another.
func run[T any](c *interp.Call, firm bool, path string, fn func(ctx context.Context, files interp.Files) (T, error)) (T, error) {
	var none T
	if err := c.Checkpoint(); err != nil {
		return none, err
	}
	files := c.Files()
	got := make(chan T, 1)
	var failure error
	work := func(ctx context.Context) error {
		v, err := fn(ctx, files)
		if err == nil {
			got <- v
		}
		return err
	}
	var err error
	if firm {
		err = c.BlockFirm(func(ctx context.Context) error {
			failure = work(ctx)
			return nil
		})
		if err == nil {
			err = failed(c, path, failure)
		}
	} else {
		err = failed(c, path, c.Block(work))
	}
	if err != nil {
		return none, err
	}
	return <-got, nil
}

// at is an error about another file than the builtin was given.
type at struct {
	path string
	err  error
}

func (e *at) Error() string { return e.path + ": " + e.err.Error() }
func (e *at) Unwrap() error { return e.err }

// failed is what a script sees of a failure about a file.
func failed(c *interp.Call, path string, err error) error { return failedAs(op(c), path, err) }

// failedAs is failed where the builtin is a method or an iterator: op is the function that made what it belongs to.
func failedAs(op, path string, err error) error {
	if err == nil || errors.Is(err, interp.ErrCancelled) {
		return err
	}
	if e := (*interp.Error)(nil); errors.As(err, &e) {
		return err
	}
	if e := (*at)(nil); errors.As(err, &e) {
		return interp.PathErrorf(op, e.path, e.err)
	}
	return interp.PathErrorf(op, path, err)
}

// absent reports whether an error says that there is no such file, and nothing else.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) }

// kinds are the types of files as scripts have them, and options name them, by kind.
var kinds = []string{"file", "dir", "link", "other"}

// modeText is a mode as chmod has it, in octal digits.
func modeText(m fs.FileMode) string {
	n := uint64(m.Perm())
	for bit, is := range map[uint64]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if m&is != 0 {
			n |= bit
		}
	}
	return fmt.Sprintf("%03o", n)
}

// newMode reads octal digits, or changes such as "u+x,go-w" of a mode that is there.
func newMode(s string, was fs.FileMode) (fs.FileMode, error) {
	if n, err := strconv.ParseUint(s, 8, 32); err == nil && n <= 0o7777 {
		m := fs.FileMode(n & 0o777)
		for bit, is := range map[uint64]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
			if n&bit != 0 {
				m |= is
			}
		}
		return m, nil
	}
	wrong := fmt.Errorf(`octal digits such as "644", or changes such as "u+x" or "go-w", expected, got %.60q`, s)
	m := was & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)
	for clause := range strings.SplitSeq(s, ",") {
		i := strings.IndexAny(clause, "+-=")
		if i < 0 || strings.Trim(clause[:i], "ugoa") != "" {
			return 0, wrong
		}
		who := clause[:i]
		if who == "" || strings.Contains(who, "a") {
			who = "ugo"
		}
		var bits fs.FileMode
		for _, c := range clause[i+1:] {
			b, ok := map[rune]fs.FileMode{'r': 4, 'w': 2, 'x': 1, 'X': 1}[c]
			if !ok {
				return 0, wrong
			}
			if c == 'X' && !was.IsDir() && was&0o111 == 0 {
				continue
			}
			bits |= b
		}
		for _, w := range who {
			shift := map[rune]uint{'u': 6, 'g': 3, 'o': 0}[w]
			switch clause[i] {
			case '+':
				m |= bits << shift
			case '-':
				m &^= bits << shift
			case '=':
				m = m&^(7<<shift) | bits<<shift
			}
		}
	}
	return m, nil
}

// modeOption reads the option mode; -1: there is none.
func modeOption(c *interp.Call, i int, v interp.Value) (int, error) {
	if v.IsNil() {
		return -1, nil
	}
	s, ok := v.Text()
	if !ok {
		return 0, c.ArgError(i, "option 'mode': string expected, got "+data.TypeOf(v))
	}
	n, err := strconv.ParseUint(s, 8, 32)
	if err != nil || n > 0o777 {
		return 0, c.ArgError(i, fmt.Sprintf("option 'mode': octal digits such as \"600\" expected, got %.60q", s))
	}
	return int(n), nil
}

// slashed is a name as results have it.
func slashed(s string) string { return filepath.ToSlash(s) }

// stat is fs.stat(path [, opts]).
func stat(c *interp.Call) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	follow := true
	if err := c.Options(2, map[string]any{"follow": &follow}); err != nil {
		return err
	}
	st, err := run(c, false, path, func(_ context.Context, files interp.Files) (fs.FileInfo, error) {
		st, err := look(files, path, follow)
		if absent(err) {
			return nil, nil
		}
		return st, err
	})
	if err != nil {
		return err
	}
	if st == nil {
		return c.Return(nil)
	}
	t := c.NewTable(0)
	if err := fill(c, t, st); err != nil {
		return err
	}
	return c.Return(t)
}

func look(files interp.Files, path string, follow bool) (fs.FileInfo, error) {
	if follow {
		return files.Stat(path)
	}
	return files.Lstat(path)
}

// fill sets what fs.stat says of a file.
func fill(c *interp.Call, t interp.Table, st fs.FileInfo) error {
	set := func(name string, v any) error {
		lv, err := c.Value(v)
		if err == nil {
			t.SetField(name, lv)
		}
		return err
	}
	err := errors.Join(set("type", kinds[kindOf(st.Mode())]), set("size", float64(st.Size())), set("mode", modeText(st.Mode())), set("mtime", seconds(st.ModTime())))
	for name, v := range system(st) {
		err = errors.Join(err, set(name, v))
	}
	return err
}

// exists is fs.exists(path).
func exists(c *interp.Call) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	kind, err := run(c, false, path, func(_ context.Context, files interp.Files) (string, error) {
		st, err := files.Stat(path)
		switch {
		case absent(err):
			return "", nil
		case err != nil:
			return "", err
		case st.IsDir() || st.Mode().IsRegular():
			return kinds[kindOf(st.Mode())], nil
		}
		return "other", nil
	})
	switch {
	case err != nil:
		return err
	case kind == "":
		return c.Return(false)
	}
	return c.Return(kind)
}

// list is fs.list(dir [, opts]).
func list(c *interp.Call) error {
	dir, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	var only string
	if err := c.Options(2, map[string]any{"match": &only}); err != nil {
		return err
	}
	var p *glob.Pattern
	if given(c, 2, "match") {
		if p, err = glob.New(only); err != nil {
			return c.ArgError(2, "option 'match': "+err.Error())
		}
	}
	names, err := run(c, false, dir, func(ctx context.Context, files interp.Files) ([]string, error) {
		names, err := namesIn(ctx, files, dir, func(n int) error { return interp.Reserve(ctx, n) })
		if p != nil {
			names = slices.DeleteFunc(names, func(name string) bool { return !p.Match(name, true) })
		}
		return names, err
	})
	if err != nil {
		return err
	}
	return strs(c, names)
}

// strs returns a list of strings.
func strs(c *interp.Call, all []string) error {
	t := c.NewTable(len(all))
	t.MarkList()
	for i, s := range all {
		v, err := c.Value(s)
		if err != nil {
			return err
		}
		t.SetIndex(i+1, v)
		if err := c.Spend(64 + len(s)); err != nil {
			return err
		}
	}
	return c.Return(t)
}
