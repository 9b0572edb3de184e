package sync

import (
	"fmt"

	"github.com/lull-lua/lull/interp"
)

// semaphore has a number of permits.
//
// Invariant: where tasks wait, none is free.
type semaphore struct {
	identity
	free, max int
	by        *interp.Task // of one permit: who has it, or had it last
	waiters   interp.Waiters[struct{}]
}

var semaphoreType = interp.Type{
	Name: "semaphore",
	Of:   (*semaphore)(nil),
	String: func(v any) string {
		s := v.(*semaphore)
		return fmt.Sprintf("%s: %d of %d available", label("semaphore", s.name), s.free, s.max)
	},
	Methods: []interp.Def{
		{Name: "acquire", Fn: semaphoreAcquire, Quick: semaphoreAcquireQuick},
		{Name: "try_acquire", Fn: semaphoreTryAcquire},
		{Name: "release", Fn: semaphoreRelease, Quick: semaphoreReleaseQuick},
		{Name: "available", Fn: semaphoreAvailable},
		{Name: "with", Fn: semaphoreWith},
	},
}

// WaitedFor says what the tasks in the list wait for.
func (s *semaphore) WaitedFor() (what interp.WaitObject, holder *interp.Task) {
	return s.object("semaphore"), s.by
}

// try takes a permit for a task if one is free.
func (s *semaphore) try(t *interp.Task) bool {
	if s.free == 0 {
		return false
	}
	s.free--
	s.has(t)
	return true
}

// has notes who has the permit; where there are several, lists of tasks name none of those who do.
func (s *semaphore) has(t *interp.Task) {
	if s.max == 1 {
		s.by = t
	}
}

// give hands a permit to the next, or puts it back.
func (s *semaphore) give() {
	next := s.waiters.Wake(struct{}{})
	if s.has(next); next == nil {
		s.free++
	}
}

func (s *semaphore) release(op string) error {
	if s.free == s.max {
		return interp.Errorf(interp.KindError, "%s: all %d permits of %s are free already", op, s.max, the("semaphore", s.name))
	}
	s.give()
	return nil
}

// left is told of a waiter that was cancelled: the permit that it had goes to the next.
func (s *semaphore) left(_ struct{}, handed bool) {
	if handed {
		s.give()
	}
}

// sync.semaphore(n) makes a semaphore of n permits, all free.
func syncSemaphore(c *interp.Call) error {
	m, err := newMaker(c, "n")
	if err != nil {
		return err
	}
	n, err := m.positive(0)
	if err != nil {
		return err
	}
	s := &semaphore{identity: m.identity(), free: n, max: n}
	s.waiters.Left, s.waiters.Of = s.left, s
	return c.Return(s)
}

// s:acquire() waits until a permit is the task's.
func semaphoreAcquire(c *interp.Call) error {
	s := interp.Self[*semaphore](c)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if s.try(c.Task()) {
		return nil
	}
	return s.waiters.Wait(c, struct{}{}, nil)
}

func semaphoreAcquireQuick(c *interp.QuickCall, self any) bool {
	s, ok := self.(*semaphore)
	return ok && s.free > 0 && c.Checkpoint() && s.try(c.Task())
}

// s:try_acquire() takes a permit if one is free, and reports whether it did.
func semaphoreTryAcquire(c *interp.Call) error {
	return c.Return(interp.Self[*semaphore](c).try(c.Task()))
}

// s:release() gives a permit to the next; any task may. Above n it is an error.
func semaphoreRelease(c *interp.Call) error { return interp.Self[*semaphore](c).release("release") }

func semaphoreReleaseQuick(_ *interp.QuickCall, self any) bool {
	s, ok := self.(*semaphore)
	return ok && s.release("release") == nil
}

// s:available() is the number of permits that are free.
func semaphoreAvailable(c *interp.Call) error { return c.Return(interp.Self[*semaphore](c).free) }

// s:with(fn, ...) calls fn(...) with a permit and returns its values; the permit is released on any exit.
func semaphoreWith(c *interp.Call) error {
	s := interp.Self[*semaphore](c)
	if _, err := c.Function(1); err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if !s.try(c.Task()) {
		return s.waiters.Wait(c, struct{}{}, s.with)
	}
	return s.with(c, struct{}{})
}

// with is the second half of s:with, when the task has its permit.
func (s *semaphore) with(c *interp.Call, _ struct{}) error {
	return with(c, s.object("semaphore"), func() error { return s.release("with") })
}
