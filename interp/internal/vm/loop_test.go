package vm

import (
	"errors"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

func TestLoop(t *testing.T) {
	expect(t, [][2]string{
		{`print(1 / (0 * -1), 1 / -0, 5 % 3, -5 % 3, 5 % -3, 5.5 % 2, 2 ^ 10)`, "-Inf\t-Inf\t2\t1\t-1\t1.5\t1024\n"},
		{`print("10" + 1, "0x10" * 2, " 5 " - "1e1", -"2", 10 .. 20, "a" .. 1 .. 2.5)`, "11\t32\t-5\t-2\t1020\ta12.5\n"},
		{`print(1 < 2, 2 <= 1, "a" < "b", "b" <= "a", 0/0 == 0/0, 0/0 < 1, nil == false, "1" == 1)`, "true\tfalse\ttrue\tfalse\tfalse\tfalse\tfalse\tfalse\n"},
		{`for i = "1", "3" do io = i end print(io) for i = 3, 1, -1 do io = i end print(io) for i = 1, 0 do io = "never" end for i = 1, 2, 0/0 do io = "never" end print(io)`, "3\n1\n1\n"},
		{`local t = setmetatable({}, {__index = function(t, k) return k .. "!" end, __call = function(self, a, ...) return a, select("#", ...) end})
		  print(t.x, t[1], t(1, 2, 3)) local function f(...) return t(...) end print(f(4, nil))`, "x!\t1!\t1\t2\n4\t1\n"},
		{`local function v(a, ...) local x, y = ... return a, x, y, select("#", ...), ... end print(v()) print(v(1, 2, 3, 4)) print((v(5)))`,
			"nil\tnil\tnil\t0\n1\t2\t3\t3\t2\t3\t4\n5\n"},
		{`local function old(...) return arg.n, arg[1] end print(old(7, 8))`, "2\t7\n"},
		{`local function up(...) return function() return arg.n, arg[1] end end print(up(7, 8)()) local function set(a, ...) arg = arg[1] return arg end print(set(1, 2))
		  local function inner(...) return function(...) return arg.n end end print(inner(1)(2, 3)) local function hides(...) local arg = 5 return arg end print(hides(1))
		  local function global(...) return loadstring("return arg")() end print(global(1)) local function param(arg, ...) return arg end print(param(1, 2) == 1)`,
			"2\t7\n2\n2\n5\nnil\nfalse\n"},
		{`local fs = {} for i = 1, 3 do local j = i fs[i] = function() j = j + 1 return j end end print(fs[1](), fs[1](), fs[2](), fs[3]())`, "2\t3\t3\t4\n"},
		{`local function it(s, i) if i < s then return i + 1 end end local n = 0 for i in it, 3, 0 do n = n * 10 + i end print(n)`, "123\n"},
		{`local c = setmetatable({}, {__call = function(_, s, i) if i < s then return i + 1 end end}) local n = 0 for i in c, 3, 0 do n = n * 10 + i end print(n)`, "123\n"},
		{`local function loop(n) if n == 0 then return "done" end return loop(n - 1) end print(loop(1e6))`, "done\n"},
		{`local m = setmetatable({}, {__call = function(self, n) if n == 0 then return "done" end return self(n - 1) end}) print(m(1e5))`, "done\n"},
		{`local a = {__eq = function() return true end, __lt = function() return true end, __le = function() return false end, __len = function() return 42 end,
		  __concat = function(x, y) return "cat" end, __unm = function() return "neg" end, __add = function(x, y) return "add" end}
		  local x, y = setmetatable({}, a), setmetatable({}, a) print(x == y, x < y, x <= y, -x, x + 1, 1 + x, x .. "s", "s" .. 1 .. x)`, "true\ttrue\tfalse\tneg\tadd\tadd\tcat\tscat\n"},
		{`local function r(...) return ... end local t = {r(1, 2), r(3, nil, 5)} print(#t, t[2], t[4]) print((select("#", r(nil, nil))))`, "4\t3\t5\n2\n"},
		{`local t = {} for i = 1, 200000 do t[i] = i end while #t > 0 do t[#t] = nil end print(#t, #{nil, 1, nil}, #setmetatable({1}, {__len = error}))`, "0\t0\t1\n"},
		{`local t = {} t[1] = 1 t[3] = 3 t.x = nil t[2] = 2 print(#t, t[3]) t[#t] = nil print(#t)`, "3\t3\n2\n"},
		{`local ok, e = pcall(function() local t = {} t[67108863] = 1 end) print(ok, e)`, "true\tnil\n"},
		{`local p = setmetatable({}, {__newindex = function(t, k, v) rawset(t, k, v * 2) end}) p.a = 1 p[1] = 2 p.a = 5 print(p.a, p[1])`, "5\t4\n"},
	})
}

// Calls of pcall and tail calls, which the loop does by itself, do what functions in Go would have done.
func TestLoopCalls(t *testing.T) {
	expect(t, [][2]string{
		{`local function none() end local function two(a, b) return b, a end local function all(...) return ... end
		  print(pcall(none)) print(pcall(two, 1)) print(pcall(two, 1, 2, 3)) print(pcall(all)) print(pcall(all, nil, nil)) print((pcall(two, 1)))
		  local a, b, c, d = pcall(two, 1, 2) print(a, b, c, d) a, b, c = pcall(none) print(a, b, c) pcall(two, 1, 2)
		  print(#{pcall(all, 1, 2, 3)}, select("#", pcall(all, nil)), pcall(two, pcall(two, 8, 9)))`,
			"true\ntrue\tnil\t1\ntrue\t2\t1\ntrue\ntrue\tnil\tnil\ntrue\ntrue\t2\t1\tnil\ntrue\tnil\tnil\n4\t2\ttrue\t9\ttrue\n"},
		{`print(pcall(pcall)) print(pcall(pcall, error, "e")) print(pcall(pcall, function() return 1 end)) print(pcall(7)) print(pcall(nil))
		  print(pcall(setmetatable({}, {__call = function(self, x) return x end}), 5))`,
			"false\tbad argument #1 to '?' (value expected)\ntrue\tfalse\te\ntrue\ttrue\t1\nfalse\tattempt to call a number value\nfalse\tattempt to call a nil value\ntrue\t5\n"},
		{`local function f(n) if n == 0 then error("deep", 0) end return pcall(f, n - 1) end print(f(3)) print(pcall(f, 0))
		  local function g(n) if n > 0 then return select("#", pcall(g, n - 1)) end return pcall(error) end print(g(40))`, "true\ttrue\tfalse\tdeep\nfalse\tdeep\n2\n"},
		{`local n = 0 for ok, v in pcall, function() n = n + 1 if n > 3 then error("end", 0) end return n end do print(ok, v) if not ok then break end end`, "true\t1\ntrue\t2\ntrue\t3\nfalse\tend\n"},
		{`local co = coroutine.wrap(function(...) print(pcall(function(...) local x = coroutine.yield(...) print(pcall(coroutine.yield, x)) error("late", 0) end, ...)) return pcall(function() return "done" end) end)
		  print(co(1, 2)) print(co(3)) print(co(4))`, "1\t2\n3\ntrue\t4\nfalse\tlate\ntrue\tdone\n"},
		{`local co = coroutine.wrap(pcall) print(co(function(x) return x, coroutine.yield(x) end, 6)) print(co(7))`, "6\ntrue\t6\t7\n"},
		{`local t = {3, 1, 2} table.sort(t, function(a, b) local ok, less = pcall(function() return a < b end) return ok and less end) print(table.concat(t, " "))`, "1 2 3\n"},
		{`local fs = {} for i = 1, 3 do pcall(function(x) fs[i] = function() x = x + 1 return x end end, i * 10) end print(fs[1](), fs[1](), fs[2](), fs[3]())`, "11\t12\t21\t31\n"},
		{`local function down(n, ...) local f = function() return n end if n == 0 then return select("#", ...), f() end return down(n - 1, n, ...) end print(down(50))`, "50\t0\n"},
		{`local function swap(n, a, b, c) if n == 0 then return a, b, c end return swap(n - 1, b, a) end print(swap(3, 1, 2, 3)) local function wide(a) local b, c, d, e, f, g, h = 1, 2, 3, 4, 5, 6, 7 return a, h end
		  local function narrow(x) return wide(x) end print(narrow(1)) local function more() return narrow(1, 2, 3, 4, 5, 6, 7, 8, 9) end print(more())`, "2\t1\tnil\n1\t7\n1\t7\n"},
		{`local function count(...) return select("#", ...), (select(-1, ...)) end local function many(...) return count(...) end local function fixed(a, b) return b end local function drop(...) return fixed(...) end
		  for _, n in ipairs {200, 254, 255, 256, 257, 300, 5000} do local t = {} for i = 1, n do t[i] = i end print(many(unpack(t))) print(drop(unpack(t))) end`,
			"200\t200\n2\n254\t254\n2\n255\t255\n2\n256\t256\n2\n257\t257\n2\n300\t300\n2\n5000\t5000\n2\n"},
		{`local function f() end local a, b = f() local t = {f()} print(a, b, #t, (f())) print(f()) for i = 1, 2 do f() end local x = f() print(x)`, "nil\tnil\t0\tnil\n\nnil\n"},
		{`for i = 1, 3 do local a, b = (function(...) return ... end)(i, i + 1, i + 2) i = i * 10 print(i, a, b) end for i = 3, 1, -2 do local f = function() return i end print(f()) end for i = 5000, 5001 do print(i) end`,
			"10\t1\t2\n20\t2\t3\n30\t3\t4\n3\n1\n5000\n5001\n"},
	})
}

// A function that errors after a while leaves the registers of the frames below as they were, and closures share theirs.
func TestUpvaluesSurviveErrors(t *testing.T) {
	expect(t, [][2]string{
		{`local n = 0 local function inc() n = n + 1 return n end pcall(function() local m = 1 local g = function() m = m + 1 return m end error(g) end)
		  inc() n = n + 10 print(inc(), n)`, "12\t12\n"},
		{`local _, g = pcall(function() local m = 1 local g = function() m = m + 1 return m end error(g) end) print(g(), g())`, "2\t3\n"},
		{`local function deep(n) local x = n local f = function() return x end if n == 0 then return f end local g = deep(n - 1) x = x + 1 return function() return f() + g() end end
		  print(deep(50)())`, "1325\n"},
		{`local x = 1 local co = coroutine.wrap(function() while true do x = x + 1 coroutine.yield() end end) co() co() x = x * 10 co() print(x)`, "31\n"},
	})
}

func TestDeepRecursion(t *testing.T) {
	expect(t, [][2]string{
		{`local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end print(f(19000), coroutine.wrap(f)(19000))
		  local ok, e = pcall(f, 1e6) print(ok, e)`, "19000\t19000\nfalse\tt:1: stack overflow\n"},
		{`local function f(n) local x = n local g = function() return x end if n == 0 then return 0 end return g() - n + 1 + f(n - 1) end print(f(19000))`, "19000\n"},
		{`local function f(n) if n == 0 then return 0 end local ok, v = pcall(f, n - 1) return v + 1 end print(f(9000))`, "9000\n"},
		{`local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k + 1] end local ok, e = pcall(function() return t[1] end) print(ok, e)`,
			"false\tt:1: stack overflow\n"},
		{`local function f() return coroutine.wrap(f)() end local ok, e = pcall(f) print(ok, (e:gsub("t:1: ", "")))`, "false\tC stack overflow\n"},
		{`local ok, e = xpcall(function() local function f() return 1 + f() end f() end, function(m) return "handled " .. m end) print(ok, e)`, "false\thandled t:1: stack overflow\n"},
	})
	m, out := newMachine(t, Config{})
	if _, err := runOn(m, 200_000, `local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end print(f(199000)) print(pcall(f, 300000))
		local function p(n) if n == 0 then return 0 end local ok, v = pcall(p, n - 1) return v + 1 end print(p(15000))`); err != nil {
		t.Fatal(err)
	}
	if want := "199000\nfalse\tt:1: stack overflow\n15000\n"; out.String() != want {
		t.Errorf("got %q", out.String())
	}
}

func TestRegistryGrowth(t *testing.T) {
	expect(t, [][2]string{
		{`local t = {} for i = 1, 200000 do t[i] = "ab" end print(#table.concat(t))`, "400000\n"},
	})
	expect(t, [][2]string{
		{`local t = {} for i = 1, 200000 do t[i] = i end
		  local function last(...) return select("#", ...), (select(-1, ...)) end
		  print(last(unpack(t))) local u = {unpack(t)} print(#u, u[200000])
		  print(coroutine.wrap(function(...) return last(...) end)(unpack(t)))
		  local n = 0 local function rec(k, ...) n = n + select("#", ...) if k > 0 then return rec(k - 1, ...) end end rec(3, unpack(t)) print(n)`,
			"200000\t200000\n200000\t200000\n200000\t200000\n800000\n"},
	})
}

// A script is interrupted in whatever it computes.
func TestInterruption(t *testing.T) {
	stop := errors.New("stop")
	for _, src := range []string{
		`while true do end`,
		`for i = 1, 1e18 do end`,
		`repeat until false`,
		`local function f() return f() end f()`,
		`while true do pcall(error) end`,
		`for _ in function() return 1 end do end`,
		`for _ in pairs(setmetatable({}, {})) do end while true do pcall(function() while true do end end) end`,
		`table.sort({1, 2, 3, 4}, function(a, b) while true do end end)`,
		`local t = {} for i = 1, 1000 do t[i] = i * 7 % 1000 end table.sort(t, function(a, b) return a < b end)`,
		`string.gsub(string.rep("x", 1e5), "x", function() end)`,
		`local t = setmetatable({}, {__index = function() while true do end end}) local x = t.x`,
		`coroutine.wrap(function() while true do coroutine.yield(coroutine.wrap(function() while true do end end)()) end end)()`,
		`while true do string.rep("x", 10) end`,
		`local function f(n) if n > 0 then f(n - 1) f(n - 1) end end f(1000)`,
	} {
		looks := 0
		var m *Machine
		m, _ = newMachine(t, Config{Interrupted: func() error {
			if looks++; looks > 3 {
				return stop
			}
			m.Poke() // again at the next look
			return nil
		}})
		m.Poke()
		start := time.Now()
		_, err := runOn(m, 20_000, "\n"+src)
		if u, ok := err.(*Unwound); !ok || u.Err != stop {
			t.Errorf("%s: %v", src, err)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s: took %v", src, d)
		}
	}
}

// An interruption that changes nothing is not noticed, wherever it comes.
func TestInterruptionAnywhere(t *testing.T) {
	const src = `
		local function v(...) local t = {...} return #t, ... end
		local log = {}
		for i = 1, 30 do
			local a, b, c = v(i, v(i + 1))
			local s = 0
			for _, x in ipairs({a, b, c}) do s = s + x end
			for j = 3, 1, -1 do s = s - j end
			while s > 50 do s = s - 7 end
			local co = coroutine.wrap(function(x) for k = 1, 3 do x = x + coroutine.yield(x) end return x end)
			log[#log + 1] = table.concat({s, co(1), co(2), co(3), co(4), select("#", v(v(i)))}, " ")
			table.sort(log, function(p, q) return p < q end)
		end
		return table.concat(log, ",")`
	var want string
	for fuel := range 40 {
		m, _ := newMachine(t, Config{})
		poke := func() error { m.Poke(); m.fuel = 3 + fuel; return nil } // a jump backwards in long code costs more than one
		m.cfg.Interrupted = poke
		if fuel > 0 {
			m.Poke()
			m.fuel = fuel
		}
		vals, err := runOn(m, 1000, src)
		if err != nil {
			t.Fatal(err)
		}
		got := vals[0].String()
		if fuel == 0 {
			want = got
		} else if got != want {
			t.Fatalf("with an interruption every %d: %s", fuel, got)
		}
	}
}

// A module that was written for gopher-lua uses its API.
func TestModules(t *testing.T) {
	m, out := newMachine(t, Config{})
	L := m.State()
	L.SetGlobal("each", L.NewFunction(func(L *lua.LState) int {
		fn := L.CheckFunction(2)
		sum := lua.LNumber(0)
		L.CheckTable(1).ForEach(func(_, v lua.LValue) {
			if err := L.CallByParam(lua.P{Fn: fn, NRet: 1, Protect: true}, v); err != nil {
				sum--
				return
			}
			sum += L.CheckNumber(-1)
			L.Pop(1)
		})
		L.Push(sum)
		return 1
	}))
	L.SetGlobal("many", L.NewFunction(func(L *lua.LState) int {
		n := L.CheckInt(1)
		for i := range n {
			L.Push(lua.LNumber(i))
		}
		return n
	}))
	L.SetGlobal("bad", L.NewFunction(func(L *lua.LState) int { return L.Yield(lua.LNumber(1)) }))
	_, err := runOn(m, 1000, `
		local n = 0
		print(each({1, 2, 3}, function(x) n = n + 1 if x == 2 then error("x") end return x * n end))
		n = n + 1 print(n, (function() return n end)())
		print(select("#", many(100000)), (select(100000, many(100000))))
		print(pcall(bad))`)
	if err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.HasPrefix(got, "9\n4\t4\n100000\t99999\nfalse\t") || !strings.Contains(got, "attempt to yield") {
		t.Errorf("got %q", got)
	}
}
