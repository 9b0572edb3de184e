// Package sched runs tasks, one at a time. There is no Lua in it.
//
// A [Task] is something that a [Loop] can resume, and which then says that it has ended, or has begun a wait. A task that
// waits with nothing on the Go stack ([Task.Begin]) is data: the next Resume goes on with it. One that waits in the middle
// of Go functions ([Task.Park]) keeps the goroutine on which they stand.
//
// The loop has no goroutine of its own: it has runners; exactly one of them runs at any time, and nothing here is locked
// but the inbox. The dispatch loop (serve) stands at the base of each. A turn of a task that is data is a call from there.
// A task that parks looks for the next turn itself: if that is its own, it goes on; if it is that of a task with frames, it
// switches to their runner; if it is data, to an idle runner. A switch is a direct hand-over from goroutine to goroutine.
//
//	runner 1:  serve, Resume(a), pcall, sort, Park        blocked: holds the frames of a
//	runner 2:  serve, Resume(b), gsub, Park               blocked: holds those of b
//	runner 3:  serve, Resume(c)                           runs; d, e, f ... wait as data
//	runner 4:  serve                                      idle
//
// A turn may be handed from runner to runner as well: a body keeps Go frames of what it has to leave standing ([Loop.Keep],
// [Loop.Goto]; coroutines of Lua that yield below a function in Go), while its turn goes on at the base of another.
//
// A serving goroutine, or a task that parks, finds the next turn so:
//
//	1 take in what other goroutines finished (inbox)      -> ready
//	2 fire every timer that is due                        -> ready
//	3 first ready task: that is it
//	4 nothing ready: wait for inbox, next timer (real clock) or jump to it (virtual clock, nothing under way outside)
//	5 nothing can ever wake anybody: deadlock
//
// There is one primitive that waits, [Task.Park]. The owner of the task's [Waker] ends the wait, once; a
// cancellation ends it otherwise, and tells the [Aborter] to forget the waiter.
//
// Cancellation is a property of a [Scope], not of a moment: while a scope is cancelled, every further checkpoint in it
// raises again (Trio's "level-triggered"). The scopes of a task are a stack, from its root scope to the innermost; a
// [Nursery] hangs the root scopes of other tasks below one of them, which makes it a tree.
//
//	root ─ deadline ─ nursery ─ deadline        the owner's stack
//	                     ├─ root ─ shield       a child's
//	                     └─ root ─ deadline     another's
package sched
