package interp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"
	"syscall"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// The kinds of error values, as scripts see them in err.kind.
const (
	KindError     = "error"
	KindTimeout   = "timeout"
	KindCancelled = "cancelled"
	KindIO        = "io"
	KindClosed    = "closed"
	KindDeadlock  = "deadlock"
	KindLimit     = "limit"
	KindPanic     = "panic"
	KindParse     = "parse" // of what is decoded; with the fields line and column, from 1, and path where it is a file's
)

// Errors to test for with errors.Is. An *Error of the kind of that name is one of them.
var (
	ErrTimeout   = errors.New("timeout")
	ErrCancelled = sched.ErrCancelled
	ErrDeadlock  = errors.New("deadlock")
	ErrClosed    = errors.New("closed")
	ErrLimit     = errors.New("limit")
)

var kinds = map[string]error{
	KindTimeout: ErrTimeout, KindCancelled: ErrCancelled, KindDeadlock: ErrDeadlock, KindClosed: ErrClosed, KindLimit: ErrLimit,
}

// ExitError is what a run returns that a script ended with os.exit or stop and a status other than 0. It is used as a
// value, not as a pointer.
type ExitError struct{ Code int }

// Error names the status.
func (e ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Code) }

// Error is an error of a script: raised by a builtin, as the error value that scripts see, or around whatever else a
// script raised. It is not changed after it was raised.
type Error struct {
	Kind   string   // one of the constants
	Msg    string   // without the position
	Value  Value    // what the script raised, where that was no error value
	Task   string   // the name of the task that raised it
	Frames []Frame  // where, innermost first
	Spawn  []string // where its task was spawned, and the task that did it, up to the main chunk
	Others []*Error // what the tasks that failed with it raised

	rt      *Runtime       // that it was raised in
	as      *Error         // what a builtin returned, where this is the copy that was raised
	pos     string         // "job.lua:12: ", or ""
	path    string         // of a file
	code    string         // such as "ENOENT"
	cause   error          // behind it, in Go
	causeLV lua.LValue     // behind it, in Lua
	wraps   bool           // causeLV is what was raised, and nothing stands behind it
	body    *Error         // of a cleanup that failed: what had ended the body
	meant   string         // what the script may have meant by a name that has no value, or ""
	stack   []byte         // Go's, of a panic
	ud      *lua.LUserData // the value that scripts hold
	told    bool           // see Reported
	fresh   bool           // made as one of rt's, and not raised yet
	fields  []errorField   // of its builtin's own
}

// errorField is a field of an error value that is its builtin's own.
type errorField struct {
	name  string
	value any
}

// With gives an error value, which has not been raised yet, a field of its builtin's own: scripts read it as err.name, Go
// with [Error.Field]. value is a string, a boolean, an int or a float64, or a Value of the runtime that it is raised in. It returns e.
func (e *Error) With(name string, value any) *Error {
	e.fields = append(e.fields, errorField{name, value})
	return e
}

// Field is what With has set, or nil. errors.As finds the *Error in what a run returns.
func (e *Error) Field(name string) any {
	for i := len(e.fields) - 1; i >= 0; i-- {
		if f := e.fields[i]; f.name == name {
			return f.value
		}
	}
	return nil
}

// Frame is a line of a traceback.
type Frame struct {
	Func   string // as tracebacks say it: "function 'work'", "main chunk"
	Source string
	Line   int // -1: a function in Go
}

// String is the line as tracebacks show it.
func (f Frame) String() string {
	if f.Line < 0 {
		return "[Go]: in " + f.Func
	}
	return fmt.Sprintf("%s:%d: in %s", f.Source, f.Line, f.Func)
}

// Error is one line: the position and the message.
func (e *Error) Error() string { return e.pos + e.Msg }

// Reported reports whether a line on standard error has told of the error already: that of a task which nobody awaited
// when it failed. Where the error is returned it comes with its traceback.
func (e *Error) Reported() bool { return e.told }

// DidYouMean is the name that the script may have meant, where the error is that a global or a field has no value; "" if
// there is none like it. It is for who reads the error, and no part of what a script sees.
func (e *Error) DidYouMean() string { return e.meant }

// Nearest is which of several names a misspelt one was meant for, as DidYouMean finds it; "" if none comes near.
func Nearest(name string, among iter.Seq[string]) string { return vm.Nearest(name, among) }

// Traceback is where the error was raised and where its task was spawned, up to the main chunk; of a panic in Go, also
// Go's stack.
func (e *Error) Traceback() string {
	var b strings.Builder
	b.WriteString("stack traceback:")
	for _, f := range e.Frames {
		b.WriteString("\n\t" + f.String())
	}
	for _, s := range e.Spawn {
		b.WriteString("\n\tspawned at " + s)
	}
	if len(e.stack) > 0 {
		b.WriteString("\n" + strings.TrimSpace(string(e.stack)))
	}
	return b.String()
}

// Is reports whether target is the sentinel of the error's kind, or the value that a builtin returned.
func (e *Error) Is(target error) bool {
	if as, ok := target.(*Error); ok {
		return e.as == as && as != nil
	}
	return kinds[e.Kind] == target
}

// Unwrap is the Go error behind it, and the error value that it was wrapped around.
func (e *Error) Unwrap() []error {
	var errs []error
	if e.cause != nil {
		errs = append(errs, e.cause)
	}
	if e.body != nil {
		return append(errs, e.body)
	}
	if ud, ok := e.causeLV.(*lua.LUserData); ok {
		if c, ok := ud.Value.(*Error); ok {
			errs = append(errs, c)
		}
	}
	return errs
}

// newError makes an error value around a Go error; the kind is told by what the error is. It may be of a type of the host's.
func newError(err error) (e *Error) {
	if p := vm.Guard("a method of an error", func() { e = describe(err) }); p != nil {
		return describe(p)
	}
	return e
}

// sound is an error of the host's or, where its methods panic, that panic.
func sound(err error) error {
	if p := vm.Guard("a method of an error", func() { _, _ = err.Error(), errors.Is(err, ErrLimit) }); p != nil {
		return newError(p)
	}
	return err
}

func describe(err error) *Error {
	e := &Error{Kind: KindError, Msg: err.Error(), cause: err}
	switch {
	case errors.Is(err, ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		e.Kind = KindTimeout
	case errors.Is(err, ErrCancelled), errors.Is(err, context.Canceled):
		e.Kind = KindCancelled
	case errors.Is(err, ErrDeadlock):
		e.Kind = KindDeadlock
	case errors.Is(err, ErrLimit):
		e.Kind = KindLimit
	case errors.Is(err, ErrClosed), errors.Is(err, fs.ErrClosed):
		e.Kind = KindClosed
	default:
		if no := syscall.Errno(0); errors.As(err, &no) {
			e.Kind, e.code = KindIO, errnoName(no)
		}
		if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
			e.Kind, e.path = KindIO, pe.Path
		}
	}
	if p := (*vm.Panic)(nil); errors.As(err, &p) {
		e.Kind, e.stack = KindPanic, p.Stack
	}
	return e
}

// Errorf makes an error value of a kind, for a builtin to return. With %w its cause is kept.
func Errorf(kind, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Msg: err.Error(), cause: errors.Unwrap(err)}
}

// PathErrorf makes an error value of kind io about a file: op names the builtin, err tells what is wrong.
func PathErrorf(op, path string, err error) *Error {
	e := newError(err)
	e.Kind, e.path, e.Msg = KindIO, path, fmt.Sprintf("%s: %s: %s", op, path, plainError(err))
	return e
}

// plainError is a system error without the operation and the file names.
func plainError(err error) string {
	switch e := err.(type) {
	case *fs.PathError:
		return plainError(e.Err)
	case *os.LinkError:
		return plainError(e.Err)
	case *os.SyscallError:
		return plainError(e.Err)
	}
	return err.Error()
}

// errorOf is the *Error of what came out of a protected call.
func (rt *Runtime) errorOf(r *vm.Raised) *Error {
	if ud, ok := r.Value.(*lua.LUserData); ok {
		if e, ok := ud.Value.(*Error); ok {
			if e.Frames == nil {
				e.Frames = frames(r.Frames)
			}
			return e
		}
	}
	if t := rt.current(); t != nil && t.rare != nil && t.rare.raised != nil && t.rare.raised.Value.lv == r.Value {
		return t.rare.raised
	}
	return &Error{rt: rt, Kind: KindError, Msg: rt.text(r.Value), Value: Value{r.Value, rt}, Frames: frames(r.Frames), stack: r.Stack, meant: r.DidYouMean()}
}

func frames(in []vm.Frame) []Frame {
	out := make([]Frame, 0, len(in))
	for _, f := range in {
		out = append(out, Frame{f.Func, f.Source, f.Line})
	}
	return out
}

// luaValue is what scripts see of e: what was raised, or the error value.
func (rt *Runtime) luaValue(e *Error) lua.LValue {
	if e.Value.lv != nil && e.rt == rt {
		return e.Value.lv
	}
	return rt.errorValue(e)
}

// errorValue is the error value for e; what is no error value is wrapped in one.
func (rt *Runtime) errorValue(e *Error) *lua.LUserData {
	if e = rt.own(e); e.Value.lv != nil {
		e = e.wrapped()
	}
	if e.ud == nil {
		e.ud = &lua.LUserData{Value: e, Metatable: rt.errorMT}
	}
	return e.ud
}

// wrapped is a copy of e to attach something to, as what was raised is not changed. What was no error value becomes one
// with the same text, and is its cause.
func (e *Error) wrapped() *Error {
	w := *e
	w.ud, w.told = nil, false
	if lv := e.Value.lv; lv != nil {
		w.causeLV, w.wraps, w.Value = lv, true, Value{}
		if e.Msg == noText(lv) {
			w.Msg = lv.String()
		}
	}
	return &w
}

// with returns e with others attached.
func (e *Error) with(others []*Error) *Error {
	if len(others) == 0 {
		return e
	}
	w := e.wrapped()
	w.Others = append(append([]*Error{}, e.Others...), others...)
	return w
}

// causedBy returns e with the error behind it attached, at the end of the chain of causes that e may have.
func (rt *Runtime) causedBy(e, cause *Error) *Error {
	w := e.wrapped()
	if w.causeLV != nil && !w.wraps {
		inner := rt.errorOf(&vm.Raised{Value: w.causeLV})
		if inner == cause {
			return w
		}
		cause = rt.causedBy(inner, cause)
	}
	w.body, w.causeLV, w.wraps = cause, rt.luaValue(cause), false
	return w
}

// raise ends the builtin that runs on L with err: `return rt.raise(L, err)`.
func (rt *Runtime) raise(L *lua.LState, err error) int { return vm.Fails(L, rt.raisable(L, err)) }

// raisable is err as vm takes it, raised by the builtin that runs on L.
func (rt *Runtime) raisable(L *lua.LState, err error) error {
	if most := rt.cfg.limits.Files; most > 0 && errors.Is(err, lualib.ErrOpenFiles) {
		if over := rt.exceed("Files", most); over != nil {
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
		if e = x; e.rt == rt && e.Value.lv != nil {
			if t := rt.current(); t != nil {
				t.rarely().raised = e
			}
		}
	default:
		if c := (*sched.Cancelled)(nil); errors.As(err, &c) {
			return &vm.Unwound{Err: c}
		}
		e = newError(err)
		if was := (*Error)(nil); errors.As(err, &was) { // the builtin added words to an error value
			e.Kind, e.path, e.code, e.Others, e.fields = was.Kind, was.path, was.code, was.Others, was.fields
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
	w := &Error{rt: rt, Kind: e.Kind, Msg: e.Msg, Others: e.Others, path: e.path, code: e.code, stack: e.stack, cause: e.cause, as: e, fields: e.fields}
	if e.rt != nil {
		w.Msg, w.Others, w.cause, w.fields = e.Error(), nil, e, e.plainFields()
	}
	if w.Kind == "" {
		w.Kind = KindError
	}
	return w
}

// plainFields are the fields that another runtime may have, too.
func (e *Error) plainFields() []errorField {
	return slices.DeleteFunc(slices.Clone(e.fields), func(f errorField) bool {
		v, ok := f.value.(Value)
		return ok && shared(v.lv)
	})
}

// located is e as it is raised from L: with the place, unless it has been raised before.
func (rt *Runtime) located(L *lua.LState, e *Error) *Error {
	w := rt.own(e)
	if e.fresh {
		w = e.wrapped()
		w.fresh = false
	}
	if w != e {
		w.pos = vm.Where(L, 1)
		if th := vm.ThreadOf(L); th != nil {
			w.Frames = frames(vm.Traceback(th, 0))
		}
		rt.spawnOf(w)
	}
	return w
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
	switch v := v.(type) {
	case lua.LString, lua.LNumber:
		return v.String()
	case *lua.LUserData:
		if e, ok := v.Value.(*Error); ok {
			return e.Error()
		}
	}
	if mt, ok := rt.vm.State().GetMetatable(v).(*lua.LTable); ok {
		if fn, ok := mt.RawGetString("__tostring").(*lua.LFunction); ok {
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
		return v.String()
	}
	return fmt.Sprintf("(error object is a %s value)", v.Type())
}

// newErrorMetatable makes error values read-only userdata with fields, which serve as text where text is wanted.
func (rt *Runtime) newErrorMetatable() *lua.LTable {
	L := rt.vm.State()
	mt := vm.NewTable(6)
	set := func(name string, fn func(L *lua.LState) int) { mt.RawSetString(name, L.NewFunction(fn)) }
	set("__index", func(L *lua.LState) int {
		e := errorArg(L, 1)
		key, _ := L.Get(2).(lua.LString)
		if v, ok := rt.errorField(L, e, string(key)); ok {
			L.Push(v)
			return 1
		}
		L.Push(L.GetField(L.GetField(L.G.Global, "string"), string(key))) // methods of strings: err:match(...)
		return 1
	})
	set("__newindex", func(L *lua.LState) int {
		return rt.raise(L, Errorf(KindError, "an error value is read-only"))
	})
	set("__tostring", func(L *lua.LState) int {
		L.Push(lua.LString(errorArg(L, 1).Error()))
		return 1
	})
	set("__len", func(L *lua.LState) int {
		L.Push(lua.LNumber(len(errorArg(L, 1).Error())))
		return 1
	})
	set("__concat", func(L *lua.LState) int {
		var b strings.Builder
		for i := 1; i <= 2; i++ {
			switch v := L.Get(i).(type) {
			case lua.LString, lua.LNumber:
				b.WriteString(v.String())
			case *lua.LUserData:
				b.WriteString(errorArg(L, i).Error())
			default:
				return rt.raise(L, Errorf(KindError, "attempt to concatenate a %s value", v.Type()))
			}
		}
		L.Push(lua.LString(b.String()))
		return 1
	})
	mt.RawSetString("__metatable", lua.LString("error"))
	return mt
}

func errorArg(L *lua.LState, i int) *Error {
	if ud, ok := L.Get(i).(*lua.LUserData); ok {
		if e, ok := ud.Value.(*Error); ok {
			return e
		}
	}
	L.ArgError(i, "error value expected, got "+L.Get(i).Type().String())
	return nil
}

func (rt *Runtime) errorField(L *lua.LState, e *Error, key string) (lua.LValue, bool) {
	str := func(s string) (lua.LValue, bool) {
		if s == "" {
			return lua.LNil, true
		}
		return lua.LString(s), true
	}
	switch key {
	case "kind":
		return str(e.Kind)
	case "message":
		return lua.LString(e.Msg), true
	case "traceback":
		return lua.LString(e.Traceback()), true
	case "path":
		return str(e.path)
	case "code":
		return str(e.code)
	case "task":
		return str(e.Task)
	case "cause":
		if e.causeLV == nil {
			return lua.LNil, true
		}
		return e.causeLV, true
	case "others":
		if len(e.Others) == 0 {
			return lua.LNil, true
		}
		t := L.CreateTable(len(e.Others), 0)
		for _, o := range e.Others {
			v := rt.luaValue(o)
			if v == lua.LNil { // a list has no room for it
				v = rt.errorValue(o)
			}
			t.Append(v)
		}
		return t, true
	}
	if v := e.Field(key); v != nil {
		lv, err := rt.value(v)
		return lv, err == nil
	}
	return nil, false
}
