package interp_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// run runs a script with builtins of an example's, in virtual time.
func run(src string, defs ...interp.Def) error {
	rt, err := interp.New(builtins.Std(), interp.WithModule(interp.Module{Defs: defs}), interp.WithVirtualTime(),
		interp.WithStdio(nil, os.Stdout, os.Stdout))
	if err != nil {
		return err
	}
	_, err = rt.RunString(context.Background(), "=t", src)
	return errors.Join(err, rt.Close())
}

// A builtin reads its arguments, fails as Lua's own do, and returns values.
func ExampleCall() {
	clamp := func(c *interp.Call) error {
		x, err := c.Number(1)
		if err != nil {
			return err
		}
		low, high := 0.0, 1.0
		if err := c.Options(2, map[string]any{"low": &low, "high": &high}); err != nil {
			return err
		}
		if low > high {
			return c.ArgError(2, "low is above high")
		}
		return c.Return(min(max(x, low), high), x < low || x > high)
	}
	err := run(`
		print(clamp(7), clamp("0.5"))
		print(clamp(7, {high = 5}))
		print(pcall(clamp, {}))
		print(pcall(clamp, 1, {low = 2}))
		print(pcall(clamp, 1, {lo = 2}))`,
		interp.Def{Name: "clamp", Fn: clamp})
	fmt.Println(err)
	// Output:
	// 1	0.5	false
	// 5	true
	// false	t:4: bad argument #1 to 'clamp' (number expected, got table)
	// false	t:5: bad argument #2 to 'clamp' (low is above high)
	// false	t:6: bad argument #2 to 'clamp' (unknown option 'lo', did you mean 'low'? there are: high, low)
	// <nil>
}

// A builtin that calls a function which the script gave it: in the task that called it, where it may wait.
func ExampleCall_Call() {
	each := func(c *interp.Call) error {
		t, ok := c.Arg(1).Table()
		if !ok {
			return c.ArgError(1, "table expected")
		}
		fn, err := c.Function(2)
		if err != nil {
			return err
		}
		mapped := c.NewTable(t.Len())
		for i := range t.Len() {
			vals, err := c.Call(fn, t.Index(i+1))
			if err != nil {
				return err
			}
			mapped.SetIndex(i+1, vals.Get(1))
		}
		return c.Return(mapped)
	}
	fmt.Println(run(`print(now(), unpack(each({1, 2, 3}, function(x) sleep(1) return x * x end)))`, interp.Def{Name: "each", Fn: each}))
	// Output:
	// 0	1	4	9
	// <nil>
}

// Errors of builtins have a kind, and keep what was behind them.
func ExampleErrorf() {
	errFull := errors.New("the disk is full")
	rt := must(interp.New(builtins.Std(), interp.WithFunc("save", func(c *interp.Call) error {
		return interp.Errorf(interp.KindIO, "save: %w", errFull)
	})))
	defer rt.Close()
	values := must(rt.RunString(context.Background(), "=t", `local ok, err = pcall(save) return err.kind, tostring(err)`))
	fmt.Println(values.Get(1), values.Get(2))
	_, err := rt.RunString(context.Background(), "=t", `save()`)
	fmt.Println(errors.Is(err, errFull))
	// Output:
	// io t:1: save: the disk is full
	// true
}

func ExamplePathErrorf() {
	err := run(`
		local ok, err = pcall(open, "x")
		print(err.kind, err.path, err.code, err)`,
		interp.Def{Name: "open", Fn: func(c *interp.Call) error {
			name, err := c.Text(1)
			if err != nil {
				return err
			}
			_, err = os.Open("/no/such/" + name)
			return interp.PathErrorf("open", name, err)
		}})
	fmt.Println(err)
	// Output:
	// io	x	ENOENT	t:2: open: x: no such file or directory
	// <nil>
}

// A function that blocks runs off the loop, while other tasks go on. A cancellation ends the wait at once.
func ExampleCall_Block() {
	fetch := func(c *interp.Call) error {
		var body string
		if err := c.Block(func(ctx context.Context) error {
			select {
			case <-time.After(time.Millisecond): // a request, in earnest
				body = "hello"
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}); err != nil {
			return err
		}
		return c.Return(body)
	}
	fmt.Println(run(`print(gather(fetch, fetch))`, interp.Def{Name: "fetch", Fn: fetch}))
	// Output:
	// hello	hello
	// <nil>
}

// bell rings for all who wait.
type bell struct{ waiting []interp.Waker }

func (b *bell) Abort(w interp.Waker, _ any, _ bool) {
	b.waiting = slices.DeleteFunc(b.waiting, func(x interp.Waker) bool { return x == w })
}

func (b *bell) ring(v any) {
	for _, w := range b.waiting {
		w.Wake(v)
	}
	b.waiting = nil
}

// A wait as a builtin's last act holds nothing of Go's stack: there may be a million of them.
func ExampleCall_ParkReturn() {
	b := &bell{}
	wait := func(c *interp.Call) error {
		if err := c.Checkpoint(); err != nil {
			return err
		}
		b.waiting = append(b.waiting, c.Waker())
		return c.ParkReturn(b, func(c *interp.Call, v any) error { return c.Return(v, c.Now().Seconds()) })
	}
	ring := func(c *interp.Call) error { b.ring("ding"); return nil }
	fmt.Println(run(`
		for i = 1, 2 do spawn(function() print(i, wait()) end) end
		print(pcall(wait_for, wait, 1))
		sleep(1)
		ring()`, interp.Def{Name: "wait", Fn: wait}, interp.Def{Name: "ring", Fn: ring}))
	// Output:
	// false	t:3: wait_for: timed out after 1 s
	// 1	ding	2
	// 2	ding	2
	// <nil>
}

// A builtin that gives what it calls a time limit.
func ExampleCall_Scope() {
	try := func(c *interp.Call) error {
		s := interp.Scope{Timeout: time.Second}
		var vals interp.Values
		if err := c.Scope(&s, func() (err error) {
			vals, err = c.Protect(c.Arg(1))
			return err
		}); err != nil {
			return err
		}
		if s.Ended() {
			return c.Return("too slow")
		}
		return c.ReturnValues(vals)
	}
	fmt.Println(run(`
		print(try(function() return "fast" end))
		print(try(function() finally(function() sleep(60) end, function() print("cleaning up", now()) end) end))`,
		interp.Def{Name: "try", Fn: try}))
	// Output:
	// fast
	// cleaning up	1
	// too slow
	// <nil>
}

// A builtin that starts tasks owns them: it returns when they have ended, and cancels them when it must.
func ExampleCall_Nursery() {
	first := func(c *interp.Call) error {
		var n interp.Nursery
		var winner *interp.Task
		err := c.Nursery(&n, func(t *interp.Task) bool {
			if winner == nil {
				winner = t
			}
			return true // the rest is cancelled
		}, func() error {
			for i := range c.Len() {
				a, err := c.Awaitable(i + 1)
				if err != nil {
					return err
				}
				if _, err := n.Start(a); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		vals, err := winner.Result()
		if err != nil {
			return err
		}
		return c.ReturnValues(vals)
	}
	fmt.Println(run(`
		local slow = function() finally(function() sleep(60) end, function(_, err) print(err.kind) end) end
		print(first(slow, function() return sleep(1, "quick") end), now())
		print(pcall(first, slow, function() error("oops", 0) end))
		print(pcall(first, 1))`, interp.Def{Name: "first", Fn: first}))
	// Output:
	// cancelled
	// quick	1
	// cancelled
	// false	oops
	// false	t:5: bad argument #1 to 'first' (awaitable expected, got number; was the function called, instead of being passed? pass the function and its arguments apart)
	// <nil>
}

// A builtin whose last act is a call of Lua goes on in another function: what it calls may wait without a goroutine.
func ExampleCall_ProtectReturn() {
	timed := func(c *interp.Call) error {
		began := c.Now()
		return c.ProtectReturn(c.Arg(1), interp.ContinuationFunc(func(c *interp.Call, err error) error {
			if err != nil {
				return err // what was raised, or a cancellation: it goes on
			}
			return c.Return((c.Now() - began).Seconds(), c.Results().Get(1))
		}))
	}
	fmt.Println(run(`print(timed(function() sleep(3) return "done" end))`, interp.Def{Name: "timed", Fn: timed}))
	// Output:
	// 3	done
	// <nil>
}

// A timer calls the host on the loop, where it may wake tasks.
func ExampleCall_NewTimer() {
	after := func(c *interp.Call) error {
		d, err := c.Seconds(1)
		if err != nil {
			return err
		}
		fn, err := c.Function(2)
		if err != nil {
			return err
		}
		if err := c.Checkpoint(); err != nil {
			return err
		}
		a, _ := interp.AwaitableOf(fn)
		b := &bell{}
		tm := c.NewTimer(func(now time.Duration) { b.ring(nil) })
		tm.Set(d)
		defer tm.Stop()
		b.waiting = append(b.waiting, c.Waker())
		if _, err := c.Park(b); err != nil {
			return err
		}
		_, err = c.Spawn(a)
		return err
	}
	fmt.Println(run(`after(5, function() print("five seconds later:", now()) end)`, interp.Def{Name: "after", Fn: after}))
	// Output:
	// five seconds later:	5
	// <nil>
}

// ends counts tasks by what became of them.
type ends map[string]int

func (e ends) TaskEnded(t *interp.Task) { e[t.State()]++ }

func ExampleTask_Watch() {
	count := ends{}
	watched := func(c *interp.Call) error {
		a, err := c.Awaitable(1)
		if err != nil {
			return err
		}
		t, err := c.Spawn(a)
		if err != nil {
			return err
		}
		t.Watch(count)
		return c.Return(t)
	}
	err := run(`
		watched(function() sleep(1) end)
		watched(function() sleep(9) end):cancel()
		pcall(await, watched(error))`, interp.Def{Name: "watched", Fn: watched})
	fmt.Println(count, err)
	// Output: map[cancelled:1 done:1 failed:1] <nil>
}

// stack is an object that holds values of scripts; as a Container it has them counted by WithLimits.
type stack struct{ items []interp.Value }

func (s *stack) Contents(yield func(interp.Value)) {
	for _, v := range s.items {
		yield(v)
	}
}

func ExampleContainer() {
	module := interp.Module{
		Name: "stack",
		Defs: []interp.Def{{Name: "new", Fn: func(c *interp.Call) error { return c.Return(&stack{}) }}},
		Types: []interp.Type{{Name: "stack", Of: (*stack)(nil), Methods: []interp.Def{
			{Name: "push", Fn: func(c *interp.Call) error {
				s := interp.Self[*stack](c)
				s.items = append(s.items, c.Arg(1))
				return nil
			}},
		}}},
	}
	rt := must(interp.New(interp.WithModule(module), interp.WithLimits(interp.Limits{Memory: 16 << 20})))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=t", `
		local s = stack.new()
		while true do s:push({}) end`)
	fmt.Println(errors.Is(err, interp.ErrLimit), err)
	// Output: true t:3: limit exceeded: Memory (16777216)
}
