package interp

import (
	"slices"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Nursery owns tasks for the length of a call of [Call.Nursery].
type Nursery struct {
	// Collect makes failed members no failure of the nursery: the builtin looks at them itself. Errors of those that
	// the nursery has cancelled still are one. Where the nursery fails or is cancelled, so that the builtin does not come to
	// look, what the members had raised is not lost: it is among the others of what is raised then, or told as errors that
	// nobody has awaited.
	Collect bool
	// Forgets is for a builtin with Collect of which failures are expected: then they are lost in that case.
	Forgets bool
	// CancelledFails makes a member that was cancelled from outside count as failed, with kind cancelled.
	CancelledFails bool
	// Contents is what the builtin keeps of the members, their results for one, until the nursery is closed; see Container.
	Contents Container
	// Of is how many members there will be, for a ScopeTracer; 0: nobody knows.
	Of int

	rt        *Runtime
	openedAt  vm.Site
	owner     *Task // who opened it, and who closes it: a coroutine may go on in another task
	n         sched.Nursery
	stop      func(*Task) bool
	failed    []*Error
	aside     []*Task         // that have failed before the nursery was cut short, with Collect
	lost      []*Task         // whose errors members took along as they unwound
	failedSet map[*Error]bool // failed, once they are many
	memberCut bool            // a member was cancelled by the nursery
	closed    bool
	abandoned bool  // closed without waiting: the owner was discarded
	err       error // what the body returned
	then      Continuation
}

// Nursery calls body in a new cancel scope, and returns when body and every task that it gave to the nursery have ended.
// stop (unless nil) is called on the loop for each of them that has ended, in the order of their ends; when it returns
// true, or body returns an error, or the caller is cancelled, the rest are cancelled, body included.
//
// It returns the first error that was raised, with the others attached, in the order in which they were raised. Without
// one it returns the cancellation of the caller, if that cut anything short.
func (c *Call) Nursery(n *Nursery, stop func(*Task) bool, body func() error) error {
	err := c.nurseryBody(n, stop, body)
	t, left := c.task, false
	if left, err = n.bodyEnded(c, err); left {
		return err
	}
	t.waits = c.def
	for n.n.BeginJoin(&t.s) {
		t.s.Suspend()
		_, _ = t.s.Outcome() // a wait that nothing cuts
	}
	return n.close(c)
}

// NurseryReturn is Nursery as a builtin's last act: what it returns is given to then.
func (c *Call) NurseryReturn(n *Nursery, stop func(*Task) bool, body func() error, then Continuation) error {
	return c.CloseNursery(n, c.nurseryBody(n, stop, body), then)
}

// OpenNursery is the first part of Nursery, for a builtin whose last act is the body: the Continuation of that closes it.
func (c *Call) OpenNursery(n *Nursery, stop func(*Task) bool) {
	n.rt, n.openedAt, n.owner, n.stop = c.rt, vm.SiteOf(c.l), c.task, stop
	n.n.Host = n
	n.n.Open(&c.task.s, n.ended)
	c.Enter(c.Name(), 0, n.Of)
	c.rt.holding(n)
}

// CloseNursery is the last part of Nursery, as a builtin's last act, where err is what the body returned: what Nursery would
// return is given to then.
func (c *Call) CloseNursery(n *Nursery, err error, then Continuation) error {
	if err == ErrDropped {
		n.leave()
		return then.Continue(c, err)
	}
	left, err := n.bodyEnded(c, err)
	if left {
		return then.Continue(c, err)
	}
	n.then = then
	return n.joinMembers(c, nil)
}

// joinMembers waits, as a builtin's last act, until every member has ended.
func (n *Nursery) joinMembers(c *Call, _ any) error {
	c.task.waits = c.def
	if n.n.BeginJoin(&c.task.s) {
		return c.endInWait(true, finishing(n.joinMembers))
	}
	return n.then.Continue(c, n.close(c))
}

// nurseryBody calls the body in the nursery, which it opens.
func (c *Call) nurseryBody(n *Nursery, stop func(*Task) bool, body func() error) error {
	c.OpenNursery(n, stop)
	done := false
	defer func() {
		if !done {
			n.leave() // a panic goes through
		}
	}()
	c.inside++
	err := body()
	c.inside--
	done = true
	c.refreshTask()
	return err
}

// leave leaves the members, cancelled, as nobody is there to wait for them.
func (n *Nursery) leave() {
	n.closed, n.abandoned = true, true
	untold(n.aside)
	untold(n.lost)
	delete(n.rt.holders, n)
	n.n.Abandon()
	if t := n.rt.current(); t != nil && n.n.Scope().Entered() {
		t.s.Exit(n.n.Scope(), nil)
		t.exits(nil, false)
	}
}

// bodyEnded is told what the body returned. If the nursery cannot be closed, its members are left.
func (n *Nursery) bodyEnded(c *Call, err error) (left bool, _ error) {
	t := c.task
	if t != n.owner && t.memberOf(n) {
		if err == nil {
			err = Errorf(KindError, "a coroutine has taken this into task '%s', which it waits for itself", t.Name())
		}
		n.leave()
		return true, err
	}
	n.owner, n.err = t, err
	if err == nil {
		return false, nil
	}
	if _, cut := err.(*sched.Cancelled); !cut {
		n.fail(c.rt.located(c.l, asError(err)))
	}
	n.n.Cancel(&sched.Cancelled{Reason: "its owner ended"})
	return false, nil
}

// close is called when the body and every member have ended, and says what came of them.
func (n *Nursery) close(c *Call) error {
	t := c.task
	n.closed = true
	delete(n.rt.holders, n)
	if len(n.failed) > 0 {
		c.Exit(n.failed[0])
	} else {
		c.Exit(n.err)
	}
	own := t.s.Exit(n.n.Scope(), n.err)
	lost := append(n.aside, n.lost...)
	if len(n.failed) > 0 {
		return n.failed[0].with(slices.Concat(errorsOf(lost), n.failed[1:]))
	}
	cancelled, cut := n.err.(*sched.Cancelled)
	switch by := t.s.Pending(); {
	case own || !cut && !n.memberCut:
	case by != nil:
		return t.carries(by, lost)
	case cut:
		return t.carries(cancelled, lost) // of a coroutine that is being closed, in a task that goes on
	}
	if n.n.By() == nil { // the builtin looks at those of its members
		lost = n.lost
	}
	untold(lost)
	return nil
}

// Grow makes room for so many more members, once the nursery is open.
func (n *Nursery) Grow(more int) {
	if most := n.rt.limits.Tasks; most > 0 {
		more = min(more, most)
	}
	n.n.Grow(more)
}

// Start starts x, or takes the task that it is, as a member. The same task may be given twice; the owner itself, or a task
// that owns it, is an error: each would wait for the other.
func (n *Nursery) Start(x Awaitable, args ...Value) (*Task, error) {
	if n.closed {
		return nil, Errorf(KindError, "the group has ended")
	}
	if t := x.Task(); t != nil && n.owner.ownedBy(t) {
		if t == n.owner {
			return nil, Errorf(KindError, "a task cannot await itself")
		}
		return nil, Errorf(KindError, "task '%s' cannot be awaited here: it waits for this task itself", t.Name())
	}
	if t := x.Task(); t != nil {
		if err := n.owner.mayAwait(t); err != nil {
			return nil, err
		}
	}
	by, at := n.owner, n.openedAt // between two turns a member's end starts it
	if t := n.rt.current(); t != nil {
		by, at = t, vm.SiteOf(n.rt.vm.Current().State())
	}
	return n.rt.start(x, args, n, n.owner.daemon, by, at)
}

// own makes t a member; without a nursery it is nobody's.
func (n *Nursery) own(t *Task) {
	if n != nil {
		n.n.Own(&t.s)
	}
}

// ErrorValue is [Call.ErrorValue], for what is told of members when no builtin runs.
func (n *Nursery) ErrorValue(err error) Value { return Value{n.rt.errorValue(asError(err)), n.rt} }

// Cancelled reports whether the members have been cancelled: by Cancel, by stop, or with the caller.
func (n *Nursery) Cancelled() bool { return n.n.By() != nil }

// Cancel cancels the members and the body.
func (n *Nursery) Cancel(reason string) { n.n.Cancel(because(reason, false)) }

// ended is told of each member.
func (n *Nursery) ended(s *sched.Task) bool {
	t := taskOf(s)
	if n.abandoned {
		t.run.unawaited(t)
		return false
	}
	t.awaited = true
	switch {
	case t.err != nil:
		switch {
		case !n.Collect || n.n.By() != nil:
			n.fail(t.err)
		case !n.Forgets:
			n.aside = append(n.aside, t)
		}
	case t.cancelled && t.s.CancelledBy() == n.n.By():
		n.memberCut = true
		n.lost = append(n.lost, t.carried(nil)...)
	case t.cancelled && n.CancelledFails && !n.Collect:
		n.fail(t.cancelledError())
	case t.cancelled && !n.CancelledFails:
		n.lost = append(n.lost, t.carried(nil)...)
	}
	if n.stop == nil {
		return false
	}
	stop := true
	if p := vm.Guard("the stop of a nursery", func() { stop = n.stop(t) }); p != nil {
		n.failed = append(n.failed, newError(p))
	}
	return stop
}

// fail keeps the error of a member, or of the body, unless it is there: a task may be a member twice, and raise what it has
// awaited.
func (n *Nursery) fail(e *Error) {
	const few = 16
	if len(n.failed) < few {
		if !slices.Contains(n.failed, e) {
			n.failed = append(n.failed, e)
		}
		return
	}
	if n.failedSet == nil {
		n.failedSet = make(map[*Error]bool)
		for _, f := range n.failed {
			n.failedSet[f] = true
		}
	}
	if !n.failedSet[e] {
		n.failedSet[e] = true
		n.failed = append(n.failed, e)
	}
}
