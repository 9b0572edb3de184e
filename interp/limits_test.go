package interp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

func limited(t *testing.T, l interp.Limits, opts ...interp.Option) (*interp.Runtime, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	rt, err := interp.New(append([]interp.Option{builtins.Safe(), interp.WithLimits(l), interp.WithStdio(nil, &out, &out)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	})
	return rt, &out
}

// Each limit ends the run that crosses it, whatever that does to go on, and nothing but the run.
func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits interp.Limits
		src    string
	}{
		{"Instructions", interp.Limits{Instructions: 10_000}, `while true do end`},
		{"Instructions", interp.Limits{Instructions: 10_000}, `local function f() return f() end f()`},
		{"Instructions", interp.Limits{Instructions: 10_000}, `repeat local ok = pcall(error) until false`},
		{"Instructions", interp.Limits{Instructions: 10_000}, `string.find(("a"):rep(10000), ".-.-.-.-b")`},
		{"Instructions", interp.Limits{Instructions: 10_000}, `while true do sleep(0) end`},
		{"Instructions", interp.Limits{Instructions: 10_000}, `stop(3) while true do end`},
		{"Memory", interp.Limits{Memory: 8 << 20}, `t = {} while true do t[#t + 1] = {} end`},
		{"Memory", interp.Limits{Memory: 8 << 20}, `t = {} for i = 1, 1e9 do t["key" .. i] = i end`},
		{"Memory", interp.Limits{Memory: 8 << 20}, `local s = "x" while true do s = s .. s end`},
		{"Memory", interp.Limits{Memory: 8 << 20}, `local s = ("x"):rep(1e8)`},
		{"Memory", interp.Limits{Memory: 8 << 20}, `local q = sync.queue() while true do q:put({}) end`},
		{"Memory", interp.Limits{Memory: 8 << 20}, `t = {} while true do t[#t + 1] = ("x"):rep(1e4) end`},
		{"Memory", interp.Limits{Memory: 8 << 20}, `t = {} for i = 1, 1e9 do t[i] = coroutine.wrap(function() coroutine.yield() end) t[i]() end`},
		{"Tasks", interp.Limits{Tasks: 10}, `for i = 1, 10 do spawn(sleep, 1) end`},
		{"Tasks", interp.Limits{Tasks: 10}, `for i = 1, 10 do task.daemon(sleep, 1) end`},
		{"Tasks", interp.Limits{Tasks: 10}, `local function f() return gather(f, f) end f()`},
		{"Timers", interp.Limits{Timers: 10}, `for i = 1, 11 do spawn(sleep, 100) end sleep(1)`},
		{"Timers", interp.Limits{Timers: 10}, `local function f() wait_for(f, 100) end f()`},
		{"Timers", interp.Limits{Timers: 10}, `keep = {} for i = 1, 11 do keep[i] = coroutine.wrap(function() wait_for(coroutine.yield, 100) end) keep[i]() end`},
		{"CallDepth", interp.Limits{CallDepth: 100}, `local function f() return 1 + f() end f()`},
		{"CallDepth", interp.Limits{CallDepth: 100}, `local function f() pcall(f) end f()`},
		{"CallDepth", interp.Limits{CallDepth: 100}, `local function f() coroutine.wrap(f)() end f()`},
		{"CallDepth", interp.Limits{CallDepth: 100}, `local t = setmetatable({}, {__index = function(t, k) return t[k] end}) local x = t.x`},
		{"Output", interp.Limits{Output: 1000}, `while true do print("hello") end`},
		{"Output", interp.Limits{Output: 1000}, `while true do io.stderr:write("hello") end`},
		{"Time", interp.Limits{Time: 30 * time.Millisecond}, `while true do end`},
		{"Time", interp.Limits{Time: 30 * time.Millisecond}, `sleep(1000)`},
		{"Time", interp.Limits{Time: 30 * time.Millisecond}, `while true do sleep(0) end`},
		{"StringSize", interp.Limits{StringSize: 1000}, `local s = ("x"):rep(1001)`},
		{"StringSize", interp.Limits{StringSize: 1000}, `local s = ("x"):rep(600) s = s .. s`},
		{"StringSize", interp.Limits{StringSize: 1000}, `local s = ("x"):rep(600) s = table.concat({s, s})`},
		{"StringSize", interp.Limits{StringSize: 1000}, `local s = ("x"):rep(600) s = ("%s%s"):format(s, s)`},
		{"StringSize", interp.Limits{StringSize: 1000}, `local s = ("x"):rep(600):gsub("x", "xx")`},
	} {
		for _, around := range []string{
			"%s", "while true do pcall(function() %s end) end", "finally(function() %s end, function() while true do end end)",
			"finally(function() %s end, function() while true do pcall(sleep, 1) end end, math.huge)",
			"finally(function() error('x') end, function() %s end)", "while true do xpcall(function() %s end, function() while true do end end) end",
			"coroutine.wrap(function() while true do pcall(function() %s end) end end)()", "while true do pcall(await, spawn(function() %s end)) end",
			"local function f() finally(function() %s end, function() f() end) end f()", "wait_for(function() %s end, 1000)",
			"group(function(g) g:spawn(function() %s end) sleep(100) end)",
		} {
			src := strings.ReplaceAll(around, "%s", tt.src)
			rt, _ := limited(t, tt.limits, interp.WithGrace(30*time.Millisecond))
			start := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			_, err := rt.RunString(ctx, "=t", src)
			cancel()
			var e *interp.Error
			if !errors.Is(err, interp.ErrLimit) || !errors.As(err, &e) || e.Kind != interp.KindLimit || !strings.Contains(err.Error(), tt.name) {
				t.Errorf("%s: %s\n%v", tt.name, src, err)
			}
			if d := time.Since(start); d > 30*time.Second {
				t.Errorf("%s: %s\ntook %v", tt.name, src, d)
			}
			if vals, err := rt.RunString(t.Context(), "=next", `t = nil return 1 + 1`); err != nil || vals.Get(1).String() != "2" {
				t.Errorf("%s: the next run after %s: %v, %v", tt.name, src, vals, err)
			}
		}
	}
}

// Many little pieces of work of a builtin count as much as one of their size, the same in every run.
func TestLittleWorkCounts(t *testing.T) {
	steps := func(pieces, size int) uint64 {
		rt, err := interp.New(interp.WithLimits(interp.Limits{Instructions: math.MaxInt}), interp.WithFunc("work", func(c *interp.Call) error {
			for range pieces {
				if err := c.Spend(size); err != nil {
					return err
				}
			}
			return nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		defer rt.Close()
		var all [2]uint64
		for i := range all {
			before := rt.Stats().Instructions
			if _, err := rt.RunString(t.Context(), "t", "work()"); err != nil {
				t.Fatal(err)
			}
			all[i] = rt.Stats().Instructions - before
		}
		if all[0] != all[1] {
			t.Errorf("%d pieces of %d: %d steps, then %d", pieces, size, all[0], all[1])
		}
		return all[0]
	}
	for _, size := range []int{1, 7, 63, 65} {
		if got, want := steps(64_000, size), steps(1, 64_000*size); got != want {
			t.Errorf("64,000 pieces of %d bytes are %d steps; at once they are %d", size, got, want)
		}
	}
}

// A change that a script makes to what looks shared is seen in its own runtime alone, and by the host not at all.
func TestScriptsDoNotReachOtherRuntimes(t *testing.T) {
	const probe = `
		local ok, e = pcall(sleep, "x")
		local t = spawn(sleep, 0)
		return table.concat({("x"):upper(), #("abc"):rep(2), tostring(e), tostring(getmetatable("").__index == string), tostring(pcall(function() return (5).x end)),
			tostring(t:done()), string.format("%d", 3), tostring(select(2, pcall(function() return nil + 1 end))), type(require "string".gsub), os.time{year = 2000, month = 1, day = 1, hour = 12} % 86400}, " ")`
	program, err := interp.Compile("=probe", []byte(probe))
	if err != nil {
		t.Fatal(err)
	}
	run := func(rt *interp.Runtime) string {
		vals, err := rt.Run(t.Context(), program)
		if err != nil {
			t.Fatal(err)
		}
		return vals.Get(1).String()
	}
	victim, _ := limited(t, interp.Limits{})
	want := run(victim)
	attacker, _ := limited(t, interp.Limits{})
	if _, err := attacker.RunString(t.Context(), "=attack", `
		local names, job = {}, async(type)(1)
		for name, f in pairs(string) do names[#names + 1] = name end
		for _, name in ipairs(names) do string[name] = function() return "stolen" end end
		for _, v in pairs{"", 0, true, print} do debug.setmetatable(v, {__index = function() return "stolen" end, __add = function() return "stolen" end}) end
		debug.setmetatable(nil, {__add = function() return "stolen" end})
		for _, v in pairs{task.current(), (select(2, pcall(sleep, "x"))), sync.queue(), io.stdout, job} do
			local mt = debug.getmetatable(v)
			mt.__index, mt.__tostring = function() return "stolen" end, function() return "stolen" end
		end
		await(job)
		for k in pairs(package.loaded) do package.loaded[k] = {gsub = "stolen"} end
		for _, t in pairs{os, io, task, sync, coroutine, math, table} do for k in pairs(t) do t[k] = "stolen" end end
		setfenv(0, {})
		os.time = function() return 1 end`); err != nil {
		t.Fatal(err)
	}
	if got := run(victim); got != want {
		t.Errorf("another runtime now returns %q, before %q", got, want)
	}
	fresh, _ := limited(t, interp.Limits{})
	if got := run(fresh); got != want {
		t.Errorf("a new runtime returns %q, want %q", got, want)
	}
	if _, err := attacker.RunString(t.Context(), "=t", `error("text", 0)`); err == nil || err.Error() != "text" {
		t.Errorf("the host sees %v", err)
	}
	if n, err := attacker.RunFunc(t.Context(), "probe", func(c *interp.Call) error { return c.Return(c.Task().Name(), c.Task().State()) }); err != nil || n.Get(2).String() != "running" {
		t.Errorf("the host sees %v, %v", n, err)
	}
}

// A script that one does not trust.
func ExampleWithLimits() {
	rt := must(interp.New(builtins.Safe(), interp.WithStdio(nil, os.Stdout, nil), interp.WithLimits(interp.Limits{
		Instructions: 10_000_000,
		Memory:       64 << 20,
		Tasks:        1000,
		Timers:       1000,
		CallDepth:    10_000,
		Output:       1 << 20,
		Time:         10 * time.Second,
		StringSize:   16 << 20,
	})))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=script", `
		while true do
			pcall(function() while true do end end)
		end`)
	fmt.Println(err)
	fmt.Println(errors.Is(err, interp.ErrLimit))
	_, err = rt.RunString(context.Background(), "=next", `print("the next script works")`)
	fmt.Println(err)
	// Output:
	// script:3: limit exceeded: Instructions (10000000)
	// true
	// the next script works
	// <nil>
}
