package interp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	lua "github.com/yuin/gopher-lua"

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
func (c *Call) Now() time.Duration { return c.rt.loop.Look() }

// Time is the time of day on the runtime's clock, with its zone: a virtual one starts at 2000-01-01 00:00:00 UTC.
func (c *Call) Time() time.Time { return c.rt.loop.Wall() }

// VirtualTime reports whether the runtime's clock makes its own time; see [WithVirtualTime] and [WithClock].
func (c *Call) VirtualTime() bool { return !c.rt.loop.RealTime() }

// Module is the table of a module's builtins, whatever a script has made of the global of that name; ok is false if there is none.
func (c *Call) Module(name string) (t Table, ok bool) {
	lt := c.rt.tables[name]
	if lt == nil {
		return Table{}, false
	}
	c.rt.completeNamed(name)
	return Table{lt, c.rt}, true
}

// SetTime sets the time of day on the runtime's clock, for tests: it goes on from there, and [Call.Now] stays as it is.
func (c *Call) SetTime(t time.Time) { c.rt.loop.SetWall(t) }

// State is gopher-lua's state, for what this package does not offer. Nothing that waits may be done with it. The runtime must be made
// with [WithState] or [WithPreload], or State panics. See [WithPreload] for what its tables do with integer keys.
func (c *Call) State() *lua.LState {
	if !c.rt.cfg.mapped() {
		panic("Call.State: the runtime must be made with interp.WithState()")
	}
	c.rt.completeAll()
	return c.l
}

// Globals is the table of the script's globals.
func (c *Call) Globals() Table {
	c.rt.completeAll()
	return Table{c.rt.vm.State().G.Global, c.rt}
}

// Dir is the folder that relative file names start from; "" is the process's own.
func (c *Call) Dir() string { return c.rt.cfg.dir }

// Grace is how long cleanups may go on after a cancellation, at most.
func (c *Call) Grace() time.Duration { return c.rt.cfg.cleanup }

// Value makes a Lua value of a Go one: nil, bool, numbers, string, []byte, time.Duration (as seconds), Value, Table,
// *Task, *Error, and pointers whose type a module registered.
func (c *Call) Value(v any) (Value, error) {
	lv, err := c.rt.value(v)
	return Value{lv, c.rt}, err
}

// Adopt is a string of b, without copying it: nobody may touch b any more.
func (c *Call) Adopt(b []byte) Value { return Value{vm.Given(b), c.rt} }

// NewTable makes an empty table with room for a list of n.
func (c *Call) NewTable(n int) Table { return Table{c.rt.vm.NewTable(n, 0), c.rt} }

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

// Wanted is how many results the caller takes: those behind them need not be made. It is -1 where that is not known, as behind a
// tail call.
func (c *Call) Wanted() int { return vm.Wanted(c.l) }

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

// CallWithin is Call of a method of a handle that the builtin itself has opened: where the task waits in it, it is told to wait in
// the builtin, by this name.
func (c *Call) CallWithin(name string, fn Value, args ...Value) (Values, error) {
	r := c.task.rarely()
	if r.within == nil {
		r.within = c.rt.within(name)
		defer func() { r.within = nil }()
	}
	return c.Call(fn, args...)
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
	c.refreshTask()
	if err != nil {
		return nil, rt.goError(err)
	}
	return out, nil
}

// refreshTask is called when Lua has returned to the builtin: a coroutine may have gone on in another task meanwhile.
func (c *Call) refreshTask() { c.task = c.rt.current() }

func (rt *Runtime) luaValues(lvs []lua.LValue) Values {
	vals := make(Values, len(lvs))
	for i, v := range lvs {
		vals[i] = Value{v, rt}
	}
	return vals
}

// Stop ends the run: every task of it is cancelled at its next checkpoint, this one too. code is the run's exit status;
// the first one that is set stays.
func (c *Call) Stop(code int) { c.task.run.stop(code) }

// NewFunction makes a function of Lua of a builtin. The values that fn holds on to are given as captured: WithLimits counts them.
func (c *Call) NewFunction(name string, fn Func, captured ...Value) Value {
	return Value{c.rt.newFunction(Def{Name: name, Outside: c.def.Outside, fn: fn}, captured...), c.rt}
}

// NewQuickFunction is NewFunction with a second way in.
func (c *Call) NewQuickFunction(name string, fn Func, quick Quick, captured ...Value) Value {
	return Value{c.rt.newFunction(Def{Name: name, Outside: c.def.Outside, fn: fn, Quick: quick}, captured...), c.rt}
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
	fn := rt.vm.State().NewClosure(rt.wrap(&d), values...)
	if way := rt.quickWay(&d); way != nil {
		way.Of(fn)
	}
	return fn
}

// Random is a number from 0 up to 1 for spreading delays. On a virtual or manual clock it is the same sequence in every
// run; scripts' own random numbers are not touched.
func (c *Call) Random() float64 {
	if c.rt.random == nil {
		seed := rand.Uint64()
		if c.rt.cfg.clock != nil { // a clock that makes its own time
			seed = 1
		}
		c.rt.random = rand.New(rand.NewPCG(seed, seed))
	}
	return c.rt.random.Float64()
}
