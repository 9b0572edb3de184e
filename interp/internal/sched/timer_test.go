package sched

import (
	"math/rand/v2"
	"testing"
	"time"
)

type firing struct {
	tm   timer
	when time.Duration
	id   int
	to   *[]*firing
}

func (f *firing) expire() { *f.to = append(*f.to, f) }

// The heap against the plain rule, with timers that are set, stopped and fired at random.
func TestTimersKeepTheirOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var h timers
	var armed, fired []*firing
	now, id := time.Duration(0), 0
	for range 20_000 {
		switch r.IntN(8) {
		default:
			id++
			f := &firing{when: now + time.Duration(r.IntN(500)), id: id, to: &fired}
			h.set(&f.tm, f.when, f)
			armed = append(armed, f)
		case 0, 1, 2:
			if n := len(armed); n > 0 {
				i := r.IntN(n)
				h.stop(&armed[i].tm)
				h.stop(&armed[i].tm)
				armed[i] = armed[n-1]
				armed = armed[:n-1]
			}
		case 3:
			now += time.Duration(r.IntN(20))
			fired = fired[:0]
			h.fire(now)
			for i := 1; i < len(fired); i++ {
				if a, b := fired[i-1], fired[i]; a.when > b.when || a.when == b.when && a.id > b.id {
					t.Fatalf("timer %d at %d fired before %d at %d", a.id, a.when, b.id, b.when)
				}
			}
			left, due := armed[:0:0], 0
			for _, f := range armed {
				if f.when > now {
					left = append(left, f)
				} else if due++; f.tm.armed() {
					t.Fatalf("timer %d at %d has not fired at %d", f.id, f.when, now)
				}
			}
			if armed = left; due != len(fired) || len(h.heap)-1 != len(armed) {
				t.Fatalf("%d due, %d fired; %d armed, %d in the heap", due, len(fired), len(armed), len(h.heap)-1)
			}
		}
	}
}
