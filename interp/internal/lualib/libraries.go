package lualib

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// libraries are the tables of Lua's library that are filled when they are asked for: see Complete. The others are filled at once: string,
// whose functions every text has as methods, and package.
var libraries = [...]struct {
	name lua.LValue
	fill func(lib *Library, t *lua.LTable)
}{
	{lua.LString("coroutine"), func(lib *Library, t *lua.LTable) { vm.OpenCoroutine(lib.m, t) }},
	{lua.LString("debug"), func(lib *Library, t *lua.LTable) { vm.OpenDebug(lib.m, t) }},
	{lua.LString("table"), (*Library).openTable},
	{lua.LString("math"), (*Library).openMath},
	{lua.LString("bit"), (*Library).openBit},
	{lua.LString("os"), (*Library).openOS},
	{lua.LString("io"), (*Library).openIO},
}

// unfilled are the tables of libraries that are still empty.
type unfilled struct {
	tables []*lua.LTable // as libraries has them; nil: it is filled
	left   int
}

// openLibraries makes their tables.
func (lib *Library) openLibraries(L *lua.LState) {
	lib.unfilled = unfilled{tables: make([]*lua.LTable, len(libraries)), left: len(libraries)}
	for i, l := range libraries {
		t := vm.NewTable(0)
		lib.unfilled.tables[i] = t
		lib.register(L, l.name, t)
	}
}

// Complete fills the library's table of that name, and reports whether that was to be done. It must be called before anything runs that
// can look into the table: most scripts use few of them.
func (lib *Library) Complete(name string) bool {
	if lib.unfilled.left == 0 {
		return false
	}
	for i, l := range libraries {
		if t := lib.unfilled.tables[i]; t != nil && l.name == lua.LString(name) {
			lib.unfilled.tables[i] = nil
			lib.unfilled.left--
			l.fill(lib, t)
			return true
		}
	}
	return false
}

// Incomplete reports whether a table is empty that is to be filled.
func (lib *Library) Incomplete() bool { return lib.unfilled.left > 0 }

// CompleteAll fills whatever is empty, and calls filled for each.
func (lib *Library) CompleteAll(filled func(name string)) {
	lib.FileMethods()
	for _, l := range libraries {
		if name := string(l.name.(lua.LString)); lib.Complete(name) {
			filled(name)
		}
	}
}
