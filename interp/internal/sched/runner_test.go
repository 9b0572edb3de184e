package sched

import (
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// steps is a task that is data: each step begins a wait, or does not.
type steps struct {
	Task
	do   []func(t *Task) bool
	note func(v any, err error)
	at   int
}

func (s *steps) Resume(t *Task) bool {
	for {
		if s.at > 0 {
			s.note(t.Outcome())
		}
		if s.at == len(s.do) {
			return true
		}
		s.at++
		if s.do[s.at-1](t) {
			return false
		}
	}
}

func (s *steps) Ended(*Task) {}

func TestTasksThatAreData(t *testing.T) {
	var tr trace
	play(t, func(main *Task) {
		l := main.Loop()
		tr.l = l
		var list WaitList
		var w Waker
		other := spawn(l, func(c *Task) { c.Sleep(3 * second) })
		s := &steps{note: func(v any, err error) { tr.add("%v %s", v, why(err)) }}
		s.do = []func(t *Task) bool{
			func(t *Task) bool { return t.BeginSleep(0) },
			func(t *Task) bool { return t.BeginSleep(second) },
			func(t *Task) bool { w = t.Waker(); return t.Begin(nil) },
			func(t *Task) bool { t.Waker().Wake("early"); return t.Begin(nil) },
			func(t *Task) bool { return t.BeginJoin(other) },
			func(t *Task) bool { return t.BeginJoin(other) },
			func(t *Task) bool { w = t.Waker(); return t.BeginFirm(nil) }, // is cancelled meanwhile
			func(t *Task) bool { list.Add(t); return t.Begin(&list) },
			func(t *Task) bool { return t.BeginSleep(second) },
			func(t *Task) bool { return t.BeginSleep(0) },
			func(t *Task) bool { return t.BeginJoin(main) },
		}
		l.Start(&s.Task, s)
		main.Sleep(2 * second)
		w.Wake("late")
		main.Sleep(2 * second)
		s.Cancel(cancelled("enough"))
		main.Sleep(second)
		w.Wake("firm")
		main.Join(&s.Task)
		if list.Len() != 0 || l.Stats().Timers != 0 {
			t.Errorf("%d are in the list, %d timers are set", list.Len(), l.Stats().Timers)
		}
	})
	tr.check(t, "0: <nil> ", "1: <nil> ", "2: late ", "2: early ", "3: <nil> ", "3: <nil> ", "5: firm ",
		"5: <nil> enough", "5: <nil> enough", "5: <nil> enough", "5: <nil> enough")
}

// Tasks that are data need no goroutine, those with frames one each, and the goroutines of a peak are given back.
func TestRunners(t *testing.T) {
	for goleak.Find() != nil { // goroutines of other tests that have not come to their end
	}
	play(t, func(main *Task) {
		l := main.Loop()
		const n = 2000
		before := runtime.NumGoroutine()
		for range n {
			s := &steps{note: func(any, error) {}, do: []func(*Task) bool{func(t *Task) bool { return t.BeginSleep(second) }}}
			l.Start(&s.Task, s)
		}
		main.Sleep(second / 2)
		if got := runtime.NumGoroutine() - before; got > 2 {
			t.Errorf("%d goroutines for tasks that are data", got)
		}
		for range n {
			spawn(l, func(c *Task) { c.Sleep(second) })
		}
		main.Sleep(second / 2)
		if got := runtime.NumGoroutine() - before; got < n || got > n+2 {
			t.Errorf("%d goroutines for %d tasks with frames", got, n)
		}
		main.Sleep(2 * second)
		if len(l.idle) > maxIdle {
			t.Errorf("%d idle runners", len(l.idle))
		}
		for range 1000 { // they end when they get the processor
			if runtime.NumGoroutine()-before <= maxIdle+2 {
				return
			}
			time.Sleep(time.Millisecond)
		}
		t.Errorf("%d goroutines are left", runtime.NumGoroutine()-before)
	})
}

// A Goexit ends neither the tasks beside it nor the goroutines that sit where its own would.
func TestManyGoexits(t *testing.T) {
	exited, ended := 0, 0
	playOn(t, Config{Clock: NewVirtualClock(), Exited: func(*Task) { exited++ }}, func(main *Task) {
		l := main.Loop()
		const n = 600
		for i := range n {
			spawn(l, func(c *Task) {
				c.Sleep(time.Duration(1+i%7) * second)
				if i%3 == 0 {
					defer c.Sleep(second)
					runtime.Goexit()
				}
				c.Sleep(time.Duration(1+i%5) * second)
				ended++
			})
		}
		main.Sleep(20 * second)
		if exited != n/3 || ended != n-n/3 {
			t.Errorf("%d of %d exited, %d ended", exited, n, ended)
		}
	})
}

// A Goexit of what a timer calls ends at most the task on whose goroutine that was; nobody else is touched.
func TestGoexitBetweenTurns(t *testing.T) {
	const n = 50
	exited, ended := 0, 0
	playOn(t, Config{Clock: NewVirtualClock(), Exited: func(*Task) { exited++ }}, func(main *Task) {
		l := main.Loop()
		for i := range n {
			spawn(l, func(c *Task) {
				c.Sleep(time.Duration(1+i%3) * second)
				c.Sleep(10 * second)
				ended++
			})
		}
		for i := range 5 {
			l.AfterFunc(time.Duration(i)*second/2, runtime.Goexit)
		}
		main.Sleep(30 * second) // or it is the one that exits
	})
	if exited+ended < n || exited == 0 || exited > 5 {
		t.Errorf("%d exited, %d ended", exited, ended)
	}
}
