package sched

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Forever is a deadline that never comes; a wait until then needs no timer.
const Forever = time.Duration(math.MaxInt64)

// End is the loop time at which a clock ends, 292 years after its start. Finite waits that would go on for longer end then.
// The 99 days that are left until a Duration overflows are for the cleanups that then begin; see Config.Ended.
const End = 292 * 8766 * time.Hour

// Clock is a loop's source of time. Its methods are called on the loop's side only.
type Clock interface {
	// Now is the loop time: monotonic, from an arbitrary start.
	Now() time.Duration
	// Wall is the time of day at Now.
	Wall() time.Time
	// Idle is called when no task is ready. It returns when wake has received, or when Now has reached the deadline
	// until; it may return early. outside says that work is under way that will use wake: time that is made must not
	// be made then.
	Idle(until time.Duration, outside bool, wake <-chan struct{})
}

// Pauser is a clock that can be made to stand still from outside. The time until resume is called does not count.
type Pauser interface {
	Pause() (resume func())
}

// Add is the loop time d after now. It is Forever for a d of Forever alone: what is finite and too long ends at End, or
// after that with the last nanosecond that there is.
func Add(now, d time.Duration) time.Duration {
	last := End
	if now >= End {
		last = Forever - 1
	}
	switch {
	case d == Forever:
		return Forever
	case d > last-now:
		return last
	}
	return now + d
}

// Seconds is the duration of s seconds. Infinity is Forever; what is finite and too long is the longest duration below
// that, what is too short zero. NaN is zero.
func Seconds(s float64) time.Duration {
	ns := s * 1e9
	switch {
	case math.IsInf(s, 1):
		return Forever
	case ns >= math.MaxInt64:
		return Forever - 1
	case ns > 0:
		// Rounded up: a wait may be a nanosecond late, but never early.
		return time.Duration(math.Ceil(ns))
	}
	return 0
}

// NewRealClock returns a clock that starts at zero now and goes with the machine's monotonic one.
func NewRealClock() Clock { return &realClock{realTime: &realTime{start: time.Now()}} }

// realClock is a loop's.
type realClock struct {
	*realTime
	timer *time.Timer // made once, used for each idle period
}

// sibling is a clock for another loop that shows the same time: the same one, where time is made.
func sibling(c Clock) Clock {
	if real, ok := c.(*realClock); ok {
		return &realClock{realTime: real.realTime}
	}
	return c
}

// realTime is the time of the machine, less that in which it was paused.
type realTime struct {
	start time.Time

	lost    atomic.Int64 // time that has gone by while it was paused
	stands  atomic.Int64 // where it stands while it is paused; 0: it goes; -1: that is just being found out
	pausing sync.Mutex
	paused  int // Pause less resume
}

// Now retries where the clock was paused, or went on, between two of its looks: nobody sees it go back.
func (c *realTime) Now() time.Duration {
	for {
		lost := c.lost.Load()
		now := time.Since(c.start) - time.Duration(lost)
		switch at := c.stands.Load(); {
		case at > 0:
			return time.Duration(at)
		case at < 0:
			runtime.Gosched()
		case c.lost.Load() == lost:
			return now
		}
	}
}

func (c *realTime) Wall() time.Time { return time.Now() }

// pausedOnce reports whether the clock stands, or has stood: then the watchdog's ticks may have come closer together than it says.
func (c *realTime) pausedOnce() bool { return c.lost.Load() != 0 || c.stands.Load() != 0 }

// Pause implements Pauser.
func (c *realTime) Pause() (resume func()) {
	c.pausing.Lock()
	defer c.pausing.Unlock()
	if c.paused++; c.paused == 1 {
		c.stands.Store(-1)
		c.stands.Store(int64(max(time.Since(c.start)-time.Duration(c.lost.Load()), 1)))
	}
	return func() {
		c.pausing.Lock()
		defer c.pausing.Unlock()
		if c.paused--; c.paused == 0 {
			c.lost.Store(int64(time.Since(c.start)) - c.stands.Load())
			c.stands.Store(0)
		}
	}
}

func (c *realClock) Idle(until time.Duration, _ bool, wake <-chan struct{}) {
	if until == Forever {
		<-wake
		return
	}
	d := until - c.Now()
	if d <= 0 {
		return
	}
	if c.stands.Load() != 0 {
		d = max(d, time.Millisecond) // it comes no nearer
	}
	if c.timer == nil {
		c.timer = time.NewTimer(d)
	} else {
		c.timer.Reset(d)
	}
	select {
	case <-wake:
		c.timer.Stop()
	case <-c.timer.C:
	}
}

// virtualStart is the time of day at which virtual clocks start.
var virtualStart = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// NewVirtualClock returns a clock that starts at 2000-01-01 00:00:00 UTC and stands still while anything runs: when
// nothing is ready, and no work is under way outside, it jumps to the next deadline.
func NewVirtualClock() Clock { return &virtualClock{} }

type virtualClock struct{ now time.Duration }

func (c *virtualClock) Now() time.Duration { return c.now }
func (c *virtualClock) Wall() time.Time    { return virtualStart.Add(c.now).Local() }

func (c *virtualClock) Idle(until time.Duration, outside bool, wake <-chan struct{}) {
	if outside || until == Forever {
		<-wake
		return
	}
	c.now = max(c.now, until)
}

func (c *virtualClock) jump(until time.Duration, outside bool) bool {
	if outside || until == Forever {
		return false
	}
	c.now = max(c.now, until)
	return true
}

// NewLateClock is NewVirtualClock that jumps further than to the next deadline, by what late says: as on a machine that has much else to
// do, where timers fire in their order and late.
func NewLateClock(late func() time.Duration) Clock { return &lateClock{late: late} }

type lateClock struct {
	virtualClock
	late func() time.Duration
}

func (c *lateClock) Idle(until time.Duration, outside bool, wake <-chan struct{}) {
	c.virtualClock.Idle(c.lateFor(until, outside), outside, wake)
}

func (c *lateClock) jump(until time.Duration, outside bool) bool {
	return c.virtualClock.jump(c.lateFor(until, outside), outside)
}

// lateFor is when the deadline until is come to.
func (c *lateClock) lateFor(until time.Duration, outside bool) time.Duration {
	if !outside && until != Forever && until > c.now && until < End {
		return Add(until, max(c.late(), 0))
	}
	return until
}

// ManualClock is a clock that its owner moves: a game's tick, a simulator's step. It starts at 2000-01-01 00:00:00 UTC
// and serves one loop.
type ManualClock struct {
	mu     sync.Mutex
	now    time.Duration
	target time.Duration // where Advance wants it
	wake   func()        // nudges the loop; nil while no loop uses the clock
	quiet  *sync.Cond    // the loop has nothing ready and nothing due up to target
	still  bool
}

// NewManualClock returns a clock that stands still until Advance is called.
func NewManualClock() *ManualClock {
	c := &ManualClock{}
	c.quiet = sync.NewCond(&c.mu)
	return c
}

// Attach ties the clock to the loop that wake nudges; it reports false if it has one already. Detach with nil.
func (c *ManualClock) Attach(wake func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if wake != nil && c.wake != nil {
		return false
	}
	c.wake, c.still = wake, false
	c.now = c.target // where an Advance was cut short
	c.quiet.Broadcast()
	return true
}

// Advance moves the clock on by d, deadline by deadline in their order, and returns when everything that this made
// ready has run as far as it goes without more time. It must not be called by a function that runs on the loop.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.target = Add(c.target, max(d, 0))
	if c.wake == nil {
		c.now = c.target
		return
	}
	c.still = false
	c.wake()
	for !c.still && c.wake != nil {
		c.quiet.Wait()
	}
}

// Now implements Clock.
func (c *ManualClock) Now() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Wall implements Clock.
func (c *ManualClock) Wall() time.Time { return virtualStart.Add(c.Now()).Local() }

// Idle implements Clock.
func (c *ManualClock) Idle(until time.Duration, _ bool, wake <-chan struct{}) {
	select {
	case <-wake: // it may have made something ready
		return
	default:
	}
	c.mu.Lock()
	if until <= c.target {
		c.now = max(c.now, until)
		c.mu.Unlock()
		return
	}
	c.rests()
	c.mu.Unlock()
	<-wake
}

// rests is called, with the lock, when all has been done that there was to do up to target.
func (c *ManualClock) rests() {
	c.now = c.target
	c.still = true
	c.quiet.Broadcast()
}

func (c *ManualClock) jump(until time.Duration, _ bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if until > c.target {
		c.rests()
		return false
	}
	c.now = max(c.now, until)
	return true
}
