package interp

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Func is a builtin. It runs on the loop and must not block there. It hands results over with c.Return; an error that it
// returns is raised in the script.
type Func func(c *Call) error

// Def is one entry of a module: a function or a value.
type Def struct {
	Name  string
	Fn    any // a Func, or an ordinary Go function as WithFunc and WithAsync take them
	Value any // instead of Fn: what Call.Value takes

	// Quick, unless nil, is a second way into Fn, for its plain case.
	Quick Quick

	// Outside marks a function that touches what is outside of the runtime: files, processes, the network. Only such a one has
	// Call.Files, OpenFile, Network and StartProcess, and so what it makes with NewFunction.
	Outside bool

	fn   Func
	key  lua.LValue   // Name
	way  *vm.QuickWay // nil: it is made for each function
	self *Type        // it is a method of it: its arguments are counted without the object
}

// Module is a set of builtins. A Name of "" means that they are globals; otherwise they are fields of the global table
// of that name, which has no dots. require finds it, too, unless it finds a file of that name.
type Module struct {
	Name  string
	Defs  []Def
	Types []Type

	// Call, unless nil, is what calling the table itself does: test("name", fn). Its arguments are those of the call, without the table.
	Call Func

	// Spared says that [WithChaos] makes none of its functions fail: for what tests are made with.
	Spared bool

	// Make, unless nil, makes the value of a module that is no global: require alone finds it, and calls Make once in a runtime. Then
	// there are no Defs, and Name may have dots.
	Make Func

	// Needs, unless nil, says whether the runtime grants what the module is for, such as [Call.Processes]; where it does not, scripts
	// find nothing of it.
	Needs func(Granted) bool

	// Fakes are how tests put something in the place of what the module does outside; see [Fake].
	Fakes []Fake

	// Packs says that its functions pack functions of scripts for isolates: what scripts have from the runtime is told apart from what they
	// have made, as it was before anything could name the module.
	Packs bool

	// Rehearse, unless nil, opens the journal of a script that a test runs; see [Rehearsal].
	Rehearse func(r Rehearsal) (Option, func(ended bool, now time.Time) error, error)

	// Stub describes the module for help, completion and editors, in the form of a stub for the Lua language server (LuaLS): each
	// function with its parameters, what it returns and raises, and an example. Package stub says what it reads. It may be empty; what is no
	// stub at all is an error of New.
	Stub string

	key        lua.LValue // its name, which all runtimes have in one box
	concurrent bool       // it is one of Runtime.Modules that is marked so: see given
}

// Fake is a way in which tests put something in the place of what a module does outside: package test has it as a function of its table fake,
// whose stub describes it.
type Fake struct {
	Name string // in the table
	// Fn is the function. Its effect ends with the runtime.
	Fn func(c *Call, t Tester) error
	// Lend gives what was faked in a test to a script that it runs in a runtime of its own: c is a call of the script's. ask calls fn in a
	// task of the test, and returns its error when it has returned; as much time passes for the script as has for the test.
	Lend func(c *Call, ask func(c *Call, fn func(*Call) error) error)
}

// Rehearsal is a script with a journal that a test runs: Module.Rehearse returns an option for its runtime, and what closes the journal,
// once, when the script has ended well or otherwise, or was killed.
type Rehearsal struct {
	Journal string   // the file
	Script  string   // which it is
	Args    []string // of the script
	Source  []byte
	Now     time.Time
	// KillAt is a step at whose end, before it is recorded, Kill is called, on the loop: it returns when nobody needs the script any more. "":
	// it is not.
	KillAt string
	Kill   func(c *Call)
}

// Tester is a test in which something is faked.
type Tester interface {
	// Faked says that calls of what has this name are going to be told of, though there may be none.
	Faked(name string)
	// Called tells of a call of it, as fake.calls lists it: what [Call.Value] takes, by name.
	Called(name string, call map[string]any)
	// Fail fails the test, whatever comes of it otherwise.
	Fail(err error)
}

// Granted is what a runtime's options grant.
type Granted struct {
	Files     bool // of the machine, or of a tree
	Machine   bool // all of the machine's files, and not those of a tree
	Processes bool
	Network   bool
}

// Type says how scripts see Go values of one pointer type: as objects with methods.
type Type struct {
	Name    string // in messages and for tostring
	Of      any    // a nil pointer of the type: (*queue)(nil)
	Methods []Def  // the object is the first argument
	String  func(v any) string
	// Equal, unless nil, says which objects == takes for equal; otherwise an object equals itself alone.
	Equal func(a, b any) bool
	// Text makes what String returns serve where the operator .. wants text.
	Text bool
	// Field, unless nil, is what scripts read as v.name, where that is no method: what Call.Value takes, nil if there is none.
	Field func(v any, name string) any
	// Concurrent says that several runtimes may have an object at once, so that it goes to isolates as it is: its methods, and the functions
	// here, are called by all of their loops.
	Concurrent bool
	// Made, unless nil, is asked for a field that Field does not have, or where there is no Field: for tables that are made when they are
	// asked for. It must not wait.
	Made func(c *Call, v any, name string) (any, error)
}

// looksLikeStub sees what is no stub at all, or ends in the middle: a path, say, or half a file. Package stub says what else is wrong with
// one. It is done at the start of every program that has the builtins, whose stubs are 200 KB.
func looksLikeStub(s string) error {
	begin := strings.TrimSpace(s)
	switch {
	case begin == "":
		return nil
	case !utf8.ValidString(s) || strings.Contains(s, "\x00"):
		return errors.New("it is no text in UTF-8")
	case !strings.HasPrefix(begin, "--"):
		return fmt.Errorf("it begins with %q, and not with a comment such as ---@meta; with go:embed it is the text of the file", vm.Cut(strings.SplitN(begin, "\n", 2)[0], 40))
	case endsInExample(s):
		return errors.New("an example has no end: a line ---``` is missing")
	}
	return nil
}

// endsInExample reports whether a stub ends in the middle of an example. Where the last fence but one has a language, it begins an example,
// and the last ends it: then the others need not be counted.
func endsInExample(s string) bool {
	const fence = "```"
	begins := func(at int) bool {
		language, _, _ := strings.Cut(s[at+len(fence):], "\n")
		return strings.TrimSpace(language) != ""
	}
	last := strings.LastIndex(s, fence)
	if last < 0 || begins(last) {
		return last >= 0
	}
	if one := strings.LastIndex(s[:last], fence); one >= 0 && begins(one) {
		return false
	}
	return strings.Count(s, fence)%2 != 0
}

// resolved is the module with a Func in each of its definitions.
func (m Module) resolved() (Module, error) {
	if m.Make != nil && (m.Name == "" || len(m.Defs) > 0) {
		return m, fmt.Errorf("module %q: with Make it has a name and no Defs", m.Name)
	}
	if m.Call != nil && (m.Name == "" || m.Make != nil) {
		return m, fmt.Errorf("module %q: only a global table has Call", m.Name)
	}
	if strings.Contains(m.Name, ".") && m.Make == nil {
		return m, fmt.Errorf("module %q: a name has no dots: the module is a global table", m.Name)
	}
	if err := looksLikeStub(m.Stub); err != nil {
		return m, fmt.Errorf("module %q: its Stub is none: %w", m.Name, err)
	}
	m.Defs, m.Types = slices.Clone(m.Defs), slices.Clone(m.Types)
	var forAll *Runtime
	for i := range m.Defs {
		if err := m.Defs[i].resolve(); err != nil {
			return m, fmt.Errorf("module %q: %w", m.Name, err)
		}
		m.Defs[i].way = forAll.quickWay(&m.Defs[i])
	}
	for i := range m.Types {
		t := &m.Types[i]
		if t.Of == nil || reflect.TypeOf(t.Of).Kind() != reflect.Pointer {
			return m, fmt.Errorf("module %q: type %q: Of must be a pointer", m.Name, t.Name)
		}
		t.Methods = slices.Clone(t.Methods)
		for i := range t.Methods {
			if err := t.Methods[i].resolve(); err != nil {
				return m, fmt.Errorf("module %q: type %q: %w", m.Name, t.Name, err)
			}
			t.Methods[i].self = t
			t.Methods[i].way = forAll.quickWay(&t.Methods[i])
			if t.Methods[i].fn == nil {
				return m, fmt.Errorf("module %q: type %q: method %q has no function", m.Name, t.Name, t.Methods[i].Name)
			}
		}
	}
	return m, nil
}

func (d *Def) resolve() error {
	switch {
	case d.Name == "":
		return errors.New("a definition has no name")
	case strings.Contains(d.Name, "."):
		return fmt.Errorf("%q: a name has no dots; what stands before one is the Name of a module", d.Name)
	case d.Fn == nil && d.Value == nil:
		return fmt.Errorf("%q has neither a function nor a value", d.Name)
	case d.Fn != nil && d.Value != nil:
		return fmt.Errorf("%q has both a function and a value", d.Name)
	}
	d.key, d.way = lua.LString(d.Name), nil // of another Quick, where a module of Runtime.Modules has been changed
	if d.Fn == nil {
		return nil
	}
	fn, err := typedFunc(d.Fn)
	if err != nil {
		return fmt.Errorf("%q: %w", d.Name, err)
	}
	d.fn = fn
	return nil
}

// register puts a module where scripts find it.
func (rt *Runtime) register(m given) error {
	rt.registered++
	if m.Make != nil {
		rt.required[m.Name] = m.Module
		return nil
	}
	g := rt.vm.State().G.Global
	part := tablePart{Module: m.Module, table: g}
	if m.Name != "" {
		switch was := vm.Field(g, m.Name).(type) {
		case *lua.LTable:
			if part.table = was; rt.tables[m.Name] == nil {
				rt.completeNamed(m.Name) // it is Lua's: what the module brings comes after what is in it
			}
		default:
			if was != lua.LNil {
				return fmt.Errorf("module %q: there is a %s of that name already", m.Name, was.Type())
			}
			part.table = rt.newTable()
			vm.SetNamed(g, m.key, part.table)
			rt.tables[m.Name] = part.table
			delete(rt.required, m.Name)
		}
	}
	for i := range m.Defs {
		if d := &m.Defs[i]; d.fn == nil && !rt.converts(d.Value) { // now, so that what cannot be converted is an error of New
			v, err := rt.value(d.Value)
			if err != nil {
				return fmt.Errorf("module %q: %q: %w", m.Name, d.Name, err)
			}
			if part.values == nil {
				part.values = make([]lua.LValue, len(m.Defs))
			}
			part.values[i] = v
		}
	}
	if rt.tables[m.Name] == part.table {
		rt.lazy.parts = append(rt.lazy.parts, part)
	} else {
		rt.fill(part)
	}
	return nil
}

// converts reports whether a module's value is one that can be converted, whenever that is.
func (rt *Runtime) converts(v any) bool {
	switch v.(type) {
	case bool, string, float64, Environment:
		return true
	case interface{ Runtime() *Runtime }:
		return false // it may be another's
	}
	t := reflect.TypeOf(v)
	return t.Kind() == reflect.Pointer && rt.objects(t) != nil
}

// module is the function that returns the module of that name to require; nil if there is none.
func (rt *Runtime) module(name string) *lua.LFunction {
	if m := rt.required[name]; m != nil {
		return rt.newFunction(Def{Name: m.Name, Outside: true, fn: m.Make})
	}
	t := rt.tables[name]
	if t == nil {
		return nil
	}
	rt.completeNamed(name)
	return rt.vm.State().NewFunction(func(L *lua.LState) int {
		L.Push(t)
		return 1
	})
}

// objects are the Go values of one type.
type objects struct {
	typ    *Type
	module string
	mt     *lua.LTable // nil until there is one: most scripts use few of the types
}

// objects are the Go values of a type; nil if no module says how scripts see them. Where several modules do, the last does.
func (rt *Runtime) objects(of reflect.Type) *objects {
	o, known := rt.types[of]
	if known || of == nil {
		return o
	}
	for _, m := range slices.Backward(rt.cfg.modules[:rt.registered]) {
		for i := range slices.Backward(m.Types) {
			if t := &m.Types[i]; reflect.TypeOf(t.Of) == of {
				o = &objects{typ: t, module: m.Name}
				rt.types[of] = o
				return o
			}
		}
	}
	if rt.registered == len(rt.cfg.modules) {
		rt.types[of] = nil
	}
	return nil
}

// metatable is that of the Go values of a type; nil if no module says how scripts see them.
func (rt *Runtime) metatable(of reflect.Type) *lua.LTable {
	o := rt.objects(of)
	if o == nil {
		return nil
	}
	if o.mt == nil {
		o.mt = rt.newMetatable(o.typ)
	}
	return o.mt
}

// fixed is the __newindex of the Go values that have no fields of their own.
func (rt *Runtime) fixed() *lua.LFunction {
	if rt.fixedObject == nil {
		rt.fixedObject = rt.vm.State().NewFunction(func(L *lua.LState) int {
			name, key := vm.TypeName(L.Get(1)), L.Get(2)
			ud, ok := L.Get(1).(*lua.LUserData)
			if !ok {
				L.ArgError(1, "userdata expected, got "+name)
			}
			if mt, ok := ud.Metatable.(*lua.LTable); ok {
				if methods := methodsOf(mt); methods != nil && vm.Get(methods, key).Type() == lua.LTFunction {
					return rt.raise(L, Errorf(KindError, "'%s' of a %s cannot be set, it is a method: %s:%s(...)", key, name, name, key))
				}
			}
			return rt.raise(L, Errorf(KindError, "a %s has no fields to set: keep what belongs to it in a table, t[%s] = ...", name, name))
		})
	}
	return rt.fixedObject
}

// hiddenMethods is where the methods of a type with fields are, whose __index is a function.
const hiddenMethods = "__methods"

// methodsOf are the methods that a metatable gives; nil if it is none of a type.
func methodsOf(mt *lua.LTable) *lua.LTable {
	if methods, ok := vm.Get(mt, lua.LString(hiddenMethods)).(*lua.LTable); ok {
		return methods
	}
	methods, _ := vm.Get(mt, lua.LString("__index")).(*lua.LTable)
	return methods
}

// index is the __index of a type with fields.
func (rt *Runtime) index(L *lua.LState, t *Type, of reflect.Type, methods *lua.LTable) int {
	if m := vm.Get(methods, L.Get(2)); m != lua.LNil {
		L.Push(m)
		return 1
	}
	name, ok := L.Get(2).(lua.LString)
	if !ok || !isObject(L.Get(1), of) {
		return 0
	}
	v, err := rt.field(L, t, object(L.Get(1)), string(name))
	if err != nil {
		return rt.raise(L, Errorf(KindError, "%s.%s: %w", t.Name, name, err))
	}
	L.Push(v)
	return 1
}

// field is the field of an object.
func (rt *Runtime) field(L *lua.LState, t *Type, of any, name string) (lua.LValue, error) {
	if t.Field != nil {
		if v, err := rt.value(t.Field(of, name)); err != nil || v != lua.LNil {
			return v, err
		}
	}
	if t.Made == nil {
		return lua.LNil, nil
	}
	c := rt.call(L, &Def{Name: t.Name + "." + name})
	v, err := t.Made(c, of, name)
	rt.free(c)
	if err != nil {
		return lua.LNil, err
	}
	return rt.value(v)
}

func (rt *Runtime) newMetatable(t *Type) *lua.LTable {
	L := rt.vm.State()
	mt, methods, fns := vm.NewTable(4), vm.NewTable(0), make([]vm.Named, len(t.Methods))
	of := reflect.TypeOf(t.Of)
	for i := range t.Methods {
		d := &t.Methods[i]
		fns[i] = vm.Named{Name: d.key, Fn: rt.wrap(rt.faulty(d, d.Name == "close")), Quick: rt.quickWay(d)}
	}
	vm.Define(L, methods, fns)
	vm.SetField(mt, "__index", methods)
	if t.Field != nil || t.Made != nil {
		vm.SetField(mt, hiddenMethods, methods)
		vm.SetField(mt, "__index", L.NewFunction(func(L *lua.LState) int { return rt.index(L, t, of, methods) }))
	}
	vm.SetField(mt, "__metatable", lua.LString(t.Name))
	vm.SetField(mt, "__newindex", rt.fixed())
	vm.SetField(mt, "__tostring", L.NewFunction(func(L *lua.LState) int {
		ud, ok := L.Get(1).(*lua.LUserData)
		if !ok || !isObject(ud, of) {
			L.ArgError(1, t.Name+" expected, got "+L.Get(1).Type().String())
		}
		if t.String != nil {
			L.Push(lua.LString(t.String(object(ud))))
		} else {
			L.Push(lua.LString(fmt.Sprintf("%s: %p", t.Name, ud)))
		}
		return 1
	}))
	if t.Equal != nil {
		vm.SetField(mt, "__eq", L.NewFunction(func(L *lua.LState) int {
			a, b := object(L.Get(1)), object(L.Get(2))
			L.Push(lua.LBool(reflect.TypeOf(a) == of && reflect.TypeOf(b) == of && t.Equal(a, b)))
			return 1
		}))
	}
	if t.Text && t.String != nil {
		vm.SetField(mt, "__concat", L.NewFunction(func(L *lua.LState) int {
			var b strings.Builder
			for i := 1; i <= 2; i++ {
				if s, ok := textOf(L.Get(i)); ok {
					b.WriteString(s)
				} else if v := object(L.Get(i)); reflect.TypeOf(v) == of {
					b.WriteString(t.String(v))
				} else {
					return rt.raise(L, Errorf(KindError, "attempt to concatenate a %s value", vm.TypeName(L.Get(i))))
				}
			}
			L.Push(lua.LString(b.String()))
			return 1
		}))
	}
	rt.vm.Seal(mt)
	return mt
}

// wrap makes a function of Lua of a builtin.
func (rt *Runtime) wrap(d *Def) lua.LGFunction {
	var of reflect.Type
	if d.self != nil {
		of = reflect.TypeOf(d.self.Of)
	}
	return func(L *lua.LState) int {
		c := rt.call(L, d)
		var err error
		switch {
		case c.task == nil:
			err = errors.New("no running task")
		case of != nil && (len(c.args) == 0 || !isObject(c.args[0], of)):
			err = c.ArgError(0, fmt.Sprintf("%s expected, got %s; was it called with a dot? use a colon: %s:%s(...)", d.self.Name, vm.TypeName(L.Get(1)), d.self.Name, c.def.Name))
		default:
			err = d.fn(c)
		}
		return c.endBuiltin(err)
	}
}

func isObject(v lua.LValue, of reflect.Type) bool {
	ud, ok := v.(*lua.LUserData)
	return ok && (reflect.TypeOf(ud.Value) == of || reflect.TypeOf(lualib.ObjectOf(ud.Value)) == of)
}

// granted is what the options come to.
func (rt *Runtime) granted() Granted {
	h := &host{rt: rt}
	_, none := rt.cfg.files.(lualib.NoFiles)
	return Granted{Files: !none, Machine: rt.cfg.system && rt.cfg.tree == nil, Processes: h.Processes(), Network: rt.cfg.network != nil && rt.cfg.network.Granted()}
}
