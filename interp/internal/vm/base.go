package vm

import (
	"math"

	lua "github.com/yuin/gopher-lua"
)

// Base are what looks at the stack: pcall, xpcall, error, getfenv and setfenv.
func Base() []Named {
	return []Named{
		{Name: lua.LString("error"), Fn: raiseError, NoFields: true}, {Name: lua.LString("getfenv"), Fn: getfenv}, {Name: lua.LString("pcall"), Fn: pcall, NoFields: true},
		{Name: lua.LString("setfenv"), Fn: setfenv}, {Name: lua.LString("xpcall"), Fn: xpcall, NoFields: true},
	}
}

func checkAny(L *lua.LState, n int) lua.LValue {
	if n > L.GetTop() {
		ArgError(L, n, "value expected")
	}
	return L.Get(n)
}

func checkInt(L *lua.LState, n int) int {
	f, ok := ToNumber(L, L.Get(n))
	if !ok {
		TypeError(L, n, "number")
	}
	return Int(f)
}

// Int is a number without its fraction, as C casts it; what an int cannot hold becomes its largest or smallest.
func Int(f float64) int {
	switch {
	case f >= math.MaxInt:
		return math.MaxInt
	case f <= math.MinInt || f != f:
		return math.MinInt
	}
	return int(f)
}

func optInt(L *lua.LState, n, d int) int {
	if isNil(L.Get(n)) {
		return d
	}
	return checkInt(L, n)
}

func checkTable(L *lua.LState, n int) *lua.LTable {
	t, ok := L.Get(n).(*lua.LTable)
	if !ok {
		TypeError(L, n, "table")
	}
	return t
}

func checkFunction(L *lua.LState, n int) *lua.LFunction {
	fn, ok := L.Get(n).(*lua.LFunction)
	if !ok {
		TypeError(L, n, "function")
	}
	return fn
}

func pcall(L *lua.LState) int {
	checkAny(L, 1)
	return callThen(L, L.GetTop()-1, pending{then: outcome})
}

// xpcall(f, handler, ...) passes further arguments to f, as LuaJIT does.
func xpcall(L *lua.LState) int {
	checkAny(L, 2)
	handler := L.Get(2)
	L.Remove(2)
	return callThen(L, L.GetTop()-1, pending{then: outcome, handler: handler})
}

// outcome makes the results of pcall, whose function was its first argument: n values are there, or an error.
func outcome(L *lua.LState, n int, err error, _, _ any) int {
	if err == ErrDropped {
		return 0
	}
	switch e := err.(type) {
	case nil:
		l := in(L)
		l.reg.array[l.reg.top-n-1] = lua.LTrue // in the place of pcall itself
		return n + 1
	case *Raised:
		L.Push(lua.LFalse)
		L.Push(e.Value)
		return 2
	}
	return Fails(L, err)
}

// raiseError is error(message [, level]).
func raiseError(L *lua.LState) int {
	v := L.Get(1)
	level := optInt(L, 2, 1)
	if isText(v) && level > 0 {
		text := ValueText(v)
		CheckText(L, len(text))
		v = lua.LString(whereExactly(L, level) + text)
	}
	return Fails(L, &Raised{Value: v})
}

// environmentOf is the function whose environment getfenv and setfenv are about, by its level or itself; nil means the thread.
func environmentOf(L *lua.LState) *lua.LFunction {
	if fn, ok := L.Get(1).(*lua.LFunction); ok {
		return fn
	}
	level := optInt(L, 1, 1)
	if level < 0 {
		ArgError(L, 1, "level must be non-negative")
	}
	if level == 0 {
		return nil
	}
	cf := frameAt(in(L), level)
	switch cf {
	case nil:
		ArgError(L, 1, "invalid level")
	case replaced:
		Errorf(L, "no function environment for tail call at level %d", level)
	}
	return cf.Fn
}

func getfenv(L *lua.LState) int {
	if fn := environmentOf(L); fn != nil && !fn.IsG {
		L.Push(fn.Env)
	} else {
		L.Push(L.Env)
	}
	return 1
}

func setfenv(L *lua.LState) int {
	env := checkTable(L, 2)
	if L.Get(1) == lua.LNil {
		TypeError(L, 1, "number")
	}
	fn := environmentOf(L)
	switch {
	case fn == nil:
		L.Env = env
		return 0
	case fn.IsG:
		Errorf(L, "'setfenv' cannot change environment of given object")
	}
	fn.Env = env
	L.Push(fn)
	return 1
}
