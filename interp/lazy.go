package interp

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// lazy are the tables of builtins that are still empty. A script uses few of them, and to make all their functions would be most of
// what a runtime costs.
//
// Invariant: a table is complete before anything runs that can look into it. A chunk can look into those that its constants name, or
// into all, see [vm.Names]; Go code gets at them through Call.Globals, Runtime.Call, and the state that a module of gopher-lua's is
// given.
type lazy struct {
	parts []tablePart
	ran   [8]*Program // that were run last: a host may run one many times
	next  int         // in ran
}

// tablePart is what one module puts into a table.
type tablePart struct {
	name   string
	table  *lua.LTable
	defs   []Def
	values []lua.LValue // of those that are no functions; nil: all are
	call   Func         // of the table itself, or nil
	spared bool         // chaos leaves it alone
	packs  bool         // see Module.Packs
}

// fill puts a part into its table.
func (rt *Runtime) fill(p tablePart) {
	for i := range p.defs {
		d := &p.defs[i]
		if d.fn != nil {
			p.table.RawSetString(d.Name, rt.vm.State().NewFunction(rt.wrap(rt.faulty(d, p.spared))))
		} else {
			p.table.RawSetString(d.Name, p.values[i])
		}
	}
	if p.call != nil {
		mt := vm.NewTable(1)
		mt.RawSetString("__call", rt.vm.State().NewFunction(rt.wrap(&Def{Name: p.name, Outside: true, fn: func(c *Call) error {
			c.args = c.args[1:]
			return p.call(c)
		}})))
		p.table.Metatable = mt
	}
}

// complete makes complete what a chunk can look into.
func (rt *Runtime) complete(p *lua.FunctionProto) {
	if len(rt.lazy.parts) > 0 && vm.Names(p, rt.completeNamed) {
		rt.completeAll()
	}
}

// program is the function of a program's main chunk.
func (rt *Runtime) program(p *Program) *lua.LFunction {
	if l := &rt.lazy; len(l.parts) > 0 && !slices.Contains(l.ran[:], p) {
		l.ran[l.next] = p
		l.next = (l.next + 1) % len(l.ran)
		rt.complete(p.proto)
	}
	rt.loads(p.proto)
	return rt.vm.State().NewFunctionFromProto(rt.vm.Covered(p.proto))
}

// completeNamed makes the table of that name complete, if there is one.
func (rt *Runtime) completeNamed(name string) {
	if rt.tables[name] == nil {
		return
	}
	rest, packs := rt.lazy.parts[:0], false
	for _, p := range rt.lazy.parts {
		if p.name == name {
			rt.fill(p)
			packs = packs || p.packs
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
	packs := false
	for _, p := range rt.lazy.parts {
		rt.fill(p)
		packs = packs || p.packs
	}
	rt.lazy.parts = nil
	if packs {
		rt.given()
	}
}
