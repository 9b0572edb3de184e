package interp_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// benchmark runs a script that is given how often to do something, beside what Go does for the same by itself.
func benchmark(b *testing.B, script string, goes func(n int), opts ...interp.Option) {
	b.Run("lull", func(b *testing.B) {
		rt, err := interp.New(append([]interp.Option{builtins.Std()}, opts...)...)
		if err != nil {
			b.Fatal(err)
		}
		defer rt.Close()
		b.ReportAllocs()
		b.ResetTimer()
		if _, err := rt.RunString(context.Background(), "=bench", script, b.N); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("go", func(b *testing.B) {
		b.ReportAllocs()
		goes(b.N)
	})
}

// A switch: 1,000 tasks that let each other run, against goroutines that hand a channel's item around.
func BenchmarkSwitch(b *testing.B) {
	benchmark(b, `
		local n = math.ceil(... / 1000)
		group(function(g) for i = 1, 1000 do g:spawn(function() for i = 1, n do sleep(0) end end) end end)`,
		func(n int) {
			ring := make([]chan struct{}, 1000)
			for i := range ring {
				ring[i] = make(chan struct{})
			}
			var wg sync.WaitGroup
			for i := range ring {
				wg.Go(func() {
					for range n/1000 + 1 {
						<-ring[i]
						if i+1 < len(ring) {
							ring[i+1] <- struct{}{}
						}
					}
				})
			}
			for range n/1000 + 1 {
				ring[0] <- struct{}{}
			}
			wg.Wait()
		})
}

func BenchmarkSpawnJoin(b *testing.B) {
	benchmark(b, `
		local n, tasks = ..., {}
		local function work() return 1 end
		for first = 1, n, 100000 do
			local last = math.min(n, first + 99999)
			for i = first, last do tasks[i - first] = spawn(work) end
			for i = first, last do await(tasks[i - first]) end
		end`,
		func(n int) {
			for first := 0; first < n; first += 100_000 {
				m := min(100_000, n-first)
				done := make([]chan int, m)
				for i := range done {
					done[i] = make(chan int, 1)
					go func() { done[i] <- 1 }()
				}
				for i := range done {
					<-done[i]
				}
			}
		})
}

// wait_for around a function that does not wait, against a context with a deadline.
func BenchmarkWaitFor(b *testing.B) {
	benchmark(b, `local n = ... local function ready() return 1 end for i = 1, n do wait_for(ready, 10) end`,
		func(n int) {
			for range n {
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				if ctx.Err() != nil {
					b.Fatal(ctx.Err())
				}
				cancel()
			}
		})
}

// Cancel 10,000 tasks that sleep, and wait until they have unwound.
func BenchmarkCancel(b *testing.B) {
	benchmark(b, `
		local n = ...
		for first = 1, n, 10000 do
			group(function(g) for i = first, math.min(n, first + 9999) do g:spawn(sleep, 3600) end sleep(0) g:cancel() end)
		end`,
		func(n int) {
			for first := 0; first < n; first += 10_000 {
				ctx, cancel := context.WithCancel(context.Background())
				var wg sync.WaitGroup
				for range min(10_000, n-first) {
					wg.Go(func() {
						t := time.NewTimer(time.Hour)
						defer t.Stop()
						select {
						case <-t.C:
						case <-ctx.Done():
						}
					})
				}
				runtime.Gosched()
				cancel()
				wg.Wait()
			}
		})
}

// 100,000 sleepers: the time until all have slept in virtual time, and the bytes that one takes meanwhile.
func BenchmarkSleepers(b *testing.B) {
	const sleepers = 100_000
	inUse := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	b.Run("lull", func(b *testing.B) {
		for range b.N {
			var before, during uint64
			measure := interp.Def{Name: "measure", Fn: func(*interp.Call) error { during = inUse(); return nil }}
			rt, err := interp.New(builtins.Std(), interp.WithVirtualTime(), interp.WithModule(interp.Module{Defs: []interp.Def{measure}}))
			if err != nil {
				b.Fatal(err)
			}
			before = inUse()
			if _, err := rt.RunString(context.Background(), "=bench", fmt.Sprintf(`
				for i = 1, %d do spawn(function() sleep(10) end) end
				sleep(5) measure()`, sleepers)); err != nil {
				b.Fatal(err)
			}
			rt.Close()
			b.ReportMetric(float64(during-before)/sleepers, "B/sleeper")
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/sleepers, "ns/sleeper")
	})
	b.Run("go", func(b *testing.B) {
		for range b.N {
			before := inUse()
			var wg sync.WaitGroup
			wake := make(chan struct{})
			for range sleepers {
				wg.Go(func() {
					t := time.NewTimer(time.Hour)
					defer t.Stop()
					select {
					case <-t.C:
					case <-wake:
					}
				})
			}
			for range 100 {
				runtime.Gosched()
			}
			b.ReportMetric(float64(inUse()-before)/sleepers, "B/sleeper")
			close(wake)
			wg.Wait()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/sleepers, "ns/sleeper")
	})
}
