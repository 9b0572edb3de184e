package interp_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A whole program of a host's.
func Example() {
	rt, err := interp.New(
		builtins.Std(),
		interp.WithStdio(os.Stdin, os.Stdout, os.Stderr),
		interp.WithFunc("taxed", func(price float64) float64 { return 1.2 * price }),
		// This may block: it runs on a goroutine of its own, while the script's other tasks go on.
		interp.WithAsync("price", func(ctx context.Context, symbol string) (float64, error) {
			return 10 * float64(len(symbol)), nil // a request, in earnest
		}),
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
		print("prices", a, b)
		return taxed(a + b)`)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	fmt.Println("taxed", values.Get(1))
	// Output:
	// prices	30	40
	// taxed 84
}

// The README shows this one.
func Example_readme() {
	ctx := context.Background() // cancelled, or late, it ends the script and all that this has started
	rt, err := interp.New(builtins.Std(),
		interp.WithStdio(nil, os.Stdout, os.Stderr),
		interp.WithAsync("price", func(ctx context.Context, symbol string) (float64, error) {
			return 10 * float64(len(symbol)), nil // it may block: other tasks go on
		}))
	if err != nil {
		panic(err)
	}
	defer rt.Close()
	values, err := rt.RunString(ctx, "=prices", `return gather(async(price)("IBM"), async(price)("AAPL"))`)
	fmt.Println(values, err)
	// Output: [30 40] <nil>
}
