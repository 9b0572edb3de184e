package vm

import (
	"errors"

	lua "github.com/yuin/gopher-lua"
)

// What a function in Go returns instead of the number of its results, as its last act, where it can be done without it on
// Go's stack. See settle.
const (
	parks  = -2 - iota // the task waits: results come when it is resumed
	calls              // a function was called, for what is on top of Thread.pending
	raises             // an error was raised: Thread.failure
)

// pending is a function in Go that has ended in a call, and what is to be done when that is over.
type pending struct {
	frame     int // the number of its own
	at        int // the register of what it called, and of the results of that
	nargs     int
	then      Then
	what, arg any        // for it
	trace     bool       // note where errors were raised
	handler   lua.LValue // makes others of them; nil: none
}

// Then goes on with a function in Go that has ended in a call of another, see CallThen: with n results on top of the stack,
// or with an error, *Raised, *Unwound or ErrDropped. What it returns is what the function in Go returns.
type Then func(L *lua.LState, n int, err error, what, arg any) int

// ErrDropped is the error of a call that has not ended, and never will: nobody can resume its coroutine any more, or Go
// code has ended the goroutine. What is to be done must be done without waiting and without Lua.
var ErrDropped = errors.New("what was called will not go on")

// Args are the arguments of the function in Go that runs on L, where they stand: not to be kept, nor written to.
func Args(L *lua.LState) []lua.LValue {
	l := in(L)
	at := l.currentFrame.LocalBase
	return l.reg.array[at : at+l.currentFrame.NArgs]
}

// Direct reports whether the function in Go that runs on L was called by the loop at the base of a turn, with nothing else
// on Go's stack: then what it does as its last act needs no goroutine.
func Direct(L *lua.LState) bool {
	th := ThreadOf(L)
	return th != nil && th.direct()
}

func (th *Thread) direct() bool { return th.inTurn && th.goCalls == 1 }

// Parks ends the function in Go that runs on L, `return vm.Parks(L)`: its task has begun a wait. Its results are those of
// the function that Resume is given. L must be Direct.
func Parks(_ *lua.LState) int { return parks }

// Fails ends the function in Go that runs on L with an error, *Raised or *Unwound: `return vm.Fails(L, err)`. It is Throw
// that costs less.
func Fails(L *lua.LState, err error) int {
	if th := ThreadOf(L); th != nil && th.direct() {
		th.failure = err
		return raises
	}
	Throw(L, err)
	return 0
}

// CallThen ends the function in Go that runs on L with a protected call, `return vm.CallThen(L, nargs, then, what, arg)`: of
// the function that stands below nargs arguments on top of the stack. then is called with what and arg when it has ended. At
// the base of a turn this takes nothing of Go's stack, so the task may wait below it as data; elsewhere it is done at once.
func CallThen(L *lua.LState, nargs int, then Then, what, arg any) int {
	return callThen(L, nargs, pending{then: then, what: what, arg: arg, trace: true})
}

func callThen(L *lua.LState, nargs int, p pending) int {
	th := ThreadOf(L)
	p.nargs, p.at = nargs, in(L).reg.top-nargs-1
	if th == nil || !th.direct() {
		err := p.protected(L)
		return p.then(L, in(L).reg.top-p.at, err, p.what, p.arg)
	}
	if v := th.reg.array[p.at]; !callableValue(th, v) {
		err := error(&Raised{Value: lua.LString("attempt to call a " + v.Type().String() + " value")})
		clear(th.reg.array[p.at:th.reg.top])
		th.reg.top = p.at
		if p.handler != nil {
			err = th.handled(err.(*Raised), p.handler)
		}
		return p.then(L, 0, err, p.what, p.arg)
	}
	p.frame = in(L).currentFrame.Idx
	th.pending = append(th.pending, p)
	return calls
}

// protected makes the call on Go's stack.
func (p *pending) protected(L *lua.LState) error {
	done := false
	defer func() {
		if !done { // a panic that nothing stops goes through
			p.then(L, 0, ErrDropped, p.what, p.arg)
		}
	}()
	err := protected(L, p.nargs, p.trace, p.handler)
	done = true
	return err
}

// Prepare makes the idle thread ready to call fn, in its first turn.
func (th *Thread) Prepare(fn *lua.LFunction, args []lua.LValue) {
	reg := &th.reg
	th.reach(1 + len(args))
	reg.array[0] = fn
	reg.top = 1 + copy(reg.array[1:], args)
}

// Resume is a turn of the thread's task. It returns when the function that Prepare was given has ended (true), which Results
// tells more about, or when the task waits, with nothing of it on Go's stack: then the next Resume goes on. results is
// called in the place of the function in Go that had begun the wait, and returns what that returns; nil: the first turn.
func (th *Thread) Resume(results lua.LGFunction) (ended bool) {
	th.m.set(th)
	th.inTurn, th.left = true, false
	for th.run(results) {
		results = failed
	}
	th.inTurn, th.goCalls = false, 0
	th.m.set(nil)
	if in(&th.l).currentFrame == nil {
		return true
	}
	th.clean()
	return false
}

// Results appends to vals what the function that Prepare was given returned, when it has ended. The error is *Raised or
// *Unwound.
func (th *Thread) Results(vals []lua.LValue) ([]lua.LValue, error) {
	if err := th.failure; err != nil {
		th.failure = nil
		return nil, err
	}
	return append(vals, th.reg.array[:th.reg.top]...), nil
}

// Plain reports whether an error would go through the thread, which waits, without anybody seeing it.
func (th *Thread) Plain() bool { return len(th.pending) == 0 }

// failed stands for the function in Go in which an error has been raised.
func failed(*lua.LState) int { return raises }

// run is a stretch of a turn: up to its end, or to a panic, with which it goes on if again is true.
func (th *Thread) run(results lua.LGFunction) (again bool) {
	done := false
	defer func() {
		if done {
			return
		}
		p := recover()
		if p == nil { // runtime.Goexit: it goes on
			th.drop()
			return
		}
		th.failure, again = th.errorOf(p), true
	}()
	th.goCalls = 1
	if results == nil {
		th.call(nil, 0, th.reg.top-1, lua.MultRet)
	} else {
		th.settle(results(&th.l))
	}
	if !th.left && in(&th.l).currentFrame != nil {
		th.execute(nil)
	}
	done = true
	return false
}

// settle goes on where a function in Go, whose frame is on top, has returned n, and with the functions in Go below it that
// had ended in a call of it, until the loop can go on, the task waits, or all has ended.
//
// This is how functions in Go that call Lua need nothing of Go's stack: pcall, for one, is called by the loop, notes in
// Thread.pending that it is to be continued, and returns `calls`, upon which the loop runs what it has called, as it runs
// everything else. When that returns, or raises an error, the loop comes here.
func (th *Thread) settle(n int) {
	l := in(&th.l)
	for {
		f := l.currentFrame
		switch {
		case n >= 0:
			th.returned(f, n)
			up := f.Parent
			if up == nil || !up.Fn.IsG {
				return
			}
			n = th.continued(nil)
		case n == calls:
			p := &th.pending[len(th.pending)-1]
			fn, ok := th.reg.array[p.at].(*lua.LFunction)
			if !ok {
				fn = th.callable(p.at, p.nargs)
				p.nargs++
			}
			if !fn.IsG {
				th.callLua(f, fn, p.at, p.nargs, lua.MultRet)
				return
			}
			n = th.begin(f, fn, p.at, p.nargs, lua.MultRet)
		case n == raises:
			err := th.failure
			th.failure = nil
			if len(th.pending) == 0 {
				err = th.noted(err, true, nil)
				th.cut(0, 0)
				th.failure, th.left = err, true
				return
			}
			n = th.continued(err)
		case n == parks:
			th.left = true
			return
		default: // LState.Yield
			th.errorf("attempt to yield across a function of Go: use coroutine.yield")
		}
	}
}

// continued goes on with the last function in Go that has ended in a call, which is over.
func (th *Thread) continued(err error) int {
	p := th.lastPending()
	if err != nil {
		err = th.noted(err, p.trace, p.handler)
		th.cut(p.frame+1, p.at)
	}
	return p.then(&th.l, th.reg.top-p.at, err, p.what, p.arg)
}

// lastPending takes it out of the list.
func (th *Thread) lastPending() (p pending) {
	last := len(th.pending) - 1
	p, th.pending[last] = th.pending[last], pending{}
	th.pending = th.pending[:last]
	return p
}

// drop tells the functions in Go that have ended in a call that the thread will not go on.
func (th *Thread) drop() {
	for len(th.pending) > 0 {
		p := th.lastPending()
		th.cut(p.frame+1, p.at)
		p.then(&th.l, 0, ErrDropped, p.what, p.arg)
	}
}

// cut takes away the frames but the first sp, and the registers from at on.
func (th *Thread) cut(sp, at int) {
	l := in(&th.l)
	closeUpvalues(l, at)
	th.stack.cut(sp)
	l.currentFrame = nil
	if sp > 0 {
		l.currentFrame = th.frameAt(sp - 1)
	}
	if top := th.reg.top; top > at {
		clear(th.reg.array[at:top])
	}
	th.reg.top = at
}
