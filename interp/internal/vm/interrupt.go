package vm

import (
	"sync/atomic"
	"time"
)

// interrupt is the context of every thread. gopher-lua's loop asks Done before each instruction; the answer is always
// nil, which is the cheapest, but asking is a moment to look at the flag and to make room for frames.
type interrupt struct {
	m     *Machine
	poked atomic.Bool
}

// Poke makes the running thread call Config.Interrupted before its next instruction; if none runs now, the next one
// does. It may be called from any goroutine.
func (m *Machine) Poke() { m.intr.poked.Store(true) }

// Done implements context.Context.
func (i *interrupt) Done() <-chan struct{} {
	th := i.m.cur
	if th == nil {
		return nil
	}
	if int(th.stack.segIdx)+2 >= len(th.stack.segments) {
		th.room()
	}
	if i.poked.Load() {
		i.poked.Store(false)
		if err := i.m.cfg.Interrupted(); err != nil {
			Unwind(err)
		}
	}
	return nil
}

// Err implements context.Context.
func (i *interrupt) Err() error { return nil }

// Deadline implements context.Context.
func (i *interrupt) Deadline() (deadline time.Time, ok bool) { return }

// Value implements context.Context.
func (i *interrupt) Value(any) any { return nil }
