package interp

import (
	"context"
	"errors"
	"time"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// ending is how the tasks of a run, or the daemons of a runtime, are cut short.
type ending struct {
	cancellation  *sched.Cancelled // nil: they are not
	shieldedUntil time.Duration    // loop time at which what was shielded is cancelled as well
	stopTimer     func()           // the timer for that
}

// cancel is the host's cancellation, by Ctrl-C for one.
func (r *run) cancel(cause error) { r.cancelFor(cause.Error(), cause) }

// cancelFor is cancel with a reason of its own.
func (r *run) cancelFor(reason string, cause error) {
	if r.hostCancel != nil || r.over() {
		return
	}
	r.hostCancel = &sched.Cancelled{Reason: reason, Cause: cause, Interrupts: true}
	r.cancelServers(r.hostCancel)
	if !r.main.s.Cancel(r.hostCancel) {
		r.cut(r.hostCancel)
	}
}

// stop ends the run with a status; the first that is set stays.
func (r *run) stop(code int) *sched.Cancelled {
	if !r.exiting {
		r.exiting, r.exitCode = true, code
	}
	c := &sched.Cancelled{Reason: "the script is ending"}
	r.cut(c)
	return c
}

// exit is stop for a task that unwinds at once, through everything.
func (r *run) exit(t *Task, code int) error {
	r.stop(code)
	c := &sched.Cancelled{Reason: "the script is ending", Final: true}
	t.s.Cancel(c)
	return c
}

// cut cuts the run short. Where the host has cancelled it, its servers' requests may need its other tasks: these go on until the servers
// have ended.
func (r *run) cut(c *sched.Cancelled) {
	if r.servers > 0 && c == r.hostCancel {
		r.rest = c
		r.cancelServers(c)
		return
	}
	r.rt.cut(&r.end, c, func(t *Task) bool { return t.run == r && !t.daemon })
}

// cancelServers asks those of the run's tasks that serve to end.
func (r *run) cancelServers(c *sched.Cancelled) {
	if r.servers > 0 {
		r.rt.loop.All(func(s *sched.Task) {
			if t := taskOf(s); t.run == r && t.serves() {
				s.Cancel(c)
			}
		})
	}
}

// serverEnded is told of each.
func (r *run) serverEnded() {
	if r.servers--; r.servers == 0 && r.rest != nil {
		c := r.rest
		r.rest = nil
		r.cut(c)
	}
}

// Serves says that the task which runs answers what others ask of it until it is cancelled, behind a shield of its own in which that is its own
// end to make. When the host cancels the run, by Ctrl-C for one, it is cancelled together with the main task, and the tasks that its
// answers may need only when both have ended.
func (c *Call) Serves() {
	if r := c.task.rarely(); !r.serves {
		r.serves = true
		c.task.run.servers++
		if by := c.task.run.hostCancel; by != nil {
			c.task.s.Cancel(by)
		}
	}
}

// EndServers cancels the tasks of the run that serve (see [Call.Serves]), and waits until they have ended.
func (c *Call) EndServers() error {
	for _, t := range c.Tasks() {
		if !t.serves() {
			continue
		}
		t.Cancel("the servers of the run are ended")
		if err := c.Join(t); err != nil {
			return err
		}
	}
	return nil
}

func (t *Task) serves() bool { return t.rare != nil && t.rare.serves }

// cut cancels every task that in accepts. The tasks that they own are left to them; one that is shielded has the grace period.
func (rt *Runtime) cut(e *ending, c *sched.Cancelled, in func(*Task) bool) {
	if e.cancellation != nil {
		return
	}
	e.cancellation, e.shieldedUntil = c, sched.Add(rt.loop.Now(), rt.cfg.grace)
	rt.loop.All(func(s *sched.Task) {
		if t := taskOf(s); in(t) && t.leads() && !t.shielded {
			s.Cancel(c)
		}
	})
	e.stopTimer = rt.loop.AfterFunc(rt.cfg.grace, func() {
		late := &sched.Cancelled{Reason: c.Reason, Cause: c.Cause, Interrupts: true}
		rt.loop.All(func(s *sched.Task) {
			if t := taskOf(s); in(t) && t.leads() {
				s.Cancel(late)
			}
		})
	})
}

// cutShort reports whether the run was cancelled, not only its tasks because it ends of itself.
func (r *run) cutShort() bool {
	return r.hostCancel != nil || r.killedBy != nil || r.lim != nil && r.lim.crossed != nil || r.main.cancelled && !r.exiting
}

// cancelledMain is the error of a run whose main task was cancelled.
func (r *run) cancelledMain() error {
	if r.hostCancel != nil {
		return r.where.is(cancelledBy(r.hostCancel.Cause))
	}
	c := r.main.s.CancelledBy()
	if c == nil {
		c = &sched.Cancelled{}
	}
	e := &Error{Kind: KindCancelled, Msg: "the main task was cancelled", cause: c}
	if c.Reason != "" {
		e.Msg += ": " + c.Reason
	}
	return e
}

// cancelledBy is the error of a run that the host cancelled.
func cancelledBy(cause error) *Error {
	if e, ok := cause.(*Error); ok && e.Kind == KindPanic {
		return e
	}
	e := &Error{Kind: KindCancelled, Msg: "cancelled: " + cause.Error(), cause: cause}
	if errors.Is(cause, context.DeadlineExceeded) {
		e.Kind, e.Msg = KindTimeout, "timed out: "+cause.Error()
	}
	return e
}

const deadlocked = "deadlock: every task waits, and nothing can wake any of them"

// deadlock is called when tasks are left and nothing can wake any of them: every run under way ends with it. Where that has
// happened already, the cleanups wait for ever, and are cut as well.
func (rt *Runtime) deadlock() {
	if !rt.kill("deadlock", KindDeadlock, deadlocked, nil) {
		rt.killCleanups("deadlock")
	}
}

// clockEnded is called when a task has waited until the clock's end: every run under way ends with it, and every daemon.
// With the last nanosecond that there is cleanups are cut, too, as no timer can bound them any more.
func (rt *Runtime) clockEnded() {
	const reason = "the clock has come to its end"
	if !rt.kill(reason, KindLimit, "limit exceeded: the clock ends 292 years after its start, and a task waits for longer than that", nil) && rt.loop.Now() >= Forever-1 {
		rt.killCleanups(reason)
	}
	rt.loop.All(func(s *sched.Task) {
		if t := taskOf(s); t.daemon && t.leads() {
			s.Cancel(&sched.Cancelled{Reason: reason})
		}
	})
}

// killCleanups cancels, through every shield, the tasks of runs that are to end; without a run the daemons.
func (rt *Runtime) killCleanups(reason string) {
	c := &sched.Cancelled{Reason: reason, Interrupts: true}
	rt.loop.All(func(s *sched.Task) {
		if !taskOf(s).daemon || len(rt.runs) == 0 {
			s.Kill(c)
		}
	})
}

// kill ends every run under way with an error that says which task waits where, in lines, or as is found here. It reports false if each had been ended before.
func (rt *Runtime) kill(reason string, kind Kind, msg string, lines []string) bool {
	e := &Error{Kind: kind, cause: kinds[kind]}
	c := &sched.Cancelled{Reason: reason, Cause: e}
	for r := range rt.runs {
		if r.killedBy == nil {
			if e.Msg == "" {
				e.Msg = msg
				if lines == nil {
					lines = rt.whereabouts()
				}
				for _, line := range lines {
					e.Msg += "\n\t" + line
				}
			}
			r.killedBy = e
			r.cut(c)
			if r.main != nil {
				r.main.s.Cancel(c)
			}
		}
	}
	return e.Msg != ""
}

// causeOf is why a context has ended: its cause, which is also what ctx.Err() says.
func causeOf(ctx context.Context) (is error) {
	if p := vm.Guard("the context of a run", func() {
		cause, err := context.Cause(ctx), ctx.Err()
		if is = cause; !errors.Is(cause, err) {
			is = contextCause{cause, err}
		}
	}); p != nil {
		return newError(p)
	}
	return sound(is)
}

type contextCause struct{ cause, err error }

func (c contextCause) Error() string { return c.cause.Error() }

func (c contextCause) Unwrap() []error { return []error{c.cause, c.err} }
