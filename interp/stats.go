package interp

import (
	"errors"
	"time"

	"github.com/lull-lua/lull/interp/internal/sched"
)

// Stats are counters of a runtime, since it was made, and what is there now.
type Stats struct {
	Runs     uint64 // runs started
	Tasks    uint64 // tasks started
	Switches uint64 // how often a task was resumed
	Peak     int    // most tasks alive at once

	Live     int // tasks alive now: the sum of the next three
	New      int // that have not had a turn yet
	Runnable int // that are ready to go on, or run
	Waiting  int
	Timers   int // set now
	Calls    int // under way on goroutines of their own, that tasks wait for

	Idle time.Duration // time, on the runtime's clock, with no task ready

	// Memory is an estimate, in bytes, of what scripts reach: values, code and tasks, but not what the host's own objects hold
	// beside a [Container]'s values. It is what Limits.Memory goes by: as a rule within 0.7 and 2 of the truth. Making it walks
	// through all of that, on the loop, about half a second for a GB; so one of more than 4 MB stays until the process has
	// allocated a quarter as much or its heap has become smaller than that, and what is no longer reached is still in it until
	// then. After Close it is 0.
	Memory int
	// Instructions is what all runs have spent, as Limits.Instructions counts it; 0 without [WithLimits], which alone counts.
	Instructions uint64
}

// Stats returns the counters, after the turn that is under way, or in the middle of one that computes for long. It may be
// called from any goroutine but the loop's, also after Close.
func (rt *Runtime) Stats() Stats {
	got := make(chan Stats, 1)
	rt.loop.Post(func() {
		rt.tally()
		s := rt.counters()
		s.Memory = rt.mem.recent(rt)
		got <- s
	})
	select {
	case s := <-got:
		return s
	case <-rt.loop.Done():
		return rt.counters()
	case <-rt.long():
		if onLoop() {
			panic(errOnLoop)
		}
		return rt.Stats()
	}
}

// counters are all but the memory, for the loop's side, and for anybody once the loop has ended.
func (rt *Runtime) counters() Stats {
	c := rt.loop.Counters()
	s := Stats{Runs: rt.begun, Tasks: c.Tasks, Switches: c.Switches, Peak: c.Peak, Live: c.Live, Timers: c.Timers, Idle: c.Idle}
	s.Calls = c.Outside
	if len(rt.runs) == 0 && !rt.closing {
		s.Calls-- // the host's turn, see hostsTurn
	}
	s.New, s.Waiting, s.Runnable = rt.loop.CountStates()
	s.Instructions = rt.spent
	return s
}

// Tracer is told what the tasks of a runtime do, as it happens, on the loop: it may use the methods of tasks that ask
// ([Task.Name], [Task.Waiting], [Task.Now]...), and must neither block, wait nor call Lua. A task's life is
//
//	Spawn { Switch Park Wake } Switch End
//
// where a task that is cancelled before its first turn has no Switch, and one that only lets others run is woken as soon as
// it is parked.
type Tracer interface {
	Spawn(t *Task)  // it is ready for its first turn
	Switch(t *Task) // its turn begins
	Park(t *Task)   // it waits, as Waiting says
	Wake(t *Task)   // its wait is over, by what it waited for or by a cancellation: it is ready
	End(t *Task)    // it has ended; what came of it, State tells from here on
}

// WithTracer has a tracer told what tasks do. Without one that costs nothing.
func WithTracer(tracer Tracer) Option {
	return func(c *config) error {
		if tracer == nil {
			return errors.New("WithTracer: the tracer is nil")
		}
		c.tracer = tracer
		return nil
	}
}

// tracer is the scheduler's view of the host's tracer, and of who spends what is limited.
func (rt *Runtime) tracer() func(sched.Event, *sched.Task) {
	tr, limiting := rt.cfg.tracer, rt.limiting()
	if tr == nil && !limiting {
		return nil
	}
	return func(e sched.Event, s *sched.Task) {
		t := taskOf(s)
		if limiting && e == sched.Switched {
			rt.turn(t)
		}
		if tr == nil {
			return
		}
		rt.guard(t.run, "the tracer", func() {
			switch e {
			case sched.Spawned:
				tr.Spawn(t)
			case sched.Switched:
				tr.Switch(t)
			case sched.Parked:
				tr.Park(t)
			case sched.Woken:
				tr.Wake(t)
			}
		})
	}
}

// Now is the loop time.
func (t *Task) Now() time.Duration { return t.run.rt.loop.Now() }
