package vm

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func TestSlots(t *testing.T) {
	many := func(n int, each string) string { // a statement for each of so many names
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, each+" ", i)
		}
		return b.String()
	}
	const order = ` local s = "" for k, v in pairs(o) do s = s .. k .. v .. " " end print(s) `
	expect(t, [][2]string{
		{`local o = { a = 1, b = 2 } o.c = 3 o.a = nil o.a = 4` + order, "a4 b2 c3 \n"},
		{`local o = {} o.b, o.a = 1, 2` + order + `o.b = nil` + order + `o.c = 3` + order, "a2 b1 \na2 \na2 c3 \n"},
		{`local o = { a = 1 } local x = o.a o.a = o.a + 1 local y = o.a o.a = 9.5 print(x, y, o.a)`, "1\t2\t9.5\n"},
		{`local o = { a = 1.5 } local k, v = next(o) o.a = 2.5 local t = { o.a } o.a = 3.5 print(v, t[1], o.a)`, "1.5\t2.5\t3.5\n"},
		{`local o = { a = 1.5 } local f = rawget(o, "a") o.a = "s" o.a = 2.5 print(f, o.a)`, "1.5\t2.5\n"},
		// A number that was in a slot is a box like others when the fields go into maps.
		{`local o = { a = 1.5, b = 2.5 } local a = o.a o[true] = 1 o.a = a + o.b print(a, o.a, o.b, o[true])`, "1.5\t4\t2.5\t1\n"},
		{`local o = { a = 1.5, b = 2.5 } for i = 1, 3 do o.a = o.a + i setmetatable({}, o) end print(o.a, o.b)`, "7.5\t2.5\n"},
		{`local o = {} ` + many(40, "o.f%d = 0.5") + many(40, "o.f%[1]d = o.f%[1]d + 1") + `local n = 0 for k, v in pairs(o) do n = n + v end print(n)`, "60\n"},
		// One that was on its way into a slot, in a box of its register's.
		{`local o = {} ` + many(32, "o.f%d = 0.5") + ` for i = 1, 2 do local x = i * 1000.5 o.g = x x = x + 1 local y = x * 2 print(o.g, y) end`, "1000.5\t2003\n2001\t4004\n"},
		{`local o = { a = 1, b = 2, c = 3 } for k in pairs(o) do o[k] = nil setmetatable({}, o) end print((next(o)))`, "nil\n"},
		{`local o = { a = 1, b = 2 } for k in pairs(o) do o[k] = nil end print((next(o)), o.a)`, "nil\tnil\n"},
		{`local o = { n = 0 } for i = 1, 100 do o[i] = i o.n = o.n + 1 end print(#o, o.n, o[100])`, "100\t100\t100\n"},
		{`local o = { a = 1 } o[3] = 3 o[1] = 1 o[2] = 2 print(#o, o.a, o[3])`, "3\t1\t3\n"},
		{`local o = { 1, 2, 3, a = 4, 5 } o[1.5] = 6 print(#o, o.a, o[4], o[1.5])`, "4\t4\t5\t6\n"},
		{`local o = setmetatable({ a = 1 }, { __newindex = function(_, k) print("new", k) end }) o.a = 2 o.b = 1 o.a = nil o.a = 3 print(o.a, o.b)`, "new\tb\nnew\ta\nnil\tnil\n"},
		{`local o = setmetatable({}, { __newindex = { z = 1 } }) o.b = 1 print(rawget(o, "b"), getmetatable(o).__newindex.b)`, "nil\t1\n"},
		{`local base = { greet = function(s) return "hi " .. s.name end } local mid = setmetatable({}, { __index = base }) local o = setmetatable({ name = "o" }, { __index = mid }) print(o:greet(), o.none)
		  mid.greet = function() return "mid" end print(o:greet()) o.greet = function() return "own" end print(o:greet()) o.greet = nil mid.greet = nil print(o:greet())`, "hi o\tnil\nmid\nown\nhi o\n"},
		{`local k = ("x"):rep(2000) local o = { a = 1 } o[k] = 2 print(o.a, o[k], o[k .. "y"])`, "1\t2\tnil\n"},
		{`local env = { print = print } setfenv(1, env) x = 1.5 x = x + 1 print(x, env.x, y)`, "2.5\t2.5\tnil\n"},
		{`local o = { a = 1 } local function get(n) return o[n] end print(get("a"), get("b")) o["b"] = 2 print(get("b"), o.b)`, "1\tnil\n2\t2\n"},
	})
}

// A script may make tables of any fields: no more than so many shapes are kept for those to come, and the tables are what they would be.
func TestShapesAreBounded(t *testing.T) {
	m, _ := newMachine(t, Config{})
	vals, err := runOn(m, 100, `
		local sum = 0
		for i = 1, 9000 do
			local o = assert(loadstring(("return { f%d = 1, g%d = 2 }"):format(i, i)))()
			o[1], o["h" .. i] = 3, 4
			for _, v in pairs(o) do sum = sum + v end
		end
		return sum`)
	if err != nil || vals[0] != lua.LNumber(90000) {
		t.Fatalf("%v, %v", vals, err)
	}
	kept := len(m.shapes.next)
	if kept > maxShapes {
		t.Errorf("%d shapes are kept", kept)
	}
	s := NewSizer(1<<30, nil)
	s.Machine(m)
	if s.Run(); s.Total() < kept*shapeSize {
		t.Errorf("%d shapes count for %d bytes", kept, s.Total())
	}
}

// A table keeps its shape, and the loop those that it has seen, but these keep none of the shapes that others have come to from there.
func TestShapesAreForgotten(t *testing.T) {
	m, _ := newMachine(t, Config{})
	heap := func() int {
		var s runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&s)
		return int(s.HeapAlloc)
	}
	before := heap()
	if _, err := runOn(m, 100, `kept = {} for i = 1, 100000 do local o = { a = 1 } rawset(o, "k" .. i, 2) if i % 1000 == 0 then kept[#kept + 1] = { a = i } end end`); err != nil {
		t.Fatal(err)
	}
	if grown := heap() - before; grown > 4<<20 {
		t.Errorf("%d bytes are kept", grown)
	}
	runtime.KeepAlive(m)
}

// Code that knows gopher-lua alone finds every field, of a machine that is told of it.
func TestMapped(t *testing.T) {
	m, _ := newMachine(t, Config{Mapped: true})
	m.State().SetGlobal("host", m.State().NewFunction(func(L *lua.LState) int {
		o := L.CheckTable(1)
		o.RawSetString("b", L.GetField(o, "a"))
		n := 0
		for k, _ := o.Next(lua.LNil); k != lua.LNil; k, _ = o.Next(k) {
			n++
		}
		L.Push(lua.LNumber(n))
		return 1
	}))
	vals, err := runOn(m, 100, `local o = { a = 1 } local p = {} p.a = 2 return host(o), o.b, host(p), p.b`)
	if got := fmt.Sprint(vals, err); got != "[2 1 2 2] <nil>" {
		t.Error(got)
	}
}

func BenchmarkObjects(b *testing.B) {
	m, _ := newMachine(b, Config{})
	for b.Loop() {
		if _, err := runOn(m, 100, `for i = 1, 1000 do local o = { x = i, y = 2, z = 3 } o.x = o.x + o.y end`); err != nil {
			b.Fatal(err)
		}
	}
}
