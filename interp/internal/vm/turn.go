package vm

import (
	"errors"

	lua "github.com/yuin/gopher-lua"
)

// A function in Go returns these instead of the number of its results, as its last act, where it can be done without it on
// Go's stack. See settle.
const (
	parks    = -2 - iota // the task waits: results come when it is resumed
	calls                // a function was called, for what is on top of Thread.pending
	raises               // an error was raised: Thread.failure
	switches             // another thread goes on, Machine.cur: its topmost function in Go returns Machine.handed
)

// More of what settle goes on with.
const (
	begins = switches - 1 - iota // the thread begins with what Prepare has left
	exits                        // runtime.Goexit is under way
	leaves                       // the thread has ended, and nobody waits for it
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
// or with an error, *Raised, *Unwound or ErrDropped. The function in Go returns what it returns.
type Then func(L *lua.LState, n int, err error, what, arg any) int

// ErrDropped is the error of a call that has not ended, and never will: nobody can resume its coroutine any more, or Go
// code has ended the goroutine. The end must be dealt with without waiting and without Lua.
var ErrDropped = errors.New("what was called will not go on")

// Args are the arguments of the function in Go that runs on L, where they stand: not to be kept, nor written to.
func Args(L *lua.LState) []lua.LValue {
	l := in(L)
	at := l.currentFrame.LocalBase
	return l.reg.array[at : at+l.currentFrame.NArgs]
}

// Wanted is how many results are taken of the function in Go that runs on L; -1: all.
func Wanted(L *lua.LState) int { return max(-1, in(L).currentFrame.NRet) }

// Direct reports whether the function in Go that runs on L was called by the loop at the base of a turn, with nothing else
// on Go's stack: then what it does as its last act needs no goroutine.
func Direct(L *lua.LState) bool {
	th := ThreadOf(L)
	return th != nil && th.direct()
}

func (th *Thread) direct() bool { return th.goCalls == 1 }

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
	switch {
	case th == nil:
		err := p.protected(L)
		return p.then(L, in(L).reg.top-p.at, err, p.what, p.arg)
	case th.direct():
	case th.repeats == in(L).currentFrame: // it has called something before
		th.pending = append(th.pending, p)
		return calls
	default:
		return th.callNow(p)
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

// callNow makes the calls in which a function in Go ends on Go's stack, one after the other: a builtin may call and go on for
// as long as it likes.
func (th *Thread) callNow(p pending) int {
	for {
		err := p.protected(&th.l)
		if th.discarded() { // see continued
			p.then(&th.l, 0, ErrDropped, p.what, p.arg)
			panic(discarding{})
		}
		n := th.thenNow(&p, err)
		if n != calls {
			return n
		}
		p = th.pending[len(th.pending)-1]
		th.dropPending()
	}
}

func (th *Thread) thenNow(p *pending, err error) int {
	outer := th.repeats
	defer func() { th.repeats = outer }()
	th.repeats = in(&th.l).currentFrame
	return p.then(&th.l, th.reg.top-p.at, err, p.what, p.arg)
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
	th.main = !fn.IsG && fn.Proto.LineDefined == 0
	reg := &th.reg
	th.reach(1 + len(args))
	reg.array[0] = fn
	reg.top = 1 + copy(reg.array[1:], args)
}

// Stacks are the goroutines on which turns run, for Go frames that have to stay while the turn goes on without them.
type Stacks struct {
	// Here names the goroutine that runs.
	Here func() any
	// Keep blocks it, with its frames, until Keep or Goto is called with its name. Meanwhile the goroutine that is named runs;
	// if it is nil, another one that calls GoOn.
	Keep func(name any)
	// Goto lets the goroutine that is named run when Resume, or GoOn, has returned Elsewhere.
	Goto func(name any)
}

// Turn is how a turn has ended.
type Turn uint8

const (
	Ended     Turn = iota // the function that Prepare was given has: see Results
	Waits                 // the task does, with nothing of it on Go's stack
	Elsewhere             // it goes on, on the goroutine that Goto was told
)

// Resume is a turn of a task, whose thread, or that of the coroutine in which it waits, th is. results is called in the
// place of the function in Go that had begun the wait, and returns what that returns; nil: the first turn. Unless the turn
// goes on elsewhere, Pause must be called then.
//
// Its result is about the task whose turn it is by then: see GoOn, and Config.Next. Forget must be called before it if Go code has run since
// the last turn that may have written to tables, or have read what it keeps.
func (th *Thread) Resume(results lua.LGFunction) Turn {
	m := th.m
	m.set(th)
	if results == nil {
		m.handed = begins
		return m.turn(handed)
	}
	m.waited = true
	return m.turn(results)
}

// Forget lets go of what is remembered of fields of tables.
func (m *Machine) Forget() { m.cache.drop() }

// GoOn goes on with the turn that is under way, on a goroutine that has nothing to do: Stacks.Keep asks for it. The turn may
// end there or, when the coroutine whose frames were kept goes on, where another one began.
func (m *Machine) GoOn() Turn { return m.turn(switched) }

// turn runs the current thread, and what it switches to.
func (m *Machine) turn(results lua.LGFunction) Turn {
	for m.run(results) {
		results = failed
	}
	th := m.cur
	switch {
	case th.discarded():
		m.cfg.Stacks.Goto(m.discarder)
		return Elsewhere
	case th.frames != nil:
		m.cfg.Stacks.Goto(th.frames)
		return Elsewhere
	case in(&th.l).currentFrame == nil:
		th.goCalls = 0
		return Ended
	}
	return Waits
}

// Pause says that no thread runs until the next turn, and returns the one that did last: where the task waits.
func (m *Machine) Pause() *Thread {
	th := m.cur
	m.set(nil)
	return th
}

// Suspend keeps the Go frames on which the running task waits: out blocks the goroutine until that is over.
func (m *Machine) Suspend(out func()) {
	th := m.cur
	if th != nil {
		if th.discarded() {
			panic(discarding{})
		}
		th.clean()
	}
	m.cache.aged()
	m.set(nil)
	defer func() { // a runtime.Goexit that came meanwhile ends the thread
		m.set(th)
		m.left = false
		m.cache.aged()
	}()
	out()
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

// Run calls fn on an idle thread, outside a turn of its own: what it does stands on Go's stack. The error is *Raised or
// *Unwound.
func (th *Thread) Run(fn *lua.LFunction, args []lua.LValue) ([]lua.LValue, error) {
	before := th.m.cur
	th.m.set(th)
	th.goCalls = 1 // Run itself
	vals, err := Call(&th.l, fn, args)
	th.goCalls = 0
	th.m.set(before)
	return vals, err
}

// Functions in the place of results, see Resume.
func failed(*lua.LState) int   { return raises }
func switched(*lua.LState) int { return switches }
func handed(L *lua.LState) int { return ThreadOf(L).m.handed }

// run is a stretch of a turn: up to its end, or to a panic, with which it goes on if again is true.
func (m *Machine) run(results lua.LGFunction) (again bool) {
	done := false
	defer func() {
		if done {
			return
		}
		p := recover()
		if p == nil { // runtime.Goexit: it goes on
			m.exit()
			return
		}
		th := m.cur
		if _, ok := p.(discarding); ok {
			th.drop()
			return
		}
		th.failure, again = th.errorOf(p), true
	}()
	for results != nil {
		results = m.stretch(results)
	}
	done = true
	return false
}

// stretch is one of run, without its care for panics. It returns the next one's results where the task waits, and another one's turn has begun.
func (m *Machine) stretch(results lua.LGFunction) lua.LGFunction {
	m.left = false
	th := m.cur
	if th.frames == nil {
		th.goCalls = 1
	}
	waited := m.waited
	m.waited = false
	if !waited || !th.quickAfterWait() {
		n := results(&th.l)
		m.cache.aged()
		m.settle(n)
	}
	if th = m.cur; !m.left && in(&th.l).currentFrame != nil {
		th.execute(nil)
		th = m.cur
	}
	if th.frames != nil || in(&th.l).currentFrame == nil || th.discarded() {
		return nil
	}
	th.clean()
	if m.cfg.Next == nil {
		return nil
	}
	next, results := m.cfg.Next(th)
	if next == nil {
		return nil
	}
	m.set(next)
	m.waited = true
	return results
}

// quickAfterWait ends the call of the function in Go, called from Lua, that the thread has waited in, if Config.Waited makes its results.
func (th *Thread) quickAfterWait() bool {
	m := th.m
	f := in(&th.l).currentFrame
	up := f.Parent
	if m.cfg.Waited == nil || up == nil || up.Fn.IsG || th.discarded() {
		return false
	}
	at, want := f.ReturnBase, f.NRet
	room := want
	if want <= 0 {
		room = someResults
	}
	if end := at + room; end > th.high {
		th.reach(end)
	}
	reg := &th.reg
	n := m.cfg.Waited(reg.array[at : at+room])
	if n < 0 {
		return false
	}
	th.quickResults(at, n, want)
	if spoiling {
		th.spoil(at+max(n, want), f.LocalBase+f.NArgs)
	}
	th.stack.pop()
	in(&th.l).currentFrame = up
	return true
}

// settle goes on where a function in Go, whose frame is on top of the current thread, has returned n, and with the functions
// in Go below it that had ended in a call of it, until the loop can go on, on whatever thread is the current one then, the
// task waits, or all has ended.
//
// This is how functions in Go that call Lua need nothing of Go's stack: pcall, for one, is called by the loop, notes in
// Thread.pending that it is to be continued, and returns `calls`, upon which the loop runs what it has called, as it runs
// everything else. When that returns, or raises an error, the loop comes here.
func (m *Machine) settle(n int) {
	for {
		th := m.cur
		f := in(&th.l).currentFrame
		switch {
		case n >= 0:
			th.returned(f, n)
			switch up := f.Parent; {
			case up == nil:
				if th.co == nil {
					return
				}
				n = m.finished(th, th.reg.array[:th.reg.top], nil)
			case up.Fn.IsG:
				n = th.continued(nil)
			default:
				return
			}
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
			if len(th.pending) > 0 {
				n = th.continued(err)
				break
			}
			err = th.noted(err, true, nil)
			th.cut(0, 0)
			if th.co == nil {
				th.failure, m.left = err, true
				return
			}
			n = m.finished(th, nil, err)
		case n == switches:
			if th.frames != nil {
				m.left = true
				return
			}
			n = m.handed
		case n == begins:
			fn := th.reg.array[0].(*lua.LFunction)
			nargs := th.reg.top - 1
			if !fn.IsG {
				th.callLua(nil, fn, 0, nargs, lua.MultRet)
				return
			}
			n = th.begin(nil, fn, 0, nargs, lua.MultRet)
		case n == parks:
			if th.discarded() {
				panic(discarding{})
			}
			m.left = true
			return
		case n == leaves:
			return
		default: // LState.Yield
			th.errorf("attempt to yield across a function of Go: use coroutine.yield")
		}
	}
}

// continued goes on with the last function in Go that has ended in a call, which is over.
//
//go:noinline
func (th *Thread) continued(err error) int {
	if th.discarded() { // somebody's Go code has stopped the panic that does it: nothing goes on that needs a task
		panic(discarding{})
	}
	p := &th.pending[len(th.pending)-1]
	// The fields one by one: a copy of the whole stalls on what was just written to it.
	then, what, arg, at, frame, trace, handler := p.then, p.what, p.arg, p.at, p.frame, p.trace, p.handler
	th.dropPending()
	if err != nil {
		err = th.noted(err, trace, handler)
		th.cut(frame+1, at)
	}
	fn := in(&th.l).currentFrame.function()
	n := then(&th.l, th.reg.top-at, err, what, arg)
	th.m.agedBy(fn)
	return n
}

// addPending adds one to the list. Invariant: what lies behind the list's end is empty.
func (th *Thread) addPending() *pending {
	n := len(th.pending)
	if n == cap(th.pending) {
		th.pending = append(th.pending, pending{})
	} else {
		th.pending = th.pending[:n+1]
	}
	return &th.pending[n]
}

// dropPending takes the last one out of the list.
func (th *Thread) dropPending() {
	last := len(th.pending) - 1
	th.pending[last] = pending{}
	th.pending = th.pending[:last]
}

// drop tells the functions in Go that have ended in a call that the thread will not go on.
func (th *Thread) drop() {
	for len(th.pending) > 0 {
		p := th.pending[len(th.pending)-1]
		th.dropPending()
		th.cut(p.frame+1, p.at)
		p.then(&th.l, 0, ErrDropped, p.what, p.arg)
	}
	th.m.cache.aged()
}

// cut takes away the frames but the first sp, and the registers from at on.
func (th *Thread) cut(sp, at int) {
	l := in(&th.l)
	th.closeUpvalues(at)
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
