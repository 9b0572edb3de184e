package vm

import (
	lua "github.com/yuin/gopher-lua"
)

// Named is what a library has by a name: a function in Go, or a value.
type Named struct {
	Name  lua.LValue // text, so that all runtimes have it in one box
	Fn    lua.LGFunction
	Quick *QuickWay  // of Fn, or nil
	Value lua.LValue // where there is no Fn; nil: it is not there
	// NoFields says that NoFields is known of it, which has no Quick that says so.
	NoFields bool
}

// Define puts entries into a table, in their order. The functions are made at once: to make a library's one by one costs three times as
// much.
func Define(L *lua.LState, t *lua.LTable, entries []Named) {
	if tb := inTable(t); tb.keys == nil {
		const aliases = 1
		tb.makeRoom(len(entries) + aliases)
	}
	made := make([]lua.LFunction, len(entries))
	for i := range entries {
		if e := &entries[i]; e.Fn != nil {
			made[i] = function(L, e)
			SetNamed(t, e.Name, &made[i])
		} else if e.Value != nil {
			SetNamed(t, e.Name, e.Value)
		}
	}
}

// makeRoom makes room in an empty table for so many names, and no more: there are going to be few others.
func (t *table) makeRoom(n int) {
	t.keys, t.strdict, t.k2i = make([]lua.LValue, 0, n), make(map[string]lua.LValue, n), make(map[lua.LValue]int, n)
}

// NewNamed is a function as Define makes it.
func NewNamed(L *lua.LState, f Named) *lua.LFunction {
	fn := function(L, &f)
	return &fn
}

func function(L *lua.LState, f *Named) lua.LFunction {
	fn := lua.LFunction{IsG: true, Env: L.Env, GFunction: f.Fn}
	if f.Quick != nil {
		f.Quick.Of(&fn)
	} else if f.NoFields {
		NoFields(&fn)
	}
	return fn
}

// NewTables are n empty tables.
func NewTables(n int) []lua.LTable {
	tables := make([]lua.LTable, n)
	for i := range tables {
		tables[i].Metatable = lua.LNil
	}
	return tables
}

// SetNamed is t[name] = v, for a short text that is in a box already.
func SetNamed(t *lua.LTable, name, v lua.LValue) {
	inTable(t).setString(name, string(name.(lua.LString)), v)
}
