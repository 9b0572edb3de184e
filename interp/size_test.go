package interp_test

import (
	"math"
	"math/bits"
	"runtime"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// settledHeap is what the process's heap and stacks hold, once nothing more is freed: finalizers, which are late where the machine is
// busy, have what they held collected by a later collection.
func settledHeap() int {
	least := math.MaxInt
	for same := 0; same < 3; same++ {
		var s runtime.MemStats
		runtime.GC()
		time.Sleep(time.Millisecond) // for goroutines that free something
		runtime.ReadMemStats(&s)
		if n := int(s.HeapAlloc + s.StackInuse); n < least-least/1000 {
			least, same = n, 0
		}
	}
	return least
}

// The estimate of Limits.Memory comes near what the process really takes.
func TestMemoryEstimate(t *testing.T) {
	for _, tt := range []struct{ name, src string }{
		{"empty tables", `for i = 1, 50000 do t[i] = {} end`},
		{"tables of one field", `for i = 1, 5000 do t[i] = {x = 1} end`},
		{"tables of five fields", `for i = 1, 5000 do t[i] = {a = i, b = i, c = i, d = i, e = i} end`},
		{"tables of fields and another key", `for i = 1, 3000 do t[i] = {a = i, b = i, c = i, d = i, e = i, f = i, g = i, h = i, i = i, j = i, k = i, l = i, m = i, n = i, o = i, p = i, q = i, [true] = i} end`},
		{"fields that are gone from tables that have grown", `for i = 1, 3000 do local o = {s = ("x"):rep(10000) .. i} o.a, o.b, o.c, o.d = 1, 2, 3, 4 o.s = nil t[i] = o end`},
		{"fields that are gone from tables with another key", `for i = 1, 3000 do local o = {s = ("x"):rep(10000) .. i} o[true] = 1 o.s = nil t[i] = o end`},
		{"items that are gone from lists that have grown", `for i = 1, 3000 do local o = {("x"):rep(10000) .. i} o[2], o[3], o[4], o[5] = 2, 3, 4, 5 o[1] = 1 t[i] = o end`},
		{"records that were decoded one by one", `local s = {} for i = 1, 18 do s[i] = '"f' .. i .. '":1' end s = "{" .. table.concat(s, ",") .. "}" for i = 1, 2000 do t[i] = json.decode(s) end`},
		{"tables of ever different fields", `for i = 1, 1000 do t[i] = {a = 1} rawset(t[i], "k" .. i, 1) end`},
		{"tables of ever different fields, one after the other", `for i = 1, 100 do t[i] = {} for j = 1, 32 do rawset(t[i], i .. "." .. j, 1) end for j = 1, 32 do local x = rawget(t[i], "x") end end`},
		{"tables of fifty fields", `for i = 1, 500 do t[i] = {} for j = 1, 50 do t[i]["f" .. j] = j end end`},
		{"lists of ten", `for i = 1, 10000 do t[i] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10} end`},
		{"tables with a metatable", `for i = 1, 5000 do t[i] = setmetatable({}, {__index = t}) end`},
		{"a list of numbers", `for i = 1, 300000 do t[i] = i + 0.5 end`},
		{"a few of many numbers", `for i = 1, 10000 do for j = 1, 31 do local x = i * 0.3 end t[i] = i * 0.7 end`},
		{"a list of strings", `for i = 1, 50000 do t[i] = "string " .. i end`},
		{"strings as keys", `for i = 1, 50000 do t["key " .. i] = i end`},
		{"tables of one high index", `for i = 1, 5000 do t[i] = {[1000] = i} end`},
		{"tables of a field and a high index", `for i = 1, 5000 do t[i] = {x = i, [1000] = i} end`},
		{"high indices", `for i = 1, 30000 do t[100 * i] = i end`},
		{"tables as keys", `for i = 1, 20000 do t[{}] = i end`},
		{"keys that are gone", `for i = 1, 50000 do t["key " .. i] = i end for i = 1, 50000 do t["key " .. i] = nil end`},
		{"large strings", `for i = 1, 100 do t[i] = ("x"):rep(100000) .. i end`},
		{"pieces", `for i = 1, 10000 do local s = ("abc"):rep(300) .. i t[i] = s:sub(-8) end`},
		{"closures", `for i = 1, 20000 do local a, b = i, {} t[i] = function() return a, b end end`},
		{"userdata", `for i = 1, 5000 do t[i] = newproxy(true) end`},
		{"fresh coroutines", `for i = 1, 5000 do t[i] = coroutine.create(print) end`},
		{"wrapped coroutines", `for i = 1, 5000 do t[i] = coroutine.wrap(print) end`},
		{"suspended coroutines", `for i = 1, 3000 do t[i] = coroutine.wrap(coroutine.yield) t[i]() end`},
		{"wide coroutines", `for i = 1, 300 do t[i] = coroutine.wrap(function(...) coroutine.yield() return ... end) t[i](unpack({}, 1, 10000)) end`},
		{"async functions", `for i = 1, 5000 do t[i] = async(function() return i end) end`},
		{"jobs", `for i = 1, 5000 do t[i] = async(print)(i, {}) end`},
		{"iterators", `for i = 1, 5000 do t[i] = ("x"):rep(500):gmatch("y" .. i) end`},
		{"iterators with large patterns", `for i = 1, 200 do t[i] = ("x"):gmatch(("a"):rep(1000) .. i) end`},
		{"functions of Lua", `for i = 1, 2000 do t[i] = loadstring("local a, b = ... return a + b + " .. i) end`},
		{"a function with a long source", `for i = 1, 1000 do t[i] = loadstring("return 'abc" .. i .. "' --" .. ("x"):rep(5000)) end`},
		{"queues", `for i = 1, 3000 do t[i] = sync.queue() end`},
		{"a queue of tables", `t = sync.queue() for i = 1, 30000 do t:put({}) end`},
		{"locks", `for i = 1, 5000 do t[i] = sync.lock() t[i]:acquire() end`},
		{"events", `for i = 1, 5000 do t[i] = sync.event() end`},
		{"tasks that have ended", `for i = 1, 3000 do t[i] = spawn(function() return {i} end) end`},
		{"error values", `for i = 1, 3000 do t[i] = select(2, pcall(sleep, "x")) end`},
		{"error values of builtins", `for i = 1, 3000 do t[i] = select(2, pcall(wait_for, sleep, 0, 1)) end`},
	} {
		rt, err := interp.New(builtins.Safe(), interp.WithVirtualTime(), interp.WithLimits(interp.Limits{Memory: 1 << 30}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rt.RunString(t.Context(), "=t", `t = {}`); err != nil {
			t.Fatal(err)
		}
		size, before := rt.Measure(), settledHeap()
		if _, err := rt.RunString(t.Context(), "=t", tt.src); err != nil && tt.name != "jobs" { // which nobody has awaited
			t.Errorf("%s: %v", tt.name, err)
		}
		real := settledHeap() - before
		estimate := rt.Measure() - size
		ratio := float64(estimate) / float64(real)
		t.Logf("%-32s %6d KB, estimated %6d KB: %.2f", tt.name, real>>10, estimate>>10, ratio)
		if ratio < 0.7 || ratio > 2 && bits.UintSize == 64 || ratio > 2.6 { // a pointer of 32 bits counts as one of 64
			t.Errorf("%s: %d bytes were estimated, %d taken: %.2f", tt.name, estimate, real, ratio)
		}
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	}
}
