package interp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/meter"
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// run is a main task and all that its tasks spawn. Everything but taken and done is for the loop's side.
type run struct {
	rt      *Runtime
	ctx     context.Context
	work    context.Context // see uncut; nil: not asked for yet
	main    *Task
	nth     uint64 // of the runtime's, from 1
	began   time.Duration
	live    int // tasks that have not ended, daemons left out
	daemons int // that have not ended
	servers int // live tasks that serve; see Call.Serves

	lim    *limiter // nil: it has no limits
	caller *blocked // the work off the loop that has started it, or nil

	exitCode int
	exiting  bool // stop or os.exit has decided the status

	interactive bool // see Call.Interactive

	hostCancel *sched.Cancelled
	where      *wherever           // its tasks were, when the host cancelled it
	onCancel   func(reason string) // see Task.OnCancel
	watcher    EndWatcher          // see Task.WatchRun; or nil
	killedBy   *Error              // a deadlock, or the clock's end, which has ended it
	panicked   *Error              // code of the host's has panicked
	end        ending
	rest       *sched.Cancelled // what tasks are cancelled with when the servers have ended

	opened  *opened // what is to be closed when it ends
	closing bool    // that is under way

	failed []*Task // that failed while nothing awaited them, in order
	jobs   jobList

	told      func(errs []error) // of an isolate's: what it is called with at the end, without the host's own cancellation
	cutByHost bool               // it was cancelled by the host, and for nothing else
	pool      *meter.Pool        // what it spends counts there as well; nil: it is alone
	files     *lualib.OpenFiles  // and what it opens

	taken  atomic.Bool   // by the loop, or back by who wanted it
	done   chan struct{} // closed when it has ended
	result Values
	err    error
}

// Run runs a program, with args as its `...`, and returns what its main chunk returned when every task that it started
// has ended.
//
// Cancelling ctx cancels the main task: cleanups run first. A nil error is exit status 0. Otherwise it is an [ExitError], an
// [*Error], or several of them joined: the main task's own, and of every task whose error nobody awaited. Where ctx has
// expired it is ErrTimeout and context.DeadlineExceeded, where it was cancelled ErrCancelled, each with ctx's cause. After Close it is
// ErrClosed.
func (rt *Runtime) Run(ctx context.Context, p *Program, args ...any) (Values, error) {
	if p == nil {
		return nil, errors.New("interp: Run: the program is nil")
	}
	return rt.run(ctx, func() (*lua.LFunction, error) { return rt.program(p), nil }, args)
}

// run runs a function, which is found on the loop.
func (rt *Runtime) run(ctx context.Context, find func() (*lua.LFunction, error), args []any) (Values, error) {
	if ctx.Err() != nil {
		return nil, cancelledBy(causeOf(ctx))
	}
	rt.mu.Lock()
	if rt.closed {
		rt.mu.Unlock()
		return nil, ErrClosed
	}
	r := &run{rt: rt, ctx: ctx, done: make(chan struct{})}
	if b, ok := ctx.Value(blockedKey{}).(*blocked); ok && b.rt == rt {
		r.caller = b
	}
	rt.loop.Post(func() {
		if r.taken.Swap(true) {
			return
		}
		if r.err = r.start(find, args); r.err != nil {
			close(r.done)
		}
	})
	rt.mu.Unlock()
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() {
			cause := causeOf(ctx)
			rt.hurry()
			rt.loop.Post(func() {
				if r.hostCancel == nil && !r.over() {
					r.where = r.look()
				}
				r.cancel(cause)
			})
		})
		defer stop()
	}
	if long := rt.long(); long != nil {
		select {
		case <-r.done:
		case <-long:
			if sched.OnLoop() && !r.taken.Swap(true) {
				return nil, errOnLoop
			}
		}
	}
	<-r.done
	return r.result, r.err
}

// errOnLoop is what a function on the loop gets that would have the loop wait for itself.
//
// Where OnLoop finds another runtime's loop, whatever this one has been asked for is still under way or done, if its own functions do not
// block.
var errOnLoop = errors.New("interp: a function that runs on the loop waits for the loop, which waits for the function: " +
	"call Lua with Call.Call, from a func(*Call) error, or make the function one for WithAsync")

// long is when it is worth looking whether who waits for the loop is on it. While the loop is idle nobody is.
func (rt *Runtime) long() <-chan time.Time {
	if rt.loop.Idle() {
		return nil
	}
	return time.NewTimer(time.Second).C // of the machine: the runtime's clock stands still with the loop
}

// RunString compiles and runs source text; see [Compile] for name and its errors, and [Runtime.Run].
func (rt *Runtime) RunString(ctx context.Context, name, src string, args ...any) (Values, error) {
	if err := rt.source(len(src)); err != nil {
		return nil, err
	}
	p, err := Compile(name, []byte(src))
	if err != nil {
		return nil, err
	}
	return rt.Run(ctx, p, args...)
}

// RunFile compiles and runs a file of the host's, whatever files scripts were granted. The chunk name is "@" and path.
func (rt *Runtime) RunFile(ctx context.Context, path string, args ...any) (Values, error) {
	var src []byte
	err := rt.libs.Retry(ctx, func() (err error) {
		src, err = os.ReadFile(path)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := rt.source(len(src)); err != nil {
		return nil, err
	}
	p, err := Compile("@"+path, src)
	if err != nil {
		return nil, err
	}
	return rt.Run(ctx, p, args...)
}

func (r *run) start(find func() (*lua.LFunction, error), args []any) error {
	rt := r.rt
	fn, err := find()
	if err != nil {
		return err
	}
	main := newTask(r)
	main.fn = fn
	if len(args) > 0 {
		main.vals = make([]lua.LValue, len(args))
	}
	for i, a := range args {
		if p := vm.Guard("a method of an argument", func() { main.vals[i], err = rt.value(a) }); p != nil {
			return newError(p)
		}
		if err != nil {
			return fmt.Errorf("interp: argument %d: %w", i+1, err)
		}
	}
	if r.caller != nil {
		r.caller.calls(1)
	}
	rt.hostsTurn(false)
	rt.runs[r] = struct{}{}
	rt.begun++
	r.main, r.nth, r.began = main, rt.begun, rt.loop.Now()
	if rt.limiting() {
		r.lim = r.newLimiter()
	}
	rt.startTask(r.main, nil)
	if rt.debugs(r) {
		rt.debug(r, "run began", slog.Uint64("run", r.nth), slog.String("main", rt.functionName(fn)))
	}
	return nil
}

func (r *run) over() bool {
	_, under := r.rt.runs[r]
	return !under
}

// ended is told of each task of the run that has ended.
func (r *run) ended(t *Task) {
	if r.lim != nil {
		defer r.lim.ended()
	}
	if t.s.Owner(0) == nil {
		r.unawaited(t)
		t.leaves()
		if r.watcher != nil {
			r.rt.guard(r, "an EndWatcher", func() { r.watcher.TaskEnded(t) })
		}
	}
	if t.serves() {
		r.serverEnded()
	}
	if t.daemon {
		r.daemons--
		if t.cancelled {
			r.rt.libs.EndProcesses(t)
		}
		return
	}
	r.live--
	if t == r.main {
		switch {
		case t.err != nil || t.cancelled:
			c := t.s.CancelledBy()
			if c == nil {
				c = &sched.Cancelled{Reason: "the main task failed"}
			}
			r.cut(c)
		case r.hostCancel != nil && r.live > 0: // it returned before it came to a checkpoint
			r.cut(r.hostCancel)
		}
	}
	if r.live == 0 {
		r.closesThen(r.finish)
	}
}

// unawaited is told of a task that has ended with nobody to own it.
func (r *run) unawaited(t *Task) {
	rt := r.rt
	if t.err == nil || t.awaited || t == r.main {
		return
	}
	r.fail(t)
	if t.awaiting == 0 {
		t.err.reported = true
		rt.warn(r, fmt.Sprintf("task '%s' failed: %s", t.PlainName(), t.err.line()), "task failed",
			append(t.LogAttrs(), slog.Any("error", t.err.logged()), slog.String("traceback", t.err.Traceback()))...)
	}
}

// fail keeps a task whose error somebody may yet await; it forgets those that somebody has.
func (r *run) fail(t *Task) {
	if r.over() {
		r.rt.lost = append(r.rt.lost, t)
		return
	}
	if n := len(r.failed); n >= 64 && n == cap(r.failed) {
		left := r.failed[:0]
		for _, f := range r.failed {
			if !f.awaited {
				left = append(left, f)
			}
		}
		clear(r.failed[len(left):])
		r.failed = left
	}
	r.failed = append(r.failed, t)
}

// finish ends the run once its last task has ended.
func (r *run) finish() {
	rt := r.rt
	delete(rt.runs, r)
	if r.caller != nil {
		r.caller.calls(-1)
	}
	rt.hostsTurn(true)
	if r.end.stopTimer != nil {
		r.end.stopTimer()
	}
	if r.cutShort() {
		rt.libs.EndProcesses(r)
	}
	var errs []error
	add := func(err error) {
		for _, e := range errs {
			if e == err {
				return
			}
		}
		errs = append(errs, err)
	}
	m := r.main
	switch {
	case r.lim != nil && r.lim.crossed != nil:
		add(r.lim.crossed)
	case r.exiting && (r.exitCode != 0 || r.told != nil):
		add(ExitError{r.exitCode})
	case r.exiting:
	case r.killedBy != nil:
		add(r.killedBy)
	case m.cancelled && r.hostCancel != nil && r.told != nil:
		r.cutByHost = true
	case m.cancelled:
		add(r.cancelledMain())
	case r.hostCancel != nil && r.end.cancellation == r.hostCancel && r.told != nil:
		r.cutByHost = true
	case r.hostCancel != nil && r.end.cancellation == r.hostCancel:
		add(r.where.is(cancelledBy(r.hostCancel.Cause)))
	}
	if m.err != nil {
		add(m.err)
	}
	for _, t := range r.failed {
		if !t.awaited {
			t.awaited = true // reported here
			add(t.err)
		}
	}
	errs = append(errs, rt.unstarted(&r.jobs)...)
	rt.showTables(errs)
	switch err := rt.lostOutput(); {
	case err == nil:
	case r.told != nil && errors.Is(err, syscall.EPIPE):
		r.cutByHost = true // the first runtime is told that nobody reads any more, see unread
	default:
		add(err)
	}
	if r.panicked != nil {
		add(r.panicked)
	}
	if r.exiting && r.exitCode == 0 && len(errs) > 0 && (r.lim == nil || r.lim.crossed == nil) {
		errs = append([]error{ExitError{0}}, errs...) // the errors are told, the status stays
	}
	r.err = joined(errs)
	if m.err == nil && !m.cancelled {
		r.result = rt.luaValues(m.vals)
	}
	if rt.debugs(r) {
		rt.debug(r, "run ended", slog.Uint64("run", r.nth), slog.String("main", rt.functionName(m.fn)), slog.Duration("took", rt.loop.Now()-r.began),
			slog.Any("error", r.err))
	}
	if r.panicked != nil { // just now
		add(r.panicked)
		r.err = joined(errs)
	}
	close(r.done)
	if r.told != nil {
		r.told(errs)
	}
}

// hasReturned reports whether the run has nobody to return an error to any more.
func (r *run) hasReturned() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// Answering is a context for runs by which something answers that a task waits for outside, such as a process that asks the host: time
// may pass on a virtual clock while such a run is under way, as the wait is for the runtime itself then.
func (rt *Runtime) Answering(ctx context.Context) context.Context {
	return &blocked{Context: ctx, rt: rt, answers: true}
}

// Hold says that the host may yet wake a task, so that no wait is a deadlock, until release is called. Both may be called
// from any goroutine; calling release again does nothing.
func (rt *Runtime) Hold() (release func()) {
	rt.loop.Hold()
	var once sync.Once
	return func() { once.Do(rt.loop.Release) }
}

// hostsTurn is told when the first run begins and the last one ends. Between runs it is the host's turn to do something:
// virtual time stands still, or daemons would race through years of it, and a daemon that waits is no deadlock. An isolate's host is
// another runtime, whose clock is the same.
func (rt *Runtime) hostsTurn(now bool) {
	switch {
	case len(rt.runs) > 0 || rt.closing || rt.isolate != nil:
	case now:
		rt.loop.Begin()
	default:
		rt.loop.End()
	}
}
