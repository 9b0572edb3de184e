package interp

import (
	"fmt"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Levels of calls, counted in frames: a function that calls itself through pcall needs two a level.
const (
	mainDepth = 200_000
	taskDepth = 20_000
)

// Task is a task of a run. Its methods are for the loop's side. There may be a million of them: what few need is in rare.
type Task struct {
	s    sched.Task
	run  *run
	fn   *lua.LFunction
	vals []lua.LValue  // the arguments, until it starts; the results, when it has ended
	one  [1]lua.LValue // room for the usual number of them
	th   *vm.Thread    // from its first turn to its end,
	wait *vm.Packed    // unless this stands for it
	ud   lua.LUserData // the value that scripts hold, once one does
	site *site
	err  *Error // it failed

	waits  *Def                   // the builtin that it waits in
	finish func(*Call, any) error // with which that goes on, see Call.ParkReturn
	joins  *Task                  // whose result it waits for

	rare      *rare
	item      *item // that it works on, for a builtin that has started one for each
	awaiting  int32 // how many wait for its result now
	cancelled bool  // it was ended by its cancellation
	awaited   bool  // somebody has had its result, or owns it
	daemon    bool
	shielded  bool // outlives, for the grace period, a run that is cut short
}

// rare is what few tasks have.
type rare struct {
	name     string
	at       *vm.Thread // where it waits, if that is in a coroutine, or below functions in Go; else it is th
	yield    func()
	raised   *Error // the last one that a builtin raised again as a script had raised it: where that was is kept here
	watchers []EndWatcher
	carried  []carriage
	opened   *opened // what it has to close
	returns  bool    // it has ended, and some of that is among its values
	closing  bool    // its body has ended; it waits until all is closed
}

// item is what a task is named after until SetName: its text is made when somebody asks for it.
type item struct {
	builtin string
	index   int
	value   lua.LValue // unless it is a table or the like, which would be kept
}

func (it *item) String() string {
	if name, ok := text(it.value); ok {
		return vm.Short(name)
	}
	return fmt.Sprintf("%s[%d]", it.builtin, it.index)
}

func (t *Task) rarely() *rare {
	if t.rare == nil {
		t.rare = &rare{}
	}
	return t.rare
}

// site is where a task was spawned, and where its spawner was. The chain is cut, so that a task which spawns its own
// successor for ever does not grow it. Tasks of the same place share it.
type site struct {
	at     vm.Site
	parent *site
	depth  int
}

const maxSites = 16

// newTask makes a task, which has no function and no arguments yet.
func newTask(r *run) *Task {
	t := &Task{run: r}
	t.vals = t.one[:0]
	return t
}

// spawnedBy notes which task spawned t, and where that stood.
func (t *Task) spawnedBy(by *Task, at vm.Site) {
	rt := t.run.rt
	s := rt.site
	if s == nil || s.at != at || s.parent != by.site {
		s = &site{at: at, parent: by.site, depth: 1}
		rt.site = s
		if p := s.parent; p != nil {
			if s.depth = p.depth + 1; s.depth > maxSites {
				s.parent, s.depth = nil, 1
			}
		}
	}
	t.site = s
}

// spawnedAt lists the places, from the task's own up to the main chunk.
func (t *Task) spawnedAt() []string {
	var out []string
	for s := t.site; s != nil; s = s.parent {
		if at := s.at.String(); at != "" {
			out = append(out, at)
		}
	}
	return out
}

// startTask makes t ready, as a task of its run; where that is over (a daemon spawned it), as one of the runtime's own.
func (rt *Runtime) startTask(t *Task) {
	r := t.run
	t.daemon = t.daemon || r.over()
	if t.daemon {
		r.daemons++
	} else {
		r.live++
	}
	rt.loop.Start(&t.s, (*body)(t))
	// While its run is cut short a cleanup may need a new task, so that lives as long as cleanups may.
	end := &r.end
	if t.daemon {
		end = &rt.end
	}
	if end.by != nil && rt.loop.Now() >= end.until {
		t.s.Cancel(end.by)
	}
	if r.lim != nil {
		r.lim.started(t)
	}
}

// leads reports whether t is cancelled by its run itself: what a task of the same kind owns is left to that.
func (t *Task) leads() bool { return t.leader() == t }

// leader is the outermost owner of t of the same kind, or t. The nursery of a suspended coroutine is no owner: nothing
// would cancel it.
func (t *Task) leader() *Task {
	for n := range t.owners {
		if o := n.owner; !n.closed && n.n.Scope().Entered() && o.run == t.run && o.daemon == t.daemon {
			return o.leader()
		}
	}
	return t
}

// owners are the nurseries that have owned t.
func (t *Task) owners(yield func(*Nursery) bool) {
	for i := 0; ; i++ {
		n := t.s.Owner(i)
		if n == nil || !yield(n.Host.(*Nursery)) {
			return
		}
	}
}

// ownedBy reports whether o owns t, directly or through tasks in between, or is t.
func (t *Task) ownedBy(o *Task) bool {
	return t == o || t.climb(func(n *Nursery) bool { return !n.closed && n.owner == o })
}

// memberOf reports whether n owns t, directly or through tasks in between.
func (t *Task) memberOf(n *Nursery) bool { return t.climb(func(m *Nursery) bool { return m == n }) }

// climb reports whether is holds for one of the nurseries that own t, directly or through tasks in between. It asks each
// task once: where tasks are shared, there are more ways up than anybody could go.
func (t *Task) climb(is func(*Nursery) bool) bool {
	var met map[*Task]bool // since the first task with several owners
	for next := []*Task{t}; len(next) > 0; {
		t := next[len(next)-1]
		next = next[:len(next)-1]
		if met[t] {
			continue
		}
		if met == nil && t.s.Owner(1) != nil {
			met = map[*Task]bool{}
		}
		if met != nil {
			met[t] = true
		}
		for n := range t.owners {
			if is(n) {
				return true
			}
			if !n.closed {
				next = append(next, n.owner)
			}
		}
	}
	return false
}

// body is a Task as the scheduler sees it.
type body Task

// taskOf is the Task of a task of the scheduler's.
func taskOf(s *sched.Task) *Task { return (*Task)(s.Body().(*body)) }

// Resume implements sched.Body.
func (b *body) Resume(*sched.Task) bool {
	t := (*Task)(b)
	rt := t.run.rt
	var how vm.Turn
	switch {
	case t.rare != nil && t.rare.closing:
		t.rare.closing = false
		_, _ = t.s.Outcome()
		return true
	case rt.vm.Current() != nil: // the turn is under way: it goes on here
		how = rt.vm.GoOn()
	case t.s.Aborted() && t.nothingToUnwind():
		t.drop()
		return !t.closes()
	default:
		at, results := t.goesOnAt()
		how = at.Resume(results)
	}
	if how == vm.Elsewhere {
		return false
	}
	t = rt.current()
	t.turned(how, rt.vm.Pause())
	return how == vm.Ended && !t.closes()
}

// goesOnAt is the thread with which the task's turn begins, and with what.
func (t *Task) goesOnAt() (*vm.Thread, lua.LGFunction) {
	rt := t.run.rt
	switch {
	case t.rare != nil && t.rare.at != nil:
		at := t.rare.at
		t.rare.at = nil
		return at, rt.resumed
	case t.th != nil:
		return t.th, rt.resumed
	case t.wait.InUse():
		t.th = rt.vm.Unpack(t.wait, t.depth())
		t.wait.Clear()
		return t.th, rt.resumed
	}
	t.th = rt.vm.NewThread(t.depth())
	t.th.Prepare(t.fn, t.vals)
	t.vals, t.one = nil, [1]lua.LValue{}
	return t.th, nil
}

// turned is told how the task's turn has ended, and at which thread: its own, unless it waits in a coroutine.
func (t *Task) turned(how vm.Turn, at *vm.Thread) {
	rt := t.run.rt
	if how == vm.Waits {
		if at != t.th {
			t.rarely().at = at
		} else if p := t.th.Pack(t.wait); p != nil {
			t.th, t.wait = nil, p
		}
		return
	}
	var err error
	t.vals, err = t.th.Results(t.one[:0])
	err = rt.goError(err)
	rt.vm.Free(t.th)
	t.th, t.wait = nil, nil
	switch e := err.(type) {
	case nil:
	case *sched.Cancelled:
		t.cancelled = true
	case *Error:
		if e.Task == "" {
			e.Task, e.Spawn = t.Name(), t.spawnedAt()
		}
		t.err = e
	default:
		t.err = t.run.rt.own(newError(e))
	}
}

// nothingToUnwind reports whether a cancellation would go through the task without anybody seeing it, as no builtin in it waits
// for what it has called.
func (t *Task) nothingToUnwind() bool {
	if t.rare != nil && t.rare.at != nil { // in a coroutine, which ends with it
		return false
	}
	return t.th != nil && t.th.Plain() || t.wait.InUse() && t.wait.Plain()
}

// drop ends the task in the middle of its wait, which a cancellation has ended.
func (t *Task) drop() {
	_, _ = t.outcome()
	if t.th != nil {
		t.run.rt.vm.Free(t.th)
	}
	t.th, t.wait, t.finish = nil, nil, nil
	t.cancelled = true
}

// depth is how many levels of calls the task may have.
func (t *Task) depth() int {
	if t == t.run.main {
		return mainDepth
	}
	return taskDepth
}

// Ended implements sched.Body.
func (b *body) Ended(s *sched.Task) {
	t := (*Task)(b)
	if !s.Started() {
		t.cancelled = true
	}
	if t.cancelled {
		t.vals, t.one = nil, [1]lua.LValue{}
	}
	if closers := t.leavesOpen(); len(closers) > 0 { // a runtime.Goexit has ended it
		t.run.rt.closeAll(t.run, closers, func() {})
	}
	if tr := t.run.rt.cfg.tracer; tr != nil {
		t.run.rt.guard(t.run, "the tracer", func() { tr.End(t) })
	}
	t.tellWatchers()
	t.run.ended(t)
}

// value is the one value by which scripts know the task.
func (t *Task) value() *lua.LUserData {
	if t.ud.Value == nil {
		rt := t.run.rt
		if rt.taskMT == nil {
			rt.taskMT = lua.LNil
			if mt := rt.metatable(typeTask); mt != nil {
				rt.taskMT = mt
			}
		}
		t.ud.Value, t.ud.Metatable = t, rt.taskMT
	}
	return &t.ud
}

// ID is the task's number in its runtime, from 1.
func (t *Task) ID() uint64 { return t.s.ID() }

// Name is the name that SetName gave it, or the function's: where that was defined, for one of Lua, and else where a script
// finds it, such as "sleep" or "string.rep".
func (t *Task) Name() string {
	switch {
	case t.rare != nil && t.rare.name != "":
		return t.rare.name
	case t.item != nil:
		return t.item.String()
	case t.run != nil && t == t.run.main:
		return "main"
	}
	return t.run.rt.nameOf(t.fn)
}

// nameOf is functionName, remembered for a turn: of many tasks that are told of together most run the same function.
func (rt *Runtime) nameOf(fn *lua.LFunction) string {
	if turn := rt.loop.Stats.Switches; rt.named.fn != fn || rt.named.turn != turn {
		rt.named = named{fn, turn, rt.functionName(fn)}
	}
	return rt.named.name
}

type named struct {
	fn   *lua.LFunction
	turn uint64
	name string
}

// NameAfter names the task after the item that it works on, the i-th of those that a builtin of that name was given: a string or a
// number is the name itself, for any other it is "map[7]".
func (t *Task) NameAfter(builtin string, of Value, i int) {
	t.item = &item{builtin: builtin, index: i}
	switch v := of.lv.(type) {
	case lua.LNumber:
		t.item.value = of.lv
	case lua.LString:
		if v != "" {
			t.item.value = of.lv
		}
	}
}

// SetName names the task in messages, which show some hundred bytes of it: nothing more is kept.
func (t *Task) SetName(name string) { t.rarely().name = vm.Short(name) }

// functionName is where a function of Lua was defined, and what one of Go is called among the globals and in the modules.
func (rt *Runtime) functionName(fn *lua.LFunction) string {
	if fn == nil {
		return "function"
	}
	if !fn.IsG {
		return fmt.Sprintf("%s:%d", fn.Proto.SourceName, fn.Proto.LineDefined)
	}
	L := rt.vm.State()
	name := ""
	in := func(prefix string, table *lua.LTable) {
		table.ForEach(func(k, v lua.LValue) {
			if key, ok := k.(lua.LString); ok && v == fn && name == "" {
				name = prefix + string(key)
			}
		})
	}
	in("", L.G.Global)
	if loaded, ok := L.GetField(L.Get(lua.RegistryIndex), "_LOADED").(*lua.LTable); ok && name == "" {
		loaded.ForEach(func(k, v lua.LValue) {
			if module, ok := v.(*lua.LTable); ok && name == "" {
				in(lua.LVAsString(k)+".", module)
			}
		})
	}
	for _, m := range rt.cfg.modules {
		if t := rt.tables[m.Name]; t != nil && name == "" {
			in(m.Name+".", t)
		}
	}
	if name == "" {
		return "function"
	}
	return vm.Short(name)
}

// Cancel cancels the task at its current or next checkpoint; it reports whether the task had not ended yet. The first
// reason stays.
func (t *Task) Cancel(reason string) bool {
	if r := t.run; r != nil && t == r.main && r.onCancel != nil && !t.HasEnded() {
		r.rt.guard(r, "the function of OnCancel", func() { r.onCancel(reason) })
		return true
	}
	return t.s.Cancel(because(reason, false))
}

// because is a cancellation for a reason, of which messages show as much as of a name.
func because(reason string, interrupts bool) *sched.Cancelled {
	return &sched.Cancelled{Reason: vm.Short(reason), Interrupts: interrupts}
}

// OnCancel has fn called in place of what Cancel would do, for a main task that goes on when scripts cancel it: a REPL's,
// which is a task as any other to what is typed. It is called by the main task itself.
func (t *Task) OnCancel(fn func(reason string)) { t.run.onCancel = fn }

// Interrupt is Cancel that also cuts code which computes on and on, as a deadline does.
func (t *Task) Interrupt(reason string) bool {
	return t.s.Cancel(because(reason, true))
}

// Owner is the task that cancels t when it ends first, as the caller of gather does; nil if nobody owns t.
func (t *Task) Owner() *Task {
	for n := range t.owners {
		if !n.closed {
			return n.owner
		}
	}
	return nil
}

// HasEnded reports whether the task has ended.
func (t *Task) HasEnded() bool { return t.s.Ended() }

// Started reports whether the task has had a turn: one that was cancelled before never starts.
func (t *Task) Started() bool { return t.s.Started() }

// Failed reports whether the task has ended with an error.
func (t *Task) Failed() bool { return t.err != nil }

// Cancelled reports whether the task was ended by its cancellation.
func (t *Task) Cancelled() bool { return t.cancelled }

// Result marks the task's result as had by somebody, and returns it: its values, or its error. A cancelled task gives an error of
// kind cancelled, one that has not ended yet an error of kind error: Result does not wait.
func (t *Task) Result() (Values, error) {
	if err := t.result(); err != nil {
		return nil, err
	}
	return t.run.rt.luaValues(t.vals), nil
}

// result is the error that awaiting the task raises; its values are there if it is nil.
func (t *Task) result() error {
	t.awaited = true
	switch {
	case !t.s.Ended():
		return Errorf(KindError, "task '%s' has not ended", t.Name())
	case t.err != nil:
		return t.err
	case t.cancelled:
		return t.cancelledError()
	}
	t.hands()
	return nil
}

func (t *Task) cancelledError() *Error {
	e := &Error{rt: t.run.rt, fresh: true, Kind: KindCancelled, Msg: "task '" + t.Name() + "' was cancelled"}
	if c := t.s.CancelledBy(); c != nil {
		e.cause, e.Others = c, errorsOf(t.carried(nil))
		if c.Reason != "" {
			e.Msg += ": " + c.Reason
		}
	}
	return e
}

// State names what the task does: "new", "ready", "running", "waiting", "done", "failed" or "cancelled".
func (t *Task) State() string {
	switch {
	case !t.s.Ended():
		return t.s.State()
	case t.err != nil:
		return "failed"
	case t.cancelled:
		return "cancelled"
	}
	return "done"
}

// Waiting says where the task waits ("sleep at job.lua:12") and for how long it has; "" if it does not wait.
func (t *Task) Waiting() (where string, since time.Duration) {
	if t.s.State() != "waiting" || t.waits == nil {
		return "", 0
	}
	where = t.waits.Name
	for _, f := range t.Frames() {
		if f.Line > 0 {
			where += fmt.Sprintf(" at %s:%d", f.Source, f.Line)
			break
		}
	}
	return where, t.s.Waiting()
}

// WaitsFor says what the task waits for ("lock 'db', held by task 'report'"), where that tells; see [Waiters].
func (t *Task) WaitsFor() string {
	if w, ok := t.s.WaitsFor().(interface{ waitedFor() string }); ok && t.s.State() == "waiting" {
		return w.waitedFor()
	}
	return ""
}

// Frames is where the task is now, innermost first.
func (t *Task) Frames() []Frame {
	var th *vm.Thread
	if t.rare != nil {
		th = t.rare.at
	}
	if th == nil {
		th = t.th
		if t == t.run.rt.current() {
			th = t.run.rt.vm.Current()
		}
	}
	if th == nil {
		if !t.wait.InUse() {
			return nil
		}
		th = t.run.rt.vm.Unpack(t.wait, t.depth())
		defer t.run.rt.vm.Free(th)
	}
	return frames(vm.Traceback(th, 0))
}

// Traceback is where the task is now, and where it was spawned.
func (t *Task) Traceback() string {
	return (&Error{Frames: t.Frames(), Spawn: t.spawnedAt()}).Traceback()
}

// String gives the task's name, its state, and where it waits.
func (t *Task) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "task %d '%s': %s", t.ID(), t.Name(), t.State())
	if where, _ := t.Waiting(); where != "" {
		b.WriteString(" in " + where)
		if what := t.WaitsFor(); what != "" {
			b.WriteString(": " + what)
		}
	}
	return b.String()
}

// Join waits until other has ended, and is no awaiting: whatever other raises stays its own.
func (c *Call) Join(other *Task) error {
	c.task.waits = c.def
	return c.task.s.Join(&other.s)
}

// JoinReturn is Join as a builtin's last act; see ParkReturn.
func (c *Call) JoinReturn(other *Task) error {
	c.task.waits = c.def
	return c.ends(c.task.s.BeginJoin(&other.s), nil)
}

// Await waits until other has ended, and returns its values or its error. Cancelling the waiter leaves other alone. It is a
// checkpoint as it is.
func (c *Call) Await(other *Task) (Values, error) {
	if other == c.task {
		return nil, c.awaitsItself()
	}
	other.awaiting++
	err := c.Join(other)
	other.awaiting--
	if err != nil {
		return nil, err
	}
	return other.Result()
}

// AwaitReturn is Await as a builtin's last act; see ParkReturn.
func (c *Call) AwaitReturn(other *Task) error {
	if other == c.task {
		return c.awaitsItself()
	}
	c.task.waits, c.task.joins = c.def, other
	other.awaiting++
	return c.ends(c.task.s.BeginJoin(&other.s), awaited)
}

func (c *Call) awaitsItself() error {
	if by := c.task.s.Pending(); by != nil {
		return by
	}
	return Errorf(KindError, "a task cannot await itself")
}

// awaited makes the results of AwaitReturn.
func awaited(c *Call, v any) error {
	t := v.(*Task)
	if err := t.result(); err != nil {
		return err
	}
	c.push(t.vals)
	return nil
}

// AwaitShielded is AwaitReturn that lets other go on for the grace period even where its run is cut short.
func (c *Call) AwaitShielded(other *Task) error {
	other.shielded = true
	return c.AwaitReturn(other)
}

// Tasks are the tasks of the run that have not ended, oldest first.
func (c *Call) Tasks() []*Task {
	var all []*Task
	for _, t := range c.rt.oldest() {
		if t.run == c.task.run {
			all = append(all, t)
		}
	}
	return all
}
