package interp

import (
	"github.com/lull-lua/lull/interp/internal/lualib"
)

// Pipe is bytes on their way from one task to another of the same runtime, such as a request's whose server is in it. Neither a goroutine
// nor a timer is in between: waiting for the other task is like waiting for a queue, so that a virtual clock goes by what the tasks do, and
// can be a deadlock. It is made by [NewPipe], and for the loop's side. [Stream] makes a handle of an end.
type Pipe struct{ p lualib.Pipe }

// NewPipe makes a pipe: a writer waits while so many bytes are on their way. onBroken, unless nil, is called when the reader has left before
// it had all.
func NewPipe(most int, onBroken func()) *Pipe { return &Pipe{*lualib.NewPipe(most, onBroken)} }

// Read waits until there is something, and reads it into b. At the end the error is io.EOF, or what End was given.
func (p *Pipe) Read(c *Call, b []byte) (int, error) {
	for {
		if n, err := p.p.Take(b); n > 0 || err != nil || len(b) == 0 {
			return n, err
		}
		if err := c.parkFor(p.p.AwaitRead); err != nil {
			return 0, err
		}
	}
}

// Write writes b, and waits until there was room for all of it. Where nobody reads any more it returns what Break was given.
func (p *Pipe) Write(c *Call, b []byte) error {
	for len(b) > 0 {
		n, err := p.p.Put(b)
		if err != nil {
			return err
		}
		if b = b[n:]; n > 0 {
			continue
		}
		if err := c.parkFor(p.p.AwaitWrite); err != nil {
			return err
		}
	}
	return nil
}

// Fill adds to a new pipe what is to be there from the beginning, however much it is: nobody waits.
func (p *Pipe) Fill(b []byte) { p.p.Fill(b) }

// Bound says that the reader has n more bytes at most. Where there is one more it has err.
func (p *Pipe) Bound(n int64, err error) { p.p.Bound(n, err) }

// OnDone has fn called once: when the reader has had the end, or has left.
func (p *Pipe) OnDone(fn func()) { p.p.OnDone(fn) }

// End says that nothing more is written: the reader has err after the rest, or, for nil, io.EOF. Only the first counts.
func (p *Pipe) End(err error) { p.p.End(err) }

// Break says that nothing more is read: the writer has err, or, for nil, one that is of kind io, code EPIPE, as a stream raises it. Only the first counts.
func (p *Pipe) Break(err error) { p.p.Break(err) }

// parkFor waits for a side of a pipe.
func (c *Call) parkFor(await func(wake func() bool) (forget func())) error {
	w := c.Waker()
	forget := await(func() bool { return w.Wake(nil) })
	_, err := c.Park(forgets(forget))
	return err
}

// forgets is what a task in parkFor waits for.
type forgets func()

// Abort implements Aborter.
func (f forgets) Abort(Waker, any, bool) { f() }
