package sync

import (
	"github.com/lull-lua/lull/interp"
)

// lock is held by one task at a time.
//
// Invariant: where tasks wait, somebody holds it; on release it is the first waiter's at once.
type lock struct {
	identity
	holder  *interp.Task
	waiters interp.Waiters[claim]
}

// claim is what a task in a lock's list, or a condition's, waits for.
type claim struct {
	cond     *condition // that it has left the lock to wait for; nil: the lock alone
	task     *interp.Task
	notified bool
}

var lockType = interp.Type{
	Name:   "lock",
	Of:     (*lock)(nil),
	String: func(v any) string { return v.(*lock).String() },
	Methods: []interp.Def{
		{Name: "acquire", Fn: lockAcquire, Quick: lockAcquireQuick},
		{Name: "try_acquire", Fn: lockTryAcquire},
		{Name: "release", Fn: lockRelease, Quick: lockReleaseQuick},
		{Name: "locked", Fn: lockLocked},
		{Name: "with", Fn: lockWith},
	},
}

func newLock(is identity) *lock {
	l := &lock{identity: is}
	l.waiters.Left, l.waiters.Of = l.left, l
	return l
}

func (l *lock) String() string { return label("lock", l.name) + ": " + l.state() }

// WaitedFor says what the tasks in the list wait for.
func (l *lock) WaitedFor() (what interp.WaitObject, holder *interp.Task) {
	return l.object("lock"), l.holder
}

func (l *lock) state() string {
	if l.holder == nil {
		return "free"
	}
	return "held by task '" + l.holder.Name() + "'"
}

func (l *lock) take(t *interp.Task) {
	l.holder = t
	t.Watch(l)
}

// pass gives the lock to the next, or to nobody.
func (l *lock) pass() {
	l.holder = nil
	next, _ := l.waiters.First()
	if t := l.waiters.Wake(next); t != nil {
		l.take(t)
	}
}

func (l *lock) release(t *interp.Task, op string) error {
	if err := l.held(t, op); err != nil {
		return err
	}
	t.Unwatch(l)
	l.pass()
	return nil
}

// held is an error unless t holds the lock.
func (l *lock) held(t *interp.Task, op string) error {
	switch l.holder {
	case t:
		return nil
	case nil:
		return interp.Errorf(interp.KindError, "%s: %s is not held", op, the("lock", l.name))
	}
	return interp.Errorf(interp.KindError, "%s: %s is held by task '%s', not by this one", op, the("lock", l.name), l.holder.Name())
}

// enter is the first half of every acquire: it says whether the lock is the task's now; otherwise that has to wait.
func (l *lock) enter(c *interp.Call) (bool, error) {
	if err := c.Checkpoint(); err != nil {
		return false, err
	}
	if l.holder == c.Task() {
		return false, interp.Errorf(interp.KindError, "%s: this task holds %s already", c.Name(), the("lock", l.name))
	}
	if l.holder != nil {
		return false, nil
	}
	l.take(c.Task())
	return true, nil
}

// left is told of a waiter that was cancelled: the lock that it had goes to the next.
func (l *lock) left(_ claim, handed bool) {
	if handed {
		l.holder.Unwatch(l)
		l.pass()
	}
}

// TaskEnded implements interp.EndWatcher: the holder has ended.
func (l *lock) TaskEnded(t *interp.Task) {
	what := l.object("lock").String()
	switch {
	case l.name != "":
	case l.made == interp.Site{}:
		what = "a lock"
	default:
		what = "the " + what
	}
	t.Warn("task '%s' ended while it held %s; the lock was released", t.PlainName(), what)
	l.pass()
}

// sync.lock() makes a lock, which is free.
func syncLock(c *interp.Call) error {
	m, err := newMaker(c)
	if err != nil {
		return err
	}
	return c.Return(newLock(m.identity()))
}

// l:acquire() waits until the lock is the task's. Acquiring what the task holds already is an error.
func lockAcquire(c *interp.Call) error { return acquireLock(c, interp.Self[*lock](c)) }

func lockAcquireQuick(c *interp.QuickCall, self any) bool {
	l, ok := self.(*lock)
	if !ok || l.holder != nil || !c.Checkpoint() {
		return false
	}
	l.take(c.Task())
	return true
}

func acquireLock(c *interp.Call, l *lock) error {
	ok, err := l.enter(c)
	if err != nil || ok {
		return err
	}
	return l.waiters.Wait(c, claim{}, nil)
}

// l:try_acquire() takes the lock if it is free, and reports whether it did.
func lockTryAcquire(c *interp.Call) error {
	l := interp.Self[*lock](c)
	switch l.holder {
	case nil:
		l.take(c.Task())
		return c.Return(true)
	case c.Task():
		return interp.Errorf(interp.KindError, "try_acquire: this task holds %s already", the("lock", l.name))
	}
	return c.Return(false)
}

// l:release() gives the lock to the next. Releasing what the task does not hold is an error.
func lockRelease(c *interp.Call) error { return interp.Self[*lock](c).release(c.Task(), "release") }

func lockReleaseQuick(c *interp.QuickCall, self any) bool {
	l, ok := self.(*lock)
	if !ok || l.holder != c.Task() {
		return false
	}
	return l.release(c.Task(), "release") == nil
}

// l:locked() reports whether anybody holds the lock.
func lockLocked(c *interp.Call) error { return c.Return(interp.Self[*lock](c).holder != nil) }

// l:with(fn, ...) calls fn(...) with the lock held and returns its values; the lock is released on any exit.
func lockWith(c *interp.Call) error { return withLock(c, interp.Self[*lock](c)) }

func withLock(c *interp.Call, l *lock) error {
	if _, err := c.Function(1); err != nil {
		return err
	}
	ok, err := l.enter(c)
	switch {
	case err != nil:
		return err
	case !ok:
		return l.waiters.Wait(c, claim{}, l.with)
	}
	return l.with(c, claim{})
}

// with is the second half of l:with, when the lock is the task's.
func (l *lock) with(c *interp.Call, _ claim) error {
	t := c.Task()
	return with(c, l.object("lock"), func() error { return l.release(t, "with") })
}

// with calls fn(...), the call's arguments, returns its values, and releases what it has in any case. An error of release is raised,
// unless fn raised something.
func with(c *interp.Call, has interp.WaitObject, release func() error) error {
	if c.Traced() {
		c.Enter(has.String(), 0, 0)
	}
	return c.ProtectReturn(c.Arg(1), interp.ContinuationFunc(func(c *interp.Call, err error) error {
		c.Exit(err)
		if e := release(); err == nil {
			err = e
		}
		return err
	}), c.Rest(2)...)
}
