package http

import (
	"context"
	"net/http"
	"sync"

	"github.com/lull-lua/lull/builtins/internal/serving"
	"github.com/lull-lua/lull/interp"
)

// server is what http.serve returns, with a task for each request.
type server struct {
	serving.Server[*request]
	settings
	listening
	fake   interp.Tester // it stands for another in this test, and listens nowhere; nil: it is one
	routes []*route
	mux    http.Handler

	// These are for the loop's side.
	places  int                      // taken
	line    interp.Waiters[struct{}] // who wait for one
	handler interp.Awaitable         // what the task of a request runs
	told    bool                     // that a table with a status was returned
	forget  func()                   // has it found no more by requests of the same runtime

	mu     sync.Mutex
	events []event // that have come, and not been taken
	asleep bool    // the task waits for some
	waker  interp.Waker
	closed bool // to requests
}

// event is what a connection's goroutine tells the server's task: a request has come, or its client has gone.
type event struct {
	r    *request
	gone bool
}

var serverType = interp.Type{
	Name: "http.server",
	Of:   (*server)(nil),
	Methods: []interp.Def{
		{Name: "stop", Fn: func(c *interp.Call) error { return interp.Self[*server](c).Stop(c) }, Outside: true},
		{Name: "join", Fn: func(c *interp.Call) error { return interp.Self[*server](c).Join(c) }, Outside: true},
	},
	Field: func(v any, name string) any {
		s := v.(*server)
		switch name {
		case "url":
			return s.url()
		case "port":
			if s.at.Port > 0 {
				return int(s.at.Port)
			}
		}
		return nil
	},
	String: func(v any) string { return "http.server " + v.(*server).url() },
}

// Contents implements interp.Container.
func (s *server) Contents(yield func(interp.Value)) {
	yield(s.before)
	for _, r := range s.routes {
		yield(r.handler)
	}
}

// serve is http.serve(addr, handler [, opts]).
func serve(c *interp.Call) error {
	s := &server{}
	if err := s.parse(c); err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if err := s.listen(c); err != nil {
		return err
	}
	s.handler, _ = interp.AwaitableOf(c.NewFunction("http.serve", s.handle))
	hooks := serving.Hooks{Contents: s, Take: s.takeAll, Ended: s.ended, Refuse: s.leave, Wake: s.wake, End: s.over, Never: s.never}
	if err := s.Start(c, "http.serve", "http.serve "+s.at.String(), hooks); err != nil {
		c.Close(s.res)
		return err
	}
	s.forget = serving.Register(c, s)
	return c.Return(s)
}

// refuse has requests that come from now on refused.
func (s *server) refuse() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
}

// tell hands an event to the server's task; false: no request is taken any more.
func (s *server) tell(e event) bool {
	s.mu.Lock()
	if s.closed && !e.gone {
		s.mu.Unlock()
		return false
	}
	s.events = append(s.events, e)
	wake, w := s.asleep, s.waker
	s.asleep = false
	s.mu.Unlock()
	if wake {
		w.Post(nil)
	}
	return true
}

// takeAll is the server's task: it takes requests, and then waits until the last answers are written.
func (s *server) takeAll(c *interp.Call) error {
	if err := s.take(c); err != nil {
		return err
	}
	return s.lastWords(c)
}

// leave takes no more requests, nor connections, and has websockets closed, of which there is no end otherwise.
func (s *server) leave() {
	s.refuse()
	s.shut()
	for _, r := range s.Oldest() {
		if r.websocket != nil {
			r.websocket.goAway()
		}
	}
}

// over is told when the last request has ended.
func (s *server) over(c *interp.Call) {
	s.forget()
	s.refuse()
	c.Close(s.res)
}

// never answers those who have come before the server was cancelled, which has not begun.
func (s *server) never() {
	s.forget()
	s.mu.Lock()
	events := s.events
	s.events = nil
	s.mu.Unlock()
	for _, e := range events {
		if !e.gone {
			e.r.turnAway()
		}
	}
	s.release()
}

// take starts a task for each request, until the server is to stop and the last has ended.
func (s *server) take(c *interp.Call) error {
	for {
		s.mu.Lock()
		events := s.events
		s.events = nil
		if len(events) == 0 {
			s.asleep, s.waker = true, c.Waker()
		}
		s.mu.Unlock()
		for _, e := range events {
			if e.gone {
				e.r.clientGone()
			} else {
				s.start(c, e.r)
			}
		}
		if len(events) > 0 {
			continue
		}
		if s.Stopping && len(s.Open) == 0 {
			return nil
		}
		if _, err := c.Park(nil); err != nil {
			return err
		}
	}
}

// lastWords waits until the last answers are written, where connections are open.
func (s *server) lastWords(c *interp.Call) error {
	written := s.conns.leave()
	if written == nil {
		return nil
	}
	return c.Block(func(ctx context.Context) error {
		ctx, cancel := within(ctx, s.Grace)
		defer cancel()
		select {
		case <-written:
		case <-ctx.Done(): // the rest is cut
		}
		return nil
	})
}

// start starts the task of a request.
func (s *server) start(c *interp.Call, r *request) {
	v, err := c.Value(r)
	if err == nil && !c.Crowded() {
		r.task, err = s.Members.Start(s.handler, v)
	}
	if r.task == nil || err != nil {
		r.turnAway()
		return
	}
	r.task.SetName(r.name)
	s.Open[r.task] = r
	if r.left { // before it began
		r.clientGone()
	}
}

// turnAway answers a request that gets no task.
func (r *request) turnAway() {
	r.answered = true
	r.x.send(plain(http.StatusServiceUnavailable))
	r.x.done()
}

// ended is told of each task of a request.
func (s *server) ended(t *interp.Task) bool {
	r := s.Open[t]
	delete(s.Open, t)
	if r != nil {
		if !r.answered { // it was cancelled before it began
			r.turnAway()
		} else {
			r.x.done()
		}
	}
	if s.Stopping && len(s.Open) == 0 {
		s.wake()
	}
	return false
}

// wake has the server's task look again, if it waits. It is for the loop's side.
func (s *server) wake() {
	if s.waker != (interp.Waker{}) {
		s.waker.Wake(nil)
	}
}
