package interp_test

import (
	"context"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// Where thousands of tasks wait at once most of them are packed: they must not notice, however they wait.
func TestManyTasks(t *testing.T) {
	rt, err := interp.New(builtins.Std(), interp.WithVirtualTime())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	got, err := rt.RunString(context.Background(), "@t.lua", `
		local shapes = {
			function(i) sleep(i % 7) return i end,
			function(i) local a, b = i, i + 1 for r = 1, 3 do a, b = b, a + sleep(r % 2, 1) end return a - b + i end,
			function(i) local ok, v = pcall(function(x) sleep(1) return x end, i) assert(ok) return v end,
			function(i) local ok, e = pcall(function() sleep(1) error({i}) end) assert(not ok) return e[1] end,
			function(i) local ok, e = xpcall(function() sleep(1) error(i, 0) end, function(e) return e + 1 end) return e - 1 end,
			function(...) local n = select("#", ...) sleep(1) return select(n, ...) end,
			function(i) local t = {} for x in function() if sleep(0.1, #t) < 3 then return i end end do t[#t + 1] = x end return t[3] end,
			function(i) local function f() sleep(1) i = i + 1 end f() f() return i - 2 end,
			function(i) return sleep(i % 3, i) end,
			function(i) local t = setmetatable({}, {__index = function(_, k) sleep(1) return k end}) return t[i] end,
			function(i) local co = coroutine.wrap(function(x) sleep(1) coroutine.yield(x) end) return co(i) end,
			function(i) local function deep(n) if n == 0 then sleep(1) return 0 end return 1 + deep(n - 1) end return deep(i % 20) - i % 20 + i end,
			function(i) return select(2, pcall(sleep, 1, i)) end,
			function(i) return wait_for(function() sleep(1) return i end, 5) end,
		}
		local tasks, seen = {}, 0
		for i = 1, 9000 do
			local f = shapes[i % #shapes + 1]
			tasks[i] = i % 2 == 0 and spawn(f, i) or spawn(function() return f(i) end)
		end
		sleep(0.5)
		for _, t in ipairs(tasks) do
			if tostring(t):find("waiting in sleep at t.lua:", 1, true) then seen = seen + 1 end
		end
		assert(seen > 7000, seen)
		assert(tasks[9]:traceback():find("in function 'sleep'.*t.lua:%d+: in function.*spawned at t.lua:%d+"), tasks[9]:traceback())
		for i = 1, 9000, 5 do tasks[i]:cancel() end
		for i, t in ipairs(tasks) do
			local ok, v = pcall(await, t)
			if i % 5 == 1 and not ok then
				assert(v.kind == "cancelled", tostring(v))
			else
				assert(ok and v == i, i .. ": " .. tostring(v))
			end
		end
		return #task.all()`)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := got.Get(1).Number(); n != 1 {
		t.Errorf("%v tasks are left", n)
	}
}
