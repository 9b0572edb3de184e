package interp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// words is a builtin that calls a function and puts words before what it raises, as Go does.
var words = interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "words", Fn: func(c *interp.Call) error {
	fn, err := c.Function(1)
	if err != nil {
		return err
	}
	_, err = c.Call(fn, c.Rest(2)...)
	if err != nil {
		err = fmt.Errorf("words: %w", err)
	}
	return err
}}}})

// attached counts the errors that come with one.
func attached(t *testing.T, err error) (n int) {
	t.Helper()
	var e *interp.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no error of a script", err)
	}
	for range e.Attached {
		n++
	}
	return n
}

// An error that is attached already is not attached again, in whatever way it comes to be raised anew. Each of these doubled what
// there was at each of its levels.
func TestErrorsAreAttachedOnce(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		want      int // errors in all
		is        error
	}{
		{"a string raised again by cleanups", `
			local function f(n)
				if n == 0 then error("disk full") end
				return finally(function() return f(n - 1) end, function(ok, err) if not ok then error(err, 0) end end)
			end
			f(40)`, 1, nil},
		{"a table raised again by cleanups", `
			local function f(n)
				if n == 0 then error({}) end
				return finally(function() return f(n - 1) end, function(ok, err) if not ok then error(err, 0) end end)
			end
			f(40)`, 1, nil},
		{"an error value raised again by cleanups", `
			local function f(n)
				if n == 0 then read("/no/such/file") end
				return finally(function() return f(n - 1) end, function(ok, err) if not ok then error(err, 0) end end)
			end
			f(40)`, 1, fs.ErrNotExist},
		{"a cancellation raised again by cleanups", `
			local function f(n)
				if n == 0 then sleep(9) end
				return finally(function() return f(n - 1) end, function(ok, err) if not ok then error(err, 0) end end)
			end
			wait_for(f, 1, 40)`, 1, interp.ErrCancelled},
		{"causes raised instead of what they caused", `
			local function f(n)
				if n == 0 then read("/no/such/file") end
				return finally(function() return f(n - 1) end, function(ok, err) if n % 3 == 0 then error("new " .. n, 0) end error(err.cause or err, 0) end)
			end
			f(60)`, 21, fs.ErrNotExist},
		{"the last but one raised instead of the last", `
			local last, before = "a", "b"
			for i = 1, 60 do
				local ok, e = pcall(finally, function() error(last, 0) end, function() error(before, 0) end)
				last, before = e, last
			end
			error(last, 0)`, 2, nil},
		{"words around what is raised again", `
			local x = "first"
			for i = 1, 60 do
				local ok, e = pcall(finally, function() words(error, x) end, function() words(error, x) end)
				x = e
			end
			error(x, 0)`, 101, nil},
		{"two that carry each other", `
			local a, b = "a", "b"
			for i = 1, 60 do
				local ok, x = pcall(gather, function() sleep(0) error(a, 0) end, function() finally(function() sleep(9) end, function() error(b, 0) end) end)
				local ok, y = pcall(gather, function() sleep(0) error(b, 0) end, function() finally(function() sleep(9) end, function() error(a, 0) end) end)
				a, b = x, y
			end
			error(a, 0)`, 7, nil}, // both in two tasks, and the cancellations of three of them
		{"a task that many await", `
			local t = spawn(function() sleep(1) read("/no/such/file") end)
			local function waits(n) return function() gather(n == 0 and t or waits(n - 1), t, n > 1 and waits(n - 2) or t) end end
			waits(14)()`, 1, fs.ErrNotExist},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := runScript(t, tt.src, words)
			if n := attached(t, err); n != tt.want {
				t.Errorf("%d errors, want %d", n, tt.want)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v is no %v", err, tt.is)
			}
			if errors.Is(err, errSentinel) {
				t.Error("it is what it is not")
			}
			if text := fmt.Sprintf("%v %+v %q", err, err, err); len(text) > 1<<16 {
				t.Errorf("its text has %d bytes", len(text))
			}
			if text, jerr := json.Marshal(err); jerr != nil || len(text) > 1<<16 {
				t.Errorf("as JSON it has %d bytes, %v", len(text), jerr)
			}
		})
	}
}

// A long chain of causes keeps both its ends, and says what it has left out. An error that says that counts for those it stands for.
func TestLongChainOfCauses(t *testing.T) {
	out, _, err := runScript(t, `
		local function f(n)
			if n == 0 then read("/no/such/file") end
			return finally(function() return f(n - 1) end, function() error("level " .. n, 0) end)
		end
		local ok, e = pcall(f, 1000)
		local n, gap = 0, nil
		local c = e
		while c do
			n = n + 1
			gap = gap or tostring(c):match("^(%d+) causes are left out here$")
			c = c.cause
		end
		print(tostring(e), n, gap)
		error(e)`)
	if out != "level 1000\t101\t901\n" {
		t.Errorf("printed %q", out)
	}
	if n := attached(t, err); n != 101 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%d errors, %v", n, err)
	}
}

// The news in an error come along though the rest of it is there already.
func TestNothingNewIsLost(t *testing.T) {
	out, _, _ := runScript(t, `
		local shared = spawn(function() sleep(1) error("shared", 0) end)
		local ok, e = pcall(gather, shared, function()
			finally(function() shared:join() end, function() finally(function() await(shared) end, function() error("mine", 0) end) end)
		end)
		print(tostring(e), e.others and #e.others, e.others and tostring(e.others[1]))
		local ok, body = pcall(finally, function() error("body", 0) end, function() error("cleanup", 0) end)
		local ok, e = pcall(finally, function() error(body) end, function() error(body.cause, 0) end)
		print(tostring(e), tostring(e.cause), e.cause.cause)`)
	if want := "shared\t1\tmine\nbody\tcleanup\tnil\n"; out != want {
		t.Errorf("printed %q, want %q", out, want)
	}
}

// An error with words before it has the others of what is behind it, also where that is attached elsewhere already.
func TestOthersBehindWords(t *testing.T) {
	out, _, _ := runScript(t, `
		local function late(what) return function() finally(function() sleep(9) end, function() error(what, 0) end) end end
		local ok, e = pcall(gather, function() sleep(1) read("/no/such/file") end, late("late"))
		local ok, w = pcall(words, error, e)
		print(w.kind, w.others[1], w.cause == e, w.cause.others[1])
		local ok, both = pcall(gather, function() sleep(1) error(e) end, late(w))
		print(both.code, #both.others, both.others[1], both.others[2].kind, both.others[2].others, both.others[2].cause)
		local wrapped = errors.wrap(both.others[2], "more")
		print(wrapped.others, wrapped.kind)
		local ok, c = pcall(finally, function() error(w) end, function() error(e) end)
		print(c.others[1], c.cause and tostring(c.cause):match("words"), c.cause and c.cause.cause)`, words)
	want := "io\tlate\ttrue\tlate\nENOENT\t2\tlate\tio\tnil\tnil\nnil\tio\nlate\twords\tnil\n"
	if out != want {
		t.Errorf("printed %q\nwant    %q", out, want)
	}
}

// A cancellation that was looked at, and is then raised, says where.
func TestWhereACancellationWasRaised(t *testing.T) {
	_, _, err := runScript(t, `
		local seen
		pcall(wait_for, function() finally(function() sleep(9) end, function(ok, e) seen = e errors.wrap(e, "words") end) end, 1)
		local function raises() error(seen) end
		raises()`)
	var e *interp.Error
	if !errors.As(err, &e) || !strings.Contains(e.Traceback(), "in function 'raises'") {
		t.Errorf("got %v", err)
	}
}

// Errors of the same text are as many as were raised.
func TestOthersOfTheSameText(t *testing.T) {
	out, _, _ := runScript(t, `
		local function late() finally(function() sleep(9) end, function() error("same", 0) end) end
		local ok, e = pcall(gather, function() sleep(1) error("same", 0) end, late, late)
		print(tostring(e), #e.others, e.value)`)
	if out != "same\t2\tsame\n" {
		t.Errorf("printed %q", out)
	}
}

// Errors that a host has tied into a knot are met once each, too.
func TestErrorsInACircle(t *testing.T) {
	a, b := &interp.Error{Msg: "a"}, &interp.Error{Msg: "b"}
	a.Others, b.Others = []*interp.Error{b, a}, []*interp.Error{a}
	circle := &wrapped{}
	circle.err = circle
	circular := interp.Errorf(interp.KindIO, "circular: %w", circle)
	raise := interp.WithFunc("raise", func(name string) error { return map[string]error{"a": a, "circle": circular}[name] })
	_, _, err := runScript(t, `
		local ok, e = pcall(raise, "a")
		local ok, f = pcall(finally, function() raise("circle") end, function() error(e) end)
		error(f)`, raise)
	if n := attached(t, err); n > 5 || !errors.Is(err, circle) || errors.Is(err, errSentinel) {
		t.Errorf("%d errors, %v", n, err)
	}
}

// wrapped is an error of a host's that may stand behind itself.
type wrapped struct{ err error }

func (w *wrapped) Error() string { return "wrapped" }
func (w *wrapped) Unwrap() error { return w.err }

// A host's error that cannot be compared is found as others are.
func TestUncomparableCause(t *testing.T) {
	raise := interp.WithFunc("raise", func() error { return fmt.Errorf("%w and %w", several{errSentinel}, several{fs.ErrNotExist}) })
	_, _, err := runScript(t, `raise()`, raise)
	var s several
	if !errors.Is(err, errSentinel) || !errors.Is(err, fs.ErrNotExist) || !errors.As(err, &s) || errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
}

type several []error

func (s several) Error() string   { return "several" }
func (s several) Unwrap() []error { return s }

// A table that a cleanup raises is err.value where something is attached, whatever that is.
func TestRaisedTableIsValue(t *testing.T) {
	out, _, err := runScript(t, `
		local function raised(f, ...) local ok, e = pcall(f, ...) return e end
		local function late(s) return function() finally(function() sleep(9) end, function() error({ code = s }) end) end end
		local e = raised(finally, function() error("body", 0) end, function() error({ code = 7 }) end)
		print(e.value.code, e.kind, e.cause, tostring(e) == tostring(e.value))
		e = raised(wait_for, late(8), 1)
		print(e.value.code, e.cause.kind)
		e = raised(gather, function() sleep(1) error("first", 0) end, late(9))
		print(e.value, tostring(e), e.others[1].value.code)
		e = raised(finally, function() error("body", 0) end, function() error(setmetatable({}, { __tostring = function() return "shown" end })) end)
		print(tostring(e), type(e.value), getmetatable(e.value) ~= nil)
		e = raised(finally, function() error("body", 0) end, function() error(nil) end)
		print(tostring(e), e.value, e.cause)
		e = raised(finally, function() error(nil) end, function() error("cleanup", 0) end)
		print(e.value, e.cause.value, tostring(e.cause))
		print(raised(read, "/no/such").value)
		local body = raised(finally, function() error("b", 0) end, function() error({ "uncaught" }) end)
		error(body)`)
	want := "7\terror\tbody\ttrue\n8\tcancelled\nfirst\tfirst\t9\nshown\ttable\ttrue\nnil\tnil\tbody\ncleanup\tnil\tnil\nnil\n"
	if out != want {
		t.Errorf("printed %q\nwant    %q", out, want)
	}
	var e *interp.Error
	if !errors.As(err, &e) || e.Value.Type() != "table" || !strings.Contains(e.Error(), `"uncaught"`) || e.Cause().Error() != "b" {
		t.Errorf("in Go: %v", err)
	}
}

// A field that an error value does not have is nil, whatever a script does to strings.
func TestErrorFieldsWithoutStringMethods(t *testing.T) {
	out, _, err := runScript(t, `
		local e = errors.new { message = "m", limit = 5 }
		string = nil
		print(e.limit, e.nothing, e:upper())
		debug.setmetatable("", { __index = function() return "anything" end })
		print(e.limit, e.nothing, e.upper)
		debug.setmetatable("", nil)
		print(e.limit, e.nothing, e.upper)`)
	if out != "5\tnil\tT:2: M\n5\tnil\tnil\n5\tnil\tnil\n" || err != nil {
		t.Errorf("printed %q, %v", out, err)
	}
}

// A traceback leaves out two levels at least.
func TestLevelsLeftOut(t *testing.T) {
	for levels, want := range map[int]string{18: "", 19: "", 20: "\n\t(2 levels left out)\n", 30: "\n\t(12 levels left out)\n"} {
		_, _, err := runScript(t, fmt.Sprintf(`local function f(n) if n == 0 then error("x") end f(n - 1) end f(%d)`, levels))
		var e *interp.Error
		if !errors.As(err, &e) || strings.Contains(e.Traceback(), "left out") != (want != "") || !strings.Contains(e.Traceback(), want) {
			t.Errorf("%d: %s", levels, e.Traceback())
		}
	}
}
