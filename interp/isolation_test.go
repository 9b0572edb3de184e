package interp_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// TestIsolation has a thousand runtimes at once, which share their options, a program and its modules, and change
// whatever they can reach. None sees anything of another, and all memory comes back.
func TestIsolation(t *testing.T) {
	const runtimes = 1000
	program, err := interp.Compile("@isolation.lua", []byte(`
		local me = ...
		-- What another runtime may have left in what is shared.
		assert(owner == nil and string.owner == nil and math.owner == nil and task.owner == nil and package.loaded.owner == nil)
		assert(getmetatable("").__index == string and ("x").owner == nil and #app.list == 2 and app.owner == nil)
		owner, string.owner, math.owner, task.owner, package.loaded.owner = me, me, me, me, me
		app.list[3], app.owner = me, me
		local q, sum = sync.queue(2), 0
		gather(function() for i = 1, 10 do q:put(i + me) sleep(0.001) end q:close() end,
			function() for n in q:items() do sum = sum + n end end,
			function() pcall(wait_for, sleep, 0.002, 10) end)
		sleep(0.01)
		assert(owner == me and ("x").owner == me and #app.list == 3 and twice(me) == 2 * me)
		math.randomseed(me)
		return sum, math.random()`))
	if err != nil {
		t.Fatal(err)
	}
	options := interp.Combine(builtins.Std(),
		interp.WithModule(interp.Module{Name: "app", Defs: []interp.Def{{Name: "list", Value: []int{1, 2}}}}),
		interp.WithFunc("twice", func(n int) int { return 2 * n }))
	round := func() {
		made := make([]*interp.Runtime, runtimes)
		var wg sync.WaitGroup
		for i := range made {
			wg.Go(func() {
				rt, err := interp.New(options)
				if err != nil {
					t.Error(err)
					return
				}
				made[i] = rt
				vals, err := rt.Run(context.Background(), program, i)
				sum := 0
				if err == nil {
					err = vals[:1].Into(&sum)
				}
				if err != nil || sum != 55+10*i {
					t.Errorf("runtime %d: %d, %v", i, sum, err)
				}
			})
		}
		wg.Wait() // they are all there at once
		for _, rt := range made {
			if rt == nil {
				continue
			}
			wg.Go(func() {
				if err := rt.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	inUse := func() (int, uint64) {
		var m runtime.MemStats
		for range 3 {
			runtime.GC()
		}
		runtime.ReadMemStats(&m)
		return runtime.NumGoroutine(), m.HeapAlloc
	}
	round() // what is made once, such as converters of types
	goroutines, heap := inUse()
	round()
	after, heapAfter := inUse()
	for limit := time.Now().Add(time.Minute); after > goroutines && time.Now().Before(limit); after, heapAfter = inUse() { // one that is through has yet to end
	}
	if after > goroutines {
		t.Errorf("%d goroutines, %d before", after, goroutines)
	}
	if heapAfter > heap+1<<20 { // 1 KB a runtime
		t.Errorf("%s of heap are left behind", fmt.Sprint(heapAfter-heap))
	}
}
