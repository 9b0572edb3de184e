//go:build !js && !wasip1

package sqlite

import (
	"context"
	"errors"
	"time"
)

// delays are those after which SQLite's own handler tries again for a lock that somebody else holds.
var delays = [...]time.Duration{1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100}

// Patience is how long a lock that another process holds is waited for. SQLite itself would wait in the system, where nothing can
// end the wait.
type Patience struct {
	Left  time.Duration
	tries int
}

// Again reports, after a while, whether a statement that has failed with err, and has done nothing yet, is to be tried again: it was
// for a lock, and there is time left.
func (p *Patience) Again(ctx context.Context, err error) bool {
	e := (*Error)(nil)
	if !errors.As(err, &e) || !e.Busy() || p.Left <= 0 {
		return false
	}
	d := min(p.Left, delays[min(p.tries, len(delays)-1)]*time.Millisecond)
	p.tries++
	p.Left -= d
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// InterruptUntil interrupts what runs on the connection, again and again, until one of the channels gives something, either of which
// may be nil, or ctx ends: a statement that is about to begin does not see that it was.
func (c *Conn) InterruptUntil(ctx context.Context, first, second <-chan struct{}) {
	t := time.NewTicker(time.Millisecond)
	defer t.Stop()
	for {
		c.Interrupt()
		select {
		case <-first:
			return
		case <-second:
			return
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
