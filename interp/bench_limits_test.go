package interp_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// BenchmarkLimits is what limits cost that are not crossed, beside none.
func BenchmarkLimits(b *testing.B) {
	all := interp.Limits{Instructions: math.MaxInt, Memory: 256 << 20, Tasks: 100_000, Timers: 100_000, CallDepth: 100_000, Output: math.MaxInt, Time: time.Hour, StringSize: 64 << 20}
	for _, work := range []struct{ name, src string }{
		{"fib", `local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end for i = 1, ... do fib(20) end`},
		{"loop", `local s = 0 for i = 1, ... do for j = 1, 10000 do s = s + j % 7 end end`},
		{"tables", `for i = 1, ... do local t = {} for j = 1, 1000 do t[j] = {x = j} end end`},
		{"strings", `for i = 1, ... do local t = {} for j = 1, 500 do t[j] = ("k%d"):format(j):upper() .. j end local s = table.concat(t, ",") s:gsub("%d+", "%0%0") end`},
		{"live", `keep = {} for i = 1, 20000 do keep[i] = {i, tostring(i)} end for i = 1, ... do local t = {} for j = 1, 1000 do t[j] = {x = j} end end keep = nil`},
		{"switches", `local function f(n) for i = 1, n do sleep(0) end end gather(async(f)(100 * ...), async(f)(100 * ...))`},
		{"tasks", `for i = 1, ... do group(function(g) for j = 1, 100 do g:spawn(sleep, 0) end end) end`},
	} {
		for _, limits := range []struct {
			name string
			opts []interp.Option
		}{{"off", nil}, {"on", []interp.Option{interp.WithLimits(all)}}} {
			b.Run(work.name+"/"+limits.name, func(b *testing.B) {
				rt, err := interp.New(append(limits.opts, builtins.Safe())...)
				if err != nil {
					b.Fatal(err)
				}
				defer rt.Close()
				p, err := interp.Compile("=bench", []byte(work.src))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := rt.Run(context.Background(), p, b.N); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
	for _, limits := range []struct {
		name string
		opts []interp.Option
	}{{"off", nil}, {"on", []interp.Option{interp.WithLimits(all)}}} {
		b.Run("run/"+limits.name, func(b *testing.B) { // an empty run
			rt, err := interp.New(append(limits.opts, builtins.Safe())...)
			if err != nil {
				b.Fatal(err)
			}
			defer rt.Close()
			p, err := interp.Compile("=bench", nil)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := rt.Run(context.Background(), p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
