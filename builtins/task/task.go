// Package task is what deals with tasks: the core builtins, which are globals, and the table task with the methods of tasks.
package task

import (
	_ "embed"

	"github.com/lull-lua/lull/interp"
)

//go:embed task.lua
var stub string

// Module is the table task, with the methods of tasks.
func Module() interp.Module {
	return interp.Module{
		Stub: stub,
		Name: "task",
		Defs: []interp.Def{
			{Name: "current", Sig: "task.current()", Fn: taskCurrent},
			{Name: "all", Sig: "task.all()", Fn: taskAll},
			{Name: "daemon", Sig: "task.daemon(x, ...)", Fn: taskDaemon},
			{Name: "map", Sig: "task.map(items, fn [, opts])", Fn: taskMap},
			{Name: "each", Sig: "task.each(source, fn [, opts])", Fn: taskEach},
			{Name: "any", Sig: "task.any(list)", Fn: taskAny},
			{Name: "as_completed", Sig: "task.as_completed(list)", Fn: taskAsCompleted},
			{Name: "move_on_after", Sig: "task.move_on_after(x, seconds, ...)", Fn: taskMoveOnAfter},
			{Name: "retry", Sig: "task.retry(fn [, opts, ...])", Fn: taskRetry},
			{Name: "every", Sig: "task.every(seconds, fn)", Fn: taskEvery},
		},
		Types: []interp.Type{{
			Name:   "task",
			Of:     (*interp.Task)(nil),
			String: func(v any) string { return v.(*interp.Task).String() },
			Methods: []interp.Def{
				{Name: "cancel", Sig: "t:cancel([reason])", Fn: taskCancel},
				{Name: "await", Sig: "t:await()", Fn: taskAwait},
				{Name: "join", Sig: "t:join()", Fn: taskJoin},
				{Name: "done", Sig: "t:done()", Fn: taskDone},
				{Name: "cancelled", Sig: "t:cancelled()", Fn: taskCancelled},
				{Name: "result", Sig: "t:result()", Fn: taskResult},
				{Name: "error", Sig: "t:error()", Fn: taskError},
				{Name: "name", Sig: "t:name([new])", Fn: taskName},
				{Name: "id", Sig: "t:id()", Fn: taskID},
				{Name: "traceback", Sig: "t:traceback()", Fn: taskTraceback},
			},
		}},
	}
}

// task.current() is the running task.
func taskCurrent(c *interp.Call) error { return c.Return(c.Task()) }

// task.all() is a list of the tasks of the run that have not ended, oldest first.
func taskAll(c *interp.Call) error {
	all := c.Tasks()
	list := c.NewTable(len(all))
	for i, t := range all {
		v, err := c.Value(t)
		if err != nil {
			return err
		}
		list.SetIndex(i+1, v)
	}
	return c.Return(list)
}

// task.daemon(x, ...) is a spawn nobody waits for: when the script ends it is cancelled and unwound.
func taskDaemon(c *interp.Call) error {
	x, err := c.Awaitable(1)
	if err != nil {
		return err
	}
	t, err := c.SpawnDaemon(x, c.Rest(2)...)
	if err != nil {
		return err
	}
	return c.Return(t)
}

// t:cancel([reason]) cancels the task at its current or next checkpoint; true if it had not ended yet.
func taskCancel(c *interp.Call) error {
	reason, err := optionalText(c, 1)
	if err != nil {
		return err
	}
	return c.Return(interp.Self[*interp.Task](c).Cancel(reason))
}

// t:await() is await(t).
func taskAwait(c *interp.Call) error {
	return c.AwaitReturn(interp.Self[*interp.Task](c))
}

// t:join() waits until the task has ended. It raises nothing of it, and is no awaiting.
func taskJoin(c *interp.Call) error {
	t := interp.Self[*interp.Task](c)
	if t == c.Task() {
		return interp.Errorf(interp.KindError, "a task cannot join itself")
	}
	return c.JoinReturn(t)
}

// t:done() reports whether the task has ended.
func taskDone(c *interp.Call) error { return c.Return(interp.Self[*interp.Task](c).HasEnded()) }

// t:cancelled() reports whether the task was ended by its cancellation.
func taskCancelled(c *interp.Call) error {
	return c.Return(interp.Self[*interp.Task](c).Cancelled())
}

// t:result() returns the task's values, or raises its error, or that it has not ended.
func taskResult(c *interp.Call) error {
	t := interp.Self[*interp.Task](c)
	if !t.HasEnded() {
		return interp.Errorf(interp.KindError, "result: task '%s' has not ended", t.Name())
	}
	vals, err := t.Result()
	if err != nil {
		return err
	}
	return c.ReturnValues(vals)
}

// t:error() is nil unless the task failed or was cancelled: then an error value, or what was raised.
func taskError(c *interp.Call) error {
	t := interp.Self[*interp.Task](c)
	if !t.HasEnded() {
		return c.Return(nil)
	}
	if _, err := t.Result(); err != nil {
		return c.Return(c.Raised(err))
	}
	return c.Return(nil)
}

// t:name([new]) is the task's name; with an argument it is set.
func taskName(c *interp.Call) error {
	t := interp.Self[*interp.Task](c)
	if c.Len() > 0 {
		name, err := c.Text(1)
		if err != nil {
			return err
		}
		t.SetName(name)
	}
	return c.Return(t.Name())
}

// t:id() is the task's number.
func taskID(c *interp.Call) error { return c.Return(int(interp.Self[*interp.Task](c).ID())) }

// t:traceback() is where the task is now.
func taskTraceback(c *interp.Call) error {
	return c.Return(interp.Self[*interp.Task](c).Traceback())
}
