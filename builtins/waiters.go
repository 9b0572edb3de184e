package builtins

import "github.com/lull-lua/lull/interp"

// waitList is a first-come first-served list of tasks that wait for something of its owner's. Whoever has that something
// to give hands it over with wake: from then on it is the waiter's own, though that has not run yet, and nobody who asks
// meanwhile gets in between.
//
// Invariant: every waiter in the list is parked. One that a cancellation ends leaves it at once.
type waitList struct {
	first, last *waiter
	n           int
	owner       abandoner
	spare       *waiter // for the next: a few, so that tasks which take turns allocate nothing
	kept        int     // how many
}

// maxSpare bounds the spare waiters of a list.
const maxSpare = 16

// abandoner is told when a cancellation ends a wait. handed says that the waiter had been woken: what it was handed must
// go to the next. It has left the list in either case.
type abandoner interface {
	abandoned(w *waiter, handed bool)
}

// waiter is a task's place in a list, and the Aborter of its wait.
type waiter struct {
	list       *waitList // also after it has left
	prev, next *waiter
	waker      interp.Waker
	task       *interp.Task

	value  interp.Value // what it brings, or is handed
	seq    uint64       // of a queue's item
	number float64      // how much it wants, or is handed
	cond   *condition   // that it waits for, or for the lock of which
}

// add puts the calling task at the end. It has to park next, with the waiter as Aborter; Park then returns the waiter.
func (l *waitList) add(c *interp.Call) *waiter {
	w := l.spare
	if w == nil {
		w = &waiter{}
	} else {
		l.spare, w.next = w.next, nil
		l.kept--
	}
	w.waker, w.task = c.Waker(), c.Task()
	l.push(w)
	return w
}

// over ends the use of a waiter, after its wait.
func (w *waiter) over() {
	l := w.list
	*w = waiter{}
	if l.kept < maxSpare {
		w.next, l.spare = l.spare, w
		l.kept++
	}
}

func (l *waitList) push(w *waiter) {
	w.list, w.prev = l, l.last
	if l.last != nil {
		l.last.next = w
	} else {
		l.first = w
	}
	l.last = w
	l.n++
}

func (l *waitList) remove(w *waiter) {
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		l.first = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		l.last = w.prev
	}
	w.prev, w.next = nil, nil
	l.n--
}

// pop takes the first waiter out of the list, or returns nil.
func (l *waitList) pop() *waiter {
	w := l.first
	if w != nil {
		l.remove(w)
	}
	return w
}

// wake wakes a waiter that was taken out.
func (w *waiter) wake() { w.waker.Wake(w) }

// wakeAll wakes everybody who is in the list now.
func (l *waitList) wakeAll() {
	for w := l.pop(); w != nil; w = l.pop() {
		w.wake()
	}
}

// Abort implements interp.Aborter.
func (w *waiter) Abort(_ interp.Waker, _ any, woken bool) {
	if !woken {
		w.list.remove(w)
	}
	w.list.owner.abandoned(w, woken)
}

// with calls fn(...), the call's arguments, returns its values, and releases in any case. What release finds wrong is raised,
// unless fn raised something.
func with(c *interp.Call, release func() error) error {
	return c.ProtectReturn(c.Arg(1), interp.AfterFunc(func(_ *interp.Call, err error) error {
		if e := release(); err == nil {
			err = e
		}
		return err
	}), c.Rest(2)...)
}
