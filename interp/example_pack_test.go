package interp_test

import (
	"context"
	"fmt"
	"os"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A builtin keeps what scripts give it, in a file for one, and gives it back later: to another runtime, in another process.
func ExamplePacked() {
	var kept []byte
	memory := interp.WithModule(interp.Module{Name: "memory", Defs: []interp.Def{
		{Name: "keep", Fn: func(c *interp.Call) error {
			p, err := c.PackData(c.Rest(1)...)
			if err != nil {
				return c.ArgError(1, err.Error())
			}
			kept, err = p.MarshalBinary()
			return err
		}},
		{Name: "recall", Fn: func(c *interp.Call) error {
			var p interp.Packed
			if err := p.UnmarshalBinary(kept); err != nil {
				return err
			}
			vals, err := c.Unpack(&p)
			if err != nil {
				return err
			}
			return c.ReturnValues(vals)
		}},
	}})
	for _, src := range []string{
		`memory.keep({ name = "h3", load = { 0.5, 0.75 } }, "up")`,
		`local host, state = memory.recall() print(host.name, host.load[2], state)`,
		`print(pcall(memory.keep, { conn = io.stdout }))`,
	} {
		rt := must(interp.New(builtins.Std(), memory, interp.WithStdio(nil, os.Stdout, os.Stderr)))
		if _, err := rt.RunString(context.Background(), "=example", src); err != nil {
			fmt.Println(err)
		}
		rt.Close()
	}
	// Output:
	// h3	0.75	up
	// false	example:1: bad argument #1 to 'keep' (field 'conn': a file cannot be stored)
}
