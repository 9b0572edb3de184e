package interp

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Task is a task of a run. Its methods are for the loop's side. There may be a million of them: what few need is in rare.
type Task struct {
	s    sched.Task
	run  *run
	fn   *lua.LFunction
	vals []lua.LValue  // the arguments, until it starts; the results, when it has ended
	one  [1]lua.LValue // room for the usual number of them
	th   *vm.Thread    // from its first turn to its end,
	wait *vm.Packed    // unless this stands for it
	ud   lua.LUserData // the value that scripts hold, once one does
	site *site
	err  *Error // it failed

	waits     *Def      // the builtin that it waits in
	afterWait afterWait // makes the results of its wait, unless nil; see endInWait

	rare      *rare
	item      *item // that it works on, for a builtin that has started one for each
	awaiting  int32 // how many wait for its result now
	cancelled bool  // it was ended by its cancellation
	awaited   bool  // somebody has had its result, or owns it
	daemon    bool
	shielded  bool // outlives, for the grace period, a run that is cut short
}

// rare is what few tasks have.
type rare struct {
	name     string
	waitsAt  *vm.Thread // where it waits, if that is in a coroutine, or below functions in Go; else it is th
	yield    func()
	raised   *Error // the last one that a builtin raised again as a script had raised it: where that was is kept here
	watchers []EndWatcher
	carried  []carriage
	opened   *opened // what it has to close
	returns  bool    // it has ended, and some of that is among its values
	closing  bool    // its body has ended; it waits until all is closed
	serves   bool    // see Call.Serves
	within   *Def    // the builtin that has called what it waits in, where a script has not; see Call.CallWithin
}

func (t *Task) rarely() *rare {
	if t.rare == nil {
		t.rare = &rare{}
	}
	return t.rare
}

// value is the one value by which scripts know the task.
func (t *Task) value() *lua.LUserData {
	if t.ud.Value == nil {
		rt := t.run.rt
		if rt.taskMT == nil {
			rt.taskMT = lua.LNil
			if mt := rt.metatable(typeTask); mt != nil {
				rt.taskMT = mt
			}
		}
		t.ud.Value, t.ud.Metatable = t, rt.taskMT
	}
	return &t.ud
}

// ID is the task's number in its runtime, from 1.
func (t *Task) ID() uint64 { return t.s.ID() }

// Cancel cancels the task at its current or next checkpoint; it reports whether the task had not ended yet. The first
// reason stays.
func (t *Task) Cancel(reason string) bool {
	if r := t.run; r != nil && t == r.main && r.onCancel != nil && !t.HasEnded() {
		r.rt.guard(r, "the function of OnCancel", func() { r.onCancel(reason) })
		return true
	}
	return t.s.Cancel(because(reason, false))
}

// because is a cancellation for a reason, of which messages show as much as of a name.
func because(reason string, interrupts bool) *sched.Cancelled {
	return &sched.Cancelled{Reason: vm.Short(reason), Interrupts: interrupts}
}

// OnCancel has fn called in place of what Cancel would do, for a main task that goes on when scripts cancel it: a REPL's,
// which is a task as any other to what is typed. It is called by the main task itself.
func (t *Task) OnCancel(fn func(reason string)) { t.run.onCancel = fn }

// Interrupt is Cancel that also cuts code which computes on and on, as a deadline does.
func (t *Task) Interrupt(reason string) bool {
	return t.s.Cancel(because(reason, true))
}

// HasEnded reports whether the task has ended.
func (t *Task) HasEnded() bool { return t.s.Ended() }

// Started reports whether the task has had a turn: one that was cancelled before never starts.
func (t *Task) Started() bool { return t.s.Started() }

// Failed reports whether the task has ended with an error.
func (t *Task) Failed() bool { return t.err != nil }

// Cancelled reports whether the task was ended by its cancellation.
func (t *Task) Cancelled() bool { return t.cancelled }

// Value is the task as scripts see it.
func (t *Task) Value() Value { return Value{t.value(), t.run.rt} }
