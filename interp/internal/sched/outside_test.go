package sched

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Everything that other goroutines may do to a loop, at once. For the race detector, and for lost or double wake-ups.
func TestHammer(t *testing.T) {
	const workers, rounds = 8, 2000
	var l *Loop
	l = New(Config{Deadlock: func() { // the holds keep it away until the end
		if l.holds.Load() > 0 {
			t.Error("a deadlock while somebody holds the loop")
		}
		l.All(func(c *Task) { c.Cancel(cancelled("over")) })
	}})
	var posted, woken, used atomic.Int64
	for range workers {
		l.Hold()
	}
	var mu sync.Mutex
	wakers := map[Waker]bool{}
	var begun sync.WaitGroup // without it the workers may be through before the first task waits
	for range 50 {
		begun.Add(1)
		spawn(l, func(c *Task) {
			for first := true; ; first = false {
				w := c.Waker()
				mu.Lock()
				wakers[w] = true
				mu.Unlock()
				if first {
					begun.Done()
				}
				v, err := c.Park(nil)
				switch {
				case err == nil && v == 1:
					woken.Add(1)
				case why(err) == "over":
					return
				default:
					t.Errorf("Park returned %v, %v", v, err)
				}
			}
		})
	}
	go l.Run()
	begun.Wait()
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			defer l.Release()
			for r := range rounds {
				switch (i + r) % 4 {
				case 0:
					l.Post(func() { posted.Add(1) })
				case 1:
					mu.Lock()
					for w := range wakers {
						delete(wakers, w)
						used.Add(1)
						l.Hold()
						w.Post(1)
						l.Post(func() {
							w.Wake(2) // too late: it must not end another wait
							l.Release()
						})
						break
					}
					mu.Unlock()
				case 2:
					l.Hold()
					l.Release()
				case 3:
					l.Post(func() {
						c := spawn(l, func(c *Task) { c.Sleep(time.Microsecond) })
						if r%2 == 0 {
							c.Cancel(cancelled("at once"))
						}
						posted.Add(1)
					})
				}
			}
		})
	}
	wg.Wait()
	l.Stop()
	l.Stop()
	select {
	case <-l.Done():
	case <-time.After(time.Minute):
		t.Fatal("the loop does not end")
	}
	if want := int64(workers * rounds / 2); posted.Load() != want {
		t.Errorf("%d of %d posted functions ran", posted.Load(), want)
	}
	if woken.Load() != used.Load() || used.Load() == 0 {
		t.Errorf("%d wakers were used, %d waits ended", used.Load(), woken.Load())
	}
	l.Post(func() {}) // after the end it is dropped
	if s := l.Stats(); s.Live != 0 || s.Timers != 0 {
		t.Errorf("left: %+v", s)
	}
}

// The watchdog pokes while the loop is busy, stops while it is idle, and leaves nothing behind.
func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pokes atomic.Int64
		playOn(t, Config{Poke: func() { pokes.Add(1) }}, func(main *Task) {
			time.Sleep(105 * time.Millisecond) // as a computation
			if n := pokes.Load(); n != 10 {
				t.Errorf("%d pokes in 105 ms", n)
			}
			before := pokes.Load()
			main.Sleep(time.Hour)
			if n := pokes.Load() - before; n > 1 {
				t.Errorf("%d pokes while idle", n)
			}
			before = pokes.Load()
			time.Sleep(105 * time.Millisecond)
			if n := pokes.Load() - before; n < 9 {
				t.Errorf("%d pokes in 105 ms after it was idle", n)
			}
		})
		before := pokes.Load()
		time.Sleep(time.Second)
		if pokes.Load() != before {
			t.Error("it pokes a loop that has ended")
		}
	})
}

// A deadline, the watchdog and a computation together, in real time: the loop's own notion of its 50 ms.
func TestComputationUnderTheWatchdog(t *testing.T) {
	var poked atomic.Bool
	playOn(t, Config{Poke: func() { poked.Store(true) }}, func(main *Task) {
		out, err := within(main, 20*time.Millisecond, "late", func() error {
			for {
				if poked.CompareAndSwap(true, false) {
					if err := main.Loop().Poll(); err != nil {
						return err
					}
				}
				runtime.Gosched()
			}
		})
		if at := main.Loop().Now(); !out || err != nil || at < 70*time.Millisecond {
			t.Errorf("timed out: %v, %v at %v", out, err, at)
		}
	})
}
