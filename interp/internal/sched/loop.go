package sched

import (
	"sync/atomic"
	"time"
)

// Config is what a loop is made of.
type Config struct {
	// Clock is the source of time; nil means a real clock.
	Clock Clock
	// Suspend gives up control where the running task stands, for Park: it calls [Task.Yield], which it is if it is nil.
	Suspend func(*Task)
	// Idle is called before the loop waits with nothing ready: the moment to flush what was written.
	Idle func()
	// Deadlock is called when tasks are left and nothing can wake any of them. It must cancel them; nil leaves them
	// waiting for what is posted.
	Deadlock func()
	// Ended is called when a timer is due at the clock's End or later, before it fires. It should cancel the tasks: where it
	// returns, timers fire as at any other time.
	Ended func()
	// Poke is called about every 10 ms, from another goroutine, while the loop is not idle: it makes a task that
	// computes call [Loop.Poll]. nil means that computing tasks are not interrupted.
	Poke func()
	// Abandon tells what a task waits for that a cancellation has ended the wait of w; see [Abandon], which it is if it is nil.
	Abandon func(on any, w Waker, v any, woken bool) (kept bool)
	// Trace is told what tasks do; nil: nobody is. It must not park. See [Loop.SetTrace].
	Trace func(Event, *Task)
	// Over is called when the last task has ended after Stop, and everything else about the loop still works.
	Over func()
	// Group, unless nil, is whose sibling the loop is: it goes by the clock of that, and begins when it has a place.
	Group *Group
	// Begin, unless nil, is called by Run before the first turn.
	Begin func()
	// Host is whose loop it is, see [Loop.Host].
	Host any
	// Exited is called when a task's body was ended by runtime.Goexit, before the task counts as ended.
	Exited func(*Task)
}

// Loop is a scheduler. Its methods are for the loop's side only (the goroutine that runs, and what it calls), except
// Post, Hold and what says otherwise.
type Loop struct {
	cfg      Config
	clock    Clock
	in       inbox
	ready    queue
	timers   timers
	tasks    []*Task // that have not ended, oldest first; nil where one has ended since
	live     int
	current  *Task
	outside  int          // calls under way on other goroutines that will post
	holds    atomic.Int64 // of hosts: something outside may yet wake a task
	stopping bool
	done     chan struct{}
	dog      watchdog
	shift    time.Duration // of the time of day; see SetWall
	recent   time.Duration // loop time when the clock was last looked at: less than 64 turns ago, and some 10 ms of computing
	looked   uint32        // the watchdog's ticks then

	owner     *runner // the goroutine in Run, which waits for the end
	running   *runner
	idle      []*runner // at their base
	handed    *Task     // the next turn, chosen by the runner that lets another go on
	goesTo    *runner   // where the turn goes on, when Resume has returned
	acts      actor     // whose doing what happens now is
	ending    *Task     // the task that ends now, or nil
	over      bool
	someTurns bool   // of what the tracer wants; see SetTrace
	bug       string // a panic that ends everything

	others uint64 // see Others

	pollTurn  uint64 // the turn that Poll last found cancelled, and how often
	pollTicks int

	stats Stats // without what Stats adds
}

// Stats are a loop's counters.
type Stats struct {
	Tasks    uint64        // tasks started or cancelled before they could start
	Switches uint64        // turns: how often a task was resumed
	Timers   int           // armed now
	Peak     int           // most tasks alive at once
	Live     int           // tasks alive now
	Outside  int           // Begin less End
	Idle     time.Duration // loop time that went by with nothing ready
}

// Event is what Config.Trace is told of; of its end a task tells its Body.
type Event uint8

// The acts of a task, in the order of its life.
const (
	Spawned  Event = iota // it is ready for its first turn
	Switched              // its turn begins
	Parked                // it waits
	Woken                 // its wait is over: it is ready, see Task.Woken
	Yielded               // it waits and is ready at once: it lets others run
	Idled                 // the loop waits, with nothing ready; there is no task
	Resumed               // it goes on; there is no task
)

func (l *Loop) trace(e Event, t *Task) {
	if l.cfg.Trace != nil {
		l.others++
		l.cfg.Trace(e, t)
	}
}

// SetTrace has another function told what tasks do from now on; nil: nobody is. Unless it wants all turns, it is told of Switched only
// where a cancellation has ended the wait.
func (l *Loop) SetTrace(trace func(Event, *Task), turns bool) {
	l.cfg.Trace, l.someTurns = trace, !turns
}

// CountStates counts the tasks that have not ended, by what they do.
func (l *Loop) CountStates() (unstarted, waiting, runnable int) {
	for _, t := range l.tasks {
		if t == nil {
			continue
		}
		switch t.state {
		case fresh:
			unstarted++
		case parked:
			waiting++
		default:
			runnable++
		}
	}
	return
}

// New returns a loop; Run runs it.
func New(cfg Config) *Loop {
	if cfg.Clock == nil {
		cfg.Clock = NewRealClock()
	}
	if cfg.Suspend == nil {
		cfg.Suspend = (*Task).Yield
	}
	if cfg.Abandon == nil {
		cfg.Abandon = Abandon
	}
	l := &Loop{cfg: cfg, clock: cfg.Clock, done: make(chan struct{})}
	l.in.wake = make(chan struct{}, 1)
	l.dog.poke = cfg.Poke
	l.timers.current = &l.current
	if cfg.Group != nil {
		cfg.Group.join(l)
	}
	return l
}

// Host is whose loop it is, as Config says.
func (l *Loop) Host() any { return l.cfg.Host }

// Now is the loop time.
func (l *Loop) Now() time.Duration { return l.clock.Now() }

// Look is Now for a task, or whatever sets timers by it: limits that were set before have begun by then.
func (l *Loop) Look() time.Duration {
	ticks := l.dog.ticks.Load() // before the clock: a tick that comes meanwhile is one since
	now := l.clock.Now()
	if len(l.timers.starts) > 0 {
		l.timers.start(l.firstTick(ticks, now))
	}
	l.looked, l.recent = ticks, now
	return now
}

// firstTick is when the watchdog came by for the first time since the last look, or somewhat later: a function in Go may have held the
// loop up since. Where it has not come by, or the clock does not go as its ticks do, it is now.
func (l *Loop) firstTick(ticks uint32, now time.Duration) time.Duration {
	if c, real := l.clock.(*realClock); ticks == l.looked || real && c.pausedOnce() {
		return now
	}
	if at := now - time.Duration(ticks-l.looked-1)*tick; at > l.recent {
		return at
	}
	return now
}

// far is how long a limit must be to count from the watchdog's next tick, or the loop's next look at the clock, instead of from now.
const far = 10 * tick

// watched reports whether the watchdog comes by while the loop is not idle, whatever that does.
func (l *Loop) watched() bool { return l.dog.poke != nil && !oneThread }

// setFor arms tm for d from now; it must not be armed. It never fires early.
func (l *Loop) setFor(tm *timer, d time.Duration, owner expirer) {
	if d < far || d == Forever || !l.watched() || l.dog.ticks.Load() != l.looked {
		l.timers.set(tm, Add(l.Look(), d), owner)
	} else {
		l.timers.setAfter(tm, d, owner)
	}
}

// RealTime reports whether the loop goes by the machine's clock.
func (l *Loop) RealTime() bool {
	_, real := l.clock.(*realClock)
	return real
}

// Wall is the time of day on the loop's clock, or as SetWall has set it.
func (l *Loop) Wall() time.Time { return l.clock.Wall().Add(l.shift) }

// SetWall sets the time of day, which goes on from there. Loop time stays as it is.
func (l *Loop) SetWall(t time.Time) { l.shift = t.Sub(l.clock.Wall()) }

// Current is the task whose turn it is, or nil.
func (l *Loop) Current() *Task { return l.current }

// Aside calls fn in the middle of a turn, but as nobody's: what is called there finds no task that could wait.
func (l *Loop) Aside(fn func()) {
	t := l.current
	l.current = nil
	fn()
	l.current = t
}

// Timers is how many timers are set.
func (l *Loop) Timers() int { return l.timers.len() }

// TimersOf counts the timers whose tasks of accepts.
func (l *Loop) TimersOf(of func(*Task) bool) (n int) { return l.timers.count(of) }

// Stats returns the loop's counters as they are now.
func (l *Loop) Stats() Stats {
	s := l.stats
	s.Outside = l.outside
	s.Timers, s.Live = l.Timers(), l.live
	return s
}

// Others counts, in its own way, what runs on the loop between turns, or tells of it: functions that were posted, timers, ends of tasks, the
// functions of Config. Where it has not changed, none has since.
func (l *Loop) Others() uint64 { return l.others }

// Turn is the number of the turn under way.
func (l *Loop) Turn() uint64 { return l.stats.Switches }

// All calls fn for every task that has not ended, oldest first; fn may cancel tasks, and starts none.
func (l *Loop) All(fn func(*Task)) {
	l.Oldest(func(t *Task) bool {
		fn(t)
		return true
	})
}

// Oldest calls fn for tasks that have not ended, oldest first, until it returns false.
func (l *Loop) Oldest(fn func(*Task) bool) {
	for _, t := range l.tasks {
		if t != nil && !fn(t) {
			return
		}
	}
}

// Post hands fn to the loop, which runs it between two turns (or in one that computes for long). It may be called from
// any goroutine. fn must not park.
func (l *Loop) Post(fn func()) { l.in.post(fn) }

// Hold says that something outside may yet wake a task, so that a wait is no deadlock, until Release. Both may be called
// from any goroutine.
func (l *Loop) Hold() { l.holds.Add(1) }

// Release ends a Hold.
func (l *Loop) Release() {
	l.holds.Add(-1)
	l.in.nudge()
}

// Idle reports whether the loop waits for something to do. It may be called from any goroutine.
func (l *Loop) Idle() bool { return l.dog.idle.Load() }

// Begin says that work is under way on another goroutine, which will post: a wait is no deadlock, and virtual time
// stands still.
func (l *Loop) Begin() { l.outside++ }

// End takes one Begin back.
func (l *Loop) End() { l.outside-- }

// Outside is how much work is under way on other goroutines: Begin less End.
func (l *Loop) Outside() int { return l.outside }

// Pause makes the clock stand still until resume is called, if it is one that can. It may be called from any goroutine.
func (l *Loop) Pause() (resume func()) {
	if p, ok := l.clock.(Pauser); ok {
		return p.Pause()
	}
	return func() {}
}

// Stop makes Run return once no task is left. It may be called from any goroutine.
func (l *Loop) Stop() { l.Post(func() { l.stopping = true }) }

// Done is closed when Run has returned.
func (l *Loop) Done() <-chan struct{} { return l.done }

// next is the first ready task, waited for if there is none; nil: all is over.
func (l *Loop) next() *Task {
	for {
		l.Breathe()
		if m := l.in.member.Load(); m != nil {
			m.share()
		}
		l.take()                          // 1
		l.fire()                          // 2
		if t := l.ready.pop(); t != nil { // 3
			if t.state == fresh && t.cancel != nil {
				t.end() // cancelled before its first turn: never starts
				continue
			}
			return t
		}
		if l.live == 0 && l.stopping {
			return nil
		}
		l.others++
		if l.cfg.Idle != nil {
			l.cfg.Idle()
		}
		if len(l.timers.starts) > 0 {
			l.Look()
		}
		until, m := l.timers.next(), l.in.member.Load()
		if m == nil && l.live > 0 && until == Forever && l.outside == 0 && l.holds.Load() == 0 && !l.in.some.Load() && l.cfg.Deadlock != nil { // 5
			l.cfg.Deadlock()
			if l.ready.n > 0 || l.timers.next() != Forever {
				continue
			}
		}
		l.trace(Idled, nil)
		l.dog.idle.Store(true)
		idle := l.clock.Now()
		if m != nil {
			m.rest(until)
		} else {
			l.clock.Idle(until, l.outside > 0, l.in.wake) // 4
		}
		l.dog.busy()
		l.stats.Idle += l.Look() - idle
		l.trace(Resumed, nil)
	}
}

// take takes in what other goroutines finished.
func (l *Loop) take() {
	if l.in.some.Load() {
		l.others++
		was := l.acts
		l.acts = outside
		l.in.take()
		l.acts = was
	}
}

// fire fires the timers that are due. It looks at the clock only where one may be.
func (l *Loop) fire() {
	if !l.mayBeDue() || !l.due() {
		return
	}
	l.others++
	now := l.recent
	if now >= End && l.cfg.Ended != nil {
		l.cfg.Ended()
	}
	was := l.acts
	l.acts = clock
	l.timers.fire(now)
	l.acts = was
}

// mayBeDue reports whether a timer may be due. Until the watchdog comes by, none is that was far away at the last look at the clock: a
// look takes a good part of a short turn's time. A tracer is told when turns began. Now and then the loop looks in any case.
func (l *Loop) mayBeDue() bool {
	if l.stats.Switches%64 == 0 {
		return true
	}
	next := l.timers.next()
	if l.watched() && l.dog.ticks.Load() == l.looked && l.cfg.Trace == nil {
		return next <= l.recent+far
	}
	return next != Forever || len(l.timers.starts) > 0
}

// due looks at the clock, and reports whether a timer is due.
func (l *Loop) due() bool {
	now := l.Look() // before what is next: limits may have to begin
	return l.timers.next() <= now
}

// Upcoming is the task whose turn comes next, if its body can go on with it in the same call of Resume, by Enter: that of the task that runs
// has ended in a wait, the other's wait is over, and there is nothing to be done, or told, between the two. nil: Resume must return.
func (l *Loop) Upcoming() *Task {
	t := l.ready.first()
	if t == nil || t.state != ready || t.aborted || t.frames != nil || l.in.some.Load() || l.in.member.Load() != nil || l.cfg.Trace != nil || oneThread {
		return nil
	}
	if l.mayBeDue() && l.due() {
		return nil
	}
	return t
}

// Enter begins the turn of the task that Upcoming has just returned.
func (l *Loop) Enter() { l.enter(l.ready.pop()) }

// turn runs a task that has no Go frames until it parks or ends, or until that happens elsewhere.
func (l *Loop) turn(t *Task) {
	if t != l.current { // else it is in the middle of its turn, see Keep
		l.enter(t)
	}
	ended := t.body.Resume(t)
	if l.goesTo != nil {
		return
	}
	t = l.current // Frames that were kept have gone on in the turn of another task than the one they stood in.
	l.current = nil
	if ended {
		t.end()
	}
}

// enter begins a turn of t.
func (l *Loop) enter(t *Task) {
	l.stats.Switches++
	l.current = t
	t.state, t.started, t.since = running, true, l.recent
	if l.cfg.Trace != nil && (!l.someTurns || t.aborted) {
		l.others++
		l.cfg.Trace(Switched, t)
	}
}

// computeTicks is how many ticks of the watchdog a task may compute on after a cancellation that interrupts: 50 ms.
const computeTicks = 50 * time.Millisecond / tick

// Poll is called by the running task when it has computed for a while (see Config.Poke): the loop takes in what came from
// outside and fires what is due, as it would between two turns; a sibling lets others that wait for its place have it in turn. It returns a cancellation that the task must raise at
// once: when a deadline over it, or the host, has cancelled it and it has itself run on for another 50 ms.
func (l *Loop) Poll() error {
	if m := l.in.member.Load(); m != nil {
		m.share()
	}
	l.Look() // turns that compute are few, and long
	l.take()
	l.fire()
	t := l.current
	if t == nil || t.force == gentle {
		l.pollTicks = 0
		return nil
	}
	if l.pollTurn != l.stats.Switches {
		l.pollTurn, l.pollTicks = l.stats.Switches, 0
	}
	if l.pollTicks++; l.pollTicks <= int(computeTicks) {
		return nil
	}
	return t.cancel.by
}

// AfterFunc calls fn on the loop d from now, and returns a function that prevents it.
func (l *Loop) AfterFunc(d time.Duration, fn func()) (stop func()) {
	f := &delayed{fn: fn}
	l.timers.set(&f.tm, Add(l.Look(), d), f)
	return func() { l.timers.stop(&f.tm) }
}

type delayed struct {
	tm timer
	fn func()
}

func (f *delayed) expire() { f.fn() }
