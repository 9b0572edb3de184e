package sched

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// sleeper is a body that sleeps for each of the durations in turn, and calls fn after each.
type sleeper struct {
	each  []time.Duration
	fn    func(i int)
	ended func()
	i     int
	began bool
}

func (s *sleeper) Resume(t *Task) bool {
	for {
		if s.began {
			_, _ = t.Outcome()
			s.fn(s.i)
			s.i++
		}
		if s.i == len(s.each) {
			return true
		}
		if s.began = true; t.BeginSleep(s.each[s.i]) {
			return false
		}
	}
}

func (s *sleeper) Ended(*Task) {
	if s.ended != nil {
		s.ended()
	}
}

// Loops of one group are on one clock, where that makes its time: what they do is in the order of time, the same in every run, and one of
// them runs at a time.
func TestGroupIsOnOneClock(t *testing.T) {
	trial := func() (log []string) {
		first := New(Config{Clock: NewVirtualClock()})
		done := make(chan struct{})
		left := 3
		first.Begin()
		first.Post(func() {
			first.End()
			g := first.Group(4, func([]*Loop) func() { panic("a deadlock") })
			note := func(l *Loop, name string) func(int) {
				return func(i int) { log = append(log, fmt.Sprintf("%s%d@%v", name, i, l.Now())) }
			}
			var main Task
			first.Start(&main, &sleeper{each: []time.Duration{5 * time.Second, 5 * time.Second}, fn: note(first, "a")})
			for k, each := range [][]time.Duration{{time.Second, time.Second, 4 * time.Second}, {3 * time.Second}, {6 * time.Second, 4 * time.Second}} {
				l := New(Config{Group: g})
				var task Task
				l.Start(&task, &sleeper{each: each, fn: note(l, string(rune('b'+k)))})
				l.Stop()
				go func() {
					l.Run()
					first.Post(func() {
						if left--; left == 0 {
							first.Stop()
						}
					})
					l.Leave()
				}()
			}
		})
		go func() {
			first.Run()
			first.Leave()
			close(done)
		}()
		<-done
		return log
	}
	want := trial()
	for range 50 {
		if got := trial(); !slices.Equal(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	}
}

// No more loops have their turns at once than there are places, and each gets its turn.
func TestGroupHasPlaces(t *testing.T) {
	const places, loops = 2, 20
	first := New(Config{})
	var mu sync.Mutex
	busy, most, ended := 0, 0, 0
	all := make(chan struct{})
	first.Hold()
	first.Post(func() {
		g := first.Group(places, func([]*Loop) func() { return func() {} })
		for range loops {
			l := New(Config{Group: g})
			var task Task
			l.Start(&task, &sleeper{each: []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}, fn: func(int) {
				mu.Lock()
				busy++
				most = max(most, busy)
				mu.Unlock()
				for begin := time.Now(); time.Since(begin) < 200*time.Microsecond; {
				}
				mu.Lock()
				busy--
				mu.Unlock()
			}})
			l.Stop()
			go func() {
				l.Run()
				l.Leave()
				mu.Lock()
				defer mu.Unlock()
				if ended++; ended == loops {
					close(all)
				}
			}()
		}
	})
	done := make(chan struct{})
	go func() {
		first.Run()
		close(done)
	}()
	<-all
	first.Stop()
	<-done
	if most > places {
		t.Errorf("%d loops had their turns at once, there are %d places", most, places)
	}
}
