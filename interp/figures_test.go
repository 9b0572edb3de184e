package interp_test

import (
	"context"
	"runtime"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A host's costs, beside bare gopher-lua: for a runtime, a call into Lua, a call out of it.

func BenchmarkNew(b *testing.B) {
	b.Run("gopher-lua", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			lua.NewState().Close()
		}
	})
	for name, opt := range map[string]interp.Option{"without": interp.Combine(), "Std": builtins.Std()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				rt, err := interp.New(opt)
				if err != nil {
					b.Fatal(err)
				}
				if err := rt.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFirstRun is a runtime that runs one small script, as for a request.
func BenchmarkFirstRun(b *testing.B) {
	p, err := interp.Compile("=b", []byte(`local parts = {} for w in ("a b c"):gmatch("%a") do table.insert(parts, w) end return table.concat(parts, ",")`))
	if err != nil {
		b.Fatal(err)
	}
	std := builtins.Std()
	b.ReportAllocs()
	for range b.N {
		rt, err := interp.New(std)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := rt.Run(context.Background(), p); err != nil {
			b.Fatal(err)
		}
		if err := rt.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

const addLua = `function add(a, b) return a + b end`

func BenchmarkCallIn(b *testing.B) {
	b.Run("gopher-lua", func(b *testing.B) {
		L := lua.NewState()
		defer L.Close()
		if err := L.DoString(addLua); err != nil {
			b.Fatal(err)
		}
		fn := L.GetGlobal("add")
		b.ReportAllocs()
		for i := range b.N {
			if err := L.CallByParam(lua.P{Fn: fn, NRet: 1, Protect: true}, lua.LNumber(i), lua.LNumber(1)); err != nil {
				b.Fatal(err)
			}
			L.Pop(1)
		}
	})
	rt, err := interp.New()
	if err != nil {
		b.Fatal(err)
	}
	defer rt.Close()
	add, err := rt.RunString(context.Background(), "=b", addLua+" return add")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("Call.Call", func(b *testing.B) { // from a builtin, on the loop
		b.ReportAllocs()
		if _, err := rt.RunFunc(context.Background(), "bench", func(c *interp.Call) error {
			fn, one := c.Arg(1), interp.Number(1)
			for i := range b.N {
				if _, err := c.Call(fn, interp.Number(float64(i)), one); err != nil {
					return err
				}
			}
			return nil
		}, add.Get(1)); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("Runtime.Call", func(b *testing.B) { // a run of its own, from another goroutine
		b.ReportAllocs()
		for i := range b.N {
			if _, err := rt.Call(context.Background(), "add", i, 1); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkCallOut(b *testing.B) {
	const src = `local f, n = add, ... for i = 1, n do f(i, 1) end`
	b.Run("gopher-lua", func(b *testing.B) {
		L := lua.NewState()
		defer L.Close()
		L.SetGlobal("add", L.NewFunction(func(L *lua.LState) int {
			L.Push(L.CheckNumber(1) + L.CheckNumber(2))
			return 1
		}))
		fn, err := L.LoadString(src)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		if err := L.CallByParam(lua.P{Fn: fn, Protect: true}, lua.LNumber(b.N)); err != nil {
			b.Fatal(err)
		}
	})
	builtin := func(c *interp.Call) error {
		x, err := c.Number(1)
		if err != nil {
			return err
		}
		y, err := c.Number(2)
		if err != nil {
			return err
		}
		return c.Return(x + y)
	}
	for name, opt := range map[string]interp.Option{
		"Func":     interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "add", Fn: builtin}}}),
		"WithFunc": interp.WithFunc("add", func(x, y float64) float64 { return x + y }),
		"reflect":  interp.WithFunc("add", func(x, y float32) float32 { return x + y }), // a shape that is not called directly
	} {
		b.Run(name, func(b *testing.B) {
			rt, err := interp.New(opt)
			if err != nil {
				b.Fatal(err)
			}
			defer rt.Close()
			b.ReportAllocs()
			if _, err := rt.RunString(context.Background(), "=b", src, b.N); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// A runtime with every builtin takes little until its scripts name what they use.
func TestRuntimeIsSmall(t *testing.T) {
	if underRace {
		t.Skip("objects are larger")
	}
	const runs, most = 20, 40 << 10
	std := builtins.Std()
	least := uint64(1 << 62)
	for range 5 { // others allocate, too
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			rt, err := interp.New(std)
			if err != nil {
				t.Fatal(err)
			}
			if err := rt.Close(); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		least = min(least, (after.TotalAlloc-before.TotalAlloc)/runs)
	}
	if least > most {
		t.Errorf("a runtime takes %d bytes, want at most %d", least, most)
	}
}
