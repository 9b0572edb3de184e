package interp

import (
	"fmt"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Site is a place in a script, and the builtin in which a task waits there: cheap to take, comparable, and text when somebody asks, on
// any goroutine. The zero value is none.
type Site struct {
	def *Def
	at  vm.Site
}

// String is the place with what goes on there: "sleep at job.lua:12", or "job.lua:12" alone; "" if it is none.
func (s Site) String() string {
	what, place := s.Builtin(), s.Place()
	if what == "" || place == "" {
		return what + place
	}
	return what + " at " + place
}

// Builtin is the name of the builtin in which the task waits; "" if it does not.
func (s Site) Builtin() string {
	if s.def == nil {
		return ""
	}
	return s.def.Name
}

// Place is the place alone, "job.lua:12"; "" where no Lua is on the stack.
func (s Site) Place() string { return s.at.String() }

// Site is where the task is, without a walk through its frames: the place in the script and, if it waits, or has waited and is ready,
// the builtin. A [Tracer] that is told of Park has the place of a task that only lets others run, too. A task that has not started
// has none.
func (t *Task) Site() (s Site) {
	rt := t.run.rt
	if t.rare != nil && t.rare.closing {
		return Site{def: closing}
	}
	running := rt.loop.Current() == &t.s // also where it has begun to let others run
	if !running || t == rt.parking {
		s.def = t.waits
		if t.rare != nil && t.rare.within != nil {
			s.def = t.rare.within
		}
	}
	switch {
	case running:
		if th := rt.vm.Current(); th != nil {
			s.at = th.Site()
		}
	case t.s.Ended():
		return Site{}
	case t.rare != nil && t.rare.waitsAt != nil:
		s.at = t.rare.waitsAt.Site()
	case t.th != nil:
		s.at = t.th.Site()
	case t.wait.InUse():
		s.at = t.wait.Site()
	}
	return s
}

// closing is where a task is whose body has ended, and that waits until all is closed that it has opened.
var closing = &Def{Name: "closing what it opened"}

// SpawnSite is where the task was spawned; none for a main task.
func (t *Task) SpawnSite() Site {
	if t.site == nil {
		return Site{}
	}
	return Site{at: t.site.place}
}

// Spawner is the number of the task that has spawned this one; 0 for a main task. (The task itself would be kept by it.)
func (t *Task) Spawner() uint64 { return t.s.Spawner() }

// Run is the number of the run that the task belongs to: the runtime's first is 1.
func (t *Task) Run() uint64 { return t.run.nth }

// Site is from where the builtin was called, for what it makes and shows later; see [WaitObject].
func (c *Call) Site() Site { return Site{at: vm.SiteOf(c.l)} }

// within is the builtin that CallWithin names: one for each name, so that sites compare.
func (rt *Runtime) within(name string) *Def {
	d := rt.withins[name]
	if d == nil {
		if rt.withins == nil {
			rt.withins = map[string]*Def{}
		}
		d = &Def{Name: name}
		rt.withins[name] = d
	}
	return d
}

// WaitObject is what a task waits for: a lock, a queue, a task.
type WaitObject struct {
	Kind  string // "lock", "queue", "task"; "tasks" for several; "" if nobody knows more than the builtin's name
	Name  string // that a script gave it; none for a task, which is the holder itself
	Made  Site   // where it was made, which stands for the name where it has none
	Count int    // how many "tasks"
}

// String is the object as lists of tasks show it: "lock 'db'", "lock of job.lua:3", "3 tasks"; "" for the zero value.
func (o WaitObject) String() string {
	switch {
	case o.Count > 0:
		return fmt.Sprintf("%d %s", o.Count, o.Kind)
	case o.Name != "":
		return o.Kind + " '" + plainText(o.Name) + "'"
	case o.Made != Site{}:
		return o.Kind + " of " + o.Made.Place()
	}
	return o.Kind
}

// Line is the number of the line; 0 where no Lua is on the stack.
func (s Site) Line() int { return s.at.Line() }
