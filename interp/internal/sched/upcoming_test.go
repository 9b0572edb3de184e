package sched

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// chained are tasks that are data, and go on with the next one's turn in the same call of Resume where the loop lets them.
type chained struct {
	l       *Loop
	chain   bool
	rnd     *rand.Rand
	tasks   []*link
	resting []Waker
	resumes int
	trace   []string
}

type link struct {
	Task
	c    *chained
	left int // turns
}

func (k *link) Ended(*Task) {
	k.c.trace = append(k.c.trace, fmt.Sprint(k.ID(), " ends at ", k.c.l.Now()))
}

func (k *link) Resume(*Task) bool {
	c := k.c
	c.resumes++
	for k.turn() {
		if !c.chain || c.l.Upcoming() == nil {
			return false
		}
		c.l.Enter()
		k = c.l.Current().Body().(*link)
	}
	return true
}

// turn reports whether the task has begun a wait, and not ended.
func (k *link) turn() bool {
	c := k.c
	if k.Started() && k.left < 8 {
		v, err := k.Outcome()
		c.trace = append(c.trace, fmt.Sprint(k.ID(), " at ", c.l.Now(), ": ", v, err))
		if err != nil {
			return false
		}
	}
	for {
		if k.left--; k.left < 0 {
			return false
		}
		switch c.rnd.IntN(9) {
		case 0, 1, 2:
			return k.BeginSleep(0)
		case 3:
			return k.BeginSleep(time.Duration(c.rnd.IntN(3)) * second)
		case 4:
			c.resting = append(c.resting, k.Waker())
			return k.BeginFor(nobody{}, 5*second)
		case 5:
			if n := len(c.resting); n > 0 {
				c.resting[n-1].Wake(n)
				c.resting = c.resting[:n-1]
			}
		case 6:
			c.tasks[c.rnd.IntN(len(c.tasks))].Cancel(cancelled("by another"))
		case 7:
			c.l.Post(func() { c.trace = append(c.trace, "posted") })
		case 8:
			c.start()
		}
		if k.Pending() != nil {
			return false
		}
	}
}

func (c *chained) start() {
	k := &link{c: c, left: 8}
	c.tasks = append(c.tasks, k)
	c.l.Start(&k.Task, k)
}

// nobody is what a task waits for that has nothing to be told.
type nobody struct{}

func (nobody) Abort(Waker, any, bool) {}
func (nobody) Expired(Waker) any      { return "expired" }

func runChained(seed uint64, chain bool) *chained {
	c := &chained{chain: chain, rnd: rand.New(rand.NewPCG(seed, 0))}
	c.l = New(Config{Clock: NewVirtualClock(), Deadlock: func() { c.l.All(func(t *Task) { t.Cancel(cancelled("deadlock")) }) }})
	for range 6 {
		c.start()
	}
	c.l.Stop()
	c.l.Run()
	return c
}

// Tasks have their turns, and everything else that a loop does happens, in the same order whether or not a body goes on with the turn that comes next.
func TestUpcoming(t *testing.T) {
	saved := 0
	for seed := range uint64(300) {
		one, other := runChained(seed, false), runChained(seed, true)
		if !slices.Equal(one.trace, other.trace) {
			t.Fatalf("seed %d: %s", seed, diff(one.trace, other.trace))
		}
		if a, b := one.l.Stats(), other.l.Stats(); a != b {
			t.Fatalf("seed %d: %+v, %+v", seed, a, b)
		}
		saved += one.resumes - other.resumes
	}
	if saved < 1000 {
		t.Errorf("only %d calls of Resume were saved", saved)
	}
}

// A loop that is to tell of turns has each begun by itself.
func TestUpcomingIsTraced(t *testing.T) {
	c := &chained{chain: true, rnd: rand.New(rand.NewPCG(1, 0))}
	turns := 0
	c.l = New(Config{Clock: NewVirtualClock(), Trace: func(e Event, _ *Task) {
		if e == Switched {
			turns++
		}
	}, Deadlock: func() { c.l.All(func(t *Task) { t.Cancel(cancelled("deadlock")) }) }})
	c.l.SetTrace(c.l.cfg.Trace, true)
	for range 6 {
		c.start()
	}
	c.l.Stop()
	c.l.Run()
	if n := c.l.Stats().Switches; turns == 0 || uint64(turns) != n || c.resumes != turns {
		t.Errorf("%d turns were told of, there were %d, in %d calls", turns, n, c.resumes)
	}
}
