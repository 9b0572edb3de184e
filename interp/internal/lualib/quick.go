package lualib

import (
	"math"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// The functions that scripts call most have a second way in, for plain calls; see vm.Quick. Each does what the function of that
// name does, or says that it does not.
var (
	viaByte     = vm.QuickWay{Call: quickByte, NoFields: true}
	viaChar     = vm.QuickWay{Call: quickChar, NoFields: true}
	viaFind     = vm.QuickWay{Call: quickFind, NoFields: true}
	viaInsert   = vm.QuickWay{Call: quickInsert, NoFields: true}
	viaIpairs   = vm.QuickWay{Call: quickIpairs, NoFields: true}
	viaLen      = vm.QuickWay{Call: quickLen, NoFields: true}
	viaLower    = vm.QuickWay{Call: quickLower, NoFields: true}
	viaMax      = vm.QuickWay{Call: quickMax, NoFields: true}
	viaMin      = vm.QuickWay{Call: quickMin, NoFields: true}
	viaNext     = vm.QuickWay{Call: quickNext, NoFields: true}
	viaRawequal = vm.QuickWay{Call: quickRawequal, NoFields: true}
	viaRawget   = vm.QuickWay{Call: quickRawget, NoFields: true}
	viaSelect   = vm.QuickWay{Call: quickSelect, NoFields: true}
	viaSub      = vm.QuickWay{Call: quickSub, NoFields: true}
	viaType     = vm.QuickWay{Call: quickType, NoFields: true}
	viaUpper    = vm.QuickWay{Call: quickUpper, NoFields: true}

	viaAbs   = vm.QuickWay{NoFields: true, Call: func(m *vm.Machine, args, results []lua.LValue) int { return quickMath(m, args, results, math.Abs) }}
	viaCeil  = vm.QuickWay{NoFields: true, Call: func(m *vm.Machine, args, results []lua.LValue) int { return quickMath(m, args, results, math.Ceil) }}
	viaCos   = vm.QuickWay{NoFields: true, Call: func(m *vm.Machine, args, results []lua.LValue) int { return quickMath(m, args, results, math.Cos) }}
	viaExp   = vm.QuickWay{NoFields: true, Call: func(m *vm.Machine, args, results []lua.LValue) int { return quickMath(m, args, results, math.Exp) }}
	viaFloor = vm.QuickWay{NoFields: true, Call: func(m *vm.Machine, args, results []lua.LValue) int { return quickMath(m, args, results, math.Floor) }}
	viaLog   = vm.QuickWay{NoFields: true, Call: func(m *vm.Machine, args, results []lua.LValue) int { return quickMath(m, args, results, math.Log) }}
	viaSin   = vm.QuickWay{NoFields: true, Call: func(m *vm.Machine, args, results []lua.LValue) int { return quickMath(m, args, results, math.Sin) }}
	viaSqrt  = vm.QuickWay{NoFields: true, Call: func(m *vm.Machine, args, results []lua.LValue) int { return quickMath(m, args, results, math.Sqrt) }}
)

func quickMath(m *vm.Machine, args, results []lua.LValue, f func(float64) float64) int {
	if len(args) != 1 {
		return -1
	}
	x, ok := args[0].(lua.LNumber)
	if !ok {
		return -1
	}
	results[0] = m.Number(f(float64(x)))
	return 1
}

func quickMax(_ *vm.Machine, args, results []lua.LValue) int {
	return quickBest(args, results, func(x, best lua.LNumber) bool { return x > best })
}

func quickMin(_ *vm.Machine, args, results []lua.LValue) int {
	return quickBest(args, results, func(x, best lua.LNumber) bool { return x < best })
}

func quickBest(args, results []lua.LValue, better func(x, best lua.LNumber) bool) int {
	if len(args) != 2 {
		return -1
	}
	a, ok1 := args[0].(lua.LNumber)
	b, ok2 := args[1].(lua.LNumber)
	switch {
	case !ok1 || !ok2:
		return -1
	case better(b, a):
		results[0] = args[1]
	default:
		results[0] = args[0]
	}
	return 1
}

func quickNext(m *vm.Machine, args, results []lua.LValue) int {
	if len(args) != 2 {
		return -1
	}
	t, ok := args[0].(*lua.LTable)
	if !ok {
		return -1
	}
	k, v, ok := m.QuickNext(t, args[1])
	if !ok {
		return -1
	}
	results[0] = k
	if k == lua.LNil {
		return 1
	}
	if len(results) > 1 {
		results[1] = v
	}
	return 2
}

func quickIpairs(m *vm.Machine, args, results []lua.LValue) int {
	if len(args) != 2 {
		return -1
	}
	t, ok1 := args[0].(*lua.LTable)
	i, ok2 := args[1].(lua.LNumber)
	n := int(i) + 1
	if !ok1 || !ok2 || n < 1 || lua.LNumber(n-1) != i {
		return -1
	}
	v := vm.GetInt(t, n)
	if v == lua.LNil {
		return 0
	}
	results[0] = m.Number(float64(n))
	if len(results) > 1 {
		results[1] = v
	}
	return 2
}

func quickType(_ *vm.Machine, args, results []lua.LValue) int {
	if len(args) == 0 {
		return -1
	}
	results[0] = typeNames[args[0].Type()]
	return 1
}

func quickRawget(m *vm.Machine, args, results []lua.LValue) int {
	if len(args) != 2 {
		return -1
	}
	t, ok := args[0].(*lua.LTable)
	if !ok || vm.Long(args[1]) {
		return -1
	}
	results[0] = m.Get(t, args[1])
	return 1
}

func quickRawequal(_ *vm.Machine, args, results []lua.LValue) int {
	if len(args) != 2 || vm.Long(args[0]) {
		return -1
	}
	results[0] = lua.LBool(args[0] == args[1])
	return 1
}

// quickSelect is select("#", ...).
func quickSelect(m *vm.Machine, args, results []lua.LValue) int {
	if len(args) > 0 {
		if s, ok := args[0].(lua.LString); ok && s == "#" {
			results[0] = m.Number(float64(len(args) - 1))
			return 1
		}
	}
	return -1
}

func quickLen(m *vm.Machine, args, results []lua.LValue) int {
	if len(args) == 1 {
		if s, ok := args[0].(lua.LString); ok {
			results[0] = m.Number(float64(len(s)))
			return 1
		}
	}
	return -1
}

func quickByte(m *vm.Machine, args, results []lua.LValue) int {
	if len(args) == 0 || len(args) > 3 {
		return -1
	}
	s, ok := args[0].(lua.LString)
	i := 1
	if ok && len(args) >= 2 {
		i, ok = quickInt(args[1])
	}
	if !ok {
		return -1
	}
	j := i
	if len(args) == 3 {
		if j, ok = quickInt(args[2]); !ok {
			return -1
		}
	}
	i, j = max(fromEnd(i, len(s)), 1), min(fromEnd(j, len(s)), len(s))
	n := max(j-i+1, 0)
	if n > len(results) {
		return -1
	}
	for k := range n {
		results[k] = m.Number(float64(s[i-1+k]))
	}
	return n
}

func quickChar(_ *vm.Machine, args, results []lua.LValue) int {
	var b [8]byte
	if len(args) == 0 || len(args) > len(b) {
		return -1
	}
	for i, v := range args {
		c, ok := quickInt(v)
		if !ok || c < 0 || c > 255 {
			return -1
		}
		b[i] = byte(c)
	}
	if len(args) == 1 {
		results[0] = bytesOf[b[0]]
	} else {
		results[0] = vm.CopyText(b[:len(args)])
	}
	return 1
}

func quickSub(_ *vm.Machine, args, results []lua.LValue) int {
	if len(args) < 2 || len(args) > 3 {
		return -1
	}
	s, ok := args[0].(lua.LString)
	i, ok1 := quickInt(args[1])
	j, ok2 := len(s), true
	if len(args) == 3 {
		j, ok2 = quickInt(args[2])
	}
	if !ok || !ok1 || !ok2 {
		return -1
	}
	if i < 0 {
		i += len(s) + 1
	}
	if j < 0 {
		j += len(s) + 1
	}
	switch i, j = max(i, 1), min(j, len(s)); {
	case i > j:
		results[0] = lua.LString("")
	case i == j:
		results[0] = bytesOf[s[i-1]]
	case len(s) <= limitedLarge:
		results[0] = s[i-1 : j]
	default:
		return -1
	}
	return 1
}

// quickFind is find(s, p), find(s, p, i) and find(s, p, i, true) where p is plain and the strings are short.
func quickFind(m *vm.Machine, args, results []lua.LValue) int {
	if len(args) < 2 {
		return -1
	}
	s, ok1 := args[0].(lua.LString)
	p, ok2 := args[1].(lua.LString)
	if !ok1 || !ok2 || max(len(s), len(p)) > limitedLarge {
		return -1
	}
	i := 1
	if len(args) > 2 {
		var ok bool
		if i, ok = quickInt(args[2]); !ok || i < 1 || i > len(s) {
			return -1
		}
	}
	switch {
	case len(args) == 4 && args[3] == lua.LTrue:
	case len(args) > 3 || strings.ContainsAny(string(p), magic):
		return -1
	}
	at := strings.Index(string(s[i-1:]), string(p))
	if at < 0 {
		results[0] = lua.LNil
		return 1
	}
	results[0] = m.Number(float64(at + i))
	if len(results) > 1 {
		results[1] = m.Number(float64(at + i - 1 + len(p)))
	}
	return 2
}

func quickLower(_ *vm.Machine, args, results []lua.LValue) int {
	return quickShift(args, results, 'A', 'a'-'A')
}

func quickUpper(_ *vm.Machine, args, results []lua.LValue) int {
	return quickShift(args, results, 'a', 'A'-'a'+256)
}

// quickShift is shift for short strings.
func quickShift(args, results []lua.LValue, from byte, by int) int {
	if len(args) != 1 {
		return -1
	}
	s, ok := args[0].(lua.LString)
	var room [limitedLarge]byte
	if !ok || len(s) > len(room) {
		return -1
	}
	b := append(room[:0], s...)
	for i, c := range b {
		if c-from < 26 {
			b[i] = c + byte(by)
		}
	}
	results[0] = vm.CopyText(b)
	return 1
}

func quickInt(v lua.LValue) (int, bool) {
	f, ok := v.(lua.LNumber)
	i := int(f)
	return i, ok && lua.LNumber(i) == f
}

// quickInsert is insert(t, v), where the table need not grow.
func quickInsert(_ *vm.Machine, args, _ []lua.LValue) int {
	if len(args) != 2 {
		return -1
	}
	if t, ok := args[0].(*lua.LTable); ok && vm.Append(t, args[1]) {
		return 0
	}
	return -1
}
