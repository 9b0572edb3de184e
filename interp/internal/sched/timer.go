package sched

import "time"

// expirer is what a timer belongs to.
type expirer interface{ expire() }

// timer is a place in a loop's heap. The zero value is not armed.
type timer struct{ pos uint32 }

func (tm *timer) armed() bool { return tm.pos != 0 }

// timers is a 4-ary heap by (deadline, sequence): equal deadlines fire in the order in which they were set, which Go's
// own timers do not promise.
type timers struct {
	heap []timerEntry // heap[0] is unused, so that a timer's pos is zero when it is not armed
	seq  uint64

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

// next is the earliest deadline, or Forever.
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
	if len(h.heap) == 0 {
		h.heap = append(h.heap, timerEntry{})
	}
	h.seq++
	if n := len(h.heap); n == cap(h.heap) { // append's own growth would leave five times the memory behind
		h.heap = append(make([]timerEntry, 0, 2*n), h.heap...)
	}
	h.heap = append(h.heap, timerEntry{})
	e := timerEntry{when: when, seq: h.seq, tm: tm, owner: owner}
	if h.current != nil {
		e.by = *h.current
	}
	h.up(len(h.heap)-1, e)
}

// stop disarms tm; a timer that is not armed is left alone.
func (h *timers) stop(tm *timer) {
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
