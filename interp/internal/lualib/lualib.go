// Package lualib is Lua's own library, where gopher-lua's blocks or is wrong. It reaches what it needs of the runtime
// through Host, and knows neither runs nor builtins.
//
// A function of it is a function in Go on package vm's terms. Four rules make it one that a stranger's script may call:
//
//   - It never blocks the loop. Work that waits for the system is given to Host.Block or Host.Park, which let other tasks run; a
//     cancellation abandons the wait, and what it brings later stays with the file for the next call (file.go, source.go).
//   - A call back into Lua (a comparator, a replacement of gsub, a reader of load) may wait, yield, fail and be cancelled. So a function
//     keeps its state in values that survive that, or ends in the call (vm.CallThen).
//   - Work that grows with a string or list is done in pieces, counted by vm.Work, so that limits, deadlines and Ctrl-C take hold; a
//     result is announced before it is made (vm.CheckText).
//   - Where PUC's library and gopher-lua's differ, PUC's is right: the messages, too.
//
// Files, processes and the terminal have an owner each: the run or task that opened them, whose end closes them (files.go,
// process.go, terminal_unix.go). Descriptors that the system lacks are collected and waited for (reclaim.go).
package lualib

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Host is what the library needs of the runtime that it is opened in.
type Host interface {
	// Checkpoint is where a call that can wait begins: it returns a cancellation of the running task, and lets others
	// run if it has not waited for long. Pass errors of this and the next two to Fail.
	Checkpoint(w *Wait) error
	// Block runs fn on a goroutine of its own while the running task is parked. If the task is cancelled, ctx is
	// cancelled and the cancellation returned at once, or, with w.Finish, when fn has returned, which it does soon. A
	// task that is cancelled early enough does not run fn at all.
	Block(w *Wait, fn func(ctx context.Context)) error
	// Park parks the running task until wake is called on the loop; wake reports false if the wait is over. If a
	// cancellation ends it, abort is told: woken says that wake had been called already.
	Park(w *Wait, start func(wake func() bool), abort func(woken bool)) error
	// Within calls wait, which calls Block or Park once, and gives it so long: late says that its time was over.
	Within(d time.Duration, wait func() error) (late bool, err error)
	// Post runs fn on the loop, between two turns. It may be called from any goroutine.
	Post(fn func())
	// Go runs fn, which ends when what it works on is closed, on a goroutine that the runtime waits for when it closes.
	Go(fn func())
	// Task is the running task, or nil: something to compare.
	Task() any
	// Opener is what the running task belongs to, something to compare: when it is cancelled, EndProcesses is called with it.
	Opener() any
	// OpenFiles counts for the running task's run. Pass its error to Fail.
	OpenFiles() *OpenFiles
	// Streams are the standard streams as the host gave them; nil stands for none.
	Streams() (stdin io.Reader, stdout, stderr io.Writer)
	BufferStdout(b Buffering)
	// Shows is told that somebody else, a process or a person who types, writes to some of the host's own streams until done is called.
	// It may be called from any goroutine.
	Shows(files []*os.File) (done func())
	Stdout() io.Writer
	Stderr() io.Writer
	FlushStdout() error
	// Unread ends every run: nobody reads the output any more. It may be called from any goroutine.
	Unread(err error)
	// Written is asked before n bytes are written to a file; pass the error to Fail.
	Written(n int) error
	// Exit is os.exit: the error to unwind with.
	Exit(L *lua.LState, code int) error
	Now() time.Time
	// Starting is asked before a program is started, off the loop: it may change what is, or refuse.
	Starting(cmd *Command) error
	Getenv(name string) (string, bool)
	Environ() []string
	// Dir is the folder that processes start in.
	Dir() string
	// System says that scripts have all of os and io, and Processes that those may start some.
	System() bool
	Processes() bool
	Files() Files
	// Path is what package.path and package.cpath begin as, and the folders whose names stand for themselves in them.
	Path() (path, cpath string, folders []string)
	// Loader is where require looks first, or nil. It is called off the loop; nil without an error: no such module.
	Loader() func(ctx context.Context, name string) (*lua.FunctionProto, error)
	// Module is the function that returns the module of builtins of that name, or nil: what require finds last.
	Module(name string) *lua.LFunction
	// Text is the text of an error value.
	Text(v lua.LValue) (string, bool)
	Grace() time.Duration
	// MaxSource is how long a source text may be, in bytes, at most so long: enough of it to be refused.
	MaxSource(most int) int
	// Source is the error of a source text of n bytes that is too large to be compiled, whatever memory is free.
	Source(n int) error
	// Lost is told of an error that no script can be told of, on the loop; opener is what Opener was for it.
	Lost(opener any, err error)
	// Reserve says that n bytes are about to be taken off the loop, until release is called. Pass its error to Fail.
	Reserve(n int) (release func(), err error)
	// StreamError is what a method of a stream of that name raises for an error.
	StreamError(method, name string, err error) error
	// Fail raises an error value around a Go error.
	Fail(L *lua.LState, err error)
}

// Wait says how a call waits.
type Wait struct {
	Name   string // in tracebacks: "io.read"
	Finish bool   // a cancelled task waits until the call has returned
	Light  bool   // it waits in Go alone: it holds no thread of the system
	// Passive says that it is no work under way, though not a deadlock either: a virtual clock goes on.
	Passive bool
}

// Buffering is when what was written is written out: the mode of setvbuf.
type Buffering uint8

// The modes of setvbuf.
const (
	FullyBuffered Buffering = iota
	LineBuffered
	Unbuffered
)

// Flushes reports whether p is to be written out at once.
func (b Buffering) Flushes(p []byte) bool {
	return b == Unbuffered || b == LineBuffered && bytes.IndexByte(p, '\n') >= 0
}

// Library is the library of one runtime.
type Library struct {
	host     Host
	m        *vm.Machine
	patterns map[string]*pattern // compiled
	matchers *matcher            // free
	room     []byte              // free: see takeRoom
	random   *rand.Rand
	gc       struct{ pause, stepmul int } // of collectgarbage
	files    files
	commands commands
	dumps    dumps
	modules  modules
	reclaims reclaims
	unfilled unfilled

	next, unpack, ipairsStep *lua.LFunction // whatever scripts make of the names
}

// Globals is how many globals the library has.
const Globals = 41

// Open opens the library in a machine. Most of its tables stay empty for now; see [Library.Complete].
func Open(m *vm.Machine, h Host) *Library {
	L := m.State()
	lib := &Library{host: h, m: m}
	lib.files.open, lib.files.waits = map[*file]struct{}{}, map[string]*waits{}
	lib.commands = commands{over: make(chan struct{}), begun: make(chan struct{}), running: map[*process]struct{}{}, pipes: map[*os.File]struct{}{}}
	lib.seed(0)
	lib.modules.loaded = vm.NewTable(10)
	lib.register(L, lua.LString("_G"), L.G.Global)
	lib.openBase(L)
	if lib.granted() {
		lib.openLoad(L)
	}
	lib.openPackage(L)
	lib.openString(L)
	lib.openLibraries(L)
	return lib
}

// register makes a library table global, and known to require.
func (lib *Library) register(L *lua.LState, name lua.LValue, t *lua.LTable) {
	vm.SetNamed(L.G.Global, name, t)
	vm.SetNamed(lib.modules.loaded, name, t)
}
