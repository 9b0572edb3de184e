package sched

import (
	"errors"
	"time"
)

// ErrCancelled is what every cancellation is for errors.Is.
var ErrCancelled = errors.New("cancelled")

// Cancelled is the error that unwinds a task, up to the scope that was cancelled.
type Cancelled struct {
	// Reason was given by the caller of Cancel, or is "".
	Reason string
	// Cause is the error behind it, for errors.Is; may be nil.
	Cause error
	// Interrupts says that a task which computes on and on is cut as well: it comes from a deadline or from outside.
	Interrupts bool
	// Final says that no scope ends it: the whole task unwinds.
	Final bool
}

// Late is a cancellation that need not be made before it is wanted.
type Late interface{ Cancellation() *Cancelled }

// Cancellation implements Late.
func (c *Cancelled) Cancellation() *Cancelled { return c }

func (c *Cancelled) Error() string {
	if c.Reason == "" {
		return "cancelled"
	}
	return "cancelled: " + c.Reason
}

// Is reports whether target is ErrCancelled.
func (c *Cancelled) Is(target error) bool { return target == ErrCancelled }

// Unwrap is the Cause.
func (c *Cancelled) Unwrap() error { return c.Cause }

// Scope is a stretch of a task's work that can be cancelled, by itself or at a deadline. The zero value is one that has
// neither been cancelled nor shields anything. A scope is used once.
type Scope struct {
	task   *Task // whose stack it is on; nil before, after and while a coroutine that opened it is suspended
	parent *Scope
	by     *Cancelled // it is cancelled; the first stays
	atEnd  Late       // what expire cancels with
	nurse  *Nursery   // whose members are cancelled when a cancellation reaches this scope

	shield *Shield // unless nil: cancellations from outside stop here. Invariant: the timer is then the end of its grace
	timer  timer   // else its deadline
	force  force   // with which it is cancelled
}

// Shield is how a scope treats cancellations from outside. It stays the caller's, as the scope does.
type Shield struct {
	Grace time.Duration       // how long they wait; Forever: without end
	Asked func(by *Cancelled) // unless nil: called once, on the loop, when the first has come
}

// force is how far a cancellation goes; a later one may raise it, though the first decides what is raised.
type force uint8

const (
	gentle force = iota // waits for a checkpoint
	urgent              // cuts a task that computes on and on: a deadline, or from outside
	hard                // goes through shields as well: the end of a grace
)

func (c *Cancelled) force() force {
	if c.Interrupts {
		return urgent
	}
	return gentle
}

// Enter opens s in the running task: what runs from now to Exit is in it.
func (t *Task) Enter(s *Scope) {
	s.task, s.parent = t, t.scope
	t.scope = s
	if s.by != nil { // cancelled before it was entered
		t.look()
	}
	if t.cancel != nil && s.nurse != nil {
		s.nurse.reached(t.cancel.by, t.force)
	}
}

// EnterFor opens s for d, after which it is cancelled with c.
func (t *Task) EnterFor(s *Scope, d time.Duration, c Late) {
	s.atEnd = c
	t.loop.setFor(&s.timer, d, s)
	t.Enter(s)
}

// EnterShield opens s as a shield: cancellations from outside wait, but no longer than its grace, counted from now or, if
// later, from the cancellation; then everything inside is cancelled, other shields and all.
func (t *Task) EnterShield(s *Scope, shield *Shield) {
	s.shield = shield
	outer := t.cancel
	t.Enter(s)
	if outer != nil {
		s.lastCall(outer.by)
		t.look()
	}
}

// Exit closes s, the innermost scope, after its body ended with err. It reports whether err is the cancellation of s
// itself, which thereby ends here: with an outer scope cancelled as well, that one decides.
func (t *Task) Exit(s *Scope, err error) bool {
	t.loop.timers.stop(&s.timer)
	t.scope = s.parent
	s.task, s.parent = nil, nil
	if s.by == nil && s.shield == nil {
		return false
	}
	t.look()
	t.loop.pollTicks = 0 // whatever is cancelled next has its own time
	c, ok := err.(*Cancelled)
	return ok && !c.Final && s.by != nil && t.cancel == nil
}

// Cancel cancels the scope, and reports whether it was not cancelled before.
func (s *Scope) Cancel(c *Cancelled) bool { return s.cancel(c, c.force()) }

// cancel is Cancel with a force, which may be more than that of a cancellation before.
func (s *Scope) cancel(c *Cancelled, f force) (first bool) {
	if first = s.by == nil; first {
		s.by = c
	} else if f <= s.force {
		return false
	}
	s.force = f
	if t := s.task; t != nil {
		reaches(t.scope, s, s.by, f)
		if t.look(); t.cancel != nil {
			t.abort()
		}
	}
	return first
}

// Entered reports whether the scope is on the stack of a task.
func (s *Scope) Entered() bool { return s.task != nil }

// By is what cancelled the scope, or nil.
func (s *Scope) By() *Cancelled { return s.by }

func (s *Scope) expire() {
	by := s.atEnd.Cancellation()
	if s.shield != nil {
		s.cancel(by, hard)
	} else {
		s.Cancel(by)
	}
}

// look finds the cancelled scope that decides for what the task runs now: the outermost that no shield hides.
func (t *Task) look() {
	t.cancel, t.force = nil, gentle
	shielded := false
	for s := t.scope; s != nil; s = s.parent {
		if s.by != nil && (!shielded || s.force == hard) {
			t.cancel = s
			t.force = max(t.force, s.force)
		}
		shielded = shielded || s.shield != nil
	}
}

// reaches tells the scopes from s inwards to inner that a cancellation of s, or outside it, has reached them, and reports
// whether it gets as far as inner.
func reaches(inner, s *Scope, by *Cancelled, f force) bool {
	if inner != s {
		if !reaches(inner.parent, s, by, f) {
			return false
		}
		if inner.shield != nil && f < hard {
			inner.lastCall(by)
			return false
		}
	}
	if inner.nurse != nil {
		inner.nurse.reached(by, f)
	}
	return true
}

// lastCall starts the grace of a shield that a cancellation has reached.
func (s *Scope) lastCall(by *Cancelled) {
	if ask := s.shield.Asked; ask != nil {
		s.shield.Asked = nil
		ask(by)
	}
	if s.timer.armed() || s.force == hard || s.shield.Grace == Forever {
		return
	}
	s.atEnd = &Cancelled{Reason: by.Reason, Cause: by.Cause, Interrupts: true}
	l := s.task.loop
	l.timers.set(&s.timer, Add(l.Look(), s.shield.Grace), s)
}

// Detach takes the scopes that were opened inside base, the innermost first, off the task: a coroutine that opened them
// is being suspended. It returns the innermost, or nil if there are none.
func (t *Task) Detach(base *Scope) *Scope {
	inner := t.scope
	if inner == base {
		return nil
	}
	s := inner
	for ; s.parent != base; s = s.parent {
		s.task = nil
	}
	s.task, s.parent = nil, nil
	t.scope = base
	t.look()
	return inner
}

// Attach puts what Detach took off some task onto this one, inside its innermost scope.
func (t *Task) Attach(inner *Scope) {
	s := inner
	for ; s.parent != nil; s = s.parent {
		s.task = t
	}
	s.task, s.parent = t, t.Scope()
	outer, f := t.cancel, t.force
	t.scope = inner
	switch {
	case outer == nil:
	case s.shield != nil && f < hard:
		s.lastCall(outer.by)
	default:
		reaches(inner, s, outer.by, f)
	}
	for x := inner; x != s.parent; x = x.parent {
		if x.by != nil { // while it was suspended
			reaches(inner, x, x.by, x.force)
		}
	}
	t.look()
}

// Discard stops the timers of what Detach took off a task, when nobody will attach it any more.
func (l *Loop) Discard(inner *Scope) {
	for s := inner; s != nil; s = s.parent {
		l.timers.stop(&s.timer)
	}
}

// Scope is the task's innermost scope.
func (t *Task) Scope() *Scope {
	if t.scope == nil {
		return t.Root()
	}
	return t.scope
}
