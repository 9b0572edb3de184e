package command

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapFloor is what a heap may grow by, at the least, between two collections. Go's own rule (as much again as is in use)
// collects the few megabytes of a usual script over and over. With the program itself, what streams stays below 64 MB.
const heapFloor = 36 << 20

// collectLate has the collector wait for heapFloor. A percentage alone would not do: it has no bound on a large heap, so it
// is set anew after each collection. GOGC and GOMEMLIMIT are the user's word, and stand.
func collectLate() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	const minHeap = 4 << 20 // of the runtime, at 100 percent
	debug.SetGCPercent(100 * heapFloor / minHeap)
	afterCollection(func() {
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(sample)
		live := max(sample[0].Value.Uint64(), minHeap)
		debug.SetGCPercent(int(100 + 100*heapFloor/live))
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
