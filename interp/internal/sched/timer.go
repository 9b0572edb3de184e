package sched

import "time"

// expirer is what a timer belongs to.
type expirer interface{ expire() }

// timer is a place among a loop's timers. The zero value is not armed.
type timer struct{ pos uint32 }

// toStart is in the pos of a timer that is in timers.starts; the rest is its index there.
const toStart = 1 << 31

func (tm *timer) armed() bool { return tm.pos != 0 }

// timers is a 4-ary heap by (deadline, sequence): equal deadlines fire in the order in which they were set, which Go's
// own timers do not promise.
type timers struct {
	heap []timerEntry // heap[0] is unused, so that a timer's pos is zero when it is not armed
	seq  uint64

	// starts are limits that count from a time which the next look at the clock finds, in no order; when is how long they are. Most of
	// them are stopped before that, and have never been in the heap. Invariants: the watchdog has not come by between the last look and
	// when they were set; it is empty whenever a timer is set, so that of equal times, one after the other, the first is never over later
	// than the second.
	starts []timerEntry

	current **Task // the task that sets a timer
}

type timerEntry struct {
	when  time.Duration
	seq   uint64
	tm    *timer
	owner expirer
	by    *Task // the task that has set it, or nil
}

func (a *timerEntry) before(b *timerEntry) bool {
	return a.when < b.when || a.when == b.when && a.seq < b.seq
}

// next is the earliest deadline in the heap, or Forever.
func (h *timers) next() time.Duration {
	if len(h.heap) < 2 {
		return Forever
	}
	return h.heap[1].when
}

// set arms tm; it must not be armed.
func (h *timers) set(tm *timer, when time.Duration, owner expirer) {
	if when == Forever {
		return
	}
	h.push(h.entry(tm, when, owner))
}

// setAfter arms tm, which must not be armed, for d from when start will say.
func (h *timers) setAfter(tm *timer, d time.Duration, owner expirer) {
	tm.pos = toStart | uint32(len(h.starts))
	h.starts = append(h.starts, h.entry(tm, d, owner))
}

// start has the limits that wait for it count from a time.
func (h *timers) start(from time.Duration) {
	for i := range h.starts {
		e := h.starts[i]
		e.when = Add(from, e.when)
		h.push(e)
	}
	clear(h.starts)
	if h.starts = h.starts[:0]; cap(h.starts) > 1024 {
		h.starts = nil // give a peak back
	}
}

// len is how many timers are armed.
func (h *timers) len() int { return max(0, len(h.heap)-1) + len(h.starts) }

// count counts the timers whose tasks of accepts.
func (h *timers) count(of func(*Task) bool) (n int) {
	for _, list := range [][]timerEntry{h.heap, h.starts} {
		for i := range list {
			if by := list[i].by; by != nil && of(by) {
				n++
			}
		}
	}
	return n
}

// entry is that of a timer which is set now.
func (h *timers) entry(tm *timer, when time.Duration, owner expirer) timerEntry {
	h.seq++
	e := timerEntry{when: when, seq: h.seq, tm: tm, owner: owner}
	if h.current != nil {
		e.by = *h.current
	}
	return e
}

func (h *timers) push(e timerEntry) {
	if len(h.heap) == 0 {
		h.heap = append(h.heap, timerEntry{})
	}
	if n := len(h.heap); n == cap(h.heap) { // append's own growth would leave five times the memory behind
		h.heap = append(make([]timerEntry, 0, 2*n), h.heap...)
	}
	h.heap = append(h.heap, timerEntry{})
	h.up(len(h.heap)-1, e)
}

// stop disarms tm; a timer that is not armed is left alone.
func (h *timers) stop(tm *timer) {
	if tm.pos&toStart != 0 {
		h.stopStart(tm.pos &^ toStart)
		tm.pos = 0
		return
	}
	i := int(tm.pos)
	if i == 0 {
		return
	}
	tm.pos = 0
	n := len(h.heap) - 1
	last := h.heap[n]
	h.heap[n] = timerEntry{}
	h.heap = h.heap[:n]
	switch {
	case i == n:
	case i > 1 && last.before(&h.heap[(i-2)/4+1]):
		h.up(i, last)
	default:
		h.down(i, last)
	}
	if cap(h.heap) > 1024 && len(h.heap) < cap(h.heap)/4 {
		h.heap = append(make([]timerEntry, 0, cap(h.heap)/2), h.heap...) // give a peak back
	}
}

// stopStart takes one out of starts.
func (h *timers) stopStart(i uint32) {
	n := len(h.starts) - 1
	if h.starts[i].tm != h.starts[n].tm {
		h.starts[i] = h.starts[n]
		h.starts[i].tm.pos = toStart | i
	}
	h.starts[n] = timerEntry{}
	h.starts = h.starts[:n]
}

// fire takes every timer that is due off the heap, in order, and tells its owner.
func (h *timers) fire(now time.Duration) {
	for len(h.heap) > 1 && h.heap[1].when <= now {
		e := h.heap[1]
		h.stop(e.tm)
		e.owner.expire()
	}
}

func (h *timers) up(i int, e timerEntry) {
	for i > 1 {
		p := (i-2)/4 + 1
		if !e.before(&h.heap[p]) {
			break
		}
		h.heap[i] = h.heap[p]
		h.heap[i].tm.pos = uint32(i)
		i = p
	}
	h.heap[i] = e
	e.tm.pos = uint32(i)
}

func (h *timers) down(i int, e timerEntry) {
	for {
		c := 4*(i-1) + 2
		if c >= len(h.heap) {
			break
		}
		m := c
		for j := c + 1; j < min(c+4, len(h.heap)); j++ {
			if h.heap[j].before(&h.heap[m]) {
				m = j
			}
		}
		if !h.heap[m].before(&e) {
			break
		}
		h.heap[i] = h.heap[m]
		h.heap[i].tm.pos = uint32(i)
		i = m
	}
	h.heap[i] = e
	e.tm.pos = uint32(i)
}
