package task

import (
	_ "embed"
	"fmt"

	"github.com/lull-lua/lull/interp"
)

//go:embed core.lua
var coreStub string

// Globals are the core builtins: spawn, await, sleep and the like.
func Globals() interp.Module {
	return interp.Module{
		Stub: coreStub,
		Defs: []interp.Def{
			{Name: "spawn", Fn: spawn, Quick: spawnQuick},
			{Name: "async", Fn: async},
			{Name: "await", Fn: await},
			{Name: "sleep", Fn: sleep, Quick: sleepQuick},
			{Name: "now", Fn: now, Quick: nowQuick},
			{Name: "gather", Fn: gather},
			{Name: "race", Fn: race},
			{Name: "wait_for", Fn: waitFor, Quick: waitForQuick},
			{Name: "shield", Fn: shield},
			{Name: "group", Fn: group},
			{Name: "finally", Fn: finally},
			{Name: "stop", Fn: stop},
			{Name: "show", Fn: show},
		},
		Types: []interp.Type{jobType, groupType},
	}
}

// spawn(x, ...) starts a task that nobody owns. It first runs at the spawner's next checkpoint. Returns the task; a task
// is returned as it is.
func spawn(c *interp.Call) error {
	x, err := c.Awaitable(1)
	if err != nil {
		return err
	}
	var args []interp.Value
	switch n := c.Len(); {
	case n == 2:
		args = []interp.Value{c.Arg(2)} // which needs no allocation
	case n > 2:
		args = c.Rest(2)
	}
	t, err := c.Spawn(x, args...)
	if err != nil {
		return err
	}
	return c.Return(t)
}

func spawnQuick(c *interp.QuickCall, _ any) bool {
	t := c.Spawn()
	if t == nil {
		return false
	}
	c.Return(t.Value())
	return true
}

// async(fn) returns an async function: calling it returns a job, which has not started. A job runs once.
func async(c *interp.Call) error {
	fn, err := c.Function(1)
	if err != nil {
		return err
	}
	return c.Return(c.NewFunction("async function", func(c *interp.Call) error {
		return c.Return(c.NewJob(fn, c.Rest(1)...))
	}, fn))
}

var jobType = interp.Type{
	Name:   "job",
	Of:     (*interp.Job)(nil),
	String: func(v any) string { return fmt.Sprintf("job '%s'", v.(*interp.Job).Name()) },
}

// await(x) waits for an awaitable and returns all its values, or raises its error. Cancelling the waiter leaves a task
// alone.
func await(c *interp.Call) error {
	if v := c.Arg(1); v.Type() == "number" {
		return c.ArgError(1, "awaitable expected, got number; sleep waits for seconds, and where this is what a function has returned the function is passed, and its arguments apart")
	}
	x, err := c.Awaitable(1)
	if err != nil {
		return err
	}
	if t := x.Task(); t != nil {
		return c.AwaitReturn(t)
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	return c.RunReturn(x, asItIs)
}

// asItIs goes on from a call that was all there was to do.
var asItIs = interp.ContinuationFunc(func(_ *interp.Call, err error) error { return err })

// sleep(seconds [, value]) waits, and returns value. Zero or less just lets others run; math.huge waits until cancelled.
func sleep(c *interp.Call) error {
	d, err := c.Seconds(1)
	if err != nil {
		return err
	}
	if c.Len() < 2 {
		return c.SleepReturn(d, nil)
	}
	return c.SleepReturn(d, slept)
}

func sleepQuick(c *interp.QuickCall, _ any) bool {
	n, ok := c.Arg(1).Number()
	return ok && n <= 0 && c.Len() == 1 && c.Yield()
}

func slept(c *interp.Call, _ any) error { return c.Return(c.Arg(2)) }

// now() is the loop time in seconds; only differences mean something.
func now(c *interp.Call) error { return c.Return(c.Now()) }

func nowQuick(c *interp.QuickCall, _ any) bool {
	c.ReturnNumber(c.Now().Seconds())
	return true
}

// stop([code]) returns; every task of the run is cancelled at its next checkpoint, and the run ends with that status.
func stop(c *interp.Call) error {
	code := 0
	if !c.Arg(1).IsNil() {
		var err error
		if code, err = c.Int(1); err != nil {
			return err
		}
		if code < 0 || code > 255 {
			return c.ArgError(1, fmt.Sprintf("exit status from 0 to 255 expected, got %d", code))
		}
	}
	c.Stop(code)
	return nil
}

// number is n as tostring has it, for messages.
func number(n float64) string { return interp.Number(n).String() }

// showWidth is how wide show writes tables.
const showWidth = 79

// show(v) is a value as the REPL shows it.
func show(c *interp.Call) error {
	if c.Len() == 0 {
		return c.ArgError(1, "value expected")
	}
	text, err := c.Show(c.Arg(1), showWidth)
	if err != nil {
		return err
	}
	return c.Return(text)
}
