package task

import (
	"math"

	"github.com/lull-lua/lull/builtins/internal/backoff"
	"github.com/lull-lua/lull/interp"
)

// retrying is a call of task.retry under way.
type retrying struct {
	*backoff.Backoff
	fn      interp.Value
	attempt float64       // the last one
	scope   *interp.Scope // of the last one, or of when
	raised  interp.Value  // what when is asked about
}

func retryOptions(c *interp.Call) (*retrying, error) {
	r := &retrying{Backoff: backoff.New()}
	if err := c.Options(2, r.Fields()); err != nil {
		return r, err
	}
	if name, wrong := r.Check(); wrong != "" {
		return r, c.ArgError(2, "option '"+name+"': "+wrong)
	}
	return r, nil
}

// task.retry(fn, opts, ...) calls fn(attempt), or with the further arguments if there are any, until it succeeds, and returns its
// values. Between attempts it sleeps for delay
// seconds, then factor times as long each time, up to max_delay, give or take jitter. An attempt that takes longer than
// timeout is cancelled, has unwound, and counts as failed. It raises the last error when attempts are used up or
// when(err) is false. A cancellation is never retried.
func taskRetry(c *interp.Call) error {
	fn, err := c.Function(1)
	if err != nil {
		return err
	}
	r, err := retryOptions(c)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	r.fn = fn
	return r.again(c, nil)
}

// again is one call of fn, under its time limit.
func (r *retrying) again(c *interp.Call, _ any) error {
	r.attempt++
	r.scope = c.NewScope()
	r.scope.Closes = true
	r.scope.Name, r.scope.N = "attempt", int(min(r.attempt, math.MaxInt32))
	if r.Attempts <= math.MaxInt32 {
		r.scope.Of = int(r.Attempts)
	}
	if r.Timeout > 0 {
		r.scope.Timeout, r.scope.Reason = interp.Seconds(r.Timeout), "timed out after "+number(r.Timeout)+" s"
	}
	if err := c.OpenScope(r.scope); err != nil {
		return err
	}
	args := c.Rest(3)
	if len(args) == 0 {
		args = []interp.Value{interp.Number(r.attempt)}
	}
	return c.ProtectReturn(r.fn, r, args...)
}

// Continue implements interp.Continuation: fn has been called.
func (r *retrying) Continue(c *interp.Call, err error) error {
	if err = c.CloseScope(r.scope, err); err == nil && r.scope.Ended() {
		_ = c.Results()
		late := interp.Errorf(interp.KindTimeout, "retry: attempt %s timed out after %s s%w", number(r.attempt), number(r.Timeout), timeout{})
		err = c.WithOthers(c.Located(late), r.scope.Others()...)
	}
	if _, failed := err.(*interp.Error); !failed || r.attempt >= r.Attempts {
		return err
	}
	if !r.When.IsFunction() {
		return r.wait(c)
	}
	r.raised, r.scope = c.Raised(err), &interp.Scope{Contents: r}
	if err := c.OpenScope(r.scope); err != nil {
		return err
	}
	return c.ProtectReturn(r.When, interp.ContinuationFunc(func(c *interp.Call, werr error) error {
		again := c.Results()
		werr = c.CloseScope(r.scope, werr)
		r.raised = interp.Value{}
		switch {
		case werr != nil:
			return c.WithCause(werr, err)
		case !again.Get(1).Truth():
			return err
		}
		return r.wait(c)
	}), r.raised)
}

// Contents implements interp.Container.
func (r *retrying) Contents(yield func(interp.Value)) { yield(r.raised) }

// wait sleeps until the next attempt.
func (r *retrying) wait(c *interp.Call) error { return c.SleepReturn(r.Pause(c), r.again) }
