package interp

import (
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
	// beside a [Container]'s values. It is what Limits.Memory goes by: as a rule within 0.7 and 2 of the truth, 2.6 where pointers have 32 bits. Making it walks
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
		s.Memory = rt.mem.Recent()
		got <- s
	})
	select {
	case s := <-got:
		return s
	case <-rt.loop.Done():
		return rt.counters()
	case <-rt.long():
		if sched.OnLoop() {
			panic(errOnLoop)
		}
		return rt.Stats()
	}
}

// counters are all but the memory, for the loop's side, and for anybody once the loop has ended.
func (rt *Runtime) counters() Stats {
	c := rt.loop.Stats()
	s := Stats{Runs: rt.begun, Tasks: c.Tasks, Switches: c.Switches, Peak: c.Peak, Live: c.Live, Timers: c.Timers, Idle: c.Idle}
	s.Calls = c.Outside
	if len(rt.runs) == 0 && !rt.closing && rt.isolate == nil {
		s.Calls-- // the host's turn, see hostsTurn
	}
	s.New, s.Waiting, s.Runnable = rt.loop.CountStates()
	s.Instructions = rt.spent
	return s
}
