package interp

import (
	"context"
	"errors"
	"io"
	"syscall"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/stdio"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// writer is a writer of the host's as the runtime writes to it.
func (rt *Runtime) writer(w io.Writer) stdio.Writer {
	out := stdio.Writer{W: w, Failed: failed}
	if rt.leadsToTerminal(w) {
		out.Terminal = rt.tty
	}
	return out
}

// failed is an error of the host's, or a panic in its code, as one in a builtin is.
func failed(err error) error {
	if p, ok := err.(*vm.Panic); ok {
		return newError(p)
	}
	return sound(err)
}

// lostOutput is an error of writing that no script has been told of.
func (rt *Runtime) lostOutput() error {
	err := rt.out.Lost()
	if _, ok := err.(*Error); err != nil && !ok {
		err = &Error{Kind: KindIO, Msg: "standard output: " + plainError(err), cause: err}
	}
	return err
}

// Flush writes out what scripts have printed so far. It waits for the loop, which gets to it between two turns, or while a
// script computes, but no longer than ctx lets it. It must not be called by a function that runs on the loop.
func (rt *Runtime) Flush(ctx context.Context) error {
	done := make(chan error, 1)
	rt.loop.Post(func() { done <- rt.flushed() })
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
	_ = rt.out.Flush() // an error is kept for the next print, or the end
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
	if k := w.rt.kin; k != nil {
		k.out.Lock()
		defer k.out.Unlock()
	}
	n, err := w.rt.writer(w.rt.cfg.stderr).Write(p)
	if e, ok := err.(*Error); ok { // a panic
		w.rt.broken(w.r, e)
	}
	return n, err
}

// counted is standard error as scripts write to it. A reader that is gone ends every run.
type counted struct{ rt *Runtime }

func (w counted) Write(p []byte) (int, error) {
	if err := w.rt.written(len(p)); err != nil {
		return 0, err
	}
	n, err := w.rt.stderr(w.rt.running()).Write(p)
	if errors.Is(err, syscall.EPIPE) { // as with standard output, that is no failure of the write
		w.rt.unread(err)
		return len(p), nil
	}
	return n, err
}

// Stdout is the runtime's standard output. It is buffered: written out when no task is ready.
func (c *Call) Stdout() io.Writer { return c.rt.out }

// FlushStdout writes out what was printed; the error is the writer's.
func (c *Call) FlushStdout() error { return c.rt.flushed() }

// flushed writes out what was printed, as somebody asks for it: an isolate's unfinished line waits all the same.
func (rt *Runtime) flushed() error {
	if rt.isolate != nil {
		return rt.out.Flush()
	}
	return rt.out.FlushAll()
}

// idle writes out what was printed; an error is kept for the next print, or the end.
func (rt *Runtime) idle() {
	_ = rt.out.Flush()
	rt.vm.Forget()
	rt.quick = QuickCall{rt: rt}
	if rt.workers.resting.Load() && rt.loop.Outside() == 0 {
		rt.workers.Dismiss(false)
	}
}
