package builtins_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A crew that is cancelled at any time has begun each item of its queue once, or left it there, in order.
func TestCrewsLoseNothing(t *testing.T) {
	const src = `
		local seed = ...
		math.randomseed(seed)
		local random = math.random
		local q = sync.queue(random(2) == 1 and random(4) or nil)
		local put, begun, more = 0, {}, random(3)
		local function add() put = put + 1 q:put(put) end
		local function work(v)
			assert(not begun[v], "twice")
			begun[v] = true
			if random(more) == 1 then sleep(random()) end
			if random(40) == 1 then error("failed") end
			if random(40) == 1 then task.current():cancel() sleep(0) end
		end
		local crews = {}
		for i = 1, random(3) do
			local limit = { limit = random(4) }
			crews[i] = spawn(function()
				for _ = 1, 5 do
					sleep(random() * 2)
					if random(2) == 1 then pcall(q.drain, q, work, limit) else pcall(task.move_on_after, task.each, random() * 3, q, work, limit) end
				end
			end)
		end
		local putter = spawn(function()
			for _ = 1, 40 do sleep(random() < 0.5 and 0 or random() / 4) add() end
			if random(2) == 1 then q:close() end
		end)
		for _, t in ipairs(crews) do
			sleep(random() * 4)
			if random(2) == 1 then t:cancel() end
			if random(6) == 1 then sleep(0) t:cancel() end
		end
		for _, t in ipairs(crews) do t:cancel() t:join() t:error() end
		local last = 0
		if not q:closed() then -- a put that waits goes on
			spawn(function() putter:join() q:close() end)
		end
		for v in q:items() do
			assert(v > last, "order")
			last = v
			begun[v] = true
		end
		local lost = {}
		for v = 1, put do if not begun[v] then lost[#lost + 1] = v end end
		return table.concat(lost, " "), put`
	rounds := 300
	if testing.Short() {
		rounds = 50
	}
	rt, err := interp.New(builtins.Std(), interp.WithVirtualTime())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	for seed := range rounds {
		vals, err := rt.RunString(t.Context(), "=t", src, seed)
		if err != nil || vals.Get(1).String() != "" {
			t.Fatalf("seed %d: the items %v are lost, of %v; error %v", seed, vals.Get(1), vals.Get(2), err)
		}
	}
}

// A stream of any length takes the memory of the tasks that run.
func TestEachIsFlat(t *testing.T) {
	for _, src := range []string{
		`local n = 0 task.each(function() n = n + 1 if n <= 50000 then return n end end, function() sleep(0) end, { limit = 10 })`,
		`local q = sync.queue(5) spawn(function() for i = 1, 50000 do q:put(i) end q:close() end) task.each(q, function() sleep(0) end, { limit = 10 })`,
		`local q = sync.queue() q:put(1) q:drain(function(v) if v < 50000 then sleep(0) q:put(v + 1) end end)`,
	} {
		rt, err := interp.New(builtins.Std(), interp.WithVirtualTime(), interp.WithLimits(interp.Limits{Tasks: 12, Memory: 8 << 20}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rt.RunString(t.Context(), "=t", src); err != nil {
			t.Errorf("%s: %v", src, err)
		}
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A crew that goes on for long stands on no more of Go's stack, and of Lua's, below a Go function and elsewhere.
func TestCrewsAreFlat(t *testing.T) {
	for _, source := range []string{
		`task.each(function() n = n + 1 sleep(n % 2) if n <= 1000 then return n end end, work)`,
		`local q = sync.queue() task.daemon(function() for i = 1, 1000 do sleep(1) q:put(i) end q:close() end) task.each(q, work)`,
		`local q = sync.queue() q:put(1) q:drain(function(v) n = n + 1 work(v) if v < 1000 then sleep(1) q:put(v + 1) end end)`,
		`local list = {} for i = 1, 1000 do list[i] = i end task.each(list, function(v) sleep(1) work(v) end, { limit = 2 })`,
	} {
		for _, way := range []string{`%s`, `table.sort({2, 1}, function() if n == 0 then n = 1 %s end end)`, `coroutine.wrap(function() ("x"):gsub(".", function() %s end) end)()`} {
			src := `n = 0
				local deepest, first = 0
				local function depth()
					local d = 0
					for line in task.all()[1]:traceback():gmatch("\n") do d = d + 1 end
					return d
				end
				local function work(v)
					deepest = math.max(deepest, depth())
					if v == 10 then first = deepest end
					if v == 1000 then print(deepest == first) end
				end
				` + strings.Replace(way, "%s", source, 1)
			out, errw, err := run(t, src)
			if out != "true\n" || errw != "" || err != nil {
				t.Errorf("%s: printed %q, standard error %q, error %v", fmt.Sprintf(way, source), out, errw, err)
			}
		}
	}
}
