package vm

import (
	"fmt"
	"runtime/debug"

	lua "github.com/yuin/gopher-lua"
)

// Raised is an error of Lua that came out of a protected call.
type Raised struct {
	Value  lua.LValue
	Frames []Frame // where it was raised, innermost first
	Stack  []byte  // Go's, if it was a panic in a builtin

	own  []Frame // of a coroutine: without those of the thread that resumed it
	slip *slip
}

// carried are the frames of a coroutine that an error has ended, on the way through the function that coroutine.wrap made.
type carried struct {
	value  lua.LValue // which that function raises in turn
	frames []Frame
}

func (r *Raised) Error() string { return ValueText(r.Value) }

// Unwound is what a protected call returns when Unwind has gone through it.
type Unwound struct{ Err error }

func (u *Unwound) Error() string { return u.Err.Error() }

// Unwrap is what Unwind was called with.
func (u *Unwound) Unwrap() error { return u.Err }

// unwinding is the panic of Unwind.
type unwinding struct{ err error }

// String is what LState.PCall, which stops everything, tells a host's function.
func (u unwinding) String() string { return u.err.Error() }

// discarding is the panic that ends the Go frames of a coroutine which nobody can resume any more. No call of this package
// stops it but run.
type discarding struct{}

// Raise ends the Go function that runs on L with an error of Lua.
func Raise(_ *lua.LState, v lua.LValue) { panic(&lua.ApiError{Type: lua.ApiErrorRun, Object: v}) }

// Unwind ends everything up to the next Call of this package; nothing in Lua catches it.
func Unwind(err error) { panic(unwinding{err}) }

// Throw ends the Go function that runs on L with an error, *Raised or *Unwound.
func Throw(L *lua.LState, err error) {
	switch e := err.(type) {
	case *Raised:
		Raise(L, e.Value)
	case *Unwound:
		Unwind(e.Err)
	}
	panic(err)
}

// Call is a protected call from inside a Go function that runs on L. The error is *Raised or *Unwound.
func Call(L *lua.LState, fn lua.LValue, args []lua.LValue) ([]lua.LValue, error) {
	return CallAs(L, fn, args, func(v lua.LValue) lua.LValue { return v })
}

// CallDeep is Call of a function that stands on as much of Go's stack as so many calls take.
func CallDeep(L *lua.LState, fn lua.LValue, calls int) ([]lua.LValue, error) {
	if th := ThreadOf(L); th != nil {
		th.goCalls += calls
		defer func() { th.goCalls -= calls }()
	}
	return Call(L, fn, nil)
}

// CallAs is Call that makes something of each of the results.
func CallAs[V any](L *lua.LState, fn lua.LValue, args []lua.LValue, as func(lua.LValue) V) ([]V, error) {
	l := in(L)
	base := l.reg.top
	reserve(L, len(args)+1)
	l.reg.array[base] = fn
	l.reg.top = base + 1 + copy(l.reg.array[base+1:], args)
	if err := protected(L, len(args), true, nil); err != nil {
		return nil, err
	}
	vals := make([]V, l.reg.top-base)
	for i := range vals {
		vals[i] = as(l.reg.array[base+i])
		l.reg.array[base+i] = nil
	}
	l.reg.top = base
	return vals, nil
}

// protected calls the function that lies below nargs arguments on the stack of L, for all its results. On error everything
// is as it was before the function was pushed. trace asks for the frames; handler (unless nil) is called with the error
// while the frames are still there, and makes another of it.
func protected(L *lua.LState, nargs int, trace bool, handler lua.LValue) (err error) {
	th := ThreadOf(L)
	if th == nil {
		return protectedForeign(L, nargs, handler)
	}
	l := in(L)
	sp, base, cf := th.stack.sp(), l.reg.top-nargs-1, l.currentFrame
	goCalls := th.goCalls
	th.room()
	if v := l.reg.array[base]; !callableValue(th, v) {
		err := &Raised{Value: lua.LString("attempt to call a " + v.Type().String() + " value")}
		clear(l.reg.array[base:l.reg.top])
		l.reg.top = base
		if handler != nil {
			return th.handled(err, handler)
		}
		return err
	}
	done := false
	defer func() {
		if done {
			return
		}
		p := recover()
		if p == nil {
			return // runtime.Goexit: it goes on
		}
		if _, ok := p.(discarding); ok {
			panic(p)
		}
		th.m.cache.aged()
		err = th.caught(p, trace, handler)
		th.closeUpvalues(base)
		th.stack.cut(sp)
		th.goCalls = goCalls
		l.currentFrame = cf
		if top := l.reg.top; top > base {
			clear(l.reg.array[base:top])
		}
		l.reg.top = base
	}()
	if fn, ok := l.reg.array[base].(*lua.LFunction); ok && !fn.IsG && cf != nil {
		th.callFromGo(cf, fn, base, nargs)
	} else {
		L.Call(nargs, lua.MultRet)
	}
	done = true
	return nil
}

// protectedForeign is protected on a thread that is none of ours: a host has made it with LState.NewThread, and gopher-lua
// runs it. An error handler finds the frames gone.
func protectedForeign(L *lua.LState, nargs int, handler lua.LValue) (err error) {
	l := in(L)
	stack := (*growStack)(l.stack.word)
	sp, base, cf := stack.sp(), l.reg.top-nargs-1, l.currentFrame
	done := false
	defer func() {
		if done {
			return
		}
		switch p := recover().(type) {
		case nil: // runtime.Goexit: it goes on
			return
		case discarding:
			panic(p)
		case unwinding:
			err = &Unwound{Err: p.err}
		case *lua.ApiError:
			err = &Raised{Value: p.Object}
		default:
			err = &Raised{Value: lua.LString(fmt.Sprint(p)), Stack: debug.Stack()}
		}
		stack.cut(sp)
		l.currentFrame = cf
		L.SetTop(base - cf.LocalBase)
		if r, ok := err.(*Raised); ok && handler != nil {
			vals, e := Call(L, handler, []lua.LValue{r.Value})
			if r.Value = lua.LNil; len(vals) > 0 {
				r.Value = vals[0]
			}
			if e != nil {
				err = e
			}
		}
	}()
	L.Call(nargs, lua.MultRet)
	done = true
	return nil
}

// callFromGo calls a function of Lua for all its results: LState.Call, without its detours.
func (th *Thread) callFromGo(cf *callFrame, fn *lua.LFunction, at, nargs int) {
	if th.goBase+th.goCalls >= th.m.goCalls {
		th.tooManyGoCalls()
	}
	th.step()
	th.goCalls++
	th.m.agedBy(cf.function())
	th.callLua(cf, fn, at, nargs, lua.MultRet)
	th.execute(in(&th.l).currentFrame)
	th.goCalls--
}

// callableValue reports whether a function in Go that runs can call v.
func callableValue(th *Thread, v lua.LValue) bool {
	if _, ok := v.(*lua.LFunction); ok {
		return true
	}
	th.m.agedBy(in(&th.l).currentFrame.function())
	_, ok := th.metamethod(v, "__call").(*lua.LFunction)
	return ok
}

// caught makes an error of what was recovered, with the dying frames still in place.
func (th *Thread) caught(p any, trace bool, handler lua.LValue) error {
	return th.noted(th.errorOf(p), trace, handler)
}

// errorOf makes an error of what was recovered.
func (th *Thread) errorOf(p any) error {
	switch p := p.(type) {
	case unwinding:
		return &Unwound{Err: p.err}
	case *lua.ApiError:
		return &Raised{Value: p.Object}
	case *Panic: // elsewhere
		return &Raised{Value: th.m.panicValue(p), Stack: p.Stack}
	}
	if p == "lua callstack overflow" {
		if lim := th.m.limits; lim != nil && lim.Depth > 0 {
			return &Unwound{Err: lim.Deep()}
		}
		return &Raised{Value: lua.LString(Where(&th.l, 0) + "stack overflow")} // gopher-lua's own push
	}
	e := &Panic{"a builtin", p, debug.Stack()}
	if th.discarded() && th.m.cfg.Lost != nil {
		th.m.cfg.Lost(e)
	}
	return &Raised{Value: th.m.panicValue(e), Stack: e.Stack}
}

// noted notes where an error was raised, if trace says so, and lets the handler (unless nil) make another of it. The dying
// frames must still be in place.
func (th *Thread) noted(err error, trace bool, handler lua.LValue) error {
	l := in(&th.l)
	if cf := l.currentFrame; cf != nil && !cf.Fn.IsG { // what a handler pushes must not touch registers that closures share
		l.reg.top = min(max(l.reg.top, cf.LocalBase+int(cf.Fn.Proto.NumUsedRegisters)), len(l.reg.array))
	}
	c := th.m.carried
	th.m.carried = carried{}
	r, ok := err.(*Raised)
	if !ok {
		return err
	}
	if trace {
		var inner []Frame
		if c.value == r.Value {
			inner = c.frames
		}
		r.Frames = append(inner, Traceback(th, 0)...)
		if th.co != nil {
			r.own = append(inner, th.ownTraceback()...)
		}
		if s, ok := r.Value.(lua.LString); ok && th.m.slip != nil && th.m.slip.text == string(s) {
			r.slip = th.m.slip
		}
	}
	if handler != nil {
		return th.handled(r, handler)
	}
	return r
}

func (m *Machine) panicValue(p *Panic) lua.LValue {
	if m.cfg.PanicValue != nil {
		return m.cfg.PanicValue(p)
	}
	return lua.LString(fmt.Sprint(p.Value))
}

// handlerTries is how often a handler may fail at the error that it raised itself, before the error is given up.
const handlerTries = 10

// handled calls an error handler, and again for what that raises, as PUC does.
func (th *Thread) handled(r *Raised, handler lua.LValue) error {
	th.depth += handlerDepth
	defer func() { th.depth -= handlerDepth }()
	for range handlerTries {
		vals, err := Call(&th.l, handler, []lua.LValue{r.Value})
		if err == nil {
			if r.Value = lua.LNil; len(vals) > 0 {
				r.Value = vals[0]
			}
			return r
		}
		e, ok := err.(*Raised)
		if !ok {
			return err
		}
		r.Value = e.Value
	}
	r.Value = lua.LString("error in error handling")
	return r
}
