package interp

import (
	"errors"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// A builtin's last act: a wait, or a call of Lua, after which it goes on in another function. Its own has returned then, so
// nothing of it is on Go's stack, and a task that waits there is data, as one that waits straight from Lua is. Where Go
// functions that are in the middle of something are below the builtin (sort, gsub, a metamethod, a host's function that
// uses Call or Park), the same is done at once, on Go's stack.

// A builtin whose last act is under way returns one of these.
var (
	errParked = errors.New("interp: what ParkReturn returns is for the builtin to return as it is")
	errCalls  = errors.New("interp: what ProtectReturn returns is for the builtin to return as it is")
)

// ErrDropped is what a Continuation is told of a call that has not ended and never will, as nobody can resume its coroutine any more,
// or Go code ended the goroutine. Then it can neither wait nor call Lua, and nobody sees what it returns.
var ErrDropped = vm.ErrDropped

// Continuation is how a builtin goes on when the call that was its last act has ended.
type Continuation interface {
	// Continue is called in the builtin's task, with err as Protect returns it, a cancellation included, or ErrDropped. c is the
	// builtin's call anew, with its arguments; its results are what the call has returned, until Results takes them. The
	// builtin returns what Continue returns.
	Continue(c *Call, err error) error
}

// ContinuationFunc is a function as a Continuation.
type ContinuationFunc func(c *Call, err error) error

// Continue implements Continuation.
func (f ContinuationFunc) Continue(c *Call, err error) error { return f(c, err) }

// ProtectReturn is Protect as a builtin's last act: `return c.ProtectReturn(fn, then, args...)`.
func (c *Call) ProtectReturn(fn Value, then Continuation, args ...Value) error {
	if !c.beginLastAct() {
		vals, err := c.Protect(fn, args...)
		return c.continueWith(then, vals, err)
	}
	c.l.Push(fn.lua())
	for _, a := range args {
		c.l.Push(a.lua())
	}
	c.nargs, c.then = len(args), then
	return errCalls
}

// RunReturn runs x, which must not be a task, in the caller's own task, as a builtin's last act; see ProtectReturn. If x cannot be
// run, that error also goes to then.
func (c *Call) RunReturn(x Awaitable, then Continuation, args ...Value) error {
	if !c.beginLastAct() {
		vals, err := c.run(x, args...)
		return c.continueWith(then, vals, err)
	}
	if fn, ok := x.x.(*lua.LFunction); ok {
		return c.ProtectReturn(Value{fn, c.rt}, then, args...)
	}
	fn, in, err := x.body(nil, args)
	if err != nil {
		return then.Continue(c, err)
	}
	c.l.Push(fn)
	for _, v := range in {
		c.l.Push(v)
	}
	c.nargs, c.then = len(in), then
	return errCalls
}

// beginLastAct begins the builtin's last act. It reports false if it is none: in the body of a Scope or Nursery, which goes on.
func (c *Call) beginLastAct() bool {
	c.dropResults()
	return c.inside == 0 && c.passing == nil
}

func (c *Call) continueWith(then Continuation, vals Values, err error) error {
	if e := c.ReturnValues(vals); e != nil {
		return e
	}
	return then.Continue(c, err)
}

// Results takes the call's results so far: in a Continuation, what has been returned.
func (c *Call) Results() Values {
	vals := make(Values, c.results)
	for i := range vals {
		vals[i] = Value{c.l.Get(i - c.results), c.rt}
	}
	c.dropResults()
	return vals
}

func (c *Call) dropResults() {
	if c.results > 0 {
		c.l.Pop(c.results)
		c.results = 0
	}
}

// afterWait makes the results of a wait, which its waker has ended with v.
type afterWait interface {
	results(c *Call, v any) error
	// quickly does what results does in the plain case, as a Quick.
	quickly(c *QuickCall, v any) bool
}

// finishing is an afterWait that has no plain case.
type finishing func(c *Call, v any) error

func (f finishing) results(c *Call, v any) error { return f(c, v) }

func (finishing) quickly(*QuickCall, any) bool { return false }

// afterWait is f, or nil if that is nil.
func (f finishing) afterWait() afterWait {
	if f == nil {
		return nil
	}
	return f
}

// endInWait ends the builtin in a wait, which may be over already. then, unless nil, makes its results.
func (c *Call) endInWait(began bool, then afterWait) error {
	t := c.task
	t.afterWait = then
	if last := c.beginLastAct(); began {
		if last && vm.Direct(c.l) {
			return errParked
		}
		t.s.Suspend()
	}
	then, v, err := t.waitOutcome()
	if err != nil {
		return err
	}
	return c.waitResults(then, v)
}

// waitOutcome is how the wait that the task had begun has ended, and what makes its results, or nil.
func (t *Task) waitOutcome() (then afterWait, v any, err error) {
	then, t.afterWait = t.afterWait, nil
	v, err = t.s.Outcome()
	if o, ok := then.(*joining); ok {
		o.awaiting--
	}
	return then, v, err
}

// waitResults makes the results of a wait.
func (c *Call) waitResults(then afterWait, v any) error {
	switch {
	case then != nil:
		return then.results(c, v)
	case v == nil:
		return nil
	}
	return c.Return(v)
}

// endBuiltin ends the builtin: what vm is to be told.
func (c *Call) endBuiltin(err error) int {
	if err == nil {
		err = c.passing
	}
	rt, L, n := c.rt, c.l, c.results
	switch err {
	case nil:
		rt.free(c)
		return n
	case errParked:
		rt.free(c)
		return vm.Parks(L)
	case errCalls:
		def, nargs, then := c.def, c.nargs, c.then
		rt.free(c)
		return vm.CallThen(L, nargs, rt.afterCall, def, then)
	}
	rt.free(c)
	return rt.raise(L, err)
}

// goOnAfterWait is called by vm in the place of the builtin as whose last act the running task has waited.
func (rt *Runtime) goOnAfterWait(L *lua.LState) int {
	t := rt.current()
	then, v, err := t.waitOutcome()
	switch {
	case err != nil:
		return rt.raise(L, err)
	case then == nil && v == nil:
		return 0
	}
	c := rt.call(L, t.waits)
	return c.endBuiltin(c.waitResults(then, v))
}

// goOnAfterCall is called by vm when the call has ended that was the last act of a builtin, what: n results are on the stack.
func (rt *Runtime) goOnAfterCall(L *lua.LState, n int, err error, what, arg any) int {
	c := rt.call(L, what.(*Def))
	if err == ErrDropped {
		rt.guard(rt.running(), "the Continuation of a call that was dropped", func() { _ = arg.(Continuation).Continue(c, err) })
		rt.free(c)
		return 0
	}
	c.results = n
	return c.endBuiltin(arg.(Continuation).Continue(c, rt.goError(err)))
}
