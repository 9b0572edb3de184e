package interp_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// call is a host's function that calls a function of Lua.
var call = interp.WithModule(interp.Module{Name: "host", Defs: []interp.Def{{Name: "call", Fn: func(c *interp.Call) error {
	fn, err := c.Function(1)
	if err != nil {
		return err
	}
	vals, err := c.Call(fn, c.Rest(2)...)
	if err != nil {
		return c.Return("caught " + err.Error())
	}
	return c.ReturnValues(vals)
}}}})

// A cancellation goes through whatever a task waits below, and only finally sees it.
func TestCancellationPasses(t *testing.T) {
	for name, wait := range map[string]string{
		"pcall":            `pcall(sleep, 9)`,
		"xpcall":           `xpcall(function() sleep(9) end, function() print("handler") end)`,
		"coroutine.resume": `coroutine.resume(coroutine.create(function() sleep(9) end))`,
		"coroutine.wrap":   `pcall(coroutine.wrap(function() pcall(coroutine.wrap(function() sleep(9) end)) end))`,
		"sort":             `pcall(table.sort, {3, 2, 1}, function(a, b) sleep(9) return a < b end)`,
		"gsub":             `pcall(string.gsub, "abc", ".", function() sleep(9) end)`,
		"__index":          `pcall(function() return setmetatable({}, {__index = function() sleep(9) end}).x end)`,
		"__tostring":       `pcall(tostring, setmetatable({}, {__tostring = function() sleep(9) return "" end}))`,
		"__eq":             `local mt = {__eq = function() sleep(9) return true end} pcall(function() return setmetatable({}, mt) == setmetatable({}, mt) end)`,
		"__concat":         `pcall(function() return setmetatable({}, {__concat = function() sleep(9) end}) .. "" end)`,
		"an iterator":      `pcall(function() for x in function() sleep(9) end do end end)`,
		"a host function":  `print(host.call(sleep, 9))`,
		"nested":           `pcall(host.call, pcall, coroutine.wrap(function() table.sort({3, 2, 1}, function() host.call(sleep, 9) end) end))`,
	} {
		t.Run(name, func(t *testing.T) {
			out, errw, err := runScript(t, fmt.Sprintf(`
				local ok, e = pcall(wait_for, function()
					finally(function() %s print("caught") end, function(ok, e) print("cleanup", ok, e.kind) end)
					print("after")
				end, 1)
				print(ok, e.kind, now())`, wait), call)
			if want := "cleanup\tfalse\tcancelled\nfalse\ttimeout\t1\n"; out != want || errw != "" || err != nil {
				t.Errorf("printed %q, want %q; standard error %q, error %v", out, want, errw, err)
			}
		})
	}
}

// onRealClock runs a script that computes: virtual time would stand still meanwhile.
func onRealClock(t *testing.T, ctx context.Context, src string, opts ...interp.Option) (string, error) {
	t.Helper()
	var out strings.Builder
	rt, err := interp.New(append(opts, builtins.Std(), interp.WithStdio(nil, &out, &out))...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = rt.RunString(ctx, "=t", src)
	return out.String(), errors.Join(err, rt.Close())
}

func TestComputingIsInterrupted(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"a loop", `local ok, e = pcall(wait_for, function() while true do end end, 0.1) print(e.kind)`, "timeout\n"},
		{"a loop that catches everything", `local ok, e = pcall(wait_for, function() while true do pcall(function() while true do end end) end end, 0.1) print(e.kind)`, "timeout\n"},
		{"in a coroutine", `local ok, e = pcall(wait_for, coroutine.wrap(function() while true do end end), 0.1) print(e.kind)`, "timeout\n"},
		{"calls", `local function f() return f() end local ok, e = pcall(wait_for, f, 0.1) print(e.kind)`, "timeout\n"},
		{"a cleanup sees it", `pcall(wait_for, function() finally(function() while true do end end, function(ok, e) sleep(0.01) print(e.kind) end) end, 0.05)`, "cancelled\n"},
		{"a cleanup that computes ends with its grace", `pcall(wait_for, function() finally(function() sleep(9) end, function() while true do end end, 0.1) end, 0.05) print("ended")`, "ended\n"},
		{"a cleanup is not interrupted before", `
			pcall(wait_for, function() finally(function() sleep(9) end, function() local t = now() while now() - t < 0.2 do end print("whole") end) end, 0.05)`, "whole\n"},
		{"a checkpoint within the moment comes first", `
			local ok, e = pcall(wait_for, function() local t = now() while now() - t < 0.07 do end print("uncut") sleep(0) print("never") end, 0.06) print(e.kind)`, "uncut\ntimeout\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if out, err := onRealClock(t, ctx, tt.src); out != tt.want || err != nil {
				t.Errorf("printed %q, want %q; %v", out, tt.want, err)
			}
		})
	}
}

func TestHostInterruptsAnyTask(t *testing.T) {
	for name, src := range map[string]string{
		"main":                         `while true do end`,
		"a task beside main":           `spawn(function() while true do end end) sleep(math.huge)`,
		"a task when main is over":     `spawn(function() while true do end end)`,
		"main had been cancelled":      `task.current():cancel() while true do end`,
		"a task that was cancelled":    `local t = spawn(function() while true do end end) t:cancel("no interruption") spawn(function() task.current():cancel() while true do end end) sleep(9)`,
		"what another owns":            `spawn(function() while true do pcall(gather, function() while true do end end) end end) sleep(9)`,
		"a daemon":                     `task.daemon(function() while true do end end) sleep(9)`,
		"main returns as it is":        `spawn(sleep, 9) local t = now() while now() - t < 0.12 do end`,
		"a task that nothing can wake": `spawn(function() while true do sleep(0) end end) sleep(math.huge)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cause := errors.New("enough")
			ctx, cancel := context.WithCancelCause(t.Context())
			defer time.AfterFunc(80*time.Millisecond, func() { cancel(cause) }).Stop()
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, err := onRealClock(t, ctx, src)
				if !errors.Is(err, cause) || !errors.Is(err, interp.ErrCancelled) || !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			}()
			select {
			case <-done:
			case <-time.After(time.Minute):
				t.Error("it goes on")
			}
		})
	}
}

func TestRecursion(t *testing.T) {
	out, _, err := runScript(t, `
		local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end
		local function through(n) if n == 0 then return 0 end local ok, v = pcall(through, n - 1) return 1 + v end
		print(deep(100000))
		print(await(spawn(deep, 5000)), coroutine.wrap(deep)(5000), await(spawn(through, 4000)))
		local function endless() return 1 + endless() end
		for _, f in ipairs{
			function() endless() end,
			function() local function f() local ok, e = pcall(f) error(e, 0) end f() end,
			function() local mt = {} mt.__index = function(t, k) return t[k .. ""] end return setmetatable({}, mt).x end,
			function() local function f() return "x" .. (("x"):gsub(".", f)) end f() end,
			function() local function f() table.sort({1, 2, 3}, f) return 1 + f() end f() end,
			function() local function f() return 1 + wait_for(f, 9) end f() end,
			function() local function f() return 1 + finally(f, function() end) end f() end,
			function() local function f() return 1 + await(f) end f() end,
		} do
			local ok, e = pcall(f)
			print(ok, (tostring(e):match("overflow")))
			ok, e = pcall(await, spawn(f))
			print(ok, (tostring(e):match("overflow")))
		end
		print(deep(50000))`)
	want := "100000\n5000\t5000\t4000\n" + strings.Repeat("false\toverflow\n", 16) + "50000\n"
	if out != want || err != nil {
		t.Errorf("printed %q, want %q; %v", out, want, err)
	}
}
