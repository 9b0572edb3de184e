package builtins_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// A task that goes on for ever stands on no more of Go's stack after a thousand times, below a Go function and elsewhere.
func TestRepeatedLastActs(t *testing.T) {
	frames := func() float64 { return float64(runtime.Callers(0, make([]uintptr, 20_000))) }
	for _, repeat := range []string{
		`task.every(1, step)`,
		`task.retry(function() if step() ~= false then error("again") end end, {attempts = math.huge, delay = 1, factor = 1, timeout = 5, when = function() return true end})`,
		`local c = sync.condition()
			task.daemon(function() while true do sleep(1) c:with(function() c:notify() end) end end)
			c:with(function() c:wait_until(function() return step() == false end) end)`,
	} {
		for _, way := range []string{`%s`, `pcall(function() %s end)`, `table.sort({2, 1}, function() if n == 0 then %s end end)`, `coroutine.wrap(function() ("x"):gsub(".", function() %s end) end)()`} {
			src := `n = 0
				local first
				local function step()
					n = n + 1
					if n == 3 then first = frames() end
					if n == 1000 then print(frames() - first, now()) return false end
				end
				` + strings.Replace(way, "%s", repeat, 1)
			out, errw, err := run(t, src, interp.WithFunc("frames", frames))
			if out != "0\t999\n" || errw != "" || err != nil {
				t.Errorf("%s: printed %q, standard error %q, error %v", src, out, errw, err)
			}
		}
	}
}

// A cancelled wait of a condition waits on, for the lock, and holds it when its task unwinds: as data, and below a Go function.
func TestConditionRegains(t *testing.T) {
	for _, way := range []string{`c:wait()`, `c:wait_until(function() return false end)`, `("x"):gsub(".", function() c:wait() end)`,
		`c:wait_until(function() if now() == 0 then sleep(0) task.current():cancel() end return false end)`,
		`coroutine.wrap(function() table.sort({2, 1}, function() c:wait() end) end)()`} {
		src := `
			local c = sync.condition()
			local function waiter(name)
				c:acquire()
				finally(function() ` + way + ` end, function(ok, e)
					print(name, e.kind, now(), pcall(c.notify, c))
					c:release()
				end)
			end
			local a, b = spawn(waiter, "a"), spawn(waiter, "b")
			local other = spawn(function() c:with(sleep, 2) print("other", now()) end)
			sleep(1)
			a:cancel() b:cancel()
			gather(function() a:join() end, function() b:join() end, other)`
		out, errw, err := run(t, src)
		if out != "other\t2\na\tcancelled\t2\ttrue\nb\tcancelled\t2\ttrue\n" || errw != "" || err != nil {
			t.Errorf("%s: printed %q, standard error %q, error %v", way, out, errw, err)
		}
	}
}

// A task that waits for a condition is data.
func TestConditionHoldsNoGoroutine(t *testing.T) {
	src := `
		local c = sync.condition()
		local before, n = goroutines(), 0
		for i = 1, 1000 do spawn(function() c:with(function() if i % 2 == 0 then c:wait() else c:wait_until(function() return n > 0 end) end end) end) end
		sleep(1)
		print(goroutines() - before < 10)
		c:with(function() n = 1 c:notify_all() end)`
	out, errw, err := run(t, src, interp.WithFunc("goroutines", runtime.NumGoroutine))
	if out != "true\n" || errw != "" || err != nil {
		t.Errorf("printed %q, standard error %q, error %v", out, errw, err)
	}
}
