package task

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
	f := &finalizing{cleanup: cleanup, scope: interp.Scope{Name: "cleanup", Shield: true, Grace: min(grace, c.Grace())}}
	if err := c.Checkpoint(); err != nil { // the body does not begin; what it was to clean up is there already
		return f.Continue(c, err)
	}
	return c.ProtectReturn(body, f)
}

// finalizing is a call of finally under way.
type finalizing struct {
	cleanup interp.Value
	scope   interp.Scope
	vals    interp.Values
	failure error        // what the body raised
	raised  interp.Value // as the cleanup sees it
}

// Continue implements interp.Continuation: the body has ended.
func (f *finalizing) Continue(c *interp.Call, err error) error {
	if err == interp.ErrDropped {
		return err
	}
	f.vals, f.failure = c.Results(), err
	args := []interp.Value{interp.Bool(err == nil)}
	if err != nil {
		f.raised = c.Raised(err)
		args = append(args, f.raised)
	}
	f.scope.Contents = f
	if err := c.OpenScope(&f.scope); err != nil {
		return err
	}
	return c.ProtectReturn(f.cleanup, interp.ContinuationFunc(f.cleaned), args...)
}

// Contents implements interp.Container.
func (f *finalizing) Contents(yield func(interp.Value)) {
	for _, v := range f.vals {
		yield(v)
	}
	yield(f.raised)
}

// cleaned is told that the cleanup has ended.
func (f *finalizing) cleaned(c *interp.Call, err error) error {
	c.Results()
	err = c.CloseScope(&f.scope, err)
	switch {
	case err == nil && f.failure == nil:
		return c.ReturnValues(f.vals)
	case err == nil:
		return f.failure
	case isCancellation(err) && f.failure != nil && !isCancellation(f.failure):
		return f.failure // the cleanup was cut; what the body raised is not lost
	}
	return c.WithCause(err, f.failure)
}

// isCancellation tells a cancellation that passes through from an error about one.
func isCancellation(err error) bool {
	e := (*interp.Error)(nil)
	return errors.Is(err, interp.ErrCancelled) && !errors.As(err, &e)
}
