package interp_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// near has a pipe between two tasks: near.pair() are handles of its ends, near.raw(s) is what Go writes to the other task.
var near = interp.Module{Name: "near", Defs: []interp.Def{
	{Name: "pair", Fn: func(c *interp.Call) error {
		most := 4
		if !c.Arg(1).IsNil() {
			most, _ = c.Int(1)
		}
		p := interp.NewPipe(most, func() { c.Runtime().Hold()() })
		r, err := c.NewStream(interp.Stream{Name: "r", From: p})
		if err != nil {
			return err
		}
		w, err := c.NewStream(interp.Stream{Name: "w", To: p})
		if err != nil {
			return err
		}
		return c.Return(r, w)
	}},
	{Name: "echo", Fn: func(c *interp.Call) error { // what a function writes, read in Go
		p := interp.NewPipe(2, nil)
		w, err := c.NewStream(interp.Stream{Name: "w", To: p})
		if err != nil {
			return err
		}
		x, _ := interp.AwaitableOf(c.Arg(1))
		if _, err := c.Spawn(x, w); err != nil {
			return err
		}
		var all []byte
		b := make([]byte, 3)
		for {
			n, err := p.Read(c, b)
			all = append(all, b[:n]...)
			if errors.Is(err, io.EOF) {
				return c.Return(string(all))
			}
			if err != nil {
				return err
			}
		}
	}},
}}

// Two tasks of a runtime read and write without anybody in between: the clock goes by what they do, and who waits for nobody is in a
// deadlock.
func TestPipe(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithModule(near))
	_, err := rt.RunString(t.Context(), "=t", `
		local r, w = near.pair()
		local t = spawn(function()
			for line in r:lines() do print(now(), line) end
			print(now(), "end", r:read(1))
		end)
		for i = 1, 3 do w:write("line ", i, "\n") sleep(10) end
		w:write("rest")
		sleep(5)
		w:close()
		await(t)
		print(near.echo(function(w) sleep(1) w:write("abcdefg") sleep(1) w:write("h") w:close() end), now())

		-- who reads no more is told to the writer
		r, w = near.pair()
		spawn(function() sleep(1) r:close() end)
		print(pcall(w.write, w, ("x"):rep(100)))
		print(pcall(w.write, w, "x"))
		-- a cancelled reader takes nothing, and the next goes on
		r, w = near.pair(100)
		print(task.move_on_after(function() return r:read(3) end, 2))
		spawn(function() w:write("ab") sleep(1) w:write("c") end)
		print(r:read(3), now())
		print(task.move_on_after(function() w:write(("y"):rep(1000)) end, 2))
		print(#r:read(60), now())
		-- the end of a task closes what it has opened
		r = await(spawn(function() local r, w = near.pair(100) w:write("all") return r end))
		print(r:read("*a"))
		-- closed under a reader
		r, w = near.pair()
		spawn(function() sleep(1) r:close() end)
		print(pcall(r.read, r, 1))
		r, w = near.pair()
		print(select(2, pcall(wait_for, r.read, 3, r, 1)).kind)
		r:read(1)`)
	if !errors.Is(err, interp.ErrDeadlock) {
		t.Errorf("who waits for nobody: %v", err)
	}
	if got := rt.Output(); got != `0	line 1
10	line 2
20	line 3
35	rest
35	end	nil
abcdefgh	37
false	t:17: file:write: w: the other side reads no more
false	t:18: file:write: w: the other side reads no more
false
abc	41
false
60	43
all
false	attempt to use a closed file
timeout
` {
		t.Errorf("prints\n%s", got)
	}
}

// A stream through which nothing comes or goes for as long as its Idle is one that has timed out; each byte counts anew.
func TestStreamIdle(t *testing.T) {
	mod := interp.Module{Name: "near", Defs: []interp.Def{{Name: "pair", Fn: func(c *interp.Call) error {
		p := interp.NewPipe(4, nil)
		r, err := c.NewStream(interp.Stream{Name: "r", From: p, Idle: 10 * time.Second})
		if err != nil {
			return err
		}
		w, err := c.NewStream(interp.Stream{Name: "w", To: p, Idle: 5 * time.Second})
		if err != nil {
			return err
		}
		return c.Return(r, w)
	}}}}
	rt := interptest.New(t, builtins.Std(), interp.WithModule(mod))
	if _, err := rt.RunString(t.Context(), "=t", `
		local r, w = near.pair()
		spawn(function() for i = 1, 5 do sleep(9) w:write(i) end end)
		print(pcall(r.read, r, "*a"))
		print(now(), r:read(5))`); err != nil {
		t.Error(err)
	}
	if _, err := rt.RunString(t.Context(), "=t", `
		local r, w = near.pair()
		local t = now()
		local ok, e = pcall(w.write, w, "123456789")
		print(e.kind, e, now() - t)
		print(task.move_on_after(function() w:write("x") end, 1), r:read(4), now() - t)
		`); err != nil {
		t.Error(err)
	}
	if got := rt.Output(); got != `false	t:4: file:read: r: no byte came or went for 10 s
55	12345
timeout	t:4: file:write: w: no byte came or went for 5 s	5
false	1234	6
` {
		t.Errorf("prints\n%s", got)
	}
}
