package interp

import (
	"time"

	"github.com/lull-lua/lull/interp/internal/sched"
)

// Waker ends one wait of one task, once; it is a small value, to be copied. Take one with [Call.Waker].
type Waker struct{ w sched.Waker }

// Wake ends the wait: v is what [Call.Park] returns. It reports false, and does nothing, where the wait is over already. It is for
// the loop's side.
func (w Waker) Wake(v any) bool { return w.w.Wake(v) }

// Post is Wake from any goroutine; where the wait is over it does nothing.
func (w Waker) Post(v any) { w.w.Post(v) }

// Aborter is what a task waits for; it is told when a cancellation ends the wait.
type Aborter interface {
	// Abort is told, on the loop, to forget the wait of w. Where it had been woken already, but its task has not run since, woken is
	// true, and v, which it was given, must go to the next who waits.
	Abort(w Waker, v any, woken bool)
}

// Checkpoint is where a builtin that can wait begins: it returns a cancellation of the task, and lets others run if the
// task has not waited for 1,000 times in a row.
func (c *Call) Checkpoint() error {
	c.task.waits = c.def
	c.rt.passes(c.task)
	return c.task.s.Checkpoint()
}

// Waker is for the next Park; register it with whatever will end the wait.
func (c *Call) Waker() Waker { return Waker{c.task.s.Waker()} }

// Park waits until the Waker that was taken before is used, and returns what it was given. It is the one primitive that
// waits. If the task is cancelled, a (unless nil) is told to forget the waiter, also one that was woken but has not run
// yet, and the cancellation is returned.
//
//	if err := c.Checkpoint(); err != nil {
//		return err
//	}
//	if !q.ready() {
//		q.add(c.Waker())
//		v, err := c.Park(q)
//		...
//	}
func (c *Call) Park(a Aborter) (any, error) {
	c.task.waits = c.def
	return c.task.s.Park(a)
}

// Sleep waits for d; zero or less just lets others run, Forever waits until cancelled.
func (c *Call) Sleep(d time.Duration) error {
	if d > 0 {
		if err := c.rt.timerRoom(); err != nil {
			return err
		}
	}
	c.task.waits = c.def
	c.rt.passes(c.task)
	return c.task.s.Sleep(d)
}

// ParkReturn is Park as a builtin's last act: `return c.ParkReturn(a, nil)`. The call's result is what the waker gives;
// finish, unless nil, makes the results of it. c is not valid any more then: finish has its own.
func (c *Call) ParkReturn(a Aborter, finish func(c *Call, v any) error) error {
	c.task.waits = c.def
	return c.endInWait(c.task.s.Begin(a), finishing(finish).afterWait())
}

// SleepReturn is Sleep as a builtin's last act; see ParkReturn. finish has nothing to go by.
func (c *Call) SleepReturn(d time.Duration, finish func(c *Call, v any) error) error {
	if d > 0 {
		if err := c.rt.timerRoom(); err != nil {
			return err
		}
	}
	c.task.waits = c.def
	c.rt.passes(c.task)
	return c.endInWait(c.task.s.BeginSleep(d), finishing(finish).afterWait())
}
