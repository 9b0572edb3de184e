package interp

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/convert"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// item is what a task is named after until SetName: its text is made when somebody asks for it.
type item struct {
	builtin string
	index   int
	value   lua.LValue // unless it is a table or the like, which would be kept
}

func (it *item) String() string {
	if name, ok := convert.Text(it.value); ok {
		return vm.Short(name)
	}
	return fmt.Sprintf("%s[%d]", it.builtin, it.index)
}

// Name is the name that SetName gave it, or the function's: where that was defined, for one of Lua, and else where a script
// finds it, such as "sleep" or "string.rep".
func (t *Task) Name() string {
	switch {
	case t.rare != nil && t.rare.name != "":
		return t.rare.name
	case t.item != nil:
		return t.item.String()
	case t.run != nil && t == t.run.main:
		return "main"
	}
	return t.run.rt.nameOf(t.fn)
}

// PlainName is the name as messages show it: in one line, without what moves a terminal's cursor.
func (t *Task) PlainName() string { return plainText(t.Name()) }

// nameOf is functionName, remembered for a turn: of many tasks that are told of together most run the same function.
func (rt *Runtime) nameOf(fn *lua.LFunction) string {
	if turn := rt.loop.Turn(); rt.named.fn != fn || rt.named.turn != turn {
		rt.named = named{fn, turn, rt.functionName(fn)}
	}
	return rt.named.name
}

type named struct {
	fn   *lua.LFunction
	turn uint64
	name string
}

// NameAfter names the task after the item that it works on, the i-th of those that a builtin of that name was given: a string or a
// number is the name itself, for any other, and for none, it is "map[7]". One that has a name, as a job has, keeps it.
func (t *Task) NameAfter(builtin string, of Value, i int) {
	if t.rare != nil && t.rare.name != "" {
		return
	}
	t.item = &item{builtin: builtin, index: i}
	switch v := of.lv.(type) {
	case lua.LNumber:
		t.item.value = of.lv
	case lua.LString:
		if v != "" {
			t.item.value = of.lv
		}
	}
	t.named()
}

// SetName names the task in messages, which show some hundred bytes of it: nothing more is kept.
func (t *Task) SetName(name string) {
	t.rarely().name = vm.Short(name)
	t.named()
}

// functionName is where a function of Lua was defined, and what one of Go is called among the globals and in the modules.
func (rt *Runtime) functionName(fn *lua.LFunction) string {
	if fn == nil {
		return "function"
	}
	if !fn.IsG {
		return fmt.Sprintf("%s:%d", fn.Proto.SourceName, fn.Proto.LineDefined)
	}
	L := rt.vm.State()
	name := ""
	in := func(prefix string, table *lua.LTable) {
		vm.Pairs(table, func(k, v lua.LValue) bool {
			if key, ok := k.(lua.LString); ok && v == fn {
				name = prefix + string(key)
			}
			return name == ""
		})
	}
	in("", L.G.Global)
	if loaded, ok := vm.Field(L.G.Registry, "_LOADED").(*lua.LTable); ok && name == "" {
		vm.Pairs(loaded, func(k, v lua.LValue) bool {
			if module, ok := v.(*lua.LTable); ok {
				in(lua.LVAsString(k)+".", module)
			}
			return name == ""
		})
	}
	for _, m := range rt.cfg.modules {
		if t := rt.tables[m.Name]; t != nil && name == "" {
			in(m.Name+".", t)
		}
	}
	if name == "" {
		return "function"
	}
	return vm.Short(name)
}
