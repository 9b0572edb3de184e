package interp_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

func TestMain(m *testing.M) {
	if name := os.Getenv("LULL_ATTACK"); name != "" { // see TestAttacks
		runAttack(name)
		return
	}
	goleak.VerifyTestMain(m)
}

// runAttack is set where there are attacks.
var runAttack func(name string)

// runScript runs source in virtual time and returns what it printed, what it wrote to standard error, and its error.
func runScript(t *testing.T, src string, opts ...interp.Option) (out, errw string, err error) {
	t.Helper()
	return interptest.Once{Name: "t"}.Run(t, src, append([]interp.Option{builtins.Std()}, opts...)...)
}

func TestScripts(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"a time-out ends a wait", `local ok, e = pcall(wait_for, sleep, 1, 5) print(ok, e.kind, now())`, "false\ttimeout\t1\n"},
		{"pcall does not catch a cancellation", `
			local ok, e = pcall(wait_for, function() pcall(sleep, 9) print("never") end, 1)
			print(ok, e.kind)`, "false\ttimeout\n"},
		{"a cleanup may wait while being cancelled", `
			pcall(wait_for, function() finally(function() sleep(9) end, function(ok, e) sleep(2) print(ok, e.kind) end) end, 1)
			print(now())`, "false\tcancelled\n3\n"},
		{"a cleanup has the grace that it asks for", `
			pcall(wait_for, function() finally(function() sleep(9) end, function() sleep(20) print(now()) end, 30) end, 1)`, "21\n"},
		{"a cleanup has five seconds otherwise", `
			pcall(wait_for, function() finally(function() sleep(9) end, function() sleep(20) print("never") end) end, 1)
			print(now())`, "6\n"},
		{"a cleanup ends with its grace", `
			pcall(wait_for, function() finally(function() sleep(9) end, function() sleep(100) print("never") end, 3) end, 1)
			print(now())`, "4\n"},
		{"gather keeps the order of its arguments", `print(gather(function() return sleep(2, "a") end, function() return sleep(1, "b") end))`, "a\tb\n"},
		{"gather cancels the others and keeps their errors", `
			local ok, e = pcall(gather, function() sleep(1) error("first", 0) end, function()
				finally(function() sleep(9) end, function() error("second", 0) end)
			end)
			print(ok, e, e.others[1], now())`, "false\tfirst\tsecond\t1\n"},
		{"race gives the winner and its index", `print(race(function() return sleep(2, "slow") end, function() return sleep(1, "fast") end))`, "fast\t2\n"},
		{"a group waits for its children", `group(function(g) g:spawn(function() sleep(3) end) end) print(now())`, "3\n"},
		{"shield lets the task run on", `
			pcall(wait_for, function() shield(function() sleep(3) print("done", now()) end) end, 1)
			print("left", now())`, "left\t1\ndone\t3\n"},
		{"a coroutine may wait", `
			local co = coroutine.wrap(function() for i = 1, 2 do sleep(1) coroutine.yield(i) end end)
			print(co(), co(), now())`, "1\t2\t2\n"},
		{"a comparator may wait", `local t = {3, 1, 2} table.sort(t, function(a, b) sleep(1) return a < b end) print(t[1], t[2], t[3], now() > 0)`, "1\t2\t3\ttrue\n"},
		{"stop ends the run", `spawn(function() sleep(5) print(42) end) stop()`, ""},
		{"a cancelled task gives an error of kind cancelled", `
			local t = spawn(sleep, 9) sleep(0) t:cancel("enough")
			local ok, e = pcall(await, t) print(ok, e.kind, t:cancelled())`, "false\tcancelled\ttrue\n"},
		{"stack overflow is an error", `local function f() return 1 + f() end print((pcall(f))) print(1)`, "false\n1\n"},
		{"error values serve as text", `local ok, e = pcall(sleep, {}) print(("x: " .. e):sub(1, 15), e.kind)`, "x: t:1: bad arg\terror\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, errw, err := runScript(t, tt.src)
			if err != nil {
				t.Error(err)
			}
			if out != tt.want {
				t.Errorf("printed %q, want %q", out, tt.want)
			}
			if errw != "" {
				t.Errorf("standard error: %s", errw)
			}
		})
	}
}

func TestErrorsReachTheHost(t *testing.T) {
	_, _, err := runScript(t, `read("/no/such/file")`)
	var e *interp.Error
	if !errors.As(err, &e) || e.Kind != interp.KindIO || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	_, _, err = runScript(t, `sleep(math.huge)`)
	if !errors.Is(err, interp.ErrDeadlock) {
		t.Errorf("a wait for ever: %v", err)
	}
	_, errw, err := runScript(t, `spawn(function() error("lost", 0) end)`)
	if err == nil || !strings.Contains(errw, "lost") {
		t.Errorf("an error nobody awaited: %v, standard error %q", err, errw)
	}
	_, _, err = runScript(t, `stop(3)`)
	if exit := (interp.ExitError{}); !errors.As(err, &exit) || exit.Code != 3 {
		t.Errorf("stop(3): %v", err)
	}
}

func TestVirtualTimeStandsStillBetweenRuns(t *testing.T) {
	var out bytes.Buffer
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, nil), interp.WithVirtualTime())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := rt.RunString(context.Background(), "=t", `
			if not started then started = true task.daemon(function() while true do sleep(1) print("tick", now()) end end) end
			sleep(1.25)`)
		if err != nil {
			t.Error(err)
		}
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	if want := "tick\t1\ntick\t2\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

func TestANurseryStartsMembersBetweenTurns(t *testing.T) {
	out, errw, err := runScript(t, `
		local list = task.map({1, 2, 3}, function(n) sleep(1) return 2 * n end, {limit = 1})
		print(table.concat(list, " "), now())`)
	if out != "2 4 6\t3\n" || errw != "" || err != nil {
		t.Errorf("printed %q, standard error %q, %v", out, errw, err)
	}
}

// A coroutine that is discarded takes the timers of its deadlines along.
func TestDiscardedCoroutineLeavesNoTimer(t *testing.T) {
	rt, err := interp.New(builtins.Std(), interp.WithVirtualTime())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunString(context.Background(), "=t", `
		for i = 1, 100 do
			local co = coroutine.wrap(function() wait_for(function() coroutine.yield() end, 1000) end)
			co()
		end`); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		runtime.GC()
		if _, err := rt.RunString(context.Background(), "=t", `coroutine.wrap(function() end)()`); err != nil {
			t.Fatal(err)
		}
		if rt.Stats().Timers == 0 {
			return
		}
	}
	t.Errorf("%d timers are left", rt.Stats().Timers)
}
