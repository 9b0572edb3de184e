package builtins_test

import (
	"context"
	"fmt"
	"os"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A script that may compute, wait and print, and nothing else.
func ExampleSafe() {
	rt, err := interp.New(builtins.Safe(), interp.WithStdio(nil, os.Stdout, nil), interp.WithVirtualTime())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "=script", `
		print(gather(function() return sleep(2, "slow") end, function() return sleep(1, "fast") end))
		print(read, io.open, os.execute, os.getenv, dofile)`)
	fmt.Println(err)
	// Output:
	// slow	fast
	// nil	nil	nil	nil	nil
	// <nil>
}
