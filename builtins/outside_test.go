package builtins

import (
	"slices"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins/file"
	"github.com/lull-lua/lull/builtins/fs"
	"github.com/lull-lua/lull/builtins/http"
	"github.com/lull-lua/lull/builtins/process"
	"github.com/lull-lua/lull/builtins/task"
	"github.com/lull-lua/lull/interp"
)

// Every function of the tables for the outside is marked as that, but for those that only look at their arguments; of the others only
// those that say so here. One that has files, processes or the network without the mark panics as soon as a test calls it.
func TestOutside(t *testing.T) {
	pure := []string{"fs.basename", "fs.dirname", "fs.escape", "fs.ext", "fs.home", "fs.join", "fs.match", "http.escape", "http.join_url", "http.parse_url", "http.query", "http.unescape", "process.quote"}
	marked := []string{"archive.open", "archive.create", "archive.extract", "archive.list", "cron.run", "csv.rows", "csv.writer", "hash.file", "log.setup"}
	for _, m := range append(tables(), task.Globals()) {
		for _, name := range outside(m, true) {
			if !slices.Contains(marked, name) {
				t.Errorf("%s is marked as Outside, and not in the list here", name)
			}
		}
	}
	for _, m := range []interp.Module{file.Module(), fs.Module(), process.Module(), http.Module()} {
		for _, name := range outside(m, false) {
			if !slices.Contains(pure, name) {
				t.Errorf("%s is not marked as Outside, though it is of a table for that", name)
			}
		}
	}
}

// outside are the functions of a module that have the mark, or that do not.
func outside(m interp.Module, marked bool) (names []string) {
	for _, d := range m.Defs {
		if name := strings.TrimPrefix(m.Name+"."+d.Name, "."); d.Fn != nil && d.Outside == marked {
			names = append(names, name)
		}
	}
	return names
}

// A builtin of a host's is no exception: one of a module that is not marked has nothing of the outside, nor what it makes.
func TestOutsideIsEnforced(t *testing.T) {
	touch := func(c *interp.Call) error { _, err := c.Files().Stat("."); return err }
	ask := func(c *interp.Call) error { c.Network(); return nil }
	open := func(c *interp.Call) error { _, err := c.OpenFile("open", ".", "r"); return err }
	makes := func(c *interp.Call) error { return c.Return(c.NewFunction("made", touch)) }
	m := interp.Module{Name: "host", Defs: []interp.Def{
		{Name: "touch", Fn: touch}, {Name: "ask", Fn: ask}, {Name: "open", Fn: open}, {Name: "makes", Fn: makes},
		{Name: "marked", Fn: touch, Outside: true}, {Name: "marked_makes", Fn: makes, Outside: true},
	}}
	rt, err := interp.New(Std(), interp.WithModule(m), interp.WithFunc("func", touch))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	vals, err := rt.RunString(t.Context(), "=t", `
		local function kind(f) local ok, e = pcall(f) return ok or e.kind end
		return kind(host.touch), kind(host.ask), kind(host.open), kind(host.makes()), kind(host.marked), kind(host.marked_makes()), kind(func)`)
	if err != nil {
		t.Fatal(err)
	}
	var kinds [4]string
	var fine [3]bool
	if err := vals.Into(&kinds[0], &kinds[1], &kinds[2], &kinds[3], &fine[0], &fine[1], &fine[2]); err != nil {
		t.Fatal(err, vals)
	}
	if kinds != [4]string{"panic", "panic", "panic", "panic"} || fine != [3]bool{true, true, true} {
		t.Errorf("%v %v", kinds, fine)
	}
}
