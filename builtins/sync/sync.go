// Package sync is the table sync: what tasks meet at. Everything in it is fair: first come, first served; what is handed to a waiter is
// its own at once; and a waiter that is cancelled before it has run passes that on.
package sync

import (
	_ "embed"

	"github.com/lull-lua/lull/interp"
)

//go:embed sync.lua
var stub string

// Module is the table sync.
func Module() interp.Module {
	return interp.Module{
		Stub: stub,
		Name: "sync",
		Defs: []interp.Def{
			{Name: "queue", Sig: "sync.queue([max]) or sync.queue{...}", Fn: syncQueue},
			{Name: "lock", Sig: "sync.lock() or sync.lock{...}", Fn: syncLock},
			{Name: "semaphore", Sig: "sync.semaphore(n) or sync.semaphore{...}", Fn: syncSemaphore},
			{Name: "event", Sig: "sync.event() or sync.event{...}", Fn: syncEvent},
			{Name: "condition", Sig: "sync.condition([lock]) or sync.condition{...}", Fn: syncCondition},
			{Name: "barrier", Sig: "sync.barrier(n) or sync.barrier{...}", Fn: syncBarrier},
			{Name: "limiter", Sig: "sync.limiter(rate [, burst]) or sync.limiter{...}", Fn: syncLimiter},
		},
		Types: []interp.Type{queueType, lockType, semaphoreType, eventType, conditionType, barrierType, limiterType},
	}
}
