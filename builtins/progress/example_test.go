package progress_test

import (
	"context"
	"fmt"
	"os"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/builtins/progress"
	"github.com/lull-lua/lull/interp"
)

// A builtin that does three things off the loop, and takes the option progress.
func ExampleCounter() {
	three := func(c *interp.Call) error {
		var option interp.Value
		if err := c.Options(1, map[string]any{"progress": &option}); err != nil {
			return err
		}
		told, err := progress.NewCounter(c, 1, option, 3)
		if err != nil {
			return err
		}
		defer told.Close()
		return c.Block(func(context.Context) error {
			for done := range 3 {
				told.Count(done + 1)
			}
			return nil
		})
	}
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, nil),
		interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "three", Fn: three, Outside: true}}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "=script", `
		local b = progress.bar { label = "things" }
		three { progress = b }
		print(b)
		print(pcall(three, { progress = print }))
		three { progress = true }
		three()`)
	fmt.Println(err)
	// Output:
	// progress bar: things: 100%, 3/3
	// false	script:5: bad argument #1 to 'three' (option 'progress': a bar or true expected, got function)
	// <nil>
}
