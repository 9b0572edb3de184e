package vm

import (
	lua "github.com/yuin/gopher-lua"
)

// OpenBase registers pcall, xpcall and error.
func OpenBase(m *Machine) {
	g := m.root.G.Global
	g.RawSetString("pcall", m.root.NewFunction(pcall))
	g.RawSetString("xpcall", m.root.NewFunction(xpcall))
	g.RawSetString("error", m.root.NewFunction(raiseError))
}

func pcall(L *lua.LState) int {
	if L.GetTop() == 0 {
		L.ArgError(1, "value expected")
	}
	return outcome(L, protected(L, L.GetTop()-1, false, nil))
}

// xpcall(f, handler, ...) passes further arguments to f, as LuaJIT does.
func xpcall(L *lua.LState) int {
	if L.GetTop() < 2 {
		L.ArgError(2, "value expected")
	}
	handler := L.Get(2)
	L.Remove(2)
	return outcome(L, protected(L, L.GetTop()-1, false, handler))
}

// outcome makes the results of a protected call whose function was the first value of the frame.
func outcome(L *lua.LState, err error) int {
	switch e := err.(type) {
	case nil:
		L.Insert(lua.LTrue, 1)
		return L.GetTop()
	case *Raised:
		L.Push(lua.LFalse)
		L.Push(e.Value)
		return 2
	case *Unwound:
		Unwind(e.Err)
	}
	return 0
}

// raiseError is error(message [, level]).
func raiseError(L *lua.LState) int {
	v := L.Get(1)
	level := L.OptInt(2, 1)
	if s, ok := v.(lua.LString); ok && level > 0 {
		v = lua.LString(whereExactly(L, level)) + s
	}
	Raise(L, v)
	return 0
}
