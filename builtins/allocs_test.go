package builtins_test

import (
	"context"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// Acts that scripts do by the million allocate nothing, or as much as is said here: bytes a task or a wait are what decides its time.
func TestAllocations(t *testing.T) {
	const times = 5000
	for _, tt := range []struct {
		name, setup, op string
		max             float64
	}{
		{"a switch", "", "sleep(0)", 0},
		{"a timer", "", "sleep(1)", 0},
		{"the clock", "", "now()", 1.0 / 32},
		{"a time limit", "local function f() end", "wait_for(f, 10)", 0},
		{"a time limit around a wait", "local function f() sleep(0) end", "wait_for(f, 10)", 0},
		{"put and get", "local q = sync.queue()", "q:put(1) q:get()", 0},
		{"get that waits", "local q = sync.queue() other = task.daemon(function() while true do q:put(1) sleep(0) end end)", "q:get()", 0},
		{"get in time", "local q = sync.queue() other = task.daemon(function() while true do q:put(1) sleep(0) end end)", "q:get(5)", 0},
		{"get that is late", "local q = sync.queue()", "q:get(1)", 1},
		{"put that waits", "local q = sync.queue(1) other = task.daemon(function() while true do q:get() sleep(0) end end)", "q:put(1)", 0},
		{"a queue's items", "local q = sync.queue() other = task.daemon(function() while true do q:put(1) sleep(0) end end) local next = q:items()", "next()", 0},
		{"a lock", "local l = sync.lock()", "l:acquire() l:release()", 0},
		{"a lock that another holds", "local l = sync.lock() other = task.daemon(function() while true do l:acquire() sleep(0) l:release() end end)", "l:acquire() l:release() sleep(0)", 0},
		{"a semaphore", "local s = sync.semaphore(2)", "s:acquire() s:release()", 0},
		{"a semaphore with nothing left", "local s = sync.semaphore(1) other = task.daemon(function() while true do s:acquire() sleep(0) s:release() end end)", "s:acquire() s:release() sleep(0)", 0},
		{"an event that is set", "local e = sync.event() e:set()", "e:wait()", 0},
		{"an event that is waited for", "local e = sync.event() other = task.daemon(function() while true do e:set() e:clear() sleep(0) end end)", "e:wait(5)", 0},
		{"pcall", "local function f() sleep(0) end", "pcall(f)", 0},
		{"resume and yield", "local w = coroutine.wrap(function() while true do coroutine.yield() end end)", "w()", 0},
		{"resume and yield below pcall", "local w = coroutine.wrap(function() while true do pcall(coroutine.yield) end end)", "w()", 0},
		{"a wait in a coroutine", "local w = coroutine.wrap(function() while true do sleep(0) coroutine.yield() end end)", "w()", 0},
		{"resume and yield below gsub", `local s = ("x"):rep(10000) local w = coroutine.wrap(function() s:gsub(".", function() coroutine.yield() end) end)`, "w()", 0},
		{"a coroutine", "local function f() coroutine.yield() end", "local w = coroutine.wrap(f) w() w()", 5},
		{"join of what has ended", "local t = spawn(sleep, 0) t:join()", "t:join()", 0},
		{"await of what has ended", "local t = spawn(sleep, 0) t:join()", "await(t)", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt, err := interp.New(builtins.Std(), interp.WithVirtualTime())
			if err != nil {
				t.Fatal(err)
			}
			defer rt.Close()
			p, err := interp.Compile("=allocs", []byte("local other "+tt.setup+"\nfor _ = 1, ... do "+tt.op+" end if other then other:cancel() end"))
			if err != nil {
				t.Fatal(err)
			}
			allocs := func(n int) float64 {
				return testing.AllocsPerRun(3, func() {
					if _, err := rt.Run(context.Background(), p, n); err != nil {
						t.Fatal(err)
					}
				})
			}
			once := allocs(1)
			const loop = 1.0 / 32 // its counter: of numbers many are made at once
			if n := (allocs(1+times)-once)/times - loop; n > tt.max+0.02 {
				t.Errorf("%.3f allocations, %v at most", n, tt.max)
			}
		})
	}
}
