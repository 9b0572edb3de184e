package main

import (
	"fmt"
	"io"
	"time"

	"github.com/lull-lua/lull/interp"
)

// stats is what --stats measures itself.
type stats struct{ start time.Time }

func startStats() stats { return stats{time.Now()} }

func (s stats) print(w io.Writer, n interp.Stats) {
	wall := time.Since(s.start)
	cpu, peak := processUsage()
	fmt.Fprintf(w, "lull: tasks %d (at most %d at once), switches %d\n", n.Tasks, n.Peak, n.Switches)
	fmt.Fprintf(w, "lull: time %v, processor %v, peak memory %.1f MB\n",
		wall.Round(time.Microsecond), cpu.Round(time.Microsecond), float64(peak)/(1<<20))
}
