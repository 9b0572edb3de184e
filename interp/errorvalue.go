package interp

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// errorMetatable is that of error values.
func (rt *Runtime) errorMetatable() *lua.LTable {
	if rt.errorMT == nil {
		rt.errorMT = rt.newErrorMetatable()
	}
	return rt.errorMT
}

// newErrorMetatable makes error values read-only userdata with fields, which serve as text where text is wanted.
func (rt *Runtime) newErrorMetatable() *lua.LTable {
	L := rt.vm.State()
	mt := vm.NewTable(6)
	set := func(name string, fn func(L *lua.LState) int) { vm.SetField(mt, name, L.NewFunction(fn)) }
	set("__index", func(L *lua.LState) int {
		e := errorArg(L, 1)
		key, ok := L.Get(2).(lua.LString)
		if !ok {
			return 0
		}
		if v, ok := rt.errorField(L, e, string(key)); ok {
			L.Push(v)
			return 1
		}
		// Methods of strings: err:match(...)
		if mt, ok := L.GetMetatable(lua.LString("")).(*lua.LTable); ok {
			if methods, ok := vm.Field(mt, "__index").(*lua.LTable); ok {
				L.Push(vm.Field(methods, string(key)))
				return 1
			}
		}
		return 0
	})
	set("__newindex", func(L *lua.LState) int {
		return rt.raise(L, Errorf(KindError, "an error value is read-only"))
	})
	set("__tostring", func(L *lua.LState) int {
		pushText(L, errorArg(L, 1).text())
		return 1
	})
	set("__len", func(L *lua.LState) int {
		e := errorArg(L, 1)
		L.Push(lua.LNumber(len(e.pos) + len(e.Msg)))
		return 1
	})
	set("__concat", func(L *lua.LState) int {
		var texts [2]string
		for i := range texts {
			switch v := L.Get(i + 1).(type) {
			case lua.LString, lua.LNumber:
				texts[i] = vm.ValueText(v)
			case *lua.LUserData:
				if e, ok := v.Value.(*Error); ok {
					texts[i] = e.text()
					continue
				}
				return rt.concat(L, v)
			default:
				return rt.concat(L, v)
			}
		}
		pushText(L, texts[0], texts[1])
		return 1
	})
	vm.SetField(mt, "__metatable", lua.LString("error"))
	return mt
}

// pushText pushes a string of several.
func pushText(L *lua.LState, texts ...string) {
	n := 0
	for _, t := range texts {
		n += len(t)
	}
	vm.CheckText(L, n)
	L.Push(lua.LString(strings.Join(texts, "")))
}

// concat is a .. b where one is an error value and the other, v, is no text: as of a string and v.
func (rt *Runtime) concat(L *lua.LState, v lua.LValue) int {
	fn := L.GetMetaField(v, "__concat")
	if fn == lua.LNil {
		return rt.raise(L, Errorf(KindError, "attempt to concatenate a %s value", v.Type()))
	}
	res, err := vm.Call(L, fn, []lua.LValue{L.Get(1), L.Get(2)})
	if err != nil {
		return vm.Fails(L, err)
	}
	if len(res) == 0 {
		return 0
	}
	L.Push(res[0])
	return 1
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
		return str(string(e.Kind))
	case "message":
		return lua.LString(e.Msg), true
	case "traceback":
		t := e.Traceback()
		vm.CheckText(L, len(t))
		return lua.LString(t), true
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
		for len(e.Others) == 0 && e.worded && e.behind != nil {
			e = e.behind
		}
		if len(e.Others) == 0 {
			return lua.LNil, true
		}
		vm.Work(L, 64*len(e.Others))
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
