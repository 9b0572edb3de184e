//go:build spoil

package vm

import lua "github.com/yuin/gopher-lua"

// spoiling is on in tests that look for registers that are read without having been written: every call fills those of its
// frame, and every return those above its results, with something that no program has.
const spoiling = true

var spoiled = lua.LValue(&lua.LUserData{Value: "a register that was not written", Metatable: lua.LNil})

// spoil fills the registers from one to below another.
func (th *Thread) spoil(from, to int) {
	for i := from; i < min(to, len(th.reg.array)); i++ {
		th.reg.array[i] = spoiled
	}
}
