package vm

import (
	"math"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// numberValue is an LValue that holds an LNumber, as Go lays it out.
type numberValue struct {
	tab  uintptr
	word *float64
}

var numTab = func() uintptr {
	v := lua.LValue(lua.LNumber(0.5))
	return (*numberValue)(unsafe.Pointer(&v)).tab
}()

// small are the boxes of the numbers that occur most.
var small = func() (t [1280]float64) {
	for i := range t {
		t[i] = float64(i - 256)
	}
	return
}()

// numbers makes LValues of numbers, which is an allocation each in Go, many at a time. One thread runs at a time, so they
// can share it.
type numbers struct {
	boxes *[boxesAtOnce]float64
	left  uint
}

const boxesAtOnce = 32

// Number is the value of f, for the loop's side: cheaper than a conversion, which allocates.
func (m *Machine) Number(f float64) lua.LValue { return m.nums.box(f) }

func (n *numbers) box(f float64) (v lua.LValue) {
	n.put(&v, f)
	return v
}

// put makes *v the number f.
func (n *numbers) put(v *lua.LValue, f float64) {
	var p *float64
	if i := int(f) + 256; uint(i) < uint(len(small)) && math.Float64bits(float64(i-256)) == math.Float64bits(f) { // -0 is none of them
		p = &small[i]
	} else {
		if n.left == 0 {
			n.boxes, n.left = new([boxesAtOnce]float64), boxesAtOnce
		}
		n.left--
		p = &n.boxes[n.left]
		*p = f
	}
	*(*numberValue)(unsafe.Pointer(v)) = numberValue{numTab, p}
}

// fresh is a new box, with f in it.
func (n *numbers) fresh(f float64) *float64 {
	if n.left == 0 {
		n.boxes, n.left = new([boxesAtOnce]float64), boxesAtOnce
	}
	n.left--
	p := &n.boxes[n.left]
	*p = f
	return p
}

// setOwn makes register a of a frame the number f, in its own box.
func (th *Thread) setOwn(cf *callFrame, R *values, a uint32, f float64) {
	p := &th.owned[cf.LocalBase+int(a)]
	*p = f
	if n := (*numberValue)(unsafe.Pointer(&R[a&0xff])); n.word != p { // else it is there, as mostly in a loop
		*n = numberValue{numTab, p}
	}
}

// fresh gives the value of a register a new box if it is in the register's own, so that it may be copied.
func (th *Thread) fresh(v *lua.LValue) {
	n := (*numberValue)(unsafe.Pointer(v))
	if n.tab == numTab && uintptr(unsafe.Pointer(n.word))-uintptr(unsafe.Pointer(unsafe.SliceData(th.owned))) < uintptr(len(th.owned))*8 {
		th.m.rebox(n)
	}
}

//go:noinline
func (m *Machine) rebox(n *numberValue) { m.nums.put((*lua.LValue)(unsafe.Pointer(n)), *n.word) }

// ownAll sees to it that there is an own box for each register, where Go has run, which may have let the registry grow.
func (th *Thread) ownAll() {
	if len(th.owned) < len(th.reg.array) {
		th.ownMore()
	}
}

// ownMore makes as many own boxes as there are registers.
//
//go:noinline
func (th *Thread) ownMore() {
	old := th.owned
	th.owned = make([]float64, len(th.reg.array))
	copy(th.owned, old)
	for i := range old {
		if n := (*numberValue)(unsafe.Pointer(&th.reg.array[i])); n.tab == numTab && n.word == &old[i] {
			n.word = &th.owned[i]
		}
	}
}

// modulo is a % b as the manual defines it. For whole numbers the remainder is the same, and far cheaper.
func modulo(a, b float64) float64 {
	if x, y := int64(a), int64(b); y > 0 && x >= 0 && x < 1<<53 && float64(x) == a && float64(y) == b && (x != 0 || !math.Signbit(a)) {
		return float64(x % y)
	}
	return a - float64(math.Floor(a/b)*b)
}

// power is math.Pow(x, y). For a small whole y that takes the fractions of the same squares and products apart from their exponents, which
// changes no bit where none of them leaves the range of normal numbers; a result well within it says that none has.
func power(x, y float64) float64 {
	const small, large = 0x1p-1000, 0x1p1000
	if n := int(y); uint(n) <= 1024 && float64(n) == y {
		r := 1.0
		for b := x; ; b *= b {
			if n&1 != 0 {
				r *= b
			}
			if n >>= 1; n == 0 {
				break
			}
		}
		if a := math.Abs(r); a > small && a < large {
			return r
		}
	}
	return math.Pow(x, y)
}

// toNumber is v as arithmetic takes it.
func (m *Machine) toNumber(v lua.LValue) (float64, bool) {
	switch v := v.(type) {
	case lua.LNumber:
		return float64(v), true
	case lua.LString:
		return m.parseNumber(string(v))
	}
	return 0, false
}

// ToNumber is v as lua_tonumber takes it, from a Go function that runs on L: a number, or a string that reads as one.
func ToNumber(L *lua.LState, v lua.LValue) (float64, bool) { return machineOf(L).toNumber(v) }
