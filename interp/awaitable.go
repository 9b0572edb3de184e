package interp

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/list"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Awaitable is what scripts may give where something is to be waited for: a task, a job, a function, or a coroutine that
// has not started.
type Awaitable struct {
	x any // *Task, *Job, *lua.LFunction, or the *lua.LState of a coroutine
}

// Job is what an async function returns: a call that has not started. It runs once.
type Job struct {
	fn   *lua.LFunction
	args []lua.LValue
	name string
	made vm.Site
	used bool
	list *jobList
	link list.Link[Job]
}

// NewJob makes a job of a function and its arguments. If it is never started, that is an error of its run's.
func (c *Call) NewJob(fn Value, args ...Value) *Job {
	j := &Job{fn: fn.lv.(*lua.LFunction), list: &c.task.run.jobs, name: vm.CalleeName(c.l), made: vm.SiteOf(c.l)}
	if by := c.task.site; j.made == (vm.Site{}) && by != nil { // the async function is the task's own: task.map(items, fetch)
		j.made = by.at
	}
	if c.task.run.over() {
		j.list = &c.rt.jobs
	}
	for _, a := range args {
		j.args = append(j.args, a.lua())
	}
	if j.name == "" {
		j.name = c.rt.functionName(j.fn)
	}
	j.list.Push(&j.link, j)
	return j
}

// Name is the function's name, or where it was defined.
func (j *Job) Name() string { return j.name }

// instead is what one does with a job or a task that was taken for its value.
func instead(v lua.LValue) string {
	switch object(v).(type) {
	case *Job, *Task:
		return "its values are what await(...) returns"
	}
	return ""
}

func (j *Job) use() error {
	if j.used {
		return Errorf(KindError, "job '%s' was used already; a job runs once", j.name)
	}
	j.used = true
	j.list.Remove(&j.link)
	return nil
}

// jobList are the jobs of a run that have not started, in the order in which they were made.
type jobList = list.List[Job]

// maxUnstarted bounds the errors about jobs that were never started.
const maxUnstarted = 20

// unstarted are the errors about jobs that were never started: one for all of a name from the same line.
func (rt *Runtime) unstarted(l *jobList) []error {
	type origin struct{ pos, name string }
	var (
		errs  []error
		of    = map[origin]*Error{}
		count = map[origin]int{}
		more  int
	)
	for j := range l.All() {
		pos, at := placeOf(j.made)
		o := origin{pos, j.name}
		if of[o] == nil {
			if len(errs) == maxUnstarted {
				more++
				continue
			}
			of[o] = &Error{rt: rt, Kind: KindError, Msg: fmt.Sprintf("job '%s' was never awaited", j.name), pos: pos, at: at}
			errs = append(errs, of[o])
		}
		count[o]++
	}
	for o, n := range count {
		if n > 1 {
			of[o].Msg += fmt.Sprintf(" (%d times)", n)
		}
	}
	if more > 0 {
		errs = append(errs, &Error{rt: rt, Kind: KindError, Msg: fmt.Sprintf("%d more jobs were never awaited", more)})
	}
	return errs
}

// Awaitable is the i-th argument as something to wait for.
func (c *Call) Awaitable(i int) (Awaitable, error) {
	if a, ok := AwaitableOf(c.Arg(i)); ok {
		return a, nil
	}
	return Awaitable{}, c.notAwaitable(i, c.Arg(i), i <= c.Len())
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

// NotAwaitable is the error about an item of the list in the i-th argument that is nothing to wait for.
func (c *Call) NotAwaitable(i, item int, v Value) error {
	return c.ArgError(i, fmt.Sprintf("item %d: %s", item, notAwaitable(vm.TypeName(v.lua()), v)))
}

func (c *Call) notAwaitable(i int, v Value, given bool) error {
	if !given {
		return c.ArgError(i, notAwaitable("no value", v))
	}
	return c.ArgError(i, notAwaitable(vm.TypeName(v.lua()), v))
}

func notAwaitable(got string, v Value) string {
	switch v.Type() {
	case "thread":
		return "awaitable expected, got a coroutine that has started"
	case "nil", "number", "string", "boolean":
		got += "; was the function called, instead of being passed? pass the function and its arguments apart"
	}
	return "awaitable expected, got " + got
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

// start makes a task of it, spawned by that task at that place, or returns the task that it is.
func (rt *Runtime) start(a Awaitable, args []Value, daemon bool, by *Task, at vm.Site) (*Task, error) {
	if t := a.Task(); t != nil {
		return t, nil
	}
	if lim := by.run.lim; lim != nil {
		if err := lim.taskRoom(); err != nil {
			return nil, err
		}
	}
	t := newTask(by.run)
	var err error
	if t.fn, t.vals, err = a.body(t.vals, args); err != nil {
		return nil, err
	}
	t.daemon = daemon
	t.spawnedBy(by, at)
	if j, ok := a.x.(*Job); ok {
		t.SetName(j.name)
	}
	rt.startTask(t)
	return t, nil
}

// Spawn starts x as a task that nobody owns, or returns the task that it is.
func (c *Call) Spawn(x Awaitable, args ...Value) (*Task, error) {
	return c.rt.start(x, args, false, c.task, vm.SiteOf(c.l))
}

// SpawnDaemon is Spawn of a task that nobody waits for: it is cancelled when the runtime closes.
func (c *Call) SpawnDaemon(x Awaitable, args ...Value) (*Task, error) {
	return c.rt.start(x, args, true, c.task, vm.SiteOf(c.l))
}

// run runs x, which must not be a task, in the caller's own task. As Protect does, it lets the caller see cancellations.
func (c *Call) run(x Awaitable, args ...Value) (Values, error) {
	fn, in, err := x.body(nil, args)
	if err != nil {
		return nil, err
	}
	out, err := vm.Call(c.l, fn, in)
	c.resumed()
	if err != nil {
		return nil, c.rt.goError(err)
	}
	return c.rt.luaValues(out), nil
}
