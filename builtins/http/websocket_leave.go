package http

import (
	"context"
	"sync"
	"time"
)

// goodbye is how long the closing handshake of a websocket may take that a task or a server has left.
const goodbye = 500 * time.Millisecond

// farewells are the websockets of a runtime that were left and whose closing handshakes are under way. None waits for another, and nobody
// for them but the end of the runtime: there may be many, of whom some never answer.
type farewells struct{ all sync.WaitGroup }

// Close implements io.Closer.
func (f *farewells) Close() error {
	f.all.Wait()
	return nil
}

// depart closes a websocket over a wire with the status 1001, and does not wait for that. It is called once, in the place of its resource.
func (s *socket) depart() {
	s.mu.Lock()
	open := s.ended == nil && !s.left
	s.left = true
	s.mu.Unlock()
	s.farewells.all.Go(func() {
		if open {
			s.bye(1001)
		}
		s.wire.drop()
		s.stop()
		s.end(errGood) // so that it does not ping
		s.all.Wait()
		s.gone()
	})
}

// bye closes the wire with a closing handshake that takes no longer than goodbye. It is called off the loop.
func (s *socket) bye(status int) {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	stop := context.AfterFunc(ctx, s.wire.drop)
	defer stop()
	_ = s.wire.close(status, "") // the other side may be gone
}

// goAway has a server's websocket closed as soon as a task wants a message and none has come: the server is stopping.
func (s *socket) goAway() {
	s.mu.Lock()
	s.leaving = true
	s.change()
	s.mu.Unlock()
	if s.peer != nil {
		s.rouse()
	}
}

// goes closes a websocket of which no more messages are taken.
func (s *socket) goes() {
	switch {
	case s.peer != nil:
		s.leave(&closed{1001, ""})
	case s.res.Release():
		s.depart()
	}
}
