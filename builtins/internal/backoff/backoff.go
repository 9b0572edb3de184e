// Package backoff is how tables try again what has failed: how often, and how long they wait in between.
package backoff

import (
	"math"
	"time"

	"github.com/lull-lua/lull/interp"
)

// Backoff is how often something is tried, and the pauses in between; times are in seconds.
type Backoff struct {
	Attempts, Delay, Factor, MaxDelay, Jitter float64
	Timeout                                   float64      // of each attempt; 0: none
	When                                      interp.Value // a function that is asked whether to go on, or nil

	timeout interp.Value
}

// New is that of task.retry without options.
func New() *Backoff { return &Backoff{Attempts: 3, Delay: 1, Factor: 2, MaxDelay: 60} }

// Fields are its options, for [interp.Call.Options]; Check is called after that.
func (b *Backoff) Fields() map[string]any {
	return map[string]any{
		"attempts": &b.Attempts, "delay": &b.Delay, "factor": &b.Factor, "max_delay": &b.MaxDelay, "jitter": &b.Jitter,
		"timeout": &b.timeout, "when": &b.When,
	}
}

// Check looks whether the options can be, and says otherwise what is wrong with which.
func (b *Backoff) Check() (name, wrong string) {
	bad := func(name, want, got string) (string, string) { return name, want + " expected, got " + got }
	if v := b.timeout; !v.IsNil() {
		n, ok := v.Number()
		if !ok {
			return bad("timeout", "number", v.Type())
		}
		if b.Timeout = n; !(n > 0) {
			return bad("timeout", "a number of seconds above 0", number(n))
		}
	}
	switch {
	case !(b.Attempts >= 1) || b.Attempts != math.Trunc(b.Attempts):
		return bad("attempts", "a whole number from 1 on, or math.huge,", number(b.Attempts))
	case !(b.Delay >= 0):
		return bad("delay", "a number of seconds from 0 on", number(b.Delay))
	case !(b.Factor >= 0):
		return bad("factor", "a number from 0 on", number(b.Factor))
	case !(b.MaxDelay >= 0):
		return bad("max_delay", "a number of seconds from 0 on", number(b.MaxDelay))
	case !(b.Jitter >= 0 && b.Jitter <= 1):
		return bad("jitter", "a number from 0 to 1", number(b.Jitter))
	case !b.When.IsNil() && !b.When.IsFunction():
		return bad("when", "function", b.When.Type())
	}
	b.Delay = min(b.Delay, b.MaxDelay)
	return "", ""
}

func number(n float64) string { return interp.Number(n).String() }

// Pause is how long to wait before the next attempt: each time factor times as long, up to the longest, give or take the jitter.
func (b *Backoff) Pause(c *interp.Call) time.Duration {
	delay := b.Delay
	if b.Jitter > 0 && !math.IsInf(delay, 1) {
		delay = min(delay*(1+b.Jitter*(2*c.Random()-1)), math.MaxFloat64)
	}
	if b.Delay > 0 { // at 0 it stays, whatever the factor
		b.Delay = min(b.Delay*b.Factor, b.MaxDelay, math.MaxFloat64)
	}
	return interp.Seconds(delay)
}
