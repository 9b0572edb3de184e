package command

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// A heap may grow by more than is in use between two collections: Go's own rule (as much again as is in use) collects the few
// megabytes of a usual script over and over. The first comes early, while it costs little, to see what the heap is: where most of it is in use,
// as of a hundred thousand tasks, collections are in vain and come late; where most of it is garbage they come often as long as little is in use,
// since the first touch of memory costs more than they do, and what streams stays below 64 MB, with the program itself.
const (
	firstHeap    = 12 << 20
	perLive      = 3 // times what is in use, until that is one of these:
	garbageFloor = 32 << 20
	growingFloor = 64 << 20
)

// collectLate has the collector wait. A percentage alone would not do: it has no bound on a large heap, so it is set anew after
// each collection. GOGC and GOMEMLIMIT are the user's word, and stand.
func collectLate() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	const minHeap = 4 << 20 // of the runtime, at 100 percent
	debug.SetGCPercent(100 * firstHeap / minHeap)
	heap := uint64(firstHeap) // at which the next collection begins
	afterCollection(func() {
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(sample)
		live, floor := max(sample[0].Value.Uint64(), minHeap), uint64(garbageFloor)
		if live > heap/2 {
			floor = growingFloor
		}
		heap = 2*live + min(perLive*live, floor)
		debug.SetGCPercent(int(100 * (heap - live) / live))
	})
}

// afterCollection calls f after each collection: an object that nobody holds is found by it.
func afterCollection(f func()) {
	type canary struct{ _ *byte } // a pointer keeps it out of the allocator of tiny objects, where it may live on
	var set func()
	set = func() {
		runtime.AddCleanup(&canary{}, func(struct{}) {
			f()
			set()
		}, struct{}{})
	}
	set()
}
