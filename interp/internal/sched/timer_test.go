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
			if r.IntN(2) == 0 {
				h.setAfter(&f.tm, f.when-now, f)
			} else {
				h.start(now)
				h.set(&f.tm, f.when, f)
			}
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
			h.start(now)
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
			if armed = left; due != len(fired) {
				t.Fatalf("%d due, %d fired", due, len(fired))
			}
		}
		if h.len() != len(armed) {
			t.Fatalf("%d armed, %d counted", len(armed), h.len())
		}
	}
}

// stepClock goes on by itself where a test says so, and otherwise as a virtual clock does. It counts how often it is looked at.
type stepClock struct {
	virtualClock
	looks int
}

func (c *stepClock) Now() time.Duration {
	c.looks++
	return c.now
}

const ms = time.Millisecond

// A limit that is long counts from a look at the clock that comes after it was set: it is over late rather than early, and in the order of
// other timers.
func TestLimitsAreNeverEarly(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit time.Duration
		wait  func(main *Task, c *stepClock) error
		over  time.Duration
	}{
		{"short", far - ms, func(main *Task, _ *stepClock) error { return main.Sleep(Forever) }, far + 4*ms},
		{"long", second, func(main *Task, _ *stepClock) error { return main.Sleep(Forever) }, second + 5*ms},
		{"computes first", second, func(main *Task, c *stepClock) error {
			c.now += 20 * ms
			_ = main.Loop().Poll()
			c.now += 20 * ms
			return main.Sleep(Forever)
		}, second + 25*ms},
		{"sleeps for as long", second, func(main *Task, c *stepClock) error {
			c.now += ms
			return main.Sleep(second)
		}, second + 6*ms},
		{"sleeps until then", second, func(main *Task, c *stepClock) error {
			c.now += ms
			return main.SleepUntil(second + 6*ms)
		}, second + 6*ms},
		{"sleeps for a little less", second, func(main *Task, c *stepClock) error { return main.Sleep(second - ms) }, 0},
		{"no limit", Forever, func(main *Task, c *stepClock) error { return main.Sleep(second) }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &stepClock{}
			playOn(t, Config{Clock: c, Poke: func() {}}, func(main *Task) {
				main.Loop().dog.stop()
				c.now += 5 * ms // behind the loop's last look
				timedOut, err := within(main, tt.limit, "late", func() error { return tt.wait(main, c) })
				if timedOut != (tt.over != 0) || err != nil || timedOut && c.now != tt.over {
					t.Errorf("timed out: %v, at %v, %v", timedOut, c.now, err)
				}
				if n := main.Loop().Timers(); n != 0 {
					t.Errorf("%d timers are left", n)
				}
			})
		})
	}
}

// A limit is over in its time where a function in Go holds the loop up: it counts from the watchdog's first tick behind it at the latest.
func TestLimitsWhereTheLoopIsHeldUp(t *testing.T) {
	for _, tt := range []struct {
		name    string
		held    time.Duration
		ticks   uint32 // that came meanwhile
		late    bool
		started time.Duration // from when the limit counts
	}{
		{"not at all", 0, 0, false, 5 * ms},
		{"for longer than the limit", 400 * ms, 39, true, 25 * ms},
		{"for less than that", 90 * ms, 8, false, 25 * ms},
		{"on a loaded machine", 400 * ms, 20, true, 215 * ms},
		{"with a clock that stood still meanwhile", 3 * ms, 30, false, 8 * ms},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const limit = 150 * ms
			c := &stepClock{}
			playOn(t, Config{Clock: c, Poke: func() {}}, func(main *Task) {
				l := main.Loop()
				l.dog.stop()
				c.now += 5 * ms
				var over time.Duration
				timedOut, err := within(main, limit, "late", func() error {
					c.now += tt.held
					l.dog.ticks.Add(tt.ticks)
					err := main.Sleep(0)
					if err == nil {
						err = main.Sleep(Forever)
					}
					over = c.now
					return err
				})
				want := tt.started + limit
				if tt.late {
					want = 5*ms + tt.held
				}
				if !timedOut || err != nil || over != want {
					t.Errorf("timed out: %v, %v, at %v, want %v", timedOut, err, over, want)
				}
			})
		})
	}
}

// A limit is not early either where the clock has been paused, and the watchdog's ticks were not.
func TestLimitsOnAPausedClock(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pause func(c *realClock)
		far   bool // it counts from the look
	}{
		{"never", func(*realClock) {}, false},
		{"was paused", func(c *realClock) { c.lost.Store(1) }, true},
		{"is paused", func(c *realClock) { c.Pause() }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := NewRealClock().(*realClock)
			l := New(Config{Clock: c, Poke: func() {}})
			l.Look()
			var tm timer
			l.setFor(&tm, far, &firing{})
			c.start = c.start.Add(-second)
			l.dog.ticks.Add(81) // 800 ms, and what is less than a tick
			tt.pause(c)
			now := l.Look()
			if late := l.timers.next() - (now + far); tt.far != (late == 0) || !tt.far && late != -80*tick {
				t.Errorf("it is over %v later than counted from the look", late)
			}
		})
	}
}

// Limits are never early, whenever they are set, the watchdog comes by, and the loop looks at the clock; and late by a tick of the watchdog and
// what its ticks lag behind.
func TestLimitsAtRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	c := &stepClock{}
	playOn(t, Config{Clock: c, Poke: func() {}}, func(main *Task) {
		l := main.Loop()
		l.dog.stop()
		var fired []*firing
		set, nextTick := 0, tick
		for range 20_000 {
			c.now += time.Duration(r.IntN(int(7 * ms)))
			for c.now >= nextTick {
				l.dog.ticks.Add(1)
				nextTick += tick + time.Duration(r.IntN(int(ms)))
			}
			switch r.IntN(8) {
			case 0:
				l.Look()
				l.timers.fire(c.now)
			case 1, 2:
				set++
				d := far + time.Duration(r.IntN(int(far)))
				f := &firing{when: c.now + d, to: &fired}
				l.setFor(&f.tm, d, f)
			}
			for _, f := range fired {
				if c.now < f.when {
					t.Fatalf("a limit is over at %v, %v early", c.now, f.when-c.now)
				}
			}
			fired = fired[:0]
			for i := 1; i < len(l.timers.heap); i++ {
				e := &l.timers.heap[i]
				if late := e.when - e.owner.(*firing).when; late < 0 || late > 3*tick {
					t.Fatalf("a limit is to be over %v late", late)
				}
			}
		}
		l.Look()
		l.timers.fire(Forever)
		if set < 1000 || l.Timers() != 0 {
			t.Fatalf("%d limits were set, %d are left", set, l.Timers())
		}
	})
}

// Timers that are far away need no look at the clock in each turn, and fire in their time all the same.
func TestTimersFireBetweenTurns(t *testing.T) {
	c := &stepClock{}
	playOn(t, Config{Clock: c, Poke: func() {}}, func(main *Task) {
		var fired []time.Duration
		for _, d := range []time.Duration{3 * ms, 70 * ms, 500 * ms, 501 * ms, 3 * second} {
			main.Loop().AfterFunc(d, func() { fired = append(fired, c.now-d) })
		}
		for len(fired) < 5 {
			main.Sleep(0)
			c.now += ms / 4
		}
		for i, late := range fired {
			if late != 0 {
				t.Errorf("timer %d was %v late", i, late)
			}
		}
		main.Loop().AfterFunc(3600*second, func() {})
		c.looks = 0
		for range 1000 {
			main.Sleep(0)
		}
		if c.looks > 500 {
			t.Errorf("the clock was looked at %d times in 1000 turns", c.looks)
		}
	})
}
