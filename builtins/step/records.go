package step

import (
	"slices"
	"time"

	"github.com/lull-lua/lull/interp"
)

// claim is a name that was asked for in this process.
type claim struct {
	name   string
	number uint64 // claims are counted
	busy   bool   // the step is under way
	rt     *interp.Runtime
	task   *interp.Task // while it is busy
	within *claim       // the step inside of which it was asked for, as far as the owners of tasks tell; nil: none
	astray bool         // there is none, and its task, or who owns that, was left to itself by spawn
	first  time.Time    // when the first of those inside of it began that an attempt before has done; zero: there is none
	ids    int          // how many ID has given
	idOf   string       // the builtin that has the last one, and is under way; "": none is
}

// claim says that a step begins, and returns what the journal has of it; nil: nothing.
func (j *Journal) claim(c *interp.Call, name string) (*record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.claims[name] != nil {
		return nil, interp.Errorf(interp.KindError, "step '%s' ran already in this run: give each its own name, such as '%s ' .. id", cut(name), cut(name))
	}
	j.claimed++
	cl := &claim{name: name, number: j.claimed, busy: true, rt: c.Runtime(), task: c.Task()}
	var top *interp.Task
	if cl.within, top = j.innermost(cl.task); cl.within == nil {
		cl.astray = top.ID() != 1
	}
	j.claims[name], j.open[cl.task] = cl, append(j.open[cl.task], cl)
	r := j.steps[name]
	if r != nil {
		r.asked = true
		for _, open := range j.open {
			for _, outer := range open {
				if cl.inside(outer) && r.before && (outer.first.IsZero() || r.began.Before(outer.first)) {
					outer.first = r.began
				}
			}
		}
	}
	return r, nil
}

// innermost is the step that a task is in, as far as the owners of tasks tell; nil: none. top is then the last of the owners. The caller holds mu.
func (j *Journal) innermost(t *interp.Task) (cl *claim, top *interp.Task) {
	for {
		if open := j.open[t]; len(open) > 0 {
			return open[len(open)-1], t
		}
		owner := t.Owner()
		if owner == nil {
			return nil, t
		}
		t = owner
	}
}

// began is when a step that is under way began: with the first of those inside of it, whichever attempt did that.
func (j *Journal) began(r *record) time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	if cl := j.claims[r.name]; cl != nil && !cl.first.IsZero() && cl.first.Before(r.began) {
		return cl.first
	}
	return r.began
}

// over says that a step is under way no more. The caller holds mu.
func (j *Journal) over(cl *claim) {
	if cl == nil || !cl.busy {
		return
	}
	open := slices.DeleteFunc(j.open[cl.task], func(x *claim) bool { return x == cl })
	if j.open[cl.task] = open; len(open) == 0 {
		delete(j.open, cl.task)
	}
	cl.busy, cl.task = false, nil
}

// free says that a step has raised: its name may be used again.
func (j *Journal) free(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.over(j.claims[name])
	delete(j.claims, name)
}

// fails is free for a step whose function has raised. When that is called again it asks for the steps inside of it again, which
// gives what they have recorded.
func (j *Journal) fails(name string) {
	j.mu.Lock()
	outer := j.claims[name]
	for inner, cl := range j.claims {
		if !cl.busy && cl.inside(outer) {
			delete(j.claims, inner)
		}
	}
	j.mu.Unlock()
	j.free(name)
}

// inside reports whether a step was asked for inside of another one. Where tasks are left to themselves, and in other isolates, it is
// known only that it was asked for later.
func (cl *claim) inside(outer *claim) bool {
	if outer == nil || cl == outer {
		return false
	}
	top := cl
	for ; top.within != nil; top = top.within {
		if top.within == outer {
			return true
		}
	}
	return (top.astray || top.rt != outer.rt) && top.number > outer.number
}

// noted is told what the journal has of a step by now; a record without a state: nothing.
func (j *Journal) noted(r *record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if was := j.steps[r.name]; was != nil {
		j.kept -= len(was.vals)
		delete(j.steps, r.name)
	}
	if r.state == "" {
		return
	}
	if len(r.vals) > maxKept || j.kept+len(r.vals) > maxKeptAll {
		r.vals, r.left = nil, true
	}
	j.kept += len(r.vals)
	j.steps[r.name] = r
}

// ends says that a step is under way no more: its name stays taken.
func (j *Journal) ends(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.over(j.claims[name])
}

// look is what the journal has of a step, and whether that is under way.
func (j *Journal) look(name string) (r *record, busy bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if r = j.steps[name]; r != nil {
		r.asked = true
	}
	cl := j.claims[name]
	return r, cl != nil && cl.busy
}
