package sched

import (
	"sync"
	"sync/atomic"
)

// inbox is how other goroutines reach the loop: the only part of it that is locked.
type inbox struct {
	some  atomic.Bool // posts is not empty; lets the loop look without the lock
	mu    sync.Mutex
	posts []func()
	spare []func()
	wake  chan struct{} // holds at most one token: "look"

	member atomic.Pointer[member] // of the loop in its group; nil: it has none
}

func (in *inbox) post(fn func()) {
	in.mu.Lock()
	in.posts = append(in.posts, fn)
	in.some.Store(true)
	in.mu.Unlock()
	in.nudge()
}

// nudge ends the loop's idle wait, now or the next one.
func (in *inbox) nudge() {
	select {
	case in.wake <- struct{}{}:
	default:
	}
	if m := in.member.Load(); m != nil {
		m.posted()
	}
}

// take runs what was posted, in order, until nothing is left.
func (in *inbox) take() {
	for in.some.Load() {
		in.mu.Lock()
		posts := in.posts
		in.posts, in.spare = in.spare[:0], nil // a nested take must not reuse it
		in.some.Store(false)
		in.mu.Unlock()
		for i, fn := range posts {
			posts[i] = nil
			fn()
		}
		if cap(posts) > 1024 {
			posts = nil // give a peak back
		}
		in.spare = posts
	}
}
