package task

import (
	"time"

	"github.com/lull-lua/lull/interp"
)

// task.every(seconds, fn) calls fn() at once and again on each beat, until it returns false. Beats are counted from the
// start, so they do not drift; those that pass while fn runs are skipped.
func taskEvery(c *interp.Call) error {
	if c.Arg(1).IsFunction() && c.Arg(2).Type() == "number" {
		return c.ArgError(1, "number expected, got function; are the arguments swapped? it is task.every(seconds, fn)")
	}
	period, err := c.Seconds(1)
	if err != nil {
		return err
	}
	if period <= 0 {
		n, _ := c.Number(1)
		return c.ArgError(1, "a number of seconds above 0 expected, got "+number(n))
	}
	fn, err := c.Function(2)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	e := &every{fn: fn, period: period, beat: c.Now()}
	return c.ProtectReturn(fn, e)
}

// every is a call of task.every under way.
type every struct {
	fn           interp.Value
	period, beat time.Duration
	hinted       bool
}

// Continue implements interp.Continuation: fn has been called.
func (e *every) Continue(c *interp.Call, err error) error {
	vals := c.Results()
	if err != nil {
		return err
	}
	switch v := vals.Get(1); {
	case v.Type() == "boolean" && !v.Truth():
		return nil
	case v.Type() != "boolean" && !v.IsNil() && !e.hinted: // meant to end it, perhaps
		e.hinted = true
		c.Warn("task.every: the function has returned a %s, and goes on: only false ends it", v.Type())
	}
	now := c.Now()
	if e.period >= interp.Forever-now { // beyond the clock's end, or no timer
		return c.SleepReturn(e.period, e.again)
	}
	e.beat = nextBeat(e.beat, now, e.period)
	return c.SleepReturn(e.beat-now, e.again)
}

// again calls fn on the next beat.
func (e *every) again(c *interp.Call, _ any) error { return c.ProtectReturn(e.fn, e) }

// nextBeat is the first beat after the latest that is not over yet; now and a period must have a sum.
func nextBeat(latest, now, period time.Duration) time.Duration {
	missed := max(0, (now-latest+period-1)/period-1)
	return latest + (missed+1)*period
}
