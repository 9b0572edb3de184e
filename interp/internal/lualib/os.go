package lualib

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

func (lib *Library) openOS(L *lua.LState) {
	t := L.NewTable()
	lib.openDate(L, t)
	t.RawSetString("exit", L.NewFunction(lib.osExit))
	t.RawSetString("getenv", L.NewFunction(lib.osGetenv))
	lib.register(L, "os", t)
}

func (lib *Library) osExit(L *lua.LState) int {
	if err := lib.host.Exit(L, L.OptInt(1, 0)); err != nil {
		vm.Unwind(err)
	}
	return 0
}

func (lib *Library) osGetenv(L *lua.LState) int {
	if v, ok := lib.host.Getenv(L.CheckString(1)); ok {
		L.Push(lua.LString(v))
	} else {
		L.Push(lua.LNil)
	}
	return 1
}
