// Package vm is gopher-lua 1.1.2 made right from outside, and the only package that knows its insides. Nothing of it is
// copied or forked; what it does wrong is done here instead. Each mend, why it is there, and when it may go:
//
//   - Threads (thread.go). lua.NewThread makes a whole Global and 12 KB in 21 allocations, and its frame index is as long
//     as the deepest recursion allowed. Ours are one allocation copied from a template, and the index grows on demand. May
//     go when a new thread costs less than 2 KB.
//   - Protected calls (call.go). An error closes the upvalues of every frame, those of live functions too, unless
//     hasErrorFunc is set (gopher-lua #448): it stays set, and the call closes those of the frames that die. May go when
//     a closure still shares its variable after a pcall that failed.
//   - Cancellation (call.go). Unwind is a panic of a private type that every protected call passes on, so nothing in Lua
//     can catch it. Not a mend: gopher-lua has no such thing.
//   - Coroutines (coroutine.go). gopher-lua's yield only from their own Lua frames; ours are Go coroutines (iter.Pull), and
//     yield, or wait, below pcall, sort, gsub, metamethods and iterators. May go never.
//   - The loop (loop.go, loop_call.go, loop_meta.go). LState.mainLoop is a field, and its table of handlers can be linked to:
//     so the dispatch loop is ours, which does the frequent instructions itself, calls Lua from Lua without Go's stack, counts
//     a budget that serves interruption, makes room where gopher-lua cannot, and keeps -0. Handlers of gopher-lua do the
//     rest. May go when the stock loop is as fast with a context set.
//   - Compiling (compile.go, packages parser and codegen). gopher-lua's compiler makes wrong code of some fifteen shapes, is
//     quadratic in constants, and has wrong lines; its parser's errors are not Lua's. May go never.
//   - Tracebacks and messages (traceback.go, message.go). Names, lines and texts as PUC Lua gives them.
//
// The layout of the structures that are reached by offset is checked when a Machine is made; see layout.go.
package vm
