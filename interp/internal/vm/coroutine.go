package vm

import (
	"context"
	"iter"
	"runtime"
	"slices"
	"weak"

	lua "github.com/yuin/gopher-lua"
)

// maxNesting bounds coroutines that resume coroutines, as PUC's LUAI_MAXCCALLS does.
const maxNesting = 200

// coroutine is a coroutine of Lua: a thread inside a Go coroutine, which is made at the first resume.
type coroutine struct {
	m       *Machine
	th      *Thread
	fn      *lua.LFunction
	next    func() (struct{}, bool)
	stop    func()
	yield   func(struct{}) bool
	state   coState
	parked  bool         // the task parks inside: pass it on outwards
	out     func()       // how, at the outermost
	xfer    []lua.LValue // what goes in or comes out; the buffer stays
	err     error        // what ended it
	closing bool
	died    []Frame                  // where it was when it raised an error
	handle  weak.Pointer[lua.LState] // the value that scripts hold, as long as one does
	dropped bool                     // none does, while it runs
	depth   int

	prevStarted, nextStarted *coroutine
}

type coState uint8

const (
	coFresh coState = iota
	coSuspended
	coActive // running, or in the middle of resuming another, or waiting inside a task
	coDead
)

// handleMark marks the value that scripts hold: an empty state that stands for the coroutine, so that the coroutine can be
// discarded when the last script has dropped it, although its goroutine is still there.
type handleMark struct {
	context.Context
	co *coroutine
}

func (m *Machine) newCoroutine(fn *lua.LFunction) *lua.LState {
	m.sweep()
	return (&coroutine{m: m, fn: fn}).value()
}

// value is the one value by which scripts know the coroutine; a new one if they had dropped it while it ran.
func (co *coroutine) value() *lua.LState {
	if h := co.handle.Value(); h != nil {
		return h
	}
	h := &lua.LState{G: co.m.root.G, Env: co.m.root.Env}
	in(h).ctx = &handleMark{co: co}
	co.handle, co.dropped = weak.Make(h), false
	runtime.AddCleanup(h, (*dropping).drop, &dropping{weak.Make(co.m), weak.Make(co)})
	return h
}

// dropping is what the collector knows of a handle. It holds nothing: a function's upvalues, or the globals, may hold the
// handle of its own coroutine, and would keep it, and the whole machine, alive for ever.
type dropping struct {
	m  weak.Pointer[Machine]
	co weak.Pointer[coroutine]
}

func coroutineOf(L *lua.LState) *coroutine {
	if mark, ok := in(L).ctx.(*handleMark); ok {
		return mark.co
	}
	return nil
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

// sweep discards the suspended coroutines that have been dropped.
func (m *Machine) sweep() {
	if !m.drops.Load() {
		return
	}
	m.drops.Store(false)
	m.mu.Lock()
	dropped := m.dropped
	m.dropped = nil
	m.mu.Unlock()
	for _, co := range dropped {
		if co.handle.Value() != nil {
			continue // it has got a new one
		}
		if co.dropped = true; co.state == coSuspended {
			m.discard(co)
		}
	}
}

// maxUnswept bounds the coroutines that are there beyond those that scripts hold.
const maxUnswept = 4096

// reap collects garbage and discards the coroutines that turn out to have been dropped. A script that drops suspended
// coroutines as fast as it can make them is ahead of the collector, for which their goroutines are alive.
func (m *Machine) reap() {
	if m.cur != nil {
		m.cur.clean()
	}
	runtime.GC()
	for co := m.first; co != nil; {
		next := co.nextStarted
		if co.state == coSuspended && co.handle.Value() == nil {
			m.discard(co)
		}
		co = next
	}
	m.reapAt = 2*m.started + maxUnswept
}

// discard ends a suspended coroutine without its cleanups.
func (m *Machine) discard(co *coroutine) {
	if m.cfg.Discard != nil {
		m.cfg.Discard(co.th)
	}
	co.stop()
	m.ended(co)
}

func (m *Machine) ended(co *coroutine) {
	if co.state == coDead {
		return
	}
	co.state = coDead
	m.started--
	if co.prevStarted != nil {
		co.prevStarted.nextStarted = co.nextStarted
	} else if m.first == co {
		m.first = co.nextStarted
	}
	if co.nextStarted != nil {
		co.nextStarted.prevStarted = co.prevStarted
	}
	co.prevStarted, co.nextStarted = nil, nil
	if th := co.th; th != nil {
		co.th = nil
		m.Free(th)
	}
	co.fn, co.xfer, co.err = nil, nil, nil
}

func (co *coroutine) start() {
	m := co.m
	if m.started++; m.started > m.reapAt {
		m.reap()
	}
	co.th = m.NewThread(20_000)
	co.th.co = co
	co.nextStarted = m.first
	if m.first != nil {
		m.first.prevStarted = co
	}
	m.first = co
	co.next, co.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			if p := recover(); p != nil {
				if _, ok := p.(discarding); !ok {
					panic(p)
				}
			}
		}()
		co.yield = yield
		vals, err := Call(&co.th.l, co.fn, co.xfer)
		co.xfer, co.err, co.state = vals, err, coDead
		if r, ok := err.(*Raised); ok {
			co.died = r.own
		}
	})
}

// resume gives control to co until it yields or ends. What it hands over is valid until the next resume of anything.
func (m *Machine) resume(co *coroutine, args []lua.LValue) ([]lua.LValue, error) {
	m.sweep()
	m.room(16 * len(args))
	by := m.cur
	depth := 1
	if by != nil && by.co != nil {
		depth = by.co.depth + 1
	}
	switch {
	case co.state == coDead:
		return nil, &Raised{Value: lua.LString("cannot resume dead coroutine")}
	case co.state == coActive:
		return nil, &Raised{Value: lua.LString("cannot resume " + m.activity(co) + " coroutine")}
	case m.tooDeepFor(by):
		return nil, &Unwound{Err: m.limits.Deep()}
	case depth > maxNesting:
		return nil, &Raised{Value: lua.LString("C stack overflow")}
	case co.state == coFresh:
		co.start()
	}
	th := co.th
	th.deepen(by)
	co.xfer = append(co.xfer[:0], args...)
	co.state, co.depth = coActive, depth
	th.parent = by
	m.set(th)
	if m.cfg.Enter != nil {
		m.cfg.Enter(th)
	}
	for co.next(); co.parked; co.next() {
		co.parked = false
		m.set(by)
		m.Suspend(co.out)
		m.set(th)
	}
	if m.cfg.Leave != nil {
		m.cfg.Leave(th)
	}
	m.set(by)
	th.parent = nil
	vals, err := co.xfer, co.err
	if co.state == coDead {
		co.state = coActive // so that ended does its work
		m.ended(co)
	} else if co.dropped {
		m.discard(co)
	}
	return vals, err
}

// activity names what an active coroutine does.
func (m *Machine) activity(co *coroutine) string {
	for th := m.cur; th != nil; th = th.parent {
		if th.co == co {
			if th == m.cur {
				return "running"
			}
			return "normal"
		}
	}
	return "non-suspended" // it waits, in another task
}

// Suspend gives control up from wherever the running task stands: inside coroutines it goes outwards through every
// resumer to the task's own thread, which calls out. It returns when control has come back in again.
func (m *Machine) Suspend(out func()) {
	th := m.cur
	if th != nil {
		th.clean()
	}
	if th == nil || th.co == nil {
		out()
		m.set(th)
		return
	}
	co := th.co
	co.parked, co.out = true, out
	if !co.yield(struct{}{}) {
		panic(discarding{})
	}
}

// TakeBody takes the function out of a coroutine that has not started, which is dead for resume then.
func TakeBody(L *lua.LState) (*lua.LFunction, bool) {
	co := coroutineOf(L)
	if co == nil || co.state != coFresh {
		return nil, false
	}
	fn := co.fn
	co.state, co.fn = coDead, nil
	return fn, true
}

// Fresh reports whether a coroutine has not started.
func Fresh(L *lua.LState) bool {
	co := coroutineOf(L)
	return co != nil && co.state == coFresh
}

// StatusOf is the coroutine.status of a coroutine.
func StatusOf(L *lua.LState) string {
	co := coroutineOf(L)
	switch {
	case co == nil || co.state == coDead:
		return "dead"
	case co.state != coActive:
		return "suspended"
	case co.m.activity(co) == "running":
		return "running"
	}
	return "normal"
}

// OpenCoroutine registers the table coroutine.
func OpenCoroutine(m *Machine) {
	t := NewTable(9)
	def := func(name string, fn lua.LGFunction) { t.RawSetString(name, m.root.NewFunction(fn)) }
	arg := func(L *lua.LState) *coroutine {
		if h, ok := L.Get(1).(*lua.LState); ok {
			if co := coroutineOf(h); co != nil {
				return co
			}
		}
		ArgError(L, 1, "coroutine expected")
		return nil
	}
	function := func(L *lua.LState) *lua.LFunction {
		fn, ok := L.Get(1).(*lua.LFunction)
		if !ok {
			ArgError(L, 1, "Lua function expected")
		}
		return fn
	}
	def("create", func(L *lua.LState) int {
		L.Push(m.newCoroutine(function(L)))
		return 1
	})
	def("resume", func(L *lua.LState) int {
		co := arg(L)
		vals, err := m.resume(co, arguments(L)[1:])
		switch e := err.(type) {
		case *Unwound:
			Unwind(e.Err)
		case *Raised:
			L.Push(lua.LFalse)
			L.Push(e.Value)
			return 2
		}
		L.Push(lua.LTrue)
		return 1 + push(L, vals)
	})
	def("wrap", func(L *lua.LState) int {
		h := m.newCoroutine(function(L))
		L.Push(L.NewClosure(func(L *lua.LState) int {
			vals, err := m.resume(coroutineOf(h), arguments(L))
			switch e := err.(type) {
			case *Unwound:
				Unwind(e.Err)
			case *Raised:
				if s, ok := e.Value.(lua.LString); ok {
					e.Value = lua.LString(whereExactly(L, 1)) + s
				}
				m.carried = carried{e.Value, slices.Clip(e.own)}
				Raise(L, e.Value)
			}
			return push(L, vals)
		}, h))
		return 1
	})
	def("yield", func(L *lua.LState) int {
		if m.cur == nil || m.cur.co == nil {
			Errorf(L, "attempt to yield from outside a coroutine")
		}
		co := m.cur.co
		co.xfer, co.state = append(co.xfer[:0], arguments(L)...), coSuspended
		m.cur.clean()
		if !co.yield(struct{}{}) {
			panic(discarding{})
		}
		if co.closing {
			Unwind(m.cfg.Closed)
		}
		return push(L, co.xfer)
	})
	def("status", func(L *lua.LState) int {
		arg(L)
		L.Push(lua.LString(StatusOf(L.Get(1).(*lua.LState))))
		return 1
	})
	def("running", func(L *lua.LState) int {
		if m.cur == nil || m.cur.co == nil {
			L.Push(lua.LNil)
			return 1
		}
		L.Push(m.cur.co.value())
		return 1
	})
	def("isyieldable", func(L *lua.LState) int {
		L.Push(lua.LBool(m.cur != nil && m.cur.co != nil))
		return 1
	})
	def("close", func(L *lua.LState) int {
		co := arg(L)
		switch co.state {
		case coActive:
			Errorf(L, "cannot close a %s coroutine", StatusOf(L.Get(1).(*lua.LState)))
		case coFresh:
			co.state, co.fn = coDead, nil
		}
		co.closing = true
		for co.state == coSuspended {
			_, err := m.resume(co, nil)
			switch e := err.(type) {
			case *Raised:
				L.Push(lua.LFalse)
				L.Push(e.Value)
				return 2
			case *Unwound:
				if e.Err != m.cfg.Closed {
					Unwind(e.Err) // the task was cancelled meanwhile
				}
			}
		}
		L.Push(lua.LTrue)
		return 1
	})
	m.root.G.Global.RawSetString("coroutine", t)
}

// arguments are those of the function in Go that runs on L, where they stand.
func arguments(L *lua.LState) []lua.LValue {
	l := in(L)
	return l.reg.array[l.currentFrame.LocalBase:l.reg.top]
}

func push(L *lua.LState, vals []lua.LValue) int {
	reserve(L, len(vals))
	for _, v := range vals {
		L.Push(v)
	}
	return len(vals)
}
