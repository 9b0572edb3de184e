package sync

import (
	"fmt"
	"math"
	"time"

	"github.com/lull-lua/lull/interp"
)

// limiter is a bucket of tokens that fills at a rate.
//
// Invariant: where tasks wait, the timer is set for the moment at which there are enough tokens for the first.
type limiter struct {
	identity
	rate, burst float64
	full        float64                 // loop time in nanoseconds at which the bucket is full again
	waiters     interp.Waiters[float64] // each with how many it wants
	timer       *interp.Timer
}

var limiterType = interp.Type{
	Name: "limiter",
	Of:   (*limiter)(nil),
	String: func(v any) string {
		l := v.(*limiter)
		return fmt.Sprintf("%s: %s a second, %d waiting", label("limiter", l.name), number(l.rate), l.waiters.Len())
	},
	Methods: []interp.Def{
		{Name: "acquire", Fn: limiterAcquire},
		{Name: "try_acquire", Fn: limiterTryAcquire},
		{Name: "with", Fn: limiterWith},
	},
}

// slowest is a rate below which no limiter goes, so that spans are finite: at both not a token comes before the clock's end.
const slowest = 1e-200

func number(n float64) string { return interp.Number(n).String() }

// WaitedFor says what the tasks in the list wait for.
func (l *limiter) WaitedFor() (what interp.WaitObject, holder *interp.Task) {
	return l.object("limiter"), nil
}

// span is how long the bucket takes to take in some tokens, in nanoseconds.
func (l *limiter) span(tokens float64) float64 { return tokens / l.rate * 1e9 }

// when is the loop time from which on there are enough tokens.
func (l *limiter) when(now time.Duration, tokens float64) time.Duration {
	at := max(l.full, float64(now)) - l.span(l.burst-tokens)
	switch {
	case !(at > float64(now)): // also where rate and burst are infinite
		return now
	case at >= float64(interp.Forever):
		return interp.Forever - 1 // it fills, if not before the clock's end
	}
	return time.Duration(math.Ceil(at))
}

// try takes tokens out if there are enough and nobody waits.
func (l *limiter) try(now time.Duration, tokens float64) bool {
	if l.waiters.Len() > 0 || l.when(now, tokens) > now {
		return false
	}
	l.take(now, tokens)
	return true
}

func (l *limiter) take(now time.Duration, tokens float64) {
	l.full = max(l.full, float64(now)) + l.span(tokens)
}

// serve hands tokens to those for whom there are enough, in order, and sets the timer for the next.
func (l *limiter) serve(now time.Duration) {
	for {
		tokens, some := l.waiters.First()
		if !some {
			break
		}
		if at := l.when(now, tokens); at > now {
			l.timer.Set(at - now)
			return
		}
		l.take(now, tokens)
		l.waiters.Wake(tokens)
	}
	l.timer.Stop()
}

// left is told of a waiter that was cancelled: its tokens are there again, and another may be the first.
func (l *limiter) left(tokens float64, handed bool) {
	if handed {
		l.full -= l.span(tokens)
	}
	l.serve(l.timer.Now())
}

// sync.limiter(rate [, burst]) makes a bucket of burst tokens (1), full, which takes in rate tokens a second.
func syncLimiter(c *interp.Call) error {
	m, err := newMaker(c, "rate", "burst")
	if err != nil {
		return err
	}
	rate, err := m.number(0)
	if err != nil {
		return err
	}
	if !(rate > 0) {
		return m.wrong(0, "a rate above 0 expected, got "+number(rate))
	}
	burst := 1.0
	if !m.arg(1).IsNil() {
		if burst, err = m.number(1); err != nil {
			return err
		}
		if !(burst >= 1) {
			return m.wrong(1, "a burst of at least 1 expected, got "+number(burst))
		}
	}
	l := &limiter{identity: m.identity(), rate: max(rate, slowest), burst: burst}
	l.full = float64(c.Now())
	l.waiters.Left, l.waiters.Of = l.left, l
	l.timer = c.NewTimer(l.serve)
	return c.Return(l)
}

// tokens is how many an acquire asks for.
func (l *limiter) tokens(c *interp.Call) (float64, error) {
	if c.Arg(1).IsNil() {
		return 1, nil
	}
	n, err := c.Number(1)
	switch {
	case err != nil:
		return 0, err
	case !(n > 0):
		return 0, c.ArgError(1, "a number of tokens above 0 expected, got "+number(n))
	case n > l.burst:
		return 0, c.ArgError(1, fmt.Sprintf("%s tokens at once are more than the limiter's burst of %s", number(n), number(l.burst)))
	}
	return n, nil
}

// l:acquire([tokens]) takes tokens (1) out of the bucket, and waits until it has them.
func limiterAcquire(c *interp.Call) error {
	l := interp.Self[*limiter](c)
	n, err := l.tokens(c)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if l.try(c.Now(), n) {
		return nil
	}
	return l.wait(c, n, nil)
}

// wait waits for tokens, as a builtin's last act.
func (l *limiter) wait(c *interp.Call, tokens float64, then func(c *interp.Call, tokens float64) error) error {
	if l.waiters.Len() == 0 {
		now := c.Now()
		l.timer.Set(l.when(now, tokens) - now)
	}
	return l.waiters.Wait(c, tokens, then)
}

// l:try_acquire([tokens]) takes tokens if they are there and nobody waits, and reports whether it did.
func limiterTryAcquire(c *interp.Call) error {
	l := interp.Self[*limiter](c)
	n, err := l.tokens(c)
	if err != nil {
		return err
	}
	return c.Return(l.try(c.Now(), n))
}

// l:with(fn, ...) acquires one token, calls fn(...) and returns its values. A token that was used does not come back.
func limiterWith(c *interp.Call) error {
	l := interp.Self[*limiter](c)
	if _, err := c.Function(1); err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if !l.try(c.Now(), 1) {
		return l.wait(c, 1, limiterEntered)
	}
	return limiterEntered(c, 1)
}

func limiterEntered(c *interp.Call, _ float64) error {
	return c.ProtectReturn(c.Arg(1), asItIs, c.Rest(2)...)
}

// asItIs goes on from a call that was all there was to do.
var asItIs = interp.ContinuationFunc(func(_ *interp.Call, err error) error { return err })
