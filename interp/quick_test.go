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
// last argument; quick(what) does what it is told in its Quick.
func quickModule() interp.Module {
	last := func(n int, arg func(int) interp.Value) interp.Value { return arg(n) }
	return interp.Module{
		Defs: []interp.Def{
			{Name: "pot", Fn: func(c *interp.Call) error { return c.Return(&pot{}) }},
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
