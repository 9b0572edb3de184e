package interp

import (
	"context"
	"math/rand/v2"
	"reflect"
	"sync"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/convert"
	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/meter"
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/stdio"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Runtime runs scripts. Its methods may be called from any goroutine, but not by a function that runs on its loop: those that
// wait would wait for themselves, and fail after a second.
type Runtime struct {
	cfg    *config
	loop   *sched.Loop
	vm     *vm.Machine
	libs   *lualib.Library
	out    *stdio.Output
	tty    *stdio.Terminal // that it writes to; nil: there is none, or it understands no escape sequences
	typing typing
	conv   *convert.Host
	limits meter.Limits              // of each run
	types  map[reflect.Type]*objects // Go values that scripts hold: see objects

	tables   map[string]*lua.LTable // of builtins
	required map[string]*Module     // what require finds where there is no file: those with Make
	lazy     lazy

	registered int // modules, of those that the options gave

	errorMT *lua.LTable // see errorMetatable; nil until there is an error value
	env     *lua.LTable // see Environment; nil until a module has it

	fixedObject *lua.LFunction // see fixed; nil until it is needed
	taskMT      lua.LValue     // of tasks, once there is one
	calls       *Call          // free list
	others      uint64         // what the loop's Others was when the last turn began
	quick       QuickCall      // the one under way
	scopes      []*Scope       // spare
	afterWait   lua.LGFunction // goOnAfterWait, and goOnAfterCall: made once
	afterCall   vm.Then
	site        *site           // the last one
	withins     map[string]*Def // of CallWithin
	tracers     []*Tracer       // who is told what tasks do
	traced      *traced         // the same, by what they want to be told; nil: nobody
	yields      bool            // and that it only lets others run
	parking     *Task           // a tracer is told that it waits
	looks       *looks          // at what computes; nil: nobody asks
	named       named           // the last one

	// Only the loop's side touches these. Invariants, between two turns: a task that has not ended belongs to a run in runs, or is a
	// daemon; the host has its turn (the loop counts one thing more as under way) while runs is empty and closing is false; a Call
	// in calls is nobody's.
	runs       map[*run]struct{} // under way
	begun      uint64            // runs, so far
	lost       []*Task           // daemons that failed when no run was there to end with it
	jobs       jobList           // of daemons whose run is over
	end        ending            // Close has cut the daemons short
	closing    bool
	urgent     urgency
	spender    *limiter // of the run whose task has its turn
	spent      uint64   // steps, of all runs
	mem        meter.Memory
	opened     *opened              // what is to be closed with the runtime
	resources  map[any]*Resource    // that are not closed, by what scripts hold of them
	everOpened uint64               // resources, so far
	holders    map[any]struct{}     // with limits: what holds values that only Go sees, while a builtin waits
	late       []error              // of runs that were over, for Close
	random     *rand.Rand           // see Call.Random; nil until it is used
	locals     map[reflect.Type]any // of builtins, see Local

	kin        *kin                        // nil until there is an isolate
	relatives  atomic.Pointer[kin]         // the same, for other goroutines, of the first
	isolate    *Isolate                    // that it is; nil: it is none
	shared     int                         // bytes of strings in it that count for who has made it, as an isolate
	depth      int                         // how many runtimes it is within, as an isolate
	isolates   int                         // of its own that have not closed
	partTexts  map[lua.LValue]string       // see ownTexts
	isolations uint64                      // calls of Call.Isolates, since lineage was set
	lineage    uint64                      // what its work is seeded by; see Isolate.Start
	unpacked   map[*lua.FunctionProto]bool // code of functions that were unpacked: what it names is complete
	natively   map[*lua.LTable]native      // see nativeTables; nil until it is asked for
	natives    *natives                    // what scripts have from it; nil until something is packed that it matters for

	prefetch     context.Context // of what Call.Prefetch runs; nil until it is called
	stopPrefetch context.CancelFunc

	ticks   atomic.Uint64 // of the watchdog, while the loop is not idle
	slots   chan struct{} // bounds the goroutines that block in the operating system
	workers workers       // Block's goroutines that are still waited for

	mu     sync.Mutex
	closed bool
}

// maxBlocked is how many blocking calls may hold a thread at once; Go ends a program at 10,000 threads. More queue.
const maxBlocked = 4000

// oldest lists the tasks of all runs, oldest first. For the loop's side.
func (rt *Runtime) oldest() []*Task {
	var all []*Task
	rt.loop.All(func(s *sched.Task) { all = append(all, taskOf(s)) })
	return all
}

// current is the task whose turn it is, or nil.
func (rt *Runtime) current() *Task {
	s := rt.loop.Current()
	if s == nil {
		return nil
	}
	return taskOf(s)
}

// running is the run whose task has its turn, or nil.
func (rt *Runtime) running() *run {
	if t := rt.current(); t != nil {
		return t.run
	}
	return nil
}
