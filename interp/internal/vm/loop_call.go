package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// maxGoCalls bounds how deep, on one thread, Go may call Lua that calls Go (a comparator that sorts, a metamethod that
// indexes): PUC's LUAI_MAXCCALLS, but a hundred times more of it. A level takes some KB of Go's stack.
const maxGoCalls = 20_000

// enterLoop is the mainLoop of every thread: gopher-lua calls it when Go has called a function, whose frame is on top of
// the stack. It returns when that function has returned.
func enterLoop(L *lua.LState, base *callFrame) {
	th := (*Thread)(unsafe.Pointer(L))
	l := in(&th.l)
	cf := l.currentFrame
	if th.goBase+th.goCalls >= th.m.goCalls {
		th.stack.pop()
		l.currentFrame = cf.Parent
		th.tooManyGoCalls()
	}
	th.step()
	at, goCalls, done := cf.Base, th.goCalls, false
	defer func() {
		if !done { // an error, which LState.PCall may stop: it knows nothing of these
			th.closeUpvalues(at)
			th.goCalls = goCalls
			th.m.cache.aged()
		}
	}()
	th.goCalls++
	th.room()
	th.m.agedBy(cf.Parent.function())
	if cf.Fn.IsG {
		cf.Pc = goPc
		th.unfill()
		fn := cf.Fn
		n := fn.GFunction(L)
		th.m.agedBy(fn)
		if n < 0 { // LState.Yield
			th.errorf("attempt to yield across a function of Go: use coroutine.yield")
		}
		th.returned(cf, n)
	} else {
		th.reach(cf.end())
		th.m.fuel -= len(cf.Fn.Proto.Code) >> 6
		th.execute(base)
	}
	th.goCalls--
	done = true
}

// set makes f, the next frame, that of a call of fn by cf: nargs arguments are above register at, nret results go there.
func (th *Thread) set(f, cf *callFrame, fn *lua.LFunction, at, nargs, nret int) {
	f.Fn, f.Parent = fn, cf
	f.Pc, f.Base, f.LocalBase, f.ReturnBase, f.NArgs, f.NRet, f.TailCall = 0, at, at+1, at, nargs, nret, 0
	f.Idx = th.stack.sp()
}

// push puts f, the next frame, on the stack.
func (th *Thread) push(f *callFrame) {
	th.stack.segSp++
	in(&th.l).currentFrame = f
}

// tooManyGoCalls is raised before Go calls what it must not call.
func (th *Thread) tooManyGoCalls() {
	Raise(&th.l, lua.LString(Where(&th.l, 0)+"stack overflow")) // the caller is Go: the place is its caller's
}

// step counts a call from Go.
func (th *Thread) step() {
	if th.m.fuel--; th.m.fuel <= 0 {
		th.m.refuel()
	} else if th.m.poked.Load() { // a comparator that neither calls nor loops is long in coming to the end of its budget
		th.m.look()
	}
}

// call2 calls fn with two arguments for one result, from Go that runs on the thread: LState.Call, without its detours.
func (th *Thread) call2(fn, a, b lua.LValue) lua.LValue {
	at := th.reg.top
	if at+3 > th.high {
		th.reach(at + 3)
	}
	R := th.reg.array[at : at+3]
	R[0], R[1], R[2] = fn, a, b
	th.callHere(at, 2, 1)
	v := th.reg.array[at]
	th.reg.top = at
	return v
}

// call3 is call2 with three arguments and no result.
func (th *Thread) call3(fn, a, b, c lua.LValue) {
	at := th.reg.top
	if at+4 > th.high {
		th.reach(at + 4)
	}
	R := th.reg.array[at : at+4]
	R[0], R[1], R[2], R[3] = fn, a, b, c
	th.callHere(at, 3, 0)
	th.reg.top = at
}

// callHere calls what is in register at, the first above the top, on Go's stack.
func (th *Thread) callHere(at, nargs, nret int) {
	cf := in(&th.l).currentFrame
	if th.goBase+th.goCalls >= th.m.goCalls {
		th.tooManyGoCalls()
	}
	th.step()
	th.reg.top = at + 1 + nargs
	th.goCalls++
	if fn, ok := th.reg.array[at].(*lua.LFunction); ok && !fn.IsG {
		th.callLua(cf, fn, at, nargs, nret)
		th.execute(in(&th.l).currentFrame)
	} else if !th.call(cf, at, nargs, nret) {
		th.execute(in(&th.l).currentFrame)
	}
	th.goCalls--
}

// Call2 calls fn with two arguments for one result from a Go function that runs on L: LState.Call, but faster.
func Call2(L *lua.LState, fn, a, b lua.LValue) lua.LValue {
	if th := ThreadOf(L); th != nil {
		th.m.agedBy(in(L).currentFrame.function())
		return th.call2(fn, a, b)
	}
	L.Push(fn)
	L.Push(a)
	L.Push(b)
	L.Call(2, 1)
	v := L.Get(-1)
	L.Pop(1)
	return v
}

// callGo calls a function in Go whose arguments are at+1 ... at+nargs, for nret results at at. It needs no more than a
// frame, so that the function finds its arguments, tracebacks find the function, and errors find their place. It reports
// false if the function has not just returned: then another frame is on top, another thread goes on, or Machine.left says to
// leave the loop.
func (th *Thread) callGo(cf *callFrame, fn *lua.LFunction, at, nargs, nret int) bool {
	n := th.begin(cf, fn, at, nargs, nret)
	if n < 0 {
		th.m.settle(n)
		return false
	}
	th.returned(in(&th.l).currentFrame, n)
	return true
}

// pushGo makes the frame of a call of a function in Go.
func (th *Thread) pushGo(cf *callFrame, fn *lua.LFunction, at, nargs, nret int) *callFrame {
	if th.stack.segSp >= framesPerSegment {
		th.nextSegment()
	}
	f := th.stack.next()
	th.set(f, cf, fn, at, nargs, nret)
	f.Pc = goPc
	th.push(f)
	return f
}

// begin is the first half of callGo: what the function returns.
func (th *Thread) begin(cf *callFrame, fn *lua.LFunction, at, nargs, nret int) int {
	th.reg.top = at + 1 + nargs
	if th.reg.top+minStack > len(th.reg.array) {
		th.grow(th.reg.top + minStack)
	}
	th.pushGo(cf, fn, at, nargs, nret)
	th.unfill()
	if spoiling {
		th.spoil(th.reg.top, th.reg.top+minStack)
	}
	if th.m.poked.Load() { // the function may take as long as a thousand jumps
		th.m.lookBefore()
	}
	n := fn.GFunction(&th.l)
	if !hasNoFields(fn) {
		th.m.agedBy(fn)
	}
	if th.m.sample != nil && n >= 0 && th.m.poked.Load() {
		th.m.sample()
	}
	return n
}

// returned ends the call of a function in Go that has left n results on top of the stack.
func (th *Thread) returned(f *callFrame, n int) {
	reg := &th.reg
	at, want, top := f.ReturnBase, f.NRet, reg.top
	if want < 0 {
		want = n
	}
	if end := max(at+want, top); end > th.high {
		th.reach(end)
	}
	th.ownAll()
	if want == 1 && n == 1 {
		reg.array[at] = reg.array[top-1]
	} else {
		moveResults(reg.array[at:at+want], reg.array[top-n:top])
	}
	reg.top = at + want
	if spoiling {
		th.spoil(reg.top, top)
	}
	th.stack.pop()
	in(&th.l).currentFrame = f.Parent
}

// call calls what is in register at, whatever it is. A function of Lua gets its frame; of one in Go, it reports what callGo
// does.
//
//go:noinline
func (th *Thread) call(cf *callFrame, at, nargs, nret int) bool {
	fn, ok := th.reg.array[at].(*lua.LFunction)
	if !ok {
		fn = th.callable(at, nargs)
		nargs++
	}
	if fn.IsG {
		entered := false
		switch m := th.m; codeOf(fn.GFunction) {
		case codeOf(m.pcall):
			entered = th.enterPcall(cf, fn, at, nargs, nret)
		case codeOf(m.yields):
			entered = th.enterYield(cf, fn, at, nargs, nret)
		case codeOf(m.wrapped):
			entered = th.enterResume(cf, fn, wraps, at, nargs, nret)
		case codeOf(m.resumes):
			entered = th.enterResume(cf, fn, resumes, at, nargs, nret)
		}
		return !entered && th.callGo(cf, fn, at, nargs, nret)
	}
	th.callLua(cf, fn, at, nargs, nret)
	return false
}

// enterPcall does what callGo does with fn, which is pcall, in one step, at the base of a turn, for a function of Lua: its frame is on top
// then. It reports false where it is another case.
func (th *Thread) enterPcall(cf *callFrame, fn *lua.LFunction, at, nargs, nret int) bool {
	if nargs == 0 || !th.direct() {
		return false
	}
	callee, ok := th.reg.array[at+1].(*lua.LFunction)
	if !ok || callee.IsG {
		return false
	}
	f := th.pushGo(cf, fn, at, nargs, nret)
	p := th.addPending()
	p.frame, p.at, p.nargs, p.then = f.Idx, at+1, nargs-1, outcome
	th.callLua(f, callee, at+1, nargs-1, lua.MultRet)
	return true
}

// endCall goes on where a function of Lua has returned, with its results behind reg.top, to a function in Go that had ended in the call, or
// has ended the thread, whose up is nil.
//
//go:noinline
func (th *Thread) endCall(up *callFrame) {
	m := th.m
	switch {
	case up != nil:
		if !th.leavePcall(up) && !th.leaveLast(up) {
			m.settle(th.continued(nil))
		}
	case th.co != nil:
		m.settle(m.finished(th, th.reg.array[:th.reg.top], nil))
	}
}

// leavePcall does what continued and settle do, in one step, where f is the frame of a pcall with a caller in Lua, and what it has called
// has left its results behind itself. It reports false where it is another case.
func (th *Thread) leavePcall(f *callFrame) bool {
	up := f.Parent
	if codeOf(f.Fn.GFunction) != codeOf(th.m.pcall) || up == nil || up.Fn.IsG || th.discarded() {
		return false
	}
	th.dropPending()
	reg := &th.reg
	reg.array[f.Base] = lua.LTrue
	if top := reg.top; f.NRet >= 0 {
		reg.top = f.Base + f.NRet
		for i := top; i < reg.top; i++ {
			reg.array[i] = lua.LNil
		}
		if spoiling {
			th.spoil(reg.top, top)
		}
	}
	th.stack.pop()
	in(&th.l).currentFrame = up
	return true
}

// codeOf tells functions in Go apart; it is nil for none.
func codeOf(f lua.LGFunction) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&f)) }

// callLua makes the frame of a call of a Lua function.
//
//go:noinline
func (th *Thread) callLua(cf *callFrame, fn *lua.LFunction, at, nargs, nret int) {
	if th.stack.segSp >= framesPerSegment {
		th.nextSegment()
	}
	f := th.stack.next()
	th.set(f, cf, fn, at, nargs, nret)
	th.frame(f)
	th.push(f)
}

// callable makes a call of a value that is no function one of its __call, with the value as the first argument.
func (th *Thread) callable(at, nargs int) *lua.LFunction {
	reg := &th.reg
	v := reg.array[at]
	fn, ok := th.metamethod(v, "__call").(*lua.LFunction)
	if !ok {
		th.typeError("call", v, at)
	}
	if at+nargs+2 > len(reg.array) {
		th.grow(at + nargs + 2)
	}
	copy(reg.array[at+1:at+2+nargs], reg.array[at:at+1+nargs])
	reg.array[at] = fn
	return fn
}

// tailCallLua is tailCall of a function of Lua where nothing has to grow or be closed, and false elsewhere. It is none of the loop's own
// code, where its loops would cost every instruction some of the processor's registers.
//
//go:noinline
func (th *Thread) tailCallLua(cf *callFrame, fn *lua.LFunction, at, nargs int) bool {
	p := fn.Proto
	if th.open != nil && len(cf.Fn.Proto.FunctionPrototypes) != 0 || p.IsVarArg&lua.VarArgIsVarArg != 0 ||
		cf.Base+1+max(int(p.NumUsedRegisters), nargs) > th.high || nargs >= maxFrame || spoiling {
		return false
	}
	from, to := th.registersFrom(at), th.registersFrom(cf.Base)
	for i := range uint32(nargs) + 1 {
		to[i&0xff] = from[i&0xff]
	}
	for i := nargs; i < int(p.NumParameters); i++ {
		to[(i+1)&0xff] = lua.LNil
	}
	th.m.fuel -= len(p.Code) >> 6
	cf.Fn, cf.Pc, cf.LocalBase, cf.NArgs = fn, 0, cf.Base+1, nargs
	cf.TailCall++
	return true
}

// tailCall puts the call in the place of the frame. A function in Go is called as CALL does, for all its results: of that it
// reports what callGo does.
//
//go:noinline
func (th *Thread) tailCall(cf *callFrame, at, nargs int) bool {
	reg := &th.reg
	fn, ok := reg.array[at].(*lua.LFunction)
	if !ok {
		fn = th.callable(at, nargs)
		nargs++
	}
	if fn.IsG {
		return th.callGo(cf, fn, at, nargs, lua.MultRet)
	}
	if th.open != nil && len(cf.Fn.Proto.FunctionPrototypes) != 0 {
		th.closeUpvalues(cf.LocalBase)
	}
	copy(reg.array[cf.Base:], reg.array[at:at+1+nargs])
	cf.Fn, cf.Pc, cf.LocalBase, cf.NArgs = fn, 0, cf.Base+1, nargs
	cf.TailCall++
	reg.top = cf.LocalBase + nargs
	th.frame(cf)
	return false
}

// frame makes the registers of a call of a Lua function (PUC's luaD_precall): parameters that were not given are nil;
// arguments beyond the parameters are dropped or, for a vararg function, kept below the frame. The other registers are as
// somebody left them: the compiler reads none that it has not written.
func (th *Thread) frame(f *callFrame) {
	p := f.Fn.Proto
	th.m.fuel -= len(p.Code) >> 6
	np, used := int(p.NumParameters), int(p.NumUsedRegisters)
	n := max(f.NArgs, np)
	if p.IsVarArg&lua.VarArgIsVarArg == 0 {
		if end := f.LocalBase + max(used, n); end > th.high {
			th.reach(end)
		}
		for i := f.NArgs; i < np; i++ {
			th.reg.array[f.LocalBase+i] = lua.LNil
		}
		if spoiling {
			th.spoil(f.LocalBase+np, f.end())
		}
		return
	}
	if end := f.LocalBase + n + max(used, np+1); end > th.high {
		th.reach(end)
	}
	R := th.reg.array[f.LocalBase : f.LocalBase+n+np+1]
	for i := f.NArgs; i < np; i++ {
		R[i] = lua.LNil
	}
	for i := range np {
		R[n+i], R[i] = R[i], lua.LNil
	}
	R[n+np] = lua.LNil                      // the local arg, where there is one
	if p.IsVarArg&lua.VarArgNeedsArg != 0 { // which is a table, as in Lua 5.0
		extra := max(f.NArgs-np, 0)
		arg := th.l.CreateTable(extra, 1)
		for i := range extra {
			arg.RawSetInt(i+1, R[np+i])
		}
		arg.RawSetString("n", lua.LNumber(extra))
		R[n+np] = arg
	}
	f.LocalBase += n
	if spoiling {
		th.spoil(f.LocalBase+np+1, f.end())
	}
}

// vararg is VARARG: want of the arguments beyond the parameters, all if it is negative, which then end at the top.
//
//go:noinline
func (th *Thread) vararg(cf *callFrame, A, want int) {
	reg := &th.reg
	first := cf.Base + 1 + int(cf.Fn.Proto.NumParameters)
	n := max(cf.NArgs-int(cf.Fn.Proto.NumParameters), 0)
	all := want < 0
	if all {
		if want = n; n > maxFrame {
			th.m.spend(slotBytes * n)
		}
	}
	at := cf.LocalBase + A
	if at+want > th.high {
		th.reach(at + want)
	}
	const few = 8 // that are copied here: the call of moveResults is a part of what they take
	if to, from := reg.array[at:at+want], reg.array[first:first+n]; len(to) <= min(len(from), few) {
		for i := range to {
			to[i] = from[i]
		}
	} else {
		moveResults(to, from)
	}
	if all {
		reg.top = at + want
	}
}

// closure makes a closure in the frame; the pseudo-instructions at pc say what it captures.
func (th *Thread) closure(cf *callFrame, p *lua.FunctionProto, pc int) *lua.LFunction {
	code := cf.Fn.Proto.Code[pc:]
	f := &lua.LFunction{Env: cf.Fn.Env, Proto: p, Upvalues: make([]*lua.Upvalue, p.NumUpvalues)}
	for i := range f.Upvalues {
		inst := code[i]
		if B := int(inst & 0x1ff); inst>>26 == uint32(lua.OP_MOVE) {
			f.Upvalues[i] = th.openUpvalue(cf.LocalBase + B)
		} else {
			f.Upvalues[i] = cf.Fn.Upvalues[B]
		}
	}
	return f
}

// openUpvalue is the upvalue for a register. Open ones are listed with the highest register first, as in PUC (gopher-lua
// lists the lowest first, and walks past every outer frame's): those of the running function are found at once. Nothing
// else looks at the list: every instruction that opens or closes upvalues is done in this package.
func (th *Thread) openUpvalue(idx int) *lua.Upvalue {
	link := &th.open
	for *link != nil && inUpvalue(*link).index > idx {
		link = &inUpvalue(*link).next
	}
	if uv := *link; uv != nil && inUpvalue(uv).index == idx {
		return uv
	}
	uv := &upvalue{next: *link, reg: &th.reg, index: idx}
	*link = (*lua.Upvalue)(unsafe.Pointer(uv))
	return *link
}

// closeUpvalues detaches the upvalues of the registers from idx on, which are going away.
func (th *Thread) closeUpvalues(idx int) {
	for th.open != nil {
		uv := inUpvalue(th.open)
		if uv.index < idx {
			return
		}
		th.open, uv.next = uv.next, nil
		uv.value = uv.reg.array[uv.index]
		uv.closed, uv.reg = true, nil
	}
}
