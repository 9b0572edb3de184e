package vm

import (
	"runtime"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
)

// Numbers in a register's own box are copied, wherever they go, before the next one is written over them.
func TestOwnBoxes(t *testing.T) {
	expect(t, [][2]string{
		{`local t, n = {}, 0.5 for i = 1, 3 do n = n + n t[i] = n end print(unpack(t))`, "1\t2\t4\n"},
		{`local t, n = {}, 0.5 for i = 1, 3 do n = n * 3 t.x = n t[n] = n n = n + 0 end print(t.x, t[1.5], t[4.5], t[13.5])`, "13.5\t1.5\t4.5\t13.5\n"},
		{`local n = 1000 for i = 1, 2 do n = n + i g = n n = n * 2 end print(g, n)`, "2004\t4008\n"},
		{`local s local function set(v) s = v end local n = 300 n = n + 1 set(n) n = n + 1 print(s, n)`, "301\t302\n"},
		{`local function f(n) n = n + 1000 local m = n n = n * 2 return m, n end print(f(1))`, "1001\t2002\n"},
		{`local function f(n) n = n + 1000 if n > 0 then return n end end local a, b = f(1), f(2) print(a, b)`, "1001\t1002\n"},
		{`local a, b = 1000, 2000 for i = 1, 3 do a, b = b, a + b end print(a, b)`, "5000\t8000\n"},
		{`local a, b, c = 1000, 2000, 3000 for i = 1, 2 do a, b, c = b + 1, c + 1, a + 1 end print(a, b, c)`, "3002\t1002\t2002\n"},
		{`local m, n = 0, 500 while n < 510 do n = n + 3 if n > m then m = n end end n = 0 * n print(m, n)`, "512\t0\n"},
		{`local fs = {} for i = 1001, 1003 do local j = i * 2 fs[#fs + 1] = function() j = j + 1 return i + j end end print(fs[1](), fs[1](), fs[3]())`, "3004\t3005\t3010\n"},
		{`local n, f = 1000 n = n + 1 f = function() return n end n = n + 1 print(f(), n)`, "1002\t1002\n"},
		{`local t = {} for i = 1001, 1003 do i = i * 2 t[#t + 1] = i end print(#t, unpack(t))`, "3\t2002\t2004\t2006\n"},
		{`local x = 999 local y = x + 1 local z = y y = y + 1 print(y, z, y and z, y or z, (y))`, "1001\t1000\t1000\t1001\t1001\n"},
		{`local y = 1 y = y + 999 local s = y .. "" y = y + 1 print(s, y .. y)`, "1000\t10011001\n"},
	})
	// Metamethods may keep what they are given.
	const kept = `local kept = {} local function keep(a, b) kept[#kept + 1] = b == nil and a or type(a) == "number" and a or b return 1 end `
	expect(t, [][2]string{
		{kept + `local o = setmetatable({}, {__add = keep, __mul = keep}) local n = 1000 for i = 1, 2 do n = n + 1 local x = o + n, (n + 1) * o end print(unpack(kept))`,
			"1001\t1002\t1002\t1003\n"},
		{kept + `local o = setmetatable({}, {__index = keep, __newindex = keep}) local n, x = 1000 for i = 1, 2 do n = n + 1 x = o[n] x = o[n + 5] o[n * 2] = 1 end print(unpack(kept))`,
			"1001\t1006\t2002\t1002\t1007\t2004\n"},
		{kept + `debug.setmetatable(0, {__index = keep, __len = keep, __call = function(n) kept[#kept + 1] = n end})
		  local n, x = 1000 for i = 1, 2 do n = n + 1 x = n[n] x = #n n() n = n + 1 end debug.setmetatable(0, nil) print(unpack(kept))`, "1001\t1001\t1001\t1003\t1003\t1003\n"},
	})
	// Locals can be looked at, from inside and out, and kept.
	expect(t, [][2]string{
		{`local function look() return select(2, debug.getlocal(2, 1)) end local function f(n) n = n + 1000 local a = look() n = n + 1 return n, a end print(f(1))`, "1002\t1001\n"},
		{`local t = {} local co = coroutine.wrap(function() local n = 1000 for i = 1, 3 do n = n + i t[#t + 1] = select(2, debug.getlocal(1, 1)) coroutine.yield(n) end end)
		  print(co(), co(), co(), unpack(t))`, "1001\t1003\t1006\t1001\t1003\t1006\n"},
		{`local t, n = {}, 1000 local ok = xpcall(function() local n = 1000 n = n + 1 n = n + nil end, function() t[1] = select(2, debug.getlocal(2, 1)) end) print(ok, t[1])`, "false\t1001\n"},
		{`local t, seen = {}, {} for i = 1, 3 do t[i] = i end for i = 1001, 1003 do table.sort(t, function(a, b) seen[#seen + 1] = i return a < b end) end print(seen[1], seen[#seen])`, "1001\t1003\n"},
	})
}

// The registers, and their boxes with them, grow under a function that is in the middle of a sum.
func TestOwnBoxesGrow(t *testing.T) {
	expect(t, [][2]string{
		{`local n = 1000 local t = {} for i = 1, 6000 do t[i] = i end
		  for i = 1, 3 do n = n + i local m = select("#", unpack(t)) n = n + m t[1] = n end print(n, t[1])`, "19006\t19006\n"},
		{`local function f(d) local n = 1000 n = n + d if d > 0 then n = n + f(d - 1) end n = n + 1 return n end print(f(3000))`, "7505501\n"},
		{`print(select("#", ("x"):rep(4000):byte(1, -1)), coroutine.wrap(function() local n = 1000 n = n + 1 local m = select("#", ("x"):rep(4000):byte(1, -1)) n = n + m return n end)())`,
			"4000\t5001\n"},
	})
	m, _ := newMachine(t, Config{}) // a function in Go that pushes more than it has room for
	m.State().SetGlobal("many", m.State().NewFunction(func(L *lua.LState) int {
		for i := range 5000 {
			L.Push(lua.LNumber(i))
		}
		return 1
	}))
	vals, err := runOn(m, 1000, `local n, s = 1000, 0 for i = 1, 3 do n = n + i s = s + many() n = n + i end return n, s`)
	if err != nil || len(vals) != 2 || vals[0] != lua.LNumber(1012) || vals[1] != lua.LNumber(14997) {
		t.Error(vals, err)
	}
}

// A loop that only computes makes no garbage.
func TestOwnBoxesAllocateNothing(t *testing.T) {
	m, _ := newMachine(t, Config{})
	for _, src := range []string{
		"local s = 0.5 for i = 1, 1e5 do s = s + i * 1.5 - i % 7 if s > 1e6 then s = s / 3 end end return s > 0",
		"local a, b, c = 1000, 2000.5 while b < 1e7 do a, b = b, b + 500 c = a end return a < b",
		"local x, y = 1000, 0 for i = 1, 1e5 do local d, e = x - i, i + 0.5 y = -d * e x, y = x + 1, y + 1 end return y < 1",
		"local n = 0 for i = 1, 1e5 do n = n + 1 end return n > 0",
		"local t, n = {1, 2, 3}, 1e9 for i = 1, 1e5 do n = n + t[i % 3 + 1] + #t end return n > 0",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		vals, err := runOn(m, 100, src)
		runtime.ReadMemStats(&after)
		if err != nil || vals[0] != lua.LTrue {
			t.Error(src, vals, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 200_000 {
			t.Errorf("%s: %d bytes", src, n)
		}
	}
}

// The code that a script's is made of keeps to the rules of own boxes.
func TestOwnBoxesVerify(t *testing.T) {
	for _, src := range []string{
		"local n, t = 1, {} for i = 1, 9 do n = n + i t[n] = n g = n t.x = n local m = n f(n) n = m end return n",
		"local function f(a, b) a, b = b, a + b local g = function() return a end return a, b, g end",
		"local x for i, v in pairs(t) do x = v + i i = i + 1 x = x and i or v end repeat local y = x + 1 until y > x",
	} {
		p, err := Compile("=t", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if err := codegen.Verify(p); err != nil {
			t.Errorf("%s: %v", strings.TrimSpace(src), err)
		}
	}
}
