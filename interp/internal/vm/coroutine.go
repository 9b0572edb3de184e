package vm

import (
	"context"
	"iter"
	"runtime"

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
	xfer    []lua.LValue // what goes in or comes out
	err     error        // what ended it
	closing bool
	dropped bool // no script can reach it any more
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
	co := &coroutine{m: m, fn: fn}
	h := &lua.LState{G: m.root.G, Env: m.root.Env}
	in(h).ctx = &handleMark{co: co}
	runtime.AddCleanup(h, m.drop, co)
	return h
}

func coroutineOf(L *lua.LState) *coroutine {
	if mark, ok := in(L).ctx.(*handleMark); ok {
		return mark.co
	}
	return nil
}

// drop is called on a goroutine of the collector's.
func (m *Machine) drop(co *coroutine) {
	m.mu.Lock()
	m.dropped = append(m.dropped, co)
	m.mu.Unlock()
}

// sweep discards the suspended coroutines that have been dropped.
func (m *Machine) sweep() {
	m.mu.Lock()
	dropped := m.dropped
	m.dropped = nil
	m.mu.Unlock()
	for _, co := range dropped {
		if co.dropped = true; co.state == coSuspended {
			m.discard(co)
		}
	}
}

// discard ends a started coroutine without its cleanups.
func (m *Machine) discard(co *coroutine) {
	co.stop()
	m.ended(co)
}

func (m *Machine) ended(co *coroutine) {
	if co.state == coDead {
		return
	}
	co.state = coDead
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
	co.fn = nil
}

func (co *coroutine) start() {
	m := co.m
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
	})
}

// resume gives control to co until it yields or ends.
func (m *Machine) resume(co *coroutine, args []lua.LValue) ([]lua.LValue, error) {
	m.sweep()
	by := m.cur
	depth := 1
	if by != nil && by.co != nil {
		depth = by.co.depth + 1
	}
	switch {
	case co.state == coDead:
		return nil, &Raised{Value: lua.LString("cannot resume dead coroutine")}
	case co.state == coActive:
		return nil, &Raised{Value: lua.LString("cannot resume non-suspended coroutine")}
	case depth > maxNesting:
		return nil, &Raised{Value: lua.LString("C stack overflow")}
	case co.state == coFresh:
		co.start()
	}
	th := co.th
	co.state, co.xfer, co.depth = coActive, args, depth
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
	co.xfer, co.err = nil, nil
	if co.state == coDead {
		co.state = coActive // so that ended does its work
		m.ended(co)
	} else if co.dropped {
		m.discard(co)
	}
	return vals, err
}

// Suspend gives control up from wherever the running task stands: inside coroutines it goes outwards through every
// resumer to the task's own thread, which calls out. It returns when control has come back in again.
func (m *Machine) Suspend(out func()) {
	th := m.cur
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
	case co.m.cur == co.th:
		return "running"
	}
	return "normal"
}

// OpenCoroutine registers the table coroutine.
func OpenCoroutine(m *Machine) {
	t := m.root.NewTable()
	def := func(name string, fn lua.LGFunction) { t.RawSetString(name, m.root.NewFunction(fn)) }
	arg := func(L *lua.LState) *coroutine {
		if h, ok := L.Get(1).(*lua.LState); ok {
			if co := coroutineOf(h); co != nil {
				return co
			}
		}
		L.ArgError(1, "coroutine expected")
		return nil
	}
	def("create", func(L *lua.LState) int {
		L.Push(m.newCoroutine(L.CheckFunction(1)))
		return 1
	})
	def("resume", func(L *lua.LState) int {
		co := arg(L)
		vals, err := m.resume(co, values(L, 2))
		return results(L, vals, err)
	})
	def("wrap", func(L *lua.LState) int {
		h := m.newCoroutine(L.CheckFunction(1))
		L.Push(L.NewFunction(func(L *lua.LState) int {
			vals, err := m.resume(coroutineOf(h), values(L, 1))
			switch e := err.(type) {
			case *Unwound:
				Unwind(e.Err)
			case *Raised:
				if s, ok := e.Value.(lua.LString); ok {
					Raise(L, lua.LString(whereExactly(L, 1))+s)
				}
				Raise(L, e.Value)
			}
			return push(L, vals)
		}))
		return 1
	})
	def("yield", func(L *lua.LState) int {
		if m.cur == nil || m.cur.co == nil {
			L.RaiseError("attempt to yield from outside a coroutine")
		}
		co := m.cur.co
		co.xfer, co.state = values(L, 1), coSuspended
		if !co.yield(struct{}{}) {
			panic(discarding{})
		}
		if co.closing {
			Unwind(m.cfg.Closed)
		}
		in := co.xfer
		co.xfer = nil
		return push(L, in)
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
		h := &lua.LState{G: m.root.G, Env: m.root.Env}
		in(h).ctx = &handleMark{co: m.cur.co}
		L.Push(h)
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
			L.RaiseError("cannot close a %s coroutine", StatusOf(L.Get(1).(*lua.LState)))
		case coFresh:
			co.state, co.fn = coDead, nil
		}
		co.closing = true
		for co.state == coSuspended {
			_, err := m.resume(co, nil)
			if r, ok := err.(*Raised); ok {
				L.Push(lua.LFalse)
				L.Push(r.Value)
				return 2
			}
		}
		L.Push(lua.LTrue)
		return 1
	})
	m.root.G.Global.RawSetString("coroutine", t)
}

func values(L *lua.LState, from int) []lua.LValue {
	var vals []lua.LValue
	for i := from; i <= L.GetTop(); i++ {
		vals = append(vals, L.Get(i))
	}
	return vals
}

func push(L *lua.LState, vals []lua.LValue) int {
	for _, v := range vals {
		L.Push(v)
	}
	return len(vals)
}

func results(L *lua.LState, vals []lua.LValue, err error) int {
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
}
