package builtins_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// A wait that goes beyond the clock's end is no deadlock: in virtual time the run ends there, and no pcall goes on.
func TestClockEnd(t *testing.T) {
	const years = 292 * 365.25 * 86400
	for _, src := range []string{
		`sleep(1e10)`,
		`sleep(1e300)`,
		`while true do pcall(sleep, 1e10) end`,
		`sleep(9e9) sleep(9e9)`,
		`for _ = 1, 1e9 do sleep(1e8) end`,
		`wait_for(sleep, 1e10, math.huge)`,
		`wait_for(function() sync.event():wait() end, 1e300)`,
		`wait_for(spawn(sleep, math.huge), 1e10)`,
		`task.move_on_after(sleep, 1e10, math.huge)`,
		`task.daemon(sleep, 1e10) sync.event():wait()`,
		`spawn(sleep, 1e10)`,
		`task.every(1e10, function() end)`,
		`task.every(8e9, function() end)`,
		`sleep(9e9) task.every(1e9, function() end)`,
		`task.retry(error, { delay = 1e10, max_delay = 1e10 })`,
		`task.retry(error, { delay = 1e300, max_delay = math.huge, factor = 1e300, attempts = math.huge, jitter = 1 })`,
		`task.retry(function() sleep(math.huge) end, { timeout = 1e10 })`,
		`local l = sync.limiter(1e-10) l:acquire() l:acquire()`,
		`local l = sync.limiter(1e-10) l:acquire() l:with(print)`,
		`local l = sync.limiter(1e-308, 2) l:acquire(2) l:acquire()`,
	} {
		out, errw, err := run(t, `finally(function() `+src+` sleep(math.huge) end, function(ok, e) sleep(1) print(ok, e.kind, now()) end)`)
		e := (*interp.Error)(nil)
		if !errors.As(err, &e) || e.Kind != interp.KindLimit || !errors.Is(err, interp.ErrLimit) || !strings.Contains(e.Msg, "292 years") {
			t.Errorf("%s: error %v", src, err)
		}
		if want := "false\tlimit\t9214819201\n"; out != want || errw != "" || years != 9214819200 {
			t.Errorf("%s: printed %q, want %q, standard error %q", src, out, want, errw)
		}
	}
}

// Only math.huge is no timer.
func TestNoTimer(t *testing.T) {
	for _, src := range []string{
		`sleep(math.huge)`,
		`wait_for(sleep, math.huge, math.huge)`,
		`task.move_on_after(sleep, math.huge, math.huge)`,
		`task.every(math.huge, function() end)`,
		`task.retry(error, { delay = math.huge, max_delay = math.huge, jitter = 1 })`,
		`task.retry(function() sleep(math.huge) end, { timeout = math.huge })`,
	} {
		if out, _, err := run(t, src); !errors.Is(err, interp.ErrDeadlock) || out != "" {
			t.Errorf("%s: printed %q, error %v", src, out, err)
		}
	}
}

// A cleanup that nothing can wake is cut when its run has ended in a deadlock already.
func TestDeadlockInCleanup(t *testing.T) {
	for _, grace := range []string{"math.huge", "1e10", "60"} {
		out, _, err := run(t, `finally(sync.event().wait, function() print("cleanup") finally(function() sleep(math.huge) end, function() print("inner") end) end, `+grace+`)`)
		if out != "cleanup\ninner\n" || !errors.Is(err, interp.ErrDeadlock) {
			t.Errorf("grace %s: printed %q, error %v", grace, out, err)
		}
	}
}

// The tokens that a limiter has left are there, however slowly it fills.
func TestSlowLimiter(t *testing.T) {
	out, errw, err := run(t, `
		for _, rate in ipairs { 1e-10, 1e-308, 5e-324 } do
			local l = sync.limiter(rate, 3)
			print(l:try_acquire(), l:try_acquire(2), l:try_acquire(), l:try_acquire(2.5))
		end`)
	if want := strings.Repeat("true\ttrue\tfalse\tfalse\n", 3); out != want || errw != "" || err != nil {
		t.Errorf("printed %q, standard error %q, error %v", out, errw, err)
	}
}
