package lualib

import lua "github.com/yuin/gopher-lua"

// openDate adds the parts of os that are about time.
func (lib *Library) openDate(L *lua.LState, os *lua.LTable) {
	L.Push(L.NewFunction(lua.OpenOs))
	L.Call(0, 1)
	stock := L.Get(-1).(*lua.LTable)
	L.Pop(1)
	for _, name := range []string{"clock", "difftime"} {
		os.RawSetString(name, stock.RawGetString(name))
	}
	os.RawSetString("time", L.NewFunction(func(L *lua.LState) int {
		if L.GetTop() == 0 {
			L.Push(lua.LNumber(lib.host.Now().Unix()))
			return 1
		}
		L.Push(stock.RawGetString("time"))
		L.Push(L.CheckTable(1))
		L.Call(1, 1)
		return 1
	}))
	os.RawSetString("date", L.NewFunction(func(L *lua.LState) int {
		format, at := L.OptString(1, "%c"), L.OptNumber(2, lua.LNumber(lib.host.Now().Unix()))
		L.Push(stock.RawGetString("date"))
		L.Push(lua.LString(format))
		L.Push(at)
		L.Call(2, 1)
		return 1
	}))
}
