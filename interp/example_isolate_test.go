package interp_test

import (
	"context"
	"fmt"
	"os"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A host says which of its functions the isolates of a script may call, all at once: those that lock what they share.
func ExampleConcurrent() {
	rt := must(interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, os.Stderr),
		interp.Concurrent(interp.WithFunc("app.add", func(a, b int) int { return a + b })),
		interp.WithFunc("app.remember", func(string) {}),
		interp.WithFunc("shop.remember", func(string) {})))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=example", `
		print(unpack(parallel.map({ 1, 2, 3 }, function(n) return app.add(n, 10) end)))
		print(pcall(parallel.run, function() shop.remember("x") end))`)
	fmt.Println(err)
	// Output:
	// 11	12	13
	// false	example:3: bad argument #1 to 'run' (global 'shop' of the function of example:3: a table of the host's, which interp.Concurrent does not mark, cannot go to another isolate)
	// <nil>
}

// A builtin of its own runs a function in an isolate, and returns when that has closed, whatever ends the call.
func ExampleIsolates() {
	elsewhere := func(c *interp.Call) error {
		p := c.NewPacker()
		for i := range c.Len() {
			if err := p.AddArg(c, i+1); err != nil {
				return c.ArgError(i+1, err.Error())
			}
		}
		if err := c.Checkpoint(); err != nil {
			return err
		}
		isolate, err := c.Isolates().New("isolate of 'elsewhere'")
		if err != nil {
			return err
		}
		var failed *interp.IsolateError
		var result *interp.Packed
		var closed bool
		var waiters interp.Waiters[struct{}]
		isolate.Start("elsewhere", 1, func(c *interp.Call) error {
			vals, err := c.Unpack(p.Packed())
			if err != nil {
				return err
			}
			if vals, err = c.Call(vals[0], vals[1:]...); err == nil {
				result, err = c.Pack(vals...)
			}
			return err
		}, func(f *interp.IsolateError) {
			failed = f
			isolate.Close(func(error) {
				closed = true
				waiters.Wake(struct{}{})
			})
		})
		wait := c.NewFunction(c.Name(), func(c *interp.Call) error {
			return waiters.WaitFirm(c, struct{}{}, nil, func(struct{}, bool) *interp.Waiters[struct{}] {
				if isolate.Cancel(""); closed {
					return nil
				}
				return &waiters
			})
		})
		return c.ProtectReturn(wait, interp.ContinuationFunc(func(c *interp.Call, err error) error {
			if failed != nil && !failed.Cancelled {
				return c.Raises(failed)
			}
			if err != nil {
				return err
			}
			vals, err := c.Unpack(result)
			if err != nil {
				return err
			}
			return c.ReturnValues(vals)
		}))
	}
	rt := must(interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, os.Stderr),
		interp.WithModule(interp.Module{Packs: true, Defs: []interp.Def{{Name: "elsewhere", Fn: elsewhere}}})))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=example", `
		local n = 1
		local sum, t = elsewhere(function(x) n = n + x return n, { n } end, 41)
		print(sum, t[1])
		local ok, e = pcall(elsewhere, error, "there", 0)
		print(e, n)`)
	fmt.Println(err)
	// Output:
	// 42	42
	// there	1
	// <nil>
}
