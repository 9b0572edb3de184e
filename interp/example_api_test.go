package interp_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// must is for examples only.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func ExampleNew() {
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, os.Stderr), interp.WithVirtualTime())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "=hours", `
		gather(function() sleep(3600) print("an hour") end, function() sleep(60) print("a minute") end)
		print(now())`)
	fmt.Println(err)
	// Output:
	// a minute
	// an hour
	// 3600
	// <nil>
}

// A script gets a program as the function of its main chunk.
func ExampleProgram() {
	p := must(interp.Compile("@double.lua", []byte(`return 2 * ...`)))
	rt := must(interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, os.Stderr)))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=main", `local double = ... print(double(21), type(double))`, p)
	fmt.Println(err)
	// Output:
	// 42	function
	// <nil>
}

// A program is compiled once and run as often as one likes, in any number of runtimes.
func ExampleCompile() {
	p, err := interp.Compile("@double.lua", []byte(`return 2 * ...`))
	if err != nil {
		fmt.Println(err)
		return
	}
	rt := must(interp.New())
	defer rt.Close()
	for _, n := range []int{1, 21} {
		fmt.Println(must(rt.Run(context.Background(), p, n)).Get(1))
	}
	_, err = interp.Compile("@wrong.lua", []byte("x = = 1"))
	syntax := (*interp.SyntaxError)(nil)
	fmt.Println(errors.As(err, &syntax), err)
	// Output:
	// 2
	// 42
	// true wrong.lua:1: unexpected symbol near '='
}

// Errors of scripts are *Error; what was behind them in Go is still there.
func ExampleError() {
	rt := must(interp.New(builtins.Std()))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=job", "local function load() return read('/no/such') end\nload()")
	var e *interp.Error
	fmt.Println(errors.As(err, &e), e.Kind, errors.Is(err, fs.ErrNotExist))
	fmt.Println(e)
	_, err = rt.RunString(context.Background(), "=job", "wait_for(sleep, 0.001, 60)")
	fmt.Println(errors.Is(err, interp.ErrTimeout))
	// Output:
	// true io true
	// job:1: read: /no/such: no such file or directory
	// true
}

func ExampleExitError() {
	rt := must(interp.New(builtins.Std()))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=job", `stop(3)`)
	var exit interp.ExitError
	fmt.Println(errors.As(err, &exit), exit.Code)
	// Output: true 3
}

// turnstile lets one task through at a time.
type turnstile struct {
	taken   bool
	waiters interp.Waiters[struct{}]
}

// newTurnstile makes one that is free. A waiter that is cancelled when it has had its turn already hands it on.
func newTurnstile(c *interp.Call) error {
	t := &turnstile{}
	t.waiters.Left = func(_ struct{}, handed bool) {
		if handed {
			t.leave()
		}
	}
	return c.Return(t)
}

func (t *turnstile) enter(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if t.taken {
		return t.waiters.Wait(c, struct{}{}, nil)
	}
	t.taken = true
	return nil
}

func (t *turnstile) leave() { t.taken = t.waiters.Wake(struct{}{}) != nil }

// A module of a host's own, with an object whose method waits.
func ExampleWithModule() {
	gates := interp.Module{
		Name: "gates",
		Defs: []interp.Def{{Name: "new", Fn: newTurnstile}},
		Types: []interp.Type{{
			Name: "turnstile",
			Of:   (*turnstile)(nil),
			Methods: []interp.Def{
				{Name: "enter", Fn: func(c *interp.Call) error { return interp.Self[*turnstile](c).enter(c) }},
				{Name: "leave", Fn: func(c *interp.Call) error { interp.Self[*turnstile](c).leave(); return nil }},
			},
		}},
	}
	rt := must(interp.New(builtins.Std(), interp.WithModule(gates), interp.WithVirtualTime(), interp.WithStdio(nil, os.Stdout, nil)))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=gates", `
		local gate = gates.new()
		local function visit(name, limit)
			return function()
				wait_for(function() gate:enter() end, limit)
				print(name, now())
				sleep(2)
				gate:leave()
			end
		end
		gather{visit("a"), visit("impatient", 1), visit("c"), return_exceptions = true}
		gate.enter(1)`)
	fmt.Println(err)
	// Output:
	// a	0
	// c	2
	// gates:12: calling 'enter' on bad self (turnstile expected, got number; was it called with a dot? use a colon: turnstile:enter(...))
}

// A clock that the host moves: whatever waits in scripts goes by it.
func ExampleNewManualClock() {
	clock := interp.NewManualClock()
	rt := must(interp.New(builtins.Std(), interp.WithClock(clock), interp.WithStdio(nil, os.Stdout, nil)))
	done := make(chan error)
	go func() {
		_, err := rt.RunString(context.Background(), "=game", `for tick = 1, 3 do sleep(0.5) print("tick", tick) end`)
		done <- err
	}()
	for rt.Stats().Timers == 0 { // until the script waits
		time.Sleep(time.Millisecond)
	}
	for frame := range 3 {
		fmt.Println("frame", frame)
		clock.Advance(500 * time.Millisecond)
	}
	fmt.Println(<-done, rt.Close())
	// Output:
	// frame 0
	// tick	1
	// frame 1
	// tick	2
	// frame 2
	// tick	3
	// <nil> <nil>
}

// The context of a run cancels its main task; cleanups run first.
func ExampleRuntime_RunString() {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	errLeft := errors.New("the client has left")
	rt := must(interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, nil), interp.WithFunc("leave", func() { cancel(errLeft) })))
	defer rt.Close()
	_, err := rt.RunString(ctx, "=job", `
		finally(function() leave() sleep(3600) end, function(ok, err) print("cleaning up", err.kind) end)`)
	fmt.Println(errors.Is(err, interp.ErrCancelled), errors.Is(err, errLeft))
	// Output:
	// cleaning up	cancelled
	// true true
}
