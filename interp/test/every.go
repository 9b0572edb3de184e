package test

import (
	"context"
	"fmt"
	"maps"

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
	failed, reached := 0, 0
	for _, n := range at {
		if ctx.Err() != nil {
			break
		}
		c := &cut{at: n, known: maps.Clone(looked.known)}
		ok := once(&world{cut: c}) == nil
		if c.place() != "" {
			reached++
		}
		if ok {
			continue
		}
		if failed++; failed == 1 {
			first = *res
			place := c.place()
			if place == "" {
				place = "which it did not come to this time"
			}
			first.Note = fmt.Sprintf("cancelled at checkpoint %d, %s; repeat with --cancel=%d", n, place, n)
		}
	}
	j.file.r.counts(reached, failed, 0)
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
