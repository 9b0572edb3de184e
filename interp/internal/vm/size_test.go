//go:build !race

// The race detector makes stacks larger.

package vm

import (
	"runtime"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// A suspended coroutine costs at most 8 KB, its goroutine's stack included.
func TestCoroutineSize(t *testing.T) {
	m, _ := newMachine(t, Config{})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const n = 2000
	vals, err := runOn(m, 1000, `
		local all = {}
		for i = 1, ... do all[i] = coroutine.wrap(function(a, b) local c = a + b while true do c = c + coroutine.yield(c) end end) all[i](1, 2) end
		return all`, lua.LNumber(n))
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (int64(after.HeapInuse+after.StackInuse) - int64(before.HeapInuse+before.StackInuse)) / n
	t.Logf("%d bytes each", each)
	if each > 8<<10 {
		t.Errorf("%d bytes each", each)
	}
	runtime.KeepAlive(vals)
}
