package interp

import (
	"context"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
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
	return c.task.s.Sleep(d)
}

// Block runs fn on a goroutine of its own while the task is parked and others run. fn must not touch Lua. If the task is
// cancelled, fn's context is cancelled, the cancellation is returned at once, and what fn returns later is dropped.
func (c *Call) Block(fn func(ctx context.Context) error) error {
	c.task.waits = c.def
	return c.rt.block(c.task, fn, blocking{}, c.rt.slots)
}

// BlockPassive is Block for a wait for whatever may come from outside, and when it likes: a server without a request, a watcher, a
// signal. It is no work under way, so a virtual clock goes on; as something may yet wake the task it is no deadlock either.
func (c *Call) BlockPassive(fn func(ctx context.Context) error) error {
	c.task.waits = c.def
	return c.rt.block(c.task, fn, blocking{passive: true}, nil)
}

// BlockFirm is Block for work that must not be left half done: when the task is cancelled, fn's context is cancelled and fn is
// waited for; it should return soon.
func (c *Call) BlockFirm(fn func(ctx context.Context) error) error {
	c.task.waits = c.def
	return c.rt.block(c.task, fn, blocking{finish: true}, c.rt.slots)
}

// BlockReturn is Block as a builtin's last act; see ParkReturn. then goes on with what fn has returned.
func (c *Call) BlockReturn(fn func(ctx context.Context) error, then func(c *Call, err error) error) error {
	if by := c.task.s.Pending(); by != nil {
		return by
	}
	c.task.waits = c.def
	b := c.rt.startBlock(c.task, fn, blocking{}, c.rt.slots)
	b.then = then
	return c.ends(c.task.s.Begin(b), unblocked)
}

// unblocked goes on after BlockReturn.
func unblocked(c *Call, v any) error {
	b := v.(*blocked)
	b.release()
	return b.then(c, b.err)
}

// blocking is how a task waits for a call off the loop.
type blocking struct {
	finish  bool // a cancellation waits for its end
	passive bool // it is no work under way, but holds up a deadlock
}

// block is Block, or BlockFirm. slots bounds how many calls run at once; a call that holds no thread of the system gives nil.
func (rt *Runtime) block(t *Task, fn func(ctx context.Context) error, how blocking, slots chan struct{}) error {
	if c := t.s.Pending(); c != nil {
		return c
	}
	b := rt.startBlock(t, fn, how, slots)
	_, err := t.s.Park(b)
	if err != nil && how.finish && !b.over {
		b.waker = t.s.Waker()
		t.s.ParkFirm()
	}
	if err == nil || how.finish {
		b.release()
	}
	if err != nil {
		return err
	}
	return b.err
}

// startBlock starts what t is going to wait for.
func (rt *Runtime) startBlock(t *Task, fn func(ctx context.Context) error, how blocking, slots chan struct{}) *blocked {
	// Not cancelled by the host, but by what cancels the task: cleanups work after that.
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.run.ctx))
	b := &blocked{Context: ctx, rt: rt, cancel: cancel, blocking: how, waker: t.s.Waker(), lim: t.run.lim}
	if how.passive {
		rt.loop.Hold()
	} else {
		rt.loop.Begin()
	}
	rt.workers.Go(func() {
		var err error = &Error{Kind: KindPanic, Msg: "a builtin called runtime.Goexit"} // unless fn returns
		defer func() {
			if p := recover(); p != nil {
				err = newError(&vm.Panic{Who: "a builtin", Value: p, Stack: debug.Stack()})
			}
			cancel()
			rt.loop.Post(func() { b.ended(err) })
		}()
		if slots != nil {
			select {
			case slots <- struct{}{}: // more than maxBlocked calls queue
				defer func() { <-slots }()
			case <-ctx.Done():
				err = ctx.Err()
				return
			}
		}
		err = fn(b)
	})
	return b
}

// blocked is a call on another goroutine that a task waits for, and the context of that.
type blocked struct {
	context.Context
	rt     *Runtime
	cancel context.CancelFunc
	blocking
	waker sched.Waker
	over  bool // it no longer counts as work under way
	runs  int  // that it has started with its context and waits for; see calls
	err   error

	lim      *limiter
	asks     int                            // bytes that were taken unasked; for the work's side
	reserved int                            // bytes; see Reserve
	then     func(c *Call, err error) error // of BlockReturn
}

// Value implements context.Context.
func (b *blocked) Value(key any) any {
	if key == (blockedKey{}) {
		return b
	}
	return b.Context.Value(key)
}

// blockedKey finds the *blocked in the context of its work.
type blockedKey struct{}

// calls is told when a run begins (1) or ends (-1) that the work has started. Meanwhile it is Lua that it waits for, so time
// may pass on a virtual clock; but as it may do more than that, there is no deadlock.
func (b *blocked) calls(n int) {
	was := b.runs
	b.runs += n
	switch {
	case b.over || b.passive:
	case was == 0:
		b.rt.loop.Hold()
		b.rt.loop.End()
	case b.runs == 0:
		b.rt.loop.Begin()
		b.rt.loop.Release()
	}
}

// leave is called once, when it no longer counts as work under way.
func (b *blocked) leave() {
	b.over = true
	if b.runs > 0 || b.passive {
		b.rt.loop.Release()
	} else {
		b.rt.loop.End()
	}
}

// ended is called on the loop when the call has returned.
func (b *blocked) ended(err error) {
	if b.over { // it was given up
		b.release()
		return
	}
	b.err = err
	b.leave()
	b.waker.Wake(b)
}

// Abort implements sched.Aborter: an abandoned call no longer keeps virtual time, or a deadlock, waiting.
func (b *blocked) Abort(_ sched.Waker, _ any, woken bool) {
	b.cancel()
	if woken {
		b.release()
	}
	if !b.finish && !b.over {
		if t := taskOf(b.waker.Task()); t.waits != nil && b.rt.debugs(t.run) {
			b.rt.debug(t.run, "blocking call abandoned", slog.String("builtin", t.waits.Name), slog.String("task", t.Name()))
		}
		b.leave()
	}
}

// Scope is a stretch of a builtin's work with a time limit, or behind a shield.
type Scope struct {
	Timeout  time.Duration // cancelled after that long; 0 or Forever means no limit
	Reason   string        // of that cancellation
	Seconds  float64       // what a script gave as Timeout: the reason says so, unless there is one
	Shield   bool          // cancellations from outside wait, for as long as Grace after the start or, if later, after them
	Grace    time.Duration // Forever: without end
	Contents Container     // what the builtin keeps until the scope is closed, or nil
	Closes   bool          // what was opened in it is closed when it ends by an error or by its own cancellation; see Resource

	ended   bool
	opened  uint64  // with Closes: how many resources the runtime had opened before
	carried []*Task // see Others
	s       sched.Scope
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
	c.resumed()
	return c.CloseScope(s, err)
}

// maxScopes bounds the spare scopes of a runtime.
const maxScopes = 256

// NewScope is a Scope that may be one that was given back with FreeScope: for a builtin that is called by the million.
func (c *Call) NewScope() *Scope {
	rt := c.rt
	n := len(rt.scopes)
	if n == 0 {
		return &Scope{}
	}
	s := rt.scopes[n-1]
	rt.scopes = rt.scopes[:n-1]
	return s
}

// FreeScope gives back a scope whose body has returned without an error, and that is closed: nobody may touch it any more.
func (c *Call) FreeScope(s *Scope) {
	if len(c.rt.scopes) < maxScopes && !s.s.Entered() {
		*s = Scope{}
		c.rt.scopes = append(c.rt.scopes, s)
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
		t.EnterShield(&s.s, s.Grace)
	case s.Timeout > 0 && s.Timeout != Forever:
		if err := c.rt.timerRoom(); err != nil {
			return err
		}
		t.EnterDeadline(&s.s, sched.Add(c.Now(), s.Timeout), (*lateScope)(s))
	default:
		t.Enter(&s.s)
	}
	return nil
}

// CloseScope is the second half of Scope, where err is what the body returned; it returns what Scope does.
func (c *Call) CloseScope(s *Scope, err error) error {
	t := c.rt.current()
	if s.Contents != nil {
		delete(c.rt.holders, any(s.Contents))
	}
	switch {
	case t == nil || !s.s.Entered(): // of a coroutine that was dropped
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

	rt     *Runtime
	at     vm.Site // where it was opened
	owner  *Task   // who opened it, and who closes it: a coroutine may go on in another task
	n      sched.Nursery
	stop   func(*Task) bool
	failed []*Error
	aside  []*Task         // that have failed before the nursery was cut short, with Collect
	lost   []*Task         // whose errors members took along as they unwound
	there  map[*Error]bool // they, once they are many
	cut    bool            // a member was cancelled by the nursery
	closed bool
	left   bool  // closed without waiting: the owner was discarded
	err    error // what the body returned
	then   Continuation
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
	n.rt, n.at, n.owner, n.stop = c.rt, vm.SiteOf(c.l), c.task, stop
	n.n.Host = n
	n.n.Open(&c.task.s, n.ended)
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
	return n.joins(c, nil)
}

// joins waits, as a builtin's last act, until every member has ended.
func (n *Nursery) joins(c *Call, _ any) error {
	c.task.waits = c.def
	if n.n.BeginJoin(&c.task.s) {
		return c.ends(true, n.joins)
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
	c.resumed()
	return err
}

// leave leaves the members, cancelled, as nobody is there to wait for them.
func (n *Nursery) leave() {
	n.closed, n.left = true, true
	untold(n.aside)
	untold(n.lost)
	delete(n.rt.holders, n)
	n.n.Abandon()
	if t := n.rt.current(); t != nil && n.n.Scope().Entered() {
		t.s.Exit(n.n.Scope(), nil)
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
	own := t.s.Exit(n.n.Scope(), n.err)
	lost := append(n.aside, n.lost...)
	if len(n.failed) > 0 {
		return n.failed[0].with(slices.Concat(errorsOf(lost), n.failed[1:]))
	}
	cancelled, cut := n.err.(*sched.Cancelled)
	switch by := t.s.Pending(); {
	case own || !cut && !n.cut:
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

// carriage is a failed task whose error nobody will come to know, as whoever would have told it unwinds because of by. An error
// that is made of that has it among the others.
type carriage struct {
	by     *sched.Cancelled
	failed *Task
}

// carries notes what the task takes along while it unwinds.
func (t *Task) carries(by *sched.Cancelled, failed []*Task) *sched.Cancelled {
	for _, f := range failed {
		t.rarely().carried = append(t.rare.carried, carriage{by, f})
	}
	return by
}

// carried takes what the task has taken along because of by; nil: because of anything.
func (t *Task) carried(by *sched.Cancelled) (failed []*Task) {
	if t.rare == nil {
		return nil
	}
	t.rare.carried = slices.DeleteFunc(t.rare.carried, func(c carriage) bool {
		if by != nil && c.by != by {
			return false
		}
		failed = append(failed, c.failed)
		return true
	})
	return failed
}

// errorsOf is what tasks have raised, which somebody has then.
func errorsOf(failed []*Task) []*Error {
	var errs []*Error
	for _, t := range failed {
		t.awaited = true
		errs = append(errs, t.err)
	}
	return errs
}

// left is told of failed tasks whose errors nobody has: unless somebody takes them, they are told when the run ends.
func left(failed []*Task) []*Task {
	for _, t := range failed {
		t.awaited = false
		t.run.fail(t)
	}
	return failed
}

// untold is told of failed tasks whose errors nobody has, nor is going to ask for.
func untold(failed []*Task) {
	for _, t := range failed {
		t.awaited = false
		t.run.unawaited(t)
	}
}

// leaves tells what the task, which nobody owns, has taken along to its end.
func (t *Task) leaves() {
	switch {
	case t.rare == nil:
	case t.awaiting == 0:
		untold(t.carried(nil))
	default:
		for _, c := range t.rare.carried {
			left([]*Task{c.failed})
		}
	}
}

// Grow makes room for so many more members, once the nursery is open.
func (n *Nursery) Grow(more int) {
	if most := n.rt.cfg.limits.Tasks; most > 0 {
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
	by, at := n.owner, n.at // between two turns a member's end starts it
	if t := n.rt.current(); t != nil {
		by, at = t, vm.SiteOf(n.rt.vm.Current().State())
	}
	t, err := n.rt.start(x, args, n.owner.daemon, by, at)
	if err != nil {
		return nil, err
	}
	n.n.Own(&t.s)
	return t, nil
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
	if n.left {
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
		n.cut = true
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
	if n.there == nil {
		n.there = make(map[*Error]bool)
		for _, f := range n.failed {
			n.there[f] = true
		}
	}
	if !n.there[e] {
		n.there[e] = true
		n.failed = append(n.failed, e)
	}
}
