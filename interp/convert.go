package interp

import (
	"context"
	"reflect"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/convert"
	"github.com/lull-lua/lull/interp/internal/vm"
)

var (
	typeError    = reflect.TypeFor[error]()
	typeContext  = reflect.TypeFor[context.Context]()
	typeDuration = reflect.TypeFor[time.Duration]()
	typeValue    = reflect.TypeFor[Value]()
	typeTable    = reflect.TypeFor[Table]()
	typeFunction = reflect.TypeFor[*Function]()
	typeTask     = reflect.TypeFor[*Task]()
	typeHandle   = reflect.TypeFor[*Handle]()
)

// ownType reports whether values of that type are what a runtime makes of values of Lua.
func ownType(t reflect.Type) bool {
	switch t {
	case typeValue, typeTable, typeFunction, typeTask, typeHandle:
		return true
	}
	return false
}

// converter is how values go between Go and this runtime. rt may be nil: values that no runtime has made are converted as well.
func (rt *Runtime) converter() *convert.Host {
	return &convert.Host{
		Own:        ownType,
		OwnFromLua: rt.ownFromLua,
		OwnToLua:   rt.ownToLua,
		Object:     rt.objectOf,
		Text:       textOf,
		Error: func(v lua.LValue) error {
			e := &Error{Kind: KindError, Msg: vm.ValueText(v), Value: Value{v, rt}}
			if rt != nil {
				e.Msg = rt.text(v)
			}
			return e
		},
		Function: func(fn *lua.LFunction) any { return &Function{rt, fn} },
		Func: func(fn any) (lua.LValue, error) {
			f, err := typedFunc(fn)
			if err != nil {
				return nil, convert.Mismatchf("%v", err)
			}
			return rt.newFunction(Def{Name: "function", Outside: true, fn: f}), nil
		},
		Number:   func(n float64) lua.LValue { return rt.vm.Number(n) },
		NewTable: func(items int) *lua.LTable { return rt.vm.NewTable(items, 0) },
	}
}

// fromLua makes a Go value of type t. It is for the loop's side, where v holds a table or function.
func (rt *Runtime) fromLua(v lua.LValue, t reflect.Type) (reflect.Value, error) {
	if rt == nil {
		return rt.converter().FromLua(v, t)
	}
	return rt.conv.FromLua(v, t)
}

// ownFromLua makes a value of a type of the runtime's own.
func (rt *Runtime) ownFromLua(v lua.LValue, t reflect.Type) (reflect.Value, error) {
	want := "task"
	switch t {
	case typeValue:
		return reflect.ValueOf(Value{v, rt}), nil
	case typeTable:
		if tb, ok := v.(*lua.LTable); ok {
			return reflect.ValueOf(Table{tb, rt}), nil
		}
		want = "table"
	case typeFunction:
		switch fn := v.(type) {
		case *lua.LFunction:
			return reflect.ValueOf(&Function{rt, fn}), nil
		case *lua.LNilType:
			return reflect.Zero(t), nil
		}
		want = "function"
	case typeHandle:
		if t, ok := object(v).(*Task); ok {
			return reflect.ValueOf(t.Handle()), nil
		}
	case typeTask:
		switch {
		case v == lua.LNil:
			return reflect.Zero(t), nil
		case reflect.TypeOf(object(v)) == t:
			return reflect.ValueOf(object(v)), nil
		}
	}
	return reflect.New(t).Elem(), convert.Expected(want, v)
}

// ownToLua makes a Lua value of one of the runtime's own types, of an error, and of an object.
func (rt *Runtime) ownToLua(v any) (lua.LValue, error) {
	switch x := v.(type) {
	case *Function:
		if x == nil {
			return lua.LNil, nil
		}
		if x.rt != rt {
			return nil, foreign("function")
		}
		return x.fn, nil
	case *Program:
		return rt.program(x), nil
	case *Handle:
		if x == nil {
			return lua.LNil, nil
		}
		if x.t == nil {
			return nil, foreign("task")
		}
		return rt.value(x.t)
	}
	return rt.value(v)
}

// objectOf makes a pointer, unless it leads to something else than a struct, an object to scripts.
func (rt *Runtime) objectOf(t reflect.Type, v any) bool {
	if _, ok := v.(*Program); ok {
		return true
	}
	if rt.objects(t) == nil {
		if t.Elem().Kind() != reflect.Struct || t.NumMethod() > 0 && !hasMethods {
			return false
		}
		rt.registerObject(t)
	}
	return true
}

// textOf is v as a string, if it is one, or a number or an error value.
func textOf(v lua.LValue) (string, bool) {
	if e, ok := object(v).(*Error); ok {
		return e.text(), true
	}
	return convert.Text(v)
}

// foreign is the error of a value that two runtimes would share: each has a loop of its own.
func foreign(what string) error { return convert.Mismatchf("the %s belongs to another runtime", what) }

// registerObject makes the metatable for pointers to a struct: their methods, by Lua's manner of names, and the struct's
// fields. A method that has no counterpart in Lua is left out.
func (rt *Runtime) registerObject(t reflect.Type) {
	ot := Type{Name: convert.ObjectName(t), Of: reflect.Zero(t).Interface()}
	ot.addMethods(t)
	rt.types[t] = &objects{typ: &ot}
	mt := rt.metatable(t)
	methods := vm.Field(mt, "__index").(*lua.LTable)
	fs := convert.FieldsOf(t.Elem())
	field := func(L *lua.LState) (reflect.Value, bool) {
		ud, ok := L.Get(1).(*lua.LUserData)
		name, _ := L.Get(2).(lua.LString)
		index, known := fs.ByName[string(name)]
		if !ok || reflect.TypeOf(ud.Value) != t || !known {
			return reflect.Value{}, false
		}
		return reflect.ValueOf(ud.Value).Elem().FieldByIndex(index), true
	}
	vm.SetField(mt, "__index", rt.vm.State().NewFunction(func(L *lua.LState) int {
		if m := vm.Get(methods, L.Get(2)); m != lua.LNil {
			L.Push(m)
			return 1
		}
		f, ok := field(L)
		if !ok {
			L.Push(lua.LNil)
			return 1
		}
		v, err := rt.conv.ToLua(f)
		if err != nil {
			return rt.raise(L, Errorf(KindError, "%s.%s: %w", ot.Name, L.Get(2), err))
		}
		L.Push(v)
		return 1
	}))
	vm.SetField(mt, "__newindex", rt.vm.State().NewFunction(func(L *lua.LState) int {
		f, ok := field(L)
		if !ok {
			return rt.raise(L, Errorf(KindError, "a %s has no field '%s'", ot.Name, L.Get(2)))
		}
		v, err := rt.fromLua(L.Get(3), f.Type())
		if err != nil {
			return rt.raise(L, Errorf(KindError, "%s.%s: %w", ot.Name, L.Get(2), err))
		}
		f.Set(v)
		return 0
	}))
	vm.SetField(mt, "__eq", rt.vm.State().NewFunction(func(L *lua.LState) int {
		a, ok1 := L.Get(1).(*lua.LUserData)
		b, ok2 := L.Get(2).(*lua.LUserData)
		L.Push(lua.LBool(ok1 && ok2 && a.Value == b.Value))
		return 1
	}))
}
