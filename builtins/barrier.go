package builtins

import (
	"fmt"

	"github.com/lull-lua/lull/interp"
)

// barrier lets tasks go on when n of them have come.
type barrier struct {
	n       int
	waiters waitList
}

var barrierType = interp.Type{
	Name: "barrier",
	Of:   (*barrier)(nil),
	String: func(v any) string {
		b := v.(*barrier)
		return fmt.Sprintf("barrier: %d of %d waiting", b.waiters.n, b.n)
	},
	Methods: []interp.Def{{Name: "wait", Sig: "b:wait()", Fn: barrierWait}},
}

// abandoned implements abandoner: a waiter that leaves is counted no longer; one that had been let go stays counted.
func (b *barrier) abandoned(*waiter, bool) {}

// sync.barrier(n) makes a barrier for n tasks.
func syncBarrier(c *interp.Call) error {
	n, err := positive(c, 1)
	if err != nil {
		return err
	}
	b := &barrier{n: n}
	b.waiters.owner = b
	return c.Return(b)
}

// b:wait() waits until n tasks wait, and returns the task's number among them, from 1 to n in the order of arrival. Then
// the barrier is used anew.
func barrierWait(c *interp.Call) error {
	b := interp.Self[*barrier](c)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if b.waiters.n+1 < b.n {
		return c.ParkReturn(b.waiters.add(c), arrived)
	}
	for i := 1; b.waiters.first != nil; i++ {
		w := b.waiters.pop()
		w.number = float64(i)
		w.wake()
	}
	return c.Return(b.n)
}

func arrived(c *interp.Call, v any) error { return c.Return(v.(*waiter).number) }
