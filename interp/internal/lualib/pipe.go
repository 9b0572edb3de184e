package lualib

import (
	"errors"
	"io"
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// Pipe is bytes on their way between two tasks of one loop, where neither a goroutine nor a timer is in between: who waits is woken by
// the other. It is for the loop's side.
type Pipe struct {
	most     int // how much is on its way at once
	buf      []byte
	pos      int
	ended    error // nothing more is written; what a reader is told after the rest
	broken   error // nothing more is read; what a writer is told
	readers  waiting
	writers  waiting
	onBroken func()
	onDone   func()

	bounded bool
	left    int64 // how much a reader may have still
	over    error // what it is told then
}

// ErrNoReader and ErrNoWriter are the errors of writing to a pipe of which one end is closed.
var (
	ErrNoReader = errors.New("the other side reads no more")
	ErrNoWriter = errors.New("it was shut down: nothing more can be written")
)

// waiting are those who wait for a side of a pipe; each looks again when it is woken.
type waiting []*inLine

// NewPipe makes a pipe that takes so many bytes before a writer waits. onBroken, unless nil, is called when nobody reads any more.
func NewPipe(most int, onBroken func()) *Pipe { return &Pipe{most: most, onBroken: onBroken} }

// Take moves what is there into b. Without an error 0 means that nothing is there yet.
func (p *Pipe) Take(b []byte) (int, error) {
	if p.bounded && p.pos < len(p.buf) {
		if p.left == 0 {
			return 0, p.over
		}
		b = b[:min(int64(len(b)), p.left)]
	}
	n := copy(b, p.buf[p.pos:])
	p.left -= int64(n)
	p.pos += n
	switch {
	case n > 0:
		if p.pos == len(p.buf) {
			p.buf, p.pos = p.buf[:0], 0
			if p.ended != nil {
				p.buf = nil
			}
		}
		p.writers.wake()
		return n, nil
	case p.broken != nil:
		return 0, io.ErrClosedPipe
	}
	if p.ended != nil {
		p.done()
	}
	return 0, p.ended
}

// OnDone has fn called once: when a reader has been told of the end, or nobody reads any more.
func (p *Pipe) OnDone(fn func()) { p.onDone = fn }

func (p *Pipe) done() {
	if fn := p.onDone; fn != nil {
		p.onDone = nil
		fn()
	}
}

// Put takes as much of b as there is room for. Without an error 0 means that there is none yet.
func (p *Pipe) Put(b []byte) (int, error) {
	switch {
	case p.broken != nil:
		return 0, p.broken
	case p.ended != nil:
		return 0, ErrNoWriter
	}
	n := min(len(b), p.most-(len(p.buf)-p.pos))
	if n <= 0 {
		return 0, nil
	}
	if p.pos > 0 && len(p.buf)+n > cap(p.buf) {
		p.buf, p.pos = p.buf[:copy(p.buf, p.buf[p.pos:])], 0
	}
	p.buf = append(p.buf, b[:n]...)
	p.readers.wake()
	return n, nil
}

// Fill adds what is there from the beginning, whatever there is room for.
func (p *Pipe) Fill(b []byte) { p.buf = append(p.buf, b...) }

// Bound says that a reader has n more bytes at most: where there is one more it is told err.
func (p *Pipe) Bound(n int64, err error) { p.bounded, p.left, p.over = true, n, err }

// End says that nothing more is written: after the rest a reader has err, io.EOF for nil.
func (p *Pipe) End(err error) {
	if p.ended != nil {
		return
	}
	if p.ended = err; err == nil {
		p.ended = io.EOF
	}
	p.readers.wake()
	p.writers.wake()
}

// Break says that nothing more is read: a writer has err, ErrNoReader for nil.
func (p *Pipe) Break(err error) {
	if p.broken != nil {
		return
	}
	if p.broken = err; err == nil {
		p.broken = ErrNoReader
	}
	whole := p.ended != nil && p.pos == len(p.buf)
	p.buf, p.pos = nil, 0
	p.readers.wake()
	p.writers.wake()
	if p.onBroken != nil && !whole {
		p.onBroken()
	}
	p.done()
}

// AwaitRead has wake called when Take may have something to say; forget takes that back. AwaitWrite is the same for Put.
func (p *Pipe) AwaitRead(wake func() bool) (forget func())  { return p.readers.add(wake) }
func (p *Pipe) AwaitWrite(wake func() bool) (forget func()) { return p.writers.add(wake) }

func (l *waiting) add(wake func() bool) (forget func()) {
	me := &inLine{wake}
	*l = append(*l, me)
	return func() { *l = slices.DeleteFunc(*l, func(w *inLine) bool { return w == me }) }
}

func (l *waiting) wake() {
	all := *l
	*l = nil
	for _, w := range all {
		w.wake()
	}
}

// parkFor waits until a side of a pipe, of which await is given, may have something to say.
func (lib *Library) parkFor(w *Wait, await func(wake func() bool) (forget func())) error {
	var forget func()
	return lib.host.Park(w, func(wake func() bool) { forget = await(wake) }, func(bool) { forget() })
}

// fillPipe is fill for a stream that is read from a pipe.
func (f *file) fillPipe(L *lua.LState, w *waits) error {
	for {
		if f.pos == len(f.in) {
			f.in, f.pos = f.in[:0], 0
		}
		at := len(f.in)
		f.in = slices.Grow(f.in, f.size)
		n, err := f.stream.From.Take(f.in[at : at+f.size])
		f.in = f.in[:at+n]
		if n == f.size {
			f.size = min(2*f.size, maxBuffer)
		}
		switch {
		case n > 0 || err != nil && !f.closed:
			return err
		case f.closed:
			closedError(L)
		}
		if err := f.idle(w, func() error { return f.lib.parkFor(w.abandon(true), f.stream.From.AwaitRead) }); err != nil {
			f.lib.host.Fail(L, err)
		}
	}
}

// flushPipe is flush for a stream that is written to a pipe.
func (f *file) flushPipe(L *lua.LState, w *waits) error {
	for len(f.out) > 0 {
		n, err := f.stream.To.Put(f.out)
		f.out = f.out[:copy(f.out, f.out[n:])]
		if err != nil {
			f.out = nil
			return err
		}
		if n > 0 {
			continue
		}
		if err := f.idle(w, func() error { return f.lib.parkFor(w.abandon(true), f.stream.To.AwaitWrite) }); err != nil {
			if errors.Is(err, ErrIdle) {
				f.out = nil
			}
			f.lib.host.Fail(L, err)
		}
	}
	return nil
}
