package sched

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fn is a task's body.
type fn struct{ run, ended func(*Task) }

func (f fn) Resume(t *Task) bool {
	f.run(t)
	return true
}
func (f fn) Ended(t *Task) {
	if f.ended != nil {
		f.ended(t)
	}
}

// spawn starts a task that runs body.
func spawn(l *Loop, body func(*Task)) *Task {
	t := &Task{}
	l.Start(t, fn{run: body})
	return t
}

// play runs main as the first task of a new loop, in virtual time, until every task has ended.
func play(tb testing.TB, main func(*Task)) {
	tb.Helper()
	playOn(tb, Config{Clock: NewVirtualClock()}, main)
}

func playOn(tb testing.TB, cfg Config, main func(*Task)) *Loop {
	tb.Helper()
	var l *Loop
	if cfg.Deadlock == nil {
		cfg.Deadlock = func() {
			tb.Error("deadlock")
			l.All(func(t *Task) { t.Cancel(&Cancelled{Reason: "deadlock"}) })
		}
	}
	l = New(cfg)
	spawn(l, main)
	l.Stop()
	go l.Run() // not here: a task's Goexit would end this goroutine
	<-l.Done()
	return l
}

// trace is what happened, in order, with the time in seconds.
type trace struct {
	l     *Loop
	lines []string
}

func (tr *trace) add(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if tr.l != nil {
		line = fmt.Sprintf("%v: %s", tr.l.Now().Seconds(), line)
	}
	tr.lines = append(tr.lines, line)
}

func (tr *trace) check(tb testing.TB, want ...string) {
	tb.Helper()
	if !slices.Equal(tr.lines, want) {
		tb.Errorf("got:\n\t%s\nwant:\n\t%s", strings.Join(tr.lines, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// why is the reason of a cancellation, "" for nil, and the text of any other error.
func why(err error) string {
	switch e := err.(type) {
	case nil:
		return ""
	case *Cancelled:
		return e.Reason
	}
	return err.Error()
}

func cancelled(reason string) *Cancelled { return &Cancelled{Reason: reason} }

const second = time.Second

func TestReadyTasksRunFirstComeFirstServed(t *testing.T) {
	var tr trace
	play(t, func(main *Task) {
		for i := range 3 {
			spawn(main.Loop(), func(c *Task) {
				for range 2 {
					tr.add("%d", i)
					c.Sleep(0)
				}
			})
		}
		tr.add("main")
	})
	tr.check(t, "main", "0", "1", "2", "0", "1", "2")
}

func TestTimersFireByDeadlineThenCreation(t *testing.T) {
	var got []int
	play(t, func(main *Task) {
		l := main.Loop()
		for i := range 100 {
			when := time.Duration(1+i%3) * second
			spawn(l, func(c *Task) {
				c.SleepUntil(when)
				got = append(got, int(when/second)*100+i)
			})
		}
		main.Sleep(0)
		for i := range 3 {
			l.AfterFunc(time.Duration(3-i)*second, func() { got = append(got, (3-i)*100+99) }) // before the next task runs
		}
	})
	if len(got) != 103 {
		t.Fatalf("%d of 103 fired", len(got))
	}
	want := slices.Clone(got)
	slices.SortStableFunc(want, func(a, b int) int { return a/100 - b/100 })
	for i, v := range []int{199, 299, 399} { // the functions run as the timers fire, tasks afterwards
		if at := slices.Index(got, v); at != []int{0, 35, 69}[i] {
			t.Errorf("function %d ran as number %d", v, at)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("order: %v", got)
	}
	for s := 1; s <= 3; s++ {
		last := -1
		for _, v := range got {
			if v/100 == s && v%100 != 99 {
				if v < last {
					t.Errorf("%d after %d", v, last)
				}
				last = v
			}
		}
	}
}

func TestAfterFuncCanBePrevented(t *testing.T) {
	play(t, func(main *Task) {
		stop := main.Loop().AfterFunc(second, func() { t.Error("it ran") })
		ran := false
		main.Loop().AfterFunc(2*second, func() { ran = true })
		stop()
		stop()
		main.Sleep(3 * second)
		if !ran {
			t.Error("the other did not run")
		}
		if n := main.Loop().Stats().Timers; n != 0 {
			t.Errorf("%d timers are left", n)
		}
	})
}

func TestSleepForeverNeedsNoTimer(t *testing.T) {
	play(t, func(main *Task) {
		c := spawn(main.Loop(), func(c *Task) {
			if err := c.Sleep(Forever); why(err) != "enough" {
				t.Errorf("got %v", err)
			}
		})
		main.Sleep(0)
		if n := main.Loop().Stats().Timers; n != 0 {
			t.Errorf("%d timers", n)
		}
		if c.State() != "waiting" {
			t.Errorf("it is %s", c.State())
		}
		main.Sleep(1000 * time.Hour)
		if got := c.Waiting(); got != 1000*time.Hour {
			t.Errorf("it waits since %v", got)
		}
		c.Cancel(cancelled("enough"))
	})
}

func TestWakeEndsAWaitOnce(t *testing.T) {
	play(t, func(main *Task) {
		var w Waker
		c := spawn(main.Loop(), func(c *Task) {
			for want := 1; want <= 3; want++ {
				w = c.Waker()
				if v, err := c.Park(nil); v != want || err != nil {
					t.Errorf("Park returned %v, %v, want %d", v, err, want)
				}
			}
			w = c.Waker()
			if !w.Wake("early") {
				t.Error("a wake before the park was refused")
			}
			if w.Wake("twice") {
				t.Error("a second wake before the park")
			}
			before := c.Loop().Stats().Switches
			if v, err := c.Park(nil); v != "early" || err != nil {
				t.Errorf("Park returned %v, %v", v, err)
			}
			if c.Loop().Stats().Switches != before {
				t.Error("a wait that was over gave up control")
			}
		})
		for i := 1; i <= 3; i++ {
			main.Sleep(second)
			old := w
			if !old.Wake(i) || old.Wake(-i) || old.Task() != c {
				t.Errorf("wake %d", i)
			}
			main.Sleep(0)
			main.Sleep(0)
			if old.Wake(-i) {
				t.Error("a late waker ended another wait")
			}
		}
		main.Join(c)
		if w.Wake(0) {
			t.Error("a task that has ended was woken")
		}
	})
}

func TestCheckpointsLetOthersRun(t *testing.T) {
	for _, tt := range []struct {
		name string
		pass func(*Task) error
	}{
		{"checkpoints", (*Task).Checkpoint},
		{"joins of what has ended", func(c *Task) error {
			d := &Task{state: ended}
			return c.Join(d)
		}},
		{"waits that were over", func(c *Task) error {
			if err := c.Checkpoint(); err != nil {
				return err
			}
			c.Waker().Wake(nil)
			_, err := c.Park(nil)
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			passed := 0
			var turns []int
			play(t, func(main *Task) {
				stop := false
				spawn(main.Loop(), func(c *Task) {
					for range 3 {
						turns = append(turns, passed)
						c.Sleep(0)
					}
					stop = true
				})
				for !stop {
					if passed++; passed > 10_000 {
						t.Error("the other starves")
						return
					}
					tt.pass(main)
				}
			})
			if want := []int{1000, 2000, 3000}; !slices.Equal(turns, want) {
				t.Errorf("the other ran after %v, want %v", turns, want)
			}
		})
	}
}

func TestJoin(t *testing.T) {
	var tr trace
	play(t, func(main *Task) {
		tr.l = main.Loop()
		c := &Task{}
		tr.l.Start(c, fn{run: func(c *Task) { c.Sleep(second) }, ended: func(*Task) { tr.add("ended") }})
		var gone *Task
		for i := range 4 {
			j := spawn(tr.l, func(j *Task) { tr.add("joiner %d: %s", i, why(j.Join(c))) })
			if i == 1 {
				gone = j
			}
		}
		main.Sleep(second / 2)
		gone.Cancel(cancelled("left"))
		main.Join(c)
		tr.add("main")
		if err := main.Join(c); err != nil {
			t.Error(err)
		}
		main.Cancel(cancelled("self"))
		if err := main.Join(c); why(err) != "self" {
			t.Errorf("a cancelled task joined: %v", err)
		}
	})
	// main's Join came after those of the four.
	tr.check(t, "0.5: joiner 1: left", "1: ended", "1: joiner 0: ", "1: joiner 2: ", "1: joiner 3: ", "1: main")
}

func TestDeadlockIsFoundOnce(t *testing.T) {
	calls := 0
	var waiting []string
	var l *Loop
	cfg := Config{Clock: NewVirtualClock()}
	cfg.Deadlock = func() {
		calls++
		l.All(func(c *Task) {
			waiting = append(waiting, fmt.Sprint(c.ID(), " ", c.State()))
			c.Cancel(cancelled("deadlock"))
		})
	}
	l = New(cfg)
	spawn(l, func(c *Task) {
		c.Sleep(second) // a timer is no deadlock
		if err := c.Join(c); why(err) != "deadlock" {
			t.Errorf("it joined itself: %v", err)
		}
	})
	spawn(l, func(c *Task) {
		var s Scope
		c.EnterShield(&s, &Shield{Grace: 5 * second})
		c.Exit(&s, c.Sleep(Forever)) // waits for the grace: no second deadlock
		if l.Now() != 6*second {
			t.Errorf("at %v", l.Now())
		}
	})
	spawn(l, func(*Task) {})
	l.Stop()
	l.Run()
	if want := []string{"1 waiting", "2 waiting"}; calls != 1 || !slices.Equal(waiting, want) {
		t.Errorf("%d calls, %v", calls, waiting)
	}
}

func TestWhatIsOutsideIsNoDeadlock(t *testing.T) {
	play(t, func(main *Task) { // play fails at a deadlock
		l := main.Loop()
		l.Begin()
		w := main.Waker()
		var early bool
		stop := l.AfterFunc(second, func() { early = true })
		go l.Post(func() {
			l.End()
			w.Wake(nil)
		})
		main.Park(nil)
		stop()
		if l.Now() != 0 || early {
			t.Error("virtual time went on while work was under way outside")
		}
		l.Begin() // without any timer
		w = main.Waker()
		go l.Post(func() {
			l.End()
			w.Wake(nil)
		})
		main.Park(nil)
		l.Hold()
		w = main.Waker()
		go func() {
			w.Post("held")
			l.Release()
		}()
		if v, _ := main.Park(nil); v != "held" {
			t.Errorf("got %v", v)
		}
	})
}

func TestDeadlockAfterRelease(t *testing.T) {
	calls := 0
	var l *Loop
	l = New(Config{Clock: NewVirtualClock(), Deadlock: func() {
		calls++
		l.All(func(c *Task) { c.Cancel(cancelled("deadlock")) })
	}})
	l.Hold()
	spawn(l, func(c *Task) {
		go l.Release()
		c.Sleep(Forever)
	})
	l.Stop()
	l.Run()
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestPostKeepsItsOrder(t *testing.T) {
	var got []int
	play(t, func(main *Task) {
		l := main.Loop()
		w := main.Waker()
		l.Hold()
		go func() {
			for i := range 5000 { // more than the inbox keeps
				l.Post(func() { got = append(got, i) })
			}
			w.Post(nil)
			l.Release()
		}()
		main.Park(nil)
	})
	if len(got) != 5000 || !slices.IsSorted(got) {
		t.Errorf("%d posts ran, in order: %v", len(got), slices.IsSorted(got))
	}
}

func TestNestedTake(t *testing.T) {
	var got []int
	play(t, func(main *Task) {
		l := main.Loop()
		for range 3 { // the inbox keeps its memory for the next time
			got = nil
			for i := range 3 {
				l.Post(func() {
					got = append(got, i)
					for j := range 3 {
						l.Post(func() { got = append(got, 10*(j+1)+i) })
					}
					l.Poll() // as a posted function that computes for long
				})
			}
			main.Sleep(0)
			if slices.Sort(got); !slices.Equal(got, []int{0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32}) {
				t.Errorf("ran: %v", got)
			}
		}
	})
}

func TestWhatIdleMakesReadyIsNoDeadlock(t *testing.T) {
	var w Waker
	playOn(t, Config{Clock: NewVirtualClock(), Idle: func() { w.Post("flushed") }}, func(main *Task) {
		w = main.Waker()
		if v, err := main.Park(nil); v != "flushed" {
			t.Errorf("got %v, %v", v, err)
		}
	})
}

func TestStopWaitsForTasks(t *testing.T) {
	var tr trace
	l := New(Config{Clock: NewVirtualClock(), Idle: func() { tr.add("idle") }})
	tr.l = l
	l.Stop()
	l.Stop()
	spawn(l, func(c *Task) {
		c.Sleep(second)
		spawn(l, func(c *Task) {
			c.Sleep(second)
			tr.add("last")
		})
	})
	select {
	case <-l.Done():
		t.Error("done before it ran")
	default:
	}
	l.Run()
	<-l.Done()
	tr.check(t, "0: idle", "1: idle", "2: last")
	if s := l.Stats(); s.Live != 0 || s.Tasks != 2 || s.Peak != 2 || s.Switches != 4 || s.Timers != 0 {
		t.Errorf("counters: %+v", s)
	}
}

func TestGoexitEndsOnlyItsTask(t *testing.T) {
	var tr trace
	exited := 0
	playOn(t, Config{Clock: NewVirtualClock(), Exited: func(*Task) { exited++ }}, func(main *Task) {
		l := main.Loop()
		tr.l = l
		c := &Task{}
		l.Start(c, fn{run: func(c *Task) {
			defer c.Sleep(second) // deferred functions may wait
			c.Sleep(second)
			runtime.Goexit()
		}, ended: func(*Task) { tr.add("ended") }})
		main.Join(c)
		tr.add("joined: %s", c.State())
		main.Sleep(second)
		tr.add("main")
	})
	tr.check(t, "2: ended", "2: joined: ended", "3: main")
	if exited != 1 {
		t.Errorf("Exited was called %d times", exited)
	}
}

func TestNothingRunsOnAfterAPanic(t *testing.T) {
	l := New(Config{Clock: NewVirtualClock()})
	spawn(l, func(*Task) { panic("a bug") })
	spawn(l, func(*Task) { t.Error("another task ran") })
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "a bug") {
			t.Errorf("recovered %v", p)
		}
		if l.Stats().Switches != 1 {
			t.Error("the loop went on")
		}
	}()
	l.Run()
}

func TestPeaksAreGivenBack(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		const n = 20_000
		for range n {
			spawn(l, func(c *Task) { c.Sleep(second) })
		}
		main.Sleep(second / 2)
		if s := l.Stats(); s.Timers != n+0 || s.Live != n+1 {
			t.Errorf("counters: %+v", s)
		}
		main.Sleep(2 * second)
		main.Sleep(second)
		if len(l.ready.ring) > 4096 || cap(l.timers.heap) > 1024 || len(l.idle) > maxIdle {
			t.Errorf("kept: a queue of %d, timers of %d, %d coroutines", len(l.ready.ring), cap(l.timers.heap), len(l.idle))
		}
	})
}

// The loop's tasks are told of in the order of their start, whichever of them have ended meanwhile, and take no more room than those
// that have not.
func TestTasksInOrder(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		r := rand.New(rand.NewPCG(3, 4))
		for round := range 300 {
			for range r.IntN(50) {
				naps := time.Duration(r.IntN(20)) * second
				if round%50 == 0 {
					naps = 400 * second
				}
				spawn(l, func(t *Task) { t.Sleep(naps) })
			}
			main.Sleep(second)
			var last uint64
			n := 0
			l.All(func(t *Task) {
				if t.ID() <= last {
					panic("task " + strconv.FormatUint(t.ID(), 10) + " comes after " + strconv.FormatUint(last, 10))
				}
				last = t.ID()
				n++
			})
			if n != l.live {
				panic("not all tasks are told of")
			}
		}
		for range 20_000 {
			spawn(l, func(*Task) {})
		}
		main.Sleep(1000 * second)
		if n := cap(l.tasks); n > 2500 {
			panic("much room is kept of many tasks that have ended")
		}
	})
}
