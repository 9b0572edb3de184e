// Package parallel is the table parallel: functions that run on all cores, each in an isolate, which is a runtime of its own. Values are
// copied when a call is made, so that nothing is shared but strings, code and channels.
package parallel

import (
	_ "embed"
	"errors"

	"github.com/lull-lua/lull/interp"
)

//go:embed parallel.lua
var stub string

// Module is the table parallel.
func Module() interp.Module {
	return interp.Module{
		Stub:  stub,
		Name:  "parallel",
		Packs: true,
		Defs: []interp.Def{
			{Name: "run", Fn: parallelRun},
			{Name: "map", Fn: parallelMap},
			{Name: "channel", Fn: parallelChannel},
			{Name: "cores", Fn: parallelCores},
		},
		Types: []interp.Type{channelType},
	}
}

// parallel.cores() is how many isolates compute at once, at most.
func parallelCores(c *interp.Call) error { return c.Return(c.Cores()) }

// crowd is the isolates of a call, which waits until the last has closed. All but the bodies is for the loop of the call's runtime.
type crowd struct {
	isolates  *interp.Isolates
	builtin   string
	members   map[*member]struct{} // that have not closed
	waiters   interp.Waiters[struct{}]
	cancelled bool   // with the call's task
	proceed   func() // starts what comes next, whenever a member has ended its work or has closed
}

// member is an isolate of a crowd.
type member struct {
	crowd   *crowd
	isolate *interp.Isolate
	item    int // that it works on; 0: none, it has ended
	closing bool
	closed  func(err error)
	u       *interp.Unpacker // the isolate's own, as is what stands below it
	ctx     interp.Value     // what setup has returned
}

func newCrowd(c *interp.Call) *crowd {
	w := &crowd{isolates: c.Isolates(), builtin: c.Name(), members: map[*member]struct{}{}}
	w.waiters.Of = w
	return w
}

// WaitedFor says what the call waits for.
func (w *crowd) WaitedFor() (interp.WaitObject, *interp.Task) {
	if n := len(w.members); n != 1 {
		return interp.WaitObject{Kind: "isolates", Count: n}, nil
	}
	return interp.WaitObject{Kind: "an isolate"}, nil
}

// add makes a member.
func (w *crowd) add(name string, closed func(m *member, err error)) (*member, error) {
	i, err := w.isolates.New(name)
	if err != nil {
		return nil, err
	}
	m := &member{crowd: w, isolate: i}
	m.closed = func(err error) {
		delete(w.members, m)
		closed(m, err)
		if w.proceed != nil {
			w.proceed()
		}
		if len(w.members) == 0 {
			w.waiters.Wake(struct{}{})
		}
	}
	w.members[m] = struct{}{}
	return m, nil
}

// close closes the member's isolate, which has ended its work.
func (m *member) close() {
	if !m.closing {
		m.closing = true
		m.isolate.Close(m.closed)
	}
}

// wait is the last act of the call: then goes on when the last member has closed, however the call ends.
func (w *crowd) wait(c *interp.Call, then func(c *interp.Call, err error) error) error {
	wait := c.NewFunction(w.builtin, func(c *interp.Call) error {
		if len(w.members) == 0 {
			return nil
		}
		return w.waiters.WaitFirm(c, struct{}{}, nil, func(struct{}, bool) *interp.Waiters[struct{}] { return w.cut("") })
	})
	return c.ProtectReturn(wait, interp.ContinuationFunc(func(c *interp.Call, err error) error {
		if errors.Is(err, interp.ErrDropped) {
			w.cut("")
			w.isolates.Release()
			return err
		}
		w.isolates.Release()
		return then(c, err)
	}))
}

// keeps counts what a member has returned, until the call takes it.
func (w *crowd) keeps(p *interp.Packed) {
	if p != nil {
		w.isolates.Holds(p.Size() + p.TextSize())
	}
}

// cut cancels the members, without a reason for that of the call's task, and returns where that waits for their ends; nil: there is none left.
func (w *crowd) cut(reason string) *interp.Waiters[struct{}] {
	w.cancelled = true
	for m := range w.members {
		if m.item == 0 {
			m.close()
		} else {
			m.isolate.Cancel(reason)
		}
	}
	if len(w.members) == 0 {
		return nil
	}
	return &w.waiters
}

// raise is the first error, by number, with the others; nil if there is none.
func raise(c *interp.Call, failed []*interp.IsolateError) error {
	var first error
	var others []error
	for _, f := range failed {
		if f == nil || f.Cancelled {
			continue
		}
		if e := c.Raises(f); first == nil {
			first = e
		} else {
			others = append(others, e)
		}
	}
	if first == nil {
		return nil
	}
	return c.WithOthers(first, others...)
}

// results packs what a function has returned, for the call's runtime.
func results(c *interp.Call, vals []interp.Value) (*interp.Packed, error) {
	p, err := c.Pack(vals...)
	if err != nil {
		return nil, interp.Errorf(interp.KindError, "what the function returns cannot go back: %w", err)
	}
	return p, nil
}
