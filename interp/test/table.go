package test

import (
	_ "embed"
	"fmt"
	"time"

	"github.com/lull-lua/lull/interp"
)

//go:embed test.lua
var stub string

// Modules are what files with tests have besides the builtins: test, expect, fake and output. [Run] adds them to each runtime; they
// are exported for whoever shows or checks what there is, and raise errors in a runtime that runs no test.
func Modules() interp.Option {
	return interp.Combine(
		interp.WithModule(interp.Module{
			Name: "test", Spared: true,
			Stub: stub,
			Call: define,
			Defs: []interp.Def{
				{Name: "before", Fn: before},
				{Name: "after", Fn: afterEach},
				{Name: "run", Fn: runScript, Outside: true},
			},
		}),
		interp.WithModule(interp.Module{
			Name:  "expect",
			Call:  expect,
			Defs:  []interp.Def{{Name: "no", Fn: expectNo}},
			Types: []interp.Type{expectationType},
		}),
		interp.WithModule(interp.Module{
			Name: "fake", Spared: true,
			Defs: []interp.Def{
				{Name: "dir", Fn: fakeDir, Outside: true},
				{Name: "env", Fn: fakeEnv},
				{Name: "stdin", Fn: fakeStdin},
				{Name: "now", Fn: fakeNow},
				{Name: "http", Fn: ofModule("http"), Outside: true},
				{Name: "command", Fn: fakeCommand, Outside: true},
				{Name: "only", Fn: fakeOnly, Outside: true},
				{Name: "calls", Fn: fakeCalls},
			},
		}),
		interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "output", Fn: takeOutput}}}),
	)
}

// local is where a runtime keeps its world.
type local struct{ w *world }

// worldOf is the world of the call's runtime.
func worldOf(c *interp.Call) (*world, error) {
	if w := interp.Local[local](c).w; w != nil {
		return w, nil
	}
	return nil, interp.Errorf(interp.KindError, "%s: no test runs here; lull test runs files whose names end in _test.lua", c.Name())
}

// definition collects the tests that a file defines.
type definition struct {
	file  *file
	jobs  []*job
	names map[string]bool
}

func loadingWorld(c *interp.Call, what string) (*world, error) {
	w, err := worldOf(c)
	if err == nil && !w.loading {
		err = interp.Errorf(interp.KindError, "%s: it stands in the file itself, beside the tests, and not in one of them", what)
	}
	return w, err
}

// define is test(name, [opts,] fn).
func define(c *interp.Call) error {
	w, err := loadingWorld(c, "test")
	if err != nil {
		return err
	}
	w.seen++
	if w.def == nil && w.seen != w.job.number { // another one's turn
		return nil
	}
	name, err := c.Text(1)
	if err != nil {
		return err
	}
	if name == "" {
		return c.ArgError(1, "the name is empty")
	}
	j := &job{Case: Case{File: w.file.shown, Name: name}, file: w.file, number: w.seen}
	at := 2
	var items []interp.Value
	if t, ok := c.Arg(2).Table(); ok {
		at = 3
		if items, err = j.options(c, t); err != nil {
			return err
		}
	}
	fn, err := c.Function(at)
	if err != nil {
		return err
	}
	if w.def == nil {
		if w.job.item > len(items) || w.job.item == 0 && items != nil || j.label(items, w.job.item) != w.job.Name {
			return nil
		}
		if w.fn = fn; w.job.item > 0 {
			w.item = items[w.job.item-1]
		}
		return nil
	}
	j.Line = c.Site().Line()
	if items == nil {
		return w.def.add(c, j)
	}
	for i := range items {
		one := *j
		one.item, one.Name = i+1, j.label(items, i+1)
		if err := w.def.add(c, &one); err != nil {
			return err
		}
	}
	return nil
}

// add notes a test, whose name must be its own.
func (d *definition) add(c *interp.Call, j *job) error {
	if d.names[j.Name] {
		return c.ArgError(1, fmt.Sprintf("there is a test '%s' already in this file", j.Name))
	}
	if d.names == nil {
		d.names = map[string]bool{}
	}
	d.names[j.Name] = true
	d.jobs = append(d.jobs, j)
	return nil
}

// label is the name of a test for an item: behind that of the test the item itself, its field name, or its number.
func (j *job) label(items []interp.Value, item int) string {
	if item == 0 {
		return j.Name
	}
	v := items[item-1]
	if t, ok := v.Table(); ok {
		v = t.Field("name")
	}
	text, ok := v.Text()
	if !ok && v.Type() != "boolean" {
		return fmt.Sprintf("%s [%d]", j.Name, item)
	}
	if !ok {
		text = v.String()
	}
	return j.Name + " [" + short(text, 60) + "]"
}

// options reads the options of test. The items are nil without each.
func (j *job) options(c *interp.Call, t interp.Table) (items []interp.Value, err error) {
	var skip, timeout, each interp.Value
	var clock string
	if err := c.OptionsIn(2, "", t, map[string]any{"skip": &skip, "timeout": &timeout, "each": &each, "clock": &clock}); err != nil {
		return nil, err
	}
	if text, ok := skip.Text(); ok && text != "" {
		j.skip = text
	} else if skip.Truth() {
		j.skip = "no reason given"
	}
	if !timeout.IsNil() {
		n, ok := timeout.Number()
		if !ok || !(n > 0) {
			return nil, c.ArgError(2, "option 'timeout': a number of seconds above 0 expected, got "+timeout.String())
		}
		j.timeout = min(interp.Seconds(n), 1000*time.Hour)
	}
	switch clock {
	case "", "virtual":
	case "real":
		j.real = true
	default:
		return nil, c.ArgError(2, fmt.Sprintf("option 'clock': 'virtual' or 'real' expected, got '%s'", clock))
	}
	if each.IsNil() {
		return nil, nil
	}
	list, ok := each.Table()
	if !ok || list.Len() == 0 {
		return nil, c.ArgError(2, "option 'each': a list with at least one item expected, got "+kindOf(each))
	}
	items = make([]interp.Value, list.Len())
	for i := range items {
		items[i] = list.Index(i + 1)
	}
	return items, nil
}

func kindOf(v interp.Value) string {
	if t, ok := v.Table(); ok && t.Len() == 0 {
		return "a table without items"
	}
	return "a " + v.Type()
}

// before is test.before(fn).
func before(c *interp.Call) error {
	w, err := loadingWorld(c, "test.before")
	if err != nil {
		return err
	}
	fn, err := c.Function(1)
	w.before = append(w.before, fn)
	return err
}

// afterEach is test.after(fn).
func afterEach(c *interp.Call) error {
	w, err := loadingWorld(c, "test.after")
	if err != nil {
		return err
	}
	fn, err := c.Function(1)
	w.after = append(w.after, fn)
	return err
}

// takeOutput is output().
func takeOutput(c *interp.Call) error {
	w, err := worldOf(c)
	if err != nil {
		return err
	}
	if err := c.FlushStdout(); err != nil {
		return err
	}
	text, _ := w.out.split()
	from := w.asked
	w.asked = len(text)
	return c.Return(text[from:])
}

func short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "..."
}
