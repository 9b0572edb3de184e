package interp

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Call is one call of a builtin: its arguments, its results and its task. It is valid until the builtin returns, and for
// the loop's side only.
type Call struct {
	rt      *Runtime
	l       *lua.LState
	def     *Def
	args    []lua.LValue
	task    *Task
	results int
	passing error        // a cancellation went through Call.Call: it is raised whatever the builtin returns
	inside  int          // bodies of Scope and Nursery under way: what they return is no last act
	nargs   int          // of the call that is its last act
	then    Continuation // that
	next    *Call        // free list
}

func (rt *Runtime) call(L *lua.LState, d *Def) *Call {
	c := rt.calls
	if c == nil {
		c = &Call{rt: rt}
	} else {
		rt.calls = c.next
	}
	c.args = vm.Args(L)
	c.l, c.def, c.task, c.results, c.passing, c.inside = L, d, rt.current(), 0, nil, 0
	return c
}

func (rt *Runtime) free(c *Call) {
	c.l, c.args, c.task, c.passing, c.then = nil, nil, nil, nil, nil
	c.next = rt.calls
	rt.calls = c
}

// Name is the builtin's name.
func (c *Call) Name() string { return c.def.Name }

// Task is the task that runs.
func (c *Call) Task() *Task { return c.task }

// Runtime is the runtime that the builtin runs in: for what the builtin makes and hands to other goroutines, as the methods of
// a Runtime are not for the loop's side.
func (c *Call) Runtime() *Runtime { return c.rt }

// Context is the context that the task's run was started with. In a cleanup it may have ended long ago: what a builtin
// does there goes by the context that Block and BlockFirm give.
func (c *Call) Context() context.Context { return c.task.run.ctx }

// Now is the loop time.
func (c *Call) Now() time.Duration { return c.rt.loop.Now() }

// Time is the time of day on the runtime's clock, with its zone: a virtual one starts at 2000-01-01 00:00:00 UTC.
func (c *Call) Time() time.Time { return c.rt.loop.Wall() }

// Stdout is the runtime's standard output. It is buffered: written out when no task is ready.
func (c *Call) Stdout() io.Writer { return c.rt.out }

// State is gopher-lua's state, for what this package does not offer. Nothing that waits may be done with it. See
// [WithPreload] for what its tables do with integer keys.
func (c *Call) State() *lua.LState { return c.l }

// Globals is the table of the script's globals.
func (c *Call) Globals() Table { return Table{c.rt.vm.State().G.Global, c.rt} }

// Dir is the folder that relative file names start from; "" is the process's own.
func (c *Call) Dir() string { return c.rt.cfg.dir }

// Grace is how long cleanups may go on after a cancellation, at most.
func (c *Call) Grace() time.Duration { return c.rt.cfg.cleanup }

// object is 1 where the first argument is the object of a method.
func (c *Call) object() int {
	if c.def.self != nil {
		return 1
	}
	return 0
}

// Len is the number of arguments. Those of a method are counted without the object, which is argument 0.
func (c *Call) Len() int { return len(c.args) - c.object() }

// Arg is the i-th argument, from 1; nil where there is none.
func (c *Call) Arg(i int) Value {
	if i += c.object() - 1; uint(i) < uint(len(c.args)) {
		return Value{c.args[i], c.rt}
	}
	return Value{lua.LNil, c.rt}
}

// Rest are the arguments from the i-th on.
func (c *Call) Rest(i int) []Value {
	n := c.Len()
	if i > n {
		return nil
	}
	rest := make([]Value, 0, n-i+1)
	for ; i <= n; i++ {
		rest = append(rest, c.Arg(i))
	}
	return rest
}

// ArgError is Lua's "bad argument" error about the i-th argument.
func (c *Call) ArgError(i int, msg string) error {
	msg = vm.Cut(msg, maxArgError)
	if c.def.self != nil && i == 0 {
		return Errorf(KindError, "calling '%s' on bad self (%s)", c.def.Name, msg)
	}
	return Errorf(KindError, "bad argument #%d to '%s' (%s)", i, c.def.Name, msg)
}

// maxArgError is how many bytes of its text ArgError takes: enough for a name that a script has made and the names that there are.
const maxArgError = 2000

// TypeError is ArgError about an argument of another type: "number expected, got no value".
func (c *Call) TypeError(i int, want string) error {
	got := "no value"
	if i <= c.Len() {
		got = vm.TypeName(c.Arg(i).lua())
	}
	return c.ArgError(i, want+" expected, got "+got)
}

// Number is the i-th argument as a number; strings are converted as Lua does.
func (c *Call) Number(i int) (float64, error) {
	switch v := c.Arg(i).lua().(type) {
	case lua.LNumber:
		return float64(v), nil
	case lua.LString:
		if n, ok := vm.Number(c.l, string(v)); ok {
			return n, nil
		}
	}
	return 0, c.TypeError(i, "number")
}

// Int is the i-th argument as an integer.
func (c *Call) Int(i int) (int, error) {
	n, err := c.Number(i)
	if err != nil {
		return 0, err
	}
	if n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		return 0, c.ArgError(i, "integer expected, got "+Number(n).String())
	}
	return int(n), nil
}

// Seconds is the i-th argument as a duration; see the function [Seconds]. NaN is an error.
func (c *Call) Seconds(i int) (time.Duration, error) {
	n, err := c.Number(i)
	if err != nil {
		return 0, err
	}
	if math.IsNaN(n) {
		return 0, c.ArgError(i, "number of seconds expected, got nan")
	}
	return sched.Seconds(n), nil
}

// Forever is a duration that does not end: a wait for it needs no timer, and alone can be a deadlock. A finite wait that goes
// beyond the end of the runtime's clock, which counts 292 years, waits until then; on a virtual clock that is where every run
// under way ends, with an error of kind limit.
const Forever = sched.Forever

// Seconds is the duration of n seconds as builtins take it from scripts: infinity is [Forever], whatever else is too long for
// a duration the longest one below that, and what is negative or NaN zero.
func Seconds(n float64) time.Duration { return sched.Seconds(n) }

// Text is the i-th argument as a string: a string, a number, or an error value.
func (c *Call) Text(i int) (string, error) {
	v := c.Arg(i)
	if s, ok := v.Text(); ok {
		return s, nil
	}
	if e, ok := v.Object().(*Error); ok {
		return e.text(), nil
	}
	return "", c.TypeError(i, "string")
}

// Function is the i-th argument as a function.
func (c *Call) Function(i int) (Value, error) {
	v := c.Arg(i)
	if !v.IsFunction() {
		return v, c.TypeError(i, "function")
	}
	return v, nil
}

// Self is the object that a method was called on.
func Self[T any](c *Call) T {
	v := c.args[0].(*lua.LUserData).Value
	if self, ok := v.(T); ok {
		return self
	}
	return lualib.ObjectOf(v).(T) // a stream's
}

// Value makes a Lua value of a Go one: nil, bool, numbers, string, []byte, time.Duration (as seconds), Value, Table,
// *Task, *Error, and pointers whose type a module registered.
func (c *Call) Value(v any) (Value, error) {
	lv, err := c.rt.value(v)
	return Value{lv, c.rt}, err
}

// Adopt is a string of b, without copying it: nobody may touch b any more.
func (c *Call) Adopt(b []byte) Value { return Value{vm.Given(b), c.rt} }

// NewTable makes an empty table with room for a list of n.
func (c *Call) NewTable(n int) Table { return Table{c.l.CreateTable(n, 0), c.rt} }

// Return sets the call's results; what the builtin returns next is its own error, so it ends in `return c.Return(...)`.
func (c *Call) Return(vals ...any) error {
	for _, v := range vals {
		if f, ok := v.(float64); ok {
			c.l.Push(c.rt.vm.Number(f))
			continue
		}
		lv, err := c.rt.value(v)
		if err != nil {
			return err
		}
		if s, ok := lv.(lua.LString); ok {
			vm.CheckText(c.l, len(s))
		}
		c.l.Push(lv)
	}
	c.results += len(vals)
	return nil
}

// ReturnValues is Return of values.
func (c *Call) ReturnValues(vals Values) error {
	for _, v := range vals {
		c.l.Push(v.lua())
	}
	c.results += len(vals)
	return nil
}

// push is Return of what Lua has.
func (c *Call) push(vals []lua.LValue) {
	for _, v := range vals {
		c.l.Push(v)
	}
	c.results += len(vals)
}

// Call calls a function of Lua. Errors and cancellations are returned; a cancellation that passes is raised in the end
// even if the builtin returns something else, for only what asked for it may see it: see Protect.
func (c *Call) Call(fn Value, args ...Value) (Values, error) {
	vals, err := c.Protect(fn, args...)
	if _, ok := err.(*sched.Cancelled); ok && c.passing == nil {
		c.passing = err
	}
	return vals, err
}

// Protect is Call for a builtin that looks after cancellations itself, as finally does: what it returns is what happens.
// The cancellation goes on at the next checkpoint in any case, unless the scope that it belongs to has ended.
func (c *Call) Protect(fn Value, args ...Value) (Values, error) {
	in := make([]lua.LValue, 0, 8) // on the stack, as a rule
	for _, a := range args {
		in = append(in, a.lua())
	}
	rt := c.rt
	out, err := vm.CallAs(c.l, fn.lua(), in, func(v lua.LValue) Value { return Value{v, rt} })
	c.resumed()
	if err != nil {
		return nil, rt.goError(err)
	}
	return out, nil
}

// resumed is called when Lua has returned to the builtin: a coroutine may have gone on in another task meanwhile.
func (c *Call) resumed() { c.task = c.rt.current() }

func (rt *Runtime) luaValues(lvs []lua.LValue) Values {
	vals := make(Values, len(lvs))
	for i, v := range lvs {
		vals[i] = Value{v, rt}
	}
	return vals
}

// goError is the error of a protected call as builtins see it: *Error, or the cancellation.
func (rt *Runtime) goError(err error) error {
	switch e := err.(type) {
	case *vm.Raised:
		return rt.errorOf(e)
	case *vm.Unwound:
		return e.Err
	}
	return err
}

// ErrorValue is the error value of an error that Call or Protect returned: what was raised if it was one, otherwise an
// error value around it.
func (c *Call) ErrorValue(err error) Value { return Value{c.rt.errorValue(asError(err)), c.rt} }

// Caught is what a script has caught, an error value or anything else, as an error.
func (c *Call) Caught(v Value) *Error { return c.rt.errorOf(&vm.Raised{Value: v.lua()}) }

// Wrap is an error value with words before what a script has caught: of the same kind, with the same fields, place and traceback. Its
// cause is that.
func (c *Call) Wrap(caught Value, words string) *Error {
	return c.rt.putWords(c.l, c.Caught(caught), words)
}

// Raised is what a script sees of an error that Call or Protect returned: whatever was raised, or the error value of a
// cancellation.
func (c *Call) Raised(err error) Value { return Value{c.rt.luaValue(asError(err)), c.rt} }

func asError(err error) *Error {
	switch e := err.(type) {
	case *Error:
		return e
	case *sched.Cancelled:
		return cancelledError(e)
	}
	return newError(err)
}

// WithCause returns err with the error behind it attached as err.cause; cancellations are left as they are.
func (c *Call) WithCause(err, cause error) error {
	e, ok := err.(*Error)
	if !ok || cause == nil {
		return err
	}
	return e.causedBy(c.rt.own(asError(cause)))
}

// Located is an error value, which has not been raised yet, as it would be raised here: for one that a builtin shows to a
// script before it returns it.
func (c *Call) Located(err *Error) *Error {
	return c.rt.located(c.l, err)
}

// WithOthers returns err with what was raised beside it attached as err.others; cancellations are left as they are.
func (c *Call) WithOthers(err error, others ...error) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	list := make([]*Error, len(others))
	for i, o := range others {
		list[i] = c.rt.own(asError(o))
	}
	return e.with(list)
}

// cancelledError is the error value of a cancellation.
func cancelledError(c *sched.Cancelled) *Error {
	if e, ok := c.Cause.(*Error); ok && e.Kind == KindLimit {
		return e
	}
	return &Error{Kind: KindCancelled, Msg: c.Error(), cause: c}
}

// Warn tells the host something: a record of the logger, or without one a line on standard error, after what was printed
// before it.
func (c *Call) Warn(format string, args ...any) { c.task.Warn(format, args...) }

// stderr is standard error for a run, or nil, once standard output has been written out.
func (rt *Runtime) stderr(r *run) io.Writer {
	_ = rt.out.flush() // an error is kept for the next print, or the end
	if rt.cfg.stderr == nil {
		return io.Discard
	}
	return stderr{rt, r}
}

// stderr is the host's standard error. Nobody is told that most of what is written there has failed.
type stderr struct {
	rt *Runtime
	r  *run
}

func (w stderr) Write(p []byte) (int, error) {
	n, err := hostWriter{w.rt.cfg.stderr}.Write(p)
	if e, ok := err.(*Error); ok { // a panic
		w.rt.broken(w.r, e)
	}
	return n, err
}

// Stop ends the run: every task of it is cancelled at its next checkpoint, this one too. code is the run's exit status;
// the first one that is set stays.
func (c *Call) Stop(code int) { c.task.run.stop(code) }

// NewFunction makes a function of Lua of a builtin. The values that fn holds on to are given as captured: WithLimits counts them.
func (c *Call) NewFunction(name string, fn Func, captured ...Value) Value {
	return Value{c.rt.newFunction(Def{Name: name, Outside: c.def.Outside, fn: fn}, captured...), c.rt}
}

// outside sees that a builtin which touches the outside is marked as one.
func (c *Call) outside(method string) {
	if !c.def.Outside {
		panic(fmt.Sprintf("interp: %s is called by '%s', which is not marked as Outside", method, c.def.Name))
	}
}

func (rt *Runtime) newFunction(d Def, captured ...Value) *lua.LFunction {
	values := make([]lua.LValue, len(captured))
	for i, v := range captured {
		values[i] = v.lua()
	}
	return rt.vm.State().NewClosure(rt.wrap(&d), values...)
}
