package sched

// queue is a first-in first-out ring of tasks.
type queue struct {
	ring    []*Task // its length is a power of two
	head, n int
}

func (q *queue) push(t *Task) {
	if q.n == len(q.ring) {
		q.resize(max(64, 2*q.n))
	}
	q.ring[(q.head+q.n)&(len(q.ring)-1)] = t
	q.n++
}

// first is the task that pop would return.
func (q *queue) first() *Task {
	if q.n == 0 {
		return nil
	}
	return q.ring[q.head]
}

// pop is the first task, or nil.
func (q *queue) pop() *Task {
	if q.n == 0 {
		if len(q.ring) > 4096 {
			q.ring, q.head = nil, 0 // give a peak back
		}
		return nil
	}
	t := q.ring[q.head]
	q.ring[q.head] = nil
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
	return t
}

func (q *queue) resize(size int) {
	ring := make([]*Task, size)
	c := copy(ring, q.ring[q.head:])
	copy(ring[c:], q.ring[:q.head])
	q.ring, q.head = ring, 0
}
