package sched

import (
	"math"
	"slices"
	"time"

	"github.com/lull-lua/lull/interp/internal/list"
)

// Body is what a task does.
type Body interface {
	// Resume runs the task until it ends (true), or until it has begun a wait with Begin or the like and has nothing left
	// on the Go stack (false): then it is called again when the wait is over, and finds what ended it with Outcome. It
	// must not panic. It is not called when the task is cancelled before its first turn. Where frames are kept (see
	// Loop.Keep) what it returns is about the loop's current task, which may be another by then.
	Resume(*Task) (ended bool)
	// Ended is called once on the loop, when the task has ended and before those that wait for it are told.
	Ended(*Task)
}

// Task is something that a loop resumes until it has ended. The zero value is ready for [Loop.Start].
type Task struct {
	loop   *Loop
	body   Body
	frames *runner // that is blocked with its Go frames; nil: the task is data, and Resume goes on with it
	id     uint64

	root   *Scope // the outermost, see Root; nil: nobody has asked for it
	scope  *Scope // the innermost; nil: it is the outermost
	cancel *Scope // the cancelled scope that decides at the next checkpoint; nil: go on
	force  force  // the most of it and those inside

	state   state
	started bool

	// The wait under way. gen counts waits, so that a late Waker finds that its own is over.
	woken   bool   // ended by the Waker, handed holds what it gave
	aborted bool   // ended by a cancellation
	firm    bool   // cannot be cancelled
	streak  uint16 // checkpoints passed without waiting
	gen     uint32
	timer   timer
	place   uint32 // among the loop's tasks
	after   uint32 // how many tasks were started from its spawner to it; 0: nobody has spawned it
	on      any    // what it waits for
	handed  any
	link    list.Link[Task] // of those that wait for the same
	since   time.Duration   // when its state began, by the loop's recent look at the clock

	owner   *Nursery // told when it has ended; see Owner
	joiners WaitList // woken after that
}

type state uint8

const (
	fresh state = iota // in the ready queue for its first turn
	ready              // in the ready queue: its wait is over
	running
	parked
	ended
)

// fairness is how many checkpoints in a row a task may pass without waiting.
const fairness = 1000

// enroll puts t at the end of the loop's tasks; l.live counts it already. Where most of them have ended their places are used again.
func (l *Loop) enroll(t *Task) {
	const few = 64
	if n := len(l.tasks); n == cap(l.tasks) && n >= few && l.live <= n/2 {
		kept := l.tasks[:0]
		for _, t := range l.tasks {
			if t != nil {
				t.place = uint32(len(kept))
				kept = append(kept, t)
			}
		}
		clear(l.tasks[len(kept):])
		l.tasks = kept
	}
	if n := len(l.tasks); n == cap(l.tasks) {
		l.tasks = slices.Grow(l.tasks, max(n, few)) // append alone would copy a long list five times over
	}
	t.place = uint32(len(l.tasks))
	l.tasks = append(l.tasks, t)
}

// strike takes t, which has ended, out of the loop's tasks.
func (l *Loop) strike(t *Task) {
	l.tasks[t.place] = nil
	n := len(l.tasks)
	for n > 0 && l.tasks[n-1] == nil {
		n--
	}
	l.tasks = l.tasks[:n]
	if size := cap(l.tasks); size > 1024 && n < size/8 {
		l.tasks = append(make([]*Task, 0, size/4), l.tasks...)
	}
}

// Start makes t a task of the loop, which runs body soon: behind all that are ready now. It is spawned by the task that runs.
func (l *Loop) Start(t *Task, body Body) { l.StartBy(t, body, l.current) }

// StartBy is Start of a task that another has spawned, or, where by is nil, nobody.
func (l *Loop) StartBy(t *Task, body Body, by *Task) {
	l.stats.Tasks++
	l.live++
	l.stats.Peak = max(l.stats.Peak, l.live)
	t.loop, t.body, t.id = l, body, l.stats.Tasks
	t.since = l.recent
	if by != nil && t.id-by.id <= math.MaxUint32 {
		t.after = uint32(t.id - by.id)
	}
	l.enroll(t)
	l.ready.push(t)
	l.trace(Spawned, t)
}

// ID is the number of the task on its loop, from 1.
func (t *Task) ID() uint64 { return t.id }

// Body is what the task was started with.
func (t *Task) Body() Body { return t.body }

// Loop is the loop that runs the task.
func (t *Task) Loop() *Loop { return t.loop }

// Started reports whether the task has had a turn.
func (t *Task) Started() bool { return t.started }

// Ended reports whether the task has ended.
func (t *Task) Ended() bool { return t.state == ended }

// State names what the task does: "new", "ready", "running", "waiting" or "ended".
func (t *Task) State() string {
	return [...]string{"new", "ready", "running", "waiting", "ended"}[t.state]
}

// Running reports whether it is the task's turn.
func (t *Task) Running() bool { return t.state == running }

// Parked reports whether the task waits.
func (t *Task) Parked() bool { return t.state == parked }

// Waiting is how long the task has been parked.
func (t *Task) Waiting() time.Duration {
	if t.state != parked {
		return 0
	}
	return t.loop.Now() - t.since
}

// Since is the loop time at which the task's state began, by the loop's recent look at the clock.
func (t *Task) Since() time.Duration { return t.since }

// Spawner is the number of the task that has started this one; 0: none has.
func (t *Task) Spawner() uint64 {
	if t.after == 0 {
		return 0
	}
	return t.id - uint64(t.after)
}

// Cancel cancels the task at its current or next checkpoint, for good. It reports whether the task had not ended yet;
// the first cancellation stays.
func (t *Task) Cancel(c *Cancelled) bool {
	if t.state == ended {
		return false
	}
	t.Root().Cancel(c)
	return true
}

// Kill is Cancel that goes through shields, and cuts what computes.
func (t *Task) Kill(c *Cancelled) {
	if t.state != ended {
		t.Root().cancel(c, hard)
	}
}

// CancelledBy is the cancellation of the task itself (not of a scope inside it), or nil.
func (t *Task) CancelledBy() *Cancelled {
	if t.root == nil {
		return nil
	}
	return t.root.by
}

// Root is the task's outermost scope. It is made when it is first wanted: few tasks are cancelled.
func (t *Task) Root() *Scope {
	if t.root == nil {
		t.root = &Scope{task: t}
		outer := &t.scope
		for *outer != nil {
			outer = &(*outer).parent
		}
		*outer = t.root
	}
	return t.root
}

// Pending is the cancellation that the next checkpoint raises, or nil.
func (t *Task) Pending() *Cancelled {
	if t.cancel == nil {
		return nil
	}
	return t.cancel.by
}

func (t *Task) end() {
	l := t.loop
	l.others++
	was := l.ending
	l.ending = t
	t.state = ended
	t.gen++
	l.timers.stop(&t.timer)
	l.live--
	l.strike(t)
	t.body.Ended(t)
	for i := 0; ; i++ {
		n := t.Owner(i)
		if n == nil {
			break
		}
		n.taskEnded(t)
	}
	for t.joiners.Wake(nil) {
	}
	l.ending = was
}

// Owner is the i-th nursery, from 0, that has owned the task, or nil.
func (t *Task) Owner(i int) *Nursery {
	switch n := t.owner; {
	case n != nil && i < len(n.several):
		return n.several[i]
	case i == 0:
		return n
	}
	return nil
}

// An Aborter is what a task waits for, if that is to be told how the wait ends. Anything else is for Config.Abandon to know.
type Aborter interface {
	// Abort is called when a cancellation ends the wait of w: w must be forgotten. If w had been woken already but
	// its task has not run since, woken is true and v is what it was given, which must go to the next waiter.
	Abort(w Waker, v any, woken bool)
}

// A Keeper is an Aborter of a wait that a cancellation may find with something to be had back first, as a condition's lock
// is: Keep is called instead of Abort. If it returns true, the wait goes on until the Waker is used, which no other
// cancellation ends, and has the cancellation as its outcome then.
type Keeper interface {
	Aborter
	Keep(w Waker, v any, woken bool) bool
}

// Abandon tells on, what a task waits for, that a cancellation has ended the wait of w, or asks it whether to keep that.
func Abandon(on any, w Waker, v any, woken bool) (kept bool) {
	switch x := on.(type) {
	case Keeper:
		return x.Keep(w, v, woken)
	case Aborter:
		x.Abort(w, v, woken)
	}
	return false
}

// An Expirer is an Aborter of a wait that ends after some time; see [Task.BeginFor].
type Expirer interface {
	Aborter
	// Expired is called when the time is over and the task has not been woken: w must be forgotten. It returns the outcome.
	Expired(w Waker) any
}

// Waker ends one wait of one task. It is a small value, to be copied.
type Waker struct {
	task *Task
	gen  uint32
}

// Waker is for the task's next Park.
func (t *Task) Waker() Waker { return Waker{t, t.gen} }

// Task is the task that waits.
func (w Waker) Task() *Task { return w.task }

// Wake ends the wait; Park returns v. It reports false, and does nothing, if the wait is over. It is for the loop's side;
// from other goroutines use Post.
func (w Waker) Wake(v any) bool {
	t := w.task
	if t.gen != w.gen || t.woken || t.aborted && !t.firm {
		return false
	}
	t.woken, t.handed = true, v
	if t.state == parked {
		t.wakes()
	}
	return true
}

func (t *Task) wakes() {
	t.state, t.since = ready, t.loop.recent
	t.loop.ready.push(t)
	t.loop.trace(Woken, t)
}

// Post is Wake from any goroutine; a wait that is over by then drops v.
func (w Waker) Post(v any) {
	w.task.loop.Post(func() { w.Wake(v) })
}

// Park gives up control until the Waker taken before is used, or the task is cancelled: then on (unless nil) is told, and
// the cancellation is returned. It is the one primitive that waits. The Go frames that it stands on are kept, on their
// goroutine.
func (t *Task) Park(on any) (any, error) {
	if t.Begin(on) {
		t.Suspend()
	}
	return t.Outcome()
}

// Begin is the first half of Park: it begins the wait and reports true, or false if that is over already. In both cases
// Outcome, in the turn that follows or at once, tells how it has ended. Between a true and that turn the task must come to
// the end of its Resume.
func (t *Task) Begin(on any) bool {
	if t.cancel != nil && !t.firm {
		w, v := Waker{t, t.gen}, t.handed
		t.aborted, t.handed = true, nil
		if t.firm = t.loop.cfg.Abandon(on, w, v, t.woken); !t.firm {
			return false
		}
	}
	if t.woken {
		return false
	}
	t.on = on
	t.state = parked
	t.since = t.loop.recent
	t.streak = 0
	t.loop.trace(Parked, t)
	return true
}

// BeginFor is Begin of a wait that is over after d at the latest; Forever sets no timer.
func (t *Task) BeginFor(a Expirer, d time.Duration) bool {
	if d != Forever && t.cancel == nil && !t.woken {
		t.loop.timers.set(&t.timer, Add(t.loop.Look(), d), t)
	}
	return t.Begin(a)
}

// WaitsFor is what the task waits for, as Park was told; nil: nothing that is to be told of it.
func (t *Task) WaitsFor() any { return t.on }

// Aborted reports whether the wait was ended by a cancellation, before Outcome.
func (t *Task) Aborted() bool { return t.aborted }

// Outcome is the second half of Park.
func (t *Task) Outcome() (any, error) {
	v, aborted := t.handed, t.aborted
	t.over()
	if aborted {
		return nil, t.cancel.by
	}
	return v, nil
}

// Handed is what the Waker has given that has ended the wait, as Outcome returns it; ok is false where it is for that to say.
func (t *Task) Handed() (v any, ok bool) { return t.handed, !t.aborted && !t.timer.armed() }

// Over closes the books of a wait after Handed was ok.
func (t *Task) Over() {
	t.gen++
	t.woken, t.aborted, t.firm = false, false, false
	t.on, t.handed = nil, nil
}

// ParkFirm is a Park that no cancellation ends.
func (t *Task) ParkFirm() any {
	if t.BeginFirm(nil) {
		t.Suspend()
	}
	v, _ := t.Outcome()
	return v
}

// BeginFirm is Begin of a wait that no cancellation ends: on is for WaitsFor alone.
func (t *Task) BeginFirm(on any) bool {
	t.firm = true
	return t.Begin(on)
}

// over closes the books of a wait.
func (t *Task) over() {
	t.loop.timers.stop(&t.timer)
	t.Over()
}

// Suspend keeps the Go frames on which the running task stands until the wait that it has begun is over; Outcome comes next.
func (t *Task) Suspend() { t.loop.cfg.Suspend(t) }

// Yield gives control up where the task stands on its own goroutine; see Config.Suspend.
func (t *Task) Yield() { t.loop.block(t) }

// abort ends the wait under way, if it is one that a cancellation ends: also when the task has been woken but has not
// run yet, for it is still at its checkpoint.
func (t *Task) abort() {
	if t.firm || t.aborted || t.state != parked && t.state != ready {
		return
	}
	w, v, woken, on := Waker{t, t.gen}, t.handed, t.woken, t.on
	t.aborted, t.handed, t.on = true, nil, nil
	abandon := t.loop.cfg.Abandon
	if _, keeps := on.(Keeper); keeps {
		if t.firm = abandon(on, w, v, woken); t.firm {
			return
		}
		on = nil
	}
	if t.state == parked {
		t.wakes()
	}
	if on != nil {
		abandon(on, w, v, woken)
	}
}

// Checkpoint raises a pending cancellation, and lets others run when the task has not waited for long.
func (t *Task) Checkpoint() error {
	if t.cancel != nil {
		return t.cancel.by
	}
	if t.streak++; t.streak >= fairness {
		return t.Sleep(0)
	}
	return nil
}

// Pass is a Checkpoint that has nothing to do, or does nothing, and reports false.
func (t *Task) Pass() bool {
	if t.cancel != nil || t.streak+1 >= fairness {
		return false
	}
	t.streak++
	return true
}

// Sleep waits for d; zero or less just lets others run, Forever waits until cancelled.
func (t *Task) Sleep(d time.Duration) error {
	if t.BeginSleep(d) {
		t.Suspend()
	}
	_, err := t.Outcome()
	return err
}

// BeginSleep is to Sleep what Begin is to Park.
func (t *Task) BeginSleep(d time.Duration) bool {
	if d > 0 {
		return t.beginUntil(Add(t.loop.Look(), d))
	}
	if t.cancel != nil {
		t.aborted = true
		return false
	}
	t.woken = true
	t.streak = 0
	t.state, t.since = ready, t.loop.recent
	t.loop.ready.push(t)
	t.loop.trace(Yielded, t)
	return true
}

// SleepUntil waits for a loop time; one that has passed lets others run.
func (t *Task) SleepUntil(when time.Duration) error {
	if when <= t.loop.Look() {
		return t.Sleep(0)
	}
	if t.beginUntil(when) {
		t.Suspend()
	}
	_, err := t.Outcome()
	return err
}

func (t *Task) beginUntil(when time.Duration) bool {
	if t.cancel == nil {
		t.loop.timers.set(&t.timer, when, t)
	}
	return t.Begin(nil)
}

// expire ends a sleep, or the time of a wait.
func (t *Task) expire() {
	w := Waker{t, t.gen}
	if x, limited := t.on.(Expirer); !limited {
		w.Wake(nil)
	} else if !t.woken {
		t.on = nil
		w.Wake(x.Expired(w))
	}
}

// Join waits until other has ended. A task that waits for itself waits for ever.
func (t *Task) Join(other *Task) error {
	if t.BeginJoin(other) {
		t.Suspend()
	}
	_, err := t.Outcome()
	return err
}

// BeginJoin is to Join what Begin is to Park.
func (t *Task) BeginJoin(other *Task) bool {
	switch {
	case other.state != ended && t.cancel == nil:
		other.joiners.Add(t)
		return t.Begin((*Joined)(other))
	case t.cancel != nil:
		t.aborted = true
	default:
		if t.streak++; t.streak >= fairness {
			return t.BeginSleep(0)
		}
	}
	return false
}

// Joined is a task that another waits for, in Join: what WaitsFor returns then.
type Joined Task

// Task is the task itself.
func (j *Joined) Task() *Task { return (*Task)(j) }

// Abort implements Aborter.
func (j *Joined) Abort(w Waker, _ any, _ bool) { j.joiners.Remove(w.task) }
