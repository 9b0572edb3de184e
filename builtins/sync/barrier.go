package sync

import (
	"fmt"

	"github.com/lull-lua/lull/interp"
)

// barrier lets tasks go on when n of them have come.
type barrier struct {
	identity
	n       int
	waiters interp.Waiters[int] // each is handed its number
}

var barrierType = interp.Type{
	Name: "barrier",
	Of:   (*barrier)(nil),
	String: func(v any) string {
		b := v.(*barrier)
		return fmt.Sprintf("%s: %d of %d waiting", label("barrier", b.name), b.waiters.Len(), b.n)
	},
	Methods: []interp.Def{{Name: "wait", Fn: barrierWait}},
}

// WaitedFor says what the tasks in the list wait for.
func (b *barrier) WaitedFor() (what interp.WaitObject, holder *interp.Task) {
	return b.object("barrier"), nil
}

// sync.barrier(n) makes a barrier for n tasks.
func syncBarrier(c *interp.Call) error {
	m, err := newMaker(c, "n")
	if err != nil {
		return err
	}
	b := &barrier{identity: m.identity()}
	if b.n, err = m.positive(0); err != nil {
		return err
	}
	b.waiters.Of = b
	return c.Return(b)
}

// b:wait() waits until n tasks wait, and returns the task's number among them, from 1 to n in the order of arrival. Then
// the barrier is used anew.
func barrierWait(c *interp.Call) error {
	b := interp.Self[*barrier](c)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if b.waiters.Len()+1 < b.n {
		return b.waiters.Wait(c, 0, arrived)
	}
	for i := 1; b.waiters.Wake(i) != nil; i++ {
	}
	return c.Return(b.n)
}

func arrived(c *interp.Call, number int) error { return c.Return(number) }
