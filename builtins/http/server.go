package http

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
)

// server is what http.serve returns. Its task, which nobody owns, takes requests and owns a task for each; it ends when it has been told to
// stop, by a script or by whatever cancels it, and the requests under way have ended.
type server struct {
	settings
	listening
	routes []*route
	mux    http.Handler
	task   *interp.Task

	// These are for the loop's side.
	members  *interp.Nursery
	requests map[*interp.Task]*request // under way
	places   int                       // taken
	line     interp.Waiters[struct{}]  // who wait for one
	handler  interp.Awaitable          // what the task of a request runs
	stopping bool
	until    time.Duration // loop time at which those under way are cancelled; 0: there is none
	timer    *interp.Timer // for that
	told     bool          // that a table with a status was returned

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
		{Name: "stop", Fn: stop, Outside: true},
		{Name: "join", Fn: join, Outside: true},
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
	s := &server{requests: map[*interp.Task]*request{}}
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
	run, _ := interp.AwaitableOf(c.NewFunction("http.serve", s.run))
	var err error
	if s.task, err = c.Spawn(run); err != nil {
		c.Close(s.res)
		return err
	}
	s.task.SetName("http.serve " + s.at.String())
	register(c, s)
	return c.Return(s)
}

// stop is s:stop([grace]).
func stop(c *interp.Call) error {
	s := interp.Self[*server](c)
	grace := s.grace
	if !c.Arg(1).IsNil() {
		var err error
		if grace, err = c.Seconds(1); err != nil {
			return err
		}
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	s.stop(grace)
	return s.joins(c)
}

// join is s:join().
func join(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	return interp.Self[*server](c).joins(c)
}

// joins waits until the server has ended. A request of its own does not: each would wait for the other.
func (s *server) joins(c *interp.Call) error {
	if s.requests[c.Task()] != nil || s.task.HasEnded() {
		return nil
	}
	return c.JoinReturn(s.task)
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

// run is the server's task.
func (s *server) run(c *interp.Call) error {
	c.Serves()
	s.timer = c.NewTimer(s.late)
	if s.stopping {
		s.stop(s.grace)
	}
	shield := interp.Scope{Shield: true, Grace: interp.Forever, Contents: s, Asked: func(string) { s.stop(s.grace) }}
	s.members = &interp.Nursery{Collect: true, Forgets: true}
	err := c.Scope(&shield, func() error {
		return c.Nursery(s.members, s.ended, func() error {
			if err := s.take(c); err != nil {
				return err
			}
			return s.lastWords(c)
		})
	})
	s.timer.Stop()
	unregister(c, s)
	s.refuse()
	c.Close(s.res)
	return err
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
		if s.stopping && len(s.requests) == 0 {
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
		ctx, cancel := within(ctx, s.grace)
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
	if err == nil {
		r.task, err = s.members.Start(s.handler, v)
	}
	if err != nil { // a limit of the host's
		r.x.send(&answer{status: http.StatusServiceUnavailable})
		r.x.done()
		return
	}
	r.task.SetName(r.name)
	s.requests[r.task] = r
	if r.left { // before it began
		r.clientGone()
	}
}

// ended is told of each task of a request.
func (s *server) ended(t *interp.Task) bool {
	r := s.requests[t]
	delete(s.requests, t)
	if r != nil {
		if !r.answered { // it was cancelled before it began
			r.answered = true
			r.x.send(&answer{status: http.StatusServiceUnavailable})
		}
		r.x.done()
	}
	if s.stopping && len(s.requests) == 0 {
		s.wake()
	}
	return false
}

// stop takes no more requests, and gives those under way so much time. Told again it can only shorten that.
func (s *server) stop(grace time.Duration) {
	first := !s.stopping
	s.stopping = true
	if first {
		s.refuse()
		s.shut()
	}
	if s.timer == nil {
		return // its task has not begun
	}
	if grace != interp.Forever {
		if at := s.timer.Now() + grace; s.until == 0 || at < s.until {
			s.until = max(at, 1)
			s.timer.Set(grace)
		}
	}
	s.wake()
}

// wake has the server's task look again, if it waits. It is for the loop's side.
func (s *server) wake() {
	if s.waker != (interp.Waker{}) {
		s.waker.Wake(nil)
	}
}

// late cancels what is under way when its time is over, the oldest first.
func (s *server) late(time.Duration) {
	tasks := make([]*interp.Task, 0, len(s.requests))
	for t := range s.requests {
		tasks = append(tasks, t)
	}
	slices.SortFunc(tasks, func(a, b *interp.Task) int { return cmp.Compare(a.ID(), b.ID()) })
	for _, t := range tasks {
		t.Interrupt("the server is stopping")
	}
}
