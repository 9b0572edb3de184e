package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// jumpTable is gopher-lua's table of instruction handlers.
//
//go:linkname jumpTable github.com/yuin/gopher-lua.jumpTable
var jumpTable [lua.OP_NOP + 1]func(*lua.LState, uint32, *callFrame) int

// Fields of an instruction, as PUC's GETARG_A and so on.

func op(inst uint32) int       { return int(inst >> 26) }
func argA(inst uint32) uint32  { return inst >> 18 & 0xff }
func argB(inst uint32) uint32  { return inst & 0x1ff }
func argC(inst uint32) uint32  { return inst >> 9 & 0x1ff }
func argBx(inst uint32) uint32 { return inst & 0x3ffff }

// sBx is the jump distance of an instruction.
func sBx(inst uint32) int { return int(inst&0x3ffff) - 131071 }

// constant is one that need not be among the first 256.
//
//go:nocheckptr
func constant(k *values, i uint32) lua.LValue {
	return *(*lua.LValue)(unsafe.Add(unsafe.Pointer(k), uintptr(i)*unsafe.Sizeof(k[0])))
}

func rk(x uint32, R, k *values) lua.LValue {
	if x&0x100 != 0 {
		R = k
	}
	return R[x&0xff]
}

func isNil(v lua.LValue) bool { _, ok := v.(*lua.LNilType); return ok }

func truthy(v lua.LValue) bool {
	switch b := v.(type) {
	case *lua.LNilType:
		return false
	case lua.LBool:
		return bool(b)
	}
	return true
}

// moveResults copies what is there, and makes the rest nil. Where the two overlap, to is the lower.
//
//go:noinline
func moveResults(to, from []lua.LValue) {
	const few = 8
	n := min(len(to), len(from))
	if n > few {
		copy(to, from)
	} else {
		//lint:ignore S1001 copy takes longer to begin
		for i, v := range from[:n] {
			to[i] = v
		}
	}
	for i := n; i < len(to); i++ {
		to[i] = lua.LNil
	}
}

// numberAt is a value that is known to be a number.
func numberAt(v *lua.LValue) float64 { return *(*numberValue)(unsafe.Pointer(v)).word }
