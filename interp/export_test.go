package interp

import "github.com/lull-lua/lull/interp/internal/meter"

// Measure is the estimate of what the runtime reaches, for a test.
func (rt *Runtime) Measure() int {
	size := make(chan int)
	rt.loop.Post(func() {
		n, _ := rt.mem.Measure(meter.Unbounded)
		size <- n
	})
	return <-size
}

// Incomplete is how many modules have not been put into their tables yet.
func (rt *Runtime) Incomplete() int { return len(rt.lazy.parts) }

// Ticks is how often the watchdog has looked.
func (rt *Runtime) Ticks() uint64 { return rt.ticks.Load() }
