package lualib

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// MaxLine is how long a line of a stream may be.
const MaxLine = 16 << 20

// ErrLine is the error of one that is longer. The part of the line that was read stays, to be read in other ways.
var ErrLine = errors.New("the line has more than 16 MiB; read(n) reads it in pieces")

// ErrMost is the error of what is left of a stream where that is more than its Most.
var ErrMost = errors.New("there is more than may be read at once; read(n) reads it in pieces")

// ErrIdle is the error of a stream through which nothing came or went for as long as its Idle.
var ErrIdle = errors.New("no byte came or went")

// Stream is what a builtin has opened, which scripts have as a file handle. Nothing of it is believed: it may be a host's.
type Stream struct {
	Name    string                          // in errors
	Reader  io.Reader                       // nil: it cannot be read
	Writer  io.Writer                       // nil: it cannot be written
	From    *Pipe                           // instead of Reader
	To      *Pipe                           // instead of Writer
	Close   func(ctx context.Context) error // called once, off the loop; what reads and writes then comes to an end. nil: nothing is to be done
	Passive bool                            // waiting for something to read is no work under way
	Idle    time.Duration                   // how long a task waits for bytes to come or go; 0: without end
	Most    int64                           // how many bytes read("*a") takes; 0: as many as there are
	Peer    bool                            // what it does not take at the end of its task is lost without an error
	Closing func()                          // called once, on the loop, before it is closed; or nil
	Object  any                             // what scripts call further methods on; nil: there are none
	// Metatable, unless nil, is that of the handle.
	Metatable *lua.LTable

	once sync.Once // of Close
	err  error     // it has returned
}

// NewStream makes the handle of a stream, which count counts. Its output is not buffered, unless setvbuf says so.
func (lib *Library) NewStream(s *Stream, count *OpenFiles) *lua.LUserData {
	f := &file{name: s.Name, stream: s, count: count, kind: foreign, write: s.Writer != nil || s.To != nil, buffering: Unbuffered}
	if d, ok := s.Reader.(deadlines); ok {
		if r := (hostReader{lib, d}); r.SetReadDeadline(time.Time{}) == nil {
			f.src, f.kind = r, polled
		}
	}
	if s.Reader != nil && f.src == nil {
		f.src = hostReader{lib, noDeadlines{s.Reader}}
	}
	return lib.handle(f)
}

// ObjectOf is the object of a stream, or nil, where v is the value of a stream's handle.
func ObjectOf(v any) any {
	if f, ok := v.(*file); ok && f.stream != nil {
		return f.stream.Object
	}
	return nil
}

// IsFile reports whether v is the value of a handle, of a file, a process or a stream.
func IsFile(v any) bool {
	_, ok := v.(*file)
	return ok
}

// EndStream closes the stream whose handle has the value v, under the tasks that use it. It is to be called on the loop; its result,
// unless nil, does the work off it, in ctx.
func (lib *Library) EndStream(v any) func(ctx context.Context) error {
	f, ok := v.(*file)
	if !ok || f.closed {
		return nil
	}
	f.closed = true
	lib.files.forget(f)
	if f.writing.held { // a writer is told by the end of the stream; what is left of it is lost
		return f.release
	}
	return func(ctx context.Context) error { return f.abandonIn(ctx, false) }
}

// write writes p, in pieces, until ctx ends. A writer without deadlines cannot be told to stop: the stream is closed under it.
func (s *Stream) write(ctx context.Context, lib *Library, p []byte) (int, error) {
	w := hostWriter{lib, s.Writer}
	if w.SetWriteDeadline(time.Time{}) != nil {
		stop := context.AfterFunc(ctx, func() { _ = s.end(context.WithoutCancel(ctx)) })
		defer stop()
	}
	return writePolled(ctx, w, p)
}

// idle calls wait, which waits for bytes to come or go, for as long as the stream's Idle.
func (f *file) idle(w *waits, wait func() error) error {
	if f.stream == nil || f.stream.Idle <= 0 {
		return wait()
	}
	late, err := f.lib.host.Within(f.stream.Idle, wait)
	if late {
		err = fmt.Errorf("%w for %v s", ErrIdle, lua.LNumber(f.stream.Idle.Seconds()))
		return f.lib.host.StreamError(w.abandoned[0].Name, f.name, err)
	}
	return err
}

// end calls Close, once.
func (s *Stream) end(ctx context.Context) error {
	s.once.Do(func() {
		if s.Close == nil {
			return
		}
		if p := vm.Guard("the Close of a stream", func() { s.err = s.Close(ctx) }); p != nil {
			s.err = p
		}
	})
	return s.err
}

// hostWriter is the writer of a stream, which may be anybody's.
type hostWriter struct {
	lib *Library
	w   io.Writer
}

// Write implements io.Writer.
func (h hostWriter) Write(p []byte) (n int, err error) {
	if p := vm.Guard("the writer of a stream", func() { n, err = h.w.Write(p) }); p != nil {
		return 0, p
	}
	switch {
	case n < 0 || n > len(p):
		return 0, fmt.Errorf("the writer of a stream says that it has written %d of %d bytes", n, len(p))
	case n < len(p) && err == nil:
		err = io.ErrShortWrite
	}
	return n, err
}

// SetWriteDeadline implements writer.
func (h hostWriter) SetWriteDeadline(t time.Time) (err error) {
	d, ok := h.w.(writer)
	if !ok {
		return os.ErrNoDeadline
	}
	if p := vm.Guard("the writer of a stream", func() { err = d.SetWriteDeadline(t) }); p != nil {
		h.lib.host.Post(func() { h.lib.host.Lost(nil, p) })
		return p
	}
	return err
}

// closeStream is close for a stream: a write under way is waited for, and a task that waits for something to read finds it closed.
func (f *file) closeStream(L *lua.LState, w *waits) error {
	var err error
	f.lockedOut(L, w, func() int {
		err = f.flush(L, w)
		return 0
	})
	if f.closed {
		closedError(L)
	}
	f.closed = true
	f.lib.files.forget(f)
	var failure error
	cerr := f.lib.host.Block(w.finish(true), func(ctx context.Context) { failure = f.release(ctx) })
	if f.op == nil {
		f.in = nil
	}
	f.out = nil
	switch {
	case cerr != nil:
		f.lib.host.Fail(L, cerr)
	case err == nil:
		err = failure
	}
	return err
}

// failed ends a method with an error: Lua's files return it, a stream raises it.
func (f *file) failed(L *lua.LState, w *waits, err error) int {
	f.check(L, w, err)
	return failed(L, "", err)
}

// done is failed for an error, else true is returned.
func (f *file) done(L *lua.LState, w *waits, err error) int {
	f.check(L, w, err)
	return done(L, "", err)
}

// check raises the error of a stream.
func (f *file) check(L *lua.LState, w *waits, err error) {
	if err != nil && f.stream != nil {
		f.lib.host.Fail(L, f.lib.host.StreamError(w.abandoned[0].Name, f.name, err))
	}
}

// waitsFor are the waits of a builtin's name.
func (lib *Library) waitsFor(name string) *waits {
	w := lib.files.waits[name]
	if w == nil {
		w = waitsOf(name)
		lib.files.waits[name] = w
	}
	return w
}
