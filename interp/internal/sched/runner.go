package sched

import (
	"bytes"
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
)

// runner is one of a loop's goroutines. One of them runs; each of the others is blocked in a seat: it holds the Go frames
// of a parked task, or it is idle.
type runner struct {
	own    seat
	at     *seat // where it is blocked
	exited bool  // runtime.Goexit is under way on it; it goes on serving from a deferred function
}

// seat is the coroutine of an iter.Pull, seen as what it is underneath: a place where one goroutine is blocked. The goroutine
// that swaps is blocked there in its stead. At first a runner's own seat holds the runner itself, about to begin.
type seat struct {
	next  func() (struct{}, bool)
	yield func(struct{}) bool
	taken bool // by next; the other way round is yield
}

func (s *seat) swap() {
	s.taken = !s.taken
	if s.taken {
		s.next()
	} else {
		s.yield(struct{}{})
	}
}

// maxIdle bounds the idle runners: enough for the usual crowd of tasks that wait below Go frames, small beside a peak.
const maxIdle = 256

// idleRunner is a runner to go on with: it sits at its base.
func (l *Loop) idleRunner() *runner {
	if n := len(l.idle); n > 0 {
		r := l.idle[n-1]
		l.idle[n-1] = nil
		l.idle = l.idle[:n-1]
		return r
	}
	r := &runner{}
	r.at = &r.own
	r.own.next, _ = iter.Pull(func(yield func(struct{}) bool) {
		r.own.yield = yield
		l.serve(r)
	})
	return r
}

// switchTo lets r run, and returns when the goroutine that has called it is to run again.
func (l *Loop) switchTo(r *runner) {
	me := l.running
	for r != me {
		s := r.at
		me.at, l.running = s, r
		s.swap()
		// A runner that has ended wakes the one that sat in its own seat, which may not be the one that is meant.
		r = l.running
	}
	me.at = nil
}

// serveFrame is how a goroutine's stack, as package runtime writes it, names serve. OnLoop looks for it.
const serveFrame = "interp/internal/sched.(*Loop).serve("

// OnLoop reports whether the caller runs on a loop, whichever that is. It looks at the goroutine's stack, which takes a while.
func OnLoop() bool {
	stack := make([]byte, 64<<10)
	return bytes.Contains(stack[:runtime.Stack(stack, false)], []byte(serveFrame))
}

// serve is the base of a runner's stack: it runs tasks, which are data or come to begin here, until the loop is over.
func (l *Loop) serve(r *runner) {
	done := false
	defer func() {
		if done {
			return
		}
		if p := recover(); p != nil {
			l.report(p)
			l.running = l.owner
			return
		}
		// runtime.Goexit ends this goroutine, but not before its deferred functions have returned: it serves on in one.
		r.exited = true
		if t := l.current; t != nil && l.goesTo == nil {
			l.current = nil
			if l.cfg.Exited != nil {
				l.cfg.Exited(t)
			}
			t.end()
		}
		l.serve(r)
	}()
	if to := l.running; to != r { // the Goexit was another's, whose seat this one sat in
		l.running = r
		l.switchTo(to)
	}
	for !l.over {
		to, t := l.goesTo, l.handed
		if l.goesTo, l.handed = nil, nil; to == nil && t == nil {
			t = l.next()
		}
		switch {
		case to != nil:
		case t == nil:
			if l.cfg.Over != nil {
				l.cfg.Over()
			}
			l.over = true
			to = l.owner
		case t.frames != nil:
			to = t.frames
		default:
			l.turn(t)
			continue
		}
		if len(l.idle) >= maxIdle && !r.exited && !l.over {
			l.running, done = to, true // the runner in its seat passes it on
			return
		}
		l.idle = append(l.idle, r)
		l.switchTo(to)
	}
	l.running, done = l.owner, true
}

// block keeps t's Go frames on the goroutine that runs until t is to go on: the loop goes on above them as long as it only
// looks for the next task, which another runner then runs.
func (l *Loop) block(t *Task) {
	l.current = nil
	found := false
	defer func() {
		if !found { // runtime.Goexit between two turns: it ends t, whose frames are here, but not before its turn comes
			l.block(t)
		}
	}()
	next := l.nextAbove()
	if found = true; next != t {
		t.frames = l.running
		to := next.frames
		if to == nil {
			l.handed = next
			to = l.idleRunner()
		}
		l.switchTo(to)
		t.frames = nil
	}
	l.enter(t)
}

// Frames are Go frames that are kept on their goroutine, one of the loop's, while others run.
type Frames struct{ on *runner }

// Here are the Go frames on which it is called.
func (l *Loop) Here() Frames { return Frames{l.running} }

// Keep keeps the Go frames on which it is called until Keep, or Goto, is called with them. In the middle of the turn of a
// task, it goes on without them: in to, or, if that is zero, in another call of the task's Resume.
func (l *Loop) Keep(to Frames) {
	if to.on == nil {
		l.handed = l.current
		to.on = l.idleRunner()
	}
	l.switchTo(to.on)
}

// Goto ends a call of Resume in the middle of the turn, which goes on in to: what Resume returns then is of no account.
func (l *Loop) Goto(to Frames) { l.goesTo = to.on }

// nextAbove is next above the frames of a task, which a panic must not reach: it is none of theirs.
func (l *Loop) nextAbove() *Task {
	defer func() {
		if p := recover(); p != nil {
			l.report(p)
			for {
				l.switchTo(l.owner)
			}
		}
	}()
	return l.next()
}

// report makes Run panic with p: nothing runs on after a bug.
func (l *Loop) report(p any) {
	l.bug = fmt.Sprintf("%v\n\n%s", p, debug.Stack())
}

// Run runs tasks until Stop has been called and every task has ended. The goroutine that calls it only waits.
func (l *Loop) Run() {
	defer func() {
		if l.bug != "" {
			return
		}
		l.dog.stop()
		close(l.done)
	}()
	l.owner = &runner{}
	l.running = l.owner
	if m := l.in.member.Load(); m != nil {
		m.begin()
	}
	if l.cfg.Begin != nil {
		l.cfg.Begin()
	}
	l.dog.busy()
	l.switchTo(l.idleRunner())
	if l.bug != "" {
		panic(l.bug)
	}
	l.endRunners()
}

// endRunners ends the runners, which are all idle.
func (l *Loop) endRunners() {
	defer func() {
		if len(l.idle) > 0 { // the end of one was a runtime.Goexit, and this goroutine sat in its seat
			l.endRunners()
		}
	}()
	for len(l.idle) > 0 {
		l.switchTo(l.idleRunner())
	}
}
