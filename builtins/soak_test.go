package builtins

import (
	"bytes"
	"context"
	"runtime"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// year is a year of jobs: producers on beats, a pool of workers that retry, a limiter, a lock, cancellations at random.
const year = `
local day = 86400
local queue, limiter, lock, slots = sync.queue(20), sync.limiter(1 / 10, 5), sync.lock(), sync.semaphore(2)
local changed = sync.condition(lock)
local done, given_up, timed_out, cancelled = 0, 0, 0, 0

local function attempt(job)
  sleep(math.random(1, 40))
  if math.random(4) == 1 then error({ job = job }) end
end

local function work(job)
  local ok = pcall(task.retry, function() attempt(job) end, { timeout = 30, attempts = 3, delay = 1, jitter = 0.5 })
  lock:with(function()
    if ok then done = done + 1 else given_up = given_up + 1 end
    changed:notify_all()
  end)
end

group(function(g)
  for i = 1, 4 do
    g:spawn(function() for job in queue:items() do limiter:acquire() work(job) end end)
  end
  g:spawn(function() -- jobs on a beat
    local n = 0
    task.every(900, function()
      for _ = 1, math.random(0, 4) do n = n + 1 queue:put(n) end
      return now() < 365 * day
    end)
    queue:close()
  end)
  g:spawn(function() -- fan-outs that are cut short
    task.every(3600, function()
      local ok = task.move_on_after(function()
        task.map({ 1, 2, 3, 4, 5, 6 }, function(i)
          slots:with(function() finally(function() sleep(i * 10) end, function() sleep(0.1) end) end)
        end, { limit = 3 })
      end, math.random(30, 200))
      if not ok then timed_out = timed_out + 1 end
      return now() < 365 * day
    end)
  end)
  g:spawn(function() -- tasks cancelled at any moment
    task.every(1800, function()
      local t = spawn(function()
        for finished in task.as_completed{ function() sleep(5) end, function() sleep(9) end } do await(finished) end
        lock:with(sleep, 1)
      end)
      if not task.move_on_after(t.join, math.random() * 12, t) then
        t:cancel()
        cancelled = cancelled + 1
      end
      return now() < 365 * day
    end)
  end)
  g:spawn(function() -- a waiter on the condition, with a deadline
    task.every(7200, function()
      local before = done
      task.move_on_after(changed.with, 600, changed, function() changed:wait_until(function() return done > before end) end)
      return now() < 365 * day
    end)
  end)
  g:spawn(function()
    local beats = 0
    task.every(30 * day, function() beats = beats + 1 measure(beats, #task.all()) return now() < 364 * day end)
  end)
end)
print(done > 10000, given_up > 0, timed_out > 0, cancelled > 0, queue:size(), lock:locked(), slots:available())
`

// TestYear runs a year in virtual time: what it holds at the end is what it held after the first month.
func TestYear(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	var out, errw bytes.Buffer
	var heap []uint64
	var tasks []int
	rt, err := interp.New(Std(), interp.WithStdio(nil, &out, &errw), interp.WithVirtualTime(), interp.WithModule(interp.Module{
		Defs: []interp.Def{{Name: "measure", Fn: func(c *interp.Call) error {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap = append(heap, m.HeapAlloc)
			n, err := c.Int(2)
			tasks = append(tasks, n)
			return err
		}}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	if _, err := rt.RunString(context.Background(), "=year", year); err != nil {
		t.Errorf("%v\n%s", err, errw.Bytes())
	}
	if got, want := out.String(), "true\ttrue\ttrue\ttrue\t0\tfalse\t2\n"; got != want {
		t.Errorf("prints %q, want %q", got, want)
	}
	if errw.Len() > 0 {
		t.Errorf("standard error:\n%s", errw.Bytes())
	}
	t.Logf("heap each month %d, tasks %d; %+v", heap, tasks, rt.Stats())
	if first, last := heap[1], heap[len(heap)-1]; last > first+1<<20 {
		t.Errorf("after a month %d bytes, after a year %d", first, last)
	}
	if n := runtime.NumGoroutine(); n > before+64 {
		t.Errorf("%d goroutines before, %d after", before, n)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
}
