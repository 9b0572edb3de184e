package interp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// witness is told everything.
type witness struct{ log strings.Builder }

func (w *witness) say(t *interp.Task, format string, args ...any) {
	if t != nil {
		fmt.Fprintf(&w.log, "%v %d ", t.Now(), t.ID())
	}
	fmt.Fprintf(&w.log, format+"\n", args...)
}

func (w *witness) Spawn(t *interp.Task) {
	owner := uint64(0)
	if o := t.Owner(); o != nil {
		owner = o.ID()
	}
	w.say(t, "spawn by %d for %d at %s", t.Spawner(), owner, t.SpawnSite())
}
func (w *witness) Switch(t *interp.Task) {
	if t.Woken().Cancelled {
		w.say(t, "switch, cancelled since")
	}
}
func (w *witness) Park(t *interp.Task) {
	what, holder := t.WaitsFor()
	text := what.String()
	if holder != nil {
		text += fmt.Sprint(" of ", holder.ID())
	}
	w.say(t, "park %s: %s", t.Site(), text)
}
func (w *witness) Wake(t *interp.Task) {
	c, by := t.Woken(), uint64(0)
	if c.By != nil {
		by = c.By.ID()
	}
	w.say(t, "wake by %d timer %v outside %v cancelled %v %q", by, c.Timer, c.Outside, c.Cancelled, c.Reason)
}
func (w *witness) End(t *interp.Task)   { w.say(t, "end %s %s: %v", t.Name(), t.State(), t.Err()) }
func (w *witness) Named(t *interp.Task) { w.say(t, "named %s", t.Name()) }
func (w *witness) Enter(t *interp.Task, what string, n, of int) {
	w.say(t, "enter %s %d of %d", what, n, of)
}
func (w *witness) Broken(t *interp.Task, text string)            { w.say(t, "broken by %s", text) }
func (w *witness) Exit(t *interp.Task)                           { w.say(t, "exit") }
func (w *witness) Opened(t *interp.Task, id uint64, name string) { w.say(t, "opened %d %s", id, name) }
func (w *witness) Closed(id uint64)                              { w.say(nil, "closed %d", id) }

// A tracer is told who spawned and owns a task, where it waits and for what, what has woken it, and the brackets that it is in.
func TestTracersAreToldEnough(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"spawner, owner, name", `task.map({"a"}, function() end)`, `
0s 1 spawn by 0 for 0 at 
0s 1 enter map 0 of 1
0s 2 spawn by 1 for 1 at t:1
0s 2 named a
0s 1 park map at t:1: task of 2
0s 2 end a done: <nil>
0s 1 wake by 2 timer false outside false cancelled false ""
0s 1 exit
0s 1 end main done: <nil>
`},
		{"who holds", "local l = sync.lock{name = 'db'}\nspawn(function() l:with(sleep, 1) end)\nsleep(0)\nl:with(type, 1)", `
0s 1 spawn by 0 for 0 at 
0s 2 spawn by 1 for 0 at t:2
0s 1 park sleep at t:3: 
0s 1 wake by 1 timer false outside false cancelled false ""
0s 2 enter lock 'db' 0 of 0
0s 2 park sleep at t:2: 
0s 1 park with at t:4: lock 'db' of 2
1s 2 wake by 0 timer true outside false cancelled false ""
1s 2 exit
1s 1 wake by 2 timer false outside false cancelled false ""
1s 2 end t:2 done: <nil>
1s 1 enter lock 'db' 0 of 0
1s 1 exit
1s 1 end main done: <nil>
`},
		{"what cancels", "local s = spawn(sleep, 9)\nsleep(0)\ns:cancel('enough')\ns:join()", `
0s 1 spawn by 0 for 0 at 
0s 2 spawn by 1 for 0 at t:1
0s 1 park sleep at t:2: 
0s 1 wake by 1 timer false outside false cancelled false ""
0s 2 park sleep: 
0s 2 wake by 1 timer false outside false cancelled true "enough"
0s 1 park join at t:4: task of 2
0s 2 switch, cancelled since
0s 2 end sleep cancelled: cancelled: enough
0s 1 wake by 2 timer false outside false cancelled false ""
0s 1 end main done: <nil>
`},
		{"brackets", "finally(function()\npcall(wait_for, sleep, 1, 5)\ntask.retry(function(n) if n < 2 then error('x') end end, {attempts = 2, delay = 0})\nend, function() end)", `
0s 1 spawn by 0 for 0 at 
0s 1 enter wait_for 0 of 0
0s 1 park sleep at t:2: 
1s 1 wake by 0 timer true outside false cancelled true "timed out after 1 s"
1s 1 switch, cancelled since
1s 1 broken by timed out after 1 s
1s 1 exit
1s 1 enter attempt 1 of 2
1s 1 broken by t:3: x
1s 1 exit
1s 1 park retry at t:3: 
1s 1 wake by 1 timer false outside false cancelled false ""
1s 1 enter attempt 2 of 2
1s 1 exit
1s 1 enter cleanup 0 of 0
1s 1 exit
1s 1 end main done: <nil>
`},
		{"what is open", "open('tmp')\nspawn(function() open('x') error('bad', 0) end):join()", `
0s 1 spawn by 0 for 0 at 
0s 1 opened 1 tmp
0s 2 spawn by 1 for 0 at t:2
0s 1 park join at t:2: task of 2
0s 2 opened 2 x
closed 2
0s 2 park closing what it opened: 
0s 2 wake by 0 timer false outside true cancelled false ""
0s 2 end t:2 failed: bad
0s 1 wake by 2 timer false outside false cancelled false ""
0s 1 end main done: <nil>
closed 1
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &witness{}
			_, _, _ = runScript(t, tt.src, interp.WithVirtualTime(), interp.WithTracer(w), interp.WithFunc("open", func(c *interp.Call) error {
				name, err := c.Text(1)
				c.Defer(name, nil, func(context.Context) error { return nil })
				return err
			}))
			if got := "\n" + w.log.String(); got != tt.want {
				t.Errorf("told%s\nwant%s", got, tt.want)
			}
		})
	}
}

// A tracer for which one call a turn is enough is told of no Switch but where a cancellation has come since Wake, and of tasks that let
// others run by Yield; one beside it is told all.
func TestTurnTracers(t *testing.T) {
	few, all := &turnWitness{}, &witness{}
	_, _, err := runScript(t, `
		local second
		spawn(function() sleep(1) second:cancel("late") end)
		second = spawn(function() sleep(1) end)
		sleep(0)
		second:join()`, interp.WithVirtualTime(), interp.WithTracer(few), interp.WithTracer(all))
	if err != nil {
		t.Fatal(err)
	}
	want := `0s 1 spawn by 0 for 0 at 
0s 2 spawn by 1 for 0 at t:3
0s 3 spawn by 1 for 0 at t:4
0s 1 yield at sleep at t:5
0s 2 park sleep at t:3: 
0s 3 park sleep at t:4: 
0s 1 park join at t:6: task of 3
1s 2 wake by 0 timer true outside false cancelled false ""
1s 3 wake by 0 timer true outside false cancelled false ""
1s 2 end t:3 done: <nil>
1s 3 switch, cancelled since
1s 3 end t:4 cancelled: cancelled: late
1s 1 wake by 3 timer false outside false cancelled false ""
1s 1 end main done: <nil>
`
	if got := few.log.String(); got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
	if got := all.log.String(); !strings.Contains(got, "0s 1 park sleep at t:5: \n0s 1 wake by 1 ") {
		t.Errorf("the other is told\n%s", got)
	}
}

// turnWitness is an interp.TurnTracer.
type turnWitness struct{ witness }

func (w *turnWitness) Yield(t *interp.Task) { w.say(t, "yield at %s", t.Site()) }
func (w *turnWitness) Switch(t *interp.Task) {
	w.witness.Switch(t)
	if !t.Interrupted() {
		w.say(t, "switch")
	}
}

// The loop says when nothing is ready. Several tracers are told, in their order.
func TestTracersOfTheLoop(t *testing.T) {
	var log []string
	first, second := idleTracer{"a", &log}, idleTracer{"b", &log}
	if _, _, err := runScript(t, `sleep(1)`, interp.WithVirtualTime(), interp.WithTracer(first), interp.WithTracer(second)); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(log, " "); !strings.Contains(got, "a park b park a idle b idle a busy b busy a wake b wake") {
		t.Errorf("told %s", got)
	}
}

type idleTracer struct {
	name string
	log  *[]string
}

func (i idleTracer) say(what string)     { *i.log = append(*i.log, i.name+" "+what) }
func (i idleTracer) Spawn(*interp.Task)  { i.say("spawn") }
func (i idleTracer) Switch(*interp.Task) { i.say("switch") }
func (i idleTracer) Park(*interp.Task)   { i.say("park") }
func (i idleTracer) Wake(*interp.Task)   { i.say("wake") }
func (i idleTracer) End(*interp.Task)    { i.say("end") }
func (i idleTracer) Idle()               { i.say("idle") }
func (i idleTracer) Busy()               { i.say("busy") }

// A tracer comes and goes while a script runs, also one that computes.
func TestTraceOfARuntimeThatRuns(t *testing.T) {
	rt := newRuntime(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := rt.RunString(ctx, "=t", `spawn(function() while true do sleep(0) end end) while true do for i = 1, 1e6 do end sleep(0) end`)
		ended <- err
	}()
	var log []string
	for range 3 {
		stop, err := rt.Trace(t.Context(), idleTracer{"a", &log})
		if err != nil {
			t.Fatal(err)
		}
		for from := rt.Stats().Switches; rt.Stats().Switches < from+10; {
		}
		stop()
		n := len(log)
		if _, err := rt.Tasks(t.Context()); err != nil || len(log) != n {
			t.Errorf("after stop it was told %d more, %v", len(log)-n, err)
		}
	}
	if len(log) == 0 {
		t.Error("it was told nothing")
	}
	cancel()
	<-ended
	if _, err := rt.Trace(t.Context(), nil); err == nil {
		t.Error("a nil tracer")
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	if _, err := rt.Trace(t.Context(), idleTracer{"a", &log}); !errors.Is(err, interp.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// countingTracer is one that cannot be compared.
type countingTracer struct {
	spawned *int
	_       []int
}

func (c countingTracer) Spawn(*interp.Task)  { *c.spawned++ }
func (c countingTracer) Switch(*interp.Task) {}
func (c countingTracer) Park(*interp.Task)   {}
func (c countingTracer) Wake(*interp.Task)   {}
func (c countingTracer) End(*interp.Task)    {}

// A tracer may be given twice, and then is told twice, until each is stopped.
func TestTraceTwice(t *testing.T) {
	rt, spawned := newRuntime(t), 0
	tracer := countingTracer{spawned: &spawned}
	var stops []func()
	for range 2 {
		stop, err := rt.Trace(t.Context(), tracer)
		if err != nil {
			t.Fatal(err)
		}
		stops = append(stops, stop)
	}
	for _, want := range []int{2, 3, 3} {
		if _, err := rt.RunString(t.Context(), "=t", ""); err != nil || spawned != want {
			t.Errorf("told %d times, want %d, %v", spawned, want, err)
		}
		if len(stops) > 0 {
			stops[0]()
			stops[0]() // again, which does nothing
			stops = stops[1:]
		}
	}
}

// Tasks tells of all that there are, from outside, while one of them computes.
func TestTasks(t *testing.T) {
	rt := newRuntime(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := rt.RunString(ctx, "=t", `
			local a, b = sync.lock{name = "a"}, sync.lock()
			local function both(x, y) x:with(function() sleep(0) y:with(type, 1) end) end
			spawn(both, a, b)
			spawn(both, b, a)
			task.daemon(sleep, math.huge)
			spawn(function() task.current():name("busy") sleep(0) sleep(0) while true do end end)
			task.map({"only"}, function() sleep(math.huge) end)`)
		ended <- err
	}()
	var got strings.Builder
	var tasks []interp.TaskInfo
	for busy := false; !busy; {
		var err error
		if tasks, err = rt.Tasks(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, i := range tasks {
			busy = busy || i.Name == "busy" && i.State == "running" && i.At.Place() == "t:7" && len(tasks) == 6 && tasks[1].What.Kind != ""
		}
	}
	for _, i := range tasks {
		fmt.Fprintf(&got, "%d<%d<%d '%s' %s, %s, %s of %d, spawned %s %v\n", i.ID, i.Parent, i.Owner, i.Name, i.State, i.At, i.What, i.Holder, i.Spawn, i.Daemon)
	}
	want := `1<0<0 'main' waiting, map at t:8, task of 6, spawned  false
2<1<0 't:3' waiting, with at t:3, lock of t:2 of 3, spawned t:4 false
3<1<0 't:3' waiting, with at t:3, lock 'a' of 2, spawned t:5 false
4<1<0 'sleep' waiting, sleep,  of 0, spawned t:6 true
5<1<0 'busy' running, t:7,  of 0, spawned t:7 false
6<1<1 'only' waiting, sleep at t:8,  of 0, spawned t:8 false
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
	if f := tasks[4].Frames; len(f) != 1 || f[0].Line != 7 {
		t.Errorf("frames %v", f)
	}
	var cycles []string
	for _, c := range interp.WaitCycles(tasks) {
		cycles = append(cycles, interp.CycleText(c))
	}
	if want := "[a cycle: 2 't:3' waits for lock of t:2, held by 3 't:3', which waits for lock 'a', held by 2 't:3']"; fmt.Sprint(cycles) != want {
		t.Errorf("cycles %q, want %s", cycles, want)
	}
	cancel()
	<-ended
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	if _, err := rt.Tasks(t.Context()); !errors.Is(err, interp.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// A function in Go that holds the loop up is waited for as long as ctx says.
func TestTasksOfALoopThatIsHeldUp(t *testing.T) {
	held, release := make(chan bool), make(chan bool)
	rt := newRuntime(t, interp.WithFunc("hold", func(*interp.Call) error {
		held <- true
		<-release
		return nil
	}))
	ended := make(chan error, 1)
	go func() {
		_, err := rt.RunString(context.Background(), "=t", "hold()")
		ended <- err
	}()
	<-held
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if _, err := rt.Tasks(ctx); err == nil || !strings.HasSuffix(err.Error(), "enough") {
		t.Errorf("got %v", err)
	}
	release <- true
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// WaitCycles finds each cycle once, and is none the worse for long chains.
func TestWaitCycles(t *testing.T) {
	var tasks []interp.TaskInfo
	for i := range uint64(100_000) {
		tasks = append(tasks, interp.TaskInfo{ID: i + 1, Holder: i + 2}) // the last waits for one that is not there
	}
	if c := interp.WaitCycles(tasks); len(c) != 0 {
		t.Errorf("%d cycles", len(c))
	}
	tasks[99_999].Holder = 50_001
	tasks[10].Holder = 11
	c := interp.WaitCycles(tasks)
	if len(c) != 2 || len(c[0]) != 1 || len(c[1]) != 50_000 || c[1][0].ID != 50_001 {
		t.Errorf("%d cycles", len(c))
	}
	if text := interp.CycleText(c[1]); len(text) > 2000 || !strings.HasSuffix(text, "through 50000 tasks") {
		t.Errorf("%d bytes: ...%s", len(text), text[max(0, len(text)-100):])
	}
}

// ticking has functions that measure in ticks of a runtime's watchdog, as it does itself: ticks() is how many there were, hold(n) holds the
// loop up for so many.
func ticking(rt **interp.Runtime) interp.Option {
	return interp.Combine(
		interp.WithFunc("ticks", func() float64 { return float64((*rt).Ticks()) }),
		interp.WithFunc("hold", func(n int) {
			for from := (*rt).Ticks(); (*rt).Ticks() < from+uint64(n); {
				time.Sleep(time.Millisecond)
			}
		}))
}

// A turn that takes long is told while it still runs, once, with its traceback; so is one that a function in Go makes long, when that
// returns.
func TestSlowTurns(t *testing.T) {
	var told []interp.TaskInfo
	var rt *interp.Runtime
	slow := interp.WithSlowTurn(50*time.Millisecond, func(i interp.TaskInfo) { told = append(told, i) })
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, io.Discard, io.Discard), slow, ticking(&rt),
		interp.WithFunc("told", func() int { return len(told) }),
		interp.WithFunc("forget", func() { told = nil }))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	_, err = rt.RunString(t.Context(), "=t", `
		local last, held = ...
		repeat -- a machine that holds a short turn up makes it a long one
			forget() held = false
			for i = 1, 20 do
				local x = 0 for i = 1, 1e4 do x = x + i end
				sleep(0)
				local n = ticks() held, last = held or n - last > 2, n
			end
		until not held
		assert(told() == 0)
		local function long() while told() == 0 do end end
		long()
		local t = told() for i = 1, 1e7 do end assert(told() == t)
		sleep(0)
		hold(20) for i = 1, 1e3 do end`, rt.Ticks())
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != 2 {
		t.Fatalf("told %d times", len(told))
	}
	for i, line := range []int{12, 16} {
		at := 0
		for _, f := range told[i].Frames {
			if f.Line > 0 {
				at = f.Line
				break
			}
		}
		if info := told[i]; info.ID != 1 || info.State != "running" || info.For < 50*time.Millisecond || info.For > 5*time.Second || at != line {
			t.Errorf("told %d '%s' %s for %v at line %d, want %d", info.ID, info.Name, info.State, info.For, at, line)
		}
	}
	if f := told[1].Frames[0].String(); !strings.Contains(f, "function 'hold'") {
		t.Errorf("innermost: %s", f)
	}
	for _, d := range []time.Duration{0, time.Millisecond} {
		if _, err := interp.New(interp.WithSlowTurn(d, func(interp.TaskInfo) {})); err == nil {
			t.Errorf("%v is taken", d)
		}
	}
}

// A sample's time is that of what it shows: a function in Go that holds the loop up has its own.
func TestSample(t *testing.T) {
	var rt *interp.Runtime
	rt = newRuntime(t, ticking(&rt))
	var spent map[string]time.Duration
	var far string
	for try := 1; try == 1 || far != "" && try <= 5; try++ { // a machine that has other things to do holds one up now and then
		spent, far = map[string]time.Duration{}, ""
		stop, err := rt.Sample(t.Context(), func(s interp.Sample) {
			name := s.Frames[0].Func
			if len(s.Frames) > 1 && name == "function 'ticks'" {
				name = s.Frames[1].Func
			}
			spent[name] += s.Time
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rt.RunString(t.Context(), "=t", `
			local function busy() local t = ticks() while ticks() - t < 30 do for i = 1, 1e4 do end end end
			busy() hold(30) busy()`); err != nil {
			t.Fatal(err)
		}
		stop()
		all := time.Duration(0)
		for _, d := range spent {
			all += d
		}
		for name, want := range map[string]float64{"function 'busy'": 2. / 3, "function 'hold'": 1. / 3} {
			if got := float64(spent[name]) / float64(all); !(got > want-0.2 && got < want+0.2) {
				far += fmt.Sprintf("%s has %.2f of all, want about %.2f; all: %v\n", name, got, want, spent)
			}
		}
	}
	if far != "" {
		t.Error(far)
	}
	n := len(spent)
	if _, err := rt.RunString(t.Context(), "=t", `local function after() for i = 1, 3e6 do end end after()`); err != nil || len(spent) != n {
		t.Errorf("after stop: %v, %v", spent, err)
	}
}
