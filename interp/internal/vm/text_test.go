package vm

import (
	"runtime"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// The bytes of short texts lie in their boxes; that must not be seen, nor the caller's bytes be shared.
func TestText(t *testing.T) {
	const all = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	var kept []lua.LValue
	for n := range len(all) + 1 {
		b := []byte(all[:n])
		kept = append(kept, CopyText(b), joined(lua.LString(all[:n/3]), lua.LString(all[n/3:n])), Text([]byte(all[:n])))
		clear(b)
	}
	runtime.GC()
	for i, v := range kept {
		want := all[:i/3]
		if s, ok := v.(lua.LString); !ok || string(s) != want || v != lua.LValue(lua.LString(want)) {
			t.Errorf("%q is %q", want, v)
		}
	}
	seen := map[lua.LValue]bool{}
	for _, v := range kept {
		seen[v] = true
	}
	if len(seen) != len(all)+1 {
		t.Errorf("%d strings as keys, want %d", len(seen), len(all)+1)
	}
	b := []byte(strings.Repeat("x", 100))
	if v := Text(b[:40]); v != lua.LValue(lua.LString(b[:40])) {
		t.Error("what has much room")
	}
}

var sink lua.LValue

// The values that the loop makes most take no more allocations than it did.
func TestAllocations(t *testing.T) {
	a, b := lua.LString("abc"), lua.LString("defghijk")
	x, y := lua.LValue(lua.LString("x")), lua.LValue(lua.LString("y"))
	m := &Machine{}
	digits := []byte("12345")
	for _, tt := range []struct {
		name string
		most float64
		fn   func()
	}{
		{"short concatenation", 1, func() { sink = joined(a, b) }},
		{"short text", 1, func() { sink = CopyText(digits) }},
		{"{}", 1, func() { sink = newTable(0, 0) }},
		{"{1, 2, 3}", 1, func() {
			t := newTable(3, 0)
			inTable(t).setList(nil, 1, []lua.LValue{lua.LTrue, lua.LTrue, lua.LFalse})
			sink = t
		}},
		{"{x = 1, y = 2}", 5, func() {
			t := newTable(0, 2)
			m.setField(t, x, lua.LTrue)
			m.setField(t, y, lua.LTrue)
			sink = t
		}},
	} {
		if n := testing.AllocsPerRun(100, tt.fn); n > tt.most {
			t.Errorf("%s: %v allocations, at most %v wanted", tt.name, n, tt.most)
		}
	}
}
