package interptest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bell is a builtin to test: ring(), from outside, wakes whoever waits in bell.wait().
type bell struct{ waiting []interp.Waker }

func (b *bell) module() interp.Module {
	return interp.Module{Name: "bell", Defs: []interp.Def{{Name: "wait", Fn: func(c *interp.Call) error {
		if err := c.Checkpoint(); err != nil {
			return err
		}
		b.waiting = append(b.waiting, c.Waker())
		return c.ParkReturn(b, nil)
	}}}}
}

func (b *bell) Abort(w interp.Waker, _ any, woken bool) {
	for i, x := range b.waiting {
		if x == w {
			b.waiting = append(b.waiting[:i], b.waiting[i+1:]...)
			return
		}
	}
}

func (b *bell) ring(rt *interptest.Runtime, v any) {
	rt.Post(func() {
		for _, w := range b.waiting {
			w.Wake(v)
		}
		b.waiting = nil
	})
}

func TestVirtualTime(t *testing.T) {
	rt := interptest.New(t, builtins.Std())
	rt.Check(`gather(function() sleep(7200) print("two hours") end, function() sleep(3600) print("one") end)`, "one\ntwo hours\n")
	if err := rt.CheckError(`wait_for(sleep, 1, 2)`, "timed out"); !errors.Is(err, interp.ErrTimeout) {
		t.Errorf("%v is no time-out", err)
	}
}

func TestFromOutside(t *testing.T) {
	b := &bell{}
	rt := interptest.New(t, builtins.Std(), interp.WithModule(b.module()))
	s := rt.Start(`for i = 1, 2 do spawn(function() print(i, bell.wait()) end) end`)
	rt.WaitBlocked()
	if s.Ended() || rt.Output() != "" {
		t.Error("nobody has rung")
	}
	b.ring(rt, "ding")
	if _, err := s.Result(); err != nil || rt.Output() != "1\tding\n2\tding\n" {
		t.Error(err)
	}
	if _, err := rt.Start(`bell.wait()`).Result(); !errors.Is(err, interp.ErrDeadlock) {
		t.Errorf("once the result is asked for: %v", err)
	}
	cancelled := rt.Start(`finally(bell.wait, function() sleep(1) print("cleanup") end)`)
	rt.WaitBlocked()
	cancelled.Cancel()
	if _, err := cancelled.Result(); !errors.Is(err, interp.ErrCancelled) || rt.Output() != "cleanup\n" || len(b.waiting) != 0 {
		t.Errorf("%v; %d still wait", err, len(b.waiting))
	}
	rt.Start(`bell.wait()`) // left to the test's end
}

func TestManualTime(t *testing.T) {
	slow := interp.WithAsync("slow", func(context.Context) int { return 42 })
	rt := interptest.NewManual(t, builtins.Std(), slow)
	s := rt.Start(`print(slow()) sleep(10) print("ten")`)
	rt.WaitBlocked()
	if got := rt.Output(); got != "42\n" {
		t.Errorf("before any time has passed: %q", got)
	}
	rt.Clock.Advance(10 * time.Second)
	if _, err := s.Result(); err != nil || rt.Output() != "ten\n" {
		t.Error(err)
	}
	rt.Start(`finally(function() sleep(math.huge) end, function() sleep(2) end)`)
}

func TestGolden(t *testing.T) { interptest.Golden(t, "testdata", builtins.Std()) }

// failures is a test that is meant to fail.
type failures struct {
	testing.TB
	cleanups []func()
	log      strings.Builder
}

func (f *failures) Helper()                      {}
func (f *failures) Cleanup(fn func())            { f.cleanups = append(f.cleanups, fn) }
func (f *failures) Error(args ...any)            { fmt.Fprintln(&f.log, args...) }
func (f *failures) Errorf(s string, args ...any) { fmt.Fprintf(&f.log, s+"\n", args...) }
func (f *failures) end() {
	for i := len(f.cleanups) - 1; i >= 0; i-- {
		f.cleanups[i]()
	}
}

func TestFailuresAreSeen(t *testing.T) {
	stop := make(chan struct{})
	f := &failures{TB: t}
	rt := interptest.New(f, builtins.Std(), interp.WithFunc("leak", func() { go func() { <-stop }() }))
	rt.Check(`print(1)`, "2\n")
	rt.Check(`error("raised")`, "")
	rt.Check(`spawn(function() error("lost") end) sleep(1)`, "")
	rt.CheckError(`print(2)`, "an error")
	rt.Check(`leak() task.daemon(function() finally(function() sleep(9) end, function() error("closing") end) end) print(3)`, "2\n3\n")
	f.end()
	close(stop)
	for _, want := range []string{`want    "2\n"`, "raised", "lost", `want  "an error" in it`, "closing the runtime: test:1: closing", "unexpected goroutines"} {
		if !strings.Contains(f.log.String(), want) {
			t.Errorf("%q is not in\n%s", want, f.log.String())
		}
	}
}

// Once returns all that came of a script, under the name that it has been given.
func TestOnce(t *testing.T) {
	for _, tt := range []struct {
		once             interptest.Once
		src, out, stderr string
		err              string
	}{
		{interptest.Once{}, `print(now()) sleep(3600) print(now())`, "0\n3600\n", "", ""},
		{interptest.Once{Stdin: strings.NewReader("a line\n")}, `print(io.read()) io.stderr:write("beside")`, "a line\n", "beside", ""},
		{interptest.Once{Name: "job", Real: true}, `sleep(0.001) error("broken")`, "", "", "job:1: broken"},
	} {
		out, stderr, err := tt.once.Run(t, tt.src, builtins.Std())
		got := ""
		if err != nil {
			got = err.Error()
		}
		if out != tt.out || stderr != tt.stderr || got != tt.err {
			t.Errorf("%s: printed %q, %q, error %q", tt.src, out, stderr, got)
		}
	}
}

// The tests of a folder of scripts are sub-tests.
func TestRunScripts(t *testing.T) {
	interptest.RunScripts(t, "testdata/scripts", builtins.Std())
}
