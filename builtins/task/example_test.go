package task_test

import (
	"context"
	"fmt"
	"os"

	"github.com/lull-lua/lull/builtins/task"
	"github.com/lull-lua/lull/interp"
)

// A host that gives its scripts tasks alone links nothing of the other tables.
func ExampleModule() {
	rt, err := interp.New(
		interp.WithModule(task.Globals()),
		interp.WithModule(task.Module()),
		interp.WithStdio(nil, os.Stdout, os.Stderr),
		interp.WithVirtualTime(),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "=job", `
		print(unpack(task.map({ 3, 1, 2 }, function(n) sleep(n) return n * n end)))
		print(now(), json)`)
	fmt.Println(err)
	// Output:
	// 9	1	4
	// 3	nil
	// <nil>
}
