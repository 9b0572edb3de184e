package interp

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// WithDenied has scripts told what the runtime does not grant. Without it they find nil in the place of functions and tables that are missing
// for want of files, processes, an environment or a network; with it, something that raises kind denied when it is called or, a table,
// indexed. hint is called with the name, such as "http.get" or "io.open", and returns what is to be done, which the message
// ends in; for files that are reached by other names it is "files", and for a connection that a policy of [WithNetwork] refuses the name is "connect", "listen", "proxy" or "lookup", a colon and the address.
// It is called on the loop, or where a builtin connects, off it.
func WithDenied(hint func(name string) string) Option {
	return func(c *config) error {
		c.denied = hint
		return nil
	}
}

// withheld are the functions of Lua's library that some runtimes do not have.
var withheld = []string{
	"dofile", "loadfile",
	"io.open", "io.popen", "io.tmpfile",
	"os.execute", "os.exit", "os.getenv", "os.remove", "os.rename", "os.tmpname",
}

// deny puts what says so in the place of whatever is missing: of the modules, and of Lua's library.
func (rt *Runtime) deny(missing []given) {
	if rt.cfg.denied == nil {
		return
	}
	for _, m := range missing {
		switch {
		case m.Make != nil:
			if rt.required[m.Name] == nil {
				rt.required[m.Name] = &Module{Name: m.Name, Make: func(*Call) error { return rt.notGranted(m.Name) }}
			}
		case m.Name == "":
			for _, d := range m.Defs {
				rt.denyFunction(d.Name)
			}
		case rt.tables[m.Name] == nil && vm.Field(rt.vm.State().G.Global, m.Name) == lua.LNil:
			rt.denyTable(m.Name)
		default:
			for _, d := range m.Defs {
				rt.denyFunction(m.Name + "." + d.Name)
			}
		}
	}
	for _, name := range withheld {
		if !strings.Contains(name, ".") {
			rt.denyFunction(name)
		}
	}
}

// denyFields is deny for the table of Lua's library that has just been filled.
func (rt *Runtime) denyFields(table string) {
	if rt.cfg.denied == nil {
		return
	}
	for _, name := range withheld {
		if t, _, _ := strings.Cut(name, "."); t == table {
			rt.denyFunction(name)
		}
	}
}

// denyFunction puts a function that raises where there is none of that name.
func (rt *Runtime) denyFunction(name string) {
	g := rt.vm.State().G.Global
	table, field, dotted := strings.Cut(name, ".")
	if !dotted {
		field = name
	} else if t, ok := vm.Field(g, table).(*lua.LTable); ok {
		rt.completeNamed(table)
		g = t
	} else {
		return
	}
	if vm.Field(g, field) == lua.LNil {
		vm.SetField(g, field, rt.newFunction(Def{Name: field, fn: func(*Call) error { return rt.notGranted(name) }}))
	}
}

// denyTable puts a table of which every field raises.
func (rt *Runtime) denyTable(name string) {
	t, mt := vm.NewTable(0), vm.NewTable(2)
	vm.SetField(mt, "__index", rt.newFunction(Def{Name: name, fn: func(c *Call) error {
		if field, ok := c.Arg(2).Text(); ok {
			return rt.notGranted(name + "." + vm.Short(field))
		}
		return rt.notGranted(name)
	}}))
	vm.SetField(mt, "__metatable", lua.LString(name))
	rt.vm.Seal(mt)
	t.Metatable = mt
	vm.SetField(rt.vm.State().G.Global, name, t)
	rt.tables[name] = t
}

// notGranted is the error of using what the host does not grant.
func (rt *Runtime) notGranted(name string) error {
	e := Errorf(KindDenied, "%s is not granted", name)
	if hint := rt.cfg.denied(name); hint != "" {
		e.Msg += ": " + hint
	}
	return e
}

// missing takes those out of the modules that are for what the runtime does not grant.
func (c *config) missing(granted Granted) (missing []given) {
	c.modules = slices.DeleteFunc(c.modules, func(m given) bool {
		lacks := m.Needs != nil && !m.Needs(granted)
		if lacks {
			missing = append(missing, m)
		}
		return lacks
	})
	return missing
}
