package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// ends cancels the jobs from that number on, and waits until they are unwound, as long as the grace is.
func (b *batch) ends(from int) {
	ctx, cancel := context.WithTimeout(context.Background(), b.grace)
	defer cancel()
	if err := b.l.cancel(ctx, cancellation{Batch: b.id, From: from}, true); err != nil {
		b.l.says(nil, "batch "+b.id+" may go on, as its cancellation was not heard: remote.cancel(\""+b.id+"\") once "+b.l.where+" is there: "+plainError(err))
	}
}

// cancel cancels jobs: those that wait are dropped, those that run end as their workers hear of it. waits has it return when they have ended. Workers are told
// first, as that takes no disk.
func (l *link) cancel(ctx context.Context, x cancellation, waits bool) (failed error) {
	data, err := encode(&x, nil)
	if err != nil {
		return err
	}
	inbox := l.nc.NewInbox()
	answers, err := l.nc.SubscribeSync(inbox)
	if err != nil {
		return err
	}
	defer func() { _ = answers.Unsubscribe() }()
	if err := l.nc.PublishRequest(subjCancel, inbox, data); err != nil {
		return err
	}
	recorded := make(chan error, 1)
	l.wg.Go(func() { recorded <- l.drops(ctx, x, data, waits) })
	if !waits {
		return <-recorded
	}
	defer func() { failed = errors.Join(failed, <-recorded) }() // it ends with ctx
	running := 0                                                // workers
	for first := true; ; first = false {
		c, cancel := ctx, context.CancelFunc(func() {})
		if running == 0 { // others may yet answer
			if c, cancel = context.WithTimeout(ctx, 100*time.Millisecond); first {
				c, cancel = context.WithTimeout(ctx, 500*time.Millisecond)
			}
		}
		m, err := answers.NextMsgWithContext(c)
		cancel()
		if err != nil {
			return nil // the grace is over, or nobody has one
		}
		if n, err := strconv.Atoi(string(m.Data)); err == nil && n > 0 {
			running++
		} else if running > 0 {
			running--
		}
	}
}

// drops notes a cancellation, and takes what it means out of the queue. whole is whether all that comes before has ended.
func (l *link) drops(ctx context.Context, x cancellation, data []byte, whole bool) error {
	if !x.One {
		if err := l.again(ctx, func(ctx context.Context) error {
			_, err := l.batches.Put(ctx, "x."+x.Batch, data)
			return err
		}); err != nil {
			return err
		}
	}
	if x.From > 1 && !x.One && !whole {
		return nil
	}
	filter := "lull.job.*." + x.Batch + ".>"
	if x.One {
		filter = "lull.job.*." + key(x.Batch, x.From) + ".>"
	}
	return l.again(ctx, func(ctx context.Context) error { return l.jobs.Purge(ctx, jetstream.WithPurgeSubject(filter)) })
}

// goesOn takes a batch's cancellation back.
func (l *link) goesOn(ctx context.Context, id string) {
	if _, ok := l.cancelled(ctx, id); !ok {
		return
	}
	_ = l.batches.Delete(ctx, "x."+id) // else the batch ends as cancelled
	if data, err := encode(&cancellation{Batch: id, From: maxItems, One: false}, nil); err == nil {
		_ = l.nc.Publish(subjCancel, data)
	}
}
