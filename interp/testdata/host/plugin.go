package main

import (
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// pluginLimits bound each call of a plugin.
var pluginLimits = interp.Limits{
	Instructions: 20_000_000,
	Memory:       64 << 20,
	Tasks:        100,
	Timers:       50,
	CallDepth:    200,
	Output:       64 << 10,
	Time:         2 * time.Second,
	StringSize:   4 << 20,
}

// NewPlugins makes a runtime for plugins, which nobody trusts: they have neither files nor processes nor the network nor
// the host's environment, and no more of the machine than the limits say.
func NewPlugins(limits interp.Limits) (*interp.Runtime, error) {
	return interp.New(
		builtins.Safe(),
		interp.WithFunc("greet", func(name string) string { return "hello " + name }),
		interp.WithLimits(limits),
	)
}
