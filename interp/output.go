package interp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"

	"golang.org/x/term"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// output is a runtime's standard output: one buffer for print, io.write and builtins. It is written out whenever no
// task is ready, before anything goes to standard error, before a process is started, when it is large, line by line on
// a terminal, and at the end.
type output struct {
	w         io.Writer
	terminal  bool
	buf       []byte
	buffering lualib.Buffering
	err       error // of the last flush; the next write reports it
	reported  bool  // a write has reported it

	// allow is asked about n bytes more.
	allow func(n int) error

	// broken is told once that nobody reads any more: a closed pipe, or a terminal that is gone. That is no failure of the
	// write under way, nor of those to come, which are dropped.
	broken func(error)
}

const outputLimit = 32 << 10

func newOutput(w io.Writer) *output {
	if w == nil {
		w = io.Discard
	}
	o := &output{w: w}
	if f, ok := w.(interface{ Fd() uintptr }); ok && term.IsTerminal(int(f.Fd())) {
		o.terminal, o.buffering = true, lualib.LineBuffered
	}
	return o
}

// Write implements io.Writer. What it returns may be the error of an earlier write.
func (o *output) Write(p []byte) (int, error) {
	if o.allow != nil {
		if err := o.allow(len(p)); err != nil {
			return 0, err
		}
	}
	switch {
	case o.err != nil:
	case len(p) >= outputLimit: // not copied
		if o.flush() == nil {
			o.write(p)
		}
	default:
		o.buf = append(o.buf, p...)
		if len(o.buf) >= outputLimit || o.buffering.Flushes(p) {
			_ = o.flush() // looked at below
		}
	}
	if o.err == nil || errors.Is(o.err, syscall.EPIPE) {
		return len(p), nil
	}
	o.reported = true
	return 0, o.err
}

// flush writes out what is there. An error stays: what comes after it cannot be written either.
func (o *output) flush() error {
	if o.err != nil || len(o.buf) == 0 {
		return o.err
	}
	o.write(o.buf)
	if cap(o.buf) > 4*outputLimit {
		o.buf = nil
	}
	o.buf = o.buf[:0]
	return o.err
}

func (o *output) write(p []byte) {
	_, o.err = hostWriter{o.w}.Write(p)
	if o.terminal && errors.Is(o.err, syscall.EIO) {
		o.err = fmt.Errorf("the terminal is gone: %w", syscall.EPIPE)
	}
	if errors.Is(o.err, syscall.EPIPE) && o.broken != nil {
		o.broken(o.err)
	}
}

// hostWriter is a writer of the host's, which may be anybody's: that it has written all of p, or returns an error, is seen to
// here, and a panic in it is an error, as one in a builtin is.
type hostWriter struct{ w io.Writer }

func (h hostWriter) Write(p []byte) (n int, err error) {
	if p := vm.Guard("a writer of the host's", func() {
		if n, err = h.w.Write(p); err != nil {
			err = sound(err)
		}
	}); p != nil {
		return 0, newError(p)
	}
	switch {
	case n < 0 || n > len(p):
		n, err = 0, errors.Join(err, fmt.Errorf("a writer of the host's says that it has written %d of %d bytes", n, len(p)))
	case n < len(p) && err == nil:
		err = fmt.Errorf("a writer of the host's has written %d of %d bytes: %w", n, len(p), io.ErrShortWrite)
	}
	return n, err
}

// lost is an error of writing that no script has been told of.
func (o *output) lost() error {
	if err := o.flush(); err != nil && !o.reported {
		o.reported = true
		return err
	}
	return nil
}

// lostOutput is an error of writing that no script has been told of.
func (rt *Runtime) lostOutput() error {
	err := rt.out.lost()
	if _, ok := err.(*Error); err != nil && !ok {
		err = &Error{Kind: KindIO, Msg: "standard output: " + plainError(err), cause: err}
	}
	return err
}

// Flush writes out what scripts have printed so far. It waits for the loop, which gets to it between two turns, or while a
// script computes, but no longer than ctx lets it. It must not be called by a function that runs on the loop.
func (rt *Runtime) Flush(ctx context.Context) error {
	done := make(chan error, 1)
	rt.loop.Post(func() { done <- rt.out.flush() })
	select {
	case err := <-done:
		return err
	case <-rt.loop.Done():
		return nil // Close has written it
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-rt.long():
		if sched.OnLoop() {
			return errOnLoop
		}
		return rt.Flush(ctx)
	}
}

// stderr is standard error for a run, or nil, once standard output has been written out.
func (rt *Runtime) stderr(r *run) io.Writer {
	_ = rt.out.flush() // an error is kept for the next print, or the end
	if rt.cfg.stderr == nil {
		return io.Discard
	}
	return stderr{rt, r}
}

// stderr is the host's standard error. Nobody is told that most of what is written there has failed.
type stderr struct {
	rt *Runtime
	r  *run
}

func (w stderr) Write(p []byte) (int, error) {
	n, err := hostWriter{w.rt.cfg.stderr}.Write(p)
	if e, ok := err.(*Error); ok { // a panic
		w.rt.broken(w.r, e)
	}
	return n, err
}

// counted is standard error as scripts write to it.
type counted struct{ rt *Runtime }

func (w counted) Write(p []byte) (int, error) {
	if err := w.rt.written(len(p)); err != nil {
		return 0, err
	}
	return w.rt.stderr(w.rt.running()).Write(p)
}

// Stdout is the runtime's standard output. It is buffered: written out when no task is ready.
func (c *Call) Stdout() io.Writer { return c.rt.out }

// idle writes out what was printed; an error is kept for the next print, or the end.
func (rt *Runtime) idle() { _ = rt.out.flush() }
