package main

import (
	"context"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
)

// heartbeats tells the cluster of what the worker holds, until it ends.
func (w *worker) heartbeats() {
	for {
		w.mu.Lock()
		every := w.lease / 3
		w.mu.Unlock()
		select {
		case <-w.ctx.Done():
			return
		case <-time.After(every):
		case <-w.l.back: // what it holds may be another's
		}
		w.mu.Lock()
		now := time.Now()
		stale := now.Sub(w.beat) > w.lease // this process was stopped, or the machine
		var all []*held
		batches := map[string]bool{}
		for h := range w.held {
			if stale {
				h.cancel(errStale)
				continue
			}
			all = append(all, h)
			batches[h.job.Batch] = true
		}
		w.mu.Unlock()
		w.holds(nil)
		told := w.l.nc.IsConnected()
		for _, h := range all {
			told = h.msg.InProgress() == nil && told
		}
		if told || stale {
			c, cancel := context.WithTimeout(w.ctx, every)
			if w.l.nc.FlushWithContext(c) == nil {
				w.mu.Lock()
				w.beat = now
				w.mu.Unlock()
			}
			cancel()
		}
		asks, cancel := context.WithTimeout(w.ctx, every/2) // all of them together: the next heartbeat is in time
		for batch := range batches {                        // in case that nobody has said so
			if x, ok := w.l.cancelled(asks, batch); ok {
				w.stops(x)
			}
		}
		for _, h := range all {
			if h.attempt > 1 || now.Sub(h.began) > every { // a job that was cancelled alone has its result, too, and the word of it may have come too early
				if _, err := w.l.results.Get(asks, h.job.key()); err == nil {
					h.cancel(errDone)
				}
			}
		}
		cancel()
	}
}

// cancelled is whether a batch is, from which job on.
func (l *link) cancelled(ctx context.Context, batch string) (x cancellation, ok bool) {
	e, err := l.batches.Get(ctx, "x."+batch)
	if err != nil {
		return x, false
	}
	_, err = decode(e.Value(), &x)
	return x, err == nil && x.Batch == batch
}

// stops cancels what a cancellation means, and returns what of it still runs.
func (w *worker) stops(x cancellation) (running []*held) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !x.One {
		if len(w.cut) >= maxSpecs {
			clear(w.cut) // the cluster knows
		}
		w.cut[x.Batch] = x
	}
	for h := range w.held {
		if x.means(&h.job) {
			h.cancel(errCancelled)
			running = append(running, h)
		}
	}
	return running
}

// cancels is told of cancellations. It answers how many jobs it still has, and again when it has none.
func (w *worker) cancels(m *nats.Msg) {
	var x cancellation
	if _, err := decode(m.Data, &x); err != nil {
		return
	}
	running := w.stops(x)
	_ = m.Respond([]byte(strconv.Itoa(len(running)))) // who has asked may be gone
	if len(running) == 0 {
		return
	}
	w.wg.Go(func() {
		for _, h := range running {
			<-h.unwound
		}
		_ = m.Respond([]byte("0"))
	})
}
