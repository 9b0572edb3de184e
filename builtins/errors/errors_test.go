package errors_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// An error value that a script has made is an *interp.Error in Go.
func TestErrorsInGo(t *testing.T) {
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	run := func(src string) *interp.Error {
		t.Helper()
		_, err := rt.RunString(context.Background(), "=t", src)
		var e *interp.Error
		if !errors.As(err, &e) {
			t.Fatalf("%v is no error of a script", err)
		}
		return e
	}
	e := run(`local function work() error(errors.new { kind = "quota", message = "too many", limit = 5, who = "ann", paid = false, list = { 1 } }) end
		await(spawn(work))`)
	list, _ := e.Field("list").(interp.Value)
	if e.Kind != "quota" || e.Msg != "too many" || e.Error() != "t:1: too many" || e.Field("limit") != 5.0 || e.Field("who") != "ann" ||
		e.Field("paid") != false || list.Type() != "table" || e.Field("none") != nil || e.Cause() != nil {
		t.Errorf("got %+v", e)
	}
	if trace := e.Traceback(); !strings.Contains(trace, "t:1: in function") || !strings.Contains(trace, "spawned at t:2") {
		t.Errorf("traceback %s", trace)
	}
	names := ""
	for name, v := range e.Fields() {
		names += fmt.Sprintf("%s=%T ", name, v)
	}
	if names != "limit=float64 who=string paid=bool list=interp.Value " {
		t.Errorf("fields %s", names)
	}
	e = run(`local ok, err = pcall(wait_for, sleep, 1e-3, 9) error(errors.wrap(err, "deploy", { host = "h3" }))`)
	if !errors.Is(e, interp.ErrTimeout) || e.Field("host") != "h3" || e.Cause() == nil || e.Cause().Msg != "wait_for: timed out after 0.001 s" {
		t.Errorf("got %v, caused by %v", e, e.Cause())
	}
	// A kind that Go has a sentinel for is that, also where a script has made it; another runtime has the plain fields.
	e = run(`error(errors.new { kind = "closed", message = "shut", code = 7, t = {} })`)
	if !errors.Is(e, interp.ErrClosed) {
		t.Errorf("%v is not ErrClosed", e)
	}
	other, err := interp.New(builtins.Std(), interp.WithFunc("raise", func() error { return e }))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	vals, err := other.RunString(context.Background(), "=u", `local ok, err = pcall(raise) return err.kind, err.code, err.t, tostring(err)`)
	if got := fmt.Sprint(vals); err != nil || got != "[closed 7 nil u:1: t:1: shut]" {
		t.Errorf("in another runtime %s, %v", got, err)
	}
}

// The parts of an error value count as memory, and as long strings do.
func TestErrorsUnderLimits(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		limits    interp.Limits
	}{
		{"messages", `local t = {} for i = 1, 1e6 do t[i] = errors.new { message = ("x"):rep(1e4) .. i } end`, interp.Limits{Memory: 32 << 20}},
		{"fields", `local t = {} for i = 1, 1e6 do t[i] = errors.new { message = "m", field = ("x"):rep(1e4) .. i } end`, interp.Limits{Memory: 32 << 20}},
		{"words", `local e = "x" while true do e = errors.wrap(e, ("x"):rep(1000)) end`, interp.Limits{Memory: 32 << 20}},
		{"long words", `local e = "x" while true do e = errors.wrap(e, ("x"):rep(1000)) end`, interp.Limits{StringSize: 1 << 20}},
		{"time of words", `local s = ("x"):rep(1e6) while true do local _ = errors.wrap("x", s) end`, interp.Limits{Instructions: 1e6}},
		{"text", `local e = errors.new { message = ("x"):rep(1000) } while true do e = errors.new { message = e .. e } end`, interp.Limits{StringSize: 1 << 20}},
		{"time", `local e = errors.new { message = ("x"):rep(1e6) } while true do local _ = tostring(e) end`, interp.Limits{Instructions: 1e6}},
		{"others", `local t = {} for i = 1, 1000 do t[i] = function() finally(function() sleep(9) end, function() error(i, 0) end) end end
			t[1001] = function() error("first", 0) end
			local ok, e = pcall(gather, t) while true do local _ = e.others end`, interp.Limits{Instructions: 1e6}},
		{"show", `local t = {} for i = 1, 1000 do t[i] = ("x"):rep(100) end while true do local _ = show(t) end`, interp.Limits{Instructions: 1e6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt, err := interp.New(builtins.Safe(), interp.WithLimits(tt.limits), interp.WithVirtualTime())
			if err != nil {
				t.Fatal(err)
			}
			defer rt.Close()
			if _, err := rt.RunString(context.Background(), "=t", tt.src); !errors.Is(err, interp.ErrLimit) {
				t.Errorf("got %.200v", err)
			}
		})
	}
}
