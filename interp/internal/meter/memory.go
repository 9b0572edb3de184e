package meter

import (
	"math"
	"runtime"
	"runtime/metrics"
)

// Unbounded is a bound for an estimate that is to be made to its end.
const Unbounded = math.MaxInt / 2

// Memory is what was last known of the memory that a runtime reaches, and of the process's. All runs of the runtime share it.
type Memory struct {
	// Estimate walks through what the runtime reaches, and says how much that is; false: it is more than most.
	Estimate func(most int) (size int, ok bool)

	size      int   // the last estimate
	reserved  int   // beyond that
	unsure    int   // at how many runs' beginnings to make it anew: what was there may soon be gone
	allocated int64 // by the process when the estimate was made, stacks included
	collected int64 // allocated when a collection was last asked for
	samples   []metrics.Sample
}

// unsureFor is at how many runs' beginnings the estimate is made anew after much was allocated.
const unsureFor = 3

// Reserve says that n bytes are about to be taken where no estimate sees them; fewer than none gives them back.
func (m *Memory) Reserve(n int) { m.reserved += n }

// Recent is the estimate, made anew if that takes a moment, or much was allocated since, or it cannot be true any more.
func (m *Memory) Recent() int {
	if heap, allocated := m.read(); m.size < 4<<20 || allocated-m.allocated > int64(m.size/4) || int64(m.size) > heap {
		m.Measure(Unbounded)
	}
	return m.size
}

// Measure makes the estimate anew; ok is false if it is more than most.
func (m *Memory) Measure(most int) (size int, ok bool) {
	m.size, ok = m.Estimate(most)
	_, m.allocated = m.read()
	return m.size, ok
}

// read is how much the process has on its heap and stacks, and has ever allocated.
func (m *Memory) read() (heap, allocated int64) {
	if m.samples == nil {
		m.samples = []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/gc/heap/allocs:bytes"}}
	}
	metrics.Read(m.samples)
	n := func(i int) int64 { return int64(m.samples[i].Value.Uint64()) }
	return n(0) + n(1), n(2) + n(1)
}

// Room reports whether the runtime may reach n bytes more. The memory that it reaches cannot exceed the process's heap, nor have grown by more
// than was allocated since it was last estimated.
func (r *Run) Room(n int) bool {
	most := r.limits.Memory
	if most == 0 {
		return true
	}
	if r.heap == 0 {
		r.begin()
	}
	limit := int64(most)
	if r.crossed {
		limit += int64(most / 4) // for cleanups
	}
	limit -= int64(r.others())
	m := r.mem
	more := int64(n) + int64(m.reserved)
	heap, allocated := m.read()
	if r.pool != nil && allocated-m.allocated >= int64(most/16) { // the others are to know
		m.Measure(Unbounded)
		r.told()
	}
	if heap+more <= limit {
		return true
	}
	grown := allocated - m.allocated + more
	if grown >= int64(most/16) && int64(m.size-r.base)+grown > limit || r.pool != nil && int64(r.reach)+more > limit {
		m.unsure = unsureFor
		if _, ok := m.Measure(int(min(int64(r.base)+limit-more, Unbounded))); !ok || int64(m.size-r.base)+more > limit {
			return false
		}
		r.told()
	}
	// A large value, or a machine with much else to do, would let the heap grow beyond what the collector aims at.
	if of := int64(most); heap+more > r.heap+of+of/2 && r.heap < 4*of && allocated-m.collected > of/4 {
		runtime.GC()
		_, m.collected = m.read()
	}
	return true
}

// Left is how many bytes more the run may reach, by the last estimate; math.MaxInt: as many as it likes.
func (r *Run) Left() int {
	m, most := r.mem, r.limits.Memory
	if most == 0 {
		return math.MaxInt
	}
	if r.heap == 0 {
		r.begin()
	}
	left := func() int { return max(0, most-r.others()-max(0, m.size-r.base)-m.reserved) }
	if left() == 0 { // what the estimate has found may be gone
		if _, allocated := m.read(); allocated-m.allocated > int64(most/64) {
			m.Measure(Unbounded)
			r.told()
		}
	}
	return left()
}

// told tells the pool what the run reaches, by the last estimate.
func (r *Run) told() {
	r.reaches(max(0, r.mem.size-r.base) + r.mem.reserved)
	r.taken = 0
}

// IsolateSize is about what a runtime takes that has done nothing yet.
const IsolateSize = 100 << 10

// Whole says that all the runtime has is the run's, but for n bytes.
func (r *Run) Whole(n int) {
	if r.limits.Memory == 0 {
		return
	}
	heap, _ := r.mem.read()
	r.heap, r.base = max(1, heap), n
	r.reaches(max(IsolateSize, r.mem.size-r.base))
}

// Shares says that n bytes of what the runtime reaches are not the run's.
func (r *Run) Shares(n int) { r.base += n }

// Took is told of n bytes, which are reserved still, that have come from another runtime: the pool knows at once, and when it is much, what is
// reached is estimated anew. It ends the run as Memory does.
func (r *Run) Took(n int) error {
	most := r.limits.Memory
	if most == 0 {
		return nil
	}
	r.taken += n
	if r.pool != nil {
		r.reaches(r.reach + n)
	}
	if r.taken < max(64<<10, most/256, r.mem.size/4) && (r.pool == nil || r.pool.reach.Load() <= int64(most)) {
		return nil
	}
	r.taken = 0
	if r.pool != nil && r.joined && r.heap != 0 {
		r.mem.Measure(Unbounded)
		r.told()
	}
	return r.Memory(0)
}

// begin notes what there is of memory before the run takes more. The first look is early enough for it, which makes less than a
// MB: what takes more in the steps until then is asked about. Most calls of a host's are over sooner.
func (r *Run) begin() {
	m, most := r.mem, int64(r.limits.Memory)
	heap, allocated := m.read()
	if m.unsure > 0 && heap > most && heap < 4*most { // what the last runs left is not this one's
		runtime.GC()
		heap, allocated = m.read()
	}
	r.heap = max(1, heap)
	allocating := allocated-m.allocated > most/16
	if heap > most/16 && (allocating || m.unsure > 0) {
		m.Measure(Unbounded)
	}
	if m.unsure = max(0, m.unsure-1); allocating {
		m.unsure = unsureFor
	}
	m.size = int(min(int64(m.size), heap)) // an estimate from before a collection is no base: it would be granted once more
	r.base = m.size
}
