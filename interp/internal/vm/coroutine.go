package vm

import (
	"context"
	"runtime"
	"slices"
	"unsafe"
	"weak"

	lua "github.com/yuin/gopher-lua"
)

// Coroutines are data, as tasks are: a suspended one is a thread whose topmost frame is that of the function in Go that has
// suspended it (coroutine.yield, or a wait). resume and yield tell the loop that another thread goes on, with what is on top
// of its registers, and the loop goes on there (settle): nothing of either is on Go's stack, pcall and other functions that
// end in a call included.
//
//	sort(t, function() ... coroutine.yield() ... end) in co, which f has resumed:
//
//	goroutine 1                             goroutine 2
//	  scheduler, Resume                       scheduler, Resume
//	  execute: co, sort                       execute: f, which goes on
//	  enterLoop, execute: comparator, yield
//	  Stacks.Keep: blocked
//
// Where a thread that loses control stands on Go frames (a comparator that yields, or resumes), these stay where they are,
// and so does their goroutine: it is blocked (Thread.frames), and the turn goes on on another. A thread that gives control
// to such a one goes to its goroutine. So:
//
//   - On one goroutine there are Go frames of one thread at most, and nothing but the scheduler below them.
//   - Machine.cur runs; every other thread is data, or blocked where frames says or its task waits (Suspend). The threads that
//     it was resumed from are its parents, up to the task's own.
//   - A goroutine whose frames have gone takes on whatever thread goes on, of whatever task.

// maxNesting bounds coroutines that resume coroutines, as PUC's LUAI_MAXCCALLS does.
const maxNesting = 200

// coroutine is a coroutine of Lua.
type coroutine struct {
	m     *Machine
	th    *Thread // from its first resume to its end
	fn    *lua.LFunction
	state coState
	how   resumption // the last one
	depth int
	died  []Frame // where it was when it raised an error

	// The value that scripts hold: held does, unless the coroutine is kept. Then dropped says when it is gone.
	held    *handle
	dropped weak.Pointer[handle]
	watched bool // the collector tells when it is gone

	kept               bool
	prevKept, nextKept *coroutine
}

type coState uint8

const (
	coFresh coState = iota
	coSuspended
	coActive // running, or in the middle of resuming another, or waiting inside a task
	coDead
)

// resumption is by what a coroutine was resumed: what becomes of what it yields or returns, and of its error.
type resumption uint8

const (
	resumes resumption = iota
	wraps
	closes
)

// handle is the value that scripts hold: an empty state that stands for the coroutine.
type handle struct {
	l  lua.LState
	co *coroutine
}

// handleMark is the context of every handle, by which it is known. It is never done.
type handleMark struct{ context.Context }

// newCoroutine makes one whose thread will have L's environment.
func (m *Machine) newCoroutine(L *lua.LState, fn *lua.LFunction) *coroutine {
	m.sweep()
	co := &coroutine{m: m, fn: fn}
	h := &handle{co: co}
	l := in(&h.l)
	l.G, l.Env, l.ctx = m.root.G, L.Env, handleMark{}
	co.held = h
	return co
}

func coroutineOf(L *lua.LState) *coroutine {
	if _, ok := in(L).ctx.(handleMark); ok {
		return (*handle)(unsafe.Pointer(L)).co
	}
	return nil
}

// ended gives back what a coroutine had.
func (m *Machine) ended(co *coroutine) {
	co.state = coDead
	th := co.th
	co.th, co.fn = nil, nil
	m.release(th)
}

// refuses is why a coroutine cannot be resumed by a thread, or nil.
func (m *Machine) refuses(co *coroutine, by *Thread) error {
	switch {
	case co.state == coDead:
		return &Raised{Value: lua.LString("cannot resume dead coroutine")}
	case co.state == coActive:
		return &Raised{Value: lua.LString("cannot resume " + m.activity(co) + " coroutine")}
	case m.tooDeepFor(by):
		return &Unwound{Err: m.limits.Deep()}
	case by.depthOfCoroutines() >= maxNesting:
		return &Raised{Value: lua.LString("C stack overflow")}
	}
	return nil
}

// depthOfCoroutines is how many coroutines are in the middle of resuming each other, th the last.
func (th *Thread) depthOfCoroutines() int {
	if th.co == nil {
		return 0
	}
	return th.co.depth
}

// resume gives control to co, as the last act of the function in Go that runs: what that returns.
func (m *Machine) resume(co *coroutine, how resumption, args []lua.LValue) int {
	by := m.cur
	if by.discarded() { // somebody's Go code has stopped the panic that discards it
		panic(discarding{})
	}
	m.sweep()
	m.room(16 * len(args))
	if err := m.refuses(co, by); err != nil {
		return by.arrived(by.take(how, nil, err))
	}
	th, n := co.th, len(args)
	if co.state == coFresh {
		th = m.newThread(20_000)
		th.co, th.goCalls = co, 1
		in(&th.l).Env = in(&co.held.l).Env
	}
	at := th.reg.top
	if co.state == coFresh {
		th.reg.array[0] = co.fn
		at = 1
	}
	th.reach(at + n)
	moveResults(th.reg.array[at:at+n], args)
	th.reg.top = at + n
	switch {
	case co.state == coFresh:
		co.th, n = th, begins
	case how == closes:
		th.failure, n = &Unwound{Err: m.cfg.Closed}, raises
	}
	if co.kept {
		m.unkeep(co)
	}
	m.enter(co, th, by, how)
	return m.pass(by, th, n)
}

// enter gives control to th, the thread of co, which by resumes.
func (m *Machine) enter(co *coroutine, th, by *Thread, how resumption) {
	co.state, co.how, co.depth = coActive, how, by.depthOfCoroutines()+1
	th.parent = by
	th.deepen(by)
	m.set(th)
	if m.cfg.Enter != nil {
		m.cfg.Enter(th)
	}
}

// yield takes control from the coroutine that runs, as the last act of the function in Go that does: what that returns.
func (m *Machine) yield(vals []lua.LValue) int {
	th := m.cur
	co, by := th.co, th.parent
	switch {
	case co.state == coDead:
		panic(discarding{})
	case co.how == closes:
		return Fails(&th.l, &Unwound{Err: m.cfg.Closed})
	}
	n := by.take(co.how, vals, nil)
	m.suspend(co, th)
	return m.pass(th, by, n)
}

// suspend takes control from th, the thread of co.
func (m *Machine) suspend(co *coroutine, th *Thread) {
	m.leave(th)
	co.state = coSuspended
	if !co.plain() {
		m.keep(co)
	}
	th.clean()
}

// Control mostly goes from Lua to Lua, on threads that are data: enterResume and enterYield do in one step what resume, yield and settle
// do then. They report false where it is another case.

// enterResume is a call of coroutine.resume, or of the function of coroutine.wrap.
func (th *Thread) enterResume(cf *callFrame, fn *lua.LFunction, how resumption, at, nargs, nret int) bool {
	if !th.direct() || th.discarded() || spoiling {
		return false
	}
	m, args := th.m, th.reg.array[at+1:at+1+nargs]
	var v lua.LValue
	if how == wraps {
		v = inUpvalue(fn.Upvalues[0]).value
	} else if nargs > 0 {
		v, args = args[0], args[1:]
	}
	h, ok := v.(*lua.LState)
	if !ok {
		return false
	}
	co := coroutineOf(h)
	if co == nil || co.state != coSuspended || co.kept || !co.th.arrives() || m.refuses(co, th) != nil {
		return false
	}
	m.sweep()
	th.reg.top = at + 1 + nargs
	th.pushGo(cf, fn, at, nargs, nret)
	co.th.arrive(nil, args)
	m.enter(co, co.th, th, how)
	return true
}

// enterYield is a call of coroutine.yield.
func (th *Thread) enterYield(cf *callFrame, fn *lua.LFunction, at, nargs, nret int) bool {
	m, co, by := th.m, th.co, th.parent
	if co == nil || co.state == coDead || co.how == closes || !th.direct() || !by.arrives() || spoiling {
		return false
	}
	th.reg.top = at + 1 + nargs
	th.pushGo(cf, fn, at, nargs, nret)
	var first lua.LValue
	if co.how == resumes {
		first = lua.LTrue
	}
	by.arrive(first, th.reg.array[at+1:at+1+nargs])
	m.suspend(co, th)
	return true
}

// arrives reports whether the thread is data, and the function in Go on top of it was called by Lua.
func (th *Thread) arrives() bool {
	f := in(&th.l).currentFrame
	return th.frames == nil && th.direct() && f.Parent != nil && !f.Parent.Fn.IsG
}

// arrive ends the call of the function in Go that is on top of a thread, which returns first, unless that is nil, and vals.
func (th *Thread) arrive(first lua.LValue, vals []lua.LValue) {
	f, reg := in(&th.l).currentFrame, &th.reg
	at, n := f.ReturnBase, len(vals)
	if first != nil {
		n++
	}
	if f.NRet >= 0 {
		n = f.NRet
	}
	reg.top = at + n
	if reg.top > th.high {
		th.reach(reg.top)
	}
	if first != nil && n > 0 {
		reg.array[at] = first
		at++
	}
	moveResults(reg.array[at:reg.top], vals)
	th.stack.pop()
	in(&th.l).currentFrame = f.Parent
}

// finished ends the coroutine whose function has returned vals, or raised an error: what settle does next.
func (m *Machine) finished(th *Thread, vals []lua.LValue, err error) int {
	co, by := th.co, th.parent
	if co.state == coDead { // somebody's Go code has stopped the panic that discards it
		m.left = true
		return leaves
	}
	m.handed = by.take(co.how, vals, err)
	if r, ok := err.(*Raised); ok {
		co.died = r.own
	}
	m.leave(th)
	m.ended(co)
	return switches
}

// leave is told that control goes out of a coroutine, to the thread that has resumed it.
func (m *Machine) leave(th *Thread) {
	if m.cfg.Leave != nil {
		m.cfg.Leave(th)
	}
	m.set(th.parent)
	th.parent = nil
}

// take gives th, in the middle of resuming a coroutine, what that has yielded or returned, or its error: what the function
// in Go that has resumed it returns.
func (th *Thread) take(how resumption, vals []lua.LValue, err error) int {
	switch e := err.(type) {
	case *Unwound:
		if how != closes || e.Err != th.m.cfg.Closed {
			th.failure = &Unwound{Err: e.Err}
			return raises
		}
		vals = nil
	case *Raised:
		if how != wraps {
			return th.give(lua.LFalse, []lua.LValue{e.Value})
		}
		if s, ok := e.Value.(lua.LString); ok {
			e.Value = lua.LString(whereExactly(&th.l, 1)) + s
		}
		th.m.carried = carried{e.Value, slices.Clip(e.own)}
		th.failure = &Raised{Value: e.Value}
		return raises
	}
	switch how {
	case closes:
		return th.give(lua.LTrue, nil)
	case resumes:
		return th.give(lua.LTrue, vals)
	}
	return th.give(nil, vals)
}

// give puts values on top of what a function in Go has: first, unless it is nil, and vals. It returns how many.
func (th *Thread) give(first lua.LValue, vals []lua.LValue) int {
	at, n := th.reg.top, len(vals)
	if end := at + n + 1; end > th.high {
		th.reach(end)
	}
	R := th.reg.array[at : at+n+1]
	if first != nil {
		R[0], R = first, R[1:]
		n++
	}
	moveResults(R[:len(vals)], vals)
	th.reg.top = at + n
	return n
}

// pass lets another thread go on, whose topmost function in Go returns n, as the last act of one of from's: what that
// returns, if it has to return on its goroutine.
func (m *Machine) pass(from, to *Thread, n int) int {
	m.handed = n
	if from.direct() {
		return switches
	}
	from.frames = m.cfg.Stacks.Here()
	m.cfg.Stacks.Keep(to.frames)
	from.frames = nil
	m.left = false
	switch {
	case from.discarded():
		panic(discarding{})
	case m.handed == exits:
		runtime.Goexit()
	}
	return from.arrived(m.handed)
}

// arrived makes what a function in Go returns, as settle knows it, what it returns where it stands.
func (th *Thread) arrived(n int) int {
	if n == raises && !th.direct() {
		err := th.failure
		th.failure = nil
		Throw(&th.l, err)
	}
	return n
}

// exit ends the threads of a turn whose goroutine a runtime.Goexit is about to end: those that are data, and then, on its own
// goroutine, the next one that stands on Go frames.
func (m *Machine) exit() {
	for th := m.cur; ; th = m.cur {
		th.drop()
		switch {
		case th.discarded():
			m.cfg.Stacks.Goto(m.discarder)
			return
		case th.co == nil:
			m.set(nil)
			return
		}
		by := th.parent
		m.leave(th)
		m.ended(th.co)
		if by.frames != nil {
			m.handed = exits
			m.cfg.Stacks.Goto(by.frames)
			return
		}
	}
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

// OpenCoroutine fills the table coroutine.
func OpenCoroutine(m *Machine, t *lua.LTable) {
	m.yields, m.resumes = m.coYield, m.coResume
	Define(m.root, t, []Named{
		{Name: lua.LString("create"), Fn: m.coCreate, NoFields: true}, {Name: lua.LString("resume"), Fn: m.resumes, NoFields: true}, {Name: lua.LString("wrap"), Fn: m.coWrap, NoFields: true},
		{Name: lua.LString("yield"), Fn: m.yields, NoFields: true}, {Name: lua.LString("status"), Fn: coStatus, NoFields: true}, {Name: lua.LString("running"), Fn: coRunning, NoFields: true},
		{Name: lua.LString("isyieldable"), Fn: coIsyieldable, NoFields: true}, {Name: lua.LString("close"), Fn: m.coClose, NoFields: true},
	})
}

// checkCoroutine is the first argument.
func checkCoroutine(L *lua.LState) *coroutine {
	if h, ok := L.Get(1).(*lua.LState); ok {
		if co := coroutineOf(h); co != nil {
			return co
		}
	}
	ArgError(L, 1, "coroutine expected")
	return nil
}

// checkBody is the function that a coroutine is made of.
func checkBody(L *lua.LState) *lua.LFunction {
	fn, ok := L.Get(1).(*lua.LFunction)
	if !ok {
		ArgError(L, 1, "Lua function expected")
	}
	return fn
}

// checkOurs refuses to resume anything in a thread of gopher-lua's.
func checkOurs(L *lua.LState) {
	if ThreadOf(L) == nil {
		Errorf(L, "attempt to resume a coroutine in a thread that a Go function has made with LState.NewThread")
	}
}

// within is the coroutine that L runs, or nil.
func within(L *lua.LState) *coroutine {
	if th := ThreadOf(L); th != nil {
		return th.co
	}
	return nil
}

func (m *Machine) coCreate(L *lua.LState) int {
	L.Push(&m.newCoroutine(L, checkBody(L)).held.l)
	return 1
}

func (m *Machine) coResume(L *lua.LState) int {
	checkOurs(L)
	return m.resume(checkCoroutine(L), resumes, arguments(L)[1:])
}

func (m *Machine) coWrap(L *lua.LState) int {
	h := &m.newCoroutine(L, checkBody(L)).held.l
	if m.wrapped == nil {
		m.wrapped = func(L *lua.LState) int {
			checkOurs(L)
			h := inUpvalue(in(L).currentFrame.Fn.Upvalues[0]).value.(*lua.LState)
			return m.resume(coroutineOf(h), wraps, arguments(L))
		}
	}
	L.Push(L.NewClosure(m.wrapped, h))
	return 1
}

func (m *Machine) coYield(L *lua.LState) int {
	if within(L) == nil {
		Errorf(L, "attempt to yield from outside a coroutine")
	}
	return m.yield(arguments(L))
}

func coStatus(L *lua.LState) int {
	checkCoroutine(L)
	L.Push(lua.LString(StatusOf(L.Get(1).(*lua.LState))))
	return 1
}

func coRunning(L *lua.LState) int {
	co := within(L)
	if co == nil || co.held == nil {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(&co.held.l)
	return 1
}

func coIsyieldable(L *lua.LState) int {
	L.Push(lua.LBool(within(L) != nil))
	return 1
}

func (m *Machine) coClose(L *lua.LState) int {
	co := checkCoroutine(L)
	checkOurs(L)
	switch co.state {
	case coActive:
		Errorf(L, "cannot close a %s coroutine", StatusOf(L.Get(1).(*lua.LState)))
	case coFresh:
		co.state, co.fn = coDead, nil
	case coSuspended:
		return m.resume(co, closes, nil)
	}
	L.Push(lua.LTrue)
	return 1
}

// arguments are those of the function in Go that runs on L, where they stand.
func arguments(L *lua.LState) []lua.LValue {
	l := in(L)
	return l.reg.array[l.currentFrame.LocalBase:l.reg.top]
}
