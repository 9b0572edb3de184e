// Package interp is the embeddable runtime of Lull: Lua 5.1 whose builtins wait without blocking anybody else.
//
//	rt, err := interp.New(builtins.Std(), interp.WithStdio(os.Stdin, os.Stdout, os.Stderr))
//	if err != nil {
//		return err
//	}
//	defer rt.Close()
//	values, err := rt.RunFile(ctx, "job.lua", "arg1")
//
// A [Runtime] has one loop goroutine. A script's main chunk, and everything it spawns, are tasks; exactly one task of a
// runtime runs at any time, until it comes to a checkpoint: a builtin that waits. Nothing that a script can reach is
// touched by any other goroutine, so neither scripts nor builtins need locks.
//
// Every Run is a run of its own: it returns when its main task and all that its tasks spawned have ended. Several may be
// under way on one runtime, from any goroutines; globals are shared.
//
// Builtins are Go functions of the form func(*[Call]) error, collected in a [Module]. They run on the loop; what takes
// long is done by [Call.Block] on a goroutine of its own, and what waits for something in the runtime by [Call.Park], the
// one primitive that waits. The package itself brings no async builtin: those of package builtins use only what is
// exported here, so whatever they can do, a host's own function can do.
//
// # Between Go and Lua
//
// [WithFunc] and [WithAsync] make builtins of ordinary Go functions; the table of types is there. What a run returns goes
// into Go variables the same way, with [Values.Into]. A script's function is a [*Function] in Go's hands, and a task a
// [*Handle]: they may be used from any goroutine, as may the methods of a Runtime. Everything that takes a *Call, and the
// methods of [Task], [Table] and [Value], are for the loop's side: for builtins, and what they call. Whoever comes from outside
// gets there with [Runtime.RunFunc], as a task that may wait, or with [Runtime.Post], which may not.
//
// A call from outside, [Runtime.Call] or [Function.Call], is handed to the loop's goroutine and back, which costs some two
// microseconds. Who has thousands to make at once makes them in one RunFunc, with [Call.Call]: a tenth of that.
//
// # The end
//
// A context ends a run as a deadline or a cancellation in the script would: the main task unwinds, with its cleanups, then
// the run returns. So it does when the script raises an error or stops. [Runtime.Close] ends whatever is left, in the same
// way, and returns when the last goroutine is gone.
//
// # Panics
//
// A panic in code of the host's takes nothing down. In what a script has called, a builtin for one, it is an error of kind panic
// that the script may catch. Anywhere else, in a timer, a tracer, a logger's handler, it cancels the run that it belongs to, which
// returns such an error; where that run is over, or never was, Close returns it.
//
// # What is granted
//
// A runtime touches only what its options give it. The defaults: standard input is empty, output is discarded, no files, no
// environment, no arguments, the real clock, five seconds of grace for what was shielded.
package interp

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Runtime runs scripts. Its methods may be called from any goroutine, but not by a function that runs on its loop: those that
// wait would wait for themselves, and fail after a second.
type Runtime struct {
	cfg   *config
	loop  *sched.Loop
	vm    *vm.Machine
	libs  *lualib.Library
	out   *output
	types map[reflect.Type]*objects // Go values that scripts may hold

	tables   map[string]*lua.LTable    // of builtins
	required map[string]*lua.LFunction // what require finds where there is no file

	errorMT *lua.LTable

	fixedObject *lua.LFunction // see fixed; nil until it is needed
	taskMT      lua.LValue     // of tasks, once there is one
	calls       *Call          // free list
	scopes      []*Scope       // spare
	resumed     lua.LGFunction // goesOn, and continues: made once
	then        vm.Then
	site        *site // the last one
	named       named // the last one

	// Only the loop's side touches these.
	runs       map[*run]struct{} // under way
	begun      uint64            // runs, so far
	lost       []*Task           // daemons that failed when no run was there to end with it
	jobs       jobList           // of daemons whose run is over
	end        ending            // Close has cut the daemons short
	closing    bool
	urgent     urgency
	spender    *limiter // of the run whose task has its turn
	spent      uint64   // steps, of all runs
	mem        memory
	opened     *opened              // what is to be closed with the runtime
	resources  map[any]*Resource    // that are not closed, by what scripts hold of them
	everOpened uint64               // resources, so far
	holders    map[any]struct{}     // with limits: what holds values that only Go sees, while a builtin waits
	late       []error              // of runs that were over, for Close
	random     *rand.Rand           // see Call.Random; nil until it is used
	locals     map[reflect.Type]any // of builtins, see Local

	slots   chan struct{}  // bounds the goroutines that block in the operating system
	workers sync.WaitGroup // Block's goroutines that are still waited for

	mu     sync.Mutex
	closed bool
}

// maxBlocked is how many blocking calls may hold a thread at once; Go ends a program at 10,000 threads. More queue.
const maxBlocked = 4000

// New makes a runtime. An option that makes no sense is an error here, not later.
func New(opts ...Option) (*Runtime, error) {
	cfg := &config{grace: defaultGrace, cleanup: sched.Forever, path: "./?.lua;./?/init.lua"}
	for _, o := range opts {
		if o == nil {
			return nil, errors.New("interp: New: an option is nil")
		}
		if err := o(cfg); err != nil {
			return nil, fmt.Errorf("interp: %w", err)
		}
	}
	if err := cfg.grant(); err != nil {
		return nil, fmt.Errorf("interp: %w", err)
	}
	rt := &Runtime{
		tables: map[string]*lua.LTable{}, required: map[string]*lua.LFunction{},
		cfg: cfg, types: map[reflect.Type]*objects{}, runs: map[*run]struct{}{}, slots: make(chan struct{}, maxBlocked),
	}
	rt.resumed, rt.then = rt.goesOn, rt.continues
	rt.out = newOutput(cfg.stdout)
	if rt.limiting() {
		rt.out.allow = rt.written
	}
	rt.out.broken = func(err error) {
		rt.loop.Post(func() {
			for r := range rt.runs {
				r.cancel(err)
			}
		})
	}
	m, err := vm.New(vm.Config{
		Interrupted: rt.interrupted,
		PanicValue:  rt.panicValue,
		Lost:        func(p *vm.Panic) { rt.broken(rt.running(), newError(p)) },
		Instead:     instead,
		Enter:       rt.enterCoroutine,
		Leave:       rt.leaveCoroutine,
		Discard:     rt.discardCoroutine,
		Limits:      rt.vmLimits(),
		Stacks: vm.Stacks{
			Here: func() any { return rt.loop.Here() },
			Keep: func(to any) {
				frames, _ := to.(sched.Frames)
				rt.loop.Keep(frames)
			},
			Goto: func(to any) { rt.loop.Goto(to.(sched.Frames)) },
		},
		Closed: &sched.Cancelled{Reason: "the coroutine was closed", Final: true},
	})
	if err != nil {
		return nil, fmt.Errorf("interp: %w", err)
	}
	rt.vm = m
	clock := cfg.clock
	if clock == nil {
		clock = sched.NewRealClock()
	}
	rt.loop = sched.New(sched.Config{
		Clock:    clock,
		Suspend:  rt.suspend,
		Idle:     rt.idle,
		Deadlock: rt.deadlock,
		Ended:    rt.clockEnded,
		Poke:     m.Poke,
		Over:     m.Close,
		Exited:   exited,
		Trace:    rt.tracer(),
		Abandon:  rt.abandon,
	})
	if mc, ok := clock.(*sched.ManualClock); ok {
		if !mc.Attach(func() { rt.loop.Post(func() {}) }) {
			m.Close()
			return nil, errors.New("interp: WithClock: the manual clock serves another runtime already")
		}
		rt.loop.Hold() // the host can always move it
	}
	rt.errorMT = rt.newErrorMetatable()
	rt.libs = lualib.Open(m, &host{rt: rt, calls: map[*lualib.Wait]*Def{}})
	cfg.files = rt.libs.Reclaiming(cfg.files)
	if err := rt.open(); err != nil {
		m.Close()
		return nil, fmt.Errorf("interp: %w", err)
	}
	rt.loop.Begin() // no run is under way; see hostsTurn
	go rt.loop.Run()
	return rt, nil
}

// open registers the modules in the order in which they were given.
func (rt *Runtime) open() error {
	for _, mod := range rt.cfg.modules {
		if err := rt.register(mod); err != nil {
			return err
		}
	}
	for _, p := range rt.cfg.preload {
		rt.vm.State().PreloadModule(p.name, p.loader)
	}
	if rt.cfg.args != nil {
		L := rt.vm.State()
		arg := L.CreateTable(len(rt.cfg.args), 0)
		for i, a := range rt.cfg.args {
			arg.RawSetInt(i, lua.LString(a))
		}
		L.SetGlobal("arg", arg)
	}
	return nil
}

// Modules are the modules that the options gave, in that order, with those of [WithFunc] and [WithAsync]: what a reference of the
// runtime is made from, by package stub. It may be called from any goroutine.
func (rt *Runtime) Modules() []Module { return slices.Clone(rt.cfg.modules) }

// Close cancels every run and daemon that is left, waits until they have unwound, and gives everything back. Runs that it
// ends return an error that is ErrClosed; what daemons raised that nobody had awaited is returned here. Cleanups have their
// grace on the runtime's clock: a manual one must be advanced meanwhile. Every later call fails with ErrClosed; closing
// twice does nothing.
func (rt *Runtime) Close() error {
	rt.mu.Lock()
	if rt.closed {
		rt.mu.Unlock()
		select {
		case <-rt.loop.Done():
		case <-rt.long():
			if onLoop() {
				return errOnLoop
			}
			<-rt.loop.Done()
		}
		return nil
	}
	rt.closed = true
	rt.mu.Unlock()
	var taken atomic.Bool // see run
	rt.loop.Post(func() {
		if taken.Swap(true) {
			return
		}
		rt.hostsTurn(false)
		rt.closing = true
		for r := range rt.runs {
			r.cancel(ErrClosed)
		}
		rt.cut(&rt.end, &sched.Cancelled{Reason: "the runtime is closing", Cause: ErrClosed, Interrupts: true}, func(t *Task) bool { return t.daemon })
		rt.loop.Stop()
	})
	select {
	case <-rt.loop.Done():
	case <-rt.long():
		if onLoop() && !taken.Swap(true) {
			rt.mu.Lock()
			rt.closed = false
			rt.mu.Unlock()
			return errOnLoop
		}
		<-rt.loop.Done()
	}
	if mc, ok := rt.cfg.clock.(*sched.ManualClock); ok {
		mc.Attach(nil)
	}
	var errs []error
	for _, t := range rt.lost {
		if !t.awaited {
			errs = append(errs, t.err)
		}
	}
	rt.showTables(errs)
	errs = append(errs, rt.unstarted(&rt.jobs)...)
	errs = append(errs, rt.callClosers(rt.opened.take(nil))...)
	errs = append(errs, rt.late...)
	errs = append(errs, rt.closeLocals()...)
	for _, err := range rt.libs.Close() {
		if p := (*vm.Panic)(nil); errors.As(err, &p) {
			err = newError(err)
		}
		errs = append(errs, err)
	}
	errs = append(errs, rt.lostOutput())
	if n := rt.waitWorkers(); n != nil {
		errs = append(errs, n)
	}
	return errors.Join(errs...)
}

// KillProcesses ends at once, without SIGTERM, the processes that scripts have started and that still run; none can be started then.
// It is for a host that exits without waiting for Close, and may be called from any goroutine.
func (rt *Runtime) KillProcesses() { rt.libs.KillProcesses() }

// Suspend stops the processes that scripts have started, and the clock, until resume is called: it is for a host that is about to be
// stopped itself, by Ctrl-Z. Deadlines do not count the time in between. It may be called from any goroutine.
func (rt *Runtime) Suspend() (resume func()) {
	goOn, start := rt.loop.Pause(), rt.libs.Suspend()
	return func() {
		start()
		goOn()
	}
}

// HoldTerminal keeps the terminal's foreground from the processes that scripts have started, until release is called: it is for a
// host that reads from the terminal itself, a line editor. A process that reads from it meanwhile is stopped until then. It may be
// called from any goroutine, but not twice at once.
func (rt *Runtime) HoldTerminal() (release func()) { return rt.libs.HoldTerminal() }

// hostsTurn is told when the first run begins and the last one ends. Between runs it is the host's turn to do something:
// virtual time stands still, or daemons would race through years of it, and a daemon that waits is no deadlock.
func (rt *Runtime) hostsTurn(now bool) {
	switch {
	case len(rt.runs) > 0 || rt.closing:
	case now:
		rt.loop.Begin()
	default:
		rt.loop.End()
	}
}

// waitWorkers waits for the goroutines of blocking calls that were abandoned: their contexts are cancelled, so most are
// gone by now; what the operating system does not let go of is given the grace period, and a second at least.
func (rt *Runtime) waitWorkers() error {
	gone := make(chan struct{})
	go func() {
		rt.workers.Wait()
		close(gone)
	}()
	limit := time.NewTimer(max(rt.cfg.grace, time.Second))
	defer limit.Stop()
	select {
	case <-gone:
		return nil
	case <-limit.C:
		return errors.New("interp: Close: a blocking call that was abandoned has not returned; its goroutine is left behind")
	}
}

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

// suspend keeps the Go frames on which the running task waits.
func (rt *Runtime) suspend(s *sched.Task) {
	t := taskOf(s)
	r := t.rarely()
	r.at = rt.vm.Current()
	if r.yield == nil {
		r.yield = s.Yield // made once: a wait allocates nothing
	}
	defer func() { r.at = nil }()
	rt.vm.Suspend(r.yield)
}

// idle writes out what was printed; an error is kept for the next print, or the end.
func (rt *Runtime) idle() { _ = rt.out.flush() }

// exited makes an error of a runtime.Goexit in a builtin.
func exited(s *sched.Task) {
	t := taskOf(s)
	t.err = &Error{rt: t.run.rt, fresh: true, Kind: KindPanic, Msg: "a builtin called runtime.Goexit", Task: t.Name()}
}

// urgency counts how long a task of a run that the host has cancelled computes on; see Runtime.interrupted.
type urgency struct {
	turn  uint64
	ticks int
}

// interrupted is called by the running task about every 10 ms while it computes.
func (rt *Runtime) interrupted() error {
	err := rt.loop.Poll()
	if t := rt.current(); t != nil && t.run.lim != nil && t.run.lim.over != nil {
		return t.run.lim.look(t)
	}
	if err != nil {
		return err
	}
	// Where another task of the run computes, the main task cannot come to unwind: then that one is cancelled, too.
	t := rt.current()
	if t == nil || t.run == nil || t.run.hostCancel == nil {
		rt.urgent.ticks = 0
		return nil
	}
	if turn := rt.loop.Counters().Switches; turn != rt.urgent.turn {
		rt.urgent = urgency{turn: turn}
	}
	if rt.urgent.ticks++; rt.urgent.ticks > 5 {
		t.leader().s.Cancel(t.run.hostCancel)
		if c := t.s.Pending(); c != nil {
			return c
		}
	}
	return nil
}

// A coroutine takes the cancel scopes that were opened inside it along when it yields, and brings them into whatever
// task resumes it.
func (rt *Runtime) enterCoroutine(co *vm.Thread) {
	if t := rt.current(); t != nil {
		base := t.s.Scope()
		if inner, ok := co.Host.(*sched.Scope); ok && inner != nil {
			t.s.Attach(inner)
		}
		co.Host = base
	}
}

func (rt *Runtime) leaveCoroutine(co *vm.Thread) {
	base, ok := co.Host.(*sched.Scope)
	co.Host = nil
	if t := rt.current(); t != nil && ok {
		if inner := t.s.Detach(base); inner != nil {
			co.Host = inner
		}
	}
}

// discardCoroutine gives back the timers of the scopes that a coroutine has open which nobody will resume, and ends it, as
// what is no task's.
func (rt *Runtime) discardCoroutine(co *vm.Thread, end func()) {
	if inner, ok := co.Host.(*sched.Scope); ok {
		rt.loop.Discard(inner)
	}
	rt.loop.Aside(end)
}
