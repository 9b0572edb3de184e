package interp

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// site is where a task was spawned, and where its spawner was. The chain is cut, so that a task which spawns its own
// successor for ever does not grow it. Tasks of the same place share it.
type site struct {
	place  vm.Site
	parent *site
	depth  int
}

const maxSites = 16

// newTask makes a task, which has no function and no arguments yet.
func newTask(r *run) *Task {
	t := &Task{run: r}
	t.vals = t.one[:0]
	return t
}

// spawnedBy notes which task spawned t, and where that stood.
func (t *Task) spawnedBy(by *Task, at vm.Site) {
	rt := t.run.rt
	s := rt.site
	if s == nil || s.place != at || s.parent != by.site {
		s = &site{place: at, parent: by.site, depth: 1}
		rt.site = s
		if p := s.parent; p != nil {
			if s.depth = p.depth + 1; s.depth > maxSites {
				s.parent, s.depth = nil, 1
			}
		}
	}
	t.site = s
}

// spawnedAt lists the places, from the task's own up to the main chunk.
func (t *Task) spawnedAt() []string {
	var out []string
	for s := t.site; s != nil; s = s.parent {
		if at := s.place.String(); at != "" {
			out = append(out, at)
		}
	}
	return out
}

// startTask makes t ready, as a task of its run; where that is over (a daemon spawned it), as one of the runtime's own. by has
// spawned it; nil: it is a main task.
func (rt *Runtime) startTask(t, by *Task) {
	r := t.run
	t.daemon = t.daemon || r.over()
	if t.daemon {
		r.daemons++
	} else {
		r.live++
	}
	if by == nil {
		rt.loop.StartBy(&t.s, (*body)(t), nil)
	} else {
		rt.loop.StartBy(&t.s, (*body)(t), &by.s)
	}
	// While its run is cut short a cleanup may need a new task, so that lives as long as cleanups may.
	end := &r.end
	if t.daemon {
		end = &rt.end
	}
	if end.cancellation != nil && rt.loop.Now() >= end.shieldedUntil {
		t.s.Cancel(end.cancellation)
	}
	if r.lim != nil {
		r.lim.started(t)
	}
}

// start makes a task of it, spawned by that task at that place, or returns the task that it is. Either is owner's from before it is
// ready, unless that is nil.
func (rt *Runtime) start(a Awaitable, args []Value, owner *Nursery, daemon bool, by *Task, at vm.Site) (*Task, error) {
	if t := a.Task(); t != nil {
		owner.own(t)
		return t, nil
	}
	if lim := by.run.lim; lim != nil {
		if err := lim.Task(); err != nil {
			return nil, err
		}
	}
	t := newTask(by.run)
	var err error
	if t.fn, t.vals, err = a.body(t.vals, args); err != nil {
		return nil, err
	}
	t.daemon = daemon
	t.spawnedBy(by, at)
	if j, ok := a.x.(*Job); ok {
		t.SetName(j.name)
	}
	owner.own(t)
	rt.startTask(t, by)
	return t, nil
}

// Spawn starts x as a task of the run that nobody owns, or returns the task that it is. The run waits for it; a failure that nobody
// awaits is told at once, and is an error of the run's. Cancelling the caller leaves it alone.
func (c *Call) Spawn(x Awaitable, args ...Value) (*Task, error) {
	return c.rt.start(x, args, nil, false, c.task, vm.SiteOf(c.l))
}

// Spawn is [Call.Spawn] of a function, the first argument, with those behind it. It returns nil, having done nothing, where that is not the plain
// case.
func (c *QuickCall) Spawn() *Task {
	fn, ok := c.Arg(1).lv.(*lua.LFunction)
	by := c.Task()
	if !ok || by.run.lim != nil || c.rt.taskMT == nil {
		return nil
	}
	t := newTask(by.run)
	t.fn, t.vals = fn, append(t.vals, c.args[1:]...)
	t.spawnedBy(by, vm.SiteOf(c.rt.vm.Current().State()))
	c.rt.startTask(t, by)
	return t
}

// SpawnDaemon is Spawn of a task that outlives the run: no run waits for it, and it is cancelled when the runtime closes.
func (c *Call) SpawnDaemon(x Awaitable, args ...Value) (*Task, error) {
	return c.rt.start(x, args, nil, true, c.task, vm.SiteOf(c.l))
}
