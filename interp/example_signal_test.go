package interp_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A host that reads its settings anew at SIGHUP lets scripts know of that, too. This one makes the signal up; a program hands on what
// os/signal tells it.
func ExampleWithSignals() {
	reload := make(chan func(), 1)
	rt := must(interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, nil),
		interp.WithSignals(func(name string, told func()) (stop func(), err error) {
			if name != "HUP" {
				return nil, errors.New("the program keeps it to itself")
			}
			reload <- told
			return func() {}, nil
		})))
	defer rt.Close()
	go func() { (<-reload)() }()
	_, err := rt.RunString(context.Background(), "=t", `
		print(process.signals({ "HUP" }):get())
		process.signals { "TERM" }`)
	fmt.Println(err)
	// Output:
	// HUP
	// t:3: process.signals: SIGTERM: the program keeps it to itself
}
