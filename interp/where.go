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

// whereabouts says where tasks are, in lines: those at the same place together, and those that wait for each other in a line of their own.
// There are so many of them in all.
func whereabouts(tasks []*Task, all int) []string {
	type place struct {
		at    string
		first *TaskInfo
		names []string
		n     int
	}
	if len(tasks) == 0 {
		return nil
	}
	infos, byID := make([]TaskInfo, len(tasks)), make(map[uint64]*TaskInfo, len(tasks))
	now := tasks[0].Now()
	for i, t := range tasks {
		infos[i] = t.info(now)
		byID[infos[i].ID] = &infos[i]
	}
	var places []*place
	known := map[string]*place{}
	for i := range infos {
		info := &infos[i]
		at := info.at() + info.waitsFor(byID)
		p := known[at]
		if p == nil {
			p = &place{at: at, first: info}
			known[at] = p
			places = append(places, p)
		}
		if p.n++; len(p.names) <= mostTold {
			if name := "'" + cutName(info.Name) + "'"; !slices.Contains(p.names, name) {
				p.names = append(p.names, name)
			}
		}
	}
	var lines []string
	told := 0
	for _, p := range places[:min(len(places), mostPlaces)] {
		told += p.n
		if p.n == 1 {
			lines = append(lines, fmt.Sprintf("task %d %s: %s", p.first.ID, p.names[0], p.at))
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
	for _, cycle := range WaitCycles(infos) {
		lines = append(lines, CycleText(cycle))
	}
	return lines
}

// at is where the task is: "sleep at job.lua:12", "running at job.lua:3".
func (i *TaskInfo) at() string {
	where := i.At.String()
	if i.State != "waiting" || i.At.Builtin() == "" {
		where = i.State
		if place := i.At.Place(); place != "" {
			where += " at " + place
		}
	}
	if i.At.Place() == "" && i.Spawn != (Site{}) {
		where += ", spawned at " + i.Spawn.Place()
	}
	return where
}

// waitsFor is what follows that: what the task waits for, who has it, and where that is.
func (i *TaskInfo) waitsFor(byID map[uint64]*TaskInfo) string {
	what := i.What.String()
	if what == "" {
		return ""
	}
	if h := byID[i.Holder]; h != nil {
		if i.What.Kind == "task" {
			return fmt.Sprintf(": task %s (%s)", h.label(), h.at())
		}
		return fmt.Sprintf(": %s, held by task %s (%s)", what, h.label(), h.at())
	}
	return ": " + what
}

// CycleText is a cycle of tasks, as [WaitCycles] finds it, in a line.
func CycleText(cycle []TaskInfo) string {
	var b strings.Builder
	for i := range cycle {
		t, next := &cycle[i], &cycle[(i+1)%len(cycle)]
		switch {
		case i == mostPlaces:
			fmt.Fprintf(&b, ", and so on, through %d tasks", len(cycle))
			return b.String()
		case i == 0:
			b.WriteString("a cycle: " + t.label())
		default:
			b.WriteString(", which")
		}
		if t.What.Kind == "task" || t.What.Kind == "" {
			b.WriteString(" waits for task " + next.label())
		} else {
			b.WriteString(" waits for " + t.What.String() + ", held by " + next.label())
		}
	}
	return b.String()
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

// cutName is a name as lists show it: no longer than that, and one line that does to a terminal what text does.
func cutName(name string) string {
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "") + "..."
	}
	return plainText(name)
}

// plainText is a text without what moves a cursor: names are what scripts were given from outside.
func plainText(s string) string { return strings.Map(plainRune, s) }

// plainLines is plainText of lines, which it keeps.
func plainLines(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return plainRune(r)
	}, s)
}

func plainRune(r rune) rune {
	if r < ' ' || r >= 0x7f && r < 0xa0 {
		return '?'
	}
	return r
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
	return t.Site().String(), t.s.Waiting()
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
		if what := t.WaitsForText(); what != "" {
			b.WriteString(": " + what)
		}
	}
	return b.String()
}

// WaitsForText is what the task waits for, and which task has that, in words; "" if nobody knows.
func (t *Task) WaitsForText() string {
	what, holder := t.WaitsFor()
	switch text := what.String(); {
	case holder == nil:
		return text
	case what.Kind == "task":
		return fmt.Sprintf("task %d '%s'", holder.ID(), holder.Name())
	default:
		return fmt.Sprintf("%s, held by task %d '%s'", text, holder.ID(), holder.Name())
	}
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
