package vm

import (
	"runtime"
	"weak"
)

// A suspended coroutine that no script can reach any more is garbage, unless there is something to give back: Go frames on
// their goroutine, scopes of the host's, a builtin that has ended in a call. Such a one the machine keeps, and discards when
// the collector says that its handle is gone.

// plain reports whether nothing needs to be done when scripts drop the coroutine, which is being suspended: then it is
// garbage as everything else. Otherwise the machine keeps it, until the collector says that its handle is gone.
func (co *coroutine) plain() bool {
	th := co.th
	if th.Host != nil || !th.direct() {
		return false
	}
	for i := range th.pending {
		if th.pending[i].what != nil {
			return false
		}
	}
	return true
}

func (m *Machine) keep(co *coroutine) {
	if !co.watched {
		co.watched, co.dropped = true, weak.Make(co.held)
		runtime.AddCleanup(co.held, (*dropping).drop, &dropping{weak.Make(m), weak.Make(co)})
	}
	co.held, co.kept = nil, true
	m.nkept++
	co.nextKept = m.kept
	if m.kept != nil {
		m.kept.prevKept = co
	}
	m.kept = co
}

func (m *Machine) unkeep(co *coroutine) {
	co.held = co.dropped.Value()
	co.kept = false
	m.nkept--
	if co.prevKept != nil {
		co.prevKept.nextKept = co.nextKept
	} else {
		m.kept = co.nextKept
	}
	if co.nextKept != nil {
		co.nextKept.prevKept = co.prevKept
	}
	co.prevKept, co.nextKept = nil, nil
}

// dropping is what the collector knows of a handle. It holds nothing: a function's upvalues, or the globals, may hold the
// handle of its own coroutine, and would keep it, and the whole machine, alive for ever.
type dropping struct {
	m  weak.Pointer[Machine]
	co weak.Pointer[coroutine]
}

// drop is called on a goroutine of the collector's.
func (d *dropping) drop() {
	m, co := d.m.Value(), d.co.Value()
	if m == nil || co == nil {
		return
	}
	m.mu.Lock()
	m.dropped = append(m.dropped, co)
	m.mu.Unlock()
	m.drops.Store(true)
}

// sweep discards the coroutines that are kept and have been dropped.
func (m *Machine) sweep() {
	if m.nkept > m.reapAt {
		m.reap()
	}
	if !m.drops.Load() {
		return
	}
	m.drops.Store(false)
	m.mu.Lock()
	dropped := m.dropped
	m.dropped = nil
	m.mu.Unlock()
	for _, co := range dropped {
		if co.kept {
			m.discard(co)
		}
	}
}

// maxUnswept bounds the coroutines that are kept beyond those that scripts hold.
const maxUnswept = 4096

// reap collects garbage and discards the coroutines that turn out to have been dropped. A script that drops coroutines that
// are kept as fast as it can make them is ahead of the collector.
func (m *Machine) reap() {
	if m.cur != nil {
		m.cur.clean()
	}
	runtime.GC()
	var gone []*coroutine
	for co := m.kept; co != nil; co = co.nextKept {
		if co.dropped.Value() == nil {
			gone = append(gone, co)
		}
	}
	for _, co := range gone {
		if co.kept {
			m.discard(co)
		}
	}
	m.reapAt = 2*m.nkept + maxUnswept
}

// discard ends a suspended coroutine that is kept, without its cleanups.
func (m *Machine) discard(co *coroutine) {
	m.unkeep(co)
	co.state = coDead
	if m.cfg.Discard != nil {
		m.cfg.Discard(co.th, func() { m.end(co.th) })
	} else {
		m.end(co.th)
	}
	m.ended(co)
}

// end ends the thread of a coroutine that is being discarded.
func (m *Machine) end(th *Thread) {
	if th.frames == nil {
		th.drop()
	} else {
		before := m.cur
		by := m.discarder
		m.discarder = m.cfg.Stacks.Here()
		m.set(th)
		m.cfg.Stacks.Keep(th.frames)
		m.discarder = by
		m.left = false
		m.set(before)
	}
}

// discarded reports whether the thread is that of a coroutine that is being discarded.
func (th *Thread) discarded() bool { return th.co != nil && th.co.state == coDead }
