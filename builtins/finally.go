package builtins

import (
	"errors"

	"github.com/lull-lua/lull/interp"
)

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
	grace := c.Grace()
	if !c.Arg(3).IsNil() {
		d, err := c.Seconds(3)
		if err != nil {
			return err
		}
		if d < 0 {
			return c.ArgError(3, "the grace is negative")
		}
		grace = min(d, grace)
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	vals, failure := c.Protect(body)
	args := []interp.Value{interp.Bool(failure == nil)}
	if failure != nil {
		args = append(args, c.Raised(failure))
	}
	s := interp.Scope{Shield: true, Grace: grace}
	err = c.Scope(&s, func() error {
		_, err := c.Protect(cleanup, args...)
		return err
	})
	switch {
	case err != nil && errors.Is(err, interp.ErrCancelled) && failure != nil:
		if e := (*interp.Error)(nil); !errors.As(err, &e) && !errors.Is(failure, interp.ErrCancelled) {
			return failure // the cleanup was cut; what the body raised is not lost
		}
		return err
	case err != nil:
		return c.WithCause(err, failure)
	case failure != nil:
		return failure
	}
	return c.ReturnValues(vals)
}
