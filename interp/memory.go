package interp

import (
	"math"
	"runtime"
	"runtime/metrics"
)

// memory is what was last known of the memory that the runtime reaches, and of the process's.
type memory struct {
	size      int // estimate
	reserved  int // beyond that: see Reserve
	unsure    int // at how many runs' beginnings to make it anew: what was there may soon be gone
	allocated int // by the process when the estimate was made, stacks included
	collected int // allocated when a collection was last asked for
	samples   []metrics.Sample
}

// read is how much the process has on its heap and stacks, and has ever allocated.
func (m *memory) read() (heap, allocated int) {
	if m.samples == nil {
		m.samples = []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/gc/heap/allocs:bytes"}}
	}
	metrics.Read(m.samples)
	n := func(i int) int { return int(m.samples[i].Value.Uint64()) }
	return n(0) + n(1), n(2) + n(1)
}

// recent is the estimate, made anew if that takes a moment, or much was allocated since, or it cannot be true any more.
func (m *memory) recent(rt *Runtime) int {
	if heap, allocated := m.read(); m.size < 4<<20 || allocated-m.allocated > m.size/4 || m.size > heap {
		rt.measure(math.MaxInt / 2)
	}
	return m.size
}

// reserve says that n bytes are about to be taken off the loop until release is called: as what was made of them by then.
func (rt *Runtime) reserve(n int) (release func(), err error) {
	if err := rt.limited(func(lim *limiter) error { return lim.memory(n) }); err != nil {
		return nil, err
	}
	rt.mem.reserved += n
	return func() { rt.mem.reserved -= n }, nil
}

// memory ends the run if the runtime reaches too much, or would with n bytes more.
func (lim *limiter) memory(n int) error {
	if !lim.room(n) {
		return lim.exceed("Memory", lim.r.rt.cfg.limits.Memory)
	}
	return nil
}

// room reports whether the runtime may reach n bytes more. What it reaches cannot exceed the process's heap, nor have grown by more
// than was allocated since it was last estimated.
func (lim *limiter) room(n int) bool {
	rt := lim.r.rt
	most := rt.cfg.limits.Memory
	if most == 0 {
		return true
	}
	if lim.heap == 0 {
		lim.begin()
	}
	limit := most
	if lim.crossed != nil {
		limit += most / 4 // for cleanups
	}
	m := &rt.mem
	n += m.reserved
	heap, allocated := m.read()
	if heap+n <= limit {
		return true
	}
	grown := allocated - m.allocated + n
	if grown >= most/16 && m.size-lim.base+grown > limit {
		m.unsure = unsureFor
		if !rt.measure(lim.base+limit-n) || m.size-lim.base+n > limit {
			return false
		}
	}
	// What is large, or a machine with much else to do, would let the heap grow beyond what the collector aims at.
	if heap+n > lim.heap+most+most/2 && lim.heap < 4*most && allocated-m.collected > most/4 {
		runtime.GC()
		_, m.collected = m.read()
	}
	return true
}

// begin notes what there is of memory before the run takes more. That it is done at the first look, not at once, makes less
// than a MB: what takes more in the steps until then is asked about. Most calls of a host's are over sooner.
func (lim *limiter) begin() {
	rt, l := lim.r.rt, &lim.r.rt.cfg.limits
	heap, allocated := rt.mem.read()
	if rt.mem.unsure > 0 && heap > l.Memory && heap < 4*l.Memory { // what the last runs left is not this one's
		runtime.GC()
		heap, allocated = rt.mem.read()
	}
	lim.heap = max(1, heap)
	allocating := allocated-rt.mem.allocated > l.Memory/16
	if heap > l.Memory/16 && (allocating || rt.mem.unsure > 0) {
		rt.measure(math.MaxInt / 2)
	}
	if rt.mem.unsure = max(0, rt.mem.unsure-1); allocating {
		rt.mem.unsure = unsureFor
	}
	rt.mem.size = min(rt.mem.size, heap) // an estimate from before a collection is no base: it would be granted once more
	lim.base = rt.mem.size
}

// unsureFor is at how many runs' beginnings the estimate is made anew after much was allocated.
const unsureFor = 3

// maxText is the length of a string that nothing may exceed.
func (rt *Runtime) maxText() int {
	n := 1 << 30
	if l := rt.cfg.limits; l.StringSize > 0 {
		n = min(n, l.StringSize)
	}
	if l := rt.cfg.limits; l.Memory > 0 {
		n = min(n, l.Memory)
	}
	return n
}

// MaxText is the length of the longest string that there may be, in bytes: who reads something larger need not read on.
func (c *Call) MaxText() int { return c.rt.maxText() }
