package builtins

import (
	"time"

	"github.com/lull-lua/lull/interp"
)

// task.every(seconds, fn) calls fn() at once and again on each beat, until it returns false. Beats are counted from the
// start, so they do not drift; those that pass while fn runs are skipped.
func taskEvery(c *interp.Call) error {
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
	beat := c.Now()
	for {
		vals, err := c.Call(fn)
		if err != nil {
			return err
		}
		if v := vals.Get(1); v.Type() == "boolean" && !v.Truth() {
			return nil
		}
		beat = nextBeat(beat, c.Now(), period)
		if beat == interp.Forever {
			err = c.Sleep(interp.Forever)
		} else {
			err = c.Sleep(beat - c.Now())
		}
		if err != nil {
			return err
		}
	}
}

// nextBeat is the first beat after the latest that is not over yet.
func nextBeat(latest, now, period time.Duration) time.Duration {
	if period >= interp.Forever-now {
		return interp.Forever
	}
	missed := max(0, (now-latest+period-1)/period-1)
	return latest + (missed+1)*period
}
