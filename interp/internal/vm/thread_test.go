package vm

import (
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
