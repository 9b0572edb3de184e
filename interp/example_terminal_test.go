package interp_test

import (
	"context"
	"fmt"
	"os"

	"github.com/lull-lua/lull/interp"
)

// A host's own line below what scripts print. Without a terminal there is none.
func ExampleTerminal() {
	rt, err := interp.New(interp.WithStdio(nil, os.Stdout, os.Stdout), interp.WithEnv([]string{"COLUMNS=40"}))
	if err != nil {
		panic(err)
	}
	defer rt.Close()
	remove := rt.Terminal().Footer(func(columns int) []string {
		return []string{interp.CutCells("deploying 3 of 日本 hosts", columns-1)}
	})
	defer remove()
	if _, err := rt.RunString(context.Background(), "=host", `print("scrolls above")`); err != nil {
		panic(err)
	}
	columns, rows := rt.Terminal().Size()
	fmt.Println(rt.Terminal().Live(), columns, rows, interp.Cells("日本"))
	// Output:
	// scrolls above
	// false 40 24 4
}
