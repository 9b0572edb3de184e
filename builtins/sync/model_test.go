package sync

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins/task"
	"github.com/lull-lua/lull/interp"
)

// The primitives of the table sync are checked against models: a random schedule of operations and cancellations is run
// by a simulation of the scheduler with a plain model of the primitive, and as a script by the runtime. Both have to
// print the same lines.

// step is what the main task does: spawn a task with ops, do an op that does not wait, cancel a task, or wait.
type step struct {
	spawn  int // the task's number, from 1
	ops    []op
	do     *op
	cancel int
	yield  bool
	sleep  float64
}

// op is a method call on the primitive; an empty name lets others run, "cancel" cancels the task of that number.
type op struct {
	name string
	arg  string
}

// simTask is a task of the simulation. The main task has number 0 and does nothing that waits.
type simTask struct {
	id        int
	ops       []op
	started   bool
	waiting   bool // in a list of the model's, parked
	woken     bool // its wait is over, it has not run yet
	firm      bool // waits for what it gets back cancelled or not
	cancelled bool
	ended     bool
	handed    string // what it was woken with, printed as the result
	number    int    // what it asks for, or brings
	seq       int
	until     int64 // when the time of its wait is over; 0: never
	timer     int   // of those that are over at the same time the first fires first
}

// sim is the scheduler: a queue of ready tasks, in which nil stands for main.
type sim struct {
	model    model
	ready    []*simTask
	tasks    map[int]*simTask
	log      strings.Builder
	warnings int
	now      int64 // nanoseconds
	timers   int   // set so far
}

// model is a primitive in its plainest form.
type model interface {
	// script makes the primitive, as p.
	script() string
	// op is a random operation: one that does not wait, where it is for main.
	op(r *rand.Rand, forMain bool) op
	// exec does an operation for t; wait says that it has joined a list.
	exec(s *sim, t *simTask, o op) (result string, wait bool)
	// finish is the result of a wait that has ended.
	finish(s *sim, t *simTask, o op) string
	// leave takes t, which is cancelled or late, out of the list that it is in.
	leave(s *sim, t *simTask)
	// giveUp passes on what t was handed, which is cancelled before it has run.
	giveUp(s *sim, t *simTask)
	// unwind is called when t has left the list, cancelled in o; false: it has to wait for something first.
	unwind(s *sim, t *simTask, o op) bool
	// ended is told of each task's end.
	ended(s *sim, t *simTask)
	// next is when time alone changes something, or -1; tick does it.
	next(s *sim) int64
	tick(s *sim)
}

// plain is embedded by models that need not all of it.
type plain struct{}

func (plain) unwind(*sim, *simTask, op) bool         { return true }
func (plain) ended(*sim, *simTask)                   {}
func (plain) next(*sim) int64                        { return -1 }
func (plain) tick(*sim)                              {}
func (plain) finish(_ *sim, t *simTask, _ op) string { return t.handed }

// nonWaiting are methods that are no checkpoints.
var nonWaiting = []string{"try_put", "try_get", "close", "size", "release", "try_acquire", "locked", "available", "set", "clear", "notify", "notify_all", "cancel"}

func (s *sim) wake(t *simTask, handed string) {
	t.waiting, t.woken, t.handed, t.until = false, true, handed, 0
	s.ready = append(s.ready, t)
}

func (s *sim) print(id int, words ...string) {
	fmt.Fprintf(&s.log, "%d\t%s\n", id, strings.Join(words, "\t"))
}

func (s *sim) cancel(t *simTask) {
	if t == nil || t.ended || t.cancelled {
		return
	}
	t.cancelled, t.until = true, 0
	switch {
	case t.firm:
	case t.waiting:
		at := len(s.ready)
		s.ready = append(s.ready, t)
		s.model.leave(s, t)
		if t.firm = !s.model.unwind(s, t, t.ops[0]); t.firm {
			s.ready = slices.Delete(s.ready, at, at+1)
		}
		t.waiting = t.firm
	case t.woken:
		t.woken = false
		s.model.giveUp(s, t)
	}
}

// late is what a task is handed whose time is over.
const late = "late"

// limit gives the wait of t, which begins, some seconds; "" is no limit. It reports false if there is no time at all.
func (s *sim) limit(t *simTask, seconds string) bool {
	if seconds == "" {
		return true
	}
	n, _ := strconv.ParseFloat(seconds, 64)
	if n <= 0 {
		return false
	}
	s.timers++
	t.until, t.timer = s.now+int64(math.Ceil(n*1e9)), s.timers
	return true
}

// next is when time alone changes something, or -1.
func (s *sim) next() int64 {
	at := s.model.next(s)
	for _, t := range s.tasks {
		if t.until > 0 && t.waiting && (at < 0 || t.until < at) {
			at = t.until
		}
	}
	return at
}

// fire does what time does now.
func (s *sim) fire() {
	var due []*simTask
	for _, t := range s.tasks {
		if t.until > 0 && t.waiting && t.until <= s.now {
			due = append(due, t)
		}
	}
	slices.SortFunc(due, func(a, b *simTask) int { return a.timer - b.timer })
	for _, t := range due {
		s.model.leave(s, t)
		s.wake(t, late)
	}
	if at := s.model.next(s); at >= 0 && at <= s.now {
		s.model.tick(s)
	}
}

func (s *sim) end(t *simTask, how string) {
	s.print(t.id, how)
	t.ended = true
	s.model.ended(s, t)
}

// turn runs t until it waits or ends.
func (s *sim) turn(t *simTask) {
	switch {
	case t.cancelled && !t.started:
		t.ended = true
		return
	case t.cancelled:
		s.end(t, "cancelled")
		return
	case t.woken:
		t.woken = false
		if o := t.ops[0]; o.name != "" {
			s.print(t.id, o.name, s.model.finish(s, t, o))
		}
		t.ops = t.ops[1:]
	}
	t.started = true
	for ; len(t.ops) > 0; t.ops = t.ops[1:] {
		o := t.ops[0]
		if t.cancelled && !slices.Contains(nonWaiting, o.name) {
			s.end(t, "cancelled")
			return
		}
		switch o.name {
		case "":
			s.wake(t, "")
			return
		case "cancel":
			n, _ := strconv.Atoi(o.arg)
			s.cancel(s.tasks[n])
			continue
		}
		res, wait := s.model.exec(s, t, o)
		if wait {
			t.waiting = true
			return
		}
		s.print(t.id, o.name, res)
	}
	s.end(t, "end")
}

// yield lets every task run that is ready before main.
func (s *sim) yield() {
	s.ready = append(s.ready, nil)
	for {
		t := s.ready[0]
		s.ready = s.ready[1:]
		if t == nil {
			return
		}
		s.turn(t)
	}
}

func (s *sim) drain() {
	for len(s.ready) > 0 {
		s.yield()
	}
}

func (s *sim) sleep(seconds float64) {
	until := s.now + int64(seconds*1e9)
	for {
		s.drain()
		at := s.next()
		if at < 0 || at > until {
			break
		}
		s.now = at
		s.fire()
	}
	s.now = until
}

// simulate returns what the schedule prints.
func simulate(m model, steps []step) (string, int) {
	s := &sim{model: m, tasks: map[int]*simTask{}}
	main := &simTask{started: true}
	for _, st := range steps {
		switch {
		case st.spawn > 0:
			t := &simTask{id: st.spawn, ops: slices.Clone(st.ops)}
			s.tasks[t.id] = t
			s.ready = append(s.ready, t)
		case st.do != nil:
			res, _ := m.exec(s, main, *st.do)
			s.print(0, st.do.name, res)
		case st.cancel > 0:
			s.cancel(s.tasks[st.cancel])
		case st.yield:
			s.yield()
		default:
			s.sleep(st.sleep)
		}
	}
	for _, st := range steps {
		s.cancel(s.tasks[st.spawn])
	}
	s.sleep(1)
	m.ended(s, main)
	return s.log.String(), s.warnings
}

const prelude = `
local t = {}
local function call(id, name, ...)
  local ok, v = pcall(p[name], p, ...)
  if not ok then v = v.kind end
  print(id, name, tostring(v))
end
local function start(id, body)
  t[id] = spawn(function()
    finally(body, function(ok, e) print(id, ok and "end" or e.kind) end)
  end)
end
`

// script is the schedule in Lua.
func script(m model, steps []step) string {
	var b strings.Builder
	b.WriteString("local p = " + m.script() + prelude)
	call := func(id int, o op) string {
		switch {
		case o.name == "":
			return "sleep(0)"
		case o.name == "cancel":
			return fmt.Sprintf("if t[%s] then t[%s]:cancel() end", o.arg, o.arg)
		case o.arg != "":
			return fmt.Sprintf("call(%d, %q, %s)", id, o.name, o.arg)
		}
		return fmt.Sprintf("call(%d, %q)", id, o.name)
	}
	for _, st := range steps {
		switch {
		case st.spawn > 0:
			var body []string
			for _, o := range st.ops {
				body = append(body, call(st.spawn, o))
			}
			fmt.Fprintf(&b, "start(%d, function() %s end)\n", st.spawn, strings.Join(body, " "))
		case st.do != nil:
			b.WriteString(call(0, *st.do) + "\n")
		case st.cancel > 0:
			fmt.Fprintf(&b, "if t[%d] then t[%d]:cancel() end\n", st.cancel, st.cancel)
		case st.yield:
			b.WriteString("sleep(0)\n")
		default:
			fmt.Fprintf(&b, "sleep(%s)\n", number(st.sleep))
		}
	}
	for _, st := range steps {
		if st.spawn > 0 {
			fmt.Fprintf(&b, "t[%d]:cancel()\n", st.spawn)
		}
	}
	b.WriteString("sleep(1)\nreturn p\n")
	return b.String()
}

// harness runs scripts on one runtime.
type harness struct {
	rt        *interp.Runtime
	out, errw bytes.Buffer
}

func newHarness(t testing.TB) *harness {
	h := &harness{}
	rt, err := interp.New(interp.WithModule(task.Globals()), interp.WithModule(task.Module()), interp.WithModule(Module()),
		interp.WithStdio(nil, &h.out, &h.errw), interp.WithVirtualTime())
	if err != nil {
		t.Fatal(err)
	}
	h.rt = rt
	t.Cleanup(func() {
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// check runs a schedule both ways and returns what differs, or "".
func (h *harness) check(mk func() model, steps []step) string {
	want, warnings := simulate(mk(), steps)
	h.out.Reset()
	h.errw.Reset()
	vals, err := h.rt.RunString(context.Background(), "=schedule", script(mk(), steps))
	if err != nil {
		return fmt.Sprintf("the run failed: %v", err)
	}
	if got := h.out.String(); got != want {
		return fmt.Sprintf("it prints\n%s\nthe model says\n%s", got, want)
	}
	if got := strings.Count(h.errw.String(), "ended while it held the lock of schedule:"); got != warnings {
		return fmt.Sprintf("%d locks reported, want %d:\n%s", got, warnings, h.errw.String())
	}
	return leftovers(vals.Get(1).Object())
}

// leftovers tells what a primitive still holds when no task is left.
func leftovers(p any) string {
	waiting := 0
	switch p := p.(type) {
	case *Queue:
		waiting = p.getters.Len() + p.putters.Len()
		if p.places != 0 {
			return fmt.Sprintf("%d places are still handed out", p.places)
		}
	case *lock:
		waiting = p.waiters.Len()
		if p.holder != nil {
			return "the lock is still held by " + p.holder.Name()
		}
	case *semaphore:
		waiting = p.waiters.Len()
	case *event:
		waiting = p.waiters.Len()
	case *condition:
		waiting = p.waiters.Len() + p.lock.waiters.Len()
	case *barrier:
		waiting = p.waiters.Len()
	case *limiter:
		waiting = p.waiters.Len()
	default:
		return fmt.Sprintf("no primitive: %T", p)
	}
	if waiting != 0 {
		return fmt.Sprintf("%d waiters are left", waiting)
	}
	return ""
}

// schedule is a random one.
func schedule(r *rand.Rand, m model) []step {
	var steps []step
	spawned := 0
	for range 5 + r.IntN(30) {
		switch n := r.IntN(10); {
		case n < 4 && spawned < 8:
			spawned++
			st := step{spawn: spawned}
			for range 1 + r.IntN(6) {
				switch r.IntN(8) {
				case 0:
					st.ops = append(st.ops, op{})
				case 1:
					st.ops = append(st.ops, op{"cancel", strconv.Itoa(1 + r.IntN(8))})
				default:
					st.ops = append(st.ops, m.op(r, false))
				}
			}
			steps = append(steps, st)
		case n < 6:
			o := m.op(r, true)
			steps = append(steps, step{do: &o})
		case n < 8 && spawned > 0:
			for range 1 + r.IntN(3) {
				steps = append(steps, step{cancel: 1 + r.IntN(spawned)})
			}
		case n < 9:
			steps = append(steps, step{yield: true})
		default:
			// No two sums of such numbers are a multiple of what a limiter waits for.
			steps = append(steps, step{sleep: float64(1+r.IntN(1<<20)) / (1 << 20)})
		}
	}
	return steps
}

// shrink makes a failing schedule as short as leaving things out makes it.
func shrink(steps []step, fails func([]step) bool) []step {
	for again := true; again; {
		again = false
		for i := 0; i < len(steps); i++ {
			if less := slices.Delete(slices.Clone(steps), i, i+1); fails(less) {
				steps, again = less, true
				i--
				continue
			}
			for j := 0; j < len(steps[i].ops); j++ {
				less := slices.Clone(steps)
				less[i].ops = slices.Delete(slices.Clone(less[i].ops), j, j+1)
				if fails(less) {
					steps, again = less, true
					j--
				}
			}
		}
	}
	return steps
}

// checkSeed runs the schedule of a seed.
func checkSeed(t *testing.T, h *harness, mk func(*rand.Rand) model, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	shape := r.Uint64()
	make := func() model { return mk(rand.New(rand.NewPCG(shape, 1))) }
	steps := schedule(r, make())
	if h.check(make, steps) == "" {
		return
	}
	steps = shrink(steps, func(s []step) bool { return h.check(make, s) != "" })
	t.Fatalf("seed %d: %s\nscript:\n%s", seed, h.check(make, steps), script(make(), steps))
}

var models = map[string]func(*rand.Rand) model{
	"queue":     func(r *rand.Rand) model { return &queueModel{max: r.IntN(4)} },
	"lock":      func(*rand.Rand) model { return &lockModel{} },
	"semaphore": func(r *rand.Rand) model { n := 1 + r.IntN(3); return &semaphoreModel{n: n, free: n} },
	"event":     func(*rand.Rand) model { return &eventModel{} },
	"condition": func(*rand.Rand) model { return &conditionModel{} },
	"barrier":   func(r *rand.Rand) model { return &barrierModel{n: 1 + r.IntN(4)} },
	"limiter": func(r *rand.Rand) model {
		return newLimiterModel([]int64{1, 2, 4, 5}[r.IntN(4)], int64(1+r.IntN(3)))
	},
}

func TestModels(t *testing.T) {
	rounds := uint64(1000)
	if testing.Short() {
		rounds = 200
	}
	for name, mk := range models {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			for seed := range rounds {
				checkSeed(t, h, mk, seed)
			}
		})
	}
}

func FuzzModels(f *testing.F) {
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range models {
			if !yield(name) {
				return
			}
		}
	})
	for i := range names {
		f.Add(uint64(i), uint8(i))
	}
	f.Fuzz(func(t *testing.T, seed uint64, which uint8) {
		checkSeed(t, newHarness(t), models[names[int(which)%len(names)]], seed)
	})
}
