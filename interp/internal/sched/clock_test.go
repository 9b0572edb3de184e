package sched

import (
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestSeconds(t *testing.T) {
	for _, tt := range []struct {
		s    float64
		want time.Duration
	}{
		{1, second}, {0.1, 100 * time.Millisecond}, {0, 0}, {-1, 0}, {math.Inf(-1), 0}, {math.NaN(), 0},
		{1e-12, 1}, {1.5e-9, 2}, {math.SmallestNonzeroFloat64, 1},
		{9e9, 9e9 * second}, {1e10, Forever - 1}, {math.MaxFloat64, Forever - 1}, {math.Inf(1), Forever},
	} {
		if got := Seconds(tt.s); got != tt.want {
			t.Errorf("Seconds(%v) = %d, want %d", tt.s, got, tt.want)
		}
	}
}

func TestAfterDoesNotWrapAround(t *testing.T) {
	for _, tt := range []struct{ now, d, want time.Duration }{
		{0, 0, 0}, {5, 3, 8}, {5, -3, 2}, {0, Forever, Forever}, {5, Forever, Forever}, {5, End - 6, End - 1}, {5, End - 4, End},
		{5, Forever - 1, End}, {End - 1, 2, End}, {End, 1, End + 1}, {End, Forever - 1, Forever - 1}, {Forever - 1, 1, Forever - 1}, {Forever - 1, Forever, Forever},
	} {
		if got := Add(tt.now, tt.d); got != tt.want {
			t.Errorf("Add(%d, %d) = %d, want %d", tt.now, tt.d, got, tt.want)
		}
	}
}

// At the clock's end its owner is told before anybody's timer fires; timers after that are told of, too.
func TestClockEnds(t *testing.T) {
	var tr trace
	var l *Loop
	cfg := Config{Clock: NewVirtualClock()}
	cfg.Ended = func() {
		tr.add("ended")
		l.All(func(c *Task) { c.Cancel(cancelled("the end")) })
	}
	cfg.Deadlock = func() { tr.add("deadlock") }
	l = New(cfg)
	spawn(l, func(c *Task) {
		for range 2 {
			if err := c.Sleep(End/2 + 1); err != nil {
				tr.add("%s", why(err))
			}
		}
		var s Scope
		c.EnterShield(&s, &Shield{Grace: 5 * second})
		err := c.Sleep(second)
		tr.add("shielded: %v, %v", err, l.Now()-End)
		c.Exit(&s, err)
	})
	l.Stop()
	l.Run()
	tr.check(t, "ended", "the end", "ended", "shielded: <nil>, 1s")
}

func TestVirtualClock(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		start := l.Wall()
		if !start.Equal(virtualStart) {
			t.Errorf("it starts at %v", start)
		}
		main.Sleep(36 * time.Hour)
		if l.Now() != 36*time.Hour || l.Wall().Sub(start) != 36*time.Hour {
			t.Errorf("now %v, %v", l.Now(), l.Wall())
		}
	})
}

// The real clock, on the time of a synctest bubble.
func TestRealClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		playOn(t, Config{}, func(main *Task) {
			l := main.Loop()
			for _, d := range []time.Duration{3 * second, second, time.Nanosecond} {
				before := l.Now()
				main.Sleep(d)
				if l.Now()-before != d {
					t.Errorf("a sleep of %v took %v", d, l.Now()-before)
				}
			}
			if !l.Wall().Equal(time.Now()) {
				t.Errorf("the time of day is %v", l.Wall())
			}
			// An event from outside ends the idle wait before the timer does.
			l.Begin()
			w := main.Waker()
			stop := l.AfterFunc(second, func() { t.Error("a timer that was stopped fired") })
			go func() {
				time.Sleep(second / 2)
				l.Post(func() {
					l.End()
					stop()
					w.Wake(nil)
				})
			}()
			main.Park(nil)
			main.Sleep(2 * second)
		})
		if want := 6*second + second/2 + 1; time.Since(start) != want {
			t.Errorf("it took %v, want %v", time.Since(start), want)
		}
	})
}

// manual runs a loop on a manual clock beside the test; stop waits for its end.
func manual(t *testing.T) (c *ManualClock, l *Loop, stop func()) {
	c = NewManualClock()
	l = New(Config{Clock: c, Deadlock: func() { t.Error("deadlock") }})
	if !c.Attach(func() { l.Post(func() {}) }) {
		t.Fatal("the clock is taken")
	}
	l.Hold()
	go l.Run()
	return c, l, func() {
		l.Stop()
		<-l.Done()
		c.Attach(nil)
	}
}

// While it is paused a real clock stands still, however often; then it goes on from there, and nobody ever sees it go back.
func TestPausedClock(t *testing.T) {
	c := NewRealClock()
	spin := func(d time.Duration) {
		for begin := time.Now(); time.Since(begin) < d; {
		}
	}
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			for last := c.Now(); ; {
				select {
				case <-stop:
					return
				default:
				}
				now := c.Now()
				if now < last {
					t.Errorf("%v, after %v", now, last)
				}
				last = now
			}
		})
	}
	real, begin := time.Now(), c.Now() // in this order, or what comes between them seems to be too much
	paused := time.Duration(0)
	for range 50 {
		again := c.(Pauser).Pause()
		resume := c.(Pauser).Pause()
		at, since := c.Now(), time.Now()
		again()
		spin(200 * time.Microsecond)
		if now := c.Now(); now != at {
			t.Errorf("it goes on while it is paused: %v, then %v", at, now)
		}
		paused += time.Since(since)
		resume()
		if now := c.Now(); now < at || now > at+time.Since(real) {
			t.Errorf("it goes on from %v, not %v", now, at)
		}
	}
	if went := c.Now() - begin; went > time.Since(real)-paused {
		t.Errorf("%v went by in %v, of which it was paused for %v", went, time.Since(real), paused)
	}
	close(stop)
	readers.Wait()
}

func TestManualClock(t *testing.T) {
	c, l, stop := manual(t)
	defer stop()
	if c.Attach(func() {}) {
		t.Error("it serves two loops")
	}
	var tr trace
	tr.l = l
	l.Post(func() {
		for i := range 3 {
			spawn(l, func(c *Task) {
				for c.Loop().Now() < 3*second {
					c.Sleep(time.Duration(i+1) * second)
					tr.add("%d", i)
				}
			})
		}
	})
	c.Advance(0)
	if len(tr.lines) != 0 || c.Now() != 0 {
		t.Error("time went on by itself")
	}
	c.Advance(second - 1)
	if len(tr.lines) != 0 || c.Now() != second-1 {
		t.Errorf("%v at %v", tr.lines, c.Now())
	}
	c.Advance(1)
	tr.check(t, "1: 0")
	c.Advance(-second)
	if c.Now() != second || c.Wall().Sub(virtualStart) != second {
		t.Errorf("it is at %v", c.Now())
	}
	c.Advance(10 * second)
	// At two and three seconds those that came first sleep first.
	tr.check(t, "1: 0", "2: 1", "2: 0", "3: 2", "3: 0", "4: 1")
	if c.Now() != 11*second || l.Stats().Live != 0 {
		t.Errorf("it is at %v, %d live", c.Now(), l.Stats().Live)
	}
}

func TestAdvanceReturnsWhenNothingIsReady(t *testing.T) {
	c, l, stop := manual(t)
	defer stop()
	var turns atomic.Int64
	l.Post(func() {
		spawn(l, func(c *Task) {
			c.Sleep(second)
			for range 1000 {
				turns.Add(1)
				c.Sleep(0)
			}
			spawn(l, func(c *Task) { c.Loop().Post(func() { turns.Add(1) }) })
		})
	})
	c.Advance(second)
	if n := turns.Load(); n != 1001 {
		t.Errorf("%d of 1001 turns were made", n)
	}
}

func TestAdvanceFromManyGoroutines(t *testing.T) {
	c, l, stop := manual(t)
	defer stop()
	var fired atomic.Int64
	l.Post(func() {
		spawn(l, func(c *Task) {
			for range 1000 {
				c.Sleep(second)
				fired.Add(1)
			}
		})
	})
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			for range 100 {
				c.Advance(second)
			}
		})
	}
	wg.Wait()
	if fired.Load() != 1000 || c.Now() != 1000*second {
		t.Errorf("%d fired, it is at %v", fired.Load(), c.Now())
	}
}

func TestAdvanceWithoutALoop(t *testing.T) {
	c := NewManualClock()
	c.Advance(second)
	l := New(Config{Clock: c})
	c.Attach(func() { l.Post(func() {}) })
	l.Hold()
	var at time.Duration
	spawn(l, func(c *Task) {
		c.Sleep(second)
		at = c.Loop().Now()
	})
	go l.Run()
	c.Advance(5 * second)
	l.Stop()
	<-l.Done()
	// A loop that has ended cannot move; the clock goes on without it once it is detached.
	cut := make(chan struct{})
	go func() {
		c.Advance(second)
		close(cut)
	}()
	c.Attach(nil)
	<-cut
	c.Advance(0)
	if at != 2*second || c.Now() != 7*second {
		t.Errorf("slept until %v; it is at %v", at, c.Now())
	}
}
