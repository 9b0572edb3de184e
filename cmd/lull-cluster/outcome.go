package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/lull-lua/lull/interp"
)

// outcome is what a job has come to, read.
type outcome struct {
	result
	value   *interp.Packed
	failure *interp.IsolateError
}

// raised is the error of a job that has failed.
func (o *outcome) raised(c *interp.Call) error {
	if o.failure == nil {
		return interp.Errorf(interp.Kind(o.Kind), "%s", o.Message).With("worker", o.Worker)
	}
	e := c.Raises(o.failure)
	if e.Value.IsNil() {
		e = e.With("worker", o.Worker)
	}
	return e
}

// outcome reads a result.
func (l *link) outcome(ctx context.Context, id string, b []byte) *outcome {
	o := &outcome{}
	data, err := decode(b, &o.result)
	program := func(hash [32]byte) (*interp.Program, error) { return l.program(ctx, hash) }
	switch {
	case err != nil:
	case o.Failed && o.Kind == "":
		o.failure, err = interp.ParseFailure(data, fmt.Sprintf("job %s at worker %s", id, o.Worker), program)
	case !o.Failed:
		o.value = &interp.Packed{}
		err = o.value.UnmarshalPortable(data, program)
	}
	if err != nil {
		*o = outcome{result: result{Worker: o.Worker, Failed: true, Kind: "error", Message: "the result of job " + id + " cannot be read: " + err.Error()}}
	}
	return o
}

// errUnknown is the error of an id that the cluster knows nothing of.
func errUnknown(id string) error {
	return interp.Errorf(interp.KindError, "the cluster knows of no job '%s', or its result is kept no more", id)
}

// awaits waits for the result of a job.
func (l *link) awaits(ctx context.Context, id, batch string, n int) (*outcome, error) {
	s, _, err := l.header(ctx, batch)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, errUnknown(id)
	}
	if err != nil {
		return nil, err
	}
	if n > s.Items || n == 0 && s.Items > 0 {
		return nil, errUnknown(id)
	}
	for {
		w, stop, err := l.watch(ctx, key(batch, n))
		if err != nil {
			return nil, err
		}
		anew := time.NewTimer(quiet)
		for waits := true; waits; {
			select {
			case e, ok := <-w.Updates():
				switch {
				case !ok:
					waits = false
				case e == nil: // there is none yet
					if x, ok := l.cancelled(ctx, batch); ok && n >= x.From {
						stop()
						return cancelledOutcome(id), nil
					}
					if gone, err := l.over(ctx, batch, &s); err != nil || gone {
						stop()
						return nil, cmp.Or(err, errUnknown(id))
					}
				case e.Operation() == jetstream.KeyValuePut:
					stop()
					return l.outcome(ctx, id, e.Value()), nil
				}
			case <-anew.C:
				waits = false
			case <-ctx.Done():
				stop()
				return nil, context.Cause(ctx)
			}
		}
		anew.Stop()
		stop()
		if _, err := l.waits(ctx); err != nil {
			return nil, err
		}
	}
}

func cancelledOutcome(id string) *outcome {
	return &outcome{result: result{Failed: true, Kind: "cancelled", Message: "job " + id + " was cancelled"}}
}

// watch watches results. stop ends that, and waits for no server.
func (l *link) watch(ctx context.Context, keys string) (w jetstream.KeyWatcher, stop func(), err error) {
	err = l.again(ctx, func(context.Context) (err error) {
		w, err = l.results.Watch(ctx, keys) // its context is the watcher's
		return err
	})
	stop = func() {
		l.wg.Go(func() {
			_ = w.Stop() // it asks the server to forget it, which may be gone
			for {
				select {
				case _, ok := <-w.Updates(): // what comes yet is waiting for somebody who takes it
					if !ok {
						return
					}
				case <-l.closed:
					return
				}
			}
		})
	}
	return w, stop, err
}
