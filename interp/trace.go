package interp

import (
	"cmp"
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"time"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Tracer is told what the tasks of a runtime do, as it happens, on the loop: it may use the methods of tasks that ask
// ([Task.Name], [Task.Site], [Task.Now]...), and must neither block, wait nor call Lua. A task's life is
//
//	Spawn { Switch Park Wake } Switch End
//
// where a task that is cancelled before its first turn has no Switch, and one that only lets others run is woken as soon as
// it is parked. A tracer that is an [IdleTracer], [ScopeTracer], [NameTracer] or [ResourceTracer] as well is told more, a [TurnTracer]
// less.
type Tracer interface {
	Spawn(t *Task)  // it is ready for its first turn; its Spawner and Owner are known
	Switch(t *Task) // its turn begins
	Park(t *Task)   // it waits, at its Site
	Wake(t *Task)   // its wait is over, as Woken says: it is ready
	End(t *Task)    // it has ended; what came of it, State and Err tell from here on
}

// TurnTracer is a [Tracer] for which one call a turn is enough, when it ends. It is told of Switch only where a cancellation has come since
// Wake, see [Task.Interrupted], and of a task that only lets others run by Yield, instead of Park and Wake.
type TurnTracer interface {
	Yield(t *Task)
}

// IdleTracer is a [Tracer] that is told when the loop waits for outside, or for time.
type IdleTracer interface {
	Idle() // nothing is ready
	Busy() // the loop goes on
}

// ScopeTracer is a [Tracer] that is told which brackets a task is in: those of with, wait_for, attempts, cleanups, and of what owns
// tasks, such as task.map. Those of a task are a stack. A coroutine may take a bracket into another task: then that is told of the Exit.
// The end of a task ends its brackets.
type ScopeTracer interface {
	// Enter says what begins: the n-th of so many, such as an attempt; 0 where there is no number, or nobody knows how many. A
	// bracket of a builtin that owns tasks has its name, and of is how many tasks there will be: for each an End comes, of a task whose
	// Owner is t.
	Enter(t *Task, what string, n, of int)
	Exit(t *Task) // the last Enter of t ends
}

// BrokenTracer is a [ScopeTracer] that is told, before its Exit, what ends the last bracket of t other than well: the text of the error
// that goes through it, or how it was cut short itself, as a time-out does. A cancellation from outside is none of the bracket's.
type BrokenTracer interface {
	Broken(t *Task, text string)
}

// NameTracer is a [Tracer] that is told when a task has got another name after its Spawn: one that works on an item gets it before it
// starts.
type NameTracer interface {
	Named(t *Task)
}

// IsolateTracer is a [Tracer] that is asked, when a task makes an isolate (see [Isolates]), who is told what the tasks of that do: on its own loop, at the
// same time as others. nil: nobody is. name is what the isolate is, "isolate of 'map', item 3".
type IsolateTracer interface {
	Isolate(t *Task, name string) Tracer
}

// ResourceTracer is a [Tracer] that is told what tasks open and close: processes, connections, whatever [Call.Defer] is for.
type ResourceTracer interface {
	Opened(t *Task, id uint64, name string)
	Closed(id uint64)
}

// WithTracer has a tracer told what tasks do, on the loop; several are told one after the other. Without one that costs nothing.
func WithTracer(tracer Tracer) Option {
	return func(c *config) error {
		if tracer == nil {
			return errors.New("WithTracer: the tracer is nil")
		}
		c.tracers = append(c.tracers, tracer)
		return nil
	}
}

// Trace has a tracer told what tasks do from now on, until stop is called; tasks that are there already have no Spawn. It may be called
// from any goroutine but the loop's, and so may stop, which returns when the tracer is told no more. The error is that of ctx, or
// ErrClosed.
func (rt *Runtime) Trace(ctx context.Context, tracer Tracer) (stop func(), err error) {
	if tracer == nil {
		return nil, errors.New("interp: Trace: the tracer is nil")
	}
	given := &tracer // what stop finds it by: a tracer need not be comparable, and may be given twice
	err = rt.onLoop(ctx, func() { rt.traces(append(slices.Clip(rt.tracers), given)) })
	if err != nil {
		return nil, err
	}
	return func() {
		_ = rt.onLoop(context.Background(), func() {
			rt.traces(slices.DeleteFunc(slices.Clone(rt.tracers), func(tr *Tracer) bool { return tr == given }))
		}) // else the runtime is closed, and tells nobody
	}, nil
}

// Do calls fn on the loop soon, also in the middle of a turn that computes, and waits for it. It may be called from any goroutine but
// the loop's. The error says that fn has not been called, and will not be: ErrClosed, or that of ctx, where a function in Go holds the
// loop up. A panic in fn ends every run under way.
func (rt *Runtime) Do(ctx context.Context, fn func()) error {
	return rt.onLoop(ctx, func() { rt.guard(nil, "a function that was given to Do", fn) })
}

// onLoop has fn called on the loop soon, also in the middle of a turn that computes, and waits for it. The error says that fn is not
// called any more.
func (rt *Runtime) onLoop(ctx context.Context, fn func()) error {
	done := make(chan struct{})
	given := make(chan struct{}, 1) // holds what fn is called by
	given <- struct{}{}
	rt.loop.Post(func() {
		select {
		case <-given:
			fn()
			close(done)
		default: // it was given up
		}
	})
	rt.vm.Poke()
	giveUp := func(err error) error {
		select {
		case <-given:
			return err
		default: // it is being called
			<-done
			return nil
		}
	}
	select {
	case <-done:
		return nil
	case <-rt.loop.Done():
		return giveUp(ErrClosed)
	case <-ctx.Done():
		return giveUp(context.Cause(ctx))
	case <-rt.long():
		if sched.OnLoop() {
			return giveUp(errOnLoop)
		}
	}
	select {
	case <-done:
		return nil
	case <-rt.loop.Done():
		return giveUp(ErrClosed)
	case <-ctx.Done():
		return giveUp(context.Cause(ctx))
	}
}

// traced are those who are told what tasks do. nil: there are none.
type traced struct {
	all    []listener
	turns  bool // some want to be told of each Switch
	idle   []IdleTracer
	scope  []ScopeTracer
	broken []BrokenTracer
	name   []NameTracer
	opened []ResourceTracer
}

// listener is one of them.
type listener struct {
	tracer Tracer
	turn   TurnTracer // the same, or nil
}

func tracedBy(all []*Tracer) *traced {
	if len(all) == 0 {
		return nil
	}
	w := &traced{}
	for _, given := range all {
		tr := *given
		turn, _ := tr.(TurnTracer)
		w.all = append(w.all, listener{tr, turn})
		w.turns = w.turns || turn == nil
		if x, ok := tr.(IdleTracer); ok {
			w.idle = append(w.idle, x)
		}
		if x, ok := tr.(ScopeTracer); ok {
			w.scope = append(w.scope, x)
		}
		if x, ok := tr.(BrokenTracer); ok {
			w.broken = append(w.broken, x)
		}
		if x, ok := tr.(NameTracer); ok {
			w.name = append(w.name, x)
		}
		if x, ok := tr.(ResourceTracer); ok {
			w.opened = append(w.opened, x)
		}
	}
	return w
}

func (w *traced) scopes() bool    { return w != nil && len(w.scope) > 0 }
func (w *traced) resources() bool { return w != nil && len(w.opened) > 0 }

// traces changes who is told.
func (rt *Runtime) traces(all []*Tracer) {
	rt.tracers, rt.traced = all, tracedBy(all)
	rt.loop.SetTrace(rt.tracer(), rt.limiting() || rt.traced != nil && rt.traced.turns)
}

// tracer is what the scheduler tells: for the tracers, and for who spends what is limited. nil: nobody asks.
func (rt *Runtime) tracer() func(sched.Event, *sched.Task) {
	limiting, w := rt.limiting(), rt.traced
	switch {
	case w != nil:
		return func(e sched.Event, s *sched.Task) {
			if s == nil {
				rt.tell(told{event: e})
				return
			}
			t := taskOf(s)
			if limiting && e == sched.Switched {
				rt.turn(t)
			}
			done := false
			defer func() {
				if !done {
					rt.brokenTracer(t, recover())
				}
			}()
			for i := range w.all {
				rt.tellTask(e, t, &w.all[i])
			}
			done = true
		}
	case limiting:
		return func(e sched.Event, s *sched.Task) {
			if e == sched.Switched {
				rt.turn(taskOf(s))
			}
		}
	}
	return nil
}

// tellTask tells a tracer of what comes with every turn.
func (rt *Runtime) tellTask(e sched.Event, t *Task, to *listener) {
	switch e {
	case sched.Spawned:
		to.tracer.Spawn(t)
	case sched.Switched:
		if to.turn == nil || t.Interrupted() {
			to.tracer.Switch(t)
		}
	case sched.Parked:
		rt.parking = t
		to.tracer.Park(t)
		rt.parking = nil
	case sched.Woken:
		to.tracer.Wake(t)
	case sched.Yielded:
		rt.parking = t
		if to.turn != nil {
			to.turn.Yield(t)
			rt.parking = nil
			return
		}
		rt.yields = true
		to.tracer.Park(t)
		rt.parking, rt.yields = nil, false
		to.tracer.Wake(t)
	}
}

// brokenTracer is told that a tracer has panicked with p, or called runtime.Goexit.
func (rt *Runtime) brokenTracer(t *Task, p any) {
	rt.parking, rt.yields = nil, false
	var r *run
	if t != nil {
		r = t.run
	}
	if p != nil {
		rt.broken(r, newError(&vm.Panic{Who: "the tracer", Value: p, Stack: debug.Stack()}))
		return
	}
	rt.broken(r, &Error{Kind: KindPanic, Msg: "the tracer called runtime.Goexit"}) // no defer can stop it
}

// told is what tracers are told at once.
type told struct {
	event    sched.Event
	task     *Task
	what     string // or the text
	n, of    int
	resource *Resource
}

// The events that the scheduler does not know.
const (
	ended = sched.Resumed + 1 + iota
	enters
	breaks
	exits
	renamed
	opens
	closes
)

// tell tells the tracers, as guard does: without a closure, which would be allocated for each event.
func (rt *Runtime) tell(e told) {
	done := false
	defer func() {
		if !done {
			rt.brokenTracer(e.task, recover())
		}
	}()
	rt.tellAll(e)
	done = true
}

func (rt *Runtime) tellAll(e told) {
	w, t := rt.traced, e.task
	switch e.event {
	case ended:
		for _, to := range w.all {
			to.tracer.End(t)
		}
	case sched.Idled:
		for _, tr := range w.idle {
			tr.Idle()
		}
	case sched.Resumed:
		for _, tr := range w.idle {
			tr.Busy()
		}
	case enters:
		for _, tr := range w.scope {
			tr.Enter(t, e.what, e.n, e.of)
		}
	case breaks:
		for _, tr := range w.broken {
			tr.Broken(t, e.what)
		}
	case exits:
		for _, tr := range w.scope {
			tr.Exit(t)
		}
	case renamed:
		for _, tr := range w.name {
			tr.Named(t)
		}
	case opens:
		for _, tr := range w.opened {
			tr.Opened(t, e.resource.nth, e.resource.name)
		}
	case closes:
		for _, tr := range w.opened {
			tr.Closed(e.resource.nth)
		}
	}
}

// Enter tells a [ScopeTracer] that a bracket of the running task begins, until Exit: what it is, the n-th of so many. A [Scope] with a
// name, a limit or a shield and a [Nursery] do so by themselves. Without a tracer it costs nothing.
func (c *Call) Enter(what string, n, of int) {
	if t := c.rt.current(); t != nil && c.rt.traced.scopes() {
		c.rt.tell(told{event: enters, task: t, what: what, n: n, of: of})
	}
}

// Traced reports whether anybody is told of Enter: where its text would have to be made.
func (c *Call) Traced() bool { return c.rt.traced.scopes() }

// Exit says that the last bracket of the running task ends, and with which error; nil: it ends well.
func (c *Call) Exit(err error) { c.rt.current().exits(err, false) }

// exits is told of the end of the task's last bracket: err is what goes through it, or the bracket's own end.
func (t *Task) exits(err error, own bool) {
	if t == nil || !t.run.rt.traced.scopes() {
		return
	}
	rt := t.run.rt
	if err != nil && len(rt.traced.broken) > 0 {
		text := err.Error()
		by, cut := err.(*sched.Cancelled)
		if cut {
			text = cmp.Or(by.Reason, "cancelled")
		}
		if own || !cut {
			rt.tell(told{event: breaks, task: t, what: text})
		}
	}
	rt.tell(told{event: exits, task: t})
}

func (t *Task) named() {
	if w := t.run.rt.traced; w != nil && len(w.name) > 0 && t.s.ID() > 0 {
		t.run.rt.tell(told{event: renamed, task: t})
	}
}

// Cause is what has ended a task's wait; see [Task.Woken].
type Cause struct {
	By        *Task  // the task whose doing it was, the waiting one itself where it only lets others run; nil: none's
	Timer     bool   // a timer's
	Outside   bool   // another goroutine's: I/O, a process, the host
	Cancelled bool   // it is a cancellation, for this reason
	Reason    string // "" if nobody has given one
}

// Woken is what has ended the task's wait, for a [Tracer] while it is told of Wake, and of Switch where a cancellation has come since,
// which alone is in it then. At any other time it says nothing.
func (t *Task) Woken() Cause {
	if t.s.Running() && !t.s.Aborted() {
		return Cause{}
	}
	w := t.s.Woken()
	c := Cause{Timer: w.Timer, Outside: w.Outside}
	if w.By != nil {
		c.By = taskOf(w.By)
	}
	if w.Cancelled != nil {
		c.Cancelled, c.Reason = true, w.Cancelled.Reason
	}
	return c
}

// Yields reports whether the task only lets others run, for a [Tracer] while it is told of Park: its Wake comes at once, and is its own.
func (t *Task) Yields() bool { return t.run.rt.yields }

// Interrupted reports whether a cancellation has ended the task's wait, until it goes on with that: for a [Tracer] that is told of Switch.
func (t *Task) Interrupted() bool { return t.s.Aborted() }

// Since is the loop time at which the task's state began, by the loop's recent look at the clock: in Wake that is when the timer fired that
// has woken it, or when the loop went on.
func (t *Task) Since() time.Duration { return t.s.Since() }

// Now is the loop time.
func (t *Task) Now() time.Duration { return t.run.rt.loop.Now() }
