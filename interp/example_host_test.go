package interp_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A script is loaded once, and what it defines is called from any goroutine, as often as one likes.
func ExampleRuntime_Call() {
	rt := must(interp.New(builtins.Std()))
	defer rt.Close()
	ctx := context.Background()
	if _, err := rt.RunString(ctx, "=jobs", `
		jobs = {}
		function jobs.nightly(day) sleep(0.001) return "backed up " .. day end`); err != nil {
		fmt.Println(err)
		return
	}
	values, err := rt.Call(ctx, "jobs.nightly", "Monday")
	fmt.Println(values.Get(1), err)
	_, err = rt.Call(ctx, "jobs.weekly")
	fmt.Println(err)
	// Output:
	// backed up Monday <nil>
	// interp: Call: 'jobs.weekly' is a nil value, not a function
}

// Thousands of calls in one run, without a way to the loop and back for each.
func ExampleRuntime_RunFunc() {
	rt := must(interp.New())
	defer rt.Close()
	ctx := context.Background()
	square := must(rt.RunString(ctx, "=t", `return function(x) return x * x end`)).Get(1)
	values, err := rt.RunFunc(ctx, "sum", func(c *interp.Call) error {
		sum := 0.0
		for i := range 1000 {
			vals, err := c.Call(c.Arg(1), interp.Number(float64(i)))
			if err != nil {
				return err
			}
			x, _ := vals.Get(1).Number()
			sum += x
		}
		return c.Return(sum)
	}, square)
	fmt.Println(values.Get(1), err)
	// Output: 332833500 <nil>
}

// Close unwinds what is left, and no goroutine is: runs that it ends say so, and so does every later call.
func ExampleRuntime_Close() {
	rt := must(interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, nil)))
	ended := make(chan error)
	go func() {
		_, err := rt.RunString(context.Background(), "=job", `
			finally(function() print("waiting") sleep(3600) end, function() print("cleaned up") end)`)
		ended <- err
	}()
	for rt.Stats().Waiting == 0 {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("closed:", rt.Close())
	fmt.Println(errors.Is(<-ended, interp.ErrClosed))
	_, err := rt.Call(context.Background(), "print")
	fmt.Println(err == interp.ErrClosed)
	// Output:
	// waiting
	// cleaned up
	// closed: <nil>
	// true
	// true
}

// The host wakes a task that waits for it. While it may, it holds the runtime: otherwise the wait would be a deadlock, as
// nothing in the runtime can end it.
func ExampleRuntime_Hold() {
	waiting := make(chan interp.Waker, 1)
	rt := must(interp.New(interp.WithFunc("host.answer", func(c *interp.Call) error {
		if err := c.Checkpoint(); err != nil {
			return err
		}
		waiting <- c.Waker()
		v, err := c.Park(nil)
		if err != nil {
			return err
		}
		return c.Return(v)
	})))
	defer rt.Close()
	release := rt.Hold()
	go func() {
		(<-waiting).Post("from outside")
		release()
	}()
	values, err := rt.RunString(context.Background(), "=t", `return host.answer()`)
	fmt.Println(values.Get(1), err)
	// Output: from outside <nil>
}

// Output is buffered while tasks are ready; a host that shows it meanwhile asks for it.
func ExampleRuntime_Flush() {
	var out strings.Builder
	rt := must(interp.New(interp.WithStdio(nil, &out, nil)))
	defer rt.Close()
	ctx := context.Background()
	_, err := rt.RunString(ctx, "=t", `print("hello")`)
	fmt.Println(err, rt.Flush(ctx))
	fmt.Print(out.String())
	// Output:
	// <nil> <nil>
	// hello
}

// A script hands a task to the host, which waits for it beside other things.
func ExampleHandle() {
	handles := make(chan *interp.Handle, 2)
	rt := must(interp.New(builtins.Std(), interp.WithFunc("host.watch", func(h *interp.Handle) { handles <- h })))
	defer rt.Close()
	go rt.RunString(context.Background(), "=t", `
		host.watch(spawn(function() sleep(0.001) return "done" end))
		host.watch(spawn(sleep, 3600))`)
	quick, slow := <-handles, <-handles
	values, err := quick.Wait(context.Background())
	fmt.Println(values.Get(1), err)
	slow.Cancel("no longer needed")
	<-slow.Done()
	_, err = slow.Wait(context.Background())
	fmt.Println(errors.Is(err, interp.ErrCancelled), err)
	// Output:
	// done <nil>
	// true task 'sleep' was cancelled: no longer needed
}

// A module that was written for gopher-lua works as it is.
func ExampleWithPreload() {
	loader := func(L *lua.LState) int {
		L.Push(L.SetFuncs(L.NewTable(), map[string]lua.LGFunction{
			"title": func(L *lua.LState) int {
				L.Push(lua.LString(strings.ToUpper(L.CheckString(1)[:1]) + L.CheckString(1)[1:]))
				return 1
			},
		}))
		return 1
	}
	rt := must(interp.New(interp.WithPreload("text", loader)))
	defer rt.Close()
	values, err := rt.RunString(context.Background(), "=t", `return require("text").title("lull")`)
	fmt.Println(values.Get(1), err)
	// Output: Lull <nil>
}

// Modules from wherever the host keeps them, a database for one.
func ExampleWithLoader() {
	stored := map[string]string{"greet": `return function(name) return "hello " .. name end`}
	rt := must(interp.New(interp.WithLoader(func(ctx context.Context, name string) (*interp.Program, error) {
		src, ok := stored[name]
		if !ok {
			return nil, nil // it is not there: require looks further
		}
		return interp.Compile("=stored/"+name, []byte(src))
	})))
	defer rt.Close()
	values, err := rt.RunString(context.Background(), "=t", `return require "greet" "ann", (pcall(require, "other"))`)
	fmt.Println(values.Get(1), values.Get(2), err)
	// Output: hello ann false <nil>
}

// A script sees of its surroundings what it was given.
func ExampleCombine() {
	surroundings := interp.Combine(
		interp.WithArgs("job.lua", "--fast"),
		interp.WithEnv([]string{"HOME=/home/ann"}),
		interp.WithFS(fstest.MapFS{"etc/motd": {Data: []byte("welcome\n")}}),
		interp.WithDir("etc"),
		interp.WithStdio(strings.NewReader("a line\n"), os.Stdout, os.Stderr),
		interp.WithVirtualTime(),
	)
	rt := must(interp.New(builtins.Std(), surroundings))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=t", `
		print(arg[0], arg[1], os.getenv("HOME"), os.getenv("PATH"))
		print(read("motd") .. io.read())
		print(os.date("%Y", os.time()) < "2001", pcall(os.execute, "ls"))`)
	fmt.Println(err)
	// Output:
	// job.lua	--fast	/home/ann	nil
	// welcome
	// a line
	// true	false	t:4: os.execute: the host has granted no processes
	// <nil>
}

func ExampleWithGrace() {
	rt := must(interp.New(builtins.Std(), interp.WithVirtualTime(), interp.WithStdio(nil, os.Stdout, nil), interp.WithGrace(time.Second)))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=t", `
		pcall(wait_for, function()
			finally(function() sleep(60) end, function() sleep(60) print("never") end, 60) -- asks for a minute
		end, 1)
		print(now())`)
	fmt.Println(err)
	// Output:
	// 2
	// <nil>
}

// A table in Go's hands, here on the loop. Into makes a copy, in Go's types.
func ExampleTable() {
	rt := must(interp.New(interp.WithFunc("swap", func(c *interp.Call) error {
		t, ok := c.Arg(1).Table()
		if !ok {
			return c.ArgError(1, "table expected")
		}
		swapped := c.NewTable(0)
		for k, v := range t.All() {
			if name, ok := v.Text(); ok {
				swapped.SetField(name, k)
			}
		}
		return c.Return(swapped)
	})))
	defer rt.Close()
	values := must(rt.RunString(context.Background(), "=t", `return swap { "one", "two", three = "drei" }`))
	var m map[string]any
	fmt.Println(values.Get(1).Into(&m), m)
	// Output: <nil> map[drei:three one:1 two:2]
}

// Lines that a person types, of which each sees the locals of those before it.
func ExampleSession() {
	rt := must(interp.New())
	defer rt.Close()
	_, err := rt.RunFunc(context.Background(), "session", func(c *interp.Call) error {
		var s interp.Session
		for _, line := range []string{"local n = 20", "n = n + 1", "return 2 * n", "return m.x", "return ("} {
			p, err := s.Compile("=line", []byte(line))
			if syntax := (*interp.SyntaxError)(nil); errors.As(err, &syntax) && syntax.Incomplete {
				fmt.Println("more is to come")
				continue
			}
			vals, err := s.Eval(c, p)
			fmt.Println(len(vals), vals.Get(1), err)
		}
		fmt.Println(s.Locals(), s.Local(c, "n"))
		return nil
	})
	fmt.Println(err)
	// Output:
	// 0 nil <nil>
	// 0 nil <nil>
	// 1 42 <nil>
	// 0 nil line:1: attempt to index global 'm' (a nil value)
	// more is to come
	// [n] 21
	// <nil>
}

func ExampleNearest() {
	options := iter.Seq[string](slices.Values([]string{"limit", "timeout", "attempts"}))
	fmt.Printf("%q %q\n", interp.Nearest("timout", options), interp.Nearest("colour", options))
	// Output: "timeout" ""
}

func ExampleError_Hint() {
	rt := must(interp.New(builtins.Std()))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=t", `gahter()`)
	var e *interp.Error
	if errors.As(err, &e) {
		fmt.Println(e)
		fmt.Println(e.Hint(nil))
	}
	// Output:
	// t:1: attempt to call global 'gahter' (a nil value)
	// did you mean 'gather'?
}
