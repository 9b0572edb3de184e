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

// Kind says what sort of error an error value is, as scripts see it in err.kind: one of the constants, or a builtin's own word.
type Kind string

// The kinds of errors that the runtime and its builtins raise.
const (
	KindError     Kind = "error"
	KindTimeout   Kind = "timeout"
	KindCancelled Kind = "cancelled"
	KindIO        Kind = "io"
	KindClosed    Kind = "closed"
	KindDeadlock  Kind = "deadlock"
	KindLimit     Kind = "limit"
	KindPanic     Kind = "panic"
	KindParse     Kind = "parse"  // of what is decoded; with the fields line and column, from 1, and path where it is a file's
	KindDenied    Kind = "denied" // a policy of the host's does not allow it
)

// Errors to test for with errors.Is. An *Error of the kind of that name is one of them.
var (
	ErrTimeout   = errors.New("timeout")
	ErrCancelled = sched.ErrCancelled
	ErrDeadlock  = errors.New("deadlock")
	ErrClosed    = errors.New("closed")
	ErrLimit     = errors.New("limit")
)

var kinds = map[Kind]error{
	KindTimeout: ErrTimeout, KindCancelled: ErrCancelled, KindDeadlock: ErrDeadlock, KindClosed: ErrClosed, KindLimit: ErrLimit,
}

// ExitError is what a run returns that a script ended with os.exit or stop and a status other than 0. It is used as a
// value, not as a pointer.
type ExitError struct{ Code int }

// Error names the status.
func (e ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Code) }

// Error is an error of a script: raised by a builtin, as the error value that scripts see, or around whatever else a
// script raised. It is not changed after it was raised: what is attached to it is attached to a copy.
type Error struct {
	Kind   Kind
	Msg    string   // without the position
	Value  Value    `json:"-"` // what the script raised, where that was no error value
	Task   string   // the name of the task that raised it
	Frames []Frame  // where, innermost first
	Spawn  []string // where its task was spawned, and the task that did it, up to the main chunk
	Others []*Error `json:"-"` // what the tasks that failed with it raised; see Attached

	rt       *Runtime       // that it was raised in
	returned *Error         // what a builtin returned, where this is the copy that was raised
	first    *Error         // what this is a copy of, made to attach something to it; nil: it is none
	pos      string         // "job.lua:12: ", or ""
	at       *Frame         // of pos, where that is in none of Frames
	fields   []field        // of its builtin's own, in the order in which they were given
	cause    error          // behind it, in Go
	behind   *Error         // err.cause
	leftOut  int            // it stands for so many causes that are left out, see link
	advice   *vm.Advice     // see Hint; nil: there is none
	stack    []byte         // Go's, of a panic
	ud       *lua.LUserData // the value that scripts hold
	where    []string       // see Where
	shown    string         // what is in Value, a table, see show

	// Together, as a script may hold a hundred thousand errors of tasks that it has cancelled.
	boxed    bool // scripts have it as an error value, whose err.value Value is
	worded   bool // words were put before what is behind it, which keeps the others
	reported bool // see Reported
	unraised bool // made as one of rt's, and not raised yet

	unwinds *sched.Cancelled // it has words around the cancellation of the task that returns it, which goes on as such
}

// field is a field of an error value that its builtin gave it.
type field struct {
	name string
	v    any        // what Call.Value takes
	lv   lua.LValue // in Lua, once the error is a runtime's
}

// Frame is a line of a traceback.
type Frame struct {
	Func   string // as tracebacks say it: "function 'work'", "main chunk"
	Source string
	Line   int // -1: a function in Go

	proto *lua.FunctionProto
	pc    int
	note  bool // it is a line of its own, and Func the text
}

// Defined is the line where the function begins; 0 for the main chunk, and for one in Go.
func (f Frame) Defined() int {
	if f.proto == nil {
		return 0
	}
	return f.proto.LineDefined
}

// String is the line as tracebacks show it.
func (f Frame) String() string {
	if f.note || strings.HasPrefix(f.Func, "(") { // levels that are left out
		return f.Func
	}
	if f.Line < 0 {
		return "[C]: in " + f.Func
	}
	return fmt.Sprintf("%s:%d: in %s", f.Source, f.Line, f.Func)
}

// Error is the position and the message; of a table that a script raised and nobody caught, what is in it; of nil that a task raised,
// whose it is.
func (e *Error) Error() string {
	switch {
	case e.shown != "":
		return e.shown
	case e.Value.lv == lua.LNil && len(e.Spawn) > 0:
		return fmt.Sprintf("task '%s' failed: nil", e.Task)
	}
	return e.text()
}

// text is what scripts have of it as text.
func (e *Error) text() string { return e.pos + e.Msg }

// Traceback is where the error was raised and where its task was spawned, up to the main chunk; of a panic in Go, also Go's stack. Where a run
// was ended from outside it is where its main task was, and then where all its tasks were.
func (e *Error) Traceback() string {
	var b strings.Builder
	b.WriteString("stack traceback:")
	for _, f := range e.Frames {
		b.WriteString("\n\t" + f.String())
	}
	for _, s := range e.Spawn {
		b.WriteString("\n\tspawned at " + s)
	}
	if len(e.where) > 1 {
		b.WriteString("\nthe tasks were:")
		for _, line := range e.where {
			b.WriteString("\n\t" + line)
		}
	}
	if len(e.stack) > 0 {
		b.WriteString("\n" + strings.TrimSpace(string(e.stack)))
	}
	return b.String()
}

// Is reports whether target is the sentinel of the error's kind, or the value that a builtin returned.
func (e *Error) Is(target error) bool {
	if as, ok := target.(*Error); ok {
		return e.returned != nil && e.returned.origin() == as.origin()
	}
	return kinds[e.Kind] == target
}

// Cause is the error behind it, which a script sees as err.cause; nil if there is none.
func (e *Error) Cause() *Error {
	if e.behind != nil {
		return e.behind
	}
	if e.cause != nil && e.rt != nil {
		if other, ok := e.cause.(*Error); ok { // another runtime's
			return other
		}
	}
	return nil
}

// With is a copy of an error value, which has not been raised yet, with a field of its builtin's own: scripts read it as err.name,
// Go with [Error.Field]. v is anything that [Call.Value] takes. The fields that every error value has (kind, message, traceback,
// task, cause, others, value) stay what they are.
//
//	return interp.Errorf("status", "%s: %s", url, res.Status).With("status", res.StatusCode).With("url", url)
func (e *Error) With(name string, v any) *Error {
	w := *e
	w.ud, w.first = nil, e.origin()
	w.fields = slices.Clone(e.fields)
	f := field{name: name, v: v}
	if e.rt != nil {
		f.convert(&w)
	}
	w.set(f)
	return &w
}

// set gives e a field, or another value to one that it has.
func (e *Error) set(f field) {
	if was := e.field(f.name); was != nil {
		*was = f
	} else {
		e.fields = append(e.fields, f)
	}
}

// convert makes the Lua value of a field of e, a runtime's. A value that Lua does not have is told of in the message.
func (f *field) convert(e *Error) {
	lv, err := e.rt.value(f.v)
	if err != nil {
		e.Msg += fmt.Sprintf(" (its field '%s': %v)", f.name, err)
		lv = lua.LNil
	}
	f.lv = lv
}

// Fields are the fields that the error's builtin, or the script, gave it, in the order in which they were given, with what Field
// says of each.
func (e *Error) Fields() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, f := range e.fields {
			if !yield(f.name, e.Field(f.name)) {
				return
			}
		}
	}
}

// Field is the field of that name that the error's builtin, or the script, gave it; nil if there is none. A script's
// are strings, float64s, bools and Values.
func (e *Error) Field(name string) any {
	f := e.field(name)
	if f == nil {
		return nil
	}
	v, ok := f.v.(Value)
	if !ok {
		return f.v
	}
	switch x := v.lv.(type) {
	case lua.LString:
		return string(x)
	case lua.LNumber:
		return float64(x)
	case lua.LBool:
		return bool(x)
	}
	return v
}

// field finds the field of that name.
func (e *Error) field(name string) *field {
	if i := slices.IndexFunc(e.fields, func(f field) bool { return f.name == name }); i >= 0 {
		return &e.fields[i]
	}
	return nil
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
			if e.Kind = KindIO; errnoName(no) != "" {
				e.set(field{name: "code", v: errnoName(no)})
			}
		}
		if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
			e.Kind = KindIO
			e.set(field{name: "path", v: pe.Path})
		}
	}
	if p := (*vm.Panic)(nil); errors.As(err, &p) {
		e.Kind, e.stack = KindPanic, p.Stack
	}
	return e
}

// Errorf makes an error value of a kind, for a builtin to return. With %w its cause is kept; where that is the cancellation of the
// builtin's own task, it is no error value that is raised but the cancellation; one of kind io has the system's code.
func Errorf(kind Kind, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	e := &Error{Kind: kind, Msg: err.Error(), cause: errors.Unwrap(err), unwinds: cancellation(err)}
	for n := 0; kind == KindIO && err != nil && n < maxWalk; n++ {
		if no, ok := err.(syscall.Errno); ok {
			if name := errnoName(no); name != "" {
				e.set(field{name: "code", v: name})
			}
			break
		}
		err = errors.Unwrap(err)
	}
	return e
}

// cancellation is the one in err of the task that has err; nil: there is none. Another task's arrives inside an error value.
func cancellation(err error) *sched.Cancelled {
	next := []error{err}
	for n := 0; n < len(next) && n < maxWalk; n++ {
		switch x := next[n].(type) {
		case *sched.Cancelled:
			return x
		case *Error:
			if x.unwinds != nil {
				return x.unwinds
			}
		case interface{ Unwrap() error }:
			next = append(next, x.Unwrap())
		case interface{ Unwrap() []error }:
			next = append(next, x.Unwrap()...)
		}
	}
	return nil
}

// PathErrorf makes an error value about a file: op names the builtin, err tells what is wrong. Its kind is io, unless err is of kind
// limit or panic, or denied where no files were granted, or none outside of a tree. A cancellation of the builtin's own task stays one, as Errorf says.
func PathErrorf(op, path string, err error) *Error {
	e := newError(err)
	e.unwinds = cancellation(err)
	switch {
	case e.Kind == KindPanic || e.Kind == KindLimit:
	case errors.Is(err, lualib.ErrNoFiles) || lualib.Escapes(err):
		e.Kind = KindDenied
	default:
		e.Kind = KindIO
	}
	e.Msg = fmt.Sprintf("%s: %s: %s", op, vm.Short(path), plainError(err))
	e.set(field{name: "path", v: path})
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
	case syscall.Errno:
		return errnoText(e)
	}
	return err.Error()
}
