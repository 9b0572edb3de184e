package builtins

import (
	"slices"
	"testing"

	"github.com/lull-lua/lull/builtins/file"
	"github.com/lull-lua/lull/builtins/task"
	"github.com/lull-lua/lull/interp"
)

// What touches the outside is marked as that. Whatever has files, processes or the network without the mark panics as soon as a test
// calls it; here one sees what has it, and that nothing pure does.
func TestOutside(t *testing.T) {
	want := []string{"cron.run", "csv.rows", "csv.writer", "hash.file", "log.setup", "read", "write"}
	var got []string
	for _, m := range append(tables(), task.Globals(), file.Module()) {
		prefix := m.Name + "."
		if m.Name == "" {
			prefix = ""
		}
		defs := m.Defs
		for _, ty := range m.Types {
			for _, d := range ty.Methods {
				d.Name = ty.Name + ":" + d.Name
				defs = append(defs, d)
			}
		}
		for _, d := range defs {
			if d.Outside {
				got = append(got, prefix+d.Name)
			}
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("marked are %q, want %q", got, want)
	}
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
