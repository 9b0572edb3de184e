package interp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Stream is what a builtin has opened (one end of a pipe, a connection, a body) as [Call.NewStream] makes a handle of it. A task reads
// it while another writes to it; several that read, or write, do so one after the other, first come, first served.
//
// Its Reader and Writer are used off the loop, by one goroutine each. Where they have SetReadDeadline and SetWriteDeadline, as an
// *os.File of a pipe and a net.Conn do, these end a call whose task is cancelled; what a Read that cannot be ended brings later stays
// for the stream's next reader, and a Write that cannot be ended closes the stream. So a Read and a Write must return when Close was
// called. An error of theirs is raised, as it is where it is an [*Error].
type Stream struct {
	Name   string    // in messages: "the response of https://..."
	Reader io.Reader // nil: it cannot be read
	Writer io.Writer // nil: it cannot be written
	// From and To, unless nil, are read and written instead: the other end is in the same runtime.
	From, To *Pipe
	// Close gives back what was opened. It is called once, off the loop, by whatever comes first: the method close, the end of the
	// task, or the collector, when scripts have dropped the handle. When ctx ends it should return. nil: there is nothing to do.
	Close func(ctx context.Context) error
	// Passive says that waiting for something to read is waiting for whoever it may please; see [Call.BlockPassive].
	Passive bool
	// Idle is how long a task waits for bytes to come or go, on the runtime's clock, before that is an error of kind timeout; 0: for ever.
	Idle time.Duration
	// Most is how many bytes read("*a") takes: more is an error of kind limit. 0: as many as there are.
	Most int64
	// Peer says that the other side is somebody else's: what it does not take of the rest, when the stream is closed because its task has
	// ended, is lost without an error.
	Peer bool
	// Keep makes it the run's, and not the task's, as Resource.Keep says.
	Keep bool
	// Object, unless nil, is an object of a [Type] that a module has: the handle has its methods beside those of files, and [Self]
	// finds it. tostring is that of the type.
	Object any
	// Part, unless nil, is what the stream is a part of: it is closed with that, and not of itself when a task ends.
	Part *Resource
}

// NewStream makes a handle of what the builtin has opened: a value with the methods of Lua's files (read, lines, write, close, flush,
// setvbuf; seek fails), which goes wherever a file handle does. At most 64 KiB are read ahead. A write goes out at once, and
// the writer waits until it has; setvbuf("full") makes it wait less often. A line longer than 16 MiB is an error of kind limit. Errors
// that are none of the Reader's or Writer's own have the field stream, its name.
//
// The stream is a [Resource] of the running task's, which counts as one of Limits.Files: one too many is closed again, and the error
// ends the run. Where NewStream fails the stream is closed.
func (c *Call) NewStream(s Stream) (Value, error) {
	rt := c.rt
	count := rt.openFiles()
	if err := count.Add(); err != nil {
		rt.workers.Go(func() { _ = (&Resource{rt: rt, close: s.Close}).end(context.Background()) })
		return Value{}, err
	}
	ls := &lualib.Stream{Name: s.Name, Reader: s.Reader, Writer: s.Writer, Close: s.Close, Passive: s.Passive, Idle: s.Idle, Most: s.Most, Peer: s.Peer, Object: s.Object}
	if s.From != nil {
		ls.From = &s.From.p
	}
	if s.To != nil {
		ls.To = &s.To.p
	}
	if s.Object != nil {
		mt := rt.metatable(reflect.TypeOf(s.Object))
		if mt == nil {
			count.Done()
			return Value{}, fmt.Errorf("NewStream: no module has a Type of %T", s.Object)
		}
		ls.Metatable = rt.withFileMethods(mt)
	}
	r := &Resource{rt: rt, name: s.Name, made: c.Site()}
	ls.Closing = func() {
		r.forget()
		if ls.From != nil {
			ls.From.Break(nil)
		}
		if ls.To != nil {
			ls.To.End(nil)
		}
	}
	ud := rt.libs.NewStream(ls, count)
	r.obj = ud.Value
	r.begin = func() func(context.Context) error { return rt.libs.EndStream(r.obj) }
	if s.Part != nil {
		s.Part.parts = append(s.Part.parts, r)
	} else {
		rt.holdsOpen(c.task, r)
		if s.Keep {
			r.Keep()
		}
	}
	return Value{ud, rt}, nil
}

// withFileMethods gives the objects of a type the methods of files, where they have none of that name.
func (rt *Runtime) withFileMethods(mt *lua.LTable) *lua.LTable {
	methods := methodsOf(mt)
	if methods == nil || vm.Field(methods, "lines") != lua.LNil {
		return mt
	}
	vm.Pairs(rt.libs.FileMethods(), func(k, v lua.LValue) bool {
		if name := lua.LVAsString(k); name[0] != '_' && vm.Get(methods, k) == lua.LNil {
			vm.Set(nil, methods, k, v)
		}
		return true
	})
	return mt
}

// StreamError implements lualib.Host.
func (h *host) StreamError(method, name string, err error) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e
	}
	e := newError(err)
	switch {
	case errors.Is(err, lualib.ErrLine), errors.Is(err, lualib.ErrMost):
		e.Kind = KindLimit
	case errors.Is(err, lualib.ErrIdle):
		e.Kind = KindTimeout
	case errors.Is(err, lualib.ErrNoReader), errors.Is(err, lualib.ErrNoWriter):
		e = e.With("code", "EPIPE")
		e.Kind = KindIO
	case e.Kind == KindError:
		e.Kind = KindIO
	}
	stream := name
	if name != "" {
		name += ": "
	}
	e.Msg = method + ": " + name + plainError(err)
	if stream != "" {
		return e.With("stream", stream)
	}
	return e
}

// Go implements lualib.Host.
func (h *host) Go(fn func()) { h.rt.workers.Go(fn) }
