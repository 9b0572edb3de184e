// Package meter counts what a run spends, and says when that is more than it may: steps, bytes that are written, tasks, timers and, by
// an estimate, memory. It knows no run: what is to happen when a limit is crossed it is told. All of it is for the loop's side.
package meter

import (
	"math"
	"time"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Limits are what one run must not exceed; zero means no limit. The fields are those of interp.Limits, which explains them.
type Limits struct {
	Instructions int
	Memory       int
	Tasks        int
	Timers       int
	Files        int
	CallDepth    int
	Output       int
	Time         time.Duration
	StringSize   int
}

// steps that are spent between two looks, at most.
const lookEvery = 4096

// cleanupSteps are what cleanups have when a limit was crossed, at most.
const cleanupSteps = 1_000_000

// sourceFactor is how many bytes compiling may take for one of source text.
const sourceFactor = 100

// MaxText is how long a string may be.
func (l *Limits) MaxText() int {
	n := vm.MaxText
	if l.StringSize > 0 {
		n = min(n, l.StringSize)
	}
	if l.Memory > 0 {
		n = min(n, l.Memory)
	}
	return n
}

// MaxSource is how long a source text may be, in bytes: enough to be refused.
func (l *Limits) MaxSource(most int) int {
	if l.Memory > 0 {
		return min(most, l.Memory/sourceFactor+1)
	}
	return most
}

// Compiling is how many bytes compiling a source of n takes, at least; ok is false if there is no memory for it.
func (l *Limits) Compiling(n int) (bytes int, ok bool) {
	return sourceFactor * min(n, math.MaxInt/sourceFactor), l.Memory == 0 || n <= l.Memory/sourceFactor
}

// CleanupTime is how long cleanups may take when a limit was crossed, where without limits they may take most.
func (l *Limits) CleanupTime(most time.Duration) time.Duration {
	most = min(time.Second, most)
	if l.Time > 0 {
		most = min(most, l.Time/2)
	}
	return most
}

// Run is what one run has spent. A nil Run has no limits.
type Run struct {
	limits  *Limits
	mem     *Memory
	exceed  func(limit string, most any) error
	steps   int64
	looked  int64 // steps at the last look
	output  int64
	tasks   int   // alive
	timers  int   // of all runs, at which those of this one are counted
	base    int   // bytes that the runtime reached when the run began
	heap    int64 // of the process, when the run began; 0: begin has not been called
	crossed bool
	pool    *Pool // what it spends counts there as well; nil: it is alone
	joined  bool  // the pool is that of another run, which has begun this one
	reach   int   // bytes that the pool has been told of
	taken   int   // bytes that Took was told of since the last estimate
	allowed int64 // steps until cleanups are cut
}

// NewRun begins to count. exceed is told the name of a limit that is crossed, and what it is; what it returns is what ends the run.
func NewRun(l *Limits, mem *Memory, exceed func(limit string, most any) error) Run {
	return Run{limits: l, mem: mem, exceed: exceed, timers: l.Timers}
}

// Spend counts steps.
func (r *Run) Spend(steps int) {
	r.steps += int64(steps)
	if r.pool != nil {
		r.pool.steps.Add(int64(steps))
	}
}

// spent is how many steps count, those of others with them.
func (r *Run) spent() int64 {
	if r.pool != nil {
		return r.pool.steps.Load()
	}
	return r.steps
}

// Grant is how many steps there may be until the next look.
func (r *Run) Grant() int {
	if r == nil {
		return lookEvery
	}
	left := lookEvery + r.looked - r.steps
	switch n := int64(r.limits.Instructions); {
	case r.crossed:
		left = min(left, r.allowed-r.steps)
	case n > 0:
		left = min(left, n-r.spent()+1)
	}
	return int(max(left, 1))
}

// Look says that the run is looked at now: until a limit is crossed, by Steps and Memory.
func (r *Run) Look() { r.looked = r.steps }

// Steps is told of each look.
func (r *Run) Steps() error {
	if !r.MoreSteps() {
		return r.exceed("Instructions", r.limits.Instructions)
	}
	return nil
}

// MoreSteps reports whether there may be more steps.
func (r *Run) MoreSteps() bool {
	return r.limits.Instructions == 0 || r.spent() <= int64(r.limits.Instructions)
}

// Cross says that a limit was crossed: what is spent from now on is spent by cleanups.
func (r *Run) Cross() {
	r.crossed = true
	r.allowed = r.steps + cleanupSteps
	if n := r.limits.Instructions; n > 0 {
		r.allowed = r.steps + int64(min(cleanupSteps, n/4))
	}
}

// CleanupsOver reports whether cleanups have spent what there is for them.
func (r *Run) CleanupsOver() bool { return r.steps > r.allowed || !r.Room(0) }

// Started counts a task.
func (r *Run) Started() {
	r.tasks++
	if r.pool != nil {
		r.pool.tasks.Add(1)
	}
}

// Ended counts a task's end, and reports whether it was the last one.
func (r *Run) Ended() (last bool) {
	r.tasks--
	if r.pool != nil {
		r.pool.tasks.Add(-1)
	}
	return r.tasks == 0
}

// Alive is how many tasks have not ended.
func (r *Run) Alive() int { return r.tasks }

// Task is asked before the run starts a task.
func (r *Run) Task() error {
	alive := r.tasks
	if r.pool != nil {
		alive = int(r.pool.tasks.Load())
	}
	if n := r.limits.Tasks; n > 0 && alive >= n {
		return r.exceed("Tasks", n)
	}
	return nil
}

// Timer is asked before the run sets a timer, where so many of all are set. Those of the run are only counted, by count, when there are
// so many of all.
func (r *Run) Timer(all int, count func() int) error {
	most := r.limits.Timers
	if most == 0 || all < r.timers {
		return nil
	}
	n := count()
	if n >= most {
		return r.exceed("Timers", most)
	}
	r.timers = all + most - n
	return nil
}

// Write is asked before the run writes n bytes.
func (r *Run) Write(n int) error {
	if !r.MoreOutput(int64(n)) {
		return r.exceed("Output", r.limits.Output)
	}
	return nil
}

// MoreOutput counts n bytes that the run is about to write, and reports whether it may.
func (r *Run) MoreOutput(n int64) bool {
	most := int64(r.limits.Output)
	if most == 0 {
		return true
	}
	if r.pool != nil {
		return r.pool.output.Add(n) <= most
	}
	r.output += n
	return r.output <= most
}

// Text is asked before the run makes a string of n bytes. ok is false where that is longer than a string may be, limits or not.
func (r *Run) Text(n int) (ok bool, err error) {
	switch l := r.limits; {
	case n <= l.MaxText():
		return true, r.Memory(n)
	case l.StringSize > 0 && n > l.StringSize:
		return true, r.exceed("StringSize", l.StringSize)
	case l.Memory > 0 && n > l.Memory:
		return true, r.exceed("Memory", l.Memory)
	}
	return false, nil
}

// Memory ends the run if the runtime reaches too much, or would with n bytes more.
func (r *Run) Memory(n int) error {
	if !r.Room(n) {
		return r.exceed("Memory", r.limits.Memory)
	}
	return nil
}
