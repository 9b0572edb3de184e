package builtins

import (
	"fmt"

	"github.com/lull-lua/lull/interp"
)

// wait_for(x, seconds, ...) waits at most that long for x, which is owned: on time-out it is cancelled, has unwound, and
// an error of kind timeout is raised. nil means no limit; with zero or less nothing is started, a running task is
// cancelled, and an ended one gives its values.
func waitFor(c *interp.Call) error {
	vals, timedOut, err := waitAtMost(c)
	switch {
	case err != nil:
		return err
	case timedOut:
		return timeoutError(c)
	}
	return c.ReturnValues(vals)
}

// task.move_on_after(x, seconds, ...) is wait_for whose own time-out is no error: it returns true and x's values, or
// false.
func taskMoveOnAfter(c *interp.Call) error {
	vals, timedOut, err := waitAtMost(c)
	if err != nil {
		return err
	}
	if err := c.Return(!timedOut); err != nil || timedOut {
		return err
	}
	return c.ReturnValues(vals)
}

// timeoutError is the error of a time-out of the second argument's seconds.
func timeoutError(c *interp.Call) error {
	n, _ := c.Number(2)
	return interp.Errorf(interp.KindTimeout, "%s: timed out after %s s%w", c.Name(), number(n), timeout{})
}

// waitAtMost waits for the first argument as long as the second says, and reports whether the time was up.
func waitAtMost(c *interp.Call) (vals interp.Values, timedOut bool, err error) {
	x, err := c.Awaitable(1)
	if err != nil {
		return nil, false, err
	}
	if c.Len() < 2 {
		return nil, false, c.ArgError(2, "number expected, got no value")
	}
	limit, text := interp.Forever, ""
	if !c.Arg(2).IsNil() {
		if limit, err = c.Seconds(2); err != nil {
			return nil, false, err
		}
		n, _ := c.Number(2)
		text = number(n)
	}
	if err := c.Checkpoint(); err != nil {
		return nil, false, err
	}
	t := x.Task()
	if limit <= 0 && t == nil {
		return nil, true, x.Spent()
	}
	s := interp.Scope{Reason: fmt.Sprintf("timed out after %s s", text)}
	if limit > 0 {
		s.Timeout = limit
	}
	cut := false
	err = c.Scope(&s, func() (err error) {
		if t == nil {
			vals, err = c.Run(x, c.Rest(3)...)
			return err
		}
		n := interp.Nursery{}
		if err := c.Nursery(&n, nil, func() error {
			_, err := n.Start(x)
			cut = err == nil && limit <= 0 && t.Cancel(s.Reason)
			return err
		}); err != nil {
			return err
		}
		if cut = cut && t.Cancelled(); !cut {
			vals, err = t.Await()
		}
		return err
	})
	return vals, s.Ended() || cut, err
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
	if err := c.Checkpoint(); err != nil {
		return err
	}
	t, err := c.Spawn(x, c.Rest(2)...)
	if err != nil {
		return err
	}
	return c.AwaitShielded(t)
}
