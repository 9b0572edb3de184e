package interp

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
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
		tables: map[string]*lua.LTable{}, required: map[string]*Module{},
		cfg: cfg, types: map[reflect.Type]*objects{}, runs: map[*run]struct{}{}, slots: make(chan struct{}, maxBlocked),
	}
	rt.afterWait, rt.afterCall = rt.goOnAfterWait, rt.goOnAfterCall
	rt.conv = rt.converter()
	rt.limits, rt.mem.Estimate = meter.Limits(cfg.limits), rt.measure
	rt.openOutput()
	m, err := rt.newMachine()
	if err != nil {
		return nil, fmt.Errorf("interp: %w", err)
	}
	rt.vm = m
	if err := rt.openLoop(); err != nil {
		m.Close()
		return nil, fmt.Errorf("interp: %w", err)
	}
	rt.errorMT = rt.newErrorMetatable()
	rt.libs = lualib.Open(m, &host{rt: rt, calls: map[*lualib.Wait]*Def{}})
	if cfg.leftovers {
		rt.libs.KeepUnclosed()
	}
	cfg.files = rt.libs.Reclaiming(cfg.files)
	if err := rt.open(); err != nil {
		m.Close()
		return nil, fmt.Errorf("interp: %w", err)
	}
	rt.loop.Begin() // no run is under way; see hostsTurn
	go rt.loop.Run()
	return rt, nil
}

// openOutput makes the standard output: it counts what is written, and a reader that is gone ends every run.
func (rt *Runtime) openOutput() {
	rt.openTerminal()
	rt.out = stdio.NewOutput(rt.writer(rt.cfg.stdout))
	if rt.limiting() {
		rt.out.Allow = rt.written
	}
	rt.out.Broken = rt.unread
}

// unread ends every run: nobody reads the output any more.
func (rt *Runtime) unread(err error) {
	rt.loop.Post(func() {
		for r := range rt.runs {
			r.cancel(err)
		}
	})
}

// newMachine makes the machine, which asks the runtime back.
func (rt *Runtime) newMachine() (*vm.Machine, error) {
	return vm.New(vm.Config{
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
		Loading: rt.loading,
		Cover:   rt.cfg.cover(),
		Closed:  &sched.Cancelled{Reason: "the coroutine was closed", Final: true},
	})
}

// openLoop makes the loop, on the host's clock.
func (rt *Runtime) openLoop() error {
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
		Over:     rt.vm.Close,
		Exited:   exited,
		Abandon:  rt.abandon,
	})
	for i := range rt.cfg.tracers {
		rt.tracers = append(rt.tracers, &rt.cfg.tracers[i])
	}
	rt.traces(rt.tracers)
	rt.watchSlow()
	if mc, ok := clock.(*sched.ManualClock); ok {
		if !mc.Attach(func() { rt.loop.Post(func() {}) }) {
			return errors.New("WithClock: the manual clock serves another runtime already")
		}
		rt.loop.Hold() // the host can always move it
	}
	return nil
}

// open registers the modules in the order in which they were given.
func (rt *Runtime) open() error {
	missing := rt.cfg.missing(rt.granted())
	for i := range rt.cfg.modules {
		if err := rt.register(&rt.cfg.modules[i]); err != nil {
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
