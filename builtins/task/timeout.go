package task

import (
	"github.com/lull-lua/lull/interp"
)

// wait_for(x, seconds, ...) waits at most that long for x, which is owned: on time-out it is cancelled, has unwound, and
// an error of kind timeout is raised. nil means no limit; with zero or less nothing is started, a running task is
// cancelled, and an ended one gives its values.
func waitFor(c *interp.Call) error { return waitAtMost(c, false) }

// task.move_on_after(x, seconds, ...) is wait_for whose own time-out is no error: it returns true and x's values, or
// false.
func taskMoveOnAfter(c *interp.Call) error { return waitAtMost(c, true) }

// waitAtMost waits for the first argument as long as the second says.
func waitAtMost(c *interp.Call, moveOn bool) error {
	if _, ok := interp.AwaitableOf(c.Arg(2)); ok && c.Arg(1).Type() == "number" {
		return c.ArgError(1, "awaitable expected, got number; are the arguments swapped? it is "+c.Name()+"(x, seconds)")
	}
	x, err := c.Awaitable(1)
	if err != nil {
		return err
	}
	if c.Len() < 2 {
		return c.ArgError(2, "number expected, got no value")
	}
	scope := c.NewScope()
	scope.Closes = true
	w := atEnd(scope, moveOn)
	limit := interp.Forever
	if !c.Arg(2).IsNil() {
		if limit, err = c.Seconds(2); err != nil {
			return err
		}
		scope.Seconds, _ = c.Number(2)
		scope.Seconds = max(scope.Seconds, 0)
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	t := x.Task()
	if limit <= 0 && t == nil {
		if err := x.MarkUsed(); err != nil {
			return err
		}
		return timedOut(c, scope, moveOn)
	}
	if limit > 0 {
		scope.Timeout = limit
	}
	if err := c.OpenScope(scope); err != nil {
		return err
	}
	if t == nil {
		return c.RunReturn(x, w, c.Rest(3)...)
	}
	n, cut := interp.Nursery{}, false
	return c.NurseryReturn(&n, nil, func() error {
		_, err := n.Start(x)
		cut = err == nil && limit <= 0 && t.Cancel("timed out after 0 s")
		return err
	}, interp.ContinuationFunc(func(c *interp.Call, err error) error {
		if err == nil {
			if cut && t.Cancelled() {
				_ = c.CloseScope(scope, nil)
				return timedOut(c, scope, moveOn)
			}
			var vals interp.Values
			if vals, err = t.Result(); err == nil {
				err = c.ReturnValues(vals)
			}
		}
		return w.Continue(c, err)
	}))
}

// waitForQuick is wait_for of a function of Lua, with a limit.
func waitForQuick(c *interp.QuickCall, _ any) bool { return waitAtMostQuick(c, false) }

// taskMoveOnAfterQuick is task.move_on_after of a function of Lua, with a limit.
func taskMoveOnAfterQuick(c *interp.QuickCall, _ any) bool { return waitAtMostQuick(c, true) }

func waitAtMostQuick(c *interp.QuickCall, moveOn bool) bool {
	n, ok := c.Arg(2).Number()
	if !ok || !(n > 0) || c.Arg(1).Type() != "function" {
		return false
	}
	scope := c.NewScope()
	scope.Closes, scope.Timeout, scope.Seconds = true, interp.Seconds(n), n
	w := atEnd(scope, moveOn)
	if !c.RunReturn(scope, 1, 3, w) {
		c.FreeScope(scope)
		return false
	}
	return true
}

// atEnd goes on where what runs in the scope has ended.
func atEnd(scope *interp.Scope, moveOn bool) interp.Continuation {
	if moveOn {
		return movedOn{scope}
	}
	return waited{scope}
}

// waited and movedOn are calls of wait_for and move_on_after under way.
type (
	waited  struct{ scope *interp.Scope }
	movedOn struct{ scope *interp.Scope }
)

// Continue implements interp.Continuation.
func (w waited) Continue(c *interp.Call, err error) error {
	err = c.CloseScope(w.scope, err)
	switch {
	case err != nil:
		return err
	case w.scope.Ended():
		return timedOut(c, w.scope, false)
	}
	c.FreeScope(w.scope)
	return nil
}

// ContinueQuick implements interp.QuickContinuation.
func (w waited) ContinueQuick(c *interp.QuickCall) bool {
	if !c.CloseScope(w.scope) {
		return false
	}
	c.FreeScope(w.scope)
	return true
}

// Continue implements interp.Continuation.
func (m movedOn) Continue(c *interp.Call, err error) error {
	err = c.CloseScope(m.scope, err)
	switch {
	case err != nil:
		return err
	case m.scope.Ended():
		return timedOut(c, m.scope, true)
	}
	c.FreeScope(m.scope)
	vals := c.Results()
	if err := c.Return(true); err != nil {
		return err
	}
	return c.ReturnValues(vals)
}

func timedOut(c *interp.Call, scope *interp.Scope, moveOn bool) error {
	if moveOn {
		return c.Return(false)
	}
	err := interp.Errorf(interp.KindTimeout, "%s: timed out after %s s%w", c.Name(), number(scope.Seconds), timeout{})
	return c.WithOthers(err, scope.Others()...)
}

// timeout makes a time-out one for errors.Is, and says nothing.
type timeout struct{}

func (timeout) Error() string        { return "" }
func (timeout) Is(target error) bool { return target == interp.ErrTimeout }

// shield(x, ...) waits for x; if the waiter is cancelled only the waiter unwinds, at once, and x runs on to its end.
func shield(c *interp.Call) error {
	x, err := c.Awaitable(1)
	if err != nil {
		return err
	}
	if t := x.Task(); t != nil {
		return c.AwaitShielded(t)
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	t, err := c.Spawn(x, c.Rest(2)...)
	if err != nil {
		return err
	}
	return c.AwaitShielded(t)
}
