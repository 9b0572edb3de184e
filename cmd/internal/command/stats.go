package command

import (
	"fmt"
	"io"
	"runtime/metrics"
	"time"

	"github.com/lull-lua/lull/interp"
)

// stats is what --stats measures itself.
type stats struct{ start time.Time }

func startStats() stats { return stats{time.Now()} }

func (s stats) print(w io.Writer, n interp.Stats, virtual bool) {
	wall := time.Since(s.start)
	lua, idle := wall-n.Idle, n.Idle.Round(time.Microsecond).String()
	if virtual { // nothing waited
		lua, idle = wall, idle+" (virtual)"
	}
	cpu, peak := processUsage()
	collecting := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}}
	metrics.Read(collecting)
	fmt.Fprintf(w, "lull: tasks %d (at most %d at once), switches %d\n", n.Tasks, n.Peak, n.Switches)
	fmt.Fprintf(w, "lull: time %v, in Lua %v, idle %s\n", wall.Round(time.Microsecond), lua.Round(time.Microsecond), idle)
	fmt.Fprintf(w, "lull: processor %v, collecting %v, peak memory %.1f MB\n", cpu.Round(time.Microsecond),
		time.Duration(collecting[0].Value.Float64()*1e9).Round(time.Microsecond), float64(peak)/(1<<20))
}
