package interp

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// newErrorMetatable makes error values read-only userdata with fields, which serve as text where text is wanted.
func (rt *Runtime) newErrorMetatable() *lua.LTable {
	L := rt.vm.State()
	mt := vm.NewTable(6)
	set := func(name string, fn func(L *lua.LState) int) { mt.RawSetString(name, L.NewFunction(fn)) }
	set("__index", func(L *lua.LState) int {
		e := errorArg(L, 1)
		key, _ := L.Get(2).(lua.LString)
		if v, ok := rt.errorField(L, e, string(key)); ok {
			L.Push(v)
			return 1
		}
		L.Push(L.GetField(L.GetField(L.G.Global, "string"), string(key))) // methods of strings: err:match(...)
		return 1
	})
	set("__newindex", func(L *lua.LState) int {
		return rt.raise(L, Errorf(KindError, "an error value is read-only"))
	})
	set("__tostring", func(L *lua.LState) int {
		L.Push(lua.LString(errorArg(L, 1).text()))
		return 1
	})
	set("__len", func(L *lua.LState) int {
		L.Push(lua.LNumber(len(errorArg(L, 1).text())))
		return 1
	})
	set("__concat", func(L *lua.LState) int {
		var b strings.Builder
		for i := 1; i <= 2; i++ {
			switch v := L.Get(i).(type) {
			case lua.LString, lua.LNumber:
				b.WriteString(vm.ValueText(v))
			case *lua.LUserData:
				b.WriteString(errorArg(L, i).text())
			default:
				return rt.raise(L, Errorf(KindError, "attempt to concatenate a %s value", v.Type()))
			}
		}
		L.Push(lua.LString(b.String()))
		return 1
	})
	mt.RawSetString("__metatable", lua.LString("error"))
	return mt
}

func errorArg(L *lua.LState, i int) *Error {
	if ud, ok := L.Get(i).(*lua.LUserData); ok {
		if e, ok := ud.Value.(*Error); ok {
			return e
		}
	}
	L.ArgError(i, "error value expected, got "+L.Get(i).Type().String())
	return nil
}

func (rt *Runtime) errorField(L *lua.LState, e *Error, key string) (lua.LValue, bool) {
	str := func(s string) (lua.LValue, bool) {
		if s == "" {
			return lua.LNil, true
		}
		return lua.LString(s), true
	}
	switch key {
	case "kind":
		return str(e.Kind)
	case "message":
		return lua.LString(e.Msg), true
	case "traceback":
		return lua.LString(e.Traceback()), true
	case "task":
		return str(e.Task)
	case "value":
		if e.boxed {
			return e.Value.lua(), true
		}
		return lua.LNil, true
	case "cause":
		if e.behind == nil {
			return lua.LNil, true
		}
		return rt.listed(e.behind), true
	case "others":
		if len(e.Others) == 0 {
			return lua.LNil, true
		}
		t := L.CreateTable(len(e.Others), 0)
		for _, o := range e.Others {
			t.Append(rt.listed(o))
		}
		return t, true
	}
	if f := e.field(key); f != nil {
		return f.lv, true
	}
	return nil, false
}

// listed is luaValue where nil would say that there is none.
func (rt *Runtime) listed(e *Error) lua.LValue {
	if v := rt.luaValue(e); v != lua.LNil {
		return v
	}
	return rt.errorValue(e)
}
