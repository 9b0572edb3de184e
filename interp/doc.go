// Package interp is the embeddable runtime of Lull: Lua 5.1 whose builtins wait without blocking anybody else.
//
//	rt, err := interp.New(builtins.Std(), interp.WithStdio(os.Stdin, os.Stdout, os.Stderr))
//	if err != nil {
//		return err
//	}
//	defer rt.Close()
//	values, err := rt.RunFile(ctx, "job.lua", "arg1")
//
// A [Runtime] has one loop goroutine. A script's main chunk, and everything it spawns, are tasks; exactly one task of a
// runtime runs at any time, until it comes to a checkpoint: a builtin that waits. Nothing that a script can reach is
// touched by any other goroutine, so neither scripts nor builtins need locks.
//
// Every Run is a run of its own: it returns when its main task and all that its tasks spawned have ended. Several may be
// under way on one runtime, from any goroutines; globals are shared.
//
// Builtins are Go functions of the form func(*[Call]) error, collected in a [Module]. They run on the loop; what takes
// long is done by [Call.Block] on a goroutine of its own, and what waits for something in the runtime by [Call.Park], the
// one primitive that waits. The package itself brings no async builtin: those of package builtins use only what is
// exported here, so whatever they can do, a host's own function can do.
//
// # Between Go and Lua
//
// [WithFunc] and [WithAsync] make builtins of ordinary Go functions; the table of types is there. What a run returns goes
// into Go variables the same way, with [Values.Into]. A script's function is a [*Function] in Go's hands, and a task a
// [*Handle]: they may be used from any goroutine, as may the methods of a Runtime. Everything that takes a *Call, and the
// methods of [Task], [Table] and [Value], are for the loop's side: for builtins, and what they call. Whoever comes from outside
// gets there with [Runtime.RunFunc], as a task that may wait, or with [Runtime.Post], which may not.
//
// A call from outside, [Runtime.Call] or [Function.Call], is handed to the loop's goroutine and back, which costs some two
// microseconds. Who has thousands to make at once makes them in one RunFunc, with [Call.Call]: a tenth of that.
//
// # The end
//
// A context ends a run as a deadline or a cancellation in the script would: the main task unwinds, with its cleanups, then
// the run returns. So it does when the script raises an error or stops. [Runtime.Close] ends whatever is left, in the same
// way, and returns when the last goroutine is gone.
//
// # Panics
//
// A panic in code of the host's takes nothing down. In what a script has called, a builtin for one, it is an error of kind panic
// that the script may catch. Anywhere else, in a timer, a tracer, a logger's handler, it cancels the run that it belongs to, which
// returns such an error; where that run is over, or never was, Close returns it.
//
// # What is granted
//
// A runtime touches only what its options give it. The defaults: standard input is empty, output is discarded, no files, no
// environment, no arguments, the real clock, five seconds of grace for what was shielded.
package interp
