package interp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// pipes opens streams of all kinds, for tests.
var pipes = interp.Module{Name: "pipes", Defs: []interp.Def{
	// pipes.pair() has deadlines, pipes.plain() none.
	{Name: "pair", Fn: func(c *interp.Call) error {
		a, b := net.Pipe()
		return returnStreams(c, interp.Stream{Name: "a", Reader: a, Writer: a, Close: closing(a)}, interp.Stream{Name: "b", Reader: b, Writer: b, Close: closing(b)})
	}},
	{Name: "plain", Fn: func(c *interp.Call) error {
		r, w := io.Pipe()
		return returnStreams(c, interp.Stream{Name: "r", Reader: r, Close: closing(r)}, interp.Stream{Name: "w", Writer: w, Close: closing(w)})
	}},
	{Name: "passive", Fn: func(c *interp.Call) error {
		r, w := io.Pipe()
		return returnStreams(c, interp.Stream{Reader: r, Close: closing(r), Passive: true}, interp.Stream{Writer: w, Close: closing(w)})
	}},
	{Name: "text", Fn: func(c *interp.Call) error {
		s, _ := c.Text(1)
		return returnStreams(c, interp.Stream{Reader: strings.NewReader(s)})
	}},
	{Name: "broken", Fn: func(c *interp.Call) error {
		return returnStreams(c, interp.Stream{Name: "it", Reader: broken{}, Writer: broken{}, Close: func(context.Context) error { return os.ErrPermission }})
	}},
	{Name: "mad", Fn: func(c *interp.Call) error {
		return returnStreams(c, interp.Stream{Reader: mad{}, Writer: mad{}, Close: func(context.Context) error { panic("oh") }})
	}},
	{Name: "object", Fn: func(c *interp.Call) error {
		return returnStreams(c, interp.Stream{Reader: strings.NewReader("x\ny\n"), Object: &conn{"there"}})
	}},
}, Types: []interp.Type{{Name: "conn", Of: (*conn)(nil), Methods: []interp.Def{
	{Name: "remote", Fn: func(c *interp.Call) error { return c.Return(interp.Self[*conn](c).remote) }},
}, String: func(v any) string { return "conn to " + v.(*conn).remote }}}}

type conn struct{ remote string }

func closing(c io.Closer) func(context.Context) error {
	return func(context.Context) error { return c.Close() }
}

func returnStreams(c *interp.Call, streams ...interp.Stream) error {
	for _, s := range streams {
		v, err := c.NewStream(s)
		if err != nil {
			return err
		}
		if err := c.Return(v); err != nil {
			return err
		}
	}
	return nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) {
	return 0, interp.Errorf("status", "no").With("status", 503)
}
func (broken) Write([]byte) (int, error) { return 0, errors.New("the line is cut") }

type mad struct{}

func (mad) Read(p []byte) (int, error)  { return len(p) + 1, nil }
func (mad) Write(p []byte) (int, error) { panic("mad") }

func TestStreams(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"a handle as any other", `local a = pipes.text("one\n2 three\nfour") print(io.type(a), io.type(a) == io.type(io.stdin), a:read(), a:read("*n", 2, "*a"))
			print(a:read(), a:read("*a"), a:close(), io.type(a), pcall(a.read, a))`,
			"file\ttrue\tone\t2\t t\three\nfour\nnil\t\ttrue\tclosed file\tfalse\tattempt to use a closed file\n"},
		{"where a handle goes", `io.input(pipes.text("x\ny\n")) print(io.read(), io.lines()())
			for row in csv.rows(pipes.text("a,b\n1,2\n")) do print(row.a, row.b) end`, "x\ty\n1\t2\n"},
		{"there and back", `local a, b = pipes.pair()
			print(gather(function() return b:read() .. "!" end, function() return a:write("hello\n") end))
			spawn(function() for l in b:lines() do b:write(l:upper(), "\n") end b:close() end)
			for _, w in ipairs { "x", "y" } do a:write(w, "\n") print(a:read()) end a:close()`, "hello!\ttrue\nX\nY\n"},
		{"one reads while another writes", `local a, b = pipes.pair()
			local got = spawn(a.read, a)
			spawn(function() b:read(1) b:write("answer\n") end)
			a:write("?")
			print(await(got))`, "answer\n"},
		{"writers take turns", `local a, b = pipes.pair()
			for i = 1, 50 do spawn(a.write, a, (tostring(i % 10)):rep(1000), "\n") end
			for i = 1, 50 do local l = b:read() assert(l == l:sub(1, 1):rep(1000), l) end print("fine")`, "fine\n"},
		{"a read that is abandoned loses nothing", `local r, w = pipes.plain()
			for i = 1, 20 do give_up(r.read, r) end
			spawn(w.write, w, "all of it\n") print(r:read())`, "all of it\n"},
		{"one with deadlines as well", `local r, w = pipes.pair()
			for i = 1, 20 do give_up(r.read, r) end
			spawn(w.write, w, "all of it\n") print(r:read())`, "all of it\n"},
		{"a writer waits for readers", `local r, w = pipes.pair()
			local t = spawn(w.write, w, ("x"):rep(1000)) for i = 1, 10 do sleep(0) end print(t:done(), #r:read(1000), await(t))`, "false\t1000\ttrue\n"},
		{"a write that is given up", `local r, w = pipes.pair() give_up(w.write, w, "x") spawn(w.close, w) print(#r:read("*a") < 2)
			r, w = pipes.plain() give_up(w.write, w, "x") r:close() print(pcall(w.write, w, "x"))`, "true\nfalse\tt:2: file:write: w: io: read/write on closed pipe\n"},
		{"close under a reader", `local a, b = pipes.plain() local t = spawn(pcall, a.read, a) sleep(0) a:close() print(await(t))`, "false\tattempt to use a closed file\n"},
		{"the other end is closed", `local a, b = pipes.plain() local t = spawn(a.read, a, "*a") b:write("x") b:close() print(await(t))`, "x\n"},
		{"not for this", `local r, w = pipes.plain() print(select(2, pcall(r.write, r, "x")).code, select(2, pcall(w.read, w)).code, select(2, pcall(r.seek, r)).code)`,
			"EBADF\tEBADF\tESPIPE\n"},
		{"no number of bytes", `local r, w = pipes.pair() spawn(w.write, w, "xy") for _, n in ipairs { -1, 0/0, math.huge } do
				print(pcall(function() return r:read(n) end)) end print(r:read(1.5))`, strings.Repeat("false\tt:2: bad argument #1 to 'read' (the number of bytes must be from 0 to 2^53)\n", 3) + "x\n"},
		{"its own errors", `local it = pipes.broken() local e = select(2, pcall(it.read, it)) print(e.kind, e.status, e.message)
			e = select(2, pcall(it.write, it, "x")) print(e.kind, e.message) e = select(2, pcall(it.close, it)) print(e.kind, e.message)
			print(pcall(it.lines, it))`, "status\t503\tno\nio\tfile:write: it: the line is cut\nio\tfile:close: it: permission denied\nfalse\tattempt to use a closed file\n"},
		{"buffered on demand", `local a, b = pipes.pair() a:setvbuf("full") a:write("x") a:write("y\n") local t = spawn(b.read, b) a:flush() print(await(t))
			a:write("last\n") local t = spawn(b.read, b) a:close() print(await(t))`, "xy\nlast\n"},
		{"closed with its task", `local r, w local t = spawn(function() r, w = pipes.plain() sleep(1) end) await(t) print(io.type(r), io.type(w))`, "closed file\tclosed file\n"},
		{"returned by its task", `local r, w = await(spawn(pipes.plain)) spawn(w.write, w, "x\n") print(r:read())`, "x\n"},
		{"with methods of its own", `local o = pipes.object() print(tostring(o), o:remote(), o:read(), io.type(o), o.lines ~= nil, pcall(o.remote, io.stdin))`,
			"conn to there\tthere\tx\tfile\ttrue\tfalse\tt:1: calling 'remote' on bad self (conn expected, got userdata; was it called with a dot? use a colon: conn:remote(...))\n"},
		{"passive", `local r, w = pipes.passive() local t = spawn(r.read, r) sleep(3600) print(t:done()) w:write("x\n") print(await(t))`, "false\nx\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt := interptest.New(t, builtins.Std(), interp.WithModule(pipes))
			if _, err := rt.RunString(t.Context(), "=t", `local function give_up(...) local t = spawn(...) sleep(0) t:cancel() t:join() end `+tt.src); err != nil {
				t.Fatal(err)
			}
			if got := rt.Output(); got != tt.want {
				t.Errorf("printed %q, want %q", got, tt.want)
			}
		})
	}
}

// Reading holds a virtual clock still, as all that is outside does.
func TestStreamsAndTime(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithModule(pipes))
	rt.Check(`
		local r, w = pipes.plain()
		local t = spawn(r.read, r)
		spawn(function() w:write("x\n") end)
		print(await(t), now())`, "x\t0\n")
}

// A line of more than 16 MiB is an error; what was read of it can be had in pieces.
func TestStreamLines(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithModule(pipes))
	rt.Check(`
		local long = pipes.text(("x"):rep(16 * 2^20) .. "\n")
		print(#long:read())
		long = pipes.text(("x"):rep(17 * 2^20) .. "\nlast")
		local e = select(2, pcall(long.read, long))
		print(e.kind, e.message)
		e = select(2, pcall(long:lines()))
		print(e.kind)
		print(#long:read(17 * 2^20), long:read(1) == "\n", long:read())`,
		"16777216\nlimit\tfile:read: the line has more than 16 MiB; read(n) reads it in pieces\nlimit\n17825792\ttrue\tlast\n")
}

// At most 64 KiB are read ahead.
func TestStreamsReadAhead(t *testing.T) {
	var src counting
	module := interp.Module{Name: "src", Defs: []interp.Def{{Name: "open", Fn: func(c *interp.Call) error {
		return returnStreams(c, interp.Stream{Reader: &src})
	}}}}
	rt := interptest.New(t, builtins.Std(), interp.WithModule(module))
	rt.Check(`local s = src.open() for i = 1, 100000 do s:read(1 + i % 7) end`, "")
	if ahead := src.n - 100000*4; ahead > 64<<10+7 {
		t.Errorf("%d bytes were read ahead", ahead)
	}
}

type counting struct{ n int }

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	c.n += len(p)
	return len(p), nil
}

// A stream may be made of anything of anybody's: it takes nothing down.
func TestStreamsOfMadness(t *testing.T) {
	for _, src := range []string{`s:read()`, `s:write("x")`, `s:close()`} {
		rt, err := interp.New(builtins.Std(), interp.WithModule(pipes))
		if err != nil {
			t.Fatal(err)
		}
		_, err = rt.RunString(t.Context(), "t", `local s = pipes.mad() `+src)
		if err == nil {
			t.Errorf("%s: no error", src)
		}
		_ = rt.Close() // it tells of the panic of Close
	}
}

// A stream counts as a file, until it is closed.
func TestStreamsAreCounted(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithModule(pipes), interp.WithLimits(interp.Limits{Files: 4}))
	rt.Check(`for i = 1, 10 do local a, b = pipes.pair() a:close() b:close() end for i = 1, 10 do await(spawn(function() pipes.pair() end)) end`, "")
	err := rt.CheckError(`for i = 1, 3 do pipes.pair() end`, "limit exceeded: Files (4)")
	if !errors.Is(err, interp.ErrLimit) {
		t.Errorf("%v", err)
	}
}

func ExampleCall_NewStream() {
	// app.connect() gives a script one end of a connection as a file handle.
	connect := func(c *interp.Call) error {
		ours, theirs := net.Pipe()
		var echo sync.WaitGroup
		echo.Go(func() { _, _ = io.Copy(ours, ours) })
		s, err := c.NewStream(interp.Stream{Name: "the echo", Reader: theirs, Writer: theirs, Close: func(context.Context) error {
			err := theirs.Close()
			echo.Wait()
			return err
		}})
		if err != nil {
			return err
		}
		return c.Return(s)
	}
	var out bytes.Buffer
	rt, err := interp.New(builtins.Std(), interp.WithFunc("app.connect", connect), interp.WithStdio(nil, &out, nil))
	if err != nil {
		panic(err)
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "job", `
		local c = app.connect()
		c:setvbuf("full")
		c:write("hello\n")
		print(c:read())`)
	fmt.Print(out.String(), err)
	// Output:
	// hello
	// <nil>
}
