package interp

import (
	"errors"
	"time"

	"github.com/lull-lua/lull/interp/internal/sched"
)

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

// WithTracer has a tracer told what tasks do, on the loop. Without one that costs nothing.
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
