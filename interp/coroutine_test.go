package interp_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// ways are ways to call a function: straight from Lua, as the last act of a function in Go, or below one.
var ways = map[string]string{
	"Lua":     `function(f) return f() end`,
	"pcall":   `function(f) local ok, e = pcall(f) if not ok then error(e, 0) end return e end`,
	"sort":    `function(f) local v, done table.sort({2, 1}, function() if not done then done = true v = f() end return false end) return v end`,
	"gsub":    `function(f) local v ("x"):gsub(".", function() v = f() end) return v end`,
	"__index": `function(f) return setmetatable({}, {__index = function() return f() end}).x end`,
	"sort below pcall below gsub": `function(f)
		local v, done
		("x"):gsub(".", function()
			local ok, e = pcall(table.sort, {2, 1}, function() if not done then done = true v = f() end return false end)
			if not ok then error(e, 0) end
		end)
		return v
	end`,
}

// A script's meaning does not depend on whether Go frames are below a coroutine's yields (inside) and resumes (outside):
// whether it, and the thread that resumes it, are data or keep a goroutine.
func TestCoroutinesWhateverIsBelow(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"values", `
			local co = coroutine.create(function(a, b)
				local s = a + b
				for i = 1, 3 do s = s + inside(function() return (coroutine.yield(s, i)) end) end
				return s, "end"
			end)
			for i = 0, 4 do outside(function() print(coroutine.resume(co, i, 10)) end) end
			print(coroutine.status(co))`,
			"true\t10\t1\ntrue\t11\t2\ntrue\t13\t3\ntrue\t16\tend\nfalse\tcannot resume dead coroutine\ndead\n"},
		{"an iterator", `
			local s = 0
			for v in coroutine.wrap(function() for i = 1, 300 do inside(function() coroutine.yield(i) end) end end) do
				s = s + outside(function() return v end)
			end
			print(s)`, "45150\n"},
		{"many values", `
			local w = coroutine.wrap(function(...) while true do inside(function() coroutine.yield(unpack({}, 1, 2000)) end) end end)
			for i = 1, 3 do outside(function() print(select("#", w(unpack({}, 1, 3000)))) end) end`, "2000\n2000\n2000\n"},
		{"an error", `
			local co = coroutine.create(function() inside(function() coroutine.yield() error("oops") end) end)
			outside(function() print(coroutine.resume(co)) print(coroutine.resume(co)) print(coroutine.resume(co)) end)
			local w = coroutine.wrap(function() inside(function() coroutine.yield() error({}) end) end)
			outside(function() w() print(type(select(2, pcall(w)))) end)`,
			"true\nfalse\tt:2: oops\nfalse\tcannot resume dead coroutine\ntable\n"},
		{"an error that is caught inside", `
			local w = coroutine.wrap(function()
				print(pcall(inside, function() coroutine.yield(1) error("x", 0) end))
				coroutine.yield(2)
			end)
			outside(function() print(w()) end) outside(function() print(w()) end)`, "1\nfalse\tx\n2\n"},
		{"shared variables", `
			local n = 0
			local function add() n = n + 1 return n end
			local w = coroutine.wrap(function() local m = 0 local function get() return m end
				while true do m = m + 10 inside(function() coroutine.yield(get, add()) end) end end)
			for i = 1, 3 do outside(function() local get, v = w() print(get(), v, add()) end) end`, "10\t1\t2\n20\t3\t4\n30\t5\t6\n"},
		{"nested", `
			local function tree(n)
				if n > 0 then
					for _, w in ipairs{coroutine.wrap(tree), coroutine.wrap(tree)} do
						local v = outside(function() return (w(n - 1)) end)
						while v do inside(function() coroutine.yield(v) end) v = outside(function() return (w()) end) end
					end
				end
				inside(function() coroutine.yield(n) end)
			end
			local s = {}
			for v in coroutine.wrap(tree), 4 do s[#s + 1] = v end
			print(table.concat(s))`, "0010012001001230010012001001234\n"},
		{"a wait inside", `
			local w = coroutine.wrap(function() for i = 1, 3 do inside(function() sleep(1) coroutine.yield(i) sleep(1) end) end end)
			spawn(function() for i = 1, 5 do sleep(1) io.write("tick ") end end)
			for i = 1, 3 do outside(function() io.write(w(), " at ", now(), " ") end) end print()`,
			"1 at 1 tick tick 2 at 3 tick tick 3 at 5 \ntick "},
		{"a time-out in the middle", `
			local co = coroutine.create(function()
				finally(function() inside(function() coroutine.yield() sleep(9) end) end, function(ok, e) sleep(1) print("cleanup", e.kind, now()) end)
			end)
			coroutine.resume(co)
			local ok, e = pcall(wait_for, function() outside(function() pcall(coroutine.resume, co) print("never") end) print("never") end, 2)
			print(ok, e.kind, now(), coroutine.status(co))`, "cleanup\tcancelled\t3\nfalse\ttimeout\t3\tdead\n"},
		{"a deadline that travels", `
			local co = coroutine.create(function()
				local ok, e = pcall(wait_for, function() inside(function() coroutine.yield() sleep(9) end) end, 2)
				print(e.kind, now())
				coroutine.yield()
				print("on")
			end)
			coroutine.resume(co)
			sleep(5)
			outside(function() coroutine.resume(co) end)
			print(now()) outside(function() coroutine.resume(co) end)
			print(coroutine.status(co))`, "timeout\t5\n5\non\ndead\n"},
		{"close", `
			local co = coroutine.create(function()
				finally(function() inside(function() coroutine.yield() print("never") end) end, function() sleep(1) coroutine.yield() print("never") end)
			end)
			coroutine.resume(co)
			outside(function() print(coroutine.close(co), coroutine.status(co), now()) end)
			local co = coroutine.create(function() finally(function() inside(coroutine.yield) end, function() error("x", 0) end) end)
			coroutine.resume(co)
			outside(function() print(coroutine.close(co)) print(coroutine.close(co)) end)`, "true\tdead\t1\nfalse\tx\ntrue\n"},
		{"in another task", `
			local co = coroutine.create(function()
				for i = 1, 3 do inside(function() sleep(1) coroutine.yield(i, task.current():name()) end) end
				return task.current():name()
			end)
			for i = 1, 4 do
				local t = spawn(function() sleep(1) outside(function() print(coroutine.resume(co)) end) end)
				t:name("task " .. i) t:join()
			end`, "true\t1\ttask 1\ntrue\t2\ttask 2\ntrue\t3\ttask 3\ntrue\ttask 4\n"},
		{"while it waits", `
			local co
			co = coroutine.create(function() inside(function() sleep(1) coroutine.yield() end) end)
			spawn(function() print(coroutine.resume(co)) print(coroutine.status(co)) print(pcall(coroutine.close, co)) end)
			outside(function() coroutine.resume(co) end) print(coroutine.status(co))`,
			"false\tcannot resume non-suspended coroutine\nnormal\nfalse\tcannot close a normal coroutine\nsuspended\n"},
		{"a traceback", `
			local co = coroutine.create(function() local function inner() coroutine.yield() end inside(function() inner() end) end)
			outside(function() coroutine.resume(co) end)
			local text = debug.traceback(co)
			print(text:match("in function 'inner'"), text:match("in function 'yield'"))
			local t = spawn(function() outside(function() coroutine.wrap(function() local function inner() sleep(1) end inside(function() inner() end) end)() end) end)
			sleep(0)
			print(t:traceback():match("in function 'sleep'.-in function 'inner'") ~= nil, tostring(t):match("sleep at t:%d+"))`,
			"in function 'inner'\tin function 'yield'\ntrue\tsleep at t:6\n"},
		{"running", `
			local co
			co = coroutine.create(function()
				inside(function() print(coroutine.running() == co, coroutine.isyieldable(), coroutine.status(co)) coroutine.yield() end)
				local c = coroutine.running()
				inside(coroutine.yield)
				print(c == coroutine.running())
			end)
			for i = 1, 3 do outside(function() coroutine.resume(co) end) end
			print(coroutine.running())`, "true\ttrue\trunning\ntrue\nnil\n"},
		{"nested too deeply", `
			local n = 0
			local function f() n = n + 1 local w = coroutine.wrap(f) outside(function() w() end) end
			print(select(2, pcall(f)):match("[^ ]+ [^ ]+ [^ ]+$"), n)`, "C stack overflow\t201\n"},
		{"a stack overflow inside", `
			local function f() return 1 + f() end
			local co = coroutine.create(function() inside(function() coroutine.yield() f() end) end)
			outside(function() coroutine.resume(co) local ok, e = coroutine.resume(co) print(ok, e:match("stack overflow")) end)`,
			"false\tstack overflow\n"},
		{"deep recursion inside", `
			local function f(n) if n == 0 then coroutine.yield("bottom") return 0 end return 1 + f(n - 1) end
			local w = coroutine.wrap(function() return inside(function() return f(15000) end) end)
			outside(function() print(w()) end) outside(function() print(w()) end)`, "bottom\n15000\n"},
		{"a computing coroutine has its budget", `
			local w = coroutine.wrap(function() while true do inside(function() for i = 1, 1e5 do end coroutine.yield() end) end end)
			for i = 1, 5 do outside(w) end print("done")`, "done\n"},
		{"dropped", `
			for i = 1, 20 do
				local w = coroutine.wrap(function() group(function(g) g:spawn(sleep, 9) inside(coroutine.yield) end) end)
				outside(w)
			end
			for i = 1, 10 do collectgarbage() outside(function() coroutine.wrap(print) end) end
			sleep(1)`, ""},
		{"left at the end", `
			keep = {}
			for i = 1, 20 do
				keep[i] = coroutine.wrap(function() inside(function() coroutine.wrap(function() inside(function() coroutine.yield() end) end)() coroutine.yield() end) end)
				outside(keep[i])
			end`, ""},
		{"Goexit", `
			local t = spawn(function() outside(function() coroutine.wrap(function() inside(function() coroutine.wrap(bad.goexit)() end) end)() end) end)
			local ok, e = pcall(await, t) print(e.kind, e.message)
			local co = coroutine.create(function() inside(coroutine.yield) bad.goexit() end)
			coroutine.resume(co)
			print(pcall(await, spawn(function() outside(function() coroutine.resume(co) end) end)))
			print(coroutine.status(co)) sleep(1)`,
			"panic\ta builtin called runtime.Goexit\nfalse\tt:6: a builtin called runtime.Goexit\ndead\n"},
		{"an error of a task inside another's", `
			local e = select(2, pcall(await, spawn(function() outside(function()
				coroutine.wrap(function() inside(function() sleep(1) error("deep", 0) end) end)()
			end) end)))
			print(e)`, "t:3: deep\n"},
		{"a shield, and what it shields from", `
			local t = spawn(function() outside(function()
				coroutine.wrap(function() inside(function() shield(function() sleep(2) print("shielded") end) end) end)()
			end) end)
			sleep(1) t:cancel() print(t:join(), t:cancelled(), now()) sleep(5)`, "nil\ttrue\t1\nshielded\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for in, inside := range ways {
				for out, outside := range ways {
					got, errw, err := runScript(t, "local inside, outside = "+strings.ReplaceAll(inside+", "+outside, "\n", " ")+tt.src, failing)
					if got != tt.want || errw != "" || err != nil {
						t.Fatalf("inside %s, outside %s: printed %q\nwant %q\nstandard error %q, error %v", in, out, got, tt.want, errw, err)
					}
				}
			}
		})
	}
}

// Close ends a run in which coroutines wait and are suspended, on Go frames or not.
func TestCloseWithCoroutines(t *testing.T) {
	for in, inside := range ways {
		ready := make(chan struct{})
		rt, err := interp.New(builtins.Std(), interp.WithFunc("ready", func() { close(ready) }))
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() {
			_, err := rt.RunString(context.Background(), "=t", "local inside = "+inside+`
				keep = {}
				for i = 1, 10 do
					keep[i] = coroutine.wrap(function() inside(function() coroutine.yield() sleep(1000) end) end)
					keep[i]()
					if i % 2 == 0 then spawn(keep[i]) end
				end
				coroutine.wrap(function() inside(function() sleep(0) ready() sleep(1000) end) end)()`)
			ended <- err
		}()
		<-ready
		if err := rt.Close(); err != nil {
			t.Errorf("inside %s: Close: %v", in, err)
		}
		if err := <-ended; !errors.Is(err, interp.ErrClosed) {
			t.Errorf("inside %s: %v", in, err)
		}
	}
}
