package interp

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// natives are the functions that scripts have from the runtime, as it was when this was asked for first: those of builtins and of Lua's
// library. Another runtime has its own, by the same names.
type natives struct {
	names  map[*lua.LFunction]native
	by     map[native]*lua.LFunction             // the other way round
	fields map[*lua.LTable]map[string]lua.LValue // of native tables, and that of the globals: what else is in them
	codes  map[*lua.FunctionProto]*codeNames     // remembered, of the code that was asked for last
}

// native is where scripts find a value: in a table, or, where that is "", among the globals.
type native struct {
	table, name string
	host        bool // it is a host's that is not marked by Concurrent
}

// codeNames are the names in a function's code, each once.
type codeNames struct{ globals, texts []string }

// maxCodes bounds the functions whose names are remembered.
const maxCodes = 1024

// libraryTables are those of Lua's own library.
var libraryTables = []string{"_G", "bit", "coroutine", "debug", "io", "math", "os", "package", "string", "table"}

// nativeTables are the tables of builtins and of Lua's library, with their names.
func (rt *Runtime) nativeTables() map[*lua.LTable]native {
	if rt.natively != nil {
		return rt.natively
	}
	all := make(map[*lua.LTable]native, len(rt.tables)+len(libraryTables))
	for name, t := range rt.tables {
		all[t] = native{name: name, host: rt.isHosts(name)}
	}
	rt.libs.Loaded(func(name string, t *lua.LTable) {
		if slices.Contains(libraryTables, name) {
			all[t] = native{name: name}
		}
	})
	rt.natively = all
	return all
}

// nativeTable is the native table of that name; nil: there is none.
func (rt *Runtime) nativeTable(name string) *lua.LTable {
	for t, x := range rt.nativeTables() {
		if x.name == name {
			return t
		}
	}
	return nil
}

// isHosts reports whether a table is of a host's modules alone, none of which Concurrent marks.
func (rt *Runtime) isHosts(name string) (is bool) {
	for _, m := range rt.cfg.modules {
		if m.Name == name {
			if m.concurrent {
				return false
			}
			is = true
		}
	}
	return is
}

// given are the runtime's natives.
func (rt *Runtime) given() *natives {
	if rt.natives != nil {
		return rt.natives
	}
	rt.completeAll()
	n := &natives{
		names: map[*lua.LFunction]native{}, by: map[native]*lua.LFunction{}, fields: map[*lua.LTable]map[string]lua.LValue{},
		codes: map[*lua.FunctionProto]*codeNames{},
	}
	hosts := map[native]bool{}
	for _, m := range rt.cfg.modules {
		for j := range m.Defs {
			if m.Defs[j].fn != nil {
				hosts[native{table: m.Name, name: m.Defs[j].Name}] = !m.concurrent
			}
		}
	}
	g := rt.vm.State().G.Global
	n.see("", g, hosts)
	for t, x := range rt.nativeTables() {
		if t != g {
			n.see(x.name, t, hosts)
		}
	}
	rt.natives = n
	return n
}

// see notes what is in a table of that name, or in that of the globals.
func (n *natives) see(table string, t *lua.LTable, hosts map[native]bool) {
	fields := map[string]lua.LValue{}
	n.fields[t] = fields
	vm.Pairs(t, func(k, v lua.LValue) bool {
		name, ok := k.(lua.LString)
		if !ok {
			return true
		}
		fn, ok := v.(*lua.LFunction)
		if !ok || !fn.IsG {
			fields[string(name)] = v
			return true
		}
		x := native{table: table, name: string(name)}
		n.by[x] = fn
		x.host = hosts[x]
		if was, known := n.names[fn]; !known || x.table+x.name < was.table+was.name { // whatever the order of the tables
			n.names[fn] = x
		}
		return true
	})
}

// own reports whether a global, or a field of a native table, is what the runtime has put there, and no host's.
func (n *natives) own(table string, t *lua.LTable, name string, v lua.LValue) bool {
	if fn, ok := v.(*lua.LFunction); ok && fn.IsG {
		return n.by[native{table: table, name: name}] == fn && !n.names[fn].host
	}
	was, ok := n.fields[t][name]
	return ok && was == v
}

// code is the names in a function's code.
func (n *natives) code(p *lua.FunctionProto) *codeNames {
	if c := n.codes[p]; c != nil {
		return c
	}
	c := &codeNames{}
	vm.CodeNames(p, func(name string) { c.globals = append(c.globals, name) }, func(name string) { c.texts = append(c.texts, name) })
	for _, list := range []*[]string{&c.globals, &c.texts} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	if len(n.codes) >= maxCodes {
		clear(n.codes)
	}
	n.codes[p] = c
	return c
}

// globalsNamed is convert.PackHost.Named.
func (rt *Runtime) globalsNamed(p *lua.FunctionProto, yield func(table, name string, v lua.LValue) error) error {
	n, g := rt.given(), rt.vm.State().G.Global
	c := n.code(p)
	tables := []string{"string"}
	for _, name := range c.globals {
		v := vm.Field(g, name)
		if v == lua.LNil {
			continue
		}
		t, _ := v.(*lua.LTable)
		if rt.nativeTables()[t].host || !n.own("", g, name, v) {
			if err := yield("", name, v); err != nil {
				return err
			}
		} else if _, native := rt.nativeTables()[t]; native && t != g && name != "string" {
			tables = append(tables, name)
		}
	}
	if pkg, ok := vm.Field(g, "package").(*lua.LTable); ok {
		for _, name := range []string{"path", "cpath"} {
			if v := vm.Field(pkg, name); v != lua.LNil && !n.own("package", pkg, name, v) {
				if err := yield("package", name, v); err != nil {
					return err
				}
			}
		}
	}
	for _, table := range tables {
		t, ok := vm.Field(g, table).(*lua.LTable)
		if !ok {
			continue
		}
		for _, name := range c.texts {
			if v := vm.Field(t, name); v != lua.LNil && !n.own(table, t, name, v) {
				if err := yield(table, name, v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// moduleName stands, in a Packed, for a table of package.loaded or, with a field, a function in Go in it.
type moduleName struct{ name, field string }

// isNative is convert.PackHost.Known; modules are the tables of package.loaded. A what without ok is the host's.
func (rt *Runtime) isNative(v lua.LValue, modules func() map[*lua.LTable]string) (what any, ok bool) {
	switch x := v.(type) {
	case *lua.LTable:
		if y, ok := rt.nativeTables()[x]; ok {
			return y, !y.host
		}
		if name, ok := modules()[x]; ok {
			return moduleName{name: name}, true
		}
	case *lua.LFunction:
		if !x.IsG {
			return nil, false
		}
		if y, ok := rt.given().names[x]; ok {
			return y, !y.host
		}
		for t, name := range modules() {
			found := ""
			vm.Pairs(t, func(k, f lua.LValue) bool {
				if s, ok := k.(lua.LString); ok && f == v {
					found = string(s)
				}
				return found == ""
			})
			if found != "" {
				return moduleName{name, found}, true
			}
		}
	}
	return nil, false
}

// native is the runtime's own of what has that name.
func (rt *Runtime) native(x native) (lua.LValue, error) {
	if x.table == "" {
		if t := rt.nativeTable(x.name); t != nil {
			rt.completeNamed(x.name)
			return t, nil
		}
	}
	if rt.natives != nil {
		if fn := rt.natives.by[native{table: x.table, name: x.name}]; fn != nil {
			return fn, nil
		}
	}
	t, name := rt.vm.State().G.Global, x.name
	if x.table != "" {
		name = x.table + "." + name
		rt.completeNamed(x.table)
		t = rt.nativeTable(x.table)
	}
	if t != nil {
		if fn, ok := vm.Field(t, x.name).(*lua.LFunction); ok {
			return fn, nil
		}
	}
	return nil, Errorf(KindError, "there is no %s in this runtime", name)
}
