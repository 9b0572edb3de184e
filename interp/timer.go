package interp

import "time"

// Timer calls a function on the loop at a given time. It counts as something that can wake a task. It is for the loop's side; no
// cancellation stops it, the end of the runtime does. Its function belongs to the run that has made it: a panic there ends that.
type Timer struct {
	rt   *Runtime
	run  *run
	fn   func(now time.Duration)
	stop func()
}

// NewTimer makes a timer that is not set. fn is called with the loop time; it may wake tasks and set the timer again, but
// not wait.
func (c *Call) NewTimer(fn func(now time.Duration)) *Timer {
	return &Timer{rt: c.rt, run: c.task.run, fn: fn}
}

// Set makes the timer fire d from now, instead of when it was set to before.
func (tm *Timer) Set(d time.Duration) {
	tm.Stop()
	tm.stop = tm.rt.loop.AfterFunc(d, func() {
		tm.stop = nil
		tm.rt.guard(tm.run, "the function of a Timer", func() { tm.fn(tm.rt.loop.Look()) })
	})
}

// Now is the loop time.
func (tm *Timer) Now() time.Duration { return tm.rt.loop.Look() }

// Stop prevents the timer from firing.
func (tm *Timer) Stop() {
	if tm.stop != nil {
		tm.stop()
		tm.stop = nil
	}
}

// timerRoom is asked before the running task sets a timer. Those of this run are only counted when there are so many of all.
func (rt *Runtime) timerRoom() error {
	return rt.limited(func(lim *limiter) error { return lim.Timer(rt.loop.Timers(), lim.timers) })
}
