package interp

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/lull-lua/lull/interp/internal/lualib"
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
	// What is large (a concatenation, an array that grows) is looked at before it is made.
	Memory int
	Tasks  int // alive at once, daemons included
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
// it. What the run has put into globals stays.
//
// A script is compiled before it runs: with a Memory, RunString, RunFile and load refuse a source of more than 1/100 of it.
// Go functions of the host's are not interrupted, and what they allocate is the host's to bound.
func WithLimits(l Limits) Option {
	return func(c *config) error {
		for _, n := range []int{l.Instructions, l.Memory, l.Tasks, l.Timers, l.Files, l.CallDepth, l.Output, int(min(l.Time, 1)), l.StringSize} {
			if n < 0 {
				return errors.New("WithLimits: a limit is negative; zero means none")
			}
		}
		c.limits = l
		return nil
	}
}

// sourceFactor is how many bytes compiling may take for one of source text.
const sourceFactor = 100

// limiter is what a run has used. For the loop's side.
type limiter struct {
	r       *run
	steps   int // spent
	looked  int // steps at the last look
	output  int // bytes written
	tasks   int // alive, daemons included
	files   lualib.OpenFiles
	timers  int // of all runs, at which those of this one are counted
	base    int // bytes that the runtime reached when the run began
	heap    int // of the process, when the run began; 0: begin has not been called
	timer   *time.Timer
	over    *Error           // the limit that was crossed
	by      *sched.Cancelled // which cancels the run
	allowed int              // steps until cleanups are cut
	dead    bool             // they are
}

// unsureFor is at how many runs' beginnings the estimate is made anew after much was allocated.
const unsureFor = 3

// unasked is how many bytes work off the loop may take of a limited memory without asking.
const unasked = 8 << 10

// Reserve says that n bytes of memory are about to be taken by what [Call.Block] calls, where WithLimits does not see them, until that
// has returned: ctx is the context that it was given. It is called off the loop, and waits for it. The error is to be returned by the
// builtin, and ends the run where its limit is crossed. Without a limit of memory it costs nothing.
func Reserve(ctx context.Context, n int) error {
	b, ok := ctx.Value(blockedKey{}).(*blocked)
	if !ok {
		return errors.New("interp: Reserve: this is no context that Block gives")
	}
	if b.lim == nil || b.rt.cfg.limits.Memory == 0 {
		return nil
	}
	if b.asks += n; b.asks <= unasked {
		return nil
	}
	n, b.asks = b.asks, 0
	answer := make(chan error, 1)
	b.rt.loop.Post(func() {
		if b.over {
			return // it was given up
		}
		b.reserved += n
		b.rt.mem.reserved += n
		if b.lim.room(0) {
			answer <- nil
		} else {
			answer <- errMemory
		}
	})
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// release gives back what the work has reserved. It is called in the turn of the task that goes on with what was made of it.
func (b *blocked) release() {
	b.rt.mem.reserved -= b.reserved
	b.reserved = 0
}

// reserve says that n bytes are about to be taken off the loop until release is called: as what was made of them by then.
func (rt *Runtime) reserve(n int) (release func(), err error) {
	if err := rt.limited(func(lim *limiter) error { return lim.memory(n) }); err != nil {
		return nil, err
	}
	rt.mem.reserved += n
	return func() { rt.mem.reserved -= n }, nil
}

// memory is what was last known of the memory that the runtime reaches, and of the process's.
type memory struct {
	size      int // estimate
	reserved  int // beyond that: see Reserve
	unsure    int // at how many runs' beginnings to make it anew: what was there may soon be gone
	allocated int // by the process when the estimate was made, stacks included
	collected int // allocated when a collection was last asked for
	samples   []metrics.Sample
}

// limiting reports whether runs have limits.
func (rt *Runtime) limiting() bool { return rt.cfg.limits != Limits{} }

// vmLimits are the limits as the machine asks about them.
func (rt *Runtime) vmLimits() *vm.Limits {
	if !rt.limiting() {
		return nil
	}
	l := &rt.cfg.limits
	v := &vm.Limits{
		Meter: rt.meter,
		Room:  func(n int) error { return rt.limited(func(lim *limiter) error { return lim.memory(n) }) },
		Text:  rt.maxText(),
		Long: func(n int) error {
			if l.StringSize > 0 && n > l.StringSize {
				return rt.exceed("StringSize", l.StringSize)
			}
			return rt.exceed("Memory", l.Memory)
		},
		Depth: l.CallDepth,
		Deep:  func() error { return rt.exceed("CallDepth", l.CallDepth) },
	}
	if l.Memory > 0 {
		v.GoCalls = max(200, l.Memory/(16<<10))
	}
	return v
}

// maxText is the length of a string that nothing may exceed.
func (rt *Runtime) maxText() int {
	n := 1 << 30
	if l := rt.cfg.limits; l.StringSize > 0 {
		n = min(n, l.StringSize)
	}
	if l := rt.cfg.limits; l.Memory > 0 {
		n = min(n, l.Memory)
	}
	return n
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
	rt, l := r.rt, &r.rt.cfg.limits
	lim := &limiter{r: r, timers: l.Timers}
	lim.files.Most = l.Files
	if l.Time > 0 {
		lim.timer = time.AfterFunc(l.Time, func() {
			rt.loop.Post(func() {
				if lim.tasks > 0 {
					_ = lim.exceed("Time", l.Time) // the cancellation reaches every task
				}
			})
		})
	}
	return lim
}

// begin notes what there is of memory before the run takes more. That it is done at the first look, not at once, makes less
// than a MB: what takes more in the steps until then is asked about. Most calls of a host's are over sooner.
func (lim *limiter) begin() {
	rt, l := lim.r.rt, &lim.r.rt.cfg.limits
	heap, allocated := rt.mem.read()
	if rt.mem.unsure > 0 && heap > l.Memory && heap < 4*l.Memory { // what the last runs left is not this one's
		runtime.GC()
		heap, allocated = rt.mem.read()
	}
	lim.heap = max(1, heap)
	allocating := allocated-rt.mem.allocated > l.Memory/16
	if heap > l.Memory/16 && (allocating || rt.mem.unsure > 0) {
		rt.measure(math.MaxInt / 2)
	}
	if rt.mem.unsure = max(0, rt.mem.unsure-1); allocating {
		rt.mem.unsure = unsureFor
	}
	rt.mem.size = min(rt.mem.size, heap) // an estimate from before a collection is no base: it would be granted once more
	lim.base = rt.mem.size
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
		rt.spender.steps += n
	}
}

// grant is how many steps there may be until the next look.
func (lim *limiter) grant() int {
	const most = 4096
	if lim == nil {
		return most
	}
	left := most + lim.looked - lim.steps
	switch n := lim.r.rt.cfg.limits.Instructions; {
	case lim.over != nil:
		left = min(left, lim.allowed-lim.steps)
	case n > 0:
		left = min(left, n-lim.steps+1)
	}
	return max(left, 1)
}

// meter is vm.Limits.Meter.
func (rt *Runtime) meter(spent int) (int, error) {
	rt.spent += uint64(spent)
	t := rt.current()
	if t == nil || t.run.lim == nil {
		return (*limiter)(nil).grant(), nil
	}
	lim := t.run.lim
	lim.steps += spent
	lim.looked = lim.steps
	err := lim.look(t)
	return lim.grant(), err
}

// look is where a computing task of the run sees that it must end.
func (lim *limiter) look(t *Task) error {
	l := &lim.r.rt.cfg.limits
	if lim.over == nil {
		if l.Instructions > 0 && lim.steps > l.Instructions {
			return lim.exceed("Instructions", l.Instructions)
		}
		return lim.memory(0)
	}
	if c := t.s.Pending(); c != nil && !lim.dead {
		return c // it is in no cleanup
	}
	if lim.steps > lim.allowed || lim.memory(0) != nil {
		lim.kill()
	}
	if lim.dead {
		return lim.by
	}
	return nil
}

// exceed ends the run: it returns the cancellation for the task that has crossed the limit.
func (lim *limiter) exceed(limit string, most any) error {
	r := lim.r
	rt := r.rt
	if lim.over != nil {
		return lim.by
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
	lim.over = e
	lim.by = &sched.Cancelled{Reason: e.Msg, Cause: e, Interrupts: true, Final: true}
	grace := min(time.Second, rt.cfg.cleanup)
	if t := rt.cfg.limits.Time; t > 0 {
		grace = min(grace, t/2)
	}
	lim.allowed = lim.steps + 1_000_000
	if n := rt.cfg.limits.Instructions; n > 0 {
		lim.allowed = lim.steps + min(1_000_000, n/4)
	}
	lim.close()
	lim.timer = time.AfterFunc(grace, func() { rt.loop.Post(lim.kill) })
	if r.over() { // daemons alone are left
		rt.leave(e)
	}
	rt.loop.All(func(s *sched.Task) {
		if t := taskOf(s); t.run == r && t.leads() {
			s.Cancel(lim.by)
		}
	})
	return lim.by
}

// kill ends cleanups as well.
func (lim *limiter) kill() {
	if lim.dead {
		return
	}
	lim.dead = true
	lim.r.rt.loop.All(func(s *sched.Task) {
		if t := taskOf(s); t.run == lim.r {
			s.Kill(lim.by)
		}
	})
}

// started counts a task of the run, which has just been started.
func (lim *limiter) started(t *Task) {
	lim.tasks++
	if lim.dead {
		t.s.Kill(lim.by)
	}
}

// ended counts a task's end; with the last one the run has no more to be watched for.
func (lim *limiter) ended() {
	if lim.tasks--; lim.tasks == 0 {
		lim.close()
		lim.r.rt.tally()
		if lim.r.rt.spender == lim {
			lim.r.rt.spender = nil
		}
	}
}

// taskRoom is asked before the run starts a task.
func (lim *limiter) taskRoom() error {
	if n := lim.r.rt.cfg.limits.Tasks; n > 0 && lim.tasks >= n {
		return lim.exceed("Tasks", n)
	}
	return nil
}

// timerRoom is asked before the running task sets a timer. Those of this run are only counted when there are so many of all.
func (rt *Runtime) timerRoom() error {
	return rt.limited(func(lim *limiter) error {
		most := rt.cfg.limits.Timers
		if most == 0 || rt.loop.Timers() < lim.timers {
			return nil
		}
		n := rt.loop.TimersOf(func(t *sched.Task) bool { return taskOf(t).run == lim.r })
		if n >= most {
			return lim.exceed("Timers", most)
		}
		lim.timers = rt.loop.Timers() + most - n
		return nil
	})
}

// openFiles counts what the running task's run has open, or is nil.
func (rt *Runtime) openFiles() *lualib.OpenFiles {
	if t := rt.current(); t != nil && t.run.lim != nil && rt.cfg.limits.Files > 0 {
		return &t.run.lim.files
	}
	return nil
}

// written counts n bytes that the running task is about to write.
func (rt *Runtime) written(n int) error {
	return rt.limited(func(lim *limiter) error { return lim.written(n) })
}

func (lim *limiter) written(n int) error {
	most := lim.r.rt.cfg.limits.Output
	if most == 0 {
		return nil
	}
	if lim.output += n; lim.output > most {
		return lim.exceed("Output", most)
	}
	return nil
}

// WillWrite counts n bytes, which a builtin is about to write somewhere on the script's behalf, as Limits.Output does. The error is one
// to return at once, without writing.
func (c *Call) WillWrite(n int) error { return c.rt.written(n) }

// MaxText is the length of the longest string that there may be, in bytes: who reads something larger need not read on.
func (c *Call) MaxText() int { return c.rt.maxText() }

// maxSource is how long a source text may be, in bytes: enough to be refused.
func (rt *Runtime) maxSource(most int) int {
	if l := rt.cfg.limits.Memory; l > 0 {
		return min(most, l/sourceFactor+1)
	}
	return most
}

// source is the error of a source text that is too large to be compiled under the limits.
func (rt *Runtime) source(n int) error {
	if l := rt.cfg.limits.Memory; l > 0 && n > l/sourceFactor {
		return &Error{Kind: KindLimit, Msg: fmt.Sprintf("limit exceeded: Memory (%d): a source of %d bytes takes %d or more to compile", l, n, sourceFactor*n)}
	}
	return nil
}

// read is how much the process has on its heap and stacks, and has ever allocated.
func (m *memory) read() (heap, allocated int) {
	if m.samples == nil {
		m.samples = []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/gc/heap/allocs:bytes"}}
	}
	metrics.Read(m.samples)
	n := func(i int) int { return int(m.samples[i].Value.Uint64()) }
	return n(0) + n(1), n(2) + n(1)
}

// memory ends the run if the runtime reaches too much, or would with n bytes more.
func (lim *limiter) memory(n int) error {
	if !lim.room(n) {
		return lim.exceed("Memory", lim.r.rt.cfg.limits.Memory)
	}
	return nil
}

// room reports whether the runtime may reach n bytes more. What it reaches cannot exceed the process's heap, nor have grown by more
// than was allocated since it was last estimated.
func (lim *limiter) room(n int) bool {
	rt := lim.r.rt
	most := rt.cfg.limits.Memory
	if most == 0 {
		return true
	}
	if lim.heap == 0 {
		lim.begin()
	}
	limit := most
	if lim.over != nil {
		limit += most / 4 // for cleanups
	}
	m := &rt.mem
	n += m.reserved
	heap, allocated := m.read()
	if heap+n <= limit {
		return true
	}
	grown := allocated - m.allocated + n
	if grown >= most/16 && m.size-lim.base+grown > limit {
		m.unsure = unsureFor
		if !rt.measure(lim.base+limit-n) || m.size-lim.base+n > limit {
			return false
		}
	}
	// What is large, or a machine with much else to do, would let the heap grow beyond what the collector aims at.
	if heap+n > lim.heap+most+most/2 && lim.heap < 4*most && allocated-m.collected > most/4 {
		runtime.GC()
		_, m.collected = m.read()
	}
	return true
}

// measure estimates what the runtime reaches; false: it is more than most.
func (rt *Runtime) measure(most int) bool {
	s := vm.NewSizer(most, rt.sizeObject)
	s.Machine(rt.vm)
	rt.libs.Size(s)
	rt.loop.All(func(st *sched.Task) { rt.sizeTask(s, taskOf(st)) })
	for r := range rt.runs {
		for _, t := range r.failed {
			rt.sizeTask(s, t)
		}
		for j := range r.jobs.All() {
			rt.sizeObject(s, j)
		}
	}
	s.Bytes(256 * len(rt.resources))
	for h := range rt.holders {
		rt.sizeObject(s, h)
	}
	ok := s.Run()
	rt.mem.size = s.Total()
	_, rt.mem.allocated = rt.mem.read()
	return ok
}

// recent is the estimate, made anew if that takes a moment, or much was allocated since, or it cannot be true any more.
func (m *memory) recent(rt *Runtime) int {
	if heap, allocated := m.read(); m.size < 4<<20 || allocated-m.allocated > m.size/4 || m.size > heap {
		rt.measure(math.MaxInt / 2)
	}
	return m.size
}

func (rt *Runtime) sizeTask(s *vm.Sizer, t *Task) {
	if t == nil || s.Seen(t) {
		return
	}
	s.Bytes(512)
	if t.rare != nil {
		s.Bytes(128 + 16*cap(t.rare.watchers) + 16*cap(t.rare.carried))
		for _, c := range t.rare.carried {
			rt.sizeTask(s, c.failed)
		}
		s.Text(t.rare.name)
	}
	if t.item != nil {
		s.Bytes(48)
		if t.item.value != nil {
			s.Value(t.item.value)
		}
	}
	if t.fn != nil {
		s.Value(t.fn)
	}
	for _, v := range t.vals {
		s.Value(v)
	}
	s.Thread(t.th)
	s.Packed(t.wait)
	if t.rare != nil {
		s.Thread(t.rare.at)
	}
	rt.sizeError(s, t.err)
	if by := t.s.CancelledBy(); by != nil {
		s.Text(by.Reason)
	}
	if t.ud.Value != nil {
		s.Value(&t.ud)
	}
}

func (rt *Runtime) sizeError(s *vm.Sizer, e *Error) {
	for next := []*Error{e}; len(next) > 0; {
		e := next[len(next)-1]
		next = next[:len(next)-1]
		if e == nil || s.Seen(e) {
			continue
		}
		s.Bytes(400 + 64*len(e.Frames) + 8*cap(e.Others) + 48*cap(e.fields))
		s.Text(e.Msg)
		if e.Value.lv != nil {
			s.Value(e.Value.lv)
		}
		for _, f := range e.fields {
			if f.lv != nil {
				s.Value(f.lv)
			}
		}
		next = append(append(next, e.Others...), e.behind, e.as, e.first)
	}
}

// Container is a Go value that scripts hold as an object (see [Type]) and that itself holds values of theirs: WithLimits counts
// them. What else the object takes is the host's.
type Container interface {
	// Contents calls yield for each of the values, on the loop. It may be called at any time, and calls no Lua.
	Contents(yield func(v Value))
}

// holding says that h, a Container or a Nursery, has values until it is deleted from the holders. It is for what the builtin has
// that opened it: no value leads there.
func (rt *Runtime) holding(h any) {
	if !rt.limiting() {
		return
	}
	if rt.holders == nil {
		rt.holders = map[any]struct{}{}
	}
	rt.holders[h] = struct{}{}
}

// sizeObject adds what the value of a userdata holds.
func (rt *Runtime) sizeObject(s *vm.Sizer, v any) {
	switch x := v.(type) {
	case *Task:
		rt.sizeTask(s, x)
	case *Error:
		rt.sizeError(s, x)
	case *Job:
		if s.Seen(x) {
			return
		}
		s.Bytes(256)
		s.Value(x.fn)
		for _, a := range x.args {
			s.Value(a)
		}
	case *Nursery:
		for _, e := range x.failed {
			rt.sizeError(s, e)
		}
		for _, t := range x.aside {
			rt.sizeTask(s, t)
		}
		if x.Contents != nil {
			rt.sizeObject(s, x.Contents)
		}
	case Container:
		s.Bytes(128 + sizeOfObject(v))
		rt.guard(rt.running(), "Contents of a Container", func() {
			x.Contents(func(v Value) {
				s.Bytes(40)
				s.Value(v.lua())
			})
		})
	default:
		n, ok := lualib.SizeOf(v)
		if !ok {
			n = sizeOfObject(v)
		}
		s.Bytes(n)
	}
}

// sizeOfObject is what a host's or builtin's object takes, with something for what it points to.
func sizeOfObject(v any) int {
	const pointsTo = 48
	if t := reflect.TypeOf(v); t.Kind() == reflect.Pointer {
		return pointsTo + int(t.Elem().Size())
	}
	return pointsTo
}

// counted is standard error as scripts write to it.
type counted struct{ rt *Runtime }

func (w counted) Write(p []byte) (int, error) {
	if err := w.rt.written(len(p)); err != nil {
		return 0, err
	}
	return w.rt.stderr(w.rt.running()).Write(p)
}
