package sync

import (
	"fmt"

	"github.com/lull-lua/lull/interp"
)

// condition lets tasks that hold a lock wait until another says that something has changed.
//
// A task that is notified goes over to those that wait for the lock: it needs that anyway, and is woken only once.
type condition struct {
	identity
	lock    *lock
	waiters interp.Waiters[claim]
}

var conditionType = interp.Type{
	Name: "condition",
	Of:   (*condition)(nil),
	String: func(v any) string {
		c := v.(*condition)
		return fmt.Sprintf("%s: %d waiting, lock %s", label("condition", c.name), c.waiters.Len(), c.lock.state())
	},
	Methods: []interp.Def{
		{Name: "acquire", Fn: conditionAcquire},
		{Name: "release", Fn: conditionRelease},
		{Name: "with", Fn: conditionWith},
		{Name: "wait", Fn: conditionWait},
		{Name: "wait_until", Fn: conditionWaitUntil},
		{Name: "notify", Fn: conditionNotify},
		{Name: "notify_all", Fn: conditionNotifyAll},
	},
}

// WaitedFor says what the tasks in the list wait for.
func (k *condition) WaitedFor() (what interp.WaitObject, holder *interp.Task) {
	return k.object("condition"), nil
}

// notify lets up to n waiters go for the lock.
func (k *condition) notify(n int) {
	for ; n > 0; n-- {
		w, waits := k.waiters.First()
		if !waits {
			return
		}
		w.notified = true
		if k.lock.holder != nil {
			k.waiters.Move(w, &k.lock.waiters)
			continue
		}
		k.lock.take(k.waiters.Wake(w)) // a notification that was passed on: the lock is free
	}
}

// wait gives the lock up until the task is notified, as a builtin's last act. It has the lock again in any case.
func (k *condition) wait(c *interp.Call, then func(c *interp.Call, _ claim) error) error {
	t := c.Task()
	if err := k.lock.held(t, c.Name()); err != nil {
		return err
	}
	t.Unwatch(k.lock)
	k.lock.pass()
	return k.waiters.WaitFirm(c, claim{cond: k, task: t}, then, regain)
}

// regain is what a cancelled waiter does to have the lock again.
func regain(w claim, hasLock bool) *interp.Waiters[claim] {
	l := w.cond.lock
	if w.notified { // that goes to another
		w.cond.notify(1)
	}
	switch {
	case hasLock:
	case l.holder == nil:
		l.take(w.task)
	default:
		return &l.waiters
	}
	return nil
}

// sync.condition([lock]) makes a condition with a lock of its own, or with one that others use, too.
func syncCondition(c *interp.Call) error {
	m, err := newMaker(c, "lock")
	if err != nil {
		return err
	}
	k := &condition{identity: m.identity()}
	k.waiters.Of = k
	switch v := m.arg(0); l := v.Object().(type) {
	case *lock:
		k.lock = l
	default:
		if !v.IsNil() {
			return m.wrong(0, "lock expected, got "+v.Type())
		}
		k.lock = newLock(m.identity())
	}
	return c.Return(k)
}

// c:acquire() waits until the lock is the task's.
func conditionAcquire(c *interp.Call) error {
	return acquireLock(c, interp.Self[*condition](c).lock)
}

// c:release() gives the lock to the next.
func conditionRelease(c *interp.Call) error {
	return interp.Self[*condition](c).lock.release(c.Task(), "release")
}

// c:with(fn, ...) calls fn(...) with the lock held and returns its values; the lock is released on any exit.
func conditionWith(c *interp.Call) error { return withLock(c, interp.Self[*condition](c).lock) }

// c:wait() gives the lock up, waits until it is notified, and holds the lock again whenever it returns or raises.
func conditionWait(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	return interp.Self[*condition](c).wait(c, nil)
}

// c:wait_until(predicate) waits until predicate() is true, and returns its value. The predicate is called with the lock
// held: at once, and each time that the task is notified. An error of it is raised.
func conditionWaitUntil(c *interp.Call) error {
	k := interp.Self[*condition](c)
	if _, err := c.Function(1); err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	return k.look(c)
}

// look asks the predicate of wait_until.
func (k *condition) look(c *interp.Call) error {
	if err := k.lock.held(c.Task(), "wait_until"); err != nil {
		return err
	}
	return c.ProtectReturn(c.Arg(1), k)
}

// Continue implements interp.Continuation: the predicate has answered.
func (k *condition) Continue(c *interp.Call, err error) error {
	if err != nil {
		return err
	}
	if vals := c.Results(); vals.Get(1).Truth() {
		return c.ReturnValues(vals[:1])
	}
	return k.wait(c, func(c *interp.Call, _ claim) error { return k.look(c) })
}

// c:notify([n]) wakes up to n waiters, one by default. The lock must be held.
func conditionNotify(c *interp.Call) error {
	k := interp.Self[*condition](c)
	n := 1
	if !c.Arg(1).IsNil() {
		var err error
		if n, err = c.Int(1); err != nil {
			return err
		}
		if n < 0 {
			return c.ArgError(1, fmt.Sprintf("a number from 0 on expected, got %d", n))
		}
	}
	if err := k.lock.held(c.Task(), "notify"); err != nil {
		return err
	}
	k.notify(n)
	return nil
}

// c:notify_all() wakes all who wait now. The lock must be held.
func conditionNotifyAll(c *interp.Call) error {
	k := interp.Self[*condition](c)
	if err := k.lock.held(c.Task(), "notify_all"); err != nil {
		return err
	}
	k.notify(k.waiters.Len())
	return nil
}
