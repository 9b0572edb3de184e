package interp_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// thing is what the tests open; gate notes what is closed.
type thing struct {
	name string
	r    *interp.Resource
}

type gate struct {
	mu     sync.Mutex
	closed []string
	err    error
}

func (g *gate) close(name string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = append(g.closed, name)
	return g.err
}

func (g *gate) take() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := fmt.Sprint(g.closed)
	g.closed = nil
	return s
}

func (g *gate) module() interp.Module {
	return interp.Module{Name: "things", Defs: []interp.Def{
		{Name: "open", Fn: func(c *interp.Call) error {
			name, err := c.Text(1)
			if err != nil {
				return err
			}
			th := &thing{name: name}
			th.r = c.Defer(name, th, func(context.Context) error { return g.close(name) })
			return c.Return(th)
		}},
		{Name: "each", Fn: func(c *interp.Call) error {
			return c.Return(c.NewFunction("each", func(*interp.Call) error { return nil }, c.Arg(1)))
		}},
		{Name: "by_function", Fn: func(c *interp.Call) error {
			name, err := c.Text(1)
			if err != nil {
				return err
			}
			fn := c.NewFunction("by", func(c *interp.Call) error { return c.Return(name) })
			c.Defer(name, nil, func(context.Context) error { return g.close(name) }).For(fn)
			return c.Return(fn)
		}},
		{Name: "closed", Fn: func(c *interp.Call) error { return c.Return(g.take()) }},
		{Name: "opened", Fn: func(c *interp.Call) error { return c.Return(fmt.Sprint(c.Task().Opened())) }},
	}, Types: []interp.Type{{Name: "thing", Of: (*thing)(nil), Methods: []interp.Def{
		{Name: "close", Fn: func(c *interp.Call) error { return c.Return(interp.Self[*thing](c).r.Release()) }},
		{Name: "keep", Fn: func(c *interp.Call) error { interp.Self[*thing](c).r.Keep(); return nil }},
	}}}}
}

func TestResources(t *testing.T) {
	for _, tt := range []struct{ name, src, want, after string }{
		{"a task's end closes", `spawn(function() things.open("a") things.open("b") sleep(1) end) sleep(2) print(things.closed())`, "[b a]\n", "[]"},
		{"the one that awaits comes later", `await(function() end) local t = spawn(function() things.open("a") end) await(t) print(things.closed())`, "[a]\n", "[]"},
		{"a failure closes", `pcall(await, spawn(function() things.open("a") error("x") end)) print(things.closed())`, "[a]\n", "[]"},
		{"a cancellation closes", `local t = spawn(function() things.open("a") sleep(100) end) sleep(1) t:cancel() t:join() print(things.closed())`, "[a]\n", "[]"},
		{"what a failed task would have returned", `pcall(await, spawn(function() local a = things.open("a") error(a) end)) print(things.closed())`, "[a]\n", "[]"},
		{"main's, at the end", `things.open("a") spawn(function() sleep(5) print(things.closed()) end)`, "[]\n", "[a]"},
		{"main's, after an error of a task", `things.open("a") pcall(await, spawn(error)) print(things.closed())`, "[]\n", "[a]"},
		{"what is returned goes to who awaits", `
			local function two() things.open("not returned") return things.open("a"), { things.open("b"), c = things.open("c") } end
			await(spawn(function() local a, l = await(spawn(two)) print(things.closed(), things.opened()) end)) print(things.closed())`,
			"[not returned]\t[a b c]\n[c b a]\n", "[]"},
		{"an iterator over it, and its function", `local f, g = await(spawn(function() return things.each(things.open("a")), things.by_function("b") end)) print(things.opened(), f() == nil, g())`, "[a b]\ttrue\tb\n", "[b a]"},
		{"through gather", `await(spawn(function() gather(function() return things.open("a") end, function() return things.open("b") end) print(things.opened()) end)) print(things.closed())`,
			"[a b]\n[b a]\n", "[]"},
		{"through task.map", `await(spawn(function() task.map({ "a", "b" }, function(n) return things.open(n) end) print(things.opened()) end)) print(things.closed())`,
			"[a b]\n[b a]\n", "[]"},
		{"handed on twice", `
			local t = spawn(function() return await(spawn(function() return things.open("a") end)) end)
			await(spawn(function() await(t) print(things.closed(), things.opened()) end)) print(things.closed())`, "[]\t[a]\n[a]\n", "[]"},
		{"nobody receives it", `spawn(function() return things.open("a") end) sleep(1) print(things.closed())`, "[]\n", "[a]"},
		{"kept", `await(spawn(function() things.open("a"):keep() end)) print(things.closed(), things.opened())`, "[]\t[a]\n", "[a]"},
		{"closed by the script", `await(spawn(function() local a = things.open("a") print(a:close(), a:close()) end)) print(things.closed())`, "true\tfalse\n[]\n", "[]"},
		{"wait_for that is late", `local function f() things.open("a") sleep(10) end things.open("before")
			print(select(2, pcall(wait_for, f, 1)).kind) print(things.closed(), things.opened())`, "timeout\n[a]\t[before]\n", "[before]"},
		{"wait_for that fails", `print(pcall(wait_for, function() things.open("a") error("x", 0) end, 1)) print(things.closed())`, "false\tx\n[a]\n", "[]"},
		{"wait_for that does well", `wait_for(function() things.open("a") sleep(0.5) end, 1) print(things.closed(), things.opened())`, "[]\t[a]\n", "[a]"},
		{"move_on_after", `print(task.move_on_after(function() things.open("a") sleep(10) end, 1), things.closed())`, "false\t[a]\n", "[]"},
		{"each attempt", `print(task.retry(function(n) things.open(n) if n < 3 then error("x") end return things.closed() end, { delay = 1 }))  print(things.opened())`,
			"[1 2]\n[3]\n", "[3]"},
		{"an attempt's time", `pcall(task.retry, function(n) things.open(n) sleep(5) end, { attempts = 2, timeout = 1, delay = 0 }) print(things.closed())`, "[1 2]\n", "[]"},
		{"handed on inside wait_for", `pcall(wait_for, function() await(spawn(function() return things.open("a") end)) sleep(9) end, 1) print(things.closed())`, "[a]\n", "[]"},
		{"a daemon's", `task.daemon(function() things.open("a") sleep(math.huge) end) sleep(1) print(things.closed())`, "[]\n", "[a]"},
		{"os.exit", `things.open("a") spawn(function() things.open("b") sleep(9) end) sleep(1) os.exit(0)`, "", "[b a]"},
		{"a coroutine's", `local co = coroutine.create(function() things.open("a") coroutine.yield() end) coroutine.resume(co) print(things.opened())`, "[a]\n", "[a]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := &gate{}
			rt := interptest.New(t, builtins.Std(), interp.WithModule(g.module()))
			if _, err := rt.RunString(t.Context(), "t", tt.src); err != nil {
				t.Fatal(err)
			}
			if got := rt.Output(); got != tt.want {
				t.Errorf("printed %q, want %q", got, tt.want)
			}
			if err := rt.Close(); err != nil {
				t.Error(err)
			}
			if got := g.take(); got != tt.after {
				t.Errorf("closed at the end %s, want %s", got, tt.after)
			}
		})
	}
}

// A resource that a task has opened is closed within the grace period, and the task counts as ended no sooner than that.
func TestResourcesHaveGrace(t *testing.T) {
	var ended bool
	release := make(chan struct{})
	module := interp.Module{Name: "slow", Defs: []interp.Def{{Name: "open", Fn: func(c *interp.Call) error {
		c.Defer("slow", nil, func(ctx context.Context) error {
			if _, limited := ctx.Deadline(); !limited {
				t.Error("there is no end to it")
			}
			<-release
			ended = true
			return nil
		})
		return nil
	}}, {Name: "release", Fn: func(*interp.Call) error { close(release); return nil }}}}
	rt := interptest.New(t, builtins.Std(), interp.WithModule(module))
	rt.Check(`
		local t = spawn(function() slow.open() end)
		sleep(0)
		print(t:done())
		spawn(slow.release)
		await(t)
		print(t:done())`, "false\ntrue\n")
	if !ended {
		t.Error("the task has ended before what it had opened was closed")
	}
}

// An error of closing has no script to go to: Close of the runtime returns it. A panic is the run's.
func TestResourcesThatFail(t *testing.T) {
	g := &gate{err: errors.New("it is stuck")}
	rt, err := interp.New(builtins.Std(), interp.WithModule(g.module()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.RunString(t.Context(), "t", `await(spawn(things.open, "a"))`); err != nil {
		t.Error(err)
	}
	if err := rt.Close(); err == nil || err.Error() != "it is stuck" {
		t.Errorf("Close: %v", err)
	}
	bad := interp.Module{Name: "bad", Defs: []interp.Def{{Name: "open", Fn: func(c *interp.Call) error {
		c.Defer("bad", nil, func(context.Context) error { panic("oh") })
		return nil
	}}}}
	rt, err = interp.New(builtins.Std(), interp.WithModule(bad))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	var e *interp.Error
	if _, err := rt.RunString(t.Context(), "t", `spawn(bad.open) sleep(0.1) sleep(0.1)`); !errors.As(err, &e) || e.Kind != interp.KindPanic {
		t.Errorf("%v", err)
	}
}

// A passive wait is no deadlock, and a virtual clock goes on; once somebody has come, it is as any other.
func TestPassiveWaits(t *testing.T) {
	knock := make(chan struct{})
	var waiters interp.Waiters[string]
	waiters.Passive = true
	module := interp.Module{Name: "door", Defs: []interp.Def{
		{Name: "wait", Fn: func(c *interp.Call) error {
			return c.BlockPassive(func(ctx context.Context) error {
				select {
				case <-knock:
				case <-ctx.Done():
				}
				return ctx.Err()
			})
		}},
		{Name: "knock", Fn: func(*interp.Call) error { close(knock); return nil }},
		{Name: "get", Fn: func(c *interp.Call) error {
			return waiters.Wait(c, "", func(c *interp.Call, v string) error { return c.Return(v) })
		}},
		{Name: "put", Fn: func(c *interp.Call) error { waiters.Wake("hello"); return nil }},
	}}
	rt := interptest.New(t, builtins.Std(), interp.WithModule(module))
	rt.Check(`
		local t = spawn(door.wait)
		sleep(3600)
		print(t:done(), pcall(wait_for, door.wait, 60))
		door.knock()
		await(t)
		print(now() - 0)`, "false\tfalse\ttest:4: wait_for: timed out after 60 s\n3660\n")
	rt.Check(`
		local t = spawn(door.get)
		sleep(1)
		print(pcall(wait_for, door.get, 60))
		door.put()
		print(await(t))`, "false\ttest:4: wait_for: timed out after 60 s\nhello\n")

	// Nothing but what is outside can wake it; there is no deadlock.
	s := rt.Start(`print(door.get())`)
	rt.WaitBlocked()
	rt.Post(func() { waiters.Wake("from outside") })
	if _, err := s.Result(); err != nil || rt.Output() != "from outside\n" {
		t.Errorf("it ends with %v", err)
	}
}
