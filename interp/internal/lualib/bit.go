package lualib

import (
	"bytes"
	"math"
	"math/bits"
	"strconv"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// openBit fills the table bit: LuaBitOp, as LuaJIT has it (https://bitop.luajit.org/semantics.html).
func (lib *Library) openBit(t *lua.LTable) {
	vm.Define(lib.m.State(), t, bitFunctions())
}

// bitFunctions are the same for all runtimes.
var bitFunctions = sync.OnceValue(func() []vm.Named {
	one := func(f func(x uint32) uint32) func(a, b uint32) uint32 {
		return func(a, _ uint32) uint32 { return f(a) }
	}
	return []vm.Named{
		bitFunction("tobit", 1, one(func(x uint32) uint32 { return x })),
		bitFunction("bnot", 1, one(func(x uint32) uint32 { return ^x })),
		bitFunction("bswap", 1, one(bits.ReverseBytes32)),
		bitFunction("band", anyNumber, func(a, b uint32) uint32 { return a & b }),
		bitFunction("bor", anyNumber, func(a, b uint32) uint32 { return a | b }),
		bitFunction("bxor", anyNumber, func(a, b uint32) uint32 { return a ^ b }),
		// The lower five bits of n count.
		bitFunction("lshift", 2, func(x, n uint32) uint32 { return x << (n & 31) }),
		bitFunction("rshift", 2, func(x, n uint32) uint32 { return x >> (n & 31) }),
		bitFunction("arshift", 2, func(x, n uint32) uint32 { return uint32(int32(x) >> (n & 31)) }),
		bitFunction("rol", 2, func(x, n uint32) uint32 { return bits.RotateLeft32(x, int(n&31)) }),
		bitFunction("ror", 2, func(x, n uint32) uint32 { return bits.RotateLeft32(x, -int(n&31)) }),
		{Name: lua.LString("tohex"), Fn: tohex},
	}
})

// toBits is a number as 32 bits: rounded, and modulo 2^32. Adding the constant puts them at the end of the mantissa, for whatever
// is within 2^51; of other numbers any bits are as good, and these are LuaBitOp's.
func toBits(f float64) uint32 { return uint32(math.Float64bits(f + (1<<52 + 1<<51))) }

func fromBits(b uint32) float64 { return float64(int32(b)) }

// anyNumber of arguments, at least one.
const anyNumber = 0

// bitFunction makes a function of the table bit that takes n arguments.
func bitFunction(name string, n int, f func(a, b uint32) uint32) vm.Named {
	fn := func(L *lua.LState) int {
		acc, last := toBits(checkNumber(L, 1)), n
		if n == anyNumber {
			last = L.GetTop()
		}
		if n == 1 {
			acc = f(acc, 0)
		}
		for i := 2; i <= last; i++ {
			if i%every == 0 {
				vm.Work(L, every)
				vm.Interrupt(L)
			}
			acc = f(acc, toBits(checkNumber(L, i)))
		}
		L.Push(lua.LNumber(fromBits(acc)))
		return 1
	}
	quick := func(m *vm.Machine, args, results []lua.LValue) int {
		if len(args) == 0 || len(args) > 2 || n != anyNumber && len(args) != n {
			return -1
		}
		a, ok := args[0].(lua.LNumber)
		if !ok {
			return -1
		}
		acc := toBits(float64(a))
		if len(args) == 2 {
			b, ok := args[1].(lua.LNumber)
			if !ok {
				return -1
			}
			acc = f(acc, toBits(float64(b)))
		} else if n == 1 {
			acc = f(acc, 0)
		}
		results[0] = m.Number(fromBits(acc))
		return 1
	}
	return vm.Named{Name: lua.LString(name), Fn: fn, Quick: &vm.QuickWay{Call: quick, NoFields: true}}
}

// tohex is bit.tohex(x [, n]): so many digits, in capitals if n is negative.
func tohex(L *lua.LState) int {
	x := toBits(checkNumber(L, 1))
	n := int32(toBits(optNumber(L, 2, 8)))
	capitals := n < 0
	if capitals {
		n = -max(n, -8)
	}
	n = min(n, 8)
	digits := []byte("00000000" + strconv.FormatUint(uint64(x), 16))
	digits = digits[len(digits)-int(n):]
	if capitals {
		digits = bytes.ToUpper(digits)
	}
	L.Push(vm.CopyText(digits))
	return 1
}
