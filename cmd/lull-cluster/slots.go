package main

import (
	"context"
	"sync"
)

// slots bound how many jobs run at once.
type slots struct {
	mu      sync.Mutex
	most    int
	used    int
	changed chan struct{} // closed, and another made, at each change
}

func newSlots(n int) *slots { return &slots{most: n, changed: make(chan struct{})} }

func (s *slots) change(most, used int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most += most
	s.used += used
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *slots) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// wait waits until a slot is free, and returns how many are; 0: ctx has ended.
func (s *slots) wait(ctx context.Context) int {
	for {
		s.mu.Lock()
		free, changed := s.most-s.used, s.changed
		s.mu.Unlock()
		if ctx.Err() != nil {
			return 0
		}
		if free > 0 {
			return free
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// acquire takes a slot; false: ctx has ended.
func (s *slots) acquire(ctx context.Context) bool {
	for {
		if s.wait(ctx) == 0 {
			return false
		}
		s.mu.Lock()
		if s.used < s.most {
			s.used++
			s.mu.Unlock()
			return true
		}
		s.mu.Unlock()
	}
}

func (s *slots) release() { s.change(0, -1) }
