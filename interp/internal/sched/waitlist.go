package sched

// WaitList is a first-come first-served list of parked tasks. The zero value is empty.
type WaitList struct{ first, last *Task }

// waitLink is a task's place in the one list it can be in.
type waitLink struct {
	list       *WaitList
	prev, next *Task
}

// Add puts t at the end; t must park next, with an Aborter that removes it.
func (l *WaitList) Add(t *Task) {
	t.link = waitLink{list: l, prev: l.last}
	if l.last != nil {
		l.last.link.next = t
	} else {
		l.first = t
	}
	l.last = t
}

// Remove takes t out, and reports whether it was in the list.
func (l *WaitList) Remove(t *Task) bool {
	k := &t.link
	if k.list != l {
		return false
	}
	if k.prev != nil {
		k.prev.link.next = k.next
	} else {
		l.first = k.next
	}
	if k.next != nil {
		k.next.link.prev = k.prev
	} else {
		l.last = k.prev
	}
	*k = waitLink{}
	return true
}

// Wake wakes the first waiter with v, and reports whether there was one.
func (l *WaitList) Wake(v any) bool {
	t := l.first
	if t == nil {
		return false
	}
	l.Remove(t)
	return t.Waker().Wake(v)
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
