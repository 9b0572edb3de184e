package vm

import (
	"runtime"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func TestCoroutines(t *testing.T) {
	expect(t, [][2]string{
		{`local co = coroutine.create(function(a, b) local c = coroutine.yield(a + b) local d, e = coroutine.yield(c * 2) return d + e, "end" end)
		  print(coroutine.resume(co, 1, 2)) print(coroutine.status(co)) print(coroutine.resume(co, 10)) print(coroutine.resume(co, 3, 4)) print(coroutine.status(co), coroutine.resume(co))`,
			"true\t3\nsuspended\ntrue\t20\ntrue\t7\tend\ndead\tfalse\tcannot resume dead coroutine\n"},
		{`local co co = coroutine.create(function() return coroutine.resume(co) end) print(coroutine.resume(co))`, "true\tfalse\tcannot resume running coroutine\n"},
		{`local a a = coroutine.create(function() local b = coroutine.create(function() return coroutine.status(a), coroutine.resume(a) end) return coroutine.resume(b) end)
		  print(coroutine.resume(a))`, "true\ttrue\tnormal\tfalse\tcannot resume normal coroutine\n"},
		{`print(coroutine.running(), coroutine.isyieldable()) local co co = coroutine.create(function() local r = coroutine.running() return r == co, r == coroutine.running(), coroutine.isyieldable(), coroutine.status(r) end)
		  print(coroutine.resume(co))`, "nil\tfalse\ntrue\ttrue\ttrue\ttrue\trunning\n"},
		{`print(coroutine.wrap(function() local t = {[coroutine.running()] = 1} coroutine.yield(t[coroutine.running()]) end)())`, "1\n"},
		{`print(pcall(coroutine.wrap(function() error("x") end)))`, "false\tt:1: x\n"},
		{`local f = coroutine.wrap(function() error({}) end) print(type(select(2, pcall(f)))) print(pcall(f))`, "table\nfalse\tcannot resume dead coroutine\n"},
		// yields across everything
		{`local y = coroutine.yield
		  local mt = {__index = function(t, k) return y(k) end, __newindex = function(t, k, v) y(v) end, __add = function(a, b) return y("add") end,
		    __eq = function() return y("eq") end, __lt = function() return y("lt") end, __le = function() return y("le") end, __call = function(self, x) return y(x) end,
		    __concat = function() return y("cat") end, __unm = function() return y("unm") end, __len = function() return y("len") end, __tostring = function() return y("str") end}
		  local o, p = setmetatable({}, mt), setmetatable({}, mt)
		  local co = coroutine.wrap(function()
		    local log = {}
		    local function put(v) log[#log + 1] = tostring(v) end
		    put(o.k) o.n = "new" put(o + 1) put(o == p) put(o < p) put(o <= p) put(o("call")) put(o .. "x") put(-o) put(tostring(o))
		    for v in function() return y("for") end do put(v) break end
		    put(select(2, pcall(function() put(y("pcall")) error("e" .. y("more"), 0) end)))
		    put(select(2, xpcall(function() error("x", 0) end, function(m) return m .. y("handler") end)))
		    local t = {3, 1, 2} table.sort(t, function(a, b) y("sort") return a < b end) put(table.concat(t))
		    put((string.gsub("ab", ".", function(c) return y(c) end)))
		    put(coroutine.wrap(function() return "inner" end)())
		    return table.concat(log, " ")
		  end)
		  local seen, v = {}, co()
		  while true do
		    if v == "sort" then v = co() else seen[#seen + 1] = v if #v > 60 then break end v = co("<" .. v .. ">") end
		  end
		  print(table.concat(seen, " "))`,
			"k new add eq lt le call cat unm str for pcall more handler a b <k> <add> true true true <call> <cat> <unm> <str> <for> <pcall> e<more> x<handler> 123 <a><b> inner\n"},
		{`local co = coroutine.create(function() local ok, e = pcall(coroutine.yield, 1) print("not reached") end)
		  coroutine.resume(co) print(coroutine.close(co), coroutine.status(co)) print(coroutine.close(co), coroutine.close(coroutine.create(print)))`, "true\tdead\ntrue\ttrue\n"},
		{`print(pcall(function() coroutine.wrap(function() coroutine.close(coroutine.running()) end)() end))`, "false\tt:1: t:1: cannot close a running coroutine\n"},
	})
}

// Values that go from Lua to Lua arrive as all others do, as many as are wanted.
func TestCoroutineSwitches(t *testing.T) {
	expect(t, [][2]string{
		{`local y = coroutine.yield local co = coroutine.wrap(function(...) print("in", ...) local a = y() local b, c, d = y(a) y(b, c, d) y() print(y(1, nil, nil)) print((y(2))) y(y(), y(3)) return 1, 2 end)
		  print(co(1, nil)) print(co(5)) print(co(6, 7)) print(co()) print(co()) print(co(nil, nil)) print(co(8, 9)) print((co())) print(co(4, 5)) print(co()) print(pcall(co))`,
			"in\t1\tnil\n\n5\n6\t7\tnil\n\n1\tnil\tnil\nnil\tnil\n2\n8\n\n3\nnil\t4\t5\n1\t2\nfalse\tcannot resume dead coroutine\n"},
		{`local r, y = coroutine.resume, coroutine.yield local co = coroutine.create(function(...) while true do print("got", y(...)) end end)
		  print(r(co, 1, 2)) print((r(co))) local a, b, c, d = r(co, 3) print(a, b, c, d) r(co, nil) local t = {r(co, 4, 5)} print(#t, t[1], t[2], select("#", r(co))) print(r(7 and co, 6))`,
			"true\t1\t2\ngot\ntrue\ngot\t3\ntrue\t1\t2\tnil\ngot\tnil\ngot\t4\t5\ngot\n3\ttrue\t1\t3\ngot\t6\ntrue\t1\t2\n"},
		{`local r = coroutine.resume print(pcall(r)) print(pcall(r, 1)) print(pcall(coroutine.yield, 1)) local co = coroutine.create(function() coroutine.yield() end) print(r(co)) print(r(co)) print(r(co))`,
			"false\tbad argument #1 to '?' (coroutine expected)\nfalse\tbad argument #1 to '?' (coroutine expected)\nfalse\tattempt to yield from outside a coroutine\ntrue\ntrue\nfalse\tcannot resume dead coroutine\n"},
		{`local gen = coroutine.wrap(function() for i = 1, 5000 do coroutine.yield(i, i * 2) end end) local n, s = 0, 0 for a, b in gen do n, s = n + a, s + b end print(n, s)
		  local function two() coroutine.yield(1) coroutine.yield(2) end local t = {} for v in coroutine.wrap(function() for _ = 1, 2 do for v in coroutine.wrap(two) do coroutine.yield(v) end end end) do t[#t + 1] = v end print(table.concat(t, " "))`,
			"12502500\t25005000\n1 2 1 2\n"},
		{`local y = coroutine.yield local co = coroutine.wrap(function(n) local function deep(n) if n == 0 then return y("bottom") end local v = deep(n - 1) return v end print(deep(n)) print(deep(3)) return y(y("tail")) end)
		  print(co(30)) print(co("a")) print(co("b")) print(co("c")) print(co("d"))`, "bottom\na\nbottom\nb\ntail\nc\nd\n"},
		{`local function many(n) local t = {} for i = 1, n do t[i] = i end return unpack(t) end local co = coroutine.wrap(function(...) local n = select("#", ...) while true do n = select("#", coroutine.yield(n, ...)) end end)
		  for _, n in ipairs {0, 1, 8, 9, 300, 5000, 2} do print(select("#", co(many(n))), (co(many(n)))) end`, "1\t0\n1\t1\n1\t8\n1\t9\n1\t300\n1\t5000\n1\t2\n"},
		{`local co co = coroutine.create(function() coroutine.yield() print(coroutine.resume(co)) print(pcall(coroutine.wrap(function() coroutine.yield(coroutine.resume(co)) end))) error("end", 0) end) coroutine.resume(co) print(coroutine.resume(co))`,
			"false\tcannot resume running coroutine\ntrue\tfalse\tcannot resume normal coroutine\nfalse\tend\n"},
		{`local a = coroutine.wrap(function() table.sort({2, 1}, function() coroutine.yield("deep") return false end) coroutine.yield("flat") end) local b = coroutine.wrap(function() while true do coroutine.yield(a()) end end) print(b(), b())`, "deep\tflat\n"},
	})
}

// Coroutines that nobody holds any more are garbage, or discarded where they stand on Go frames.
func TestDroppedCoroutines(t *testing.T) {
	for _, c := range []struct {
		yield     string
		discarded int
	}{
		{`coroutine.yield(x)`, 0},
		{`pcall(coroutine.yield, x)`, 0},
		{`string.gsub("x", ".", coroutine.yield)`, 19_000},
	} {
		discarded := 0
		m, _ := newMachine(t, Config{Discard: func(_ *Thread, end func()) { discarded++; end() }})
		L := m.State()
		var before, after runtime.MemStats
		L.SetGlobal("collect", L.NewFunction(func(*lua.LState) int {
			for range 5 {
				runtime.GC()
			}
			return 0
		}))
		runtime.GC()
		runtime.ReadMemStats(&before)
		goroutines := runtime.NumGoroutine()
		if _, err := runOn(m, 1000, `
			for i = 1, 20000 do
				local co = coroutine.create(function(x) while true do `+c.yield+` end end)
				coroutine.resume(co, i)
			end
			for i = 1, 20 do collect() coroutine.wrap(function() end)() end`); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			runtime.GC()
			m.sweep()
		}
		runtime.ReadMemStats(&after)
		if n := runtime.NumGoroutine() - goroutines; n > 1000 {
			t.Errorf("%s: %d goroutines are left", c.yield, n)
		}
		if discarded < c.discarded {
			t.Errorf("%s: %d were discarded", c.yield, discarded)
		}
		if grown := int64(after.HeapInuse+after.StackInuse) - int64(before.HeapInuse+before.StackInuse); grown > 60<<20 {
			t.Errorf("%s: %d MB more in use", c.yield, grown>>20)
		}
	}
}

// Suspended coroutines take little memory, and a million of them that are dropped at once give it back.
func TestMemoryOfCoroutines(t *testing.T) {
	inUse := func() int {
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return int(s.HeapInuse + s.StackInuse)
	}
	m, _ := newMachine(t, Config{})
	most := 0
	L := m.State()
	L.SetGlobal("look", L.NewFunction(func(*lua.LState) int { most = max(most, inUse()); return 0 }))
	L.SetGlobal("collect", L.NewFunction(func(*lua.LState) int { runtime.GC(); most = inUse(); return 0 }))
	const n = 3000
	for yield, limit := range map[string]int{
		`coroutine.yield()`:                      4 << 10,
		`pcall(coroutine.yield)`:                 4 << 10,
		`string.gsub("x", ".", coroutine.yield)`: 12 << 10, // has a goroutine
	} {
		runtime.GC()
		before := inUse()
		if _, err := runOn(m, 1000, `
			keep = {}
			for i = 1, ... do keep[i] = coroutine.wrap(function() `+yield+` end) keep[i]() end
			collect() keep = nil`, lua.LNumber(n)); err != nil {
			t.Fatal(err)
		}
		each := (most - before) / n
		if each > limit {
			t.Errorf("%s: a suspended coroutine takes %d bytes", yield, each)
		}
		m.reap()
	}
	most = 0
	before := inUse()
	if _, err := runOn(m, 1000, `
		for i = 1, 1e6 do
			local co = coroutine.create(function() coroutine.yield(i) end)
			coroutine.resume(co)
			if i % 1000 == 0 then look() end
		end`); err != nil {
		t.Fatal(err)
	}
	if most-before > 100<<20 {
		t.Errorf("a million that were dropped took %d MB", (most-before)>>20)
	}
}

// A script that drops coroutines faster than the collector looks does not pile them up.
func TestCoroutinesDoNotPileUp(t *testing.T) {
	m, _ := newMachine(t, Config{})
	if _, err := runOn(m, 1000, `
		local keep = {}
		for i = 1, 20000 do
			local co = coroutine.wrap(function() coroutine.yield() return i end)
			co()
			if i % 10 == 0 then keep[#keep + 1] = co end
		end
		for i, co in ipairs(keep) do assert(co() == i * 10) end`); err != nil {
		t.Fatal(err)
	}
	if m.nkept > 2*maxUnswept {
		t.Errorf("%d coroutines are there", m.nkept)
	}
}

// A machine that was closed is garbage, whatever its scripts had kept.
func TestClosedMachineIsCollected(t *testing.T) {
	gone := make(chan struct{})
	func() {
		m := newBare(t, Config{Interrupted: func() error { return nil }, Closed: errClosed})
		openLibrary(m)
		if _, err := runOn(m, 1000, `
			fresh = coroutine.create(function() return fresh end)
			suspended = coroutine.create(function() coroutine.yield(suspended) end)
			coroutine.resume(suspended)
			local own own = coroutine.create(function() coroutine.yield(own) end)
			coroutine.resume(own)
			keep = coroutine.wrap(function() coroutine.yield(keep) end) keep()`); err != nil {
			t.Fatal(err)
		}
		m.Close()
		runtime.AddCleanup(m, func(c chan struct{}) { close(c) }, gone)
	}()
	for range 100 {
		runtime.GC()
		select {
		case <-gone:
			return
		default:
			runtime.Gosched()
		}
	}
	t.Error("the machine is still there")
}
