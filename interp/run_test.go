package interp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// How runs end: what is printed, what is said on standard error, and the error.
func TestEnds(t *testing.T) {
	for _, tt := range []struct{ name, src, out, errw, err string }{
		{"main waits for its tasks", `spawn(function() sleep(2) print("task", now()) end) print("main")`, "main\ntask\t2\n", "", ""},
		{"main's error cancels the rest", `spawn(function() finally(function() sleep(9) end, function(ok, e) sleep(1) print(e.kind, now()) end) end) sleep(1) error("main", 0)`,
			"cancelled\t2\n", "", "main"},
		{"a cancelled main ends the run", `spawn(function() finally(function() sleep(9) end, function() print("unwound") end) end) sleep(0) task.current():cancel("why") sleep(1) print("never")`,
			"unwound\n", "", "the main task was cancelled: why"},
		{"a task's error that nobody awaits", `spawn(function() error("lost", 0) end) sleep(1) print("main")`, "main\n", "lull: task 't:1' failed: lost\n", "lost"},
		{"one that is awaited later", `local t = spawn(function() error("found", 0) end) sleep(1) print(pcall(await, t))`, "false\tfound\n", "lull: task 't:1' failed: found\n", ""},
		{"result and error count as awaiting", `for _, f in ipairs{"result", "error"} do local t = spawn(function() error("x", 0) end) sleep(1) print(pcall(t[f], t)) end`,
			"false\tx\ntrue\tx\n", "lull: task 't:1' failed: x\nlull: task 't:1' failed: x\n", ""},
		{"join does not", `local t = spawn(function() error("x", 0) end) t:join() print(t:done())`, "true\n", "lull: task 't:1' failed: x\n", "x"},
		{"a waiter that was cancelled has not awaited", `local t = spawn(function() sleep(2) error("x", 0) end) pcall(wait_for, function() await(t) end, 1)`, "", "lull: task 't:1' failed: x\n", "x"},
		{"a daemon's error counts", `task.daemon(function() error("daemon", 0) end) sleep(1)`, "", "lull: task 't:1' failed: daemon\n", "daemon"},
		{"a daemon's cleanup, when the script is over", `task.daemon(function() finally(function() sleep(math.huge) end, function() sleep(1) print("unwound") error("daemon", 0) end) end) sleep(1)`,
			"unwound\n", "lull: task 't:1' failed: daemon\n", "daemon"},
		{"a daemon does not hold the script", `task.daemon(function() while true do gather(function() sleep(1) end) end end) sleep(2.5) print(now())`, "2.5\n", "", ""},
		{"a daemon's cleanup that spawns when the script is over", `task.daemon(function() finally(function() sleep(math.huge) end, function()
				spawn(function() finally(function() sleep(math.huge) end, function() print("cut", now()) end) end) print("spawned")
				gather(function() sleep(1) print("gathered") end)
				async(function() end)()
			end) end) sleep(1)`, "spawned\ngathered\ncut\t6\n", "", "t:4: job 't:4' was never awaited"},
		{"a job that was never started", "local fetch = async(print)\nfetch(1)\nprint('done')", "done\n", "", "t:2: job 'fetch' was never awaited"},
		{"jobs from many places", "local f = async(print)\nfor i = 1, 3 do f(i) end\n" + strings.Repeat("f()\n", 25), "", "",
			"t:2: job 'f' was never awaited (3 times)" + func() (s string) {
				for i := range 19 {
					s += fmt.Sprintf("\nt:%d: job 'f' was never awaited", i+3)
				}
				return s + "\n6 more jobs were never awaited"
			}()},
		{"a job that a bad argument has left", `local f = async(print) print((pcall(gather, f(), nil)))`, "false\n", "", "t:1: job 'f' was never awaited"},
		{"jobs that builtins have made", "local fetch = async(print)\ntask.map({ 1, 2 }, fetch)\nspawn(fetch)", "", "", "t:2: job 'print' was never awaited (2 times)\nt:3: job 'print' was never awaited"},
		{"a job that was never started, and stop", `local f = async(print) f() stop()`, "", "", "exit status 0\nt:1: job 'f' was never awaited"},
		{"a job that was never started, and an error", `local f = async(print) f() error("main", 0)`, "", "", "main\nt:1: job 'f' was never awaited"},
		{"a job that was made in a coroutine, below pcall", `local f = async(print) coroutine.wrap(function() pcall(f) end)()`, "", "", "t:1: job 'print' was never awaited"},
		{"errors while the run is being cut", `spawn(function() finally(function() sleep(9) end, function() error("unwinding", 0) end) end) sleep(1) error("main", 0)`,
			"", "lull: task 't:1' failed: unwinding\n", "main\nunwinding"},
		{"stop returns, and ends everything", `spawn(function() finally(function() sleep(9) end, function() print("unwound") end) end) sleep(0) stop() print("on") sleep(0) print("never")`, "on\nunwound\n", "", ""},
		{"stop in a task", `spawn(function() sleep(1) stop(4) stop(5) end) sleep(9) print("never")`, "", "", "exit status 4"},
		{"stop, twice, and os.exit", `stop() os.exit(3)`, "", "", ""},
		{"stop(0) with an error that nobody awaited", `spawn(function() error("x", 0) end) sleep(0) stop()`, "", "lull: task 't:1' failed: x\n", "exit status 0\nx"},
		{"bad statuses", `for _, c in ipairs{-1, 256, 1.5, 0/0, "x"} do print(select(2, pcall(stop, c)).message) end`,
			"bad argument #1 to 'stop' (exit status from 0 to 255 expected, got -1)\nbad argument #1 to 'stop' (exit status from 0 to 255 expected, got 256)\n" +
				"bad argument #1 to 'stop' (integer expected, got 1.5)\nbad argument #1 to 'stop' (integer expected, got nan)\nbad argument #1 to 'stop' (number expected, got string)\n", "", ""},
		{"os.exit goes through everything", `
			spawn(function() finally(function() pcall(coroutine.wrap(function() pcall(table.sort, {2, 1}, function() os.exit(7) end) print("never") end)) print("never") end, function() print("cleanup") end) print("never") end)
			pcall(sleep, 9) print("never")`, "cleanup\n", "", "exit status 7"},
		{"os.exit in what another owns", `print(pcall(wait_for, function() gather(function() os.exit(2) end, function() sleep(9) end) end, 5))`, "", "", "exit status 2"},
		{"os.exit in a cleanup", `pcall(wait_for, function() finally(function() sleep(9) end, function() os.exit(9) end) end, 1) print("never")`, "", "", "exit status 9"},
		{"a deadlock", `local t = spawn(function() pcall(sleep, math.huge) print("never") end) t:name("waiter") finally(function() await(t) end, function() print("cleanup") end)`,
			"cleanup\n", "", "deadlock: every task waits, and nothing can wake any of them\n\ttask 1 'main': await at t:1: task 2 'waiter' (sleep at t:1)\n\ttask 2 'waiter': sleep at t:1"},
		{"a deadlock with daemons", `task.daemon(function() sleep(math.huge) end) sleep(math.huge)`, "", "",
			"deadlock: every task waits, and nothing can wake any of them\n\t2 tasks 'main', 't:1': sleep at t:1"},
		{"a daemon's timer is none", `local n = 0 task.daemon(function() while n < 3 do sleep(1) n = n + 1 end sleep(math.huge) end) pcall(sleep, math.huge)`, "", "",
			"deadlock: every task waits, and nothing can wake any of them\n\t2 tasks 'main', 't:1': sleep at t:1"},
		{"a cleanup after a deadlock has its grace", `finally(function() sleep(math.huge) end, function() finally(function() sleep(math.huge) end, function() print(now()) end) end)`, "5\n", "",
			"deadlock: every task waits, and nothing can wake any of them\n\ttask 1 'main': sleep at t:1"},
		{"what main awaits fails", `await(spawn(function() error({}) end))`, "", "", "{}"},
		{"an error with __tostring", `error(setmetatable({}, {__tostring = function() return "shown" end}))`, "", "", "shown"},
		{"an error whose __tostring raises", `error(setmetatable({}, {__tostring = function() error("no") end}))`, "", "", "{}"},
		{"an error whose __tostring waits", `error(setmetatable({}, {__tostring = function() sleep(3) return "shown " .. now() end}))`, "", "", "shown 3"},
		{"nil", `error()`, "", "", "nil"},
		{"a number", `error(42, 0)`, "", "", "42"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, errw, err := runScript(t, tt.src)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if out != tt.out || errw != tt.errw || got != tt.err {
				t.Errorf("printed %q\nwant    %q\nstandard error %q\nwant           %q\nerror %q\nwant  %q", out, tt.out, errw, tt.errw, got, tt.err)
			}
		})
	}
}

func newRuntime(t *testing.T, opts ...interp.Option) *interp.Runtime {
	t.Helper()
	rt, err := interp.New(append([]interp.Option{builtins.Std()}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	})
	return rt
}

func TestContextEndsARun(t *testing.T) {
	rt := newRuntime(t)
	ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Millisecond, errors.New("too slow"))
	defer cancel()
	_, err := rt.RunString(ctx, "=t", `sleep(1000)`)
	if err == nil || !errors.Is(err, interp.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "too slow") {
		t.Errorf("an expired context: %v", err)
	}
	if _, err := rt.RunString(ctx, "=t", `ran = true`); !errors.Is(err, interp.ErrTimeout) {
		t.Errorf("one that has expired before: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := rt.RunString(ctx, "=t", `ran = true`); !errors.Is(err, interp.ErrCancelled) || !errors.Is(err, context.Canceled) {
		t.Errorf("one that was cancelled before: %v", err)
	}
	if v, err := rt.RunString(t.Context(), "=t", `return ran`); err != nil || !v.Get(1).IsNil() {
		t.Errorf("it ran: %v, %v", v, err)
	}
}

// A cleanup's work after the host's cancellation is done, not skipped.
func TestCleanupBlocksAfterCancellation(t *testing.T) {
	did := interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "work", Fn: func(c *interp.Call) error {
		done := false
		if err := c.Block(func(ctx context.Context) error {
			done = ctx.Err() == nil
			return ctx.Err()
		}); err != nil {
			return err
		}
		return c.Return(done)
	}}}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rt := newRuntime(t, did, interp.WithFunc("cancel", cancel))
	_, err := rt.RunString(ctx, "=t", `finally(function() cancel() sleep(1000) end, function() done = work() end)`)
	if !errors.Is(err, interp.ErrCancelled) {
		t.Error(err)
	}
	if v, err := rt.RunString(t.Context(), "=t", `return done`); err != nil || !v.Get(1).Truth() {
		t.Errorf("not done: %v, %v", v, err)
	}
}

func TestRunsAtOnce(t *testing.T) {
	rt := newRuntime(t)
	if _, err := rt.RunString(t.Context(), "=t", `task.daemon(function() while true do sleep(0.001) beats = (beats or 0) + 1 end end)`); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			v, err := rt.RunString(t.Context(), "=t", `
				local n = ...
				for i = 1, 3 do spawn(sleep, 9) end
				sleep(0.01)
				if #task.all() ~= 4 then error("other runs' tasks: " .. #task.all()) end
				for _, t in ipairs(task.all()) do if t ~= task.current() then t:cancel() end end
				if n % 4 == 0 then stop(n) sleep(9) end
				if n % 4 == 1 then error("run " .. n, 0) end
				if n % 4 == 2 then spawn(function() error("task " .. n, 0) end) end
				return n`, i)
			want := map[int]string{0: fmt.Sprintf("exit status %d", i), 1: fmt.Sprintf("run %d", i), 2: fmt.Sprintf("task %d", i), 3: "<nil>"}[i%4]
			if i == 0 {
				want = "<nil>"
			}
			if fmt.Sprint(err) != want {
				t.Errorf("run %d: %v, want %s", i, err, want)
			}
			if n, _ := v.Get(1).Number(); i%4 == 3 && n != float64(i) {
				t.Errorf("run %d returned %v", i, n)
			}
		})
	}
	wg.Wait()
	if v, err := rt.RunString(t.Context(), "=t", `return beats`); err != nil || v.Get(1).IsNil() {
		t.Errorf("the daemon's beats: %v, %v", v, err)
	}
}

func TestCloseDuringRuns(t *testing.T) {
	var out bytes.Buffer
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, nil))
	if err != nil {
		t.Fatal(err)
	}
	errs := make(chan error, 3)
	for range cap(errs) {
		go func() {
			_, err := rt.RunString(context.Background(), "=t", `finally(function() sleep(1000) end, function() sleep(0.01) print("cleanup") end)`)
			errs <- err
		}()
	}
	for rt.Stats().Timers < cap(errs) {
		time.Sleep(time.Millisecond)
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := rt.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	for range cap(errs) {
		if err := <-errs; !errors.Is(err, interp.ErrClosed) {
			t.Errorf("a run that Close ended: %v", err)
		}
	}
	wg.Wait()
	if out.String() != "cleanup\ncleanup\ncleanup\n" {
		t.Errorf("printed %q", out.String())
	}
	if _, err := rt.RunString(context.Background(), "=t", ``); !errors.Is(err, interp.ErrClosed) {
		t.Errorf("a run after Close: %v", err)
	}
	rt.Hold()()
	rt.Stats()
}

func TestHoldIsNoDeadlock(t *testing.T) {
	rt := interptest.New(t, builtins.Std())
	s := rt.Start(`sleep(math.huge)`) // holds the runtime until its result is asked for
	release := rt.Hold()
	release()
	release()
	rt.WaitBlocked()
	if s.Ended() {
		t.Error("it has ended")
	}
	if _, err := s.Result(); !errors.Is(err, interp.ErrDeadlock) {
		t.Errorf("released: %v", err)
	}
}

func TestManualClock(t *testing.T) {
	clock := interp.NewManualClock()
	var out syncBuffer
	rt := newRuntime(t, interp.WithClock(clock), interp.WithStdio(nil, &out, nil))
	if _, err := interp.New(interp.WithClock(clock)); err == nil {
		t.Error("two runtimes on one manual clock")
	}
	ended := make(chan error, 1)
	go func() {
		_, err := rt.RunString(t.Context(), "=t", `
			spawn(function() for i = 1, 3 do sleep(2) print("two", now()) end end)
			for i = 1, 2 do sleep(3) print("three", now()) end`)
		ended <- err
	}()
	for rt.Stats().Timers < 2 {
		time.Sleep(time.Millisecond)
	}
	clock.Advance(time.Second)
	if got := out.String(); got != "" {
		t.Errorf("after 1 s: %q", got)
	}
	clock.Advance(3 * time.Second)
	if got := out.String(); got != "two\t2\nthree\t3\ntwo\t4\n" {
		t.Errorf("after 4 s: %q", got)
	}
	clock.Advance(time.Hour)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if got := out.String(); got != "two\t2\nthree\t3\ntwo\t4\nthree\t6\ntwo\t6\n" {
		t.Errorf("at the end: %q", got)
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestGraceIsBounded(t *testing.T) {
	for _, tt := range []struct {
		grace time.Duration
		want  string
	}{{0, "1\n"}, {2 * time.Second, "3\n"}, {time.Minute, "11\n"}} {
		out, _, err := runScript(t, `pcall(wait_for, function() finally(function() sleep(99) end, function() sleep(99) end, 10) end, 1) print(now())`, interp.WithGrace(tt.grace))
		if out != tt.want || err != nil {
			t.Errorf("WithGrace(%v): printed %q, want %q; %v", tt.grace, out, tt.want, err)
		}
	}
	if _, err := interp.New(interp.WithGrace(-1)); err == nil {
		t.Error("a negative grace")
	}
	if _, err := interp.New(nil); err == nil {
		t.Error("a nil option")
	}
}
