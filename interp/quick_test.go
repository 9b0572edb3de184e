package interp_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

type pot struct{ n int }

// quickModule has builtins that say which way they were called: pot() makes an object, whose way(...) says "quick" or "itself" and its
// last argument; quick(what) does what it is told in its Quick; rest() waits for wake(v), and so does doze(), which has a plain case where v is
// neither nil nor a boolean, and then returns it alone.
func quickModule() interp.Module {
	var rests interp.Waiters[interp.Value]
	last := func(n int, arg func(int) interp.Value) interp.Value { return arg(n) }
	return interp.Module{
		Defs: []interp.Def{
			{Name: "pot", Fn: func(c *interp.Call) error { return c.Return(&pot{}) }},
			{Name: "rest", Fn: func(c *interp.Call) error { return c.Return("itself") }, Quick: func(c *interp.QuickCall, _ any) bool {
				return rests.WaitQuick(c, interp.Value{}, func(c *interp.Call, v interp.Value) error { return c.Return("quick", c.Name(), v) }, nil)
			}},
			{Name: "doze", Fn: func(c *interp.Call) error { return c.Return("itself") }, Quick: func(c *interp.QuickCall, _ any) bool {
				return rests.WaitQuick(c, interp.Value{}, func(c *interp.Call, v interp.Value) error { return c.Return("not plain", c.Name(), v) },
					func(c *interp.QuickCall, v interp.Value) bool {
						if v.IsNil() || v.Type() == "boolean" {
							return false
						}
						c.Return(v)
						return true
					})
			}},
			{Name: "wake", Fn: func(c *interp.Call) error { rests.Wake(c.Arg(1)); return nil }},
			{Name: "fresh", Fn: func(c *interp.Call) error {
				kept := c.Arg(1)
				return c.Return(c.NewQuickFunction("fresh", func(c *interp.Call) error { return c.Return("itself", kept) },
					func(c *interp.QuickCall, self any) bool {
						if self != nil || c.Len() > 2 {
							return false
						}
						c.Return(kept)
						return true
					}, kept))
			}},
			{Name: "quick", Fn: func(c *interp.Call) error { return c.Return("itself") }, Quick: func(c *interp.QuickCall, _ any) bool {
				switch what, _ := c.Arg(1).Text(); what {
				case "panics":
					panic("in a Quick")
				case "passes":
					if !c.Checkpoint() {
						return false
					}
					c.ReturnBool(true)
				case "task":
					c.Return(c.Task().Value())
				case "yields":
					return c.Yield()
				case "nothing":
				default:
					return false
				}
				return true
			}},
		},
		Types: []interp.Type{{Name: "pot", Of: (*pot)(nil), Methods: []interp.Def{
			{Name: "way", Fn: func(c *interp.Call) error {
				return c.Return("itself", last(c.Len(), c.Arg))
			}, Quick: func(c *interp.QuickCall, self any) bool {
				p, ok := self.(*pot)
				if !ok || c.Len() > 2 {
					return false
				}
				p.n++
				c.Return(last(c.Len(), c.Arg))
				return true
			}},
		}}},
	}
}

// The plain case of a builtin is its Quick's, wherever it is called from; any other is its own.
func TestQuick(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithModule(quickModule()))
	_, err := rt.Run(`
		local p = pot()
		print(p:way(7), p:way(1, nil), (p:way()), p:way(1, 2, 3))
		local a, b, c = p:way("x")
		print(a, b, c, select("#", p:way("x")), select("#", p:way(1, 2, 3)))
		print(pcall(p.way))
		print(pcall(p.way, p, "in pcall"))
		print((coroutine.wrap(function() local v = p:way("in a coroutine") return v end)()))
		local t = setmetatable({}, {__index = function(_, k) local v = p:way(k) return v end})
		print(t.key, ("x"):gsub("x", function(s) local v = p:way(s .. "y") return v end))
		print(fresh("kept")(), fresh("kept")(1, 2, 3))
		for v in fresh("loop") do print(v) break end
		print((quick("nothing")), quick("task") == task.current(), quick())
		print(p:way("after all"))`)
	want := `7	nil	nil	itself	3
x	nil	nil	1	2
false	test:6: calling 'way' on bad self (pot expected, got nil; was it called with a dot? use a colon: pot:way(...))
true	itself	in pcall
in a coroutine
key	xy	1
kept	itself	kept
loop
nil	true	itself
after all
`
	if got := rt.Output(); err != nil || got != want {
		t.Errorf("got\n%s\n%v, want\n%s", got, err, want)
	}
}

// A Quick that passes checkpoints has as many of them in a row as the builtin itself would, and none where its task is cancelled.
func TestQuickCheckpoints(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithModule(quickModule()))
	_, err := rt.Run(`
		local n = 0
		while quick("passes") == true do n = n + 1 end
		print(n)
		local t = spawn(function() finally(function() sleep(1) end, function() end) end)
		spawn(function() task.current():cancel() print(quick("passes")) end)
		sleep(0)`)
	if err != nil || rt.Output() != "999\nitself\n" {
		t.Errorf("%q, %v", rt.Output(), err)
	}
}

// A Quick can begin a wait where nothing is on Go's stack but the loop, unless its task is cancelled; then a checkpoint was passed as well.
func TestQuickWaits(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithModule(quickModule()))
	_, err := rt.Run(`
		local function woken(fn)
			spawn(function() sleep(0) wake(7) end)
			return fn()
		end
		print(woken(function() local a, b, c, d = rest() return a, b, c, d end))
		print(woken(function() return "first", rest() end))
		print(woken(function() return coroutine.wrap(function() return "in a coroutine", rest() end)() end))
		print(pcall(woken, function() error(select(3, rest())) end))
		print(woken(function() for a, b, c in rest do return a, b, c end end))
		print(woken(function() return (("x"):gsub("x", function() local v = rest() return v end)) end))
		print(woken(function() local v = quick("yields") return v end), woken(function() return (("x"):gsub("x", function() local v = quick("yields") return v end)) end))
		for _ = 1, 998 do quick("passes") end
		print(quick("passes"), (rest()))
		sleep(0)
		print(quick("passes"), woken(function() local v = rest() return v end), (function() for _ = 1, 999 do assert(quick("passes") == true) end return quick("passes") end)())
		local t = spawn(function() task.current():cancel() print((rest()), (quick("yields"))) end)
		sleep(0)`)
	want := `quick	rest	7	nil
first	quick	rest	7
in a coroutine	quick	rest	7
false	test:9: 7
quick	rest	7
itself
nil	itself
true	itself
true	quick	itself
itself	itself
`
	if got := rt.Output(); err != nil || got != want {
		t.Errorf("got\n%s\n%v, want\n%s", got, err, want)
	}
}

// A wait has the results of its plain case wherever that is, and the builtin's own elsewhere.
func TestQuickAfterWait(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithModule(quickModule()))
	_, err := rt.Run(`
		local function woken(v, fn)
			spawn(function() sleep(0) wake(v) end)
			return fn()
		end
		print(woken(7, function() local a, b, c = doze() return a, b, c end))
		print(woken(7, function() return doze() end))
		print(woken(7, function() doze() return "none wanted" end))
		print(woken(7, function() return "first", doze() end))
		print(woken(7, function() return select("#", doze()), ({woken(8, doze), 9})[1] end))
		print(woken(true, function() local a, b, c = doze() return a, b, c end))
		print(woken(nil, function() return doze() end))
		print(woken(7, doze), pcall(woken, 7, function() error(doze()) end))
		print(woken(7, function() return pcall(doze) end))
		print(woken(7, function() return coroutine.wrap(function() return "in a coroutine", doze() end)() end))
		print(woken(7, function() for a, b, c in doze do return a, b, c end end))
		local t = spawn(function() finally(function() print(doze()) end, function(ok, e) print(ok, e.kind) end) end)
		sleep(0) wake(1) t:cancel() sleep(0)
		local t = spawn(function() return doze() end)
		sleep(0) wake(1) print(t:await())`)
	want := `7	nil	nil
7
none wanted
first	7
1	8
not plain	doze	true
not plain	doze	nil
7	false	test:13: 7
true	itself
in a coroutine	7
7	nil	nil
false	cancelled
1
`
	if got := rt.Output(); err != nil || got != want {
		t.Errorf("got\n%s\n%v, want\n%s", got, err, want)
	}
}

func TestQuickPanics(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithModule(quickModule()))
	_, err := rt.Run(`
		print(pcall(quick, "passes"))
		quick("panics")`)
	var e *interp.Error
	if !errors.As(err, &e) || e.Kind != interp.KindPanic || !strings.Contains(e.Msg, "in a Quick") {
		t.Errorf("%v", err)
	}
	if _, err := rt.Run(`print(quick("passes"))`); err != nil {
		t.Errorf("after a panic: %v", err)
	}
}

// A host that is told what tasks do, or of checkpoints, is told of every one.
func TestQuickIsLeftOut(t *testing.T) {
	for name, option := range map[string]interp.Option{
		"checkpoints": interp.WithCheckpoints(func(*interp.Task) {}),
		"chaos":       interp.WithChaos(interp.Chaos{}),
		"tracer":      interp.WithTracer(noTracer{}),
	} {
		t.Run(name, func(t *testing.T) {
			rt := interptest.New(t, builtins.Std(), interp.WithModule(quickModule()), option)
			if _, err := rt.Run(`print(quick("passes"), fresh("kept")())`); err != nil || rt.Output() != "itself	itself	kept\n" {
				t.Errorf("%q, %v", rt.Output(), err)
			}
		})
	}
}

type noTracer struct{}

func (noTracer) Spawn(*interp.Task)  {}
func (noTracer) Switch(*interp.Task) {}
func (noTracer) Park(*interp.Task)   {}
func (noTracer) Wake(*interp.Task)   {}
func (noTracer) End(*interp.Task)    {}

// A script sees of a Quick that runs a function of Lua in a scope what it sees of the builtin itself, however deep it is called.
func TestQuickRunsLua(t *testing.T) {
	const script = `
		local function show(...) print(select("#", ...), ...) end
		local function echo(...) return ... end
		local function late(...) sleep(0) return ... end
		for _, f in ipairs{echo, late} do
			show(wait_for(f, 10))
			show(wait_for(f, 10, 1))
			show(wait_for(f, 10, 1, nil, 3, nil))
			show((wait_for(f, 10, 1, 2)))
			local a, b, c = wait_for(f, 10, 1, 2)
			show(a, b, c)
			wait_for(f, 10, 1, 2)
			show((function() return wait_for(f, 10, 1, 2) end)())
			show(wait_for(f, math.huge, "no limit"))
			show(wait_for(f, 1e300, "a long one"))
			show(wait_for(f, 0.01, "a short one"))
			show(task.move_on_after(f, 10, 1, 2))
			for x, y in wait_for, function() if a < 5 then a = a + 1 return f(a, b) end end, 10 do show(x, y) end
			show((("x"):gsub("x", function(s) return (wait_for(f, 10, s .. "y")) end)))
			show(coroutine.wrap(function(...) return wait_for(f, 10, ...) end)("in a coroutine"))
			show(wait_for(wait_for, 10, f, 10, "nested"))
			show(wait_for(function(...) return wait_for(f, 5, ...) end, 10, "nested, too"))
			show(pcall(function() local v = wait_for(f, 10, {}) .. "" return v end))
		end
		local co = coroutine.wrap(function() local v = wait_for(function() return coroutine.yield("yields") end, 10) return v end)
		show(co())
		sleep(9)
		show(co("goes on"))
		for _, fail in ipairs{
			function() wait_for(function() error("raised") end, 10) end,
			function() wait_for(function() error({}, 0) end, 10) end,
			function() wait_for(function() sleep(60) end, 1) end,
			function() wait_for(function() sleep(60) end, 0.05) end,
			function() wait_for(function() wait_for(function() sleep(60) end, 9) end, 1) end,
			function() wait_for(function() wait_for(function() sleep(60) end, 1) end, 9) end,
			function() return wait_for(function() local x = nil; return x.y end, 10) end,
			function() wait_for(function() task.current():cancel("by itself") sleep(0) end, 10) end,
		} do
			local t = spawn(function() local _, e = pcall(fail) show(now(), type(e) == "table" and "a table" or tostring(e), type(e) ~= "table" and e.traceback) end)
			t:join()
			show(t:cancelled())
		end
		local t = spawn(function() wait_for(function() return finally(function() sleep(60) end, function(_, e) print(e) end) end, 30) end)
		sleep(1)
		t:cancel("from outside")
		t:join()
		show(task.move_on_after(function() sleep(60) end, 1), now())
		show(wait_for(function() pcall(sleep, 60) return "too late" end, 70))
		local function deep(n) if n == 0 then return 0 end return 1 + wait_for(deep, 100, n - 1) end
		for n = 1, 40 do assert(deep(n) == n) end
		local function deeper(n) if n > 0 then return deeper(n - 1) + 0 end return deep(20) end
		for n = 1, 40 do assert(deeper(n) == 20) end
		local function never() return 1 + wait_for(never, 100) end
		spawn(function() show(pcall(never)) end)`
	var plain string
	for name, option := range map[string]interp.Option{"plain": interp.WithVirtualTime(), "traced": interp.WithTracer(noTracer{})} {
		rt := interptest.New(t, builtins.Std(), interp.WithModule(quickModule()), option)
		if _, err := rt.Run(script); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, rt.Output())
		}
		if n := rt.Stats().Timers; n != 0 {
			t.Errorf("%s: %d timers are left", name, n)
		}
		got := rt.Output()
		if plain == "" {
			plain = got
		}
		if got != plain {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, plain)
		}
	}
}
