// Package interp is the embeddable runtime of Lull: Lua 5.1 whose builtins wait without blocking anybody else.
//
//	rt, err := interp.New(builtins.Std(), interp.WithStdio(os.Stdin, os.Stdout, os.Stderr))
//	if err != nil {
//		return err
//	}
//	defer rt.Close()
//	values, err := rt.RunFile(ctx, "job.lua", "arg1")
//
// A script's main chunk, and everything that it spawns, are tasks. Exactly one task of a [Runtime] runs at any time, until it
// comes to a checkpoint: a builtin that waits. So neither scripts nor builtins need locks.
//
// Every Run is a run of its own: a main task and all that its tasks spawn. It returns when they have ended. Several runs may be
// under way on one runtime, from any goroutines; they share the globals, and nothing else: values, errors, limits and exit
// statuses are each run's own. Daemons belong to the runtime, and live until Close.
//
// The package brings no async builtin of its own. Those of package builtins use what is exported here and nothing else, so
// whatever they can do, a host's own function can do.
//
// # For hosts
//
// [New] takes options; a wrong one is an error there. [Runtime.Run], [Runtime.RunFile], [Runtime.RunString] and [Runtime.Call]
// run scripts, [Runtime.RunFunc] a builtin. All methods of a Runtime may be called from any goroutine but the loop's.
//
// [WithFunc] and [WithAsync] make builtins of ordinary Go functions: the first runs on the loop, where it must not block, the
// second off it, with a context. The table of types is at WithFunc. The values that a run returns go into Go variables the same way, by
// [Values.Into]. A script's function is a [*Function] in Go's hands, and a task a [*Handle]: both may be used from any
// goroutine. Everything that has a *[Call] as its parameter or receiver, and the methods of [Task], [Table] and [Value], are for the
// loop's side: for builtins, and what they call. Code from outside gets there by RunFunc, as a task that may wait, or by
// [Runtime.Post], which may not.
//
// A call from outside is handed to the loop and back, which costs some two microseconds. Thousands at once are better made
// within one RunFunc, by [Call.Call]: that takes a tenth of it.
//
// A runtime with all of package builtins is made, and closed, in some 40 microseconds and 40 KB, with a first script in 55 and 48 KB: a
// runtime a request is a good way to keep scripts apart. Tables of builtins, and those of Lua's own library, are filled when a chunk is loaded
// that can get at them. Options are best made once, and a [Program] compiled once: all runtimes may have both at the same time, and
// nothing in them is copied.
//
// Scripts make garbage as other programs in Go do, and Go's collector runs whenever the heap has doubled: where a process holds a few
// megabytes, over and over. Scripts that make many tables have taken twice as long by that as with debug.SetGCPercent(400), or GOGC=400, which
// costs memory: a process that holds 4 MB grows to 20. The setting is the process's, so this package leaves it alone; the command lull collects
// when 20 MB have been allocated, and then 32 to 64 MB more than are in use.
//
// A context ends a run as a cancellation in the script would: the main task unwinds, with its cleanups, then the run returns. It
// does the same when the script raises an error or stops. [Runtime.Close] ends in this way whatever is left, and returns when the
// last goroutine is gone; every later call is [ErrClosed]. Errors are [*Error] values, or [ExitError] for a status; package
// report prints them.
//
// A panic in code of the host's takes nothing down. Where a script has called it, the panic is an error of kind panic, which the
// script may catch. Anywhere else (in a timer, a tracer, a handler of the logger) it ends the run that it belongs to, which
// returns such an error; if that run is over, Close returns it.
//
// A runtime touches only what its options grant. By default standard input is empty, output is discarded, and there are no files,
// no processes, no network, no environment and no arguments; the clock is the machine's, and what was shielded has five seconds
// when a run is cut short. [WithLimits] bounds what a run may use.
//
// # For authors of builtins
//
// A builtin is a func(*[Call]) error in a [Module]. It reads its arguments ([Call.Arg], [Call.Text], [Call.Int], [Call.Options]
// and others), sets its results ([Call.Return]), and returns an error to raise it. It runs on the loop, in the task that has
// called it, so it must not block.
//
// A builtin that can wait begins with [Call.Checkpoint]. Then it waits in one of these ways, each of which lets the other tasks
// run, and returns the cancellation if the task is cancelled meanwhile. A builtin returns that as it is.
//
//	for a while                         Sleep        SleepReturn
//	for a list of the builtin's own     Waiters.Wait, WaitFor, WaitFirm
//	until something uses a Waker        Park         ParkReturn
//	for work off the loop               Block        BlockReturn, BlockFirm, BlockLight, BlockPassive, Compute
//	for a task                          Join, Await  JoinReturn, AwaitReturn, AwaitShielded
//	for a call of Lua                   Call         ProtectReturn, RunReturn
//	for tasks that it owns              Nursery      NurseryReturn
//	within a limit of time, or shield   Scope        OpenScope, CloseScope
//
// [Waiters] is what a primitive is made of: its zero value is ready, and it has the time limits and the hand-over on
// cancellation inside. The methods on the right end the builtin: it returns what they return, and goes on in another function. A
// task that waits there is data of some hundred bytes; one that waits in the middle of a builtin keeps a goroutine. So they are
// for builtins that many tasks wait in, and the others for all else.
//
// A function that runs off the loop must not touch Lua. A builtin gives what it opens for a script to [Call.Defer] or [Call.NewStream], which
// close it when the task ends. Work that grows with its input counts, by [Call.Compute] or [Call.Spend], and what takes memory off
// the loop by [Reserve]; a limit, a deadline and Ctrl-C take hold there.
//
// A few names are for programs that show errors and for REPLs, and for nobody else. They are here because they need the inside of
// an error or a task: [Error.Hint], [Error.Place], [Error.Where], [Error.Attached], [Error.Reported], [Error.Silent], [Source],
// [Session] and [Task.OnCancel].
//
// # How it runs
//
// A runtime has no thread, and no single goroutine, of its own. Its loop has runners, goroutines of which exactly one runs at any
// time. A task that waits with nothing of Go's on its stack is data, and any runner goes on with it: a million of them take a
// million small objects and one goroutine. A task that waits below a function in Go (sort, gsub, a metamethod, a builtin that uses
// Park or Call) keeps the runner whose stack holds that function. A turn goes from runner to runner by a direct hand-over. So
// "the loop's side" is whatever runs in a turn of a task, or between two turns; nothing there is locked.
//
// Package sched, inside, is the scheduler and knows no Lua; package vm is Lua's values and dispatch loop and knows no scheduler;
// this package joins the two. The packages that know no runtime are below it: conversions, accounts and streams.
//
// # Rationale
//
// Why gopher-lua, and why not a fork? Hosts have modules that were written for gopher-lua, and its values are what they expect;
// [WithPreload] runs them as they are. A fork would have to follow every fix of theirs by hand. So the module is a dependency like
// any other, pinned and checked when a machine is made, and package vm does from outside what it does not do well, with a note at
// each mend that says when it may go.
//
// Why one task at a time? Lua's values have no locks, and scripts that share them have no way to take any. With one task at a time
// a script is atomic between two checkpoints, which its author sees in the text. Work that needs more than one core is Go's: it
// runs off the loop. A host that wants several scripts to compute at once makes several runtimes; they share compiled [Program]
// values and nothing else. A script gets them by [Isolates], with copies of its values, see [Packed]. Go's collector then has many small
// heaps' worth of garbage to find in one small heap, which it collects over and over: a host whose scripts compute on all cores should let it wait, by
// debug.SetGCPercent or GOGC; at Go's default such a map has taken twice as long.
//
// Why is a cancellation no error that pcall catches? A script that retries whatever fails would otherwise retry its own end. A
// cancellation unwinds through pcall, and only what asked for it ends it: the scope, group or task that was cancelled, after the
// cleanups that finally has registered. It stays in force while they run, so a cleanup that waits again and again cannot keep a
// task alive; a shield with a grace is how it asks for time.
//
// Why does a run wait for all of its tasks? A task that outlived its run would raise its errors to nobody and use what the host
// has closed. Structured groups end with their owners, the rest with the run; what is meant to go on is a daemon, and says so.
//
// Why is a wait several methods, and not one value with one verb? The one value was tried: a struct of 40 to 100 bytes that says how
// to wait, given to Wait or WaitReturn. With all that a wait may carry in the struct, a switch of tasks by sleep(0) took 9 % longer
// (171 ns for 157) and a time limit 5 %, and the arguments of a call escaped to the heap, one allocation for each call, because
// escape analysis takes a struct as one. With the arguments outside of it, as parameters that most waits must not have, it was 1 to
// 2 %, 8 bytes more a task, and nothing simpler: what a [Waiters] hands over would have lost its type, and a builtin that waits
// several times within one scope would still have opened and closed that by hand. So it stays.
package interp
