// Package sched runs tasks, one at a time, on one goroutine per runtime. There is no Lua in it.
//
// A [Loop] is that goroutine. A [Task] is something it can resume, and which then says that it has parked or that it
// has ended; for now every task is a Go coroutine (iter.Pull), so that it can park below any number of Go frames.
// Exactly one of them runs at any time: the loop, or the task it has resumed. Nothing here is locked but the inbox.
//
//	loop:  1 take in what other goroutines finished (inbox)      -> ready
//	       2 fire every timer that is due                        -> ready
//	       3 first ready task: resume until it parks or ends     -> again
//	       4 nothing ready: wait for inbox, next timer (real clock) or jump to it (virtual clock, nothing under way outside)
//	       5 nothing can ever wake anybody: deadlock
//
// There is one primitive that waits, [Task.Park]. Whoever registers the task's [Waker] ends the wait, once; a
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
