package builtins_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// A wait that a Quick begins is the builtin's own, wherever it is called from and however it ends: its results, its errors and what is
// told of it. With WithCheckpoints the builtin itself is called.
func TestQuickWaits(t *testing.T) {
	body := `
		local function lines(what, ...)
			for i = 1, select("#", ...) do what = what .. " " .. tostring((select(i, ...))):gsub("%b()", "") end
			print(what)
		end
		local function waits() -- what the others wait for
			for _, t in ipairs(task.all()) do if t ~= task.current() then print("waits", t) end end
		end
		local q = sync.queue(1)
		local function later(...) -- puts when the caller waits
			local vals = {...}
			spawn(function() sleep(0) waits() for _, v in ipairs(vals) do q:put(v) end end)
		end
		local function deep(n, f) if n == 0 then return f() end return (deep(n - 1, f)) end
		for n = 0, 20 do later(n) print(n, deep(n, function() local v = q:get() return v end)) end
		for n = 0, 20 do print(n, deep(n, function() local a, b = sleep(0) return a == nil and b == nil end)) end
		later(1) print(q:get())
		later(1) print(select("#", q:get(), q:size()))
		later(1) print((function() return q:get() end)())
		later(1) local a, b, c = q:get() print(a, b, c)
		later(1) local list = {q:get(), q:get(0)} print(#list, list[1])
		print(select("#", sleep(0)), select("#", sleep(-1)), pcall(sleep, 0))
		later(1) print(pcall(q.get, q))
		later(1) print(coroutine.wrap(function() local v = q:get() coroutine.yield(v) end)())
		later("x") print((("x"):gsub(".", function() local v = q:get() return v .. "y" end)))
		later(1, 2, 3)
		local sum = 0
		for v in q:items() do sum = sum + v if v == 3 then break end end
		print(sum)
		spawn(function() sleep(0) q:close() end)
		for v in q:items() do print(v) end
		print("closed", q:get())

		q = sync.queue(1)
		q:put(1)
		spawn(function() sleep(1) waits() print(q:get(), q:get()) end)
		print(select("#", q:put(2)), now())
		q:put(3)
		spawn(function() sleep(1) q:close() end)
		local function full() q:put(4) end
		local ok, e = pcall(full)
		lines("full", ok, e, e.kind)

		q = sync.queue(1)
		for name, f in pairs{get = function() q:get() end, items = function() for _ in q:items() do end end, sleep = function() while true do sleep(0) end end} do
			local t = spawn(function() finally(f, function(ok, e) lines(name, ok, e, e.kind) end) end)
			sleep(0) sleep(0)
			t:cancel("enough")
			sleep(0)
			print(name, pcall(t.join, t))
			if name ~= "sleep" then print(name, pcall(wait_for, f, 1)) end
		end
		local g = spawn(function() q:get() end)
		sleep(0)
		spawn(function() sleep(0) q:put(1) g:cancel() end)
		sleep(1)
		print("back", q:get())
		local n = 0
		local t = spawn(function() while true do q:put(1) q:get() end end)
		local u = spawn(function() while n < 3 do n = n + 1 sleep(0) end end)
		await(u)
		t:cancel()
		print("fair", n)
		sleep(0)
		q:get() -- a deadlock
	`
	for _, way := range []string{"%s", "local function f() %s end pcall(f)", "table.sort({2, 1}, function() if not begun then begun = true %s end end)", "coroutine.wrap(function() %s end)()"} {
		src := fmt.Sprintf(way, body)
		out, errw, err := run(t, src)
		out2, errw2, err2 := run(t, src, interp.WithCheckpoints(func(*interp.Task) {}))
		if out != out2 || errw != errw2 || fmt.Sprint(err) != fmt.Sprint(err2) {
			t.Errorf("%s: by itself\n%s%s%v\nby Quick\n%s%s%v", way, out2, errw2, err2, out, errw, err)
		}
		for _, want := range []string{"20\t20\n", "waits\ttask", "back\t1\n", "fair\t3\n", "closed\tnil\n", "sleep\ttrue", "full false"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: %q is not in\n%s", way, want, out)
			}
		}
	}
}

// A task that spawn's Quick starts is the builtin's own: its arguments, its place in the order, and where it says that it was spawned. With
// WithCheckpoints the builtin itself is called.
func TestQuickSpawn(t *testing.T) {
	const fails = `spawn(print) -- the first is always the builtin's own
		local function fails() error("no") end
		local function outer(f) local t = f() return t end
		`
	for _, body := range []string{
		`local function show(...) print(task.current():name(), select("#", ...), ...) end
		spawn(show) spawn(show, 1) spawn(show, nil) spawn(show, 1, nil, 3, nil) spawn(print, "in Go")
		print(spawn(show, 2):id(), tostring(spawn(show)), #task.all())
		print(select("#", spawn(show)), (function() return spawn(show) end)():id())
		local t = spawn(show) print(t == spawn(t), t == task.all()[#task.all()])
		for _, bad in ipairs{1, "x", {}} do print(pcall(function() spawn(bad) end)) end
		print(pcall(function() spawn() end))
		spawn(coroutine.create(show), 5) spawn(async(show)(6))
		local dead = spawn(show) dead:cancel("enough") sleep(0) print(dead, pcall(dead.await, dead))
		spawn(function() finally(function() sleep(9) end, function() print("cleanup", spawn(show):done()) end) end)
		sleep(0) stop(3)`,
		fails + `outer(function() local t = spawn(fails) return t end)`,
		fails + `outer(function()
			return spawn(fails) end)`,
		fails + `local s = spawn outer(print)

		for _ in s, fails do break end`,
		fails + `for _ in spawn, function()
			outer(function() spawn(fails) end) end do break end`,
		fails + `outer(coroutine.wrap(function()
			local t = spawn(fails) end))`,
	} {
		out, errw, err := run(t, body)
		out2, errw2, err2 := run(t, body, interp.WithCheckpoints(func(*interp.Task) {}))
		var e, e2 *interp.Error
		errors.As(err, &e)
		errors.As(err2, &e2)
		if out != out2 || errw != errw2 || fmt.Sprint(err) != fmt.Sprint(err2) || (e == nil) != (e2 == nil) || e != nil && !slices.Equal(e.Spawn, e2.Spawn) {
			t.Errorf("%s: by itself\n%s%s%v\nby Quick\n%s%s%v", body, out2, errw2, err2, out, errw, err)
		}
		if strings.HasPrefix(body, fails) && (e == nil || len(e.Spawn) == 0) {
			t.Errorf("%s: %v says nothing of where it was spawned", body, err)
		}
	}
}
