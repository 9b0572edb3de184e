package sched

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// FuzzPrograms makes programs of what scripts do, runs them, and checks what must hold for each: see program.check. The
// builtins here are the shortest that keep the language's rules, so that only the scheduler can break them.
func FuzzPrograms(f *testing.F) {
	for seed := range 200 {
		src := make([]byte, 900)
		rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(src)
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		ops := parse(src)
		first := execute(t, ops, Config{Clock: NewVirtualClock()})
		// With a watchdog limits count from a later look at the clock.
		if again := execute(t, ops, Config{Clock: NewVirtualClock(), Poke: func() {}}); !slices.Equal(first, again) {
			t.Errorf("two runs differ:\n%s", diff(first, again))
		}
		synctest.Test(t, func(t *testing.T) {
			if real := execute(t, ops, Config{Poke: func() {}}); !slices.Equal(first, real) {
				t.Errorf("in real time the order differs:\n%s", diff(first, real))
			}
		})
	})
}

func diff(a, b []string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return fmt.Sprintf("after %q: %q, %q", a[max(0, i-3):i], a[i:min(i+3, len(a))], b[i:min(i+3, len(b))])
}

type opKind byte

const (
	opSleep opKind = iota
	opCheckpoint
	opError
	opCancel      // a task
	opCancelLater // a task, by a timer
	opCancelGroup
	opPut
	opGet
	opJoin
	opEnterChild // spawn into the innermost group
	opSpawn
	opTry
	opWaitFor
	opShield
	opFinally
	opGather
	opGatherTask // own a task that exists
	opRace
	opGroup
	opKinds
)

// op is a step of a body.
type op struct {
	kind   opKind
	n      int
	d      time.Duration
	bodies [][]op
}

// parse makes a program of any bytes.
func parse(src []byte) []op {
	budget := 0 // of each task at the top, so that one does not take all
	next := func() int {
		if len(src) == 0 {
			return 0
		}
		b := src[0]
		src = src[1:]
		return int(b)
	}
	var body func(depth int) []op
	body = func(depth int) []op {
		var ops []op
		for n := next() % 8; n > 0 && budget > 0; n-- {
			budget--
			if len(src) == 0 {
				break
			}
			o := op{kind: opKind(next()) % opKinds, n: next(), d: time.Duration(next()%7) * second}
			if o.kind == opError && o.n%3 > 0 { // errors end a lot: fewer of them
				o.kind = opSleep
			}
			bodies := 0
			switch o.kind {
			case opSpawn, opTry, opWaitFor, opShield, opGroup, opEnterChild:
				bodies = 1
			case opFinally:
				bodies = 2
			case opGather, opRace:
				bodies = 1 + o.n%3
			}
			if depth == 6 && bodies > 0 {
				o.kind, bodies = opSleep, 0
			}
			for range bodies {
				o.bodies = append(o.bodies, body(depth+1))
			}
			ops = append(ops, o)
		}
		return ops
	}
	var ops []op
	for range 5 {
		budget = 40
		ops = append(ops, op{kind: opSpawn, bodies: [][]op{body(0)}})
	}
	return ops
}

// program is a run.
type program struct {
	t        testing.TB
	l        *Loop
	trace    []string
	tasks    []*progTask
	failures int
	handled  map[int]bool // failures that somebody has got
	cleanups int          // that are to run and have not
	box      box
	put, got int
}

// failure is an error of the program: one, or several that were put together.
type failure struct{ ids []int }

func (e *failure) Error() string { return fmt.Sprint("failure ", e.ids) }

type progTask struct {
	Task
	p       *program
	ops     []op
	in      *frame // the group that it may spawn into
	err     error
	owners  []*frame
	starts  int
	endings int
}

// frame is a nursery under way.
type frame struct {
	n       Nursery
	owner   *progTask
	members []*progTask
	errs    []error
	closed  bool
}

// execute runs a program and returns its trace, having checked what must hold.
func execute(t testing.TB, ops []op, cfg Config) []string {
	p := &program{t: t, handled: map[int]bool{}}
	deadlocks := 0
	cfg.Deadlock = func() {
		if deadlocks++; deadlocks > 1000 {
			panic("a deadlock that does not end")
		}
		p.l.All(func(s *Task) {
			if s.State() != "waiting" {
				t.Errorf("task %d is %s in a deadlock", s.ID(), s.State())
			}
		})
		p.l.All(func(s *Task) { s.Cancel(cancelled("deadlock")) })
	}
	p.l = New(cfg)
	p.spawn(ops, nil)
	p.l.Stop()
	p.l.Run()

	if p.l.Stats().Live != 0 || p.l.ready.n != 0 {
		t.Errorf("tasks are left: %+v", p.l.Stats())
	}
	for _, c := range p.tasks {
		if !c.Task.Ended() || c.endings != 1 || c.starts > 1 {
			t.Errorf("task %d is %s, started %d times, ended %d times", c.ID(), c.State(), c.starts, c.endings)
		}
		if c.scope != c.root {
			t.Errorf("task %d ended inside a scope", c.ID())
		}
		if len(c.owners) == 0 {
			p.handle(c.err)
		}
	}
	if p.cleanups != 0 {
		t.Errorf("%d cleanups did not run", p.cleanups)
	}
	if len(p.handled) != p.failures {
		t.Errorf("of %d errors %d were seen", p.failures, len(p.handled))
	}
	if p.put != p.got+len(p.box.items) || p.box.waiters.Len() != 0 {
		t.Errorf("%d items were put, %d got, %d are left; %d wait", p.put, p.got, len(p.box.items), p.box.waiters.Len())
	}
	return p.trace
}

func (p *program) note(c *progTask, format string, args ...any) {
	p.trace = append(p.trace, fmt.Sprintf("%v: %d: %s", p.l.Now(), c.ID(), fmt.Sprintf(format, args...)))
}

func (p *program) handle(err error) {
	if f, ok := err.(*failure); ok {
		for _, id := range f.ids {
			p.handled[id] = true
		}
	}
}

func (p *program) fail() error {
	p.failures++
	return &failure{[]int{p.failures}}
}

// join puts failures together.
func join(errs ...error) error {
	all := &failure{}
	for _, err := range errs {
		if f, ok := err.(*failure); ok {
			all.ids = append(all.ids, f.ids...)
		}
	}
	return all
}

func failed(err error) bool { _, ok := err.(*failure); return ok }

func (p *program) spawn(ops []op, in *frame) *progTask {
	c := &progTask{p: p, ops: ops, in: in}
	p.tasks = append(p.tasks, c)
	p.l.Start(&c.Task, c)
	return c
}

func (c *progTask) Resume(*Task) bool {
	c.starts++
	c.err = c.do(c.ops, c.in)
	return true
}

func (c *progTask) Ended(*Task) {
	c.endings++
	c.p.note(c, "ended: %v", c.err)
	if c.starts == 0 && c.CancelledBy() == nil {
		c.p.t.Errorf("task %d never started", c.ID())
	}
}

// alive checks that nobody who owns c has returned.
func (c *progTask) alive() {
	for _, o := range c.owners {
		if o.closed {
			c.p.t.Errorf("task %d runs after its owner %d returned", c.ID(), o.owner.ID())
		}
	}
}

func (c *progTask) ownedBy(o *progTask) bool {
	return c == o || slices.ContainsFunc(c.owners, func(f *frame) bool { return !f.closed && f.owner.ownedBy(o) })
}

// do runs a body.
func (c *progTask) do(ops []op, g *frame) error {
	p := c.p
	for _, o := range ops {
		if c.alive(); p.l.Current() != &c.Task {
			p.t.Errorf("task %d runs in the turn of %v", c.ID(), p.l.Current())
		}
		start := p.l.Now()
		err := c.step(o, g)
		p.note(c, "%d since %v: %v", o.kind, start, err)
		if err == nil {
			continue
		}
		if c.alive(); !failed(err) {
			// Level-triggered: in the same scope it is raised again.
			if c.Pending() == nil || c.Checkpoint() == nil || c.Sleep(second) == nil {
				p.t.Errorf("task %d: %d raised %v once only", c.ID(), o.kind, err)
			}
		}
		return err
	}
	return nil
}

func (c *progTask) step(o op, g *frame) error {
	p := c.p
	start := p.l.Now()
	other := p.tasks[o.n%len(p.tasks)]
	switch o.kind {
	case opSleep:
		err := c.Sleep(o.d)
		if err == nil && p.l.Now() != start+o.d {
			p.t.Errorf("a sleep of %v took %v", o.d, p.l.Now()-start)
		}
		return err
	case opCheckpoint:
		return c.Checkpoint()
	case opError:
		return p.fail()
	case opCancel:
		if done := other.Task.Ended(); other.Cancel(cancelled("cancel")) == done {
			p.t.Errorf("cancel of an ended task, or not: %v", done)
		}
	case opCancelLater:
		p.l.AfterFunc(o.d, func() { other.Cancel(&Cancelled{Reason: "later", Interrupts: true}) })
	case opCancelGroup:
		if g != nil && !g.closed {
			g.n.Cancel(cancelled("group"))
		}
	case opPut:
		p.put++
		p.box.put(p.put)
	case opGet:
		v, err := p.box.get(&c.Task)
		if err == nil {
			p.got++
			p.note(c, "got %v", v)
		}
		return err
	case opJoin:
		err := c.Join(&other.Task)
		if err == nil && !other.Task.Ended() {
			p.t.Errorf("task %d joined %d, which is %s", c.ID(), other.ID(), other.State())
		}
		return err
	case opEnterChild:
		if g != nil && !g.closed {
			g.own(p.spawn(o.bodies[0], g))
		}
	case opSpawn:
		p.spawn(o.bodies[0], g)
	case opTry: // pcall
		err := c.do(o.bodies[0], g)
		if !failed(err) {
			return err
		}
		p.handle(err)
	case opWaitFor:
		var s Scope
		c.EnterFor(&s, o.d, &Cancelled{Reason: "deadline", Interrupts: true})
		err := c.do(o.bodies[0], g)
		if c.Exit(&s, err) {
			if p.l.Now() < start+o.d {
				p.t.Errorf("a deadline after %v came after %v", o.d, p.l.Now()-start)
			}
			return p.fail()
		}
		return err
	case opShield:
		child := p.spawn(o.bodies[0], g)
		if err := c.Join(&child.Task); err != nil || !failed(child.err) {
			return err
		}
		return child.err
	case opFinally:
		p.cleanups++
		err := c.do(o.bodies[0], g)
		p.cleanups--
		start, underWay := p.l.Now(), c.Pending() != nil
		var s Scope
		c.EnterShield(&s, &Shield{Grace: o.d})
		cerr := c.do(o.bodies[1], g)
		c.Exit(&s, cerr)
		if underWay && p.l.Now() > start+o.d {
			p.t.Errorf("a cleanup with %v of grace took %v", o.d, p.l.Now()-start)
		}
		switch {
		case failed(err) && failed(cerr):
			return join(err, cerr)
		case failed(err) || cerr == nil:
			return err
		}
		return cerr
	case opGather:
		return c.nursery(func(m *progTask) bool { return m.err != nil || m.CancelledBy() != nil }, func(f *frame) error {
			for _, b := range o.bodies {
				f.own(p.spawn(b, g))
			}
			return nil
		})
	case opGatherTask:
		if c.ownedBy(other) {
			return nil // it would wait for itself
		}
		return c.nursery(func(m *progTask) bool { return m.err != nil }, func(f *frame) error {
			f.own(other)
			return nil
		})
	case opRace:
		return c.nursery(func(*progTask) bool { return true }, func(f *frame) error {
			for _, b := range o.bodies {
				f.own(p.spawn(b, g))
			}
			return nil
		})
	case opGroup:
		return c.nursery(func(m *progTask) bool { return failed(m.err) }, func(f *frame) error { return c.do(o.bodies[0], f) })
	}
	return nil
}

func (f *frame) own(c *progTask) {
	f.members = append(f.members, c)
	c.owners = append(c.owners, f)
	f.n.Own(&c.Task)
}

// nursery runs body in a nursery, and raises what its members raised.
func (c *progTask) nursery(stop func(*progTask) bool, body func(*frame) error) error {
	f := &frame{owner: c}
	f.n.Open(&c.Task, func(s *Task) bool {
		m := s.Body().(*progTask)
		if f.closed {
			c.p.t.Errorf("the nursery of %d was told of %d after its end", c.ID(), m.ID())
		}
		if failed(m.err) {
			f.errs = append(f.errs, m.err)
		}
		return stop(m)
	})
	err := body(f)
	if failed(err) {
		f.errs = append(f.errs, err)
	}
	if err != nil {
		f.n.Cancel(cancelled("the owner ended"))
	}
	f.n.Join()
	f.closed = true
	for _, m := range f.members {
		if !m.Task.Ended() {
			c.p.t.Errorf("task %d returns while its member %d is %s", c.ID(), m.ID(), m.State())
		}
	}
	own := c.Exit(f.n.Scope(), err)
	switch {
	case len(f.errs) > 0:
		return join(f.errs...)
	case own:
		return nil
	}
	return err
}
