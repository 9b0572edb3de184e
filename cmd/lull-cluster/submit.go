package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/lull-lua/lull/interp"
)

// submit is remote.submit(job, item [, opts]).
func (cl *client) submit(c *interp.Call) error {
	var o jobOptions
	if err := c.Options(3, o.fields()); err != nil {
		return err
	}
	b, err := cl.batch(c, 1, 3, &o)
	if err != nil {
		return err
	}
	if err := b.item(c, c.Arg(2), ""); err != nil {
		return c.ArgError(2, err.Error())
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if err := c.BlockFirm(func(ctx context.Context) error {
		return cl.call(ctx, b.grace, func(ctx context.Context, l *link) error {
			b.l = l
			return b.submit(ctx)
		})
	}); err != nil {
		return err
	}
	return c.Return(b.id)
}

// idArg is the first argument as the name of a job or batch.
func idArg(c *interp.Call) (id, batch string, n int, job bool, err error) {
	if id, err = c.Text(1); err != nil {
		return "", "", 0, false, err
	}
	if batch, n, job, err = parseID(id); err != nil {
		err = c.ArgError(1, err.Error())
	}
	return id, batch, n, job, err
}

// result is remote.result(id [, s]).
func (cl *client) result(c *interp.Call) error {
	id, batch, n, _, err := idArg(c)
	if err != nil {
		return err
	}
	wait := interp.Forever
	if !c.Arg(2).IsNil() {
		if wait, err = c.Seconds(2); err != nil {
			return err
		}
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	var got *outcome
	goesOn := interp.Local[jobState](c).waits()
	err = c.BlockLight(func(ctx context.Context) error {
		late := errors.New("late")
		if wait != interp.Forever {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeoutCause(ctx, wait, late)
			defer cancel()
		}
		o := make(chan *outcome, 1)
		err := cl.call(ctx, time.Second, func(ctx context.Context, l *link) error {
			got, err := l.awaits(ctx, id, batch, n)
			o <- got
			return err
		})
		if err == nil {
			got = <-o
		} else if errors.Is(context.Cause(ctx), late) {
			return interp.Errorf(interp.KindTimeout, "job '%s' has no result after %s", id, wait)
		}
		return err
	})
	goesOn()
	if err != nil {
		return err
	}
	if got.Failed {
		return got.raised(c)
	}
	vals, err := c.Unpack(got.value)
	if err != nil {
		return err
	}
	return c.Return(vals.Get(1))
}

// cancel is remote.cancel(id).
func (cl *client) cancel(c *interp.Call) error {
	id, batch, n, job, err := idArg(c)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	return c.BlockLight(func(ctx context.Context) error {
		return cl.call(ctx, time.Second, func(ctx context.Context, l *link) error { return l.cancels(ctx, id, batch, n, job) })
	})
}

// cancels cancels a job, or a batch: the n-th of one, where job says so.
func (l *link) cancels(ctx context.Context, id, batch string, n int, job bool) error {
	s, _, err := l.header(ctx, batch)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound) || err == nil && n > s.Items:
		return errUnknown(id)
	case err != nil:
		return err
	}
	if !job && s.Items > 0 {
		return l.cancel(ctx, cancellation{Batch: batch}, false)
	}
	data, err := encode(&cancelledOutcome(id).result, nil)
	if err != nil {
		return err
	}
	err = l.again(ctx, func(ctx context.Context) error {
		_, err := l.results.Create(ctx, key(batch, n), data)
		return err
	})
	if err != nil {
		if l.hasResult(ctx, key(batch, n)) {
			return nil // it has ended
		}
		return err
	}
	goes := false // whether another one of a limited batch takes its place
	if s.Limit > 0 {
		_, err := l.jobs.GetLastMsgForSubject(ctx, s.live(batch, n))
		goes = err == nil
	}
	if err := l.cancel(ctx, cancellation{Batch: batch, From: n, One: true}, false); err != nil || !goes {
		return err
	}
	x, cut := l.cancelled(ctx, batch)
	return l.passes(ctx, &s, batch, strconv.Itoa(n), func(n int) bool { return cut && n >= x.From })
}

// current is remote.current().
func current(c *interp.Call) error {
	s := interp.Local[jobState](c)
	if s.w == nil {
		return c.Return(nil)
	}
	t := c.NewTable(0)
	for name, v := range map[string]any{"id": s.id, "key": s.key, "attempt": s.attempt} {
		value, err := c.Value(v)
		if err != nil {
			return err
		}
		t.SetField(name, value)
	}
	return c.Return(t)
}
