package interp

import (
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Quick is a second way into a builtin, for the plain case of what scripts call all the time: there is no [Call], and it has
// neither a frame nor the type of its object checked. It must not call Lua, fail, keep c, look into tables, or wait, but for what its
// last act begins: `return c.Yield()`, [Waiters.WaitQuick], or [QuickCall.RunReturn]. Where it would have to it returns false, having
// done nothing, and the builtin itself is called. The two must not differ in anything that a script can see. self is the object of a
// method, whatever that is: where it is of another type, that is not the plain case.
type Quick func(c *QuickCall, self any) bool

// QuickCall is a call in the plain case of a builtin, valid until its [Quick] returns.
type QuickCall struct {
	rt     *Runtime
	def    *Def
	task   *sched.Task
	args   []lua.LValue
	result *lua.LValue
	n      int // results, or vm.Parked
}

// Task is the task that runs.
func (c *QuickCall) Task() *Task { return taskOf(c.task) }

// Len is how many arguments there are, without the object of a method.
func (c *QuickCall) Len() int { return len(c.args) }

// Arg is the i-th argument, from 1; nil if there is none.
func (c *QuickCall) Arg(i int) Value {
	if i--; uint(i) < uint(len(c.args)) {
		return Value{c.args[i], c.rt}
	}
	return Value{lua.LNil, c.rt}
}

// Now is the loop time.
func (c *QuickCall) Now() time.Duration { return c.rt.loop.Look() }

// Checkpoint passes the checkpoint with which a builtin begins that can wait, and reports whether it has. Where the task is
// cancelled, or others must have a turn, it has not. It is counted: behind one that was passed Quick must return true.
func (c *QuickCall) Checkpoint() bool { return c.task.Pass() }

// Yield lets others run, as [Call.SleepReturn] of zero does, and has no results. It reports false, having done nothing, where that is not
// the plain case.
func (c *QuickCall) Yield() bool {
	if c.task.Pending() != nil || !c.rt.vm.MayPark() {
		return false
	}
	c.parks(nil)
	return c.task.BeginSleep(0)
}

// mayWait reports whether a wait can begin here, behind a checkpoint, which has been passed then.
func (c *QuickCall) mayWait() bool { return c.rt.vm.MayPark() && c.task.Pass() }

// QuickContinuation is a Continuation with a second way in, for a call that has returned without an error: what Quick must not do it must not
// either, and the builtin's results are what the call has returned. Where that is not the plain case it returns false, having done nothing, and
// Continue is called.
type QuickContinuation interface {
	Continuation
	ContinueQuick(c *QuickCall) bool
}

// RunReturn runs the argument fn, with the arguments from args on, in a scope that it opens, as the builtin's last act; it is a checkpoint as
// well. then, which may be a [QuickContinuation], goes on from there, and closes the scope. It reports false, having done nothing, where that is
// not the plain case: fn is a function of Lua, and the scope has a time limit and no shield.
func (c *QuickCall) RunReturn(s *Scope, fn, args int, then Continuation) bool {
	f, ok := c.Arg(fn).lv.(*lua.LFunction)
	if !ok || f.IsG || s.Timeout <= 0 || s.Shield || s.Contents != nil || c.Task().run.lim != nil || !c.rt.vm.MayCall() || !c.task.Pass() {
		return false
	}
	c.Task().waits = c.def
	s.opened = c.rt.everOpened
	c.task.EnterFor(&s.s, s.Timeout, (*lateScope)(s))
	c.n = c.rt.vm.CallLast(fn-1, args-1, c.rt.afterCall, c.def, then)
	return true
}

// CloseScope closes a scope whose body has returned. It reports false, having done nothing, where that is not the plain case, as it was
// cancelled.
func (c *QuickCall) CloseScope(s *Scope) bool {
	if s.s.By() != nil || c.task.Scope() != &s.s || s.Contents != nil || s.entered {
		return false
	}
	c.task.Exit(&s.s, nil)
	return true
}

// NewScope is [Call.NewScope].
func (c *QuickCall) NewScope() *Scope { return c.rt.newScope() }

// FreeScope is [Call.FreeScope].
func (c *QuickCall) FreeScope(s *Scope) { c.rt.freeScope(s) }

// quickAfterCall does what goOnAfterCall does in the plain case; see vm.Config.Returned.
func (rt *Runtime) quickAfterCall(what, arg any) bool {
	then, ok := arg.(QuickContinuation)
	c := &rt.quick
	if c.task = rt.loop.Current(); !ok || c.task == nil || rt.traced != nil {
		return false
	}
	c.def = what.(*Def)
	return then.ContinueQuick(c)
}

// parks says that the call's last act is a wait, which begins now. then, unless nil, makes its results.
func (c *QuickCall) parks(then afterWait) {
	t := c.Task()
	t.waits, t.afterWait = c.def, then
	c.n = vm.Parked
}

// Return sets the call's one result, which may lie where an argument was.
func (c *QuickCall) Return(v Value) {
	*c.result = v.lua()
	c.n = 1
}

// ReturnNumber is Return of a number.
func (c *QuickCall) ReturnNumber(n float64) { c.Return(Value{c.rt.vm.Number(n), c.rt}) }

// ReturnBool is Return of a boolean.
func (c *QuickCall) ReturnBool(b bool) { c.Return(Value{lua.LBool(b), c.rt}) }

// quickWay is how the function of a definition has its Quick: the one for all runtimes, if there is one, else a new one. Where somebody is told
// of checkpoints or of what tasks do, or chaos has errors raised, the builtin itself is called. rt is nil where one for all is made: it
// comes from the machine. (The compiler's profile knows these functions by their names.)
//
//go:noinline
func (rt *Runtime) quickWay(d *Def) *vm.QuickWay {
	switch {
	case d.Quick == nil || rt != nil && (rt.cfg.checkpoints != nil || rt.cfg.chaos != nil):
		return nil
	case d.way != nil:
		return d.way
	case d.self == nil:
		return &vm.QuickWay{Quiet: true, Call: func(m *vm.Machine, args, results []lua.LValue) int {
			return m.Host().(*Runtime).callQuick(d, nil, args, &results[0])
		}}
	}
	return &vm.QuickWay{Quiet: true, Call: func(m *vm.Machine, args, results []lua.LValue) int {
		if len(args) == 0 {
			return -1
		}
		ud, ok := args[0].(*lua.LUserData)
		if !ok {
			return -1
		}
		return m.Host().(*Runtime).callQuick(d, ud.Value, args[1:], &results[0])
	}}
}

// callQuick leaves in rt.quick where the registers of the call are, until the next, or until nothing is ready.
func (rt *Runtime) callQuick(d *Def, self any, args []lua.LValue, result *lua.LValue) int {
	c := &rt.quick
	if c.task = rt.loop.Current(); c.task == nil || rt.traced != nil {
		return -1
	}
	c.def, c.args, c.result, c.n = d, args, result, 0
	if !d.Quick(c, self) {
		return -1
	}
	return c.n
}

// quickAfterWait does what goOnAfterWait does in the plain case, as a vm.Quick.
func (rt *Runtime) quickAfterWait(results []lua.LValue) int {
	c := &rt.quick
	c.task = rt.loop.Current()
	t := c.Task()
	v, done := c.task.Handed()
	if !done {
		return -1
	}
	c.n = 0
	if then := t.afterWait; then != nil {
		c.def, c.args, c.result = t.waits, nil, &results[0]
		done = then.quickly(c, v)
	} else {
		done = v == nil
	}
	if !done {
		return -1
	}
	t.afterWait = nil
	c.task.Over()
	return c.n
}
