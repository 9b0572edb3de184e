package interp

import (
	"cmp"
	"time"

	"github.com/lull-lua/lull/interp/internal/sched"
)

// Scope is a stretch of a builtin's work with a time limit, or behind a shield.
type Scope struct {
	Timeout  time.Duration       // cancelled after that long; 0 or Forever means no limit
	Reason   string              // of that cancellation
	Seconds  float64             // what a script gave as Timeout: the reason says so, unless there is one
	Shield   bool                // cancellations from outside wait, for as long as Grace after the start or, if later, after them
	Grace    time.Duration       // Forever: without end
	Asked    func(reason string) // with Shield: called once, on the loop, when a cancellation from outside has come; or nil
	Contents Container           // what the builtin keeps until the scope is closed, or nil
	Name     string              // what a ScopeTracer is told that it is; "": the builtin's
	N, Of    int                 // and which of how many, such as an attempt
	Closes   bool                // what was opened in it is closed when it ends by an error or by its own cancellation; see Resource

	ended   bool
	entered bool    // a ScopeTracer knows of it: it has a name, a limit or a shield
	opened  uint64  // with Closes: how many resources the runtime had opened before
	carried []*Task // see Others
	s       sched.Scope
	shield  sched.Shield // of s, with Shield
}

// Others is for a builtin that makes an error of the scope's own end, when that is closed: what tasks had raised whose errors the
// end has kept from being told. A builtin that does not ask leaves them to be told as errors that nobody has awaited.
func (s *Scope) Others() []error {
	var errs []error
	for _, e := range errorsOf(s.carried) {
		errs = append(errs, e)
	}
	return errs
}

// Ended reports whether the body was ended by the scope's own cancellation.
func (s *Scope) Ended() bool { return s.ended }

// Cancel cancels what runs in the scope.
func (s *Scope) Cancel(reason string) { s.s.Cancel(because(reason, false)) }

// Interrupt is Cancel that also cuts code which computes on and on, as a deadline does.
func (s *Scope) Interrupt(reason string) {
	s.s.Cancel(because(reason, true))
}

// Scope runs body in s, which is used once. It returns body's error, but nil if that is the cancellation of s itself: then
// s.Ended reports true. An outer scope that is cancelled as well decides before s does.
func (c *Call) Scope(s *Scope, body func() error) error {
	if err := c.OpenScope(s); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			_ = c.CloseScope(s, ErrDropped) // a panic goes through
		}
	}()
	c.inside++
	err := body()
	c.inside--
	done = true
	c.refreshTask()
	return c.CloseScope(s, err)
}

// maxScopes bounds the spare scopes of a runtime.
const maxScopes = 256

// NewScope is a Scope that may be one that was given back with FreeScope: for a builtin that is called by the million.
func (c *Call) NewScope() *Scope { return c.rt.newScope() }

func (rt *Runtime) newScope() *Scope {
	n := len(rt.scopes)
	if n == 0 {
		return &Scope{}
	}
	s := rt.scopes[n-1]
	rt.scopes = rt.scopes[:n-1]
	return s
}

// FreeScope gives back a scope whose body has returned without an error, and that is closed: nobody may touch it any more.
func (c *Call) FreeScope(s *Scope) { c.rt.freeScope(s) }

func (rt *Runtime) freeScope(s *Scope) {
	if len(rt.scopes) < maxScopes && !s.s.Entered() {
		*s = Scope{}
		rt.scopes = append(rt.scopes, s)
	}
}

// OpenScope is the first half of Scope, for a builtin whose last act is what runs in s: the Continuation of that closes it.
func (c *Call) OpenScope(s *Scope) error {
	t := &c.task.s
	s.opened = c.rt.everOpened
	if s.Contents != nil {
		c.rt.holding(s.Contents)
	}
	switch {
	case s.Shield:
		s.shield.Grace = s.Grace
		if s.Asked != nil {
			s.shield.Asked = func(by *sched.Cancelled) {
				c.rt.guard(taskOf(t).run, "the Asked of a Scope", func() { s.Asked(by.Reason) })
			}
		}
		t.EnterShield(&s.s, &s.shield)
	case s.Timeout > 0 && s.Timeout != Forever:
		if err := c.rt.timerRoom(); err != nil {
			return err
		}
		t.EnterFor(&s.s, s.Timeout, (*lateScope)(s))
	default:
		t.Enter(&s.s)
	}
	if s.entered = c.rt.traced.scopes() && (s.Name != "" || s.Shield || s.Timeout > 0); s.entered {
		c.Enter(cmp.Or(s.Name, c.Name()), s.N, s.Of)
	}
	return nil
}

// CloseScope is the second half of Scope, where err is what the body returned; it returns what Scope does.
func (c *Call) CloseScope(s *Scope, err error) error {
	t, was := c.rt.current(), err
	if s.Contents != nil {
		delete(c.rt.holders, any(s.Contents))
	}
	switch {
	case t == nil || !s.s.Entered(): // of a coroutine that was dropped
		return err
	case err == ErrDropped:
		t.s.Exit(&s.s, nil)
	default:
		if s.ended = t.s.Exit(&s.s, err); s.ended {
			if by, ok := err.(*sched.Cancelled); ok {
				s.carried = left(t.carried(by))
			}
			err = nil
		}
		if s.Closes && (err != nil || s.ended) {
			c.closesSince(s.opened)
		}
	}
	if s.entered {
		t.exits(was, s.ended)
	}
	return err
}

// lateScope is a Scope as what its deadline cancels with.
type lateScope Scope

// Cancellation implements sched.Late.
func (s *lateScope) Cancellation() *sched.Cancelled {
	reason := s.Reason
	if reason == "" && s.Seconds != 0 {
		reason = "timed out after " + Number(s.Seconds).String() + " s"
	}
	return &sched.Cancelled{Reason: reason, Cause: ErrTimeout, Interrupts: true}
}
