package interp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/meter"
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// kin is what a runtime and its isolates share. There is none before the first isolate.
type kin struct {
	first   *Runtime
	group   *sched.Group
	signals sync.Mutex // held while the host's function of WithSignals is called
	out     sync.Mutex // held while one of them writes to the host's streams

	mu    sync.Mutex
	all   map[*Runtime]struct{} // the isolates that have begun and have not closed
	begun uint64                // how many there were

	counting sync.Mutex
	counted  map[any]*Runtime // which of them counts the memory of an object that several have
}

// counts reports whether an object, which several runtimes may have, is rt's to count.
func (k *kin) counts(o any, rt *Runtime) bool {
	k.counting.Lock()
	defer k.counting.Unlock()
	by := k.counted[o]
	if by == nil {
		k.counted[o], by = rt, rt
	}
	return by == rt
}

// uncounted has others count what rt did: before it counts anew, or when it has closed.
func (k *kin) uncounted(rt *Runtime) {
	k.counting.Lock()
	defer k.counting.Unlock()
	maps.DeleteFunc(k.counted, func(_ any, by *Runtime) bool { return by == rt })
}

// kinship is the runtime's kin. It is for the loop's side.
func (rt *Runtime) kinship() *kin {
	if rt.kin == nil {
		k := &kin{first: rt, all: map[*Runtime]struct{}{}, counted: map[any]*Runtime{}}
		k.group = rt.loop.Group(rt.cores(), k.stuck)
		rt.out.Lock = &k.out
		rt.kin = k
		rt.relatives.Store(k)
	}
	return rt.kin
}

// isolated calls fn for the isolates of a runtime, and theirs, from any goroutine.
func (rt *Runtime) isolated(fn func(*Runtime)) {
	k := rt.relatives.Load()
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for x := range k.all {
		fn(x)
	}
}

// hurry has isolates that compute give up their turns, in virtual time as well, for one that something outside is to end. It may be called from any
// goroutine.
func (rt *Runtime) hurry() {
	if k := rt.relatives.Load(); k != nil {
		k.group.Hurry()
	}
}

// lists notes that an isolate has begun, or has closed.
func (k *kin) lists(rt *Runtime, begun bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if begun {
		k.begun++
		rt.isolate.nth = k.begun
		k.all[rt] = struct{}{}
	} else {
		delete(k.all, rt)
	}
}

// WithCores sets how many isolates of a runtime may compute at once, those of its isolates with them; see [Isolates]. The default is
// runtime.GOMAXPROCS(0). One that waits does not count, and those that compute for long take turns.
func WithCores(n int) Option {
	return func(c *config) error {
		if n < 1 {
			return errors.New("WithCores: at least one is needed")
		}
		c.cores = n
		return nil
	}
}

// WithSeed has math.random give other numbers than those that every runtime begins with, and the runtime's isolates theirs after it: the same for the same seed.
func WithSeed(seed uint64) Option {
	return func(c *config) error {
		c.seed, c.seeded = seed, true
		return nil
	}
}

func (rt *Runtime) cores() int {
	if rt.cfg.cores > 0 {
		return rt.cfg.cores
	}
	return runtime.GOMAXPROCS(0)
}

// Cores is how many isolates may compute at once; see [WithCores].
func (c *Call) Cores() int { return c.rt.cores() }

// Concurrent marks what the options register: functions, modules, loaders and modules of gopher-lua's that several runtimes may use at
// once. The isolates of a runtime have those alone, as each runs on its own; see [Isolates]. The builtins of package builtins are marked.
func Concurrent(opts ...Option) Option {
	return func(c *config) error {
		modules, preloads, loaders := len(c.modules), len(c.preload), len(c.loaders)
		if err := Combine(opts...)(c); err != nil {
			return err
		}
		for i := range c.modules[modules:] {
			c.modules[modules+i].concurrent = true
		}
		for i := range c.preload[preloads:] {
			c.preload[preloads+i].concurrent = true
		}
		for i := range c.loaders[loaders:] {
			c.loaders[loaders+i].concurrent = true
		}
		return nil
	}
}

// Isolates makes isolates for a builtin's call: runtimes beside the one that the call is in, with globals, tasks and a loop of their
// own, which run at the same time. They have what that runtime was granted: its modules that are marked by [Concurrent], loaders, files,
// network, environment, arguments and limits; of the limits, instructions, output, tasks and files add up, and memory is each one's and that of all. Standard input stays
// the first runtime's; what all of them write goes to its streams, whole lines at a time. A tracer that is an
// [IsolateTracer] says who is told what their tasks do.
//
// In virtual time, and on a manual clock, a runtime and its isolates are on one clock, and one of them runs at a time, in the order in which
// they became ready. A deadlock is one of all of them.
type Isolates struct {
	task *Task // for whose call they are
	rt   *Runtime
	seed uint64
	held int
}

// Holds counts n bytes, of packed values that the builtin keeps, as memory of the call's run, until Release. It is for the loop's side.
func (s *Isolates) Holds(n int) {
	s.held += n
	s.rt.mem.Reserve(n)
	if lim := s.task.run.lim; lim != nil {
		_ = lim.Memory(0) // the cancellation reaches every task
	}
}

// Release gives back what Holds has counted.
func (s *Isolates) Release() {
	s.rt.mem.Reserve(-s.held)
	s.held = 0
}

// Isolates is for the isolates of this call. Where the task is ended by anything, its builtin cancels them, and returns after the last has
// closed: [Waiters.WaitFirm] waits for that.
func (c *Call) Isolates() *Isolates {
	c.rt.isolations++
	return &Isolates{task: c.task, rt: c.rt, seed: mix(c.rt.lineage, c.rt.isolations)}
}

// mix is a number of two others, which tells them apart.
func mix(a, b uint64) uint64 { // SplitMix64's
	z := a ^ b*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// mostNested is how deep isolates may be made in isolates. Each waits for the one that it has made, so that nothing else ends them.
const mostNested = 200

// Isolate is one of them.
type Isolate struct {
	rt  *Runtime
	of  *Isolates
	nth uint64 // of the kin's
	bad error  // it could not be made

	mu   sync.Mutex // guards what follows
	name string
	told func(err error) // of Close
}

// New makes an isolate; name is how tracebacks and deadlocks call it, "isolate of 'map', item 3". It is for the loop's side, also
// between two turns, and must be closed.
func (s *Isolates) New(name string) (*Isolate, error) {
	if s.rt.depth >= mostNested {
		return nil, Errorf(KindError, "isolates are nested %d deep, which is the most: does a function run itself in an isolate without end?", mostNested)
	}
	r := s.task.run
	if r.lim != nil {
		if err := r.lim.Task(); err != nil {
			return nil, err
		}
		if err := r.lim.Memory(meter.IsolateSize); err != nil {
			return nil, err
		}
	}
	k := s.rt.kinship()
	cfg, err := s.rt.cfg.sibling(k)
	if err != nil {
		return nil, err
	}
	for _, tr := range s.rt.tracers {
		it, ok := (*tr).(IsolateTracer)
		if !ok {
			continue
		}
		s.rt.guard(r, "Isolate of a tracer", func() {
			if own := it.Isolate(s.task, name); own != nil {
				cfg.tracers = append(cfg.tracers, own)
			}
		})
	}
	i := &Isolate{name: name, of: s}
	i.rt = newRuntime(cfg)
	i.rt.kin, i.rt.isolate, i.rt.depth = k, i, s.rt.depth+1
	if err := i.rt.openLoop(k.group); err != nil {
		return nil, err
	}
	if r.lim != nil {
		r.lim.Started()
	}
	s.rt.family(1)
	s.rt.workers.Go(i.lives)
	return i, nil
}

// family is told of an isolate more, or less, of the runtime's: while there is one, what a script has not ended a line of waits.
func (rt *Runtime) family(n int) {
	rt.isolates += n
	rt.out.Lines = rt.isolate != nil || rt.isolates > 0
}

// SetName gives the isolate another name. It is for between two runs of it.
func (i *Isolate) SetName(name string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.name = name
}

// called is its name.
func (i *Isolate) called() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.name
}

// lives is the isolate's goroutine.
func (i *Isolate) lives() {
	i.rt.loop.Run()
	err := i.bad
	if err == nil {
		err = i.rt.closeRest()
	}
	i.mu.Lock()
	told := i.told
	i.mu.Unlock()
	i.rt.kin.lists(i.rt, false)
	i.rt.kin.uncounted(i.rt)
	by := i.of.rt
	by.loop.Post(func() {
		by.family(-1)
		if lim := i.of.task.run.lim; lim != nil {
			lim.ended()
		}
		by.guard(i.of.task.run, "the function of Isolate.Close", func() { told(err) })
	})
	i.rt.loop.Leave()
}

// Start runs a builtin as the main task of a run of the isolate's, in which it may do all that a builtin may; name is what it is called in
// tracebacks. math.random begins anew, by the number of the call among those of the task's runtime and the number n of the work: so what it gives does not
// depend on which isolate does what. When the run has ended, as [Runtime.Run] would have returned, ended is called on the loop of the runtime that made the
// isolate, between two turns. failed is nil if all went well.
func (i *Isolate) Start(name string, n int, fn Func, ended func(failed *IsolateError)) {
	rt, by := i.rt, i.of.rt
	back := func(failed *IsolateError) {
		by.loop.Post(func() {
			if lim := i.of.task.run.lim; lim != nil && failed != nil && failed.over != nil {
				_ = lim.cross(failed.over) // the cancellation reaches every task
			}
			by.guard(i.of.task.run, "the function of Isolate.Start", func() { ended(failed) })
		})
	}
	parent := i.of.task.run
	var pool *meter.Pool
	var files *lualib.OpenFiles
	if parent.lim != nil {
		pool, files = parent.lim.Pooled(), parent.lim.files
	}
	rt.loop.Post(func() {
		if i.bad != nil {
			back(&IsolateError{Err: i.bad})
			return
		}
		r := &run{rt: rt, ctx: context.WithoutCancel(parent.ctx), done: make(chan struct{}), pool: pool, files: files}
		r.told = func(errs []error) { back(i.failed(r, errs)) }
		find := func() (*lua.LFunction, error) { return rt.newFunction(Def{Name: name, Outside: true, fn: fn}), nil }
		rt.lineage, rt.isolations = mix(i.of.seed, uint64(n)), 0
		rt.libs.Seed(rt.lineage)
		if err := r.start(find, nil); err != nil {
			back(&IsolateError{Err: err})
			return
		}
		if r.lim != nil {
			r.lim.Whole(rt.shared)
		}
	})
}

// Cancel cancels what runs in the isolate as a host cancels a run: cleanups have their grace, what computes is cut after 50 ms. Without a
// reason it is that for which the call's task is being cancelled.
func (i *Isolate) Cancel(reason string) {
	by := &sched.Cancelled{Reason: reason, Cause: ErrCancelled}
	if c := i.of.task.s.Pending(); reason == "" && c != nil {
		by = &sched.Cancelled{Reason: c.Reason, Cause: c.Cause}
	}
	i.rt.loop.Post(func() {
		for r := range i.rt.runs {
			r.cancelAs(by)
		}
	})
}

// Close ends the isolate when what it runs has ended, its daemons with it; closed is called as ended of Start is, when nothing of
// it is left. It is called once.
func (i *Isolate) Close(closed func(err error)) {
	i.mu.Lock()
	i.told = closed
	i.mu.Unlock()
	i.rt.loop.Post(func() {
		if i.bad != nil {
			i.rt.loop.Stop()
			return
		}
		i.rt.shut()
	})
}

// cancelAs is cancel for a cancellation that has come from another runtime.
func (r *run) cancelAs(by *sched.Cancelled) {
	if e := (*Error)(nil); errors.As(by.Cause, &e) && e.Kind == KindLimit && r.lim != nil {
		r.lim.cross(&Error{Kind: e.Kind, Msg: e.Msg})
		return
	}
	r.cancelFor(by.Reason, by.Cause)
}

// stuck is told that no task of any of them can go on: all of them stand still until it returns. The run of the first ends with a deadlock
// whose list has them all.
func (k *kin) stuck(loops []*sched.Loop) (then func()) {
	var lines []string
	for _, l := range loops {
		rt := l.Host().(*Runtime)
		for _, line := range rt.whereabouts() {
			if rt.isolate != nil {
				line = rt.isolate.called() + ": " + line
			}
			if len(lines) < mostPlaces {
				lines = append(lines, line)
			} else if len(lines) == mostPlaces {
				lines = append(lines, "... and more")
			}
		}
	}
	all := slices.Clone(loops)
	return func() {
		first := all[0].Host().(*Runtime)
		first.loop.Post(func() {
			if first.kill("deadlock", KindDeadlock, deadlocked, lines) {
				return
			}
			for _, l := range all {
				l.Post(func() { l.Host().(*Runtime).killCleanups("deadlock") })
			}
		})
	}
}

// IsolateError is what went wrong in an isolate, for the runtime that made it; see [Call.Raises].
type IsolateError struct {
	// Err is an error of Go's, where it is none of the script's.
	Err error
	// Cancelled says that the isolate was cancelled, and nothing else is to be told.
	Cancelled bool
	// Own says that the function has failed by itself: no cancellation stands behind its error.
	Own bool

	p    *Packed // the errors
	name string  // the isolate's
	over *Error  // a limit that was crossed
}

// failed makes what the maker is told of the end of a run.
func (i *Isolate) failed(r *run, errs []error) *IsolateError {
	cancelled := r.cutByHost
	if len(errs) == 0 && !cancelled {
		return nil
	}
	f := &IsolateError{name: i.called(), Cancelled: cancelled && len(errs) == 0, Own: r.main.err != nil && !r.main.err.unwinding()}
	if r.lim != nil && r.lim.crossed != nil {
		f.over = &Error{Kind: r.lim.crossed.Kind, Msg: r.lim.crossed.Msg}
	}
	var all []*Error
	for _, err := range errs {
		if x, ok := err.(ExitError); ok {
			err = &Error{Kind: KindError, Msg: fmt.Sprintf("isolate ended with status %d", x.Code)}
		}
		all = append(all, i.rt.own(asError(err)))
	}
	if p := vm.Guard("an error of an isolate", func() { f.p = i.rt.packErrors(all) }); p != nil {
		f.Err = newError(p)
	}
	i.rt.partTexts = nil
	return f
}
