package vm

import (
	"math"
	"strconv"
	"strings"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

var numTab = func() unsafe.Pointer {
	v := lua.LValue(lua.LNumber(0.5))
	return (*iface)(unsafe.Pointer(&v)).tab
}()

// small are the boxes of the numbers that occur most.
var small = func() (t [256]lua.LValue) {
	for i := range t {
		t[i] = lua.LNumber(i)
	}
	return
}()

// numbers makes LValues of numbers, which is an allocation each in Go, many at a time. One thread runs at a time, so they
// can share it.
type numbers struct{ free []float64 }

const boxesAtOnce = 32

func (n *numbers) box(f float64) (v lua.LValue) {
	if i := int(f); uint(i) < uint(len(small)) && float64(i) == f && (i != 0 || !math.Signbit(f)) {
		return small[i]
	}
	if len(n.free) == 0 {
		n.free = make([]float64, boxesAtOnce)
	}
	p := &n.free[0]
	n.free = n.free[1:]
	*p = f
	*(*iface)(unsafe.Pointer(&v)) = iface{numTab, unsafe.Pointer(p)}
	return v
}

// modulo is a % b as the manual defines it. For whole numbers the remainder is the same, and far cheaper.
func modulo(a, b float64) float64 {
	if x, y := int64(a), int64(b); y > 0 && x >= 0 && x < 1<<53 && float64(x) == a && float64(y) == b && (x != 0 || !math.Signbit(a)) {
		return float64(x % y)
	}
	return a - float64(math.Floor(a/b)*b)
}

// toNumber is v as arithmetic takes it.
func toNumber(v lua.LValue) (float64, bool) {
	switch v := v.(type) {
	case lua.LNumber:
		return float64(v), true
	case lua.LString:
		return ParseNumber(string(v))
	}
	return 0, false
}

// ParseNumber is the number that a string stands for, as PUC's luaO_str2d reads it: with spaces around it, decimal as
// strtod has it, or hexadecimal.
func ParseNumber(s string) (float64, bool) {
	s = strings.Trim(s, " \t\n\v\f\r")
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || strings.Contains(s, "_") {
		return 0, false
	}
	if len(digits) > 1 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X') {
		if !strings.ContainsAny(digits, "pP") {
			s += "p0" // Go wants the exponent
		}
	} else if c := digits + "x"; c[0] != '.' && (c[0] < '0' || c[0] > '9') && !strings.EqualFold(digits, "inf") &&
		!strings.EqualFold(digits, "infinity") && !strings.EqualFold(digits, "nan") {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(n, 0) {
		return 0, false
	}
	return n, true
}
