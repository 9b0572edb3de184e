package interp

import (
	"context"
	"errors"
	"time"
)

// The watchdog looks every 10 ms at what computes, and counts: a machine that was stopped or throttled stops it as well.
const lookTick = 10 * time.Millisecond

// Sample is what a look at a task that computes has found.
type Sample struct {
	Task   *Task         // for the methods that ask, until the function that is given the sample returns
	Frames []Frame       // where it is, innermost first; a function in Go that has taken long is among them, when it returns
	Time   time.Duration // how long it has computed since the last look: its weight
}

// looks is who asks what computes.
type looks struct {
	seen    uint64 // ticks of the watchdog, at the last look
	slow    *slowTurns
	samples []*sampler
}

type sampler struct{ fn func(Sample) }

// Sample has fn called with a sample about every 10 ms while a task computes, on the loop, until stop is called: what a profile is made
// of. fn must neither block, wait nor call Lua; a panic ends the task's run. Sample and stop may be called from any goroutine but the
// loop's; when stop has returned fn is called no more. The error is ErrClosed, or that of ctx.
func (rt *Runtime) Sample(ctx context.Context, fn func(Sample)) (stop func(), err error) {
	if fn == nil {
		return nil, errors.New("interp: Sample: the function is nil")
	}
	s := &sampler{fn}
	err = rt.onLoop(ctx, func() {
		l := rt.lookedAt()
		l.samples = append(l.samples, s)
	})
	if err != nil {
		return nil, err
	}
	return func() {
		_ = rt.onLoop(context.Background(), func() { // else the runtime is closed, and nothing computes
			l := rt.looks
			for i := range l.samples {
				if l.samples[i] == s {
					l.samples = append(l.samples[:i:i], l.samples[i+1:]...)
					break
				}
			}
			if len(l.samples) == 0 && l.slow == nil {
				rt.looks = nil
				rt.vm.SetSample(nil)
			}
		})
	}, nil
}

// WithSlowTurn has tell called when a turn of a task has computed for d, and computes on: others stand still meanwhile. It is called once
// a turn, and at most once a second for the same place, on the loop: it must neither block, wait nor call Lua. The info has the
// frames; its For is how long the turn has taken. A function in Go that holds the loop up is told of when it returns. The turn's time is
// counted in ticks of 10 ms, the shortest d.
func WithSlowTurn(d time.Duration, tell func(TaskInfo)) Option {
	return func(c *config) error {
		switch {
		case tell == nil:
			return errors.New("WithSlowTurn: the function is nil")
		case d < lookTick:
			return errors.New("WithSlowTurn: the shortest turn that can be told is " + lookTick.String())
		}
		c.slow = &slowTurns{after: uint64((d + lookTick - 1) / lookTick), tell: tell}
		return nil
	}
}

// slowTurns is who is told of turns that take long. Times are ticks.
type slowTurns struct {
	after  uint64
	tell   func(TaskInfo)
	turn   uint64 // the last that was looked at
	ticks  uint64 // that it has taken
	told   bool
	lately map[Site]uint64 // when a place was told
}

// tick is called by the watchdog, on a goroutine of its own.
func (rt *Runtime) tick() {
	rt.ticks.Add(1)
	if rt.vm != nil { // else it could not be made
		rt.vm.Poke()
	}
}

// lookedAt is who asks, from now on.
func (rt *Runtime) lookedAt() *looks {
	if rt.looks == nil {
		rt.looks = &looks{seen: rt.ticks.Load()}
		rt.vm.SetSample(func() { rt.look(false) })
	}
	return rt.looks
}

// watchSlow begins to look for turns that take long, if the host has asked.
func (rt *Runtime) watchSlow() {
	if s := rt.cfg.slow; s != nil {
		own := *s
		own.lately = map[Site]uint64{}
		rt.lookedAt().slow = &own
	}
}

// look looks at the task that computes. before says that the topmost function, in Go, has not begun: the time was its caller's.
func (rt *Runtime) look(before bool) {
	l, now := rt.looks, rt.ticks.Load()
	n := now - l.seen
	l.seen = now
	t := rt.current()
	if t == nil || n == 0 {
		return
	}
	var frames []Frame
	where := func() []Frame {
		if frames == nil {
			if frames = t.Frames(); before && len(frames) > 1 {
				frames = frames[1:]
			}
		}
		return frames
	}
	for _, s := range l.samples {
		rt.guard(t.run, "the function of Sample", func() { s.fn(Sample{t, where(), time.Duration(n) * lookTick}) })
	}
	s := l.slow
	if s == nil {
		return
	}
	if turn := rt.loop.Turn(); turn != s.turn {
		s.turn, s.ticks, s.told = turn, n-1, false // the first may have begun before it
	} else {
		s.ticks += n
	}
	if s.ticks < s.after || s.told {
		return
	}
	s.told = true
	const second = uint64(time.Second / lookTick)
	at := t.Site()
	if last, ok := s.lately[at]; ok && now-last < second {
		return
	}
	if len(s.lately) >= 1000 { // of whatever a script makes
		clear(s.lately)
	}
	s.lately[at] = now
	info := t.info(rt.loop.Now())
	info.For, info.Frames = time.Duration(s.ticks)*lookTick, where()
	rt.guard(t.run, "the function of WithSlowTurn", func() { s.tell(info) })
}
