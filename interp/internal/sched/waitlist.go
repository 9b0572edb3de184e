package sched

import "github.com/lull-lua/lull/interp/internal/list"

// WaitList is a first-come first-served list of parked tasks. The zero value is empty. A task is in one at most.
type WaitList struct{ tasks list.List[Task] }

// Add puts t at the end; t must park next, with an Aborter that removes it.
func (l *WaitList) Add(t *Task) { l.tasks.Push(&t.link, t) }

// Remove takes t out, and reports whether it was in the list.
func (l *WaitList) Remove(t *Task) bool { return l.tasks.Remove(&t.link) }

// Wake wakes the first waiter with v, and reports whether there was one.
func (l *WaitList) Wake(v any) bool {
	t := l.tasks.Pop()
	return t != nil && t.Waker().Wake(v)
}

// Wait parks t at the end of the list, for a wake that hands nothing over.
func (l *WaitList) Wait(t *Task) error {
	if t.cancel != nil {
		return t.cancel.by
	}
	l.Add(t)
	_, err := t.Park(l)
	return err
}

// Abort implements Aborter.
func (l *WaitList) Abort(w Waker, _ any, _ bool) { l.Remove(w.task) }
