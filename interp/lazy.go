package interp

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// lazy are the tables of builtins that are still empty, as those of Lua's library are at first: see [lualib.Library.Complete]. A script
// uses few of them, and to make all their functions would be most of what a runtime costs.
//
// Invariant: a table is complete before anything runs that can look into it. A chunk can look into those that its constants name, or
// into all, see [vm.Names]; Go code gets at them through Call.Globals, Runtime.Call, and the state that a module of gopher-lua's is
// given.
type lazy struct {
	parts  []tablePart
	tables []lua.LTable // that are left for modules
	ran    [8]*Program  // that were run last: a host may run one many times
	next   int          // in ran
}

// tablePart is what one module puts into a table.
type tablePart struct {
	*Module
	table  *lua.LTable
	values []lua.LValue // of those definitions that are converted already, or nil
}

// makeRoom makes room for what the modules bring, at once.
func (rt *Runtime) makeRoom() {
	n, _ := rt.cfg.names()
	rt.tables = make(map[string]*lua.LTable, n)
	rt.lazy.parts, rt.lazy.tables = make([]tablePart, 0, len(rt.cfg.modules)), vm.NewTables(n)
}

// newTable is an empty table for a module.
func (rt *Runtime) newTable() *lua.LTable {
	t := &rt.lazy.tables[0]
	rt.lazy.tables = rt.lazy.tables[1:]
	return t
}

// fill puts a part into its table.
func (rt *Runtime) fill(p tablePart) {
	entries := make([]vm.Named, len(p.Defs))
	for i := range p.Defs {
		d := &p.Defs[i]
		entries[i] = vm.Named{Name: d.key}
		switch {
		case d.fn != nil:
			entries[i].Fn, entries[i].Quick = rt.wrap(rt.faulty(d, p.Spared)), rt.quickWay(d)
		case p.values != nil && p.values[i] != nil:
			entries[i].Value = p.values[i]
		default:
			entries[i].Value, _ = rt.value(d.Value) // see converts
		}
	}
	vm.Define(rt.vm.State(), p.table, entries)
	if p.Call != nil {
		mt := vm.NewTable(1)
		vm.SetField(mt, "__call", rt.vm.State().NewFunction(rt.wrap(&Def{Name: p.Name, Outside: true, fn: func(c *Call) error {
			c.args = c.args[1:]
			return p.Call(c)
		}})))
		p.table.Metatable = mt
	}
}

// incomplete reports whether a table is.
func (rt *Runtime) incomplete() bool { return len(rt.lazy.parts) > 0 || rt.libs.Incomplete() }

// complete makes complete what a chunk can look into.
func (rt *Runtime) complete(p *lua.FunctionProto) {
	if rt.incomplete() && vm.Names(p, rt.completeNamed) {
		rt.completeAll()
	}
}

// program is the function of a program's main chunk.
func (rt *Runtime) program(p *Program) *lua.LFunction {
	if l := &rt.lazy; rt.incomplete() && !slices.Contains(l.ran[:], p) {
		l.ran[l.next] = p
		l.next = (l.next + 1) % len(l.ran)
		rt.complete(p.proto)
	}
	rt.loads(p.proto)
	return rt.vm.State().NewFunctionFromProto(rt.vm.Covered(p.proto))
}

// completeNamed makes the table of that name complete, if there is one.
func (rt *Runtime) completeNamed(name string) {
	if rt.libs.Complete(name) {
		rt.denyFields(name)
	}
	if rt.tables[name] == nil {
		return
	}
	rest, packs := rt.lazy.parts[:0], false
	for _, p := range rt.lazy.parts {
		if p.Name == name {
			rt.fill(p)
			packs = packs || p.Packs
		} else {
			rest = append(rest, p)
		}
	}
	clear(rt.lazy.parts[len(rest):])
	rt.lazy.parts = rest
	if packs {
		rt.given()
	}
}

// completeAll makes all tables complete.
func (rt *Runtime) completeAll() {
	rt.libs.CompleteAll(rt.denyFields)
	packs := false
	for _, p := range rt.lazy.parts {
		rt.fill(p)
		packs = packs || p.Packs
	}
	rt.lazy.parts = nil
	if packs {
		rt.given()
	}
}
