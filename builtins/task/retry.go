package task

import (
	"math"
	"time"

	"github.com/lull-lua/lull/interp"
)

// retrying is a call of task.retry under way, with its options; times are in seconds.
type retrying struct {
	attempts, delay, factor, maxDelay, jitter, timeout float64
	when                                               interp.Value

	fn      interp.Value
	attempt float64       // the last one
	scope   *interp.Scope // of the last one, or of when
	raised  interp.Value  // what when is asked about
}

func retryOptions(c *interp.Call) (*retrying, error) {
	r := &retrying{attempts: 3, delay: 1, factor: 2, maxDelay: 60}
	timeout := interp.Value{}
	err := c.Options(2, map[string]any{
		"attempts": &r.attempts, "delay": &r.delay, "factor": &r.factor, "max_delay": &r.maxDelay, "jitter": &r.jitter,
		"timeout": &timeout, "when": &r.when,
	})
	if err != nil {
		return r, err
	}
	wrong := func(name, want, got string) (*retrying, error) {
		return r, c.ArgError(2, "option '"+name+"': "+want+" expected, got "+got)
	}
	if !timeout.IsNil() {
		n, ok := timeout.Number()
		if !ok {
			return wrong("timeout", "number", timeout.Type())
		}
		if r.timeout = n; !(n > 0) {
			return wrong("timeout", "a number of seconds above 0", number(n))
		}
	}
	switch {
	case !(r.attempts >= 1) || r.attempts != math.Trunc(r.attempts):
		return wrong("attempts", "a whole number from 1 on, or math.huge,", number(r.attempts))
	case !(r.delay >= 0):
		return wrong("delay", "a number of seconds from 0 on", number(r.delay))
	case !(r.factor >= 0):
		return wrong("factor", "a number from 0 on", number(r.factor))
	case !(r.maxDelay >= 0):
		return wrong("max_delay", "a number of seconds from 0 on", number(r.maxDelay))
	case !(r.jitter >= 0 && r.jitter <= 1):
		return wrong("jitter", "a number from 0 to 1", number(r.jitter))
	case !r.when.IsNil() && !r.when.IsFunction():
		return wrong("when", "function", r.when.Type())
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
	r.fn, r.delay = fn, min(r.delay, r.maxDelay)
	return r.again(c, nil)
}

// again is one call of fn, under its time limit.
func (r *retrying) again(c *interp.Call, _ any) error {
	r.attempt++
	r.scope = c.NewScope()
	r.scope.Closes = true
	r.scope.Name, r.scope.N = "attempt", int(min(r.attempt, math.MaxInt32))
	if r.attempts <= math.MaxInt32 {
		r.scope.Of = int(r.attempts)
	}
	if r.timeout > 0 {
		r.scope.Timeout, r.scope.Reason = interp.Seconds(r.timeout), "timed out after "+number(r.timeout)+" s"
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
		late := interp.Errorf(interp.KindTimeout, "retry: attempt %s timed out after %s s%w", number(r.attempt), number(r.timeout), timeout{})
		err = c.WithOthers(c.Located(late), r.scope.Others()...)
	}
	if _, failed := err.(*interp.Error); !failed || r.attempt >= r.attempts {
		return err
	}
	if !r.when.IsFunction() {
		return r.wait(c)
	}
	r.raised, r.scope = c.Raised(err), &interp.Scope{Contents: r}
	if err := c.OpenScope(r.scope); err != nil {
		return err
	}
	return c.ProtectReturn(r.when, interp.ContinuationFunc(func(c *interp.Call, werr error) error {
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
func (r *retrying) wait(c *interp.Call) error {
	d := r.spread(c, r.delay)
	if r.delay > 0 { // at 0 it stays, whatever the factor
		r.delay = min(r.delay*r.factor, r.maxDelay, math.MaxFloat64)
	}
	return c.SleepReturn(d, r.again)
}

func (r *retrying) spread(c *interp.Call, delay float64) time.Duration {
	if r.jitter > 0 && !math.IsInf(delay, 1) {
		delay = min(delay*(1+r.jitter*(2*c.Random()-1)), math.MaxFloat64)
	}
	return interp.Seconds(delay)
}
