package builtins

import (
	"errors"
	"time"

	"github.com/lull-lua/lull/interp"
)

// defaultGrace is how long a cleanup may go on after a cancellation, unless the script says otherwise; a host may bound both.
const defaultGrace = 5 * time.Second

// finally(body, cleanup [, grace]) runs body(), then always cleanup(ok, err): on return, error or cancellation. In cleanup
// checkpoints work even while the task is being cancelled, for grace seconds. Returns body's values or raises its error;
// what cleanup raises is raised instead, with body's error as err.cause.
func finally(c *interp.Call) error {
	body, err := c.Function(1)
	if err != nil {
		return err
	}
	cleanup, err := c.Function(2)
	if err != nil {
		return err
	}
	grace := defaultGrace
	if !c.Arg(3).IsNil() {
		n, err := c.Number(3)
		if err != nil {
			return err
		}
		if n < 0 {
			return c.ArgError(3, "the grace is negative")
		}
		if grace, err = c.Seconds(3); err != nil {
			return err
		}
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	vals, failure := c.Protect(body)
	args := []interp.Value{interp.Bool(failure == nil)}
	if failure != nil {
		args = append(args, c.Raised(failure))
	}
	s := interp.Scope{Shield: true, Grace: min(grace, c.Grace())}
	err = c.Scope(&s, func() error {
		_, err := c.Protect(cleanup, args...)
		return err
	})
	switch {
	case err == nil && failure == nil:
		return c.ReturnValues(vals)
	case err == nil:
		return failure
	case isCancellation(err) && failure != nil && !isCancellation(failure):
		return failure // the cleanup was cut; what the body raised is not lost
	}
	return c.WithCause(err, failure)
}

// isCancellation tells a cancellation that passes through from an error about one.
func isCancellation(err error) bool {
	e := (*interp.Error)(nil)
	return errors.Is(err, interp.ErrCancelled) && !errors.As(err, &e)
}
