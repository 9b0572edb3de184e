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
			{Name: "current", Fn: taskCurrent},
			{Name: "all", Fn: taskAll},
			{Name: "daemon", Fn: taskDaemon},
			{Name: "map", Fn: taskMap},
			{Name: "each", Fn: taskEach},
			{Name: "any", Fn: taskAny},
			{Name: "as_completed", Fn: taskAsCompleted},
			{Name: "move_on_after", Fn: taskMoveOnAfter, Quick: taskMoveOnAfterQuick},
			{Name: "retry", Fn: taskRetry},
			{Name: "every", Fn: taskEvery},
		},
		Types: []interp.Type{{
			Name:   "task",
			Of:     (*interp.Task)(nil),
			String: func(v any) string { return v.(*interp.Task).String() },
			Methods: []interp.Def{
				{Name: "cancel", Fn: taskCancel},
				{Name: "await", Fn: taskAwait},
				{Name: "join", Fn: taskJoin},
				{Name: "done", Fn: taskDone},
				{Name: "cancelled", Fn: taskCancelled},
				{Name: "result", Fn: taskResult},
				{Name: "error", Fn: taskError},
				{Name: "name", Fn: taskName},
				{Name: "id", Fn: taskID},
				{Name: "traceback", Fn: taskTraceback},
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
