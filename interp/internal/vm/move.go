package vm

import (
	lua "github.com/yuin/gopher-lua"
)

// A copy for another machine shares strings, the boxes of numbers and code with its original: none of these is ever written to. Tables,
// functions and their variables are new.

// PutItems makes vals, the last of which is not nil, the items of a table that NewTable has made for so many.
func PutItems(t *lua.LTable, vals []lua.LValue) {
	tb := inTable(t)
	tb.array = append(tb.array[:0], vals...)
}

// ShortKey reports whether a key is a string by which a table finds its value at once.
func ShortKey(k lua.LValue) bool {
	s, ok := k.(lua.LString)
	return ok && len(s) <= longText
}

// NewCell is a variable that functions share, which holds nil.
func NewCell() *lua.Upvalue {
	uv := &lua.Upvalue{}
	*inUpvalue(uv) = upvalue{value: lua.LNil, closed: true}
	return uv
}

// SetCell sets what NewCell has made.
func SetCell(uv *lua.Upvalue, v lua.LValue) { inUpvalue(uv).value = v }

// Closure is a function of compiled code with its variables, and an environment.
func Closure(p *lua.FunctionProto, vars []*lua.Upvalue, env *lua.LTable) *lua.LFunction {
	return &lua.LFunction{Env: env, Proto: p, Upvalues: vars}
}
