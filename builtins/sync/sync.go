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
			{Name: "queue", Fn: syncQueue},
			{Name: "lock", Fn: syncLock},
			{Name: "semaphore", Fn: syncSemaphore},
			{Name: "event", Fn: syncEvent},
			{Name: "condition", Fn: syncCondition},
			{Name: "barrier", Fn: syncBarrier},
			{Name: "limiter", Fn: syncLimiter},
		},
		Types: []interp.Type{queueType, lockType, semaphoreType, eventType, conditionType, barrierType, limiterType},
	}
}
