package interp

import (
	"context"
	"errors"
	"math"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/list"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Resource is something that a builtin has opened for a script (a process, a connection, a watcher, a temporary folder) and that is
// closed at the latest when the task has ended that opened it, whatever its end; the main task's, when its run ends. The latest is closed
// first, and the task counts as ended when all are.
//
// A resource that a task returns, as its values or as fields of a table among them, an iterator over it too, goes to the task that receives these, by await, gather or any
// other builtin; until one has, it is the run's. A resource that was opened inside a [Scope] that Closes is closed when that ends by an error or
// by its own cancellation. Files of io.open and io.popen are no resources: as in Lua 5.1 they are closed when they were dropped, and a
// handle may be left in a global.
//
// It is for the loop's side.
type Resource struct {
	rt    *Runtime
	name  string
	obj   any // what scripts hold of it; nil: nothing that could be returned
	close func(ctx context.Context) error
	begin func() func(ctx context.Context) error // of a stream, instead of close
	parts []*Resource

	stays bool // see Stays
	takes int  // see Takes

	in   *opened // who closes it; nil: it is closed, or being closed
	link list.Link[Resource]
	nth  uint64 // of those that the runtime has opened
	made Site
}

// opened are the resources of a task, a run or a runtime, in the order in which they were opened.
type opened struct{ list list.List[Resource] }

// Defer has fn called when the task that runs ends, unless [Resource.Release] was called before: off the loop, with a context that ends
// when the runtime's grace is over. name says what it is, for lists of tasks. obj, unless nil, is the pointer that scripts hold as an
// object (see [Type]), or the string that nothing else has, as the path of a temporary folder: by it the runtime sees that a task returns what it has opened. An error of fn is told by Close of the runtime,
// as no script is there to see it.
func (c *Call) Defer(name string, obj any, fn func(ctx context.Context) error) *Resource {
	r := &Resource{rt: c.rt, name: name, obj: obj, close: fn, made: c.Site()}
	c.rt.holdsOpen(c.task, r)
	return r
}

// For says what scripts hold of it, where that was made after it: the obj of [Call.Defer], or a [Value] that is a function. A function
// of [Call.NewFunction] that has captured such an object is one to hold it by as well. The runtime holds obj until it
// is closed: an object that the collector is to find when scripts have dropped it has a method Resource() *Resource instead.
func (r *Resource) For(obj any) {
	if r.in == nil {
		return
	}
	if v, ok := obj.(Value); ok {
		obj = v.lua()
	}
	delete(r.rt.resources, r.obj)
	if r.obj = obj; r.rt.resources == nil {
		r.rt.resources = map[any]*Resource{}
	}
	r.rt.resources[obj] = r
}

// Release says that the builtin has closed it, or is about to: nobody else does then. It reports false where it was closed, or is being
// closed, already.
func (r *Resource) Release() bool {
	if r.in == nil {
		return false
	}
	r.forget()
	return true
}

// Close closes it now, if nobody has, and waits for that whatever else comes, for at most the grace period. An error is told as that of
// one that the end of a task closes.
func (c *Call) Close(r *Resource) {
	if r.in != nil {
		c.waitClosed(r.ends())
	}
}

// Keep makes it the run's, as `keep = true` says: it is closed when that ends, and no task's end closes it.
func (r *Resource) Keep() {
	if r.in != nil {
		r.moveTo(r.rt.kept(r.rt.running()))
	}
}

// Stays says that it is there until its task ends, as scripts have no way to close it: it is no leftover; see [Call.Leftovers].
func (r *Resource) Stays() { r.stays = true }

// Takes says that it takes n bytes of memory by now, on no heap of Go's and in no value of a script's: WithLimits counts them until it is closed. The error
// is one to return at once.
func (r *Resource) Takes(n int) error {
	if r.in == nil {
		return nil
	}
	more := n - r.takes
	r.takes = n
	r.rt.mem.Reserve(more)
	if more <= 0 {
		return nil
	}
	return r.rt.took(more)
}

// MemoryLeft is how many bytes the run may take, by the last estimate, until it has crossed Limits.Memory; math.MaxInt where there is no such limit.
func (c *Call) MemoryLeft() int {
	if lim := c.task.run.lim; lim != nil {
		return lim.Left()
	}
	return math.MaxInt
}

// Name is what it was called when it was opened.
func (r *Resource) Name() string { return r.name }

// Opened names what the task has opened, and not closed yet, oldest first; of a main task, also what is its run's.
func (t *Task) Opened() []string {
	var names []string
	of := []*opened{t.opened()}
	if t.run != nil && t == t.run.main {
		of = append(of, t.run.opened)
	}
	for _, o := range of {
		if o != nil {
			for r := range o.list.All() {
				names = append(names, r.name)
			}
		}
	}
	return names
}

func (t *Task) opened() *opened {
	if t.rare == nil {
		return nil
	}
	return t.rare.opened
}

// holdsOpen makes r one of t's.
func (rt *Runtime) holdsOpen(t *Task, r *Resource) {
	rt.everOpened++
	r.nth = rt.everOpened
	if r.obj != nil {
		if rt.resources == nil {
			rt.resources = map[any]*Resource{}
		}
		rt.resources[r.obj] = r
	}
	r.moveTo(t.opens())
	if rt.traced.resources() {
		rt.tell(told{event: opens, task: t, resource: r})
	}
}

// opens are the resources of a task that has some.
func (t *Task) opens() *opened {
	rare := t.rarely()
	if rare.opened == nil {
		rare.opened = &opened{}
	}
	return rare.opened
}

// kept are those of a run, or, where there is none any more, of the runtime.
func (rt *Runtime) kept(r *run) *opened {
	at := &rt.opened
	if r != nil && !r.over() {
		at = &r.opened
	}
	if *at == nil {
		*at = &opened{}
	}
	return *at
}

func (r *Resource) moveTo(o *opened) {
	if r.in != nil {
		r.in.list.Remove(&r.link)
	}
	r.in = o
	o.list.Push(&r.link, r)
}

// forget takes it off the lists: somebody closes it, or has.
func (r *Resource) forget() {
	if r.in == nil {
		return
	}
	r.in.list.Remove(&r.link)
	r.in = nil
	r.rt.mem.Reserve(-r.takes)
	r.takes = 0
	if r.rt.traced.resources() {
		r.rt.tell(told{event: closes, resource: r})
	}
	if r.obj != nil {
		delete(r.rt.resources, r.obj)
	}
}

// take takes those out of the list, the latest first, that of is true for, and returns what is to be done off the loop to close them.
func (o *opened) take(of func(*Resource) bool) (closers []func(ctx context.Context) error) {
	if o == nil {
		return nil
	}
	var taken []*Resource
	for r := range o.list.All() {
		if of == nil || of(r) {
			taken = append(taken, r)
		}
	}
	slices.Reverse(taken)
	for _, r := range taken {
		closers = append(closers, r.ends()...)
	}
	return closers
}

// ends begins to close it, on the loop.
func (r *Resource) ends() (closers []func(ctx context.Context) error) {
	r.forget()
	closers = append(closers, r.end)
	if r.begin != nil {
		fn := r.begin()
		closers[0] = fn
		if fn == nil {
			closers = nil
		}
	}
	for _, p := range r.parts {
		closers = append(closers, p.ends()...)
	}
	return closers
}

func (r *Resource) end(ctx context.Context) (err error) {
	if r.close == nil {
		return nil
	}
	if p := vm.Guard("the function of a Resource", func() { err = r.close(ctx) }); p != nil {
		return p
	}
	return err
}

// closeAll calls closers off the loop, and then on the loop what is given as then. Meanwhile it is work under way.
func (rt *Runtime) closeAll(of *run, closers []func(ctx context.Context) error, then func()) {
	rt.loop.Begin()
	rt.workers.Go(func() {
		errs := rt.callClosers(closers)
		rt.loop.Post(func() {
			for _, err := range errs {
				rt.notClosed(of, err)
			}
			rt.loop.End()
			then()
		})
	})
}

// callClosers calls one after the other, as a later resource may use an earlier one. When the grace is over nobody is waited for.
func (rt *Runtime) callClosers(closers []func(ctx context.Context) error) (errs []error) {
	if len(closers) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), rt.cfg.grace)
	defer cancel()
	for _, fn := range closers {
		done := make(chan error, 1)
		rt.workers.Go(func() { done <- fn(ctx) })
		select {
		case err := <-done:
			if err != nil {
				errs = append(errs, err)
			}
		case <-ctx.Done():
			select {
			case err := <-done:
				if err != nil {
					errs = append(errs, err)
				}
			default:
				errs = append(errs, errLate)
			}
		}
	}
	return errs
}

// errLate is the error of a resource that takes longer to be closed than there is time.
var errLate = errors.New("interp: what a task had opened could not be closed within the grace period")

// notClosed is told what closing a resource has come to, of which no script can be told.
func (rt *Runtime) notClosed(of *run, err error) {
	if _, broken := err.(*vm.Panic); broken {
		rt.broken(of, newError(err))
		return
	}
	rt.leave(err)
}

// closes is called when the task's body has ended, and begins to close what it has opened and does not return; a main task's is the
// run's from then on. It reports whether the task has to wait, in a wait that has begun.
func (t *Task) closes() bool {
	closers := t.leavesOpen()
	if len(closers) == 0 {
		return false
	}
	t.rare.closing = true
	w := t.s.Waker()
	t.run.rt.closeAll(t.run, closers, func() { w.Wake(nil) })
	return t.s.BeginFirm(nil)
}

// leavesOpen hands on what the task returns, or as a main task has opened, and says how the rest is closed.
func (t *Task) leavesOpen() []func(ctx context.Context) error {
	o := t.opened()
	if o == nil || o.list.First() == nil {
		return nil
	}
	rt := t.run.rt
	kept := rt.kept(t.run)
	if t.err == nil && !t.cancelled {
		rt.resourcesIn(t.vals, func(r *Resource) {
			if r.in == o {
				r.moveTo(kept)
				t.rare.returns = true
			}
		})
	}
	if t == t.run.main {
		for r := range o.list.All() {
			r.moveTo(kept)
		}
	}
	return o.take(nil)
}

// hands gives what the task has opened and returns to the task that receives it.
func (t *Task) hands() {
	if t.rare == nil || !t.rare.returns {
		return
	}
	rt := t.run.rt
	to := rt.current()
	if to == nil { // what owns it looks at it between two turns
		to = t.Owner()
	}
	if to == nil {
		return
	}
	t.rare.returns = false
	rt.resourcesIn(t.vals, func(r *Resource) {
		if r.in != nil && (r.in == t.run.opened || r.in == rt.opened) {
			r.moveTo(to.opens())
		}
	})
}

// closesThen ends the run when all that is its is closed.
func (r *run) closesThen(finish func()) {
	if r.closing {
		return
	}
	if r.closing = r.opened != nil && r.opened.list.First() != nil; !r.closing {
		finish()
		return
	}
	if m := r.main; m.err == nil && !m.cancelled { // what it returns is the host's
		r.rt.resourcesIn(m.vals, func(res *Resource) {
			if res.in == r.opened {
				res.moveTo(r.rt.kept(nil))
			}
		})
	}
	r.rt.closeAll(r, r.opened.take(nil), func() {
		if r.closing = false; r.live == 0 { // else a daemon has started a task of it meanwhile
			r.closesThen(finish)
		}
	})
}

// resourcesIn calls fn for the resources among values, and among the fields of tables that these are.
func (rt *Runtime) resourcesIn(vals []lua.LValue, fn func(*Resource)) {
	var find func(v lua.LValue)
	find = func(v lua.LValue) {
		var obj any
		switch v := v.(type) {
		case *lua.LUserData:
			obj = v.Value
		case lua.LString:
			obj = string(v)
		case *lua.LFunction:
			obj = v
			for i := 0; v.IsG && i < len(v.Upvalues); i++ {
				if ud, ok := v.Upvalues[i].Value().(*lua.LUserData); ok {
					find(ud)
				}
			}
		}
		if obj == nil {
			return
		}
		if r := rt.resources[obj]; r != nil {
			fn(r)
		} else if h, ok := obj.(interface{ Resource() *Resource }); ok {
			fn(h.Resource())
		}
	}
	for _, v := range vals {
		find(v)
		if t, ok := v.(*lua.LTable); ok {
			vm.Pairs(t, func(_, field lua.LValue) bool {
				find(field)
				return true
			})
		}
	}
}

// closesSince closes what the running task has opened since the mark, at which so many had been: what was handed to it, too.
func (c *Call) closesSince(mark uint64) {
	t := c.rt.current()
	c.waitClosed(t.opened().take(func(r *Resource) bool { return r.nth > mark }))
}

// waitClosed waits in the running task until closers have been called.
func (c *Call) waitClosed(closers []func(ctx context.Context) error) {
	rt, t := c.rt, c.rt.current()
	if len(closers) == 0 {
		return
	}
	w := t.s.Waker()
	t.waits = c.def
	rt.closeAll(t.run, closers, func() { w.Wake(nil) })
	t.s.ParkFirm()
}
