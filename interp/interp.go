package interp

import (
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/meter"
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/stdio"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// New makes a runtime. An option that makes no sense is an error here, not later.
func New(opts ...Option) (*Runtime, error) {
	const some = 40 // modules: more than there are builtins
	cfg := &config{modules: make([]given, 0, some), grace: defaultGrace, cleanup: sched.Forever, path: "./?.lua;./?/init.lua"}
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
	rt := newRuntime(cfg)
	if err := rt.openLoop(nil); err != nil {
		return nil, fmt.Errorf("interp: %w", err)
	}
	if err := rt.build(); err != nil {
		return nil, fmt.Errorf("interp: %w", err)
	}
	rt.loop.Begin() // no run is under way; see hostsTurn
	go rt.loop.Run()
	return rt, nil
}

// newRuntime is what there is of a runtime before its loop.
func newRuntime(cfg *config) *Runtime {
	rt := &Runtime{
		required: map[string]*Module{},
		cfg:      cfg, types: map[reflect.Type]*objects{}, runs: map[*run]struct{}{}, slots: make(chan struct{}, maxBlocked),
	}
	rt.quick.rt = rt
	rt.afterWait, rt.afterCall = rt.goOnAfterWait, rt.goOnAfterCall
	rt.conv = rt.converter()
	rt.limits, rt.mem.Estimate = meter.Limits(cfg.limits), rt.measure
	return rt
}

// build makes the machine, the library and the modules.
func (rt *Runtime) build() error {
	cfg := rt.cfg
	rt.openOutput()
	m, err := rt.newMachine()
	if err != nil {
		return err
	}
	rt.vm = m
	rt.watchSlow()
	rt.libs = lualib.Open(m, &host{rt: rt, calls: map[*lualib.Wait]*Def{}})
	if cfg.seeded {
		rt.lineage = cfg.seed
		rt.libs.Seed(cfg.seed)
	}
	if cfg.leftovers {
		rt.libs.KeepUnclosed()
	}
	cfg.files = rt.libs.Reclaiming(cfg.files)
	if err := rt.open(); err != nil {
		m.Close()
		return err
	}
	return nil
}

// openOutput makes the standard output: it counts what is written, and a reader that is gone ends every run.
func (rt *Runtime) openOutput() {
	if rt.isolate == nil {
		rt.openTerminal()
	} else {
		rt.tty = rt.kin.first.tty
	}
	rt.out = stdio.NewOutput(rt.writer(rt.cfg.stdout))
	if rt.isolate != nil {
		rt.out.Lines, rt.out.Lock = true, &rt.kin.out
	}
	if rt.limiting() {
		rt.out.Allow = rt.written
	}
	rt.out.Broken = rt.unread
}

// unread ends every run, those of the runtime that it is an isolate of, too: nobody reads the output any more.
func (rt *Runtime) unread(err error) {
	if rt.isolate != nil {
		rt.isolate.of.rt.unread(err)
	}
	rt.loop.Post(func() {
		for r := range rt.runs {
			r.cancel(err)
		}
	})
}

// newMachine makes the machine, which asks the runtime back.
func (rt *Runtime) newMachine() (*vm.Machine, error) {
	_, globals := rt.cfg.names()
	return vm.New(vm.Config{
		Interrupted: rt.interrupted,
		Breathe:     rt.loop.Breathe,
		PanicValue:  rt.panicValue,
		Lost:        func(p *vm.Panic) { rt.broken(rt.running(), newError(p)) },
		Instead:     instead,
		Enter:       rt.enterCoroutine,
		Leave:       rt.leaveCoroutine,
		Discard:     rt.discardCoroutine,
		Host:        rt,
		Returned:    rt.quickAfterCall,
		Next:        rt.nextTurn,
		Waited:      rt.quickAfterWait,
		Limits:      rt.vmLimits(),
		Stacks: vm.Stacks{
			Here: func() any { return rt.loop.Here() },
			Keep: func(to any) {
				frames, _ := to.(sched.Frames)
				rt.loop.Keep(frames)
			},
			Goto: func(to any) { rt.loop.Goto(to.(sched.Frames)) },
		},
		Loading: rt.loading,
		Cover:   rt.cfg.cover(),
		Closed:  &sched.Cancelled{Reason: "the coroutine was closed", Final: true},
		Mapped:  rt.cfg.mapped(),
		Globals: globals,
	})
}

// openLoop makes the loop, on the host's clock or that of the group.
func (rt *Runtime) openLoop(group *sched.Group) error {
	clock := rt.cfg.clock
	if clock == nil {
		clock = sched.NewRealClock()
	}
	rt.loop = sched.New(sched.Config{
		Clock:    clock,
		Suspend:  rt.suspend,
		Idle:     rt.idle,
		Deadlock: rt.deadlock,
		Ended:    rt.clockEnded,
		Poke:     rt.tick,
		Over:     rt.over,
		Group:    group,
		Host:     rt,
		Begin:    rt.begins,
		Exited:   exited,
		Abandon:  rt.abandon,
	})
	for i := range rt.cfg.tracers {
		rt.tracers = append(rt.tracers, &rt.cfg.tracers[i])
	}
	rt.traces(rt.tracers)
	if mc, ok := clock.(*sched.ManualClock); ok && group == nil {
		if !mc.Attach(func() { rt.loop.Post(func() {}) }) {
			return errors.New("WithClock: the manual clock serves another runtime already")
		}
		rt.loop.Hold() // the host can always move it
	}
	return nil
}

// over is called when the last task has ended.
func (rt *Runtime) over() {
	if rt.vm != nil {
		rt.vm.Close()
	}
}

// begins is called before the first turn: an isolate is made then, when it has a place among those that compute.
func (rt *Runtime) begins() {
	if rt.isolate != nil {
		if rt.isolate.bad = rt.build(); rt.isolate.bad == nil {
			rt.kin.lists(rt, true)
		}
	}
}

// open registers the modules in the order in which they were given.
func (rt *Runtime) open() error {
	missing := rt.cfg.missing(rt.granted())
	rt.cfg.lacks = missing
	rt.makeRoom()
	for _, m := range rt.cfg.modules {
		if err := rt.register(m); err != nil {
			return err
		}
	}
	rt.deny(missing)
	for _, p := range rt.cfg.preload {
		rt.vm.State().PreloadModule(p.name, func(L *lua.LState) int {
			rt.completeAll() // it sees the globals, and gives functions to scripts that do
			return p.loader(L)
		})
	}
	if rt.cfg.args != nil {
		L := rt.vm.State()
		arg := L.CreateTable(len(rt.cfg.args), 0)
		for i, a := range rt.cfg.args {
			vm.SetInt(nil, arg, i, lua.LString(a))
		}
		L.SetGlobal("arg", arg)
	}
	return nil
}

// Modules are the modules that the options gave, in that order, with those of [WithFunc] and [WithAsync]: what a reference of the
// runtime is made from, by package stub. It may be called from any goroutine.
func (rt *Runtime) Modules() []Module {
	list := make([]Module, len(rt.cfg.modules))
	for i, m := range rt.cfg.modules {
		list[i] = *m.Module
		list[i].concurrent = m.concurrent
	}
	return list
}

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
			if sched.OnLoop() {
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
		rt.shut()
	})
	select {
	case <-rt.loop.Done():
	case <-rt.long():
		if sched.OnLoop() && !taken.Swap(true) {
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
	err := rt.closeRest()
	rt.loop.Leave()
	return err
}

// shut ends whatever is left, and the loop when that has ended.
func (rt *Runtime) shut() {
	rt.hostsTurn(false)
	rt.closing = true
	for r := range rt.runs {
		r.cancel(ErrClosed)
	}
	rt.cut(&rt.end, &sched.Cancelled{Reason: "the runtime is closing", Cause: ErrClosed, Interrupts: true}, func(t *Task) bool { return t.daemon })
	rt.loop.Stop()
}

// closeRest gives back what the runtime has, when its loop has ended, and returns the errors that nobody was told of.
func (rt *Runtime) closeRest() error {
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
	rt.closeTerminal()
	for _, err := range rt.libs.Close() {
		if p := (*vm.Panic)(nil); errors.As(err, &p) {
			err = newError(err)
		}
		errs = append(errs, err)
	}
	errs = append(errs, rt.lostOutput())
	if rt.stopPrefetch != nil {
		rt.stopPrefetch()
	}
	if n := rt.waitWorkers(); n != nil {
		errs = append(errs, n)
	}
	return errors.Join(errs...)
}
