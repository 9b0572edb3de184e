package interp

import (
	"time"

	"github.com/lull-lua/lull/interp/internal/list"
	"github.com/lull-lua/lull/interp/internal/sched"
)

// Waiters is a first-come first-served list of tasks that wait for something of its owner's, each with a T: what it brings, wants, or
// is handed. The zero value is an empty list. It is for the loop's side, and not to be copied.
//
//	type latch struct {
//		left    int
//		waiters interp.Waiters[struct{}]
//	}
//
//	func wait(c *interp.Call) error { // l:wait()
//		l := interp.Self[*latch](c)
//		if err := c.Checkpoint(); err != nil || l.left == 0 {
//			return err
//		}
//		return l.waiters.Wait(c, struct{}{}, nil)
//	}
//
// The value that Wake hands over is the waiter's own from then on, though its task has not run yet: a task that asks meanwhile does not
// get in between. A waiter that a cancellation or its time ends leaves the list at once.
type Waiters[T any] struct {
	// Left is told of each waiter that has left without going on, because it was cancelled, or its time was over. handed says that Wake
	// had given it v, which must go to the next or back; otherwise v is what it came with. nil: nobody needs to know.
	Left func(v T, handed bool)
	// Of says what is waited for, as lists of tasks show it, and which task has it, or nil. nil: the builtin's name says enough.
	Of interface{ WaitedFor() (WaitObject, *Task) }
	// Awaited, unless nil, is asked when a task begins to wait for one that is in the list, or that waits for such a one, as far as that
	// is known: its error is raised in by, in place of a wait that nothing would end.
	Awaited func(by *Task) error
	// Passive says that Wake comes from outside, when that likes, as of a watcher or a server: who waits is no deadlock, and a virtual
	// clock goes on. It is set before anybody waits.
	Passive bool

	n     int32
	tasks list.List[waiter[T]]
	spare []*waiter[T] // for the next: so many that tasks which take turns allocate nothing
}

// maxSpare bounds the spare waiters of a list.
const maxSpare = 16

// waiter is a task's place in a list, and the sched.Aborter of its wait.
type waiter[T any] struct {
	link       list.Link[waiter[T]]
	list       *Waiters[T] // also when it has left it
	waker      sched.Waker
	v          T
	then, late func(c *Call, v T) error
	quick      func(c *QuickCall, v T) bool            // then, in its plain case; nil: there is none
	expired    bool                                    // its time is
	regain     func(v T, handed bool) (in *Waiters[T]) // of a firm one
}

// Wait waits, as a builtin's last act, until Wake hands the task something. then, unless nil, makes the results of that.
func (l *Waiters[T]) Wait(c *Call, v T, then func(c *Call, v T) error) error {
	return l.WaitFor(c, Forever, v, then, nil)
}

// WaitFor is Wait for no longer than d. When that is over late makes the results, of what the task came with.
func (l *Waiters[T]) WaitFor(c *Call, d time.Duration, v T, then, late func(c *Call, v T) error) error {
	if d != Forever {
		if err := c.rt.timerRoom(); err != nil {
			return err
		}
	}
	w := l.add(c.task, v, then)
	w.late = late
	c.task.waits = c.def
	return c.endInWait(c.task.s.BeginFor(w, d), l)
}

// WaitQuick is Wait as the last act of a [Quick], which has passed no checkpoint: this does. It reports false, having done nothing, where the
// builtin itself must wait. quick, unless nil, is to then what a Quick is to its builtin, but that it begins no wait.
func (l *Waiters[T]) WaitQuick(c *QuickCall, v T, then func(c *Call, v T) error, quick func(c *QuickCall, v T) bool) bool {
	if !c.mayWait() {
		return false
	}
	w := l.add(c.Task(), v, then)
	w.quick = quick
	c.parks(l)
	return c.task.Begin(w)
}

// WaitFirm is Wait for a task that must have something back whatever ends its wait, as a condition's lock is. regain is called, in
// place of Left, when a cancellation has: it returns the list in which the task waits then, until Wake and nothing else goes on with
// the cancellation, or nil if the task has it already.
func (l *Waiters[T]) WaitFirm(c *Call, v T, then func(c *Call, v T) error, regain func(v T, handed bool) *Waiters[T]) error {
	w := l.add(c.task, v, then)
	w.regain = regain
	c.task.waits = c.def
	return c.endInWait(c.task.s.Begin((*firmWaiter[T])(w)), l)
}

func (l *Waiters[T]) add(t *Task, v T, then func(c *Call, v T) error) *waiter[T] {
	var w *waiter[T]
	if n := len(l.spare); n > 0 {
		w, l.spare = l.spare[n-1], l.spare[:n-1]
	} else {
		w = &waiter[T]{}
	}
	w.waker, w.v, w.then = t.s.Waker(), v, then
	l.push(w)
	return w
}

func (l *Waiters[T]) push(w *waiter[T]) {
	w.list = l
	l.tasks.Push(&w.link, w)
	l.n++
	if l.Passive {
		w.waker.Task().Loop().Hold()
	}
}

func (l *Waiters[T]) remove(w *waiter[T]) {
	l.tasks.Remove(&w.link)
	l.n--
	if l.Passive {
		w.waker.Task().Loop().Release()
	}
}

// recycle gives a waiter back that nobody looks at any more.
func (w *waiter[T]) recycle() {
	l := w.list
	if len(l.spare) < maxSpare {
		var none T // field by field: clearing the whole stalls on what was just written to it
		w.v, w.waker, w.then = none, sched.Waker{}, nil
		w.quick, w.expired = nil, false
		if w.late != nil || w.regain != nil {
			w.late, w.regain = nil, nil
		}
		l.spare = append(l.spare, w)
	}
}

// Len is how many wait.
func (l *Waiters[T]) Len() int { return int(l.n) }

// First is what the first waiter has; ok is false if there is none.
func (l *Waiters[T]) First() (v T, ok bool) {
	if w := l.tasks.First(); w != nil {
		return w.v, true
	}
	return v, false
}

// Wake hands v to the first waiter, and returns its task; nil if there is none.
func (l *Waiters[T]) Wake(v T) *Task {
	w := l.tasks.First()
	if w == nil {
		return nil
	}
	l.remove(w)
	w.v = v
	w.waker.Wake(w)
	return taskOf(w.waker.Task())
}

// Move takes the first waiter, with v, to the end of another list, and reports whether there is one.
func (l *Waiters[T]) Move(v T, to *Waiters[T]) bool {
	w := l.tasks.First()
	if w == nil {
		return false
	}
	l.remove(w)
	w.v = v
	to.push(w)
	return true
}

// results is called in the task's turn after the wait; it implements afterWait.
func (*Waiters[T]) results(c *Call, woken any) error {
	w := woken.(*waiter[T])
	v, then := w.v, w.then
	if w.expired {
		then = w.late
	}
	w.recycle()
	if then == nil {
		return nil
	}
	return then(c, v)
}

// quickly implements afterWait.
func (*Waiters[T]) quickly(c *QuickCall, woken any) bool {
	w := woken.(*waiter[T])
	if w.quick == nil || w.expired || !w.quick(c, w.v) {
		return false
	}
	w.recycle()
	return true
}

// Abort implements sched.Aborter.
func (w *waiter[T]) Abort(_ sched.Waker, _ any, woken bool) {
	l, v := w.list, w.v
	if !woken {
		l.remove(w)
	}
	w.recycle()
	if l.Left != nil {
		l.Left(v, woken)
	}
}

// Expired implements sched.Expirer.
func (w *waiter[T]) Expired(sched.Waker) any {
	w.expired = true
	w.list.remove(w)
	if w.list.Left != nil {
		w.guard("the Left of a list of waiters", func() { w.list.Left(w.v, false) })
	}
	return w
}

// guard calls what the owner of the list has given.
func (w *waiter[T]) guard(who string, fn func()) {
	r := taskOf(w.waker.Task()).run
	r.rt.guard(r, who, fn)
}

// awaited asks the owner of the list, where somebody begins to wait for the task.
func (w *waiter[T]) awaited(by *Task) error {
	if w.list.Awaited == nil {
		return nil
	}
	return w.list.Awaited(by)
}

func (w *waiter[T]) waitedFor() (what WaitObject, holder *Task) {
	if w.list.Of != nil {
		w.guard("the Of of a list of waiters", func() { what, holder = w.list.Of.WaitedFor() })
	}
	return what, holder
}

// firmWaiter is a waiter of WaitFirm.
type firmWaiter[T any] waiter[T]

// Abort implements sched.Aborter. Keep is called in its stead.
func (*firmWaiter[T]) Abort(sched.Waker, any, bool) {}

// Keep implements sched.Keeper.
func (f *firmWaiter[T]) Keep(_ sched.Waker, _ any, woken bool) bool {
	w := (*waiter[T])(f)
	if !woken {
		w.list.remove(w)
	}
	next := w.regain(w.v, woken)
	if next != nil {
		next.push(w)
	}
	return next != nil
}

func (f *firmWaiter[T]) awaited(by *Task) error { return (*waiter[T])(f).awaited(by) }

func (f *firmWaiter[T]) waitedFor() (WaitObject, *Task) { return (*waiter[T])(f).waitedFor() }
