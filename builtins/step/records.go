package step

import (
	"github.com/lull-lua/lull/interp"
)

// claim says that a step begins, and returns what the journal has of it; nil: nothing.
func (j *Journal) claim(name string) (*record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, taken := j.claims[name]; taken {
		return nil, interp.Errorf(interp.KindError, "step '%s' ran already in this run: give each its own name, such as '%s ' .. id", cut(name), cut(name))
	}
	j.claims[name] = true
	r := j.steps[name]
	if r != nil {
		r.asked = true
	}
	return r, nil
}

// free says that a step has raised: its name may be used again.
func (j *Journal) free(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.claims, name)
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
	j.claims[name] = false
}

// look is what the journal has of a step, and whether that is under way.
func (j *Journal) look(name string) (r *record, busy bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if r = j.steps[name]; r != nil {
		r.asked = true
	}
	return r, j.claims[name]
}
