// Package vm is gopher-lua 1.1.2 made right from outside, and the only package that knows its insides. Nothing of it is
// copied or forked; what it does wrong is done here instead. Each mend, why it is there, and when it may go:
//
//   - The loop (loop.go, loop_call.go, loop_meta.go, number.go). LState.mainLoop is a field, and its table of handlers can be
//     linked to: so the dispatch loop is ours, which does the frequent instructions itself, calls Lua from Lua without Go's
//     stack (iterators of a generic for included), counts a budget that serves interruption, makes room where gopher-lua
//     cannot, and keeps -0. Handlers of gopher-lua do the rest. May go when the stock loop is as fast with a context set.
//   - Upvalues (loop_call.go). gopher-lua lists open ones with the outermost first and walks past all of them at each
//     return: recursion with closures takes time by the square. Ours are listed the other way round.
//   - Threads (thread.go). lua.NewThread makes a whole Global and 12 KB in 21 allocations, and its frame index is as long
//     as the deepest recursion allowed. Ours are one allocation copied from a template; index and registry grow on demand,
//     by doubling, and running out of either is "stack overflow". May go when a new thread costs less than 2 KB.
//   - Protected calls (call.go, base.go). An error closes the upvalues of every frame, those of live functions too
//     (gopher-lua #448): ours are listed where it does not find them (Thread.open), and the call closes those of the frames that
//     die. May go when a closure still shares its variable after a pcall that failed. LState.PCall, which the host's functions
//     use, forgets those, and miscounts frames; enterLoop and unfill see to it. Error handlers run on top of the frames that failed. At
//     the base of a turn there is one recover for all of them (turn.go).
//   - Cancellation (call.go). Unwind is a panic of a private type that every protected call passes on, so nothing in Lua
//     can catch it. Not a mend: gopher-lua has no such thing.
//   - Coroutines (coroutine.go, dropped.go). gopher-lua's yield only from their own Lua frames; ours yield, or wait, below
//     pcall, sort, gsub, metamethods and iterators, too. They are data, as tasks are, but for those that stand on Go frames
//     when they lose control: these keep their goroutine. May go never.
//   - Messages, tracebacks, debug (message.go, suggest.go, traceback.go, debug.go, raise.go, compile.go). Names, lines and
//     texts as PUC Lua gives them, found in the code when there is an error. May go when gopher-lua says
//     "attempt to call global 'f' (a nil value)".
//   - Tables (table.go, rehash.go, the access of loop_meta.go). gopher-lua fills the gap below an integer key (t[36] = 1
//     makes #t 36, t[12345678] takes 600 MB), never gives back what came and went, and looks at each item for #t. Here the
//     array is more than half in use, as PUC's is, or the key lies with the others; so reading and writing tables is ours in
//     all of its cases, and what a script may have set is nowhere read by those methods of LTable that take an integer or
//     any key. May go when t = {}; t[36] = 1; print(#t) says 0 and a queue of ten takes no more after a million.
//   - Tables of fields (slots.go). Two of Go's maps and a list for each table take five times what the fields do, and more time to make
//     than most tables are used. Those of scripts, and records that Go makes, have their fields in slots until they have many, or keys
//     of another kind. LTable's methods do not find these: a host that has a state has all fields in maps (Config.Mapped). May go when
//     making { x = 1, y = 2 } takes two hundred bytes.
//   - Fields in maps and globals (cache.go). A map's search takes longer than the rest of an instruction that reads a field: those that are read
//     again and again are remembered. May go when a search in a map of Go's takes as long as an addition.
//   - Numbers and strings (number.go, parsenumber.go, text.go). Reading and showing numbers as PUC does, without package fmt;
//     boxes for numbers are made 32 at a time, short strings have their bytes in their box. Numbers that are read by arithmetic,
//     comparisons and indexing alone, and locals that are mostly, lie in a box that their register has of its own (codegen chooses: see own.go
//     there). The boxes may go when Go stores a float64 in an interface without an allocation.
//
// # How functions in Go are called
//
// callGo gives a function its frame in the registers where its arguments stand, and nothing else: no defer, no closure, no
// copy. An LGFunction is therefore all that a builtin needs to be; interp makes its *Call from a free list, so that a call
// allocates nothing.
//
// The functions that are called most have a second way in that needs not even the frame (Quick, in quick.go): it reads its arguments and
// writes its results where they stand, in its plain case, and says so where it is another. Methods of strings and of objects
// are found by the loop (stringMethod, method). May go, each of them, when its row in scripts/bench/compute is as fast without.
//
// The last act of such a function needs nothing of Go's stack (turn.go): it returns that it waits (Parks), that
// it has called something (CallThen), or failed (Fails), instead of a number of results, and stays on the thread's own
// stack as a frame. So all of a task that waits straight from Lua, or below pcall, is in its thread, which is data; a turn
// of it is a call of Resume, and what recovers from panics is at the base of that.
//
//	Thread's stack                               Go's stack, while it runs
//	  main chunk                                   scheduler
//	  pcall        pending: outcome                Thread.Resume, run: recovers
//	  function f                                   Thread.execute: all of these frames
//	  sleep        parked: Resume gives results
//
// Where Go calls Lua in the middle of what it does (sort, gsub, a metamethod, a host's function), loop is upon loop
// (enterLoop), and what is called there does its last acts at once, on Go's stack; a wait, or a switch to another thread, keeps
// that, and its goroutine.
//
// The layout of the structures that are reached by offset is checked when a Machine is made; see layout.go, and
// layout_test.go for what to do when the version moves.
package vm
