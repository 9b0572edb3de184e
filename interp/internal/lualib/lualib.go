// Package lualib is Lua's own library, where gopher-lua's blocks or is wrong. It reaches what it needs of the runtime
// through Host.
package lualib

import (
	"context"
	"io"
	"math/rand/v2"
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
type Library struct {
	host     Host
	patterns map[string]*pattern // compiled
	matchers *matcher            // free
	random   *rand.Rand
	gc       struct{ pause, stepmul int } // of collectgarbage
}

// Open opens the library in a machine.
func Open(m *vm.Machine, h Host) *Library {
	L := m.State()
	lib := &Library{host: h}
	for _, open := range []lua.LGFunction{lua.OpenPackage, lua.OpenBase, lua.OpenDebug} {
		L.Push(L.NewFunction(open))
		L.Call(0, 0)
	}
	g := L.G.Global
	g.RawSetString("_printregs", lua.LNil)
	vm.OpenBase(m)
	vm.OpenCoroutine(m)
	lib.openBase(L)
	lib.openString(L)
	lib.openTable(L)
	lib.openMath(L)
	g.RawSetString("print", L.NewFunction(lib.print))
	lib.openOS(L)
	return lib
}

// Close gives back what scripts left open.
func (lib *Library) Close() error { return nil }

// register makes a library table global, and known to require.
func (lib *Library) register(L *lua.LState, name string, t *lua.LTable) {
	L.G.Global.RawSetString(name, t)
	if loaded, ok := L.GetField(L.Get(lua.RegistryIndex), "_LOADED").(*lua.LTable); ok {
		loaded.RawSetString(name, t)
	}
}
