package interp

import (
	"errors"
	"fmt"
	"time"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/meter"
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Limits are what one run of a script must not exceed; zero means no limit.
type Limits struct {
	// Instructions counts calls and turns of loops, each with one more for every 64 instructions of the code that it leads
	// to, and what is done to long strings (comparing, looking up, joining, reading as numbers), to hundreds of values at once, and
	// by functions of Lua's library, by its size. Two runs of a script count the same.
	Instructions int
	// Memory is in bytes: what the runtime reaches beyond what it reached when the run began. It is an estimate, made when
	// the process's heap has grown so far that it matters; of several runs under way the one that goes on growing is blamed.
	// A large value (a concatenation, an array that grows) is looked at before it is made. Memory that builtins have outside of Go's heap
	// counts by what they say: see Resource.Takes, Sized and Reserve.
	//
	// With isolates it is the sum of what each of them reaches, an idle one's 100 KB included, and of copies on their way: items of a call
	// that has not ended, what an isolate has returned until the call takes it, what is in channels. A string that several have counts for who has
	// made it, and once more for each that got it back from another one or out of a channel: so the sum is rather too large than too small.
	Memory int
	Tasks  int // alive at once, daemons included; an isolate is one, and those in it count as well
	Timers int // set at once: sleeps and deadlines
	// Files are files and processes open at once; one of popen is two. A file that a script has dropped without closing it
	// counts until the collector has closed it, and one that os.tmpname has made until the run ends. How many files a script
	// makes by name it does not bound.
	Files int
	// CallDepth is how deep calls may nest in a task, coroutines that it has resumed included.
	CallDepth int
	// Output is in bytes: what is written to standard output, standard error and files.
	Output int
	// Time is on the machine's clock, whatever the runtime's.
	Time time.Duration
	// StringSize is the length of one string, in bytes.
	StringSize int
}

// WithLimits bounds what each run may use. Crossing a limit ends the run, and no other, with an [*Error] of kind limit that
// names it and is ErrLimit. No pcall catches that. Cleanups run meanwhile, but all of them together have no more than a
// second, half of Time and a quarter of Instructions; then they are cut as well. Daemons that the run has started end with
// it. Globals that the run has set stay.
//
// A script is compiled before it runs: with a Memory, RunString, RunFile and load refuse a source of more than 1/100 of it.
// Go functions of the host's are not interrupted, and what they allocate is the host's to bound.
func WithLimits(l Limits) Option {
	return func(c *config) error {
		for _, n := range []int{l.Instructions, l.Memory, l.Tasks, l.Timers, l.Files, l.CallDepth, l.Output, int(max(min(l.Time, 1), -1)), l.StringSize} {
			if n < 0 {
				return errors.New("WithLimits: a limit is negative; zero means none")
			}
		}
		c.limits = l
		return nil
	}
}

// limiter is what a run has used, and how it is ended when that is too much. For the loop's side.
type limiter struct {
	meter.Run
	r            *run
	files        *lualib.OpenFiles // of all runs that count together
	timer        *time.Timer
	crossed      *Error           // the limit that was crossed
	cancellation *sched.Cancelled // which cancels the run
	cleanupsCut  bool
}

// limiting reports whether runs have limits.
func (rt *Runtime) limiting() bool { return rt.cfg.limits != Limits{} }

// vmLimits are the limits as the machine asks about them.
func (rt *Runtime) vmLimits() *vm.Limits {
	if !rt.limiting() {
		return nil
	}
	l := &rt.limits
	v := &vm.Limits{
		Meter: rt.meter,
		Room:  func(n int) error { return rt.limited(func(lim *limiter) error { return lim.Memory(n) }) },
		Text:  rt.limits.MaxText(),
		Long: func(n int) error {
			switch {
			case l.StringSize > 0 && n > l.StringSize:
				return rt.exceed("StringSize", l.StringSize)
			case l.Memory > 0 && n > l.Memory:
				return rt.exceed("Memory", l.Memory)
			}
			return nil
		},
		Depth: l.CallDepth,
		Deep:  func() error { return rt.exceed("CallDepth", l.CallDepth) },
	}
	if l.Memory > 0 {
		v.GoCalls = max(200, l.Memory/(16<<10))
	}
	return v
}

// limited calls fn for the run whose task has its turn, if it has limits.
func (rt *Runtime) limited(fn func(*limiter) error) error {
	if t := rt.current(); t != nil && t.run.lim != nil {
		return fn(t.run.lim)
	}
	return nil
}

// exceed says that the run whose task has its turn has crossed a limit.
func (rt *Runtime) exceed(limit string, most any) error {
	return rt.limited(func(lim *limiter) error { return lim.exceed(limit, most) })
}

// newLimiter begins to count for a run.
func (r *run) newLimiter() *limiter {
	rt, l := r.rt, &r.rt.limits
	lim := &limiter{r: r}
	lim.Run = meter.NewRun(l, &rt.mem, lim.exceed)
	if r.pool != nil {
		lim.Join(r.pool)
	}
	if lim.files = r.files; lim.files == nil {
		lim.files = &lualib.OpenFiles{Most: l.Files}
	}
	if l.Time > 0 {
		lim.timer = time.AfterFunc(l.Time, func() {
			rt.hurry()
			rt.loop.Post(func() {
				if lim.Alive() > 0 {
					_ = lim.exceed("Time", l.Time) // the cancellation reaches every task
				}
			})
		})
	}
	return lim
}

// close gives back what a run's limiter has, when its last task has ended.
func (lim *limiter) close() {
	if lim.timer != nil {
		lim.timer.Stop()
	}
}

// turn is told whose turn begins: what was spent until then is the one's before.
func (rt *Runtime) turn(t *Task) {
	rt.tally()
	rt.spender = t.run.lim
	rt.vm.Grant(rt.spender.grant())
}

// tally adds up what was spent since the last look.
func (rt *Runtime) tally() {
	if !rt.limiting() {
		return
	}
	n := rt.vm.Spent()
	rt.spent += uint64(n)
	if rt.spender != nil {
		rt.spender.Spend(n)
	}
}

// grant is how many steps there may be until the next look.
func (lim *limiter) grant() int {
	if lim == nil {
		return (*meter.Run)(nil).Grant()
	}
	return lim.Grant()
}

// meter is vm.Limits.Meter.
func (rt *Runtime) meter(spent int) (int, error) {
	rt.spent += uint64(spent)
	t := rt.current()
	if t == nil || t.run.lim == nil {
		return (*limiter)(nil).grant(), nil
	}
	lim := t.run.lim
	lim.Spend(spent)
	lim.Look()
	err := lim.look(t)
	return lim.grant(), err
}

// look is where a computing task of the run sees that it must end.
func (lim *limiter) look(t *Task) error {
	if lim.crossed == nil {
		if err := lim.Steps(); err != nil {
			return err
		}
		return lim.Memory(0)
	}
	if c := t.s.Pending(); c != nil && !lim.cleanupsCut {
		return c // it is in no cleanup
	}
	if lim.CleanupsOver() {
		lim.kill()
	}
	if lim.cleanupsCut {
		return lim.cancellation
	}
	return nil
}

// exceed ends the run: it returns the cancellation for the task that has crossed the limit.
func (lim *limiter) exceed(limit string, most any) error {
	r := lim.r
	rt := r.rt
	if lim.crossed != nil {
		return lim.cancellation
	}
	e := &Error{Kind: KindLimit, Msg: fmt.Sprintf("limit exceeded: %s (%v)", limit, most), rt: rt}
	if th := rt.vm.Current(); th != nil && rt.current() != nil {
		if e.pos = vm.Where(th.State(), 0); e.pos == "" {
			e.pos = vm.Where(th.State(), 1)
		}
		e.Frames = frames(vm.Traceback(th, 0))
		rt.spawnOf(e)
	} else {
		r.look().is(e)
	}
	return lim.cross(e)
}

// cross ends the run with the error of a limit that was crossed.
func (lim *limiter) cross(e *Error) error {
	r := lim.r
	rt := r.rt
	if lim.crossed != nil {
		return lim.cancellation
	}
	lim.crossed = e
	lim.cancellation = &sched.Cancelled{Reason: e.Msg, Cause: e, Interrupts: true, Final: true}
	lim.Cross()
	lim.close()
	lim.timer = time.AfterFunc(rt.limits.CleanupTime(rt.cfg.cleanup), func() { rt.loop.Post(lim.kill) })
	if r.over() { // daemons alone are left
		rt.leave(e)
	}
	rt.loop.All(func(s *sched.Task) {
		if t := taskOf(s); t.run == r && t.leads() {
			s.Cancel(lim.cancellation)
		}
	})
	return lim.cancellation
}

// kill ends cleanups as well.
func (lim *limiter) kill() {
	if lim.cleanupsCut {
		return
	}
	lim.cleanupsCut = true
	lim.r.rt.loop.All(func(s *sched.Task) {
		if t := taskOf(s); t.run == lim.r {
			s.Kill(lim.cancellation)
		}
	})
}

// started counts a task of the run, which has just been started.
func (lim *limiter) started(t *Task) {
	lim.Started()
	if lim.cleanupsCut {
		t.s.Kill(lim.cancellation)
	}
}

// ended counts a task's end; with the last one the run has no more to be watched for.
func (lim *limiter) ended() {
	if last := lim.Ended(); last {
		lim.Leave()
		lim.close()
		lim.r.rt.tally()
		if lim.r.rt.spender == lim {
			lim.r.rt.spender = nil
		}
	}
}

// openFiles counts what the running task's run has open, or is nil.
func (rt *Runtime) openFiles() *lualib.OpenFiles {
	if t := rt.current(); t != nil && t.run.lim != nil && rt.limits.Files > 0 {
		return t.run.lim.files
	}
	return nil
}

// took counts n bytes of copies that the running task makes now, or that have come from another runtime.
func (rt *Runtime) took(n int) error {
	return rt.limited(func(lim *limiter) error { return lim.Took(n) })
}

// shares says that the isolate has n bytes of strings that count for another runtime.
func (rt *Runtime) shares(n int) {
	rt.shared += n
	_ = rt.limited(func(lim *limiter) error {
		lim.Shares(n)
		return nil
	})
}

// written counts n bytes that the running task is about to write.
func (rt *Runtime) written(n int) error {
	return rt.limited(func(lim *limiter) error { return lim.Write(n) })
}

// WillWrite counts n bytes, which a builtin is about to write somewhere on the script's behalf, as Limits.Output does. The error is one
// to return at once, without writing.
func (c *Call) WillWrite(n int) error { return c.rt.written(n) }

// Crowded reports whether the run has used three quarters of what one of its limits lets it have at once: Tasks, Timers or Files. A
// builtin that starts something whenever somebody outside asks, as a server does, turns them away then: their number is not the script's
// doing, and what is left is for what is under way. Each task counts as two timers, as one that has just been started may yet set some.
func (c *Call) Crowded() bool {
	lim, rt := c.task.run.lim, c.rt
	if lim == nil {
		return false
	}
	near := func(n, most int) bool { return most > 0 && n >= most-most/4 }
	l := &rt.limits
	return near(lim.Alive(), l.Tasks) || near(lim.files.Open(), l.Files) || near(2*lim.Alive(), l.Timers) ||
		near(rt.loop.Timers(), l.Timers) && near(lim.timers(), l.Timers)
}

// timers counts those of the run that are set.
func (lim *limiter) timers() int {
	return lim.r.rt.loop.TimersOf(func(t *sched.Task) bool { return taskOf(t).run == lim.r })
}

// MaxText is the length of the longest string that there may be, in bytes: who reads something larger need not read on.
func (c *Call) MaxText() int { return c.rt.limits.MaxText() }

// source is the error of a source text that is too large to be compiled under the limits.
func (rt *Runtime) source(n int) error {
	if bytes, ok := rt.limits.Compiling(n); !ok {
		return &Error{Kind: KindLimit, Msg: fmt.Sprintf("limit exceeded: Memory (%d): a source of %d bytes takes %d or more to compile", rt.limits.Memory, n, bytes)}
	}
	return nil
}

// reserve says that n bytes are about to be taken off the loop until release is called: as what was made of them by then.
func (rt *Runtime) reserve(n int) (release func(), err error) {
	if err := rt.limited(func(lim *limiter) error { return lim.Memory(n) }); err != nil {
		return nil, err
	}
	rt.mem.Reserve(n)
	return func() { rt.mem.Reserve(-n) }, nil
}
