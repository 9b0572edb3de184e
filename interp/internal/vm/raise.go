package vm

import (
	lua "github.com/yuin/gopher-lua"
)

// Errorf ends the Go function that runs on L with an error of Lua, as luaL_error does: the position of the function that
// called it stands before the text, if that is one of Lua. Strings among args are cut as names are, unless they are Whole.
func Errorf(L *lua.LState, format string, args ...any) {
	Raise(L, lua.LString(whereExactly(L, 1)+message(format, args...)))
}

// ArgError ends the Go function that runs on L with the error about its n-th argument, as luaL_argerror does: called as a
// method, its arguments are counted without the object.
func ArgError(L *lua.LState, n int, msg string) {
	name := CalleeName(L)
	if name == "" {
		name = "?"
	} else if asMethod(in(L).currentFrame) {
		if n--; n == 0 {
			Errorf(L, "calling '%s' on bad self (%s)", name, msg)
		}
	}
	Errorf(L, "bad argument #%d to '%s' (%s)", n, name, msg)
}

// TypeError is ArgError for an argument of a wrong type, as luaL_typerror.
func TypeError(L *lua.LState, n int, want string) {
	got := "no value"
	if n <= L.GetTop() {
		got = TypeName(L.Get(n))
	}
	ArgError(L, n, want+" expected, got "+got)
}

// asMethod reports whether the caller of cf wrote object:name(...).
func asMethod(cf *callFrame) bool {
	up := cf.Parent
	if up == nil || up.Fn.IsG || up.Pc < 1 {
		return false
	}
	kind, _ := nameOf(up, int(up.Fn.Proto.Code[up.Pc-1]>>18)&0xff)
	return kind == "method"
}

// CheckStack makes room for n more values on the stack of L in one go; false if there cannot be so many. Pushing them counts
// as work.
func CheckStack(L *lua.LState, n int) bool {
	reg := in(L).reg
	if n > reg.maxSize-reg.top-registryStep {
		return false
	}
	Work(L, slotBytes*n)
	reserve(L, n)
	return true
}

// ArgName is the name by which the caller of the Go function that runs on L has its n-th argument, as messages find names; "" if it has
// none.
func ArgName(L *lua.LState, n int) string {
	cf := in(L).currentFrame
	if cf == nil || cf.Parent == nil || cf.Parent.Fn.IsG || cf.Parent.Pc < 1 || n > cf.NArgs {
		return ""
	}
	up := cf.Parent
	switch inst := up.Fn.Proto.Code[up.Pc-1]; op(inst) {
	case lua.OP_CALL, lua.OP_TAILCALL:
		_, name := nameOf(up, int(argA(inst))+n)
		return name
	}
	return ""
}
