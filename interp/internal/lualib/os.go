package lualib

import (
	"context"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

func (lib *Library) openOS(t *lua.LTable) {
	execute, remove, rename, tmpname := waitsOf("os.execute"), waitsOf("os.remove"), waitsOf("os.rename"), waitsOf("os.tmpname")
	fns := lib.dateFunctions()
	if lib.host.System() {
		fns = append(fns, []vm.Named{
			{Name: lua.LString("execute"), Fn: func(L *lua.LState) int { return lib.execute(L, execute) }},
			{Name: lua.LString("exit"), Fn: lib.osExit}, {Name: lua.LString("getenv"), Fn: lib.osGetenv},
		}...)
	}
	if lib.granted() {
		fns = append(fns, []vm.Named{
			{Name: lua.LString("remove"), Fn: func(L *lua.LState) int {
				name := lib.checkString(L, 1)
				return lib.change(L, remove, name, func() error { return lib.host.Files().Remove(name) })
			}},
			{Name: lua.LString("rename"), Fn: func(L *lua.LState) int {
				from, to := lib.checkString(L, 1), lib.checkString(L, 2)
				return lib.change(L, rename, from, func() error { return lib.host.Files().Rename(from, to) })
			}},
			{Name: lua.LString("tmpname"), Fn: func(L *lua.LState) int { return lib.tmpname(L, tmpname) }},
			{Name: lua.LString("setlocale"), Fn: lib.setlocale},
		}...)
	}
	vm.Define(lib.m.State(), t, fns)
}

// change does something to a file off the loop, and waits for it.
func (lib *Library) change(L *lua.LState, w *waits, name string, fn func() error) int {
	var failure error
	if err := lib.host.Block(w.finish(false), func(context.Context) { failure = fn() }); err != nil {
		lib.host.Fail(L, err)
	}
	return done(L, vm.Short(name)+": ", failure)
}

// tmpname makes an empty file, so that nobody else makes one of that name, and returns its name. The file counts as open from
// then on: nobody else knows when it is done with.
func (lib *Library) tmpname(L *lua.LState, w *waits) int {
	var name string
	var failure error
	count := lib.host.OpenFiles()
	if err := lib.host.Block(w.finish(false), func(ctx context.Context) {
		var f File
		if failure = count.Add(); failure != nil {
			return
		}
		if name, f, failure = lib.createTemp(ctx); failure == nil {
			failure = f.Close()
		} else {
			count.Done()
		}
	}); err != nil {
		lib.host.Fail(L, err)
	}
	lib.refuse(L, failure)
	if failure != nil {
		vm.Errorf(L, "unable to generate a unique filename: %s", failure)
	}
	L.Push(lua.LString(name))
	return 1
}

// osExit is os.exit([code]): a number, or, as in Lua 5.2, whether it went well.
func (lib *Library) osExit(L *lua.LState) int {
	code := 0
	switch v := L.Get(1).(type) {
	case *lua.LNilType:
	case lua.LBool:
		code = b2i(!bool(v))
	default:
		code = exitStatus(checkNumber(L, 1))
	}
	if err := lib.host.Exit(L, code); err != nil {
		vm.Unwind(err)
	}
	return 0
}

// exitStatus is the part of a number that systems keep as a process's status: its last byte, as if C's exit had been given it. A number
// that is not 0 does not become 0 by that, as os.exit(os.execute("false")) would, which is os.exit(256): it is 1.
func exitStatus(n float64) int {
	status := int(cInteger(n) & 0xff)
	if status == 0 && n != 0 {
		return 1
	}
	return status
}

func (lib *Library) osGetenv(L *lua.LState) int {
	if v, ok := lib.host.Getenv(lib.checkString(L, 1)); ok {
		L.Push(lua.LString(v))
	} else {
		L.Push(lua.LNil)
	}
	return 1
}

// setlocale is os.setlocale([locale [, category]]). The only locale there is is C's.
func (lib *Library) setlocale(L *lua.LState) int {
	name := lib.optString(L, 1, "C")
	lib.option(L, 2, "all", "all", "collate", "ctype", "monetary", "numeric", "time")
	switch name {
	case "", "C", "POSIX":
		L.Push(lua.LString("C"))
	default:
		L.Push(lua.LNil)
	}
	return 1
}
