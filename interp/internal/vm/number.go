package vm

import (
	"math"
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

// Number is the value of f, for the loop's side: cheaper than a conversion, which allocates.
func (m *Machine) Number(f float64) lua.LValue { return m.nums.box(f) }

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

// Text is the string of b, which the caller gives up: it is copied only where much of its room is unused.
func Text(b []byte) lua.LString {
	if n := len(b); n > 0 && cap(b) <= n+n/2 {
		return lua.LString(unsafe.String(&b[0], n))
	}
	return lua.LString(b)
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
