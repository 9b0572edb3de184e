package interp

import (
	"fmt"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Leftover is something that a run has started, opened or taken and has not awaited, closed or given back.
type Leftover struct {
	What string // "task 3 'worker', which waits in sleep at job.lua:4", "process sleep 9", "lock 'db'", "file 'a.txt'"
	At   string // where it was made: "job.lua:3"; "" if nobody knows
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

// Leftovers is what is left of the run at this moment, apart from the running task itself: tasks, daemons among them, what they have
// opened (see [Resource]), files and processes of io, and the locks that the running task holds.
func (c *Call) Leftovers() []Leftover {
	rt, me := c.rt, c.rt.current()
	var all []Leftover
	now := rt.loop.Now()
	for _, t := range c.Tasks() {
		if t == me {
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
		all = append(all, Leftover{what, info.Spawn.Place()})
	}
	for _, o := range []*opened{me.opened(), me.run.opened} {
		if o != nil {
			for r := range o.list.All() {
				all = append(all, Leftover{r.name, r.made.Place()})
			}
		}
	}
	if me.rare != nil {
		for _, w := range me.rare.watchers {
			if x, ok := w.(interface{ WaitedFor() (WaitObject, *Task) }); ok {
				if what, _ := x.WaitedFor(); what.Kind != "" {
					all = append(all, Leftover{heldText(what), what.Made.Place()})
				}
			}
		}
	}
	rt.libs.Unclosed(func(what string, at vm.Site) bool {
		all = append(all, Leftover{what, at.String()})
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
