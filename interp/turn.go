package interp

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// body is a Task as the scheduler sees it.
type body Task

// taskOf is the Task of a task of the scheduler's.
func taskOf(s *sched.Task) *Task { return (*Task)(s.Body().(*body)) }

// Resume implements sched.Body.
func (b *body) Resume(*sched.Task) bool {
	t := (*Task)(b)
	rt := t.run.rt
	var how vm.Turn
	switch {
	case t.rare != nil && t.rare.closing:
		t.rare.closing = false
		_, _ = t.s.Outcome()
		return true
	case rt.vm.Current() != nil: // the turn is under way: it goes on here
		how = rt.vm.GoOn()
	case t.s.Aborted() && t.nothingToUnwind():
		t.drop()
		return !t.closes()
	default:
		rt.forgetOthers(t)
		at, results := t.turnBeginsAt()
		how = at.Resume(results)
	}
	if how == vm.Elsewhere {
		return false
	}
	t = rt.current()
	if at := rt.vm.Pause(); how == vm.Waits {
		t.waitsIn(at)
		return false
	}
	t.turnEnded()
	return !t.closes()
}

// nextTurn is told by vm that the turn of the running task ends in a wait, at a thread, and begins that of another, where it can: see
// vm.Config.Next.
func (rt *Runtime) nextTurn(at *vm.Thread) (*vm.Thread, lua.LGFunction) {
	s := rt.loop.Upcoming()
	if s == nil {
		return nil, nil
	}
	t := taskOf(s)
	if t.rare != nil && t.rare.closing {
		return nil, nil
	}
	rt.current().waitsIn(at)
	rt.loop.Enter()
	rt.forgetOthers(t)
	if t.rare == nil && t.th != nil { // as a rule
		return t.th, rt.afterWait
	}
	return t.turnBeginsAt()
}

// forgetOthers sees to it, where the turn of t begins, that no more is remembered of fields than what must still be true; now and then that is
// nothing.
func (rt *Runtime) forgetOthers(t *Task) {
	if n := rt.loop.Others(); n != rt.others || rt.loop.Turn()%64 == 0 || t.s.Aborted() {
		rt.others = n
		rt.vm.Forget()
	}
}

// turnBeginsAt is the thread with which the task's turn begins, and with what.
func (t *Task) turnBeginsAt() (*vm.Thread, lua.LGFunction) {
	rt := t.run.rt
	switch {
	case t.rare != nil && t.rare.waitsAt != nil:
		at := t.rare.waitsAt
		t.rare.waitsAt = nil
		return at, rt.afterWait
	case t.th != nil:
		return t.th, rt.afterWait
	case t.wait.InUse():
		t.th = rt.vm.Unpack(t.wait, t.depth())
		t.wait.Clear()
		return t.th, rt.afterWait
	}
	t.th = rt.vm.NewThread(t.depth())
	t.th.Prepare(t.fn, t.vals)
	t.vals, t.one = nil, [1]lua.LValue{}
	return t.th, nil
}

// waitsIn is told that the task's turn has ended in a wait, and at which thread: its own, unless it waits in a coroutine.
func (t *Task) waitsIn(at *vm.Thread) {
	if at != t.th {
		t.rarely().waitsAt = at
	} else if p := t.th.Pack(t.wait); p != nil {
		t.th, t.wait = nil, p
	}
}

// turnEnded is told that the task's turn was its last.
func (t *Task) turnEnded() {
	rt := t.run.rt
	var err error
	t.vals, err = t.th.Results(t.one[:0])
	err = rt.goError(err)
	if e, ok := err.(*Error); ok && rt.isolate != nil {
		rt.ownTexts(e)
	}
	rt.vm.Free(t.th)
	t.th, t.wait = nil, nil
	switch e := err.(type) {
	case nil:
	case *sched.Cancelled:
		t.cancelled = true
	case *Error:
		if e.Task == "" {
			e.Task, e.Spawn = t.Name(), t.spawnedAt()
		}
		t.err = e
	default:
		t.err = t.run.rt.own(newError(e))
	}
}

// nothingToUnwind reports whether a cancellation would go through the task without anybody seeing it, as no builtin in it waits
// for what it has called.
func (t *Task) nothingToUnwind() bool {
	if t.rare != nil && t.rare.waitsAt != nil { // in a coroutine, which ends with it
		return false
	}
	return t.th != nil && t.th.Plain() || t.wait.InUse() && t.wait.Plain()
}

// drop ends the task in the middle of its wait, which a cancellation has ended.
func (t *Task) drop() {
	_, _, _ = t.waitOutcome()
	if t.th != nil {
		t.run.rt.vm.Free(t.th)
	}
	t.th, t.wait, t.afterWait = nil, nil, nil
	t.cancelled = true
}

// Levels of calls, counted in frames: a function that calls itself through pcall needs two a level.
const (
	mainDepth = 200_000
	taskDepth = 20_000
)

// depth is how many levels of calls the task may have.
func (t *Task) depth() int {
	if t == t.run.main {
		return mainDepth
	}
	return taskDepth
}

// Ended implements sched.Body.
func (b *body) Ended(s *sched.Task) {
	t := (*Task)(b)
	if !s.Started() {
		t.cancelled = true
	}
	if t.cancelled {
		t.vals, t.one = nil, [1]lua.LValue{}
	}
	if closers := t.leavesOpen(); len(closers) > 0 { // a runtime.Goexit has ended it
		t.run.rt.closeAll(t.run, closers, func() {})
	}
	if rt := t.run.rt; rt.traced != nil {
		rt.tell(told{event: ended, task: t})
	}
	t.tellWatchers()
	t.run.ended(t)
}

// suspend keeps the Go frames on which the running task waits.
func (rt *Runtime) suspend(s *sched.Task) {
	t := taskOf(s)
	r := t.rarely()
	r.waitsAt = rt.vm.Current()
	if r.yield == nil {
		r.yield = s.Yield // made once: a wait allocates nothing
	}
	defer func() { r.waitsAt = nil }()
	rt.vm.Suspend(r.yield)
}

// exited makes an error of a runtime.Goexit in a builtin.
func exited(s *sched.Task) {
	t := taskOf(s)
	t.err = &Error{rt: t.run.rt, unraised: true, Kind: KindPanic, Msg: "a builtin called runtime.Goexit", Task: t.Name()}
}

// urgency counts how long a task of a run that the host has cancelled computes on; see Runtime.interrupted.
type urgency struct {
	turn  uint64
	ticks int
}

// interrupted is called by the running task about every 10 ms while it computes.
func (rt *Runtime) interrupted() error {
	if rt.looks != nil {
		rt.look(rt.vm.Calling())
	}
	err := rt.loop.Poll()
	if t := rt.current(); t != nil && t.run.lim != nil && t.run.lim.crossed != nil {
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
	if turn := rt.loop.Turn(); turn != rt.urgent.turn {
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
