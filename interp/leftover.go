package interp

import (
	"fmt"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Leftover is something that a run has started, opened or taken and has not awaited, closed or given back.
type Leftover struct {
	What string // "task 3 'worker', which waits in sleep at job.lua:4", "process sleep 9", "lock 'db'", "file 'a.txt'"
	At   string // where it was made: "job.lua:3"; "" if nobody knows
	Task uint64 // the number of what is a task; else 0
}

// String is both in a line.
func (l Leftover) String() string {
	if l.At == "" {
		return l.What
	}
	return l.What + ", made at " + l.At
}

// WithLeftovers has [Call.Leftovers] know the files, too, that scripts have dropped without closing them: for tests, whose outcome must
// not depend on when the collector runs.
func WithLeftovers() Option {
	return func(c *config) error {
		c.leftovers = true
		return nil
	}
}

// LeftTasks are the tasks of the run that have not ended, daemons among them, apart from the running one, from servers, and from what these own:
// see [Call.EndServers].
func (c *Call) LeftTasks() []Leftover {
	return c.leftTasks(func(t *Task) bool {
		for ; t != nil; t = t.Owner() {
			if t.serves() {
				return false
			}
		}
		return true
	})
}

// leftTasks are those that count.
func (c *Call) leftTasks(counts func(*Task) bool) []Leftover {
	var all []Leftover
	now := c.rt.loop.Now()
	for _, t := range c.Tasks() {
		if t == c.rt.current() || !counts(t) {
			continue
		}
		info := t.info(now)
		what := "task " + info.label()
		if t.daemon {
			what = "daemon " + info.label()
		}
		switch at := info.At.String(); {
		case info.State == "waiting" && at != "":
			what += ", which waits in " + at
		case info.State == "waiting":
			what += ", which waits"
		default:
			what += ", which is " + info.State
		}
		all = append(all, Leftover{what, info.Spawn.Place(), info.ID})
	}
	return all
}

// Leftovers is what is left of the run at this moment, apart from the running task itself: tasks, servers and daemons among them, what they
// have opened and could have closed (see [Resource]), files and processes of io, and the locks that the running task holds.
func (c *Call) Leftovers() []Leftover {
	rt, me := c.rt, c.rt.current()
	all := c.leftTasks(func(*Task) bool { return true })
	for _, o := range []*opened{me.opened(), me.run.opened} {
		if o != nil {
			for r := range o.list.All() {
				if r.stays {
					continue
				}
				all = append(all, Leftover{What: r.name, At: r.made.Place()})
			}
		}
	}
	if me.rare != nil {
		for _, w := range me.rare.watchers {
			if x, ok := w.(interface{ WaitedFor() (WaitObject, *Task) }); ok {
				if what, _ := x.WaitedFor(); what.Kind != "" && what.Made != (Site{}) { // else it is one of those above
					all = append(all, Leftover{What: heldText(what), At: what.Made.Place()})
				}
			}
		}
	}
	rt.libs.Unclosed(func(what string, at vm.Site) bool {
		all = append(all, Leftover{What: what, At: at.String()})
		return true
	})
	return all
}

func heldText(o WaitObject) string {
	if o.Name == "" {
		return fmt.Sprintf("a %s that is held", o.Kind)
	}
	return fmt.Sprintf("%s '%s', which is held", o.Kind, o.Name)
}
