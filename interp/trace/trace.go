package trace

import (
	"cmp"
	"slices"
	"time"
)

// Trace is what a file says.
type Trace struct {
	Header
	Truncated bool          // the file ends in the middle: the process was killed
	Begin     time.Duration // loop time of the first event, and of the last
	End       time.Duration
	Tasks     []*Task  // by their numbers
	Sites     []Site   // [0] is none
	Objects   []Object // [0] is none
	Turns     int      // of all tasks

	byID map[uint64]*Task
}

// Site is a place at which tasks wait, or were spawned.
type Site struct {
	Builtin string // "" of one where a task was spawned
	Place   string // "job.lua:12", or ""
}

// String is the site as in messages: "sleep at job.lua:12".
func (s Site) String() string {
	if s.Builtin == "" || s.Place == "" {
		return s.Builtin + s.Place
	}
	return s.Builtin + " at " + s.Place
}

// Object is what tasks wait for.
type Object struct {
	Kind string // "lock"
	Name string // "lock 'db'"
}

// Task is what a task did.
type Task struct {
	ID       uint64
	Spawner  uint64 // 0: none
	Owner    uint64 // 0: none
	Name     string
	Isolate  string // of the main task of one: "isolate of 'map', item 3"; its spawner is the task that has made that
	Spawned  time.Duration
	At       int // the site where it was spawned
	Ended    bool
	End      time.Duration // or the end of the trace
	State    string        // "done", "failed", "cancelled"; "under way" if it had not ended
	Text     string        // of its error, or cancellation
	Turns    []Turn
	Brackets []Bracket
	Opened   []Open

	Ran, Ready, Waited time.Duration // in all

	open []int // brackets
}

// Turn is a turn of a task, with what has led to it: the wait from the end of the turn before it until Woken, and the time until it
// began, when the task was ready.
type Turn struct {
	Woken, Begin, End time.Duration
	Cause             Cause
	By                uint64 // the task that has woken or cancelled it, with ByTask
	Reason            string // of a cancellation

	// How the task waits from the end of the turn on.
	Site   int
	Object int
	Holder uint64 // the task that has the object, or is waited for; 0: none
}

// Cause is what has ended a wait.
type Cause uint8

// The causes. Cancelled stands beside another.
const (
	Yielded   Cause = 0 // it had let others run, or is new
	ByTimer   Cause = Cause(causeTimer)
	Outside   Cause = Cause(causeOutside)
	ByTask    Cause = Cause(causeTask)
	Cancelled Cause = Cause(causeCancelled)
)

// Who is the cause without Cancelled.
func (c Cause) Who() Cause { return c & Cause(causeWho) }

// Bracket is a stretch of a task's work.
type Bracket struct {
	What       string
	N, Of      int // the n-th of so many; 0 where there is no number
	Begin, End time.Duration
	Depth      int
	Text       string // of the error that went through it, or of its time-out; "": neither did
}

// Open is something that a task has had open.
type Open struct {
	Name       string
	Begin, End time.Duration
}

// Task is the task of that number, or nil.
func (t *Trace) Task(id uint64) *Task { return t.byID[id] }

// finish works out what the records do not say.
func (t *Trace) finish() {
	slices.SortFunc(t.Tasks, func(a, b *Task) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	for _, k := range t.Tasks {
		if !k.Ended {
			k.End, k.State = t.End, "under way"
		}
		for i := range k.Brackets {
			if b := &k.Brackets[i]; b.End < b.Begin {
				b.End = k.End
			}
		}
		for i := range k.Opened {
			if o := &k.Opened[i]; o.End < o.Begin {
				o.End = t.End
			}
		}
		at := k.Spawned
		for i := range k.Turns {
			u := &k.Turns[i]
			switch {
			case i > 0 || u.Woken >= 0:
			case k.Spawned < t.Begin: // nobody knows what it did before
				u.Woken = u.Begin
			default:
				u.Woken = k.Spawned // it was ready from there on
			}
			u.Woken = min(max(u.Woken, at), u.Begin)
			k.Waited += u.Woken - at
			k.Ready += u.Begin - u.Woken
			k.Ran += u.End - u.Begin
			at = u.End
		}
		if len(k.Turns) > 0 {
			k.Waited += max(0, k.End-at)
		} else {
			k.Ready += max(0, k.End-at)
		}
	}
}

// renumber numbers the tasks of isolates after the others, one by one, in the order of the isolates.
func (t *Trace) renumber() {
	slices.SortFunc(t.Tasks, func(a, b *Task) int { return cmp.Compare(a.ID, b.ID) })
	numbers := make(map[uint64]uint64, len(t.Tasks))
	last := uint64(0)
	for _, k := range t.Tasks {
		if k.ID < laneTasks {
			last = k.ID
		} else {
			last++
		}
		numbers[k.ID] = last
	}
	clear(t.byID)
	for _, k := range t.Tasks {
		k.ID, k.Spawner, k.Owner = numbers[k.ID], numbers[k.Spawner], numbers[k.Owner]
		for i := range k.Turns {
			u := &k.Turns[i]
			u.By, u.Holder = numbers[u.By], numbers[u.Holder]
		}
		if k.Isolate != "" {
			k.Name += " (" + k.Isolate + ")"
		}
		t.byID[k.ID] = k
	}
}

// Elapsed is from the first event to the last.
func (t *Trace) Elapsed() time.Duration { return t.End - t.Begin }
