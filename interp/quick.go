package interp

import (
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Quick is a second way into a builtin, for the plain case of what scripts call all the time: there is no [Call], and it has
// neither a frame nor the type of its object checked. It must not call Lua, fail, keep c, look into tables, or wait, but for what its
// last act begins: `return c.Yield()`, or [Waiters.WaitQuick]. Where it would have to it returns false, having done nothing, and the builtin itself is
// called. The two must not differ in anything that a script can see. self is the object of a method, whatever that is: where it is of
// another type, that is not the plain case.
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

// quickWay is how the function of a definition has its Quick. Where somebody is told of checkpoints or of what tasks do, or chaos
// has errors raised, the builtin itself is called.
//
//go:noinline
func (rt *Runtime) quickWay(d *Def) *vm.QuickWay {
	switch {
	case d.Quick == nil || rt.cfg.checkpoints != nil || rt.cfg.chaos != nil:
		return nil
	case d.self == nil:
		return &vm.QuickWay{Quiet: true, Call: func(_ *vm.Machine, args, results []lua.LValue) int {
			return rt.callQuick(d, nil, args, &results[0])
		}}
	}
	return &vm.QuickWay{Quiet: true, Call: func(_ *vm.Machine, args, results []lua.LValue) int {
		if len(args) == 0 {
			return -1
		}
		ud, ok := args[0].(*lua.LUserData)
		if !ok {
			return -1
		}
		return rt.callQuick(d, ud.Value, args[1:], &results[0])
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
