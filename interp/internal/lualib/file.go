package lualib

import (
	"context"
	"errors"
	"io"
	"os"
	"sync/atomic"
	"syscall"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// file is what a file handle stands for: stdio's FILE. Its fields are for the loop's side; a call under way on another goroutine
// has only what read and writePolled use.
type file struct {
	lib     *Library
	name    string     // for errors that come when the library closes it
	f       File       // nil: a stream of the host's that is no file
	os      *os.File   // f, if it is one of the system's
	stream  *Stream    // what a builtin has opened; nil: a file of Lua's
	count   *OpenFiles // which f, or stream, is one of
	src     io.Reader
	kind    readKind
	fifo    bool     // a FIFO that has not been read yet
	tty     bool     // the controlling terminal
	proc    *process // at the other end of it: popen
	opener  any      // see Host.Opener
	made    vm.Site  // where a script has opened it
	nth     uint64   // of those that were opened
	std     std
	write   bool // it is open for writing
	closed  bool
	dropped bool // by the script; see files.leaving

	turn    turn
	writing turn // of a stream, which is read and written at the same time; else turn is for both
	reading bool // the call that has the turn waits for something to read

	in   []byte // in[pos:] was read and is still to be taken
	pos  int
	size int     // of the next read
	late error   // came with the last bytes of in
	op   *readOp // a read that was given up, and has not returned yet

	out       []byte // written and still to be written out
	refused   error  // the first error of writing it out, or closing the file
	buffering Buffering
	limit     int // of out
}

// std says which standard stream a file is. Output goes through the runtime's own buffer.
type std uint8

const (
	notStd std = iota
	stdin
	stdout
	stderr
)

// Sizes of buffers: reads begin small, and grow while they fill what they are given.
const (
	minBuffer = 4 << 10
	maxBuffer = 64 << 10
)

// waits are the ways in which one function of the library waits.
type waits struct{ abandoned, finished, passive [2]Wait }

func waitsOf(name string) *waits {
	return &waits{
		abandoned: [2]Wait{{Name: name}, {Name: name, Light: true}},
		finished:  [2]Wait{{Name: name, Finish: true}, {Name: name, Finish: true, Light: true}},
		passive:   [2]Wait{{Name: name, Passive: true}, {Name: name, Light: true, Passive: true}},
	}
}

func (w *waits) abandon(light bool) *Wait { return &w.abandoned[b2i(light)] }
func (w *waits) finish(light bool) *Wait  { return &w.finished[b2i(light)] }

// reads is how a task waits for something to read.
func (f *file) reads(w *waits, light bool) *Wait {
	if f.stream != nil && f.stream.Passive {
		return &w.passive[b2i(light)]
	}
	return w.abandon(light)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (f *file) light() bool { return f.kind == polled }

// closedError ends a call that finds its file closed.
func closedError(L *lua.LState) { vm.Errorf(L, "attempt to use a closed file") }

// locked calls fn while the file is the running task's alone, and lockedOut while what is written to it is. It is a checkpoint.
func (f *file) locked(L *lua.LState, w *waits, fn func() int) int {
	return f.lockedBy(L, w, &f.turn, fn)
}

func (f *file) lockedOut(L *lua.LState, w *waits, fn func() int) int {
	if f.stream != nil {
		return f.lockedBy(L, w, &f.writing, fn)
	}
	return f.lockedBy(L, w, &f.turn, fn)
}

func (f *file) lockedBy(L *lua.LState, w *waits, t *turn, fn func() int) int {
	lib := f.lib
	if err := lib.host.Checkpoint(w.abandon(true)); err != nil {
		lib.host.Fail(L, err)
	}
	if err := lib.take(w.abandon(true), t); err != nil {
		lib.host.Fail(L, err)
	}
	defer t.give()
	if f.closed {
		closedError(L)
	}
	return fn()
}

// readOp is one read, which outlives the task that asked for it if that gives up.
type readOp struct {
	claimed atomic.Bool // by the goroutine that reads, or by the task that gave up before it could
	done    chan struct{}
	buf     []byte
	n       int
	err     error
}

func (op *readOp) run(ctx context.Context, f *file) {
	if op.claimed.CompareAndSwap(false, true) {
		defer close(op.done)
		op.n, op.err = f.read(ctx, op.buf)
	}
}

// read waits for some bytes; once ctx has ended it takes none, if it can.
func (f *file) read(ctx context.Context, p []byte) (int, error) {
	switch f.kind {
	case polled:
		n, err := readPolled(ctx, f.src.(deadlines), func() (int, error) {
			if f.fifo {
				if err := awaitWriter(f.os); err != nil {
					return 0, err
				}
				f.fifo = false
			}
			return f.src.Read(p)
		})
		if err == io.EOF && f.proc != nil && f.lib.files.tty.has(f.proc) {
			f.proc.await(ctx)
			f.proc.handOn(ctx)
		}
		return n, err
	case waited:
		var n int
		err := f.lib.Retry(ctx, func() (err error) {
			if f.tty {
				defer f.lib.host.Shows([]*os.File{f.os})() // a person types
				n, err = f.lib.readTerminal(ctx, f.os, p)
			} else {
				n, err = readWaited(ctx, f.os, p)
			}
			return err
		})
		return n, err
	}
	return f.src.Read(p)
}

// fill adds to what is in; want says how much more is known to be needed. The error is io.EOF or the system's.
func (f *file) fill(L *lua.LState, w *waits, want int) error {
	if err := f.late; err != nil {
		f.late = nil
		return err
	}
	if f.stream != nil && f.stream.From != nil {
		return f.fillPipe(L, w)
	}
	host := f.lib.host
	if n := len(f.in) - f.pos; n >= maxBuffer {
		roomFor(L, n)
	}
	f.reading = true
	defer func() { f.reading = false }()
	for {
		op := f.op
		if op == nil {
			op = &readOp{done: make(chan struct{})}
			if f.pos == len(f.in) && cap(f.in) >= f.size {
				op.buf, f.in, f.pos = f.in[:min(cap(f.in), maxBuffer)], nil, 0
			} else {
				op.buf = make([]byte, max(f.size, min(want, 1<<20)))
			}
			f.op = op
			switch f.kind {
			case foreign:
				f.start(op)
			default:
				if err := f.idle(w, func() error {
					return host.Block(f.reads(w, f.light()), func(ctx context.Context) { op.run(ctx, f) })
				}); err != nil {
					if op.claimed.CompareAndSwap(false, true) {
						f.op = nil
					}
					host.Fail(L, err)
				}
			}
		}
		if err := f.settle(L, w); err != nil || f.pos < len(f.in) {
			return err
		}
		if f.closed {
			closedError(L)
		}
	}
}

// start starts a read that nothing ends but the end of what is read: the host's reader lets it, or the stream is closed.
func (f *file) start(op *readOp) {
	run := func() { op.run(context.Background(), f) }
	if f.stream != nil {
		f.lib.host.Go(run)
	} else {
		go run()
	}
}

// settle waits until a read that is under way has returned, and takes what it brought.
func (f *file) settle(L *lua.LState, w *waits) error {
	op := f.op
	if op == nil {
		return nil
	}
	select {
	case <-op.done:
	default:
		if err := f.idle(w, func() error {
			return f.lib.host.Block(f.reads(w, true), func(ctx context.Context) {
				select {
				case <-op.done:
				case <-ctx.Done():
				}
			})
		}); err != nil {
			f.lib.host.Fail(L, err)
		}
	}
	f.op = nil
	if op.n > 0 {
		if f.pos == len(f.in) {
			f.in, f.pos = op.buf[:op.n], 0
		} else {
			if f.pos > len(f.in)/2 {
				f.in, f.pos = f.in[:copy(f.in, f.in[f.pos:])], 0
			}
			f.in = append(f.in, op.buf[:op.n]...)
		}
		if op.n == len(op.buf) {
			f.size = min(2*f.size, maxBuffer)
		}
	}
	switch {
	case f.closed:
		closedError(L)
	case op.err == nil || errors.Is(op.err, errGivenUp):
	case op.n > 0:
		f.late = op.err
	default:
		return op.err
	}
	return nil
}

// toRead makes ready for reading, and toWrite for writing, where the same file was used the other way before.
func (f *file) toRead(L *lua.LState, w *waits) error {
	switch {
	case f.src == nil && (f.stream == nil || f.stream.From == nil):
		return syscall.EBADF
	case f.stream == nil:
		return f.flush(L, w)
	case len(f.out) > 0: // with setvbuf: an answer comes only to what was asked
		f.lockedOut(L, w, func() int {
			f.check(L, w, f.flush(L, w))
			return 0
		})
	}
	return nil
}

func (f *file) toWrite(L *lua.LState, w *waits) error {
	switch {
	case !f.write:
		return syscall.EBADF
	case f.stream != nil:
		return nil
	}
	if f.op != nil {
		if err := f.settle(L, w); err != nil && err != io.EOF {
			return err
		}
	}
	if n := len(f.in) - f.pos; n > 0 {
		f.in, f.pos = nil, 0
		_, err := f.f.Seek(int64(-n), io.SeekCurrent)
		return err
	}
	return nil
}

// put writes.
func (f *file) put(L *lua.LState, w *waits, p []byte) error {
	host := f.lib.host
	if f.std == notStd {
		if err := host.Written(len(p)); err != nil {
			host.Fail(L, err)
		}
	}
	switch f.std {
	case stdout:
		_, err := host.Stdout().Write(p)
		return err
	case stderr:
		_, err := host.Stderr().Write(p)
		return err
	}
	if err := f.toWrite(L, w); err != nil {
		return err
	}
	f.out = append(f.out, p...)
	if len(f.out) >= f.limit || f.buffering.Flushes(p) {
		return f.flush(L, w)
	}
	return nil
}

// flush writes out what was written. Data that a cancellation keeps from being written out stays for the next time; what the system
// refuses is dropped, once its error has been told.
func (f *file) flush(L *lua.LState, w *waits) error {
	if f.std == stdout {
		return f.lib.host.FlushStdout()
	}
	if len(f.out) == 0 {
		return nil
	}
	if f.stream != nil && f.stream.To != nil {
		return f.flushPipe(L, w)
	}
	for at, piece := 0, f.pieces(); ; {
		var n int
		var failure error
		p := f.out[at:min(len(f.out), at+piece)]
		err := f.idle(w, func() error {
			return f.lib.host.Block(w.finish(f.light()), func(ctx context.Context) {
				n, failure = f.writeOut(ctx, p)
			})
		})
		at += n
		if err == nil && failure == nil && n == len(p) && at < len(f.out) {
			continue
		}
		if failure != nil || errors.Is(err, ErrIdle) {
			at = len(f.out)
		}
		f.out = f.out[:copy(f.out, f.out[at:])]
		if cap(f.out) > 4*maxBuffer && len(f.out) == 0 {
			f.out = nil
		}
		if err != nil {
			f.lib.host.Fail(L, err)
		}
		f.refuses(failure)
		return failure
	}
}

// pieces is how much is written at once: little where each piece has a time limit.
func (f *file) pieces() int {
	if f.stream != nil && f.stream.Idle > 0 {
		return minBuffer
	}
	return len(f.out)
}

// writeOut writes p out, as far as it gets until ctx ends.
func (f *file) writeOut(ctx context.Context, p []byte) (int, error) {
	if f.stream != nil {
		return f.stream.write(ctx, f.lib, p)
	}
	return writePolled(ctx, f.os, p)
}

// seek is fseek, then ftell.
func (f *file) seek(L *lua.LState, w *waits, offset int64, whence int) (int64, error) {
	if f.f == nil {
		return 0, syscall.ESPIPE
	}
	if err := f.settle(L, w); err != nil && err != io.EOF {
		return 0, err
	}
	ahead := int64(len(f.in) - f.pos)
	if whence == io.SeekCurrent && offset == 0 {
		at, err := f.f.Seek(0, io.SeekCurrent)
		return at - ahead + int64(len(f.out)), err
	}
	if err := f.flush(L, w); err != nil {
		return 0, err
	}
	if whence == io.SeekCurrent {
		offset -= ahead
	}
	at, err := f.f.Seek(offset, whence)
	if err == nil {
		f.in, f.pos, f.late = nil, 0, nil
	}
	return at, err
}

// release gives the file back to the system. It is called once; ctx is for the end of a stream.
func (f *file) release(ctx context.Context) error {
	if f.dropped {
		defer f.lib.files.leaving.Add(-1)
	}
	defer f.count.Done()
	if f.stream != nil {
		return f.stream.end(ctx)
	}
	return f.f.Close()
}

// close writes out what is left and closes the file, also under a task that waits for something to read: that finds it closed.
// It returns the process at the other end, if there is one, which is still to be waited for.
func (f *file) close(L *lua.LState, w *waits) (*process, error) {
	if f.stream != nil {
		return nil, f.closeStream(L, w)
	}
	ctx := context.Background()
	if f.reading {
		f.closed = true
		f.lib.files.forget(f)
		err := f.release(ctx)
		f.refuses(err)
		return f.proc, err
	}
	var err error
	f.locked(L, w, func() int {
		err = f.flush(L, w)
		f.closed = true
		f.lib.files.forget(f)
		if cerr := f.release(ctx); err == nil {
			err = cerr
		}
		f.refuses(err)
		return 0
	})
	f.in, f.out = nil, nil
	return f.proc, err
}

// refuses notes an error of writing, stdio's ferror.
func (f *file) refuses(err error) {
	if f.refused == nil {
		f.refused = err
	}
}

// Refused is the first error that writing to a file handle, or closing it, has had; nil: there was none.
func (lib *Library) Refused(v lua.LValue) error {
	if f := lib.fileOf(v); f != nil {
		return f.refused
	}
	return nil
}
