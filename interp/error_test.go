package interp_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

var errSentinel = errors.New("the cause")

var errShared = interp.Errorf(interp.KindLimit, "too many")

// failing are builtins that go wrong in every way.
var failing = interp.WithModule(interp.Module{Name: "bad", Defs: []interp.Def{
	{Name: "plain", Fn: func(*interp.Call) error { return errSentinel }},
	{Name: "wrapped", Fn: func(*interp.Call) error { return interp.Errorf(interp.KindIO, "disk: %w", errSentinel) }},
	{Name: "shared", Fn: func(*interp.Call) error { return errShared }},
	{Name: "literal", Fn: func(*interp.Call) error { return &interp.Error{Msg: "no kind"} }},
	{Name: "path", Fn: func(*interp.Call) error { _, err := os.Open("/no/such"); return err }},
	{Name: "words", Fn: func(c *interp.Call) error {
		fn, err := c.Function(1)
		if err != nil {
			return err
		}
		_, err = c.Call(fn)
		return fmt.Errorf("with words: %w", err)
	}},
	{Name: "panics", Fn: func(*interp.Call) error { panic("text") }},
	{Name: "panics_error", Fn: func(*interp.Call) error { panic(errSentinel) }},
	{Name: "crashes", Fn: func(*interp.Call) error { return (*interp.Error)(nil).Others[0] }},
	{Name: "blocks", Fn: func(c *interp.Call) error {
		return c.Block(func(context.Context) error { panic("off the loop") })
	}},
	{Name: "blocks_goexit", Fn: func(c *interp.Call) error {
		return c.Block(func(context.Context) error { runtime.Goexit(); return nil })
	}},
	{Name: "goexit", Fn: func(*interp.Call) error { runtime.Goexit(); return nil }},
	{Name: "nursery", Fn: func(c *interp.Call) error {
		return c.Nursery(&interp.Nursery{}, nil, func() error { panic("inside") })
	}},
	{Name: "channel", Fn: func(c *interp.Call) error { return c.Return(make(chan int)) }},
}})

func TestErrorValues(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"position, kind and message", `local ok, e = pcall(function() bad.plain() end) print(tostring(e), e.kind, e.message, e.nothing)`, "t:1: the cause\terror\tthe cause\tnil\n"},
		{"fields of a system error", `local ok, e = pcall(bad.path) print(e.kind, e.path, e.code)`, "io\t/no/such\tENOENT\n"},
		{"words around an error keep its fields", `local ok, e = pcall(bad.words, bad.path) print(e.kind, e.path, e.code, e.message:match("^with words"))`, "io\t/no/such\tENOENT\twith words\n"},
		{"a kind is always there", `local ok, e = pcall(bad.literal) print(e.kind, tostring(e))`, "error\tt:1: no kind\n"},
		{"text", `local ok, e = pcall(bad.plain)
			print("x: " .. e, e .. ".", #e, e:match("cause"), string.upper(e), ("%s"):format(e), e:len(), e == e)`,
			"x: t:1: the cause\tt:1: the cause.\t14\tcause\tT:1: THE CAUSE\tt:1: the cause\t14\ttrue\n"},
		{"read-only", `local ok, e = pcall(bad.plain) print(pcall(function() e.kind = "x" end)) print(getmetatable(e), pcall(setmetatable, e, {}))`,
			"false\tt:1: an error value is read-only\nerror\tfalse\tbad argument #1 to '?' (table expected, got error)\n"},
		{"strings have no kind", `local ok, e = pcall(error, "x") print(e.kind)`, "nil\n"},
		{"raised again it is the same", `local ok, e = pcall(bad.plain) local ok, f = pcall(error, e) local ok, g = pcall(await, spawn(error, e)) print(e == f, e == g, tostring(g))`, "true\ttrue\tt:1: the cause\n"},
		{"a traceback", `local function inner() bad.plain() end local ok, e = pcall(await, spawn(function() inner() end)) print(e.traceback:gsub("\t", "  "))`,
			"stack traceback:\n  [C]: in function 'plain'\n  t:1: in function 'inner'\n  t:1: in function <t:1>\n  spawned at t:1\t4\n"},
		{"a panic", `for _, f in ipairs{bad.panics, bad.panics_error, bad.crashes, bad.blocks} do
				local ok, e = pcall(f) print(e.kind, e.message, e.traceback:match("goroutine %d+") ~= nil)
			end`,
			"panic\ta builtin panicked: text\ttrue\npanic\ta builtin panicked: the cause\ttrue\n" +
				"panic\ta builtin panicked: runtime error: invalid memory address or nil pointer dereference\ttrue\npanic\ta builtin panicked: off the loop\ttrue\n"},
		{"Goexit off the loop", `local ok, e = pcall(bad.blocks_goexit) print(e.kind, e.message)`, "panic\ta builtin called runtime.Goexit\n"},
		{"Goexit on the loop ends its task", `
			for _, f in ipairs{
				function() pcall(bad.goexit) print("never") end,
				function() coroutine.wrap(function() group(function(g) g:spawn(sleep, 9) bad.goexit() end) end)() end,
			} do local ok, e = pcall(await, spawn(f)) print(e.kind, e.message) end
			sleep(1) print("on", now(), #task.all())`,
			"panic\ta builtin called runtime.Goexit\npanic\ta builtin called runtime.Goexit\non\t1\t1\n"},
		{"a panic in a nursery", `local ok, e = pcall(bad.nursery) print(e.kind) print(gather(function() sleep(1) return 1 end))`, "panic\n1\n"},
		{"a value without one in Lua", `local ok, e = pcall(bad.channel) print(e.message)`, "a chan int has no counterpart in Lua\n"},
		{"what was raised arrives as it was", `
			local raised = setmetatable({}, {__tostring = function() return "shown" end})
			for _, f in ipairs{await, gather, race, function(f) wait_for(f, 1) end, shield, function(f) group(function(g) g:spawn(f) end) end, function(f) finally(f, function() end) end} do
				local ok, e = pcall(f, function() error(raised) end) io.write(tostring(rawequal(e, raised)), " ")
			end
			local ok, e = pcall(gather, function() sleep(1) error(raised) end, function() finally(function() sleep(9) end, function() error(nil) end) end)
			print(e.kind, tostring(e), rawequal(e.value, raised), #e.others, tostring(e.others[1]))`,
			"true true true true true true true error\tshown\ttrue\t1\tnil\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, errw, err := runScript(t, tt.src, failing)
			if out != tt.want || errw != "" || err != nil {
				t.Errorf("printed %q\nwant    %q\nstandard error %q, error %v", out, tt.want, errw, err)
			}
		})
	}
}

func TestGoErrorsGoThrough(t *testing.T) {
	for src, want := range map[string]error{
		`bad.plain()`:                                   errSentinel,
		`bad.wrapped()`:                                 errSentinel,
		`bad.panics_error()`:                            errSentinel,
		`bad.path()`:                                    fs.ErrNotExist,
		`bad.words(bad.path)`:                           fs.ErrNotExist,
		`bad.shared()`:                                  errShared,
		`pcall(bad.shared) bad.shared()`:                interp.ErrLimit,
		`gather(function() bad.path() end)`:             fs.ErrNotExist,
		`await(spawn(coroutine.wrap(bad.path)))`:        fs.ErrNotExist,
		`local ok, e = pcall(bad.path) error(e)`:        fs.ErrNotExist,
		`finally(bad.path, bad.plain)`:                  fs.ErrNotExist,
		`finally(bad.plain, bad.path)`:                  errSentinel,
		`spawn(bad.path) sleep(1)`:                      fs.ErrNotExist,
		`wait_for(sleep, 1, 9)`:                         interp.ErrTimeout,
		`local t = spawn(sleep, 9) t:cancel() await(t)`: interp.ErrCancelled,
	} {
		_, _, err := runScript(t, src, failing)
		var e *interp.Error
		if !errors.Is(err, want) || !errors.As(err, &e) || e.Frames == nil {
			t.Errorf("%s: %v is no %v", src, err, want)
		}
	}
	if errShared.Frames != nil || errShared.Error() != "too many" {
		t.Errorf("a host's error was changed: %+v", errShared)
	}
}

// An error that one runtime raised may be returned into another: its values stay where they are.
func TestErrorFromAnotherRuntime(t *testing.T) {
	_, _, err := runScript(t, `error({secret = 1})`)
	var first *interp.Error
	if !errors.As(err, &first) {
		t.Fatal(err)
	}
	again := interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "again", Fn: func(*interp.Call) error { return first }}}})
	out, _, err := runScript(t, `local ok, e = pcall(again) print(type(e), e.kind, e.secret) again()`, again)
	if out != "userdata\terror\tnil\n" || !errors.Is(err, first) {
		t.Errorf("printed %q, %v", out, err)
	}
}

func TestPanicKeepsGosStack(t *testing.T) {
	_, _, err := runScript(t, `bad.crashes()`, failing)
	var e *interp.Error
	if !errors.As(err, &e) || e.Kind != interp.KindPanic || !strings.Contains(e.Traceback(), "error_test.go") {
		t.Errorf("got %v", err)
	}
}

func TestBadOptions(t *testing.T) {
	fn := func(*interp.Call) error { return nil }
	for name, o := range map[string]interp.Option{
		"a definition without a name": interp.WithModule(interp.Module{Defs: []interp.Def{{Fn: fn}}}),
		"an empty definition":         interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "x"}}}),
		"a function and a value":      interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "x", Fn: fn, Value: 1}}}),
		"a type that is no pointer":   interp.WithModule(interp.Module{Types: []interp.Type{{Name: "x", Of: 1}}}),
		"a value Lua does not have":   interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "x", Value: make(chan int)}}}),
		"no clock":                    interp.WithClock(nil),
		"a clock that nobody made":    interp.WithClock(&interp.ManualClock{}),
		"no loader":                   interp.WithPreload("x", nil),
	} {
		if rt, err := interp.New(builtins.Std(), o); err == nil {
			t.Errorf("%s: accepted", name)
			rt.Close()
		} else if !strings.HasPrefix(err.Error(), "interp: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	rt := newRuntime(t)
	if _, err := rt.Run(t.Context(), nil); err == nil {
		t.Error("a nil program")
	}
	if _, err := rt.RunString(t.Context(), "=t", `return 1`, make(chan int)); err == nil {
		t.Error("an argument that Lua does not have")
	}
	if _, err := rt.RunFile(t.Context(), "/no/such.lua"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

// A builtin that is what a task or coroutine does has no function of Lua below it: its error is placed where that was begun.
func TestPlaceOfGoTasks(t *testing.T) {
	rt := newRuntime(t)
	for _, tt := range []struct{ name, src, want string }{
		{"spawn", `await(spawn(sleep, "x"))`, "t:2: bad argument #1 to 'sleep' (number expected, got string)"},
		{"map", `task.map({ "x" }, sleep)`, "t:2: bad argument #1 to 'sleep' (number expected, got string)"},
		{"gather", `gather(async(sleep)("x"))`, "t:2: bad argument #1 to 'sleep' (number expected, got string)"},
		{"a name", `task.map({ 1 }, print, { name = function() return {} end })`, "t:2: map: option 'name' must return a string, not a table"},
		{"a later name", `task.each({ 1, 2 }, sleep, { limit = 1, name = function(i) return i == 1 or "1" end })`, "t:2: each: option 'name' must return a string, not a boolean"},
		{"a coroutine", `coroutine.wrap(sleep)("x")`, "t:2: bad argument #1 to 'sleep' (number expected, got string)"},
		{"a coroutine in a task", `await(spawn(coroutine.wrap(sleep), "x"))`, "t:2: bad argument #1 to 'sleep' (number expected, got string)"},
	} {
		if _, err := rt.RunString(t.Context(), "=t", "\n"+tt.src); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

// Words around a cancellation of the builtin's own task are dropped: nothing catches it. One of another task is an error like any other.
func TestWordsAroundACancellation(t *testing.T) {
	words := map[string]func(err error) error{
		"Errorf":     func(err error) error { return interp.Errorf(interp.KindIO, "words: %w", err) },
		"PathErrorf": func(err error) error { return interp.PathErrorf("words", "file", err) },
		"With":       func(err error) error { return interp.PathErrorf("words", "file", err).With("field", 1) },
		"joined":     func(err error) error { return interp.PathErrorf("words", "file", errors.Join(err, errSentinel)) },
		"Join":       func(err error) error { return errors.Join(interp.PathErrorf("words", "file", err), errSentinel) },
	}
	for name, put := range words {
		rt := interptest.New(t, builtins.Std(), interp.WithModule(interp.Module{Name: "words", Defs: []interp.Def{
			{Name: "block", Fn: func(c *interp.Call) error {
				return put(c.BlockFirm(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }))
			}},
			{Name: "call", Fn: func(c *interp.Call) error {
				_, err := c.Protect(c.Arg(1))
				return put(err)
			}},
		}}))
		rt.Check(`
			local t = spawn(function() print(pcall(words.block)) print("goes on") end)
			task.daemon(function() t:cancel() end)
			t:join()
			print(t:cancelled())
			local other = spawn(sleep, 10)
			other:cancel()
			print((pcall(words.call, function() await(other) end)))`, "true\nfalse\n")
		if t.Failed() {
			t.Fatal(name)
		}
	}
}
