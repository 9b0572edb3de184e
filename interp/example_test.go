package interp_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// The README shows this one.
func Example() {
	// price(symbol) asks somewhere slow. Block does that on a goroutine of its own; the script's other tasks go on.
	price := func(c *interp.Call) error {
		symbol, err := c.Text(1)
		if err != nil {
			return err
		}
		var p int
		if err := c.Block(func(ctx context.Context) error {
			p = 10 * len(symbol) // a request with ctx, in earnest
			return nil
		}); err != nil {
			return err
		}
		return c.Return(p)
	}
	rt, err := interp.New(
		builtins.Std(),
		interp.WithStdio(os.Stdin, os.Stdout, os.Stderr),
		interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "price", Sig: "price(symbol)", Fn: price}}}),
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	defer rt.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	values, err := rt.RunString(ctx, "=prices", `
		local a, b = gather(async(price)("IBM"), async(price)("AAPL"))
		print("sum", a + b)
		return a, b`)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	fmt.Println(values.Get(1), values.Get(2))
	// Output:
	// sum	70
	// 30 40
}
