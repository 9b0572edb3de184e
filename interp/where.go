package interp

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// How much is said of where tasks are.
const (
	mostPlaces = 20      // lines
	mostTold   = 3       // names of the tasks at one place
	mostAsked  = 20_000  // tasks whose place is looked at
	mostPassed = 100_000 // tasks of all runs among which those of one are looked for
	maxName    = 60      // bytes of a name
)

// at is where the task is, and what it waits for: "sleep at job.lua:12", "running at job.lua:3".
func (t *Task) at() string {
	where, _ := t.Waiting()
	what := t.WaitsFor()
	if where == "" {
		where, what = t.State(), ""
		if f, ok := innermost(t.Frames()); ok {
			return fmt.Sprintf("%s at %s:%d", where, f.Source, f.Line)
		}
	}
	if sites := t.spawnedAt(); len(sites) > 0 && !strings.Contains(where, " at ") {
		where += ", spawned at " + sites[0]
	}
	if what != "" {
		where += ": " + what
	}
	return where
}

// innermost is the first frame of a function of Lua.
func innermost(frames []Frame) (Frame, bool) {
	for _, f := range frames {
		if f.Line > 0 {
			return f, true
		}
	}
	return Frame{}, false
}

// whereabouts says where tasks are, in lines: those at the same place together. There are so many of them in all.
func whereabouts(tasks []*Task, all int) []string {
	type place struct {
		at    string
		first *Task
		names []string
		n     int
	}
	var places []*place
	known := map[string]*place{}
	for _, t := range tasks {
		at := t.at()
		p := known[at]
		if p == nil {
			p = &place{at: at, first: t}
			known[at] = p
			places = append(places, p)
		}
		if p.n++; len(p.names) <= mostTold {
			if name := "'" + cutName(t.Name()) + "'"; !slices.Contains(p.names, name) {
				p.names = append(p.names, name)
			}
		}
	}
	var lines []string
	told := 0
	for _, p := range places[:min(len(places), mostPlaces)] {
		told += p.n
		if p.n == 1 {
			lines = append(lines, fmt.Sprintf("task %d %s: %s", p.first.ID(), p.names[0], p.at))
			continue
		}
		names := p.names
		if len(names) > mostTold {
			names = append(names[:mostTold:mostTold], "...")
		}
		lines = append(lines, fmt.Sprintf("%d tasks %s: %s", p.n, strings.Join(names, ", "), p.at))
	}
	if more := all - told; more > 0 {
		lines = append(lines, fmt.Sprintf("... and %d more", more))
	}
	return lines
}

// whereabouts says where the tasks of all runs are.
func (rt *Runtime) whereabouts() []string {
	var tasks []*Task
	rt.loop.Oldest(func(s *sched.Task) bool {
		tasks = append(tasks, taskOf(s))
		return len(tasks) < mostAsked
	})
	return whereabouts(tasks, rt.loop.Stats().Live)
}

func cutName(name string) string {
	if len(name) <= maxName {
		return name
	}
	return strings.ToValidUTF8(name[:maxName], "") + "..."
}

// wherever is where the tasks of a run are at the moment when something from outside ends it.
type wherever struct {
	frames []Frame // of the main task or, where that has ended, of the oldest that is left
	spawn  []string
	name   string
	lines  []string // one for each place
}

// look notes where the tasks of the run are.
func (r *run) look() *wherever {
	all := r.live + r.daemons
	var tasks []*Task
	if all == 1 && !r.main.HasEnded() {
		tasks = []*Task{r.main}
	} else {
		passed := 0
		r.rt.loop.Oldest(func(s *sched.Task) bool {
			if t := taskOf(s); t.run == r {
				tasks = append(tasks, t)
			}
			passed++
			return len(tasks) < min(all, mostAsked) && passed < mostPassed
		})
	}
	if len(tasks) == 0 {
		return nil
	}
	t := tasks[0]
	return &wherever{frames: t.Frames(), spawn: t.spawnedAt(), name: t.Name(), lines: whereabouts(tasks, all)}
}

// is tells e where the tasks were.
func (w *wherever) is(e *Error) *Error {
	if w != nil && e.Kind != KindPanic {
		e.Task, e.Frames, e.Spawn, e.where = w.name, w.frames, w.spawn, w.lines
	}
	return e
}

// State names what the task does: "new", "ready", "running", "waiting", "done", "failed" or "cancelled".
func (t *Task) State() string {
	switch {
	case !t.s.Ended():
		return t.s.State()
	case t.err != nil:
		return "failed"
	case t.cancelled:
		return "cancelled"
	}
	return "done"
}

// Waiting says where the task waits ("sleep at job.lua:12") and for how long it has; "" if it does not wait.
func (t *Task) Waiting() (where string, since time.Duration) {
	if t.s.State() != "waiting" || t.waits == nil {
		return "", 0
	}
	where = t.waits.Name
	if t.rare != nil && t.rare.within != "" {
		where = t.rare.within
	}
	for _, f := range t.Frames() {
		if f.Line > 0 {
			where += fmt.Sprintf(" at %s:%d", f.Source, f.Line)
			break
		}
	}
	return where, t.s.Waiting()
}

// WaitsFor says what the task waits for ("lock 'db', held by task 'report'"), where that tells; see [Waiters].
func (t *Task) WaitsFor() string {
	if w, ok := t.s.WaitsFor().(interface{ waitedFor() string }); ok && t.s.State() == "waiting" {
		return w.waitedFor()
	}
	return ""
}

// Frames is where the task is now, innermost first.
func (t *Task) Frames() []Frame {
	var th *vm.Thread
	if t.rare != nil {
		th = t.rare.waitsAt
	}
	if th == nil {
		th = t.th
		if t == t.run.rt.current() {
			th = t.run.rt.vm.Current()
		}
	}
	if th == nil {
		if !t.wait.InUse() {
			return nil
		}
		th = t.run.rt.vm.Unpack(t.wait, t.depth())
		defer t.run.rt.vm.Free(th)
	}
	return frames(vm.Traceback(th, 0))
}

// Traceback is where the task is now, and where it was spawned.
func (t *Task) Traceback() string {
	return (&Error{Frames: t.Frames(), Spawn: t.spawnedAt()}).Traceback()
}

// String gives the task's name, its state, and where it waits.
func (t *Task) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "task %d '%s': %s", t.ID(), t.Name(), t.State())
	if where, _ := t.Waiting(); where != "" {
		b.WriteString(" in " + where)
		if what := t.WaitsFor(); what != "" {
			b.WriteString(": " + what)
		}
	}
	return b.String()
}

// Tasks are the tasks of the run that have not ended, oldest first.
func (c *Call) Tasks() []*Task {
	var all []*Task
	for _, t := range c.rt.oldest() {
		if t.run == c.task.run {
			all = append(all, t)
		}
	}
	return all
}
