package lualib

import (
	"bytes"
	"math"
	"math/bits"
	"strconv"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// openBit makes the table bit: LuaBitOp, as LuaJIT has it (https://bitop.luajit.org/semantics.html).
func (lib *Library) openBit(L *lua.LState) {
	t := vm.NewTable(12)
	lib.register(L, "bit", t)
	one := func(name string, f func(x uint32) uint32) {
		bitFunction(L, t, name, 1, func(a, _ uint32) uint32 { return f(a) })
	}
	one("tobit", func(x uint32) uint32 { return x })
	one("bnot", func(x uint32) uint32 { return ^x })
	one("bswap", bits.ReverseBytes32)
	for name, f := range map[string]func(a, b uint32) uint32{
		"band": func(a, b uint32) uint32 { return a & b },
		"bor":  func(a, b uint32) uint32 { return a | b },
		"bxor": func(a, b uint32) uint32 { return a ^ b },
	} {
		bitFunction(L, t, name, anyNumber, f)
	}
	for name, f := range map[string]func(x, n uint32) uint32{ // of n the lower five bits count
		"lshift":  func(x, n uint32) uint32 { return x << (n & 31) },
		"rshift":  func(x, n uint32) uint32 { return x >> (n & 31) },
		"arshift": func(x, n uint32) uint32 { return uint32(int32(x) >> (n & 31)) },
		"rol":     func(x, n uint32) uint32 { return bits.RotateLeft32(x, int(n&31)) },
		"ror":     func(x, n uint32) uint32 { return bits.RotateLeft32(x, -int(n&31)) },
	} {
		bitFunction(L, t, name, 2, f)
	}
	t.RawSetString("tohex", L.NewFunction(tohex))
}

// toBits is a number as 32 bits: rounded, and modulo 2^32. Adding the constant puts them at the end of the mantissa, for whatever
// is within 2^51; of other numbers any bits are as good, and these are LuaBitOp's.
func toBits(f float64) uint32 { return uint32(math.Float64bits(f + (1<<52 + 1<<51))) }

func fromBits(b uint32) float64 { return float64(int32(b)) }

// anyNumber of arguments, at least one.
const anyNumber = 0

// bitFunction makes a function of the table bit that takes n arguments.
func bitFunction(L *lua.LState, t *lua.LTable, name string, n int, f func(a, b uint32) uint32) {
	fn := L.NewFunction(func(L *lua.LState) int {
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
	})
	vm.SetQuick(fn, func(m *vm.Machine, args, results []lua.LValue) int {
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
	})
	t.RawSetString(name, fn)
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
