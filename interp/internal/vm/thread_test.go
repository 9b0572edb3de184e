package vm

import (
	"runtime"
	"testing"
	"weak"

	lua "github.com/yuin/gopher-lua"
)

// The values that a call left in its registers are let go when garbage is collected, and when the thread waits.
func TestDeadRegisters(t *testing.T) {
	for _, last := range []string{"collect()", "coroutine.yield()"} {
		m, _ := newMachine(t, Config{})
		var made weak.Pointer[lua.LTable]
		L := m.State()
		L.SetGlobal("make", L.NewFunction(func(L *lua.LState) int {
			tb := L.NewTable()
			made = weak.Make(tb)
			L.Push(tb)
			return 1
		}))
		L.SetGlobal("collect", L.NewFunction(func(L *lua.LState) int { Collect(L); return 0 }))
		if _, err := runOn(m, 1000, `
			local function use() local a, b, c, d local t = make() return 1 end
			co = coroutine.create(function()
				local function deep(n) if n == 0 then return use() end return 1 + deep(n - 1) end
				local x = deep(30)
				`+last+`
				return x
			end)
			coroutine.resume(co)
			collect()`); err != nil {
			t.Fatal(err)
		}
		if made.Value() != nil {
			t.Errorf("%s: the table is still there", last)
		}
	}
}

// Calls that go deep again and again find the frames that they left, and a function is let go though such a frame has it: when garbage is
// collected, when the thread waits, and after a while of something else.
func TestDeadFrames(t *testing.T) {
	m, _ := newMachine(t, Config{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := runOn(m, 10_000, `local function deep(n) if n == 0 then return 0 end return (deep(n - 1)) end for i = 1, 200 do deep(1000) end`); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.Mallocs - before.Mallocs; n > 5000 {
		t.Errorf("200 times 1000 calls deep made %d allocations", n)
	}

	for _, last := range []string{"collect()", "coroutine.yield()", "for i = 1, 1000000 do end"} {
		m, _ := newMachine(t, Config{})
		var called weak.Pointer[lua.LFunction]
		L := m.State()
		L.SetGlobal("note", L.NewFunction(func(L *lua.LState) int {
			called = weak.Make(L.CheckFunction(1))
			return 0
		}))
		L.SetGlobal("collect", L.NewFunction(func(L *lua.LState) int { Collect(L); return 0 }))
		L.SetGlobal("gc", L.NewFunction(func(*lua.LState) int { runtime.GC(); return 0 }))
		if _, err := runOn(m, 1000, `
			local function use() local f = function() return 1 end note(f) return f() + 1 end
			co = coroutine.create(function()
				local function deep(n) if n == 0 then return use() end return 1 + deep(n - 1) end
				local x = deep(100)
				`+last+`
				gc()
				return x
			end)
			coroutine.resume(co)
			gc()`); err != nil {
			t.Fatal(err)
		}
		if called.Value() != nil {
			t.Errorf("%s: the function is still there", last)
		}
	}
}
