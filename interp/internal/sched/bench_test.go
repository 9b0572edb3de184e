package sched

import (
	"runtime"
	"testing"
)

// The loop's cost beside a bare hand-over between goroutines. Run them interleaved, and compare:
//
//	go test -run - -bench . -count 5 ./interp/internal/sched

// run runs a loop in virtual time with one task, which measures what follows b.ResetTimer.
func run(b *testing.B, main func(*Task)) {
	b.Helper()
	b.ReportAllocs()
	play(b, main)
}

func BenchmarkChannelHandover(b *testing.B) {
	x, y := make(chan struct{}), make(chan struct{})
	go func() {
		for range x {
			y <- struct{}{}
		}
		close(y)
	}()
	b.ReportAllocs()
	for range b.N / 2 { // there and back again are two
		x <- struct{}{}
		<-y
	}
	close(x)
	<-y
}

func BenchmarkSwitch(b *testing.B) {
	run(b, func(main *Task) {
		const tasks = 1000
		for range tasks {
			spawn(main.Loop(), func(t *Task) {
				t.Sleep(0)
				for range b.N / tasks {
					t.Sleep(0)
				}
			})
		}
		main.Sleep(0)
		b.ResetTimer()
	})
}

func BenchmarkSwitchWhileTimersWait(b *testing.B) { // on the real clock, which is looked at in each turn then
	b.ReportAllocs()
	playOn(b, Config{}, func(main *Task) {
		stop := main.Loop().AfterFunc(1000*second, func() {})
		for range b.N {
			main.Sleep(0)
		}
		stop()
	})
}

func BenchmarkTimer(b *testing.B) {
	run(b, func(main *Task) {
		for range b.N {
			main.Sleep(1)
		}
	})
}

func BenchmarkWaitListHandover(b *testing.B) {
	run(b, func(main *Task) {
		var there, back WaitList
		spawn(main.Loop(), func(t *Task) {
			for there.Wait(t) == nil {
				back.Wake(nil)
			}
		})
		main.Sleep(0)
		b.ResetTimer()
		for range b.N / 2 {
			there.Wake(nil)
			back.Wait(main)
		}
		main.Loop().All(func(t *Task) { t.Cancel(&Cancelled{}) })
	})
}

func BenchmarkSpawnAndJoin(b *testing.B) {
	run(b, func(main *Task) {
		for range b.N {
			main.Join(spawn(main.Loop(), func(*Task) {}))
		}
	})
}

func BenchmarkGoroutineAndJoin(b *testing.B) {
	done := make(chan struct{})
	b.ReportAllocs()
	for range b.N {
		go func() { done <- struct{}{} }()
		<-done
	}
}

func BenchmarkDeadlineAroundAReadyFunction(b *testing.B) {
	run(b, func(main *Task) {
		for range b.N {
			var s Scope
			main.EnterFor(&s, second, nil)
			main.Exit(&s, nil)
		}
	})
}

// Per sleeper: the time until it is asleep and until it has woken again, and the memory while all sleep.
func BenchmarkSleepers100000(b *testing.B) {
	const n = 100_000
	for b.Loop() {
		var before, asleep runtime.MemStats
		play(b, func(main *Task) {
			runtime.GC()
			runtime.ReadMemStats(&before)
			for range n {
				spawn(main.Loop(), func(t *Task) { t.Sleep(second) })
			}
			main.Sleep(second / 2)
			runtime.ReadMemStats(&asleep)
		})
		b.ReportMetric(float64(asleep.HeapInuse+asleep.StackInuse-before.HeapInuse-before.StackInuse)/n, "B/sleeper")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/sleeper")
}

func BenchmarkCancel10000(b *testing.B) {
	const n = 10_000
	for b.Loop() {
		b.StopTimer()
		play(b, func(main *Task) {
			var members Nursery
			members.Open(main, nil)
			for range n {
				members.Own(spawn(main.Loop(), func(t *Task) { t.Sleep(second) }))
			}
			main.Sleep(0)
			b.StartTimer()
			members.Cancel(&Cancelled{})
			members.Close(nil)
			b.StopTimer()
		})
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/task")
}

func BenchmarkCancel10000Joiners(b *testing.B) {
	const n = 10_000
	for b.Loop() {
		b.StopTimer()
		play(b, func(main *Task) {
			var all Nursery
			all.Open(main, nil)
			for range n {
				all.Own(spawn(main.Loop(), func(t *Task) { t.Join(main) }))
			}
			main.Sleep(0)
			b.StartTimer()
			all.Cancel(&Cancelled{})
			all.Close(nil)
			b.StopTimer()
		})
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/task")
}

// In the steady state nothing allocates.
func TestWaitsDoNotAllocate(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		var there, back WaitList
		c := spawn(l, func(c *Task) {
			for there.Wait(c) == nil {
				back.Wake(nil)
			}
		})
		ended := spawn(l, func(*Task) {})
		main.Join(ended)
		scopes := make([]Scope, 2000) // a builtin keeps its own
		late := &Cancelled{}
		for _, tt := range []struct {
			name string
			wait func()
		}{
			{"a switch", func() { main.Sleep(0) }},
			{"a timer", func() { main.Sleep(1) }},
			{"a checkpoint", func() { main.Checkpoint() }},
			{"a join of what has ended", func() { main.Join(ended) }},
			{"a hand-over", func() {
				there.Wake(nil)
				back.Wait(main)
			}},
			{"a deadline", func() {
				s := &scopes[0]
				scopes = scopes[1:]
				main.EnterFor(s, second, late)
				main.Exit(s, nil)
			}},
		} {
			if n := testing.AllocsPerRun(1000, tt.wait); n != 0 {
				t.Errorf("%s allocates %v times", tt.name, n)
			}
		}
		c.Cancel(late)
	})
}
