package interp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lull-lua/lull/interp/internal/sched"
)

// TaskInfo is what [Runtime.Tasks] tells of a task: a copy, for any goroutine.
type TaskInfo struct {
	ID     uint64
	Parent uint64 // the task that has spawned it; 0 for a main task
	Owner  uint64 // the task that waits for it and cancels it, as the caller of gather does; 0: none
	Name   string
	State  string        // "new", "ready", "running", "waiting"
	At     Site          // where it is; none if it is new
	For    time.Duration // how long it has been in that state, on the runtime's clock
	What   WaitObject    // what it waits for, where that is known
	Holder uint64        // the task that has that: the holder of a lock, or the task that is waited for; 0: none, or nobody knows
	Spawn  Site          // where it was spawned
	Daemon bool
	Opened []string // what it has open; see Task.Opened
	Frames []Frame  // where it is, innermost first: of one that runs
}

// Tasks tells of the tasks of all runs that have not ended, daemons too, oldest first. It may be called from any goroutine but the
// loop's, also while a task computes, which it interrupts for a microsecond a task. The error is ErrClosed, or that of ctx where a
// function in Go holds the loop up.
func (rt *Runtime) Tasks(ctx context.Context) ([]TaskInfo, error) {
	var all []TaskInfo
	look := func() {
		all = make([]TaskInfo, 0, rt.loop.Stats().Live)
		now := rt.loop.Now()
		rt.loop.All(func(s *sched.Task) { all = append(all, taskOf(s).info(now)) })
	}
	if rt.loop.Still(look) { // it may wait for its turn for as long as others compute
		return all, nil
	}
	if err := rt.onLoop(ctx, look); err != nil {
		return nil, fmt.Errorf("interp: Tasks: %w", err)
	}
	return all, nil
}

// IsolateInfo is what [Runtime.Isolates] tells of an isolate.
type IsolateInfo struct {
	ID     uint64     // the isolates that a runtime has, and theirs, are numbered from 1
	Parent uint64     // the isolate that has made it; 0: the runtime itself has
	Task   uint64     // the task there for whose call it is
	Name   string     // "isolate of 'map', item 3"
	Tasks  []TaskInfo // as of Runtime.Tasks
	Err    error      // why there are none: as of Runtime.Tasks
}

// Isolates tells of a runtime's isolates, and of theirs, and what their tasks do, oldest first. It may be called from any goroutine
// but a loop's. Those that cannot tell until ctx ends have an error.
func (rt *Runtime) Isolates(ctx context.Context) []IsolateInfo {
	var all []IsolateInfo
	var runtimes []*Runtime
	rt.isolated(func(x *Runtime) { runtimes = append(runtimes, x) })
	slices.SortFunc(runtimes, func(a, b *Runtime) int { return cmp.Compare(a.isolate.nth, b.isolate.nth) })
	for _, x := range runtimes {
		i := IsolateInfo{ID: x.isolate.nth, Task: x.isolate.of.task.ID(), Name: x.isolate.called()}
		if by := x.isolate.of.rt.isolate; by != nil {
			i.Parent = by.nth
		}
		if i.Tasks, i.Err = x.Tasks(ctx); errors.Is(i.Err, ErrClosed) {
			continue
		}
		all = append(all, i)
	}
	return all
}

// info tells of the task.
func (t *Task) info(now time.Duration) TaskInfo {
	i := TaskInfo{ID: t.ID(), Parent: t.Spawner(), Name: t.Name(), State: t.State(), At: t.Site(), For: max(0, now-t.s.Since()),
		Spawn: t.SpawnSite(), Daemon: t.daemon, Opened: t.Opened()}
	if o := t.Owner(); o != nil {
		i.Owner = o.ID()
	}
	if t == t.run.rt.current() {
		i.Frames = t.Frames()
	}
	what, holder := t.WaitsFor()
	if i.What = what; holder != nil {
		i.Holder = holder.ID()
	}
	return i
}

// label is the task as lists of tasks name it.
func (i *TaskInfo) label() string { return fmt.Sprintf("%d '%s'", i.ID, cutName(i.Name)) }

// WaitCycles finds tasks each of which waits for what the next has, the last for what the first has: none of them goes on. Each cycle
// begins with its oldest task.
func WaitCycles(tasks []TaskInfo) (cycles [][]TaskInfo) {
	at := make(map[uint64]int, len(tasks))
	for i := range tasks {
		at[tasks[i].ID] = i
	}
	seen := make([]int, len(tasks)) // the search that has come by, from 1
	for i := range tasks {
		var path []int
		for j, ok := i, true; ok && seen[j] == 0; j, ok = at[tasks[j].Holder] {
			seen[j] = i + 1
			path = append(path, j)
			next, known := at[tasks[j].Holder]
			if !known || seen[next] != i+1 {
				continue
			}
			var cycle []TaskInfo
			from := 0
			for path[from] != next {
				from++
			}
			path = path[from:]
			oldest := 0
			for k, p := range path {
				if p < path[oldest] {
					oldest = k
				}
			}
			for k := range path {
				cycle = append(cycle, tasks[path[(oldest+k)%len(path)]])
			}
			cycles = append(cycles, cycle)
			break
		}
	}
	return cycles
}

// Err is what the task failed with, or that it was cancelled; nil if neither, or it has not ended. Unlike [Task.Result] it is no awaiting.
func (t *Task) Err() error {
	switch {
	case !t.s.Ended():
	case t.err != nil:
		return t.err
	case t.cancelled:
		e := &Error{rt: t.run.rt, unraised: true, Kind: KindCancelled, Msg: "cancelled"}
		if c := t.s.CancelledBy(); c != nil {
			e.cause, e.Msg = c, c.Error()
		}
		return e
	}
	return nil
}

// WaitsFor says what the task waits for ("lock 'db'"), where that is known, and which task has it or is it, or nil; see [Waiters].
func (t *Task) WaitsFor() (what WaitObject, holder *Task) {
	if !t.s.Parked() {
		return WaitObject{}, nil
	}
	switch on := t.s.WaitsFor().(type) {
	case *sched.Joined:
		return WaitObject{Kind: "task"}, taskOf(on.Task())
	case *sched.Nursery:
		if n := on.Live(); n > 1 {
			return WaitObject{Kind: "tasks", Count: n}, nil
		}
		if s := on.Oldest(); s != nil {
			return WaitObject{Kind: "task"}, taskOf(s)
		}
	case interface{ waitedFor() (WaitObject, *Task) }:
		return on.waitedFor()
	case interface{ WaitedFor() (WaitObject, *Task) }: // an Aborter of a builtin's own
		return on.WaitedFor()
	}
	return WaitObject{}, nil
}
