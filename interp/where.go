package interp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lull-lua/lull/interp/internal/sched"
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
	return whereabouts(tasks, rt.loop.Counters().Live)
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

// Where says where the tasks of the run were when something from outside has ended it: the host's context, a signal, a limit of time.
// There is a line for each place, which the tasks share that were there; nil if the error is of another sort.
func (e *Error) Where() []string { return e.where }
