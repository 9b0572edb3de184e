package interp_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// tracing writes down what it is told.
type tracing struct{ log strings.Builder }

func (tr *tracing) note(event string, t *interp.Task) {
	fmt.Fprintf(&tr.log, "%v %s %s", t.Now(), event, t.Name())
	if where, _ := t.Waiting(); where != "" {
		tr.log.WriteString(": " + where)
	}
	if event == "end" {
		tr.log.WriteString(": " + t.State())
	}
	tr.log.WriteByte('\n')
}

func (tr *tracing) Spawn(t *interp.Task)  { tr.note("spawn", t) }
func (tr *tracing) Switch(t *interp.Task) { tr.note("switch", t) }
func (tr *tracing) Park(t *interp.Task)   { tr.note("park", t) }
func (tr *tracing) Wake(t *interp.Task)   { tr.note("wake", t) }
func (tr *tracing) End(t *interp.Task)    { tr.note("end", t) }

func TestTracer(t *testing.T) {
	tr := &tracing{}
	_, _, err := runScript(t, `
		local a = spawn(function() sleep(2) end) a:name("a")
		local b = spawn(sleep, 1) b:name("b") b:cancel()
		sleep(0)
		pcall(wait_for, a, 1)
		pcall(await, spawn(error, "x"))`, interp.WithTracer(tr))
	want := `0s spawn main
0s switch main
0s spawn t:2
0s spawn sleep
0s park main
0s wake main
0s switch a
0s park a: sleep at t:2
0s end b: cancelled
0s switch main
0s park main: wait_for at t:5
1s wake a
1s switch a
1s end a: cancelled
1s wake main
1s switch main
1s spawn error
1s park main: await at t:6
1s switch error
1s end error: failed
1s wake main
1s switch main
1s end main: done
`
	if got := tr.log.String(); got != want || err != nil {
		t.Errorf("traced\n%s\nwant\n%s, %v", got, want, err)
	}
	if _, err := interp.New(interp.WithTracer(nil)); err == nil {
		t.Error("a nil tracer")
	}
}

func TestStats(t *testing.T) {
	rt := newRuntime(t)
	ended := make(chan error, 1)
	go func() {
		_, err := rt.RunString(t.Context(), "=t", `
			for i = 1, 3 do spawn(sleep, math.huge) end
			sleep(3600)`)
		ended <- err
	}()
	for rt.Stats().Waiting < 4 {
		time.Sleep(time.Millisecond)
	}
	got := rt.Stats()
	got.Idle, got.Memory = 0, 0
	if want := (interp.Stats{Runs: 1, Tasks: 4, Switches: 4, Peak: 4, Live: 4, Waiting: 4, Timers: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	<-ended
	if got := rt.Stats(); got.Live != 0 || got.Tasks != 4 {
		t.Errorf("after Close: %+v", got)
	}
}

// The estimate follows what scripts reach, in the middle of a run as well, and costs them nothing of their limits.
func TestStatsMemory(t *testing.T) {
	rt := newRuntime(t)
	memory := func(src string) int {
		t.Helper()
		if _, err := rt.RunString(t.Context(), "=t", src); err != nil {
			t.Fatal(err)
		}
		return rt.Stats().Memory >> 20
	}
	if n := memory(``); n > 0 {
		t.Errorf("idle: %d MB", n)
	}
	if n := memory(`list = {} for i = 1, 1e5 do list[i] = {i} end`); n < 8 || n > 25 {
		t.Errorf("with a list of 100,000 tables: %d MB", n)
	}
	if n := memory(`list = nil for i = 1, 1e5 do local x = {i} end`); n > 0 {
		t.Errorf("without it: %d MB", n)
	}
	memory(`list = {} for i = 1, 5e5 do list[i] = {i} end`)
	memory(`list = nil`)
	if runtime.GC(); rt.Stats().Memory > 1<<20 {
		t.Errorf("after a collection: %d MB", rt.Stats().Memory>>20)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := rt.RunString(t.Context(), "=t", `
			local list = {} for i = 1, 1e5 do list[i] = {i} end
			while not stopped do end`)
		ended <- err
	}()
	for rt.Stats().Memory < 8<<20 {
		time.Sleep(time.Millisecond)
	}
	if n := rt.Stats().Instructions; n != 0 {
		t.Errorf("%d instructions without limits", n)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, interp.ErrClosed) {
		t.Error(err)
	}
	if n := rt.Stats().Memory; n != 0 {
		t.Errorf("after Close: %d bytes", n)
	}
}

// Looking does not change what is counted, for the limit as well.
func TestStatsInstructions(t *testing.T) {
	const src = `local n = ... for i = 1, n do local t = {i} end`
	count := func(looking bool) uint64 {
		rt := newRuntime(t, interp.WithLimits(interp.Limits{Instructions: 3_000_000}))
		stop := make(chan struct{})
		var looked sync.WaitGroup
		if looking {
			looked.Go(func() {
				for last := uint64(0); ; {
					n := rt.Stats().Instructions
					if n < last {
						t.Errorf("%d instructions after %d", n, last)
					}
					last = n
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		if _, err := rt.RunString(t.Context(), "=t", src, 1_000_000); err != nil {
			t.Error(err)
		}
		if _, err := rt.RunString(t.Context(), "=t", src, 4_000_000); !errors.Is(err, interp.ErrLimit) {
			t.Error(err)
		}
		close(stop)
		looked.Wait()
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
		return rt.Stats().Instructions
	}
	alone, watched := count(false), count(true)
	if alone < 4_000_000 || alone > 4_100_000 || watched < alone-10 || watched > alone+10 {
		t.Errorf("%d instructions, and %d while somebody looked", alone, watched)
	}
}

func ExampleRuntime_Stats() {
	rt := must(interp.New(builtins.Safe(), interp.WithLimits(interp.Limits{Instructions: 10_000_000, Memory: 256 << 20})))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=plugin", `
		cache = {}
		for i = 1, 40000 do cache[i] = {id = i} end
		gather(async(sleep)(0.01), async(sleep)(0.01))`)
	s := rt.Stats()
	fmt.Println(err)
	fmt.Println("runs:", s.Runs, "tasks:", s.Tasks, "at most", s.Peak, "at once")
	fmt.Println("now:", s.Live, "tasks,", s.Timers, "timers")
	fmt.Println("some MB of tables:", s.Memory > 4<<20 && s.Memory < 64<<20)
	fmt.Println("steps:", s.Instructions > 40_000)
	// Output:
	// <nil>
	// runs: 1 tasks: 3 at most 3 at once
	// now: 0 tasks, 0 timers
	// some MB of tables: true
	// steps: true
}

// taskTimes prints how long each task lived, on the runtime's clock.
type taskTimes struct{ begun map[uint64]time.Duration }

func (tt taskTimes) Spawn(t *interp.Task) { tt.begun[t.ID()] = t.Now() }
func (tt taskTimes) Switch(*interp.Task)  {}
func (tt taskTimes) Park(*interp.Task)    {}
func (tt taskTimes) Wake(*interp.Task)    {}
func (tt taskTimes) End(t *interp.Task) {
	fmt.Printf("task %d, %s: %s after %v\n", t.ID(), t.Name(), t.State(), t.Now()-tt.begun[t.ID()])
	delete(tt.begun, t.ID())
}

func ExampleTracer() {
	rt := must(interp.New(builtins.Std(), interp.WithVirtualTime(), interp.WithStdio(nil, os.Stdout, os.Stderr),
		interp.WithTracer(taskTimes{map[uint64]time.Duration{}})))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "@job.lua", `
		local function fetch() sleep(2) end
		local function flaky() sleep(1) error("refused") end
		pcall(gather, fetch, flaky)`)
	fmt.Println(err)
	// Output:
	// task 3, gather[2]: failed after 1s
	// task 2, gather[1]: cancelled after 1s
	// task 1, main: done after 1s
	// <nil>
}
