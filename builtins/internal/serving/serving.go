// Package serving is the life of a server: the task that takes what comes and owns a task for each, how it is told to stop, and how a script
// on a clock that makes its own time finds it without the network.
package serving

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/lull-lua/lull/interp"
)

// Server is the running of one. Nobody owns its task, which ends when it has been told to stop, by a script or by whatever cancels it, and
// what is under way has ended. All of it is for the loop's side.
type Server[T any] struct {
	Grace    time.Duration      // that a stop gives, if it is not told another
	Open     map[*interp.Task]T // what is under way, by its task
	Members  *interp.Nursery    // owns these tasks
	Stopping bool

	task  *interp.Task
	hooks Hooks
	until time.Duration // loop time at which those that are left are cancelled; 0: there is none
	timer *interp.Timer // for that; nil: the task has not begun
}

// Hooks are what a server does in its own way.
type Hooks struct {
	Contents interp.Container
	Take     func(c *interp.Call) error // starts tasks of Members, until the server is stopping and none is left
	Ended    func(t *interp.Task) bool  // is told of each of these
	Refuse   func()                     // no more is to come: it is called once, by the first stop
	Wake     func()                     // the server's task is to look again
	End      func(c *interp.Call)       // all has ended
	Never    func()                     // its task was cancelled before it began: after Refuse, in the place of all else, and it must not wait
}

// Start starts the server's task. what names it, holds are values that it needs.
func (s *Server[T]) Start(c *interp.Call, builtin, what string, hooks Hooks, holds ...interp.Value) error {
	s.Open, s.hooks = map[*interp.Task]T{}, hooks
	run, _ := interp.AwaitableOf(c.NewFunction(builtin, s.run, holds...))
	task, err := c.Spawn(run)
	if err != nil {
		return err
	}
	s.task = task
	task.SetName(what)
	task.Watch(s)
	return nil
}

// TaskEnded implements interp.EndWatcher.
func (s *Server[T]) TaskEnded(t *interp.Task) {
	if !t.Started() {
		s.stop(interp.Forever)
		s.hooks.Never()
	}
}

// run is the server's task.
func (s *Server[T]) run(c *interp.Call) error {
	c.Serves()
	s.timer = c.NewTimer(s.late)
	if s.Stopping {
		s.stop(s.Grace)
	}
	shield := interp.Scope{Shield: true, Grace: interp.Forever, Contents: s.hooks.Contents, Asked: func(string) { s.stop(s.Grace) }}
	s.Members = &interp.Nursery{Collect: true, Forgets: true}
	err := c.Scope(&shield, func() error {
		return c.Nursery(s.Members, s.hooks.Ended, func() error { return s.hooks.Take(c) })
	})
	s.timer.Stop()
	s.hooks.End(c)
	return err
}

// stop takes no more, and gives what is under way so much time. Told again it can only shorten that.
func (s *Server[T]) stop(grace time.Duration) {
	if !s.Stopping {
		s.Stopping = true
		s.hooks.Refuse()
	}
	if s.timer == nil {
		return
	}
	if grace != interp.Forever {
		if at := s.timer.Now() + grace; s.until == 0 || at < s.until {
			s.until = max(at, 1)
			s.timer.Set(grace)
		}
	}
	s.hooks.Wake()
}

// late cancels what is under way when its time is over, the oldest first.
func (s *Server[T]) late(time.Duration) {
	for t := range s.Oldest() {
		t.Interrupt("the server is stopping")
	}
}

// Oldest is what is under way, the oldest first.
func (s *Server[T]) Oldest() iter.Seq2[*interp.Task, T] {
	return func(yield func(*interp.Task, T) bool) {
		for _, t := range slices.SortedFunc(maps.Keys(s.Open), func(a, b *interp.Task) int { return cmp.Compare(a.ID(), b.ID()) }) {
			if !yield(t, s.Open[t]) {
				return
			}
		}
	}
}

// Stop is a server's method stop([grace]).
func (s *Server[T]) Stop(c *interp.Call) error {
	grace := s.Grace
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

// Join is a server's method join().
func (s *Server[T]) Join(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	return s.joins(c)
}

// joins waits until the server has ended. A task of its own does not: each would wait for the other.
func (s *Server[T]) joins(c *interp.Call) error {
	if _, own := s.Open[c.Task()]; own || s.task.HasEnded() {
		return nil
	}
	return c.JoinReturn(s.task)
}

// Refuses reports whether the server takes no more, as one that has been cancelled before its task began does, too.
func (s *Server[T]) Refuses() bool { return s.Stopping || s.task.HasEnded() }

// registered are the servers of a kind that a runtime has.
type registered[S any] struct{ all []*S }

// Register has a server found by Find, until forget is called.
func Register[S any](c *interp.Call, s *S) (forget func()) {
	r := interp.Local[registered[S]](c)
	r.all = append(r.all, s)
	return func() { r.all = slices.DeleteFunc(r.all, func(other *S) bool { return other == s }) }
}

// Has reports whether this runtime has the server that is meant, whatever its clock is.
func Has[S any](c *interp.Call, is func(*S) bool) bool {
	return slices.ContainsFunc(interp.Local[registered[S]](c).all, is)
}

// Find is the first server of this runtime that is the one meant, where the clock makes its own time: it is reached from task to task then.
// nil: there is none, and the network is asked.
func Find[S any](c *interp.Call, is func(*S) bool) *S {
	if !c.VirtualTime() {
		return nil
	}
	all := interp.Local[registered[S]](c).all
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i]
	}
	return nil
}
