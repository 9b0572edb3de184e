package sched

import (
	"slices"
	"testing"
)

// box hands items to waiters, as a queue of a script does; what a cancelled waiter had been given goes to the next.
type box struct {
	items   []any
	waiters WaitList
}

func (b *box) put(v any) {
	if !b.waiters.Wake(v) {
		b.items = append(b.items, v)
	}
}

func (b *box) get(t *Task) (any, error) {
	if err := t.Checkpoint(); err != nil {
		return nil, err
	}
	if len(b.items) > 0 {
		v := b.items[0]
		b.items = b.items[1:]
		return v, nil
	}
	b.waiters.Add(t)
	return t.Park(b)
}

func (b *box) Abort(w Waker, v any, woken bool) {
	if !woken {
		b.waiters.Remove(w.Task())
	} else if !b.waiters.Wake(v) {
		b.items = append([]any{v}, b.items...)
	}
}

func TestWaitListIsFair(t *testing.T) {
	var tr trace
	play(t, func(main *Task) {
		var b box
		var tasks []*Task
		for i := range 4 {
			tasks = append(tasks, spawn(main.Loop(), func(c *Task) {
				v, err := b.get(c)
				tr.add("%d got %v %s", i, v, why(err))
			}))
		}
		main.Sleep(0)
		if b.waiters.Len() != 4 {
			t.Errorf("%d wait", b.waiters.Len())
		}
		tasks[1].Cancel(cancelled("left"))
		if b.waiters.Len() != 3 || b.waiters.Remove(tasks[1]) {
			t.Error("the cancelled one still waits")
		}
		for v := range 3 {
			b.put(v)
		}
		b.put("kept")
		main.Sleep(0)
		if v, err := b.get(main); v != "kept" || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
	tr.check(t, "1 got <nil> left", "0 got 0 ", "2 got 1 ", "3 got 2 ")
}

func TestWhatAWokenWaiterHadGoesToTheNext(t *testing.T) {
	var tr trace
	play(t, func(main *Task) {
		var b box
		var tasks []*Task
		for i := range 3 {
			tasks = append(tasks, spawn(main.Loop(), func(c *Task) {
				v, err := b.get(c)
				tr.add("%d got %v %s", i, v, why(err))
			}))
		}
		main.Sleep(0)
		b.put("a")
		tasks[0].Cancel(cancelled("left")) // woken, but has not run: still at its checkpoint
		tasks[1].Cancel(cancelled("left")) // it has been handed on to this one
		main.Sleep(0)
		b.put("b")
		tasks[2].Cancel(cancelled("too late"))
		main.Sleep(0)
		if !slices.Equal(b.items, []any{"b"}) {
			t.Errorf("left: %v", b.items)
		}
	})
	tr.check(t, "0 got <nil> left", "1 got <nil> left", "2 got a ")
}

func TestWaitListWait(t *testing.T) {
	play(t, func(main *Task) {
		var l WaitList
		if l.Wake(nil) || l.Len() != 0 {
			t.Error("an empty list woke somebody")
		}
		c := spawn(main.Loop(), func(c *Task) {
			if err := l.Wait(c); err != nil {
				t.Error(err)
			}
			if err := l.Wait(c); why(err) != "enough" {
				t.Errorf("got %v", err)
			}
			if err := l.Wait(c); why(err) != "enough" { // cancelled already: never in the list
				t.Errorf("got %v", err)
			}
		})
		main.Sleep(0)
		l.Wake(nil)
		main.Sleep(0)
		c.Cancel(cancelled("enough"))
		main.Join(c)
		if l.Len() != 0 {
			t.Errorf("%d are left", l.Len())
		}
	})
}

// Len is how many wait.
func (l *WaitList) Len() (n int) {
	for range l.tasks.All() {
		n++
	}
	return n
}
