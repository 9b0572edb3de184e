package interp

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"
)

// EndWatcher is told that a task has ended; see [Task.Watch].
type EndWatcher interface{ TaskEnded(t *Task) }

// Watch tells w when the task has ended, before anybody who waits for it goes on and before its failure is reported: on
// the loop, where w may wake tasks but not wait. A task that has ended already tells nobody.
func (t *Task) Watch(w EndWatcher) { t.rarely().watchers = append(t.rare.watchers, w) }

// Unwatch takes one Watch back; the latest is found soonest.
func (t *Task) Unwatch(w EndWatcher) {
	if t.rare == nil {
		return
	}
	l := t.rare.watchers
	for i := len(l) - 1; i >= 0; i-- {
		if l[i] == w {
			t.rare.watchers = slices.Delete(l, i, i+1)
			return
		}
	}
}

// tellWatchers is called once, when the task has ended.
func (t *Task) tellWatchers() {
	if t.rare == nil {
		return
	}
	watchers := t.rare.watchers
	t.rare.watchers = nil
	for _, w := range watchers {
		t.run.rt.guard(t.run, "an EndWatcher", func() { w.TaskEnded(t) })
	}
}

// Value is the task as scripts see it.
func (t *Task) Value() Value { return Value{t.value(), t.run.rt} }

// WillBeAwaited says that somebody is going to ask for the task's result: a failure is not reported at once, but at the run's end if
// nobody has asked by then.
func (t *Task) WillBeAwaited() { t.awaiting++ }

// Warn tells the host something, as [Call.Warn] does.
func (t *Task) Warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	t.run.rt.warn(t.run, text, text, slog.String("task", t.Name()))
}

// Timer calls a function on the loop at a given time. It counts as something that can wake a task.
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
		tm.rt.guard(tm.run, "the function of a Timer", func() { tm.fn(tm.rt.loop.Now()) })
	})
}

// Now is the loop time.
func (tm *Timer) Now() time.Duration { return tm.rt.loop.Now() }

// Stop prevents the timer from firing.
func (tm *Timer) Stop() {
	if tm.stop != nil {
		tm.stop()
		tm.stop = nil
	}
}

// Random is a number from 0 up to 1 for spreading delays. On a virtual or manual clock it is the same sequence in every
// run; scripts' own random numbers are not touched.
func (c *Call) Random() float64 {
	if c.rt.random == nil {
		seed := rand.Uint64()
		if c.rt.cfg.clock != nil { // a clock that makes its own time
			seed = 1
		}
		c.rt.random = rand.New(rand.NewPCG(seed, seed))
	}
	return c.rt.random.Float64()
}
