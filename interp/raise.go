package interp

import (
	"errors"
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// errorOf is the *Error of what came out of a protected call.
func (rt *Runtime) errorOf(r *vm.Raised) *Error {
	if ud, ok := r.Value.(*lua.LUserData); ok {
		if e, ok := ud.Value.(*Error); ok {
			if len(e.Frames) == 0 && len(r.Frames) > 0 {
				e.Frames = frames(r.Frames)
			}
			return e
		}
	}
	if t := rt.current(); t != nil && t.rare != nil && t.rare.raised != nil && t.rare.raised.Value.lv == r.Value {
		return t.rare.raised
	}
	return &Error{rt: rt, Kind: KindError, Msg: rt.text(r.Value), Value: Value{r.Value, rt}, Frames: frames(r.Frames), stack: r.Stack, advice: r.Advice(rt.completeAll)}
}

func frames(in []vm.Frame) []Frame {
	out := make([]Frame, 0, len(in))
	for _, f := range in {
		out = append(out, frameOf(f))
	}
	return out
}

func frameOf(f vm.Frame) Frame {
	return Frame{Func: f.Func, Source: f.Source, Line: f.Line, proto: f.Proto, pc: f.PC}
}

// luaValue is what scripts see of e: what was raised, or the error value.
func (rt *Runtime) luaValue(e *Error) lua.LValue {
	if e.raw() && e.rt == rt {
		return e.Value.lv
	}
	return rt.errorValue(e)
}

// errorValue is the error value for e; what is no error value is wrapped in one.
func (rt *Runtime) errorValue(e *Error) *lua.LUserData {
	if e = rt.own(e); e.raw() {
		e = e.copy()
	}
	if e.ud == nil {
		e.ud = &lua.LUserData{Value: e, Metatable: rt.errorMetatable()}
	}
	return e.ud
}

// raw reports whether what was raised is no error value, and nothing had to be attached to it: it arrives as it was raised.
func (e *Error) raw() bool { return e.Value.lv != nil && !e.boxed }

// raise ends the builtin that runs on L with err: `return rt.raise(L, err)`.
func (rt *Runtime) raise(L *lua.LState, err error) int { return vm.Fails(L, rt.raisable(L, err)) }

// raisable is err as vm takes it, raised by the builtin that runs on L.
func (rt *Runtime) raisable(L *lua.LState, err error) error {
	if most := rt.limits.Files; most > 0 && errors.Is(err, lualib.ErrOpenFiles) {
		if over := rt.exceed("Files", most); over != nil {
			err = over
		}
	}
	if most := rt.limits.Memory; most > 0 && errors.Is(err, errMemory) {
		if over := rt.exceed("Memory", most); over != nil {
			err = over
		}
	}
	if most := rt.limits.Output; most > 0 && errors.Is(err, errOutput) {
		if over := rt.exceed("Output", most); over != nil {
			err = over
		}
	}
	var e *Error
	switch x := err.(type) {
	case *sched.Cancelled:
		return &vm.Unwound{Err: x}
	case *vm.Unwound:
		return x
	case *Error:
		if x.unwinds != nil {
			return &vm.Unwound{Err: x.unwinds}
		}
		if e = x; e.rt == rt && e.raw() {
			if t := rt.current(); t != nil {
				t.rarely().raised = e
			}
		}
	default:
		if c := cancellation(err); c != nil {
			return &vm.Unwound{Err: c}
		}
		e = newError(err)
		if was := (*Error)(nil); errors.As(err, &was) { // the builtin added words to an error value, as errors.wrap does
			e.Kind, e.fields, e.worded = was.Kind, was.fields, true
			e = link(append([]*Error{e}, rt.own(was).chain()...))
		}
	}
	return &vm.Raised{Value: rt.luaValue(rt.located(L, e))}
}

// own is e as an error of this runtime. One that is none's is copied: a host may return the same value again and again,
// from several runtimes. One that another runtime has raised is only the cause here.
func (rt *Runtime) own(e *Error) *Error {
	if e.rt == rt {
		return e
	}
	w := &Error{rt: rt, Kind: e.Kind, Msg: e.Msg, Others: e.Others, stack: e.stack, cause: e.cause, behind: e.behind, worded: e.worded, returned: e}
	if e.rt != nil {
		w.Msg, w.Others, w.cause, w.behind, w.worded = e.text(), nil, e, nil, false
	}
	if w.Kind == "" {
		w.Kind = KindError
	}
	for _, f := range e.fields {
		if v, ok := f.v.(Value); ok && e.rt != nil && shared(v.lv) {
			continue // a value stays where it is
		}
		f.convert(w)
		w.fields = append(w.fields, f)
	}
	return w
}

// putWords is an error value with words before what a script has caught: of the same kind, with the same fields, place and traceback.
// Its cause is that, which keeps the errors that were raised with it.
func (rt *Runtime) putWords(L *lua.LState, e *Error, words string) *Error {
	w := &Error{
		rt: rt, Kind: e.Kind, Msg: e.Msg, Task: e.Task, Frames: e.Frames, Spawn: e.Spawn, pos: e.pos, fields: e.fields, stack: e.stack, worded: true,
	}
	if e.raw() {
		w.Kind, w.Msg = KindError, e.line()
		if !e.isTable() {
			w.pos, w.Msg = placed(e.Msg) // its place is in its text
		}
	}
	if len(w.Frames) == 0 {
		w.Frames = frames(vm.Traceback(vm.ThreadOf(L), 0))
		rt.spawnOf(w)
	}
	vm.CheckText(L, len(words)+len(w.Msg))
	w.Msg = words + ": " + w.Msg
	return link(append([]*Error{w}, e.chain()...))
}

// located is e as it is raised from L: with the place, unless it has been raised before.
func (rt *Runtime) located(L *lua.LState, e *Error) *Error {
	w := rt.own(e)
	if e.unraised {
		w = e.copy()
		w.unraised = false
	}
	if w != e {
		w.pos, w.at = rt.position(L)
		if th := vm.ThreadOf(L); th != nil {
			w.Frames = frames(vm.Traceback(th, 0))
		}
		rt.spawnOf(w)
	}
	return w
}

// position is where the builtin that runs on L was called. Where it is, with nothing of Lua below it, what a task does, that is
// where the task was spawned.
func (rt *Runtime) position(L *lua.LState) (pos string, at *Frame) {
	pos = vm.Where(L, 1)
	if t := rt.current(); t != nil && pos == "" {
		for s := t.site; s != nil && pos == ""; s = s.parent {
			pos, at = placeOf(s.place)
		}
	}
	return pos, at
}

// placeOf is a place as messages begin with it, and as a frame; "" and nil if it was none.
func placeOf(s vm.Site) (pos string, at *Frame) {
	f, ok := s.Frame()
	if !ok {
		return "", nil
	}
	frame := frameOf(f)
	return s.String() + ": ", &frame
}

// spawnOf notes which task raises e.
func (rt *Runtime) spawnOf(e *Error) {
	if t := rt.current(); t != nil {
		e.Task, e.Spawn = t.Name(), t.spawnedAt()
	}
}

// panicValue makes an error value of a panic in a builtin.
func (rt *Runtime) panicValue(p *vm.Panic) lua.LValue {
	e := newError(p)
	e.rt = rt
	rt.spawnOf(e)
	return rt.errorValue(e)
}

// text is tostring(v), for messages; what a __tostring raises is left out.
func (rt *Runtime) text(v lua.LValue) string {
	var meta lua.LValue // whatever its __metatable says
	switch v := v.(type) {
	case lua.LString, lua.LNumber:
		return vm.ValueText(v)
	case *lua.LUserData:
		if e, ok := v.Value.(*Error); ok {
			return e.text()
		}
		meta = v.Metatable
	case *lua.LTable:
		meta = v.Metatable
	}
	if mt, ok := meta.(*lua.LTable); ok {
		if fn, ok := vm.Field(mt, "__tostring").(*lua.LFunction); ok {
			if s, ok := rt.ask(fn, v).(lua.LString); ok {
				return string(s)
			}
		}
	}
	return noText(v)
}

// ask calls a function in the running task, whose own function may have ended already. nil: it raised something.
func (rt *Runtime) ask(fn *lua.LFunction, v lua.LValue) lua.LValue {
	var res []lua.LValue
	var err error
	if th := rt.vm.Current(); th != nil {
		res, err = vm.Call(th.State(), fn, []lua.LValue{v})
	} else if t := rt.current(); t != nil && t.th != nil {
		res, err = t.th.Run(fn, []lua.LValue{v})
	}
	if err != nil || len(res) == 0 {
		return nil
	}
	return res[0]
}

// noText stands for what cannot be shown as text, as the stand-alone lua says it.
func noText(v lua.LValue) string {
	switch v.Type() {
	case lua.LTNil, lua.LTBool, lua.LTNumber, lua.LTString:
		return vm.ValueText(v)
	}
	return fmt.Sprintf("(error object is a %s value)", v.Type())
}

// goError is the error of a protected call as builtins see it: *Error, or the cancellation.
func (rt *Runtime) goError(err error) error {
	switch e := err.(type) {
	case *vm.Raised:
		return rt.errorOf(e)
	case *vm.Unwound:
		return e.Err
	}
	return err
}

// ErrorValue is the error value of an error that Call or Protect returned: what was raised if it was one, otherwise an
// error value around it.
func (c *Call) ErrorValue(err error) Value { return Value{c.rt.errorValue(asError(err)), c.rt} }

// ErrorField is what a script sees as a field of an error value; nil if it has none of that name.
func (c *Call) ErrorField(e *Error, name string) Value {
	lv, _ := c.rt.errorField(c.l, e, name)
	return Value{lv, c.rt}
}

// Caught is what a script has caught, an error value or anything else, as an error.
func (c *Call) Caught(v Value) *Error { return c.rt.errorOf(&vm.Raised{Value: v.lua()}) }

// Wrap is an error value with words before what a script has caught: of the same kind, with the same fields, place and traceback. Its
// cause is that.
func (c *Call) Wrap(caught Value, words string) *Error {
	return c.rt.putWords(c.l, c.Caught(caught), words)
}

// Raised is what a script sees of an error that Call or Protect returned: whatever was raised, or the error value of a
// cancellation.
func (c *Call) Raised(err error) Value { return Value{c.rt.luaValue(asError(err)), c.rt} }

func asError(err error) *Error {
	switch e := err.(type) {
	case *Error:
		return e
	case *sched.Cancelled:
		return cancelledError(e)
	}
	return newError(err)
}

// WithCause returns err with the error behind it attached as err.cause; cancellations are left as they are.
func (c *Call) WithCause(err, cause error) error {
	e, ok := err.(*Error)
	if !ok || cause == nil {
		return err
	}
	return e.causedBy(c.rt.own(asError(cause)))
}

// Located is an error value, which has not been raised yet, as it would be raised here: for one that a builtin shows to a
// script before it returns it.
func (c *Call) Located(err *Error) *Error {
	return c.rt.located(c.l, err)
}

// WithOthers returns err with what was raised beside it attached as err.others; cancellations are left as they are.
func (c *Call) WithOthers(err error, others ...error) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	list := make([]*Error, len(others))
	for i, o := range others {
		list[i] = c.rt.own(asError(o))
	}
	return e.with(list)
}

// cancelledError is the error value of a cancellation.
func cancelledError(c *sched.Cancelled) *Error {
	if e, ok := c.Cause.(*Error); ok && e.Kind == KindLimit {
		return e
	}
	return &Error{Kind: KindCancelled, Msg: c.Error(), cause: c}
}
