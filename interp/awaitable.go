package interp

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Awaitable is what scripts may give where something is to be waited for: a task, a job, a function, or a coroutine that
// has not started.
type Awaitable struct {
	x any // *Task, *Job, *lua.LFunction, or the *lua.LState of a coroutine
}

// AwaitableOf is v as something to wait for; ok is false if it is none.
func AwaitableOf(v Value) (a Awaitable, ok bool) {
	switch x := v.lv.(type) {
	case *lua.LFunction:
		return Awaitable{x}, true
	case *lua.LState:
		if vm.StatusOf(x) == "suspended" && vm.Fresh(x) {
			return Awaitable{x}, true
		}
	case *lua.LUserData:
		switch x.Value.(type) {
		case *Task, *Job:
			return Awaitable{x.Value}, true
		}
	}
	return Awaitable{}, false
}

// Task is the task that the awaitable is, or nil if it has to be started.
func (a Awaitable) Task() *Task {
	t, _ := a.x.(*Task)
	return t
}

// MarkUsed marks a job as used, and does nothing to anything else: for a builtin that decides not to start it. The error is that of
// a job that was used before.
func (a Awaitable) MarkUsed() error {
	if j, ok := a.x.(*Job); ok {
		return j.use()
	}
	return nil
}

// body takes the function out of what is no task, and appends its arguments to in.
func (a Awaitable) body(in []lua.LValue, args []Value) (*lua.LFunction, []lua.LValue, error) {
	var fn *lua.LFunction
	switch x := a.x.(type) {
	case *lua.LFunction:
		fn = x
	case *Job:
		if err := x.use(); err != nil {
			return nil, nil, err
		}
		return x.fn, append(in, x.args...), nil
	case *lua.LState:
		var ok bool
		if fn, ok = vm.TakeBody(x); !ok {
			return nil, nil, Errorf(KindError, "the coroutine has been used already")
		}
	}
	for _, v := range args {
		in = append(in, v.lua())
	}
	return fn, in, nil
}

// run runs x, which must not be a task, in the caller's own task. As Protect does, it lets the caller see cancellations.
func (c *Call) run(x Awaitable, args ...Value) (Values, error) {
	fn, in, err := x.body(nil, args)
	if err != nil {
		return nil, err
	}
	out, err := vm.Call(c.l, fn, in)
	c.refreshTask()
	if err != nil {
		return nil, c.rt.goError(err)
	}
	return c.rt.luaValues(out), nil
}
