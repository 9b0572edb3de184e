package test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lull-lua/lull/interp"
)

// fakes are what a test has put in the place of the world outside. The loop alone touches it, but for dir and commands, which are fixed
// once they are there, and what is locked.
type fakes struct {
	dir      string // the runner removes it; "": there is none yet
	commands atomic.Pointer[commands]
	lent     []interp.Fake // that scripts of test.run have as well
	journal  string        // the file of test.run's journal; "": there is none yet

	mu    sync.Mutex
	calls map[string][]map[string]any // of what is faked, by name
	errs  []error                     // that fail the test

	frozen []func() // end scripts that were killed
}

// starting is asked before a program is started, by the test or by a script that it runs.
func (f *fakes) starting(c *interp.Command) error {
	if k := f.commands.Load(); k != nil {
		return k.starting(c)
	}
	return nil
}

// Faked implements interp.Tester.
func (f *fakes) Faked(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls == nil {
		f.calls = map[string][]map[string]any{}
	}
	if f.calls[name] == nil {
		f.calls[name] = []map[string]any{}
	}
}

// Called implements interp.Tester.
func (f *fakes) Called(name string, call map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[name] = append(f.calls[name], call)
}

// maxErrors is how many errors of fakes a test tells of.
const maxErrors = 10

// Fail implements interp.Tester.
func (f *fakes) Fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.errs) < maxErrors {
		f.errs = append(f.errs, err)
	}
}

// end gives back what the test was given, when its runtime has closed, and is what fakes have failed with.
func (f *fakes) end() error {
	f.mu.Lock()
	frozen := f.frozen
	f.mu.Unlock()
	for _, thaw := range frozen {
		thaw()
	}
	var err error
	if k := f.commands.Load(); k != nil {
		err = k.end()
	}
	if f.dir != "" {
		err = errors.Join(err, removeAll(f.dir))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return errors.Join(append(f.errs, err)...)
}

// ofModule is a function of fake that a module of the runtime brings.
func ofModule(name string) interp.Func {
	return func(c *interp.Call) error {
		w, err := worldOf(c)
		if err != nil {
			return err
		}
		for _, m := range c.Runtime().Modules() {
			for _, f := range m.Fakes {
				if f.Name != name {
					continue
				}
				if err := f.Fn(c, &w.fakes); err != nil {
					return err
				}
				if f.Lend != nil && !slices.ContainsFunc(w.fakes.lent, func(o interp.Fake) bool { return o.Name == name }) {
					w.fakes.lent = append(w.fakes.lent, f)
				}
				return nil
			}
		}
		return interp.Errorf(interp.KindDenied, "fake.%s: the host grants nothing that could be faked", name)
	}
}

// fakeCalls is fake.calls(name).
func fakeCalls(c *interp.Call) error {
	w, err := worldOf(c)
	if err != nil {
		return err
	}
	name, err := c.Text(1)
	if err != nil {
		return err
	}
	w.fakes.mu.Lock()
	calls, faked := w.fakes.calls[name]
	known := slices.Sorted(maps.Keys(w.fakes.calls))
	w.fakes.mu.Unlock()
	if !faked {
		why := fmt.Sprintf("'%s' is not faked", name)
		if near := interp.Nearest(name, slices.Values(known)); near != "" {
			why += fmt.Sprintf(", did you mean '%s'?", near)
		} else if len(known) > 0 {
			why += "; there are: " + short(strings.Join(known, ", "), 500)
		}
		return c.ArgError(1, why)
	}
	return c.Return(calls)
}

// removeAll is os.RemoveAll, also of folders that a test has made read-only.
func removeAll(dir string) error {
	err := os.RemoveAll(dir)
	if errors.Is(err, os.ErrPermission) {
		_ = filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
			if d != nil && d.IsDir() {
				_ = os.Chmod(name, 0o700) // what still cannot be removed is told below
			}
			return nil
		})
		err = os.RemoveAll(dir)
	}
	return err
}

// folder makes a folder in that of the test.
func (f *fakes) folder(c *interp.Call, name string) (dir string, err error) {
	if _, ok := c.Files().OnMachine("."); !ok {
		return "", interp.Errorf(interp.KindDenied, "%s: the host grants no files of the machine", c.Name())
	}
	err = c.BlockFirm(func(context.Context) error {
		if f.dir == "" {
			if f.dir, err = os.MkdirTemp("", "lull-test-"); err != nil {
				return err
			}
		}
		dir, err = os.MkdirTemp(f.dir, name+"-")
		return err
	})
	return dir, err
}

// entry is a file or folder to be made.
type entry struct {
	path string
	text string
	dir  bool
}

// maxEntries bounds what fake.dir makes.
const maxEntries = 100_000

// entries reads the table of fake.dir.
func entries(c *interp.Call, t interp.Table, within string, list []entry) ([]entry, error) {
	if strings.Count(within, "/") > 100 || len(list) > maxEntries {
		return nil, c.ArgError(1, "too many files, or too deep")
	}
	for k, v := range t.All() {
		name, ok := k.Text()
		if !ok || k.Type() != "string" || !filepath.IsLocal(filepath.FromSlash(name)) || strings.Contains(name, "\x00") {
			return nil, c.ArgError(1, "the keys are paths below the folder, got "+scalar(k))
		}
		e := entry{path: within + strings.TrimSuffix(name, "/")}
		text, isText := v.Text()
		sub, isTable := v.Table()
		switch {
		case isText:
			e.text = text
		case isTable:
			e.dir = true
		default:
			return nil, c.ArgError(1, fmt.Sprintf("'%s': a string is a file, a table a folder, got a %s", e.path, v.Type()))
		}
		list = append(list, e)
		if isTable {
			var err error
			if list, err = entries(c, sub, e.path+"/", list); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// fakeDir is fake.dir([files]).
func fakeDir(c *interp.Call) error {
	w, err := worldOf(c)
	if err != nil {
		return err
	}
	var list []entry
	if !c.Arg(1).IsNil() {
		t, ok := c.Arg(1).Table()
		if !ok {
			return c.TypeError(1, "table")
		}
		if list, err = entries(c, t, "", nil); err != nil {
			return err
		}
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	dir, err := w.fakes.folder(c, "dir")
	if err != nil {
		return err
	}
	if err := c.BlockFirm(func(ctx context.Context) error { return makeEntries(ctx, dir, list) }); err != nil {
		return err
	}
	return c.Return(filepath.ToSlash(dir))
}

func makeEntries(ctx context.Context, dir string, list []entry) error {
	for _, e := range list {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		to := filepath.Join(dir, filepath.FromSlash(e.path))
		if e.dir {
			if err := os.MkdirAll(to, 0o777); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(to, []byte(e.text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// environment is the table of the runtime's environment.
func environment(c *interp.Call) (interp.Table, error) {
	v, err := c.Value(interp.Environment{})
	if err != nil {
		return interp.Table{}, err
	}
	t, _ := v.Table()
	return t, nil
}

// fakeEnv is fake.env(vars).
func fakeEnv(c *interp.Call) error {
	if _, err := worldOf(c); err != nil {
		return err
	}
	vars, ok := c.Arg(1).Table()
	if !ok {
		return c.TypeError(1, "table")
	}
	env, err := environment(c)
	if err != nil {
		return err
	}
	type change struct {
		name string
		v    interp.Value
	}
	var changes []change
	for k, v := range vars.All() {
		name, ok := k.Text()
		text, isText := v.Text()
		switch {
		case !ok || k.Type() != "string" || name == "" || strings.ContainsAny(name, "=\x00"):
			return c.ArgError(1, "the keys are names of variables, got "+scalar(k))
		case v.Type() == "boolean" && !v.Truth():
			v = interp.Value{}
		case !isText || strings.Contains(text, "\x00"):
			return c.ArgError(1, fmt.Sprintf("'%s': a string, a number or false (not set) expected, got %s", name, brief(v)))
		}
		changes = append(changes, change{name, v})
	}
	for _, ch := range changes {
		env.SetField(ch.name, ch.v)
	}
	return nil
}

// fakeStdin is fake.stdin(text).
func fakeStdin(c *interp.Call) error {
	w, err := worldOf(c)
	if err != nil {
		return err
	}
	text, err := c.Text(1)
	if err != nil {
		return err
	}
	w.in.set(text)
	return nil
}

// fakeNow is fake.now(time).
func fakeNow(c *interp.Call) error {
	if _, err := worldOf(c); err != nil {
		return err
	}
	var t time.Time
	if n, ok := c.Arg(1).Number(); ok {
		if !(math.Abs(n) < 1<<37) { // some 4,000 years
			return c.ArgError(1, "seconds since 1970 expected, got "+scalar(c.Arg(1)))
		}
		whole, part := math.Modf(n)
		t = time.Unix(int64(whole), int64(part*1e9))
	} else {
		text, err := c.Text(1)
		if err != nil {
			return c.TypeError(1, "number or string")
		}
		if t, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return c.ArgError(1, "a time as 2026-01-31T08:00:00Z expected, got "+quoted(text))
		}
	}
	c.SetTime(t)
	return nil
}
