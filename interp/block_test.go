package interp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// Work off the loop as a builtin's last act, wherever that is called: its end, its error, its panic and its cancellation.
func TestBlockReturn(t *testing.T) {
	const script = `
		local function try(...) print(pcall(work, ...)) end
		try("ok") try("error") try("panic")
		print(pcall(wait_for, work, 1e-3, "wait"))
		print(task.move_on_after(work, 10, "ok"))
		print(finally(function() return work("ok") end, function() print("cleanup", work("ok")) end))`
	const want = "true\tdone\t2\n" +
		"false\tt:2: it went wrong\n" +
		"false\tt:2: a builtin panicked: oh\n" +
		"false\tt:4: wait_for: timed out after 0.001 s\n" +
		"true\tdone\t2\n" +
		"cleanup\tdone\t2\n" +
		"done\t2\n"
	for name, src := range map[string]string{
		"by Lua":                   script,
		"below a function in Go":   "table.sort({ 1, 2 }, function()" + script + "\nreturn false end)",
		"in a coroutine":           "coroutine.wrap(function()" + script + "\nend)()",
		"in the body of a nursery": "group(function()" + script + "\nend)",
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, nil), interp.WithFunc("work", func(c *interp.Call) error {
				how, err := c.Text(1)
				if err != nil {
					return err
				}
				return c.BlockReturn(func(ctx context.Context) error {
					switch how {
					case "error":
						return errors.New("it went wrong")
					case "panic":
						panic("oh")
					case "wait":
						<-ctx.Done()
					}
					return nil
				}, func(c *interp.Call, err error) error {
					if err != nil {
						return err
					}
					return c.Return(c.Adopt([]byte("done")), c.Len()+1)
				})
			}))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := rt.RunString(context.Background(), "=t", src); err != nil {
				t.Error(err)
			}
			if err := rt.Close(); err != nil {
				t.Error(err)
			}
			if out.String() != want {
				t.Errorf("printed\n%swant\n%s", out.String(), want)
			}
		})
	}
}

// Memory that work off the loop reserves counts as the run's memory until the work has ended, and no longer; too much ends the run.
func TestReserve(t *testing.T) {
	const most = 8 << 20
	work := func(c *interp.Call) error {
		n, err := c.Int(1)
		if err != nil {
			return err
		}
		return c.BlockReturn(func(ctx context.Context) error { return interp.Reserve(ctx, n) }, func(c *interp.Call, err error) error {
			if err != nil {
				return interp.Errorf(interp.KindIO, "work: %w", err)
			}
			return c.Return("done")
		})
	}
	rt, err := interp.New(builtins.Std(), interp.WithLimits(interp.Limits{Memory: most}), interp.WithFunc("work", work))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	vals, err := rt.RunString(t.Context(), "=t", `for _ = 1, 100 do work(...) end return work(...)`, most/4)
	if err != nil || vals.Get(1).String() != "done" {
		t.Errorf("%v, %v: what was given back counts", vals, err)
	}
	if _, err := rt.RunString(t.Context(), "=t", `return pcall(work, ...)`, 2*most); !errors.Is(err, interp.ErrLimit) || !strings.Contains(err.Error(), "t:1: limit exceeded: Memory") {
		t.Errorf("%v where the limit was to end the run", err)
	}
	if err := interp.Reserve(t.Context(), 1); err == nil {
		t.Error("a context of anybody's was taken")
	}
}

// Prefetched work goes on while the task does, its context ends with the runtime, which waits for it, and a panic in it ends the run.
func TestPrefetch(t *testing.T) {
	began, ended := make(chan struct{}, 1), make(chan struct{})
	rt, err := interp.New(builtins.Std(),
		interp.WithFunc("ahead", func(c *interp.Call) error {
			ok := c.Prefetch(func(ctx context.Context) {
				began <- struct{}{}
				<-ctx.Done()
				close(ended)
			})
			return c.Return(ok)
		}),
		interp.WithFunc("broken", func(c *interp.Call) error {
			c.Prefetch(func(context.Context) { panic("oh") })
			return c.Block(func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			})
		}))
	if err != nil {
		t.Fatal(err)
	}
	vals, err := rt.RunString(t.Context(), "t", "return ahead()")
	if err != nil || vals.Get(1).String() != "true" {
		t.Fatal(vals, err)
	}
	<-began
	if _, err := rt.RunString(t.Context(), "t", "broken()"); err == nil || !strings.Contains(err.Error(), "a builtin panicked: oh") {
		t.Errorf("a panic: %v", err)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	select {
	case <-ended:
	default:
		t.Error("it goes on when the runtime is closed")
	}
}

// A builtin knows how many of its results are taken; behind a tail call, it does not.
func TestWanted(t *testing.T) {
	var out bytes.Buffer
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, nil), interp.WithFunc("wanted", func(c *interp.Call) error {
		return c.Return(c.Wanted())
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunString(t.Context(), "t", `
		local a = wanted()
		local b, c, d = wanted()
		local function tail() return wanted() end
		local e = tail()
		print(a, b, (wanted()), e, select(2, pcall(wanted)), wanted())
		local n = 0
		local function iterate() return function() n = n + 1 if n == 1 then return wanted() end end end
		for a in iterate() do print(a) end`); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "1\t3\t1\t-1\t-1\t-1\n-1\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// Any number of waits that hold no thread are under way at once: more than the calls that may hold one.
func TestBlockLight(t *testing.T) {
	const n = 5000
	var started sync.WaitGroup
	started.Add(n)
	rt := newRuntime(t, interp.WithFunc("meet", func(c *interp.Call) error {
		return c.BlockLight(func(ctx context.Context) error {
			started.Done()
			started.Wait()
			return nil
		})
	}))
	if _, err := rt.RunString(t.Context(), "=t", fmt.Sprintf(`for i = 1, %d do spawn(meet) end`, n)); err != nil {
		t.Fatal(err)
	}
}

// Goroutines on which work has run wait for more of it only while some is under way; one that its work has ended does not.
func TestWorkersAreUsedAgain(t *testing.T) {
	const together = 32
	var mu sync.Mutex
	on := map[string]int{} // works, by goroutine
	more := make(chan struct{})
	work := func(c *interp.Call) error {
		how, _ := c.Text(1)
		return c.BlockReturn(func(ctx context.Context) error {
			mu.Lock()
			on[goroutine()]++
			mu.Unlock()
			switch how {
			case "exit":
				runtime.Goexit()
			case "panic":
				panic("oh")
			case "wait":
				<-more
			}
			return nil
		}, func(_ *interp.Call, err error) error { return err })
	}
	rt := interptest.NewManual(t, builtins.Std(), interp.WithFunc("work", work), interp.WithFunc("more", func() { close(more) }))
	s := rt.Start(`
		local waits = spawn(work, "wait")
		for i = 1, 10 do work() end
		print(select(2, pcall(work, "exit")).kind, select(2, pcall(work, "panic")).kind)
		for i = 1, 10 do work() end
		local list = {}
		for i = 1, ` + strconv.Itoa(together) + ` do list[i] = function() for j = 1, 10 do work() end end end
		gather(list)
		more()
		await(waits)
		print("all")
		sleep(1)
		work()`)
	rt.WaitBlocked()
	if out := rt.Output(); out != "panic\tpanic\nall\n" {
		t.Errorf("printed %q", out)
	}
	// The one that waits, the one that exited, the one that panicked, the one of the ten before and that of the ten after; and the others.
	if n := len(on); n > 4+together {
		t.Errorf("the works ran on %d goroutines", n)
	}
	most := 0
	for _, n := range on {
		most = max(most, n)
	}
	if most < 10 {
		t.Errorf("no goroutine has done more than %d works", most)
	}
	for deadline := time.Now().Add(time.Minute); ; runtime.Gosched() {
		all := make([]byte, 1<<20)
		if !bytes.Contains(all[:runtime.Stack(all, true)], []byte("interp.(*workers).Use")) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("goroutines wait for work while none is under way")
		}
	}
	rt.Clock.Advance(time.Second)
	if _, err := s.Result(); err != nil {
		t.Error(err)
	}
}

func goroutine() string {
	var buf [64]byte
	id, _, _ := strings.Cut(strings.TrimPrefix(string(buf[:runtime.Stack(buf[:], false)]), "goroutine "), " ")
	return id
}
