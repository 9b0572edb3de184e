// Package lualib is Lua's own library, where gopher-lua's blocks or is wrong. It reaches what it needs of the runtime
// through Host.
package lualib

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Host is what the library needs of the runtime that it is opened in.
type Host interface {
	// Block runs fn on a goroutine of its own while the running task is parked. If the task is cancelled, ctx is
	// cancelled and the cancellation returned at once: pass it to vm.Unwind.
	Block(L *lua.LState, fn func(ctx context.Context)) error
	// Finish is Block that waits for fn, which sees ctx cancelled and returns soon.
	Finish(L *lua.LState, fn func(ctx context.Context)) error
	Stdin() io.Reader
	Stdout() io.Writer
	Stderr() io.Writer
	FlushStdout() error
	// Exit is os.exit: the error to unwind with.
	Exit(L *lua.LState, code int) error
	Now() time.Time
	Getenv(name string) (string, bool)
	Environ() []string
	Dir() string
	Path() string
	// Text is the text of an error value.
	Text(v lua.LValue) (string, bool)
	Grace() time.Duration
	// Fail raises an error value around a Go error.
	Fail(L *lua.LState, err error)
}

// Library is the library of one runtime.
type Library struct{ host Host }

// Open opens the library in a machine.
func Open(m *vm.Machine, h Host) *Library {
	L := m.State()
	lib := &Library{h}
	for _, open := range []lua.LGFunction{lua.OpenPackage, lua.OpenBase, lua.OpenTable, lua.OpenString, lua.OpenMath, lua.OpenDebug} {
		L.Push(L.NewFunction(open))
		L.Call(0, 0)
	}
	g := L.G.Global
	g.RawSetString("_printregs", lua.LNil)
	vm.OpenBase(m)
	vm.OpenCoroutine(m)
	L.GetField(g, "math").(*lua.LTable).RawSetString("huge", lua.LNumber(math.Inf(1)))
	g.RawSetString("print", L.NewFunction(lib.print))
	lib.openOS(L)
	return lib
}

// Close gives back what scripts left open.
func (lib *Library) Close() error { return nil }

// print writes its arguments, as tostring gives them, with tabs between and a newline after them.
func (lib *Library) print(L *lua.LState) int {
	var line []byte
	for i := 1; i <= L.GetTop(); i++ {
		if i > 1 {
			line = append(line, '\t')
		}
		line = append(line, L.ToStringMeta(L.Get(i)).String()...)
	}
	if _, err := lib.host.Stdout().Write(append(line, '\n')); err != nil {
		lib.host.Fail(L, fmt.Errorf("print: %w", err))
	}
	return 0
}

func (lib *Library) openOS(L *lua.LState) {
	L.Push(L.NewFunction(lua.OpenOs))
	L.Call(0, 0)
	stock := L.GetField(L.G.Global, "os").(*lua.LTable)
	os := L.NewTable()
	for _, name := range []string{"clock", "date", "difftime", "time"} {
		os.RawSetString(name, stock.RawGetString(name))
	}
	os.RawSetString("exit", L.NewFunction(func(L *lua.LState) int {
		if err := lib.host.Exit(L, L.OptInt(1, 0)); err != nil {
			vm.Unwind(err)
		}
		return 0
	}))
	os.RawSetString("getenv", L.NewFunction(func(L *lua.LState) int {
		if v, ok := lib.host.Getenv(L.CheckString(1)); ok {
			L.Push(lua.LString(v))
		} else {
			L.Push(lua.LNil)
		}
		return 1
	}))
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
		L.Push(stock.RawGetString("date"))
		L.Push(lua.LString(L.OptString(1, "%c")))
		L.Push(lua.LNumber(L.OptNumber(2, lua.LNumber(lib.host.Now().Unix()))))
		L.Call(2, 1)
		return 1
	}))
	L.G.Global.RawSetString("os", os)
	if loaded, ok := L.GetField(L.Get(lua.RegistryIndex), "_LOADED").(*lua.LTable); ok {
		loaded.RawSetString("os", os)
	}
}
