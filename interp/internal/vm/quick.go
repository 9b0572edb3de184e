package vm

import (
	"sync"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// Quick is a second way into a function in Go, for plain calls of what is called most: it finds its arguments where they
// stand and gets no frame. So it must not raise errors, call Lua, wait or keep the slices, and where it would have to it
// returns -1, having done nothing: then the function itself is called. It puts as many of its results as there is room
// for, at least one, into results and returns how many it has. results may share registers with args, from the second on:
// the arguments must be read before more than the first is written.
//
// Its last act can begin a wait of its task, if the machine MayPark, and return Parked, or be CallLast: from then on all is as if the function
// itself had.
type Quick func(m *Machine, args, results []lua.LValue) int

// Parked is what a Quick returns that has begun a wait.
const Parked = parks

// lastCall is the call in which a Quick ends.
type lastCall struct {
	fn, args  int32
	then      Then
	what, arg any
}

// MayCall reports whether CallLast may be called: nothing else is on Go's stack, and there is room for two frames.
func (m *Machine) MayCall() bool {
	th := m.cur
	st := &th.stack
	return th.direct() && !th.discarded() &&
		(st.segSp < framesPerSegment-1 || int(st.segIdx)+1 < min(len(st.segments), th.depth))
}

// CallLast ends a Quick as CallThen ends a function, if the machine MayCall: `return m.CallLast(...)`. The callee is the argument fn, which
// is a function of Lua, with the arguments from args on; both count from 0. Config.Returned is asked before then is called.
func (m *Machine) CallLast(fn, args int, then Then, what, arg any) int {
	m.last = lastCall{int32(fn), int32(args), then, what, arg}
	return calls
}

// MayPark reports whether a Quick that is called now may begin a wait: nothing else is on Go's stack, and there is room for the frame that
// the function has then.
func (m *Machine) MayPark() bool {
	th := m.cur
	return th.direct() && th.stack.segSp < framesPerSegment-1 && !th.discarded()
}

// ends gives fn its frame where its Quick has, as n says, ended in a wait or a call.
func (th *Thread) ends(n int, cf *callFrame, fn *lua.LFunction, at, nargs, nret int) bool {
	switch n {
	case Parked:
		th.park(cf, fn, at, nargs, nret)
	case calls:
		th.callLast(cf, fn, at, nargs, nret)
	default:
		return false
	}
	return true
}

// callLast makes the call that CallLast was told of.
//
//go:noinline
func (th *Thread) callLast(cf *callFrame, fn *lua.LFunction, at, nargs, nret int) {
	last := &th.m.last
	th.reg.top = at + 1 + nargs
	f := th.pushGo(cf, fn, at, nargs, nret)
	th.unfill()
	top, n := th.reg.top, max(nargs-int(last.args), 0)
	p := th.addPending()
	p.frame, p.at, p.nargs, p.trace = f.Idx, top, n, true
	p.then, p.what, p.arg = last.then, last.what, last.arg
	from, args := at+1+int(last.fn), at+1+int(last.args)
	last.what, last.arg = nil, nil
	if end := top + 1 + n; end > th.high {
		th.reach(end)
	}
	R := th.reg.array
	callee := R[from].(*lua.LFunction)
	R[top] = callee
	for i := range n {
		R[top+1+i] = R[args+i]
	}
	th.reg.top = top + 1 + n
	th.callLua(f, callee, top, n, lua.MultRet)
}

// leaveLast ends the function in Go whose frame f is, which has a Quick and had ended in a call that has returned, if Config.Returned does.
func (th *Thread) leaveLast(f *callFrame) bool {
	p := &th.pending[len(th.pending)-1]
	returned := th.m.cfg.Returned
	if f.Fn.Proto == nil || returned == nil || f.Parent == nil || f.Parent.Fn.IsG || th.discarded() || !returned(p.what, p.arg) {
		return false
	}
	at := p.at
	th.dropPending()
	th.returned(f, th.reg.top-at)
	return true
}

// park gives fn its frame, whose Quick has begun a wait: that of a call by cf, with arguments from at+1 on.
func (th *Thread) park(cf *callFrame, fn *lua.LFunction, at, nargs, nret int) {
	th.reg.top = at + 1 + nargs
	th.pushGo(cf, fn, at, nargs, nret)
	th.m.left = true
}

// QuickWay is how a function in Go has its Quick with it: in a field that is nil otherwise. It is not written to once it has a function, so
// that the functions of all runtimes share it.
type QuickWay struct {
	proto    lua.FunctionProto
	once     sync.Once
	Call     Quick
	NoFields bool // see NoFields
	Quiet    bool // NoFields is known of Call alone
}

// fieldsStay reports whether what is remembered of fields stays true behind Call.
func (w *QuickWay) fieldsStay() bool { return w.NoFields || w.Quiet }

// Of makes it the second way into fn, which is new. gopher-lua's own traces take what has a prototype for a function of Lua, and look for
// the line of its last instruction: it has one, see goPc.
func (w *QuickWay) Of(fn *lua.LFunction) {
	w.once.Do(func() { w.proto.SourceName, w.proto.DbgSourcePositions = "[G]", noLine[:] })
	fn.Proto = &w.proto
}

// noLine is never written to.
var noLine [goPc]int

// goPc is the Pc of a frame of a function in Go.
const goPc = 1

// noFields are the upvalues of the functions that have none and of which NoFields is known.
var noFields [1]*lua.Upvalue

// NoFields says of fn, a new function in Go without upvalues, that it neither writes to fields of tables, nor keeps or returns what it reads
// from one, but by way of this package with a state or machine: what is remembered of fields stays true, see fieldCache. It returns fn.
func NoFields(fn *lua.LFunction) *lua.LFunction {
	fn.Upvalues = noFields[:0:0]
	return fn
}

// hasNoFields reports whether NoFields has been told of a function.
func hasNoFields(fn *lua.LFunction) bool { return unsafe.SliceData(fn.Upvalues) == &noFields[0] }

// fieldsStay reports whether NoFields is known of a function in Go.
func (m *Machine) fieldsStay(fn *lua.LFunction) bool {
	return hasNoFields(fn) || fn.Proto != nil && (*QuickWay)(unsafe.Pointer(fn.Proto)).NoFields ||
		m.wrapped != nil && codeOf(fn.GFunction) == codeOf(m.wrapped)
}

// quick calls fn, which is in Go, if it has a Quick that does it. An open call's results end at the top. Where another frame is on top then,
// that is fn's, and the task waits, or that of what it has called.
//
//go:noinline
func (th *Thread) quick(cf *callFrame, fn *lua.LFunction, at, nargs, nret int) bool {
	q := (*QuickWay)(unsafe.Pointer(fn.Proto))
	if q == nil {
		return false
	}
	room := nret
	if nret <= 0 {
		room = someResults
	}
	if end := at + max(room, 1+nargs); end > th.high {
		th.reach(end)
	}
	reg := &th.reg
	n := q.Call(th.m, reg.array[at+1:at+1+nargs], reg.array[at:at+room])
	if !q.fieldsStay() {
		th.m.cache.aged()
	}
	if n < 0 {
		return th.ends(n, cf, fn, at, nargs, nret)
	}
	th.quickResults(at, n, nret)
	if spoiling {
		th.spoil(at+max(n, nret), at+max(room, 1+nargs))
	}
	return true
}

// someResults is how many results of an open call are taken; no Quick has more.
const someResults = 2

// quickResults ends a call for nret results, n of which a Quick has put where they belong.
func (th *Thread) quickResults(at, n, nret int) {
	if nret < 0 {
		th.reg.top = at + n
	}
	for ; n < nret; n++ {
		th.reg.array[at+n] = lua.LNil
	}
}
