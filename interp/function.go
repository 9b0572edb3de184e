package interp

import (
	"context"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Function is a Lua function in Go's hands: a callback that a script gave, for one. Get it as a parameter of a function
// that WithFunc or WithAsync registers, as a field of a struct there, or from Values.Into. It may be used from any goroutine, and
// kept: after Close of its runtime a call is ErrClosed.
type Function struct {
	rt *Runtime
	fn *lua.LFunction
}

// Call calls the function, from any goroutine but the loop's, and waits for what it returns. It is a run of its own, as
// [Runtime.Run] is: it returns when everything that the function started has ended, ctx cancels it, and its errors are
// the call's. A builtin that has the function as a Value calls it with [Call.Call] instead, in its own task.
func (f *Function) Call(ctx context.Context, args ...any) (Values, error) {
	return f.rt.run(ctx, func() (*lua.LFunction, error) { return f.fn, nil }, args)
}

// Call calls the global function of that name, "main" or, through tables, "jobs.nightly", as a run of its own; see
// [Runtime.Run]. It is an error if there is no such function.
func (rt *Runtime) Call(ctx context.Context, name string, args ...any) (Values, error) {
	return rt.run(ctx, func() (*lua.LFunction, error) {
		rt.completeAll()
		var v lua.LValue = rt.vm.State().G.Global
		for part, rest, more := "", name, true; more; {
			part, rest, more = strings.Cut(rest, ".")
			tb, ok := v.(*lua.LTable)
			if !ok {
				before := name[:len(name)-len(part)-len(rest)-1]
				if more {
					before = before[:len(before)-1]
				}
				return nil, fmt.Errorf("interp: Call: '%s' is a %s value, not a table", before, vm.TypeName(v))
			}
			v = vm.Field(tb, part)
		}
		fn, ok := v.(*lua.LFunction)
		if !ok {
			return nil, fmt.Errorf("interp: Call: '%s' is a %s value, not a function", name, vm.TypeName(v))
		}
		return fn, nil
	}, args)
}

// RunFunc runs a builtin as the main task of a run of its own, with args as its arguments; see [Runtime.Run]. It is how
// Go code from outside does what only a task can: wait for something in the runtime.
func (rt *Runtime) RunFunc(ctx context.Context, name string, fn Func, args ...any) (Values, error) {
	return rt.run(ctx, func() (*lua.LFunction, error) { return rt.newFunction(Def{Name: name, Outside: true, fn: fn}), nil }, args)
}

// Post runs fn on the loop, soon: between two turns, or in one that computes for long. It may be called from any
// goroutine. fn may wake and cancel tasks, but must neither wait nor call Lua. A panic in it is the error of every run under way.
// After Close it may not be run.
func (rt *Runtime) Post(fn func()) {
	rt.loop.Post(func() { rt.guard(nil, "a function that was given to Post", fn) })
}

// Handle is a task in the hands of Go code outside the loop: its methods may be called from any goroutine but the
// loop's. Take one with [Task.Handle], or as a parameter of a function that WithFunc or WithAsync registers.
type Handle struct {
	t    *Task
	done chan struct{}
}

// Handle is the task for use outside the loop.
func (t *Task) Handle() *Handle {
	h := &Handle{t, make(chan struct{})}
	if t.HasEnded() {
		close(h.done)
	} else {
		t.Watch(closer(h.done))
	}
	return h
}

// Wait waits until the task has ended, and returns its values or its error; that counts as awaiting it. When ctx ends
// only the wait does. After Close of the runtime it is ErrClosed.
func (h *Handle) Wait(ctx context.Context) (Values, error) {
	return h.t.run.rt.RunFunc(ctx, "wait", func(c *Call) error {
		vals, err := c.Await(h.t)
		if err != nil {
			return err
		}
		return c.ReturnValues(vals)
	})
}

// Cancel cancels the task, as t:cancel(reason) does, without waiting for it to unwind.
func (h *Handle) Cancel(reason string) {
	h.t.run.rt.loop.Post(func() { h.t.Cancel(reason) })
}

// Done is closed when the task has ended; that is no awaiting.
func (h *Handle) Done() <-chan struct{} { return h.done }

// closer closes a channel when a task has ended.
type closer chan struct{}

func (c closer) TaskEnded(*Task) { close(c) }
