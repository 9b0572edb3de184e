package vm

import (
	"math/rand/v2"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// TestTableModel does at random to a table and to a map of Go what scripts do to tables, and compares them.
func TestTableModel(t *testing.T) {
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 1))
		modelTable(t, r, newTable(r.IntN(3)*r.IntN(8), r.IntN(3)), false)
	}
}

// TestTableSlots does the same to tables whose fields are in slots.
func TestTableSlots(t *testing.T) {
	m := newBare(t, Config{})
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 3))
		modelTable(t, r, m.NewTable(r.IntN(3)*r.IntN(8), r.IntN(3)*r.IntN(20)), false)
	}
	if n := len(m.shapes.next); n < 100 {
		t.Errorf("%d shapes were made", n)
	}
}

// TestTableHost does the same while Go code uses the methods of LTable beside.
func TestTableHost(t *testing.T) {
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 2))
		modelTable(t, r, newTable(r.IntN(3)*r.IntN(8), r.IntN(3)), true)
	}
}

func modelTable(t *testing.T, r *rand.Rand, lt *lua.LTable, host bool) {
	tb := inTable(lt)
	model := map[lua.LValue]lua.LValue{}
	limit := []int{6, 20, 70, 400}[r.IntN(4)]
	plain := tb.inSlots() && r.IntN(4) > 0 // other keys would take the fields out of their slots
	key := func() lua.LValue {
		kind := r.IntN(12)
		if plain {
			kind = 2 + r.IntN(2)*4
		}
		switch kind {
		case 0:
			return lua.LNumber(-r.IntN(4))
		case 1:
			return lua.LNumber(r.IntN(9)) + 0.5
		case 2:
			return lua.LString('a' + rune(r.IntN(26)))
		case 3:
			return lua.LNumber(r.IntN(1 << 27))
		case 4:
			return lua.LNumber(int(1) << (r.IntN(18) + 45))
		case 5: // long strings of the same digest, but for one
			b := []byte(strings.Repeat("x", longText+40*16))
			b[[]int{200, 201, 202, 203, len(b) - 1}[r.IntN(5)]]++
			return lua.LString(b)
		}
		return lua.LNumber(1 + r.IntN(limit))
	}
	set := func(k, v lua.LValue) {
		if isNil(v) {
			delete(model, k)
		} else {
			model[k] = v
		}
	}
	for step := range 300 {
		v := lua.LValue(lua.LNumber(step))
		switch op := r.IntN(16); {
		case op < 6:
			k := key()
			tb.set(nil, k, v)
			set(k, v)
		case op < 8:
			n := lua.LNumber(Length(nil, lt) + 1)
			tb.set(nil, n, v)
			set(n, v)
		case op < 10:
			k := lua.LValue(lua.LNumber(Length(nil, lt)))
			if r.IntN(2) == 0 {
				k = key()
			}
			tb.set(nil, k, lua.LNil)
			delete(model, k)
		case op == 10:
			n := Length(nil, lt) + 1 - r.IntN(2)
			if n > 0 {
				SetInt(nil, lt, n, v)
				set(lua.LNumber(n), v)
			}
		case op == 11:
			first := 1 + r.IntN(limit)
			vals := make([]lua.LValue, r.IntN(9))
			for i := range vals {
				vals[i] = []lua.LValue{v, lua.LNil, lua.LTrue}[r.IntN(3)]
				set(lua.LNumber(first+i), vals[i])
			}
			tb.setList(nil, first, vals)
		case op == 12: // what is set to nil, and set to another value, while it is gone through
			for k, v, ok := Next(nil, lt, lua.LNil); k != lua.LNil; k, v, ok = Next(nil, lt, k) {
				if !ok || model[k] != v {
					t.Fatalf("next gives %v, %v, %v; want %v", k, v, ok, model[k])
				}
				if nv := []lua.LValue{lua.LNil, lua.LFalse, v}[r.IntN(3)]; nv != v && !host {
					tb.set(nil, k, nv)
					set(k, nv)
				}
			}
		case op == 13 && host:
			i := 1 + r.IntN(limit)
			lt.RawSetInt(i, v)
			set(lua.LNumber(i), v)
		case op == 14 && host:
			if n := len(tb.array); n > 0 && len(tb.dict) == 0 {
				pos := lua.LNumber(n)
				if got := lt.Remove(n); model[pos] != nil && got != model[pos] {
					t.Fatal("Remove")
				}
				delete(model, pos)
			}
		}
		if step%16 == 0 {
			sameAsModel(t, lt, model)
		}
		if !host && len(tb.array) < cap(tb.array) {
			for i, v := range tb.array {
				if isNil(v) {
					t.Fatalf("hole at %d in an array of %d, which has room for %d", i+1, len(tb.array), cap(tb.array))
				}
			}
		}
	}
	sameAsModel(t, lt, model)
}

func sameAsModel(t *testing.T, lt *lua.LTable, model map[lua.LValue]lua.LValue) {
	t.Helper()
	for k, v := range model {
		if got := Get(lt, k); got != v {
			t.Fatalf("[%v] is %v; want %v", k, got, v)
		}
		if n, ok := k.(lua.LNumber); ok && n == lua.LNumber(int(n)) {
			if got := GetInt(lt, int(n)); got != v {
				t.Fatalf("GetInt(%v) is %v; want %v", k, got, v)
			}
		}
	}
	seen := map[lua.LValue]bool{}
	for k, v, ok := Next(nil, lt, lua.LNil); k != lua.LNil; k, v, ok = Next(nil, lt, k) {
		if !ok || seen[k] || model[k] != v {
			t.Fatalf("next gives %v, %v, %v (seen %v); want %v", k, v, ok, seen[k], model[k])
		}
		seen[k] = true
	}
	if len(seen) != len(model) {
		t.Fatalf("next gives %d pairs of %d", len(seen), len(model))
	}
	n := Length(nil, lt)
	if n > 0 && model[lua.LNumber(n)] == nil || model[lua.LNumber(n+1)] != nil {
		t.Fatalf("length %d: there %v, then %v", n, model[lua.LNumber(n)], model[lua.LNumber(n+1)])
	}
}

// Keys that come and go must not pile up.
func TestTableChurn(t *testing.T) {
	for name, key := range map[string]func(i int) lua.LValue{
		"queue":   func(i int) lua.LValue { return lua.LNumber(i) },
		"sparse":  func(i int) lua.LValue { return lua.LNumber(i * 1000) },
		"strings": func(i int) lua.LValue { return lua.LString(lua.LNumber(i).String()) },
	} {
		lt := newTable(0, 0)
		tb := inTable(lt)
		for i := range 200_000 {
			tb.set(nil, key(i+1), lua.LTrue)
			if i >= 10 {
				tb.set(nil, key(i-9), lua.LNil)
			}
		}
		if n := cap(tb.array) + cap(tb.keys) + len(tb.k2i); n > 300 {
			t.Errorf("%s: 10 keys in room for %d", name, n)
		}
	}
}
