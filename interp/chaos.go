package interp

import (
	"errors"
	"math"
	"math/rand/v2"
	"time"

	"github.com/lull-lua/lull/interp/internal/sched"
)

// Chaos says what a runtime does to its scripts, to find what they take for granted.
type Chaos struct {
	Seed uint64  // the same seed, the same run, as far as what is outside does the same
	Fail float64 // how likely a call that touches the outside (see [Def]) raises an error of kind io, from 0 to 1
}

// WithChaos runs scripts in virtual time, in which timers, and what work off the loop comes to, are late by a random time: never early,
// and never in an order that could not happen, as timers fire in the order of their deadlines, tasks run in the order in which they
// became ready, and what is outside ends when it likes. The errors that it raises have the field injected.
func WithChaos(c Chaos) Option {
	return func(cfg *config) error {
		if !(c.Fail >= 0 && c.Fail <= 1) {
			return errors.New("WithChaos: Fail is a number from 0 to 1")
		}
		x := &chaos{fail: c.Fail, times: rand.New(rand.NewPCG(c.Seed, 1)), works: rand.New(rand.NewPCG(c.Seed, 2)), faults: rand.New(rand.NewPCG(c.Seed, 3))}
		cfg.chaos, cfg.clock = x, sched.NewLateClock(func() time.Duration { return lateness(x.times) })
		return nil
	}
}

// chaos draws what happens, for each sort from numbers of its own.
type chaos struct {
	times, works, faults *rand.Rand
	fail                 float64
}

// lateness is how late something is: not at all every other time, else from a microsecond to ten seconds, each power of ten as likely.
func lateness(r *rand.Rand) time.Duration {
	if r.IntN(2) == 0 {
		return 0
	}
	return time.Duration(math.Pow(10, 3+7*r.Float64()))
}

// faulty is a builtin as scripts see it: one that touches the outside fails now and then.
func (rt *Runtime) faulty(d *Def, spared bool) *Def {
	x := rt.cfg.chaos
	if x == nil || x.fail == 0 || !d.Outside || spared || d.fn == nil {
		return d
	}
	bad := *d
	bad.fn = func(c *Call) error {
		if x.faults.Float64() < x.fail {
			return Errorf(KindIO, "%s: an error that chaos has injected", d.Name).With("injected", true)
		}
		return d.fn(c)
	}
	return &bad
}

// tellLater has the end of work off the loop told some time later; false: it is to be told now.
func (rt *Runtime) tellLater(b *blocked) bool {
	if rt.cfg.chaos == nil || b.passive || b.due == 0 {
		return false
	}
	rt.loop.AfterFunc(b.due-rt.loop.Now(), func() { b.waker.Wake(b) })
	return true
}

// due is when the end of work that begins now is told, at the earliest: decided here, so that it does not depend on which of several ends
// first.
func (rt *Runtime) due() time.Duration {
	if rt.cfg.chaos == nil {
		return 0
	}
	return sched.Add(rt.loop.Now(), lateness(rt.cfg.chaos.works)+time.Duration(1+rt.cfg.chaos.works.IntN(1000)))
}

// WithCheckpoints has passed called at each checkpoint of a task, and where it begins to wait, before it looks whether the task is
// cancelled: on the loop. It may
// cancel a [Scope], and must neither wait nor call Lua. For tests of what becomes of a script that is cancelled there.
func WithCheckpoints(passed func(t *Task)) Option {
	return func(cfg *config) error {
		if passed == nil {
			return errors.New("WithCheckpoints: the function is nil")
		}
		cfg.checkpoints = passed
		return nil
	}
}

// passes is called where a task comes to a checkpoint, or begins to wait.
func (rt *Runtime) passes(t *Task) {
	if rt.cfg.checkpoints != nil {
		rt.passed(t)
	}
}

func (rt *Runtime) passed(t *Task) {
	rt.guard(t.run, "the function of WithCheckpoints", func() { rt.cfg.checkpoints(t) })
}
