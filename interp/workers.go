package interp

import (
	"sync"
	"sync/atomic"
)

// workers are goroutines off the loop, most often none, so that nobody waits for them. Some wait for more work while such is under way: to
// start one, whose stack has to grow first, takes as long as opening a file.
type workers struct {
	sync.WaitGroup
	begun   atomic.Bool // there was one
	resting atomic.Bool // free is not empty
	mu      sync.Mutex
	free    []chan func(free func()) // that wait for more, the last one for the shortest time
	over    bool                     // none does any more
}

// maxFree bounds how many wait for more.
const maxFree = 64

// Go calls fn on a new goroutine.
func (w *workers) Go(fn func()) {
	w.begun.Store(true)
	w.WaitGroup.Go(fn)
}

// Use calls fn on a goroutine that is free, or a new one. fn calls free when it is about to return, and before it tells anybody.
func (w *workers) Use(fn func(free func())) {
	w.mu.Lock()
	if last := len(w.free) - 1; last >= 0 {
		more := w.free[last]
		w.take(last)
		w.mu.Unlock()
		more <- fn
		return
	}
	w.mu.Unlock()
	w.Go(func() {
		more, stays := make(chan func(func()), 1), false
		free := func() {
			w.mu.Lock()
			if stays = !w.over && len(w.free) < maxFree; stays {
				w.free = append(w.free, more)
				w.resting.Store(true)
			}
			w.mu.Unlock()
		}
		for fn := fn; fn != nil; {
			stays = false
			fn(free)
			if fn = nil; stays {
				fn = <-more
			}
		}
	})
}

// take takes those from the i-th on out of the list.
func (w *workers) take(i int) {
	clear(w.free[i:])
	w.free = w.free[:i]
	w.resting.Store(i > 0)
}

// Dismiss ends those that wait for more work; for good: from now on none does.
func (w *workers) Dismiss(forGood bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = w.over || forGood
	for _, more := range w.free {
		more <- nil // which has room
	}
	w.take(0)
}
