package builtins

import (
	"fmt"
	"strconv"

	"github.com/lull-lua/lull/interp"
)

// wait_for(x, seconds, ...) waits at most that long for x, which is owned: on time-out it is cancelled, has unwound, and
// an error of kind timeout is raised. nil means no limit; with zero or less nothing is started, a running task is
// cancelled, and an ended one gives its values.
func waitFor(c *interp.Call) error {
	x, err := c.Awaitable(1)
	if err != nil {
		return err
	}
	limit := interp.Forever
	text := ""
	if c.Len() < 2 {
		return c.ArgError(2, "number expected, got no value")
	}
	if !c.Arg(2).IsNil() {
		if limit, err = c.Seconds(2); err != nil {
			return err
		}
		n, _ := c.Number(2)
		text = strconv.FormatFloat(n, 'g', -1, 64)
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	timedOut := func() error {
		return interp.Errorf(interp.KindTimeout, "wait_for: timed out after %s s%w", text, timeout{})
	}
	t := x.Task()
	if limit <= 0 && t == nil {
		if err := x.Spent(); err != nil {
			return err
		}
		return timedOut()
	}
	if limit <= 0 && !t.Done() {
		t.Cancel(fmt.Sprintf("timed out after %s s", text))
	}
	s := interp.Scope{Reason: fmt.Sprintf("timed out after %s s", text)}
	if limit > 0 && limit != interp.Forever {
		s.Timeout = limit
	}
	var vals interp.Values
	err = c.Scope(&s, func() (err error) {
		if t == nil {
			vals, err = c.Run(x, c.Rest(3)...)
			return err
		}
		n := interp.Nursery{}
		if err := c.Nursery(&n, nil, func() error { _, err := n.Start(x); return err }); err != nil {
			return err
		}
		if t.Cancelled() && limit <= 0 {
			return timedOut()
		}
		vals, err = t.Await()
		return err
	})
	switch {
	case err != nil:
		return err
	case s.Ended():
		return timedOut()
	}
	return c.ReturnValues(vals)
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
	vals, err := c.AwaitShielded(t)
	if err != nil {
		return err
	}
	return c.ReturnValues(vals)
}
