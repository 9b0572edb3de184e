package http

import (
	"context"
	"io"

	"github.com/lull-lua/lull/interp"
)

// sent is how much of a request's body has gone, handed from the goroutine that reads the body to the task that tells the script: until it
// has been told of a step the next one waits.
type sent struct {
	steps chan step
	over  chan struct{} // closed when the request has ended
}

// step is how many bytes have gone, of how many.
type step struct{ done, total int64 }

// tellsSent reports whether somebody is told how much of a hop's body has gone. The feeder of a source's tells by itself.
func (r *fetch) tellsSent(h *hop) bool {
	return r.told.Wanted() && r.to == nil && h.body != nil && h.body.source == nil
}

// telling calls exchange while a task tells the script how far it is. When it has ended, a call of the script's function may go on.
func (r *fetch) telling(c *interp.Call, s *sent, exchange func() error) error {
	n := interp.Nursery{}
	return c.Nursery(&n, (*interp.Task).Failed, func() error {
		x, _ := interp.AwaitableOf(c.NewFunction(r.op, func(c *interp.Call) error { return r.tellSteps(c, s) }))
		if _, err := n.Start(x); err != nil {
			return err
		}
		defer close(s.over)
		return exchange()
	})
}

// tellSteps is the task that tells the script.
func (r *fetch) tellSteps(c *interp.Call, s *sent) error {
	for {
		var next *step
		if err := c.BlockPassive(func(ctx context.Context) error {
			select {
			case got := <-s.steps:
				next = &got
				return nil
			case <-s.over:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}); err != nil || next == nil {
			return err
		}
		if err := r.sends(c, next.done, next.total); err != nil {
			return err
		}
	}
}

// counts is a body of total bytes that hands on how far it was read; a nil sent counts nothing. It waits until the beginning is told.
func (s *sent) counts(ctx context.Context, body io.ReadCloser, total int64) io.ReadCloser {
	if s == nil || body == nil {
		return body
	}
	b := &counting{ReadCloser: body, s: s, ctx: ctx, total: total, stride: stride(total)}
	b.tell()
	return b
}

type counting struct {
	io.ReadCloser
	s                         *sent
	ctx                       context.Context
	done, told, total, stride int64
}

// Read implements io.Reader.
func (b *counting) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.done += int64(n)
	if b.done-b.told >= b.stride || b.done > b.told && (err != nil || b.done == b.total) {
		b.tell()
	}
	return n, err
}

func (b *counting) tell() {
	b.told = b.done
	select {
	case b.s.steps <- step{b.done, b.total}:
	case <-b.s.over:
	case <-b.ctx.Done():
	}
}
