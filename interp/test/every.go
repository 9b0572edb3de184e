package test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lull-lua/lull/interp"
)

// every runs the test as often as the options want: once, under each chaos, or cancelled at each place.
func (j *job) every(ctx context.Context, res *Result) {
	o := &j.file.r.opts
	once := func(w *world) error {
		w.file, w.job = j.file, j
		res.Output, res.Err = j.file.run(ctx, w)
		res.traces = w.traces
		return res.Err
	}
	if j.real {
		if o.Cancel {
			j.file.r.counts(0, 0, 1)
		}
		_ = once(&world{}) // it is in res
		return
	}
	for _, mess := range o.Chaos {
		if once(&world{mess: &mess}) != nil {
			res.Note = "repeat with --chaos " + ChaosText(mess)
			return
		}
	}
	if !o.Cancel {
		if len(o.Chaos) == 0 {
			_ = once(&world{}) // likewise
		}
		return
	}
	looked := &cut{}
	if once(&world{cut: looked}) != nil {
		return
	}
	at := looked.choose()
	if o.CancelAt > 0 {
		at = []int{o.CancelAt}
	}
	var first Result
	failed := 0
	for _, n := range at {
		if ctx.Err() != nil {
			break
		}
		c := &cut{at: n}
		if once(&world{cut: c}) == nil {
			continue
		}
		if failed++; failed == 1 {
			first = *res
			first.Note = fmt.Sprintf("cancelled at checkpoint %d, %s; repeat with --cancel=%d", n, c.site, n)
		}
	}
	j.file.r.counts(len(at), failed, 0)
	if failed > 0 {
		*res = first
		if failed > 1 {
			res.Note += fmt.Sprintf("; it fails at %d places of %d", failed, len(at))
		}
	}
}

// counts adds to what the summary says of cancellations.
func (r *runner) counts(places, left, real int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Places += places
	r.report.Left += left
	r.report.Real += real
}

// ChaosText is a chaos as --chaos takes it: "seed=7,fail=0.05".
func ChaosText(c interp.Chaos) string {
	text := fmt.Sprintf("seed=%d", c.Seed)
	if c.Fail > 0 {
		text += fmt.Sprintf(",fail=%g", c.Fail)
	}
	return text
}

// cut counts the checkpoints that a test passes, of all its tasks, and cancels it at one of them.
type cut struct {
	at    int // the checkpoint, from 1; 0: nowhere, the places are noted
	open  bool
	n     int
	scope interp.Scope
	site  string        // where that was
	when  time.Duration // and when, by the loop's clock
	sites []interp.Site // of each checkpoint
}

// maxNoted is how many checkpoints of a test are noted, and may be cancelled at.
const maxNoted = 1 << 20

// passes is told of each checkpoint.
func (x *cut) passes(t *interp.Task) {
	if !x.open {
		return
	}
	x.n++
	switch {
	case x.at == 0 && x.n <= maxNoted:
		x.sites = append(x.sites, t.Site())
	case x.n == x.at:
		x.open = false
		x.site, x.when = fmt.Sprintf("%s of task '%s'", t.Site(), t.Name()), t.Now()
		x.scope.Cancel("lull test --cancel")
	}
}

// within runs the test where it can be cancelled.
func (x *cut) within(c *interp.Call, fn func(*interp.Call) error) error {
	x.scope.Name = "test"
	return c.Scope(&x.scope, func() error {
		x.open = true
		defer func() { x.open = false }()
		return fn(c)
	})
}

// inTime is an error if the test has gone on for too long after it was cancelled.
func (x *cut) inTime(c *interp.Call) error {
	if took := c.Now() - x.when; x.site != "" && took > after {
		return interp.Errorf(interp.KindTimeout, "the test has ended %s s after it was cancelled; it has %s s for that", seconds(took), seconds(after))
	}
	return nil
}

// more is how many checkpoints are taken beside the first and the last of each place.
const more = 200

// choose are the checkpoints to cancel at.
func (x *cut) choose() []int {
	first, last := map[interp.Site]int{}, map[interp.Site]int{}
	for i, s := range x.sites {
		if first[s] == 0 {
			first[s] = i + 1
		}
		last[s] = i + 1
	}
	chosen := map[int]bool{}
	for s := range first {
		chosen[first[s]], chosen[last[s]] = true, true
	}
	n := len(x.sites)
	for i := range min(more, n) {
		chosen[1+i*n/min(more, n)] = true
	}
	var all []int
	for at := range chosen {
		all = append(all, at)
	}
	slices.Sort(all)
	return all
}
