package builtins

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// Each benchmark runs a script (/lull) beside the same with Go's goroutines, channels and locks (/go).

func both(b *testing.B, script string, raw func(n int)) {
	b.Run("lull", func(b *testing.B) {
		rt, err := interp.New(Std())
		if err != nil {
			b.Fatal(err)
		}
		defer rt.Close()
		p, err := interp.Compile("=bench", []byte(script))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		b.ResetTimer()
		if _, err := rt.Run(context.Background(), p, b.N); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("go", func(b *testing.B) {
		b.ReportAllocs()
		raw(b.N)
	})
}

// An operation is a round trip.
func BenchmarkPingPong(b *testing.B) {
	both(b, `
		local n, there, back = ..., sync.queue(), sync.queue()
		spawn(function() for v in there:items() do back:put(v) end end)
		for i = 1, n do there:put(i) back:get() end
		there:close()`,
		func(n int) {
			there, back := make(chan int, 1), make(chan int, 1)
			go func() {
				for v := range there {
					back <- v
				}
			}()
			for i := range n {
				there <- i
				<-back
			}
			close(there)
		})
}

// An operation is an item that goes from one producer through one of eight workers to one consumer.
func BenchmarkPipeline(b *testing.B) {
	both(b, `
		local n, raw, cooked = ..., sync.queue(64), sync.queue(64)
		gather(function()
			for i = 1, n do raw:put(i) end
			raw:close()
		end, function()
			group(function(g)
				for _ = 1, 8 do g:spawn(function() for v in raw:items() do cooked:put(v) end end) end
			end)
			cooked:close()
		end, function()
			for _ in cooked:items() do end
		end)`,
		func(n int) {
			raw, cooked := make(chan int, 64), make(chan int, 64)
			go func() {
				for i := range n {
					raw <- i
				}
				close(raw)
			}()
			go func() {
				var workers sync.WaitGroup
				for range 8 {
					workers.Go(func() {
						for v := range raw {
							cooked <- v
						}
					})
				}
				workers.Wait()
				close(cooked)
			}()
			for range cooked {
			}
		})
}

func BenchmarkLockUncontended(b *testing.B) {
	both(b, `
		local n, l = ..., sync.lock()
		for _ = 1, n do l:acquire() l:release() end`,
		func(n int) {
			var l sync.Mutex
			for range n {
				l.Lock()
				l.Unlock() //lint:ignore SA2001 the benchmark is about nothing else
			}
		})
}

// 100 tasks share ten permits; an operation is one acquire and release, with a switch in between.
func BenchmarkSemaphoreContended(b *testing.B) {
	both(b, `
		local n, s = ..., sync.semaphore(10)
		for _ = 1, 100 do
			spawn(function() for _ = 1, n / 100 do s:acquire() sleep(0) s:release() end end)
		end`,
		func(n int) {
			s := make(chan struct{}, 10)
			var tasks sync.WaitGroup
			for range 100 {
				tasks.Go(func() {
					for range n / 100 {
						s <- struct{}{}
						runtime.Gosched()
						<-s
					}
				})
			}
			tasks.Wait()
		})
}

// An operation is an item, ten at once.
func BenchmarkMapLimit(b *testing.B) {
	both(b, `
		local n, items = ..., {}
		for i = 1, n do items[i] = i end
		task.map(items, function(i) sleep(0) return i end, { limit = 10 })`,
		func(n int) {
			results := make([]int, n)
			slots := make(chan struct{}, 10)
			var tasks sync.WaitGroup
			for i := range n {
				slots <- struct{}{}
				tasks.Go(func() {
					runtime.Gosched()
					results[i] = i
					<-slots
				})
			}
			tasks.Wait()
		})
}

// An operation is one of 10,000 waiters that a broadcast wakes, and that waits again.
func BenchmarkConditionBroadcast(b *testing.B) {
	both(b, `
		local n, c, arrived, round = math.ceil(... / 10000), sync.condition(), 0, 0
		local there = sync.event()
		for _ = 1, 10000 do
			spawn(function()
				c:acquire()
				for r = 1, n do
					arrived = arrived + 1
					if arrived == 10000 then there:set() end
					c:wait_until(function() return round >= r end)
				end
				c:release()
			end)
		end
		for r = 1, n do
			there:wait()
			there:clear()
			c:acquire()
			arrived, round = 0, r
			c:notify_all()
			c:release()
		end`,
		func(n int) {
			n = (n + 9999) / 10000
			var l sync.Mutex
			c := sync.NewCond(&l)
			arrived, round := 0, 0
			there := make(chan struct{}, 1)
			var tasks sync.WaitGroup
			for range 10000 {
				tasks.Go(func() {
					l.Lock()
					for r := 1; r <= n; r++ {
						if arrived++; arrived == 10000 {
							there <- struct{}{}
						}
						for round < r {
							c.Wait()
						}
					}
					l.Unlock()
				})
			}
			for r := 1; r <= n; r++ {
				<-there
				l.Lock()
				arrived, round = 0, r
				c.Broadcast()
				l.Unlock()
			}
			tasks.Wait()
		})
}
