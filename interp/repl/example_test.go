package repl_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/repl"
)

// A host gives its scripts' users a prompt: here what they type comes from a string.
func Example() {
	typed := strings.NewReader("price('tea')\nlocal two = gather(async(sleep)(0.01, 2), async(sleep)(0.01))\ntwo * price('tea')\n:tasks\n:quit\n")
	lines := repl.NewPlain(typed, os.Stdout)
	rt, err := interp.New(
		builtins.Std(),
		interp.WithStdio(nil, lines, lines), // what tasks print must go through lines, above the prompt
		interp.WithFunc("price", func(name string) int { return len(name) }),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	err = repl.New(rt, repl.Options{Lines: lines, Prompt: "shop> ", Banner: "The shop. :help helps."}).Run(context.Background())
	fmt.Println("ended with", err)
	// Output:
	// The shop. :help helps.
	// shop> 3
	// shop> shop> 6
	// shop> no tasks
	// shop> ended with <nil>
}
