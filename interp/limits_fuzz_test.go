package interp_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// FuzzSource compiles arbitrary bytes and runs what compiles under limits: never a Go panic, a hang, or more memory.
func FuzzSource(f *testing.F) {
	for _, src := range []string{
		`while true do end`, `t = {} while true do t[#t + 1] = {} end`, `local s = "x" while true do s = s .. s end`, `t[67108863] = 1`,
		`local function f() spawn(f) spawn(f) sleep(0) end f()`, `finally(error, function() while true do end end)`, `return ("x"):rep(1e6):gsub(".*", ("%0"):rep(1e6))`,
		`local function f() coroutine.wrap(f)() end f()`, "\x1bLua", "#!x\nreturn ...", `goto x ::x:: local a <const> = 1`, `load(("x = 1 "):rep(1e5))()`,
		`setfenv(0, {}) debug.setmetatable("", nil) return getmetatable("").__index`, `q = sync.queue() for v in q:items() do q:put(v) end`,
	} {
		f.Add([]byte(src))
	}
	limits := interp.Limits{Instructions: 300_000, Memory: 8 << 20, Tasks: 200, Timers: 200, CallDepth: 5000, Output: 1 << 16, Time: 300 * time.Millisecond, StringSize: 4 << 20}
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := interp.Compile("=fuzz", src)
		if err != nil {
			if se := (*interp.SyntaxError)(nil); !errors.As(err, &se) && !errors.Is(err, interp.ErrBinary) {
				t.Errorf("Compile: %v", err)
			}
			return
		}
		runLimited(t, p, limits)
	})
}

// runLimited runs a program and looks at what came of it.
func runLimited(t *testing.T, p *interp.Program, limits interp.Limits) {
	t.Helper()
	var out bytes.Buffer
	rt, err := interp.New(builtins.Safe(), interp.WithLimits(limits), interp.WithStdio(nil, &out, &out))
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	_, err = rt.Run(context.Background(), p)
	if took := time.Since(start); took > 2*limits.Time+5*time.Second {
		t.Errorf("it took %v", took)
	}
	runtime.ReadMemStats(&after)
	if grown := int(after.HeapSys+after.StackSys) - int(before.HeapSys+before.StackSys); grown > 2*limits.Memory+64<<20 {
		t.Errorf("the process has grown by %d MB", grown>>20)
	}
	if e := (*interp.Error)(nil); errors.As(err, &e) && e.Kind == interp.KindPanic {
		t.Errorf("%v\n%s", err, e.Traceback())
	}
	if out.Len() > 2*limits.Output {
		t.Errorf("it wrote %d bytes", out.Len())
	}
	if vals, err := rt.RunString(context.Background(), "=next", `return 6 * 7`); err != nil || vals.Get(1).String() != "42" {
		t.Errorf("the next run: %v, %v", vals, err)
	}
	if err := rt.Close(); err != nil && !errors.Is(err, interp.ErrLimit) {
		t.Logf("Close: %v", err)
	}
}
