// Package stdio writes to the host's streams: a buffered standard output, and writers that are not believed. It is for one goroutine
// at a time.
package stdio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"

	"golang.org/x/term"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Output is a runtime's standard output: one buffer for print, io.write and builtins. Its owner flushes it whenever no task is ready,
// before anything goes to standard error, before a process is started, and at the end; it flushes itself when it is large and, on a
// terminal, at the end of a line.
type Output struct {
	w         Writer
	terminal  bool
	buf       []byte
	buffering lualib.Buffering
	err       error // of the last flush; the next write reports it
	reported  bool  // a write has reported it

	// Lines says that a line which has no end yet is not written out, as others write to the same place: but for FlushAll, Lost, and
	// what is longer than maxHeld.
	Lines bool
	// Lock, unless nil, is held while it writes.
	Lock *sync.Mutex

	// Allow, unless nil, is asked about n bytes more.
	Allow func(n int) error

	// Broken, unless nil, is told that nobody reads any more: a closed pipe, or a terminal that is gone. It is no failure of the write
	// under way, nor of those to come, which are dropped.
	Broken func(error)
}

// flushAt is how much is kept at most.
const flushAt = 32 << 10

// maxHeld is how long a line that has no end may become where others write to the same place.
const maxHeld = 1 << 20

// NewOutput is an output to a writer of the host's; nil discards what is written.
func NewOutput(w Writer) *Output {
	if w.W == nil {
		w.W = io.Discard
	}
	o := &Output{w: w}
	if _, ok := TerminalOf(w.W); ok {
		o.terminal, o.buffering = true, lualib.LineBuffered
	}
	return o
}

// TerminalOf is the descriptor of the terminal that a stream of the host's leads to.
func TerminalOf(stream any) (fd int, ok bool) {
	f, ok := stream.(interface{ Fd() uintptr })
	if !ok {
		return 0, false
	}
	fd = int(f.Fd())
	return fd, term.IsTerminal(fd)
}

// Host is the host's own writer.
func (o *Output) Host() io.Writer { return o.w.W }

// Buffer sets when it flushes itself.
func (o *Output) Buffer(b lualib.Buffering) { o.buffering = b }

// Write implements io.Writer. Its error may be that of an earlier write.
func (o *Output) Write(p []byte) (int, error) {
	if o.Allow != nil {
		if err := o.Allow(len(p)); err != nil {
			return 0, err
		}
	}
	switch {
	case o.err != nil:
	case len(p) >= flushAt && !o.Lines: // not copied
		if o.Flush() == nil {
			o.write(p)
		}
	default:
		o.buf = append(o.buf, p...)
		if len(o.buf) >= flushAt || o.buffering.Flushes(p) {
			_ = o.Flush() // looked at below
		}
	}
	if o.err == nil || errors.Is(o.err, syscall.EPIPE) {
		return len(p), nil
	}
	o.reported = true
	return 0, o.err
}

// Flush writes out what is there, with Lines only lines that have an end. An error stays: what comes after it cannot be written either.
func (o *Output) Flush() error {
	if o.Lines && len(o.buf) < maxHeld {
		return o.flush(bytes.LastIndexByte(o.buf, '\n') + 1)
	}
	return o.flush(len(o.buf))
}

// FlushAll is Flush of all that is there.
func (o *Output) FlushAll() error { return o.flush(len(o.buf)) }

// flush writes out the first n bytes.
func (o *Output) flush(n int) error {
	if o.err != nil || n == 0 {
		return o.err
	}
	o.write(o.buf[:n])
	rest := o.buf[n:]
	if cap(o.buf) > 4*flushAt {
		o.buf = nil
	}
	o.buf = append(o.buf[:0], rest...)
	return o.err
}

func (o *Output) write(p []byte) {
	if o.Lock != nil {
		o.Lock.Lock()
		defer o.Lock.Unlock()
	}
	_, o.err = o.w.Write(p)
	if o.terminal && errors.Is(o.err, syscall.EIO) {
		o.err = fmt.Errorf("the terminal is gone: %w", syscall.EPIPE)
	}
	if errors.Is(o.err, syscall.EPIPE) && o.Broken != nil {
		o.Broken(o.err)
	}
}

// Lost flushes, and is an error of writing that no Write has returned.
func (o *Output) Lost() error {
	if err := o.FlushAll(); err != nil && !o.reported {
		o.reported = true
		return err
	}
	return nil
}

// Writer is a writer of the host's, which may be anybody's: that it has written all of p, or returns an error, is seen to here.
type Writer struct {
	W io.Writer
	// Failed makes the runtime's error of one that W has returned, or of a panic in it, a *vm.Panic.
	Failed func(error) error
	// Terminal, unless nil, is where W leads to.
	Terminal *Terminal
}

// Write implements io.Writer.
func (w Writer) Write(p []byte) (n int, err error) {
	if p := vm.Guard("a writer of the host's", func() {
		if w.Terminal != nil {
			n, err = w.Terminal.Write(w.W, p)
		} else {
			n, err = w.W.Write(p)
		}
		if err != nil {
			err = w.Failed(err)
		}
	}); p != nil {
		return 0, w.Failed(p)
	}
	switch {
	case n < 0 || n > len(p):
		n, err = 0, errors.Join(err, fmt.Errorf("a writer of the host's says that it has written %d of %d bytes", n, len(p)))
	case n < len(p) && err == nil:
		err = fmt.Errorf("a writer of the host's has written %d of %d bytes: %w", n, len(p), io.ErrShortWrite)
	}
	return n, err
}
