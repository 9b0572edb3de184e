package interp

import "math"

// Measure is the estimate of what the runtime reaches, for a test.
func (rt *Runtime) Measure() int {
	size := make(chan int)
	rt.loop.Post(func() {
		rt.measure(math.MaxInt / 2)
		size <- rt.mem.size
	})
	return <-size
}

// Incomplete is how many modules have not been put into their tables yet.
func (rt *Runtime) Incomplete() int { return len(rt.lazy.parts) }
