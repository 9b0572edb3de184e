package main

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// does runs a job, and records what it comes to. freed is called when its slot is.
func (w *worker) does(h *held, freed func()) {
	if h.lost {
		if w.l.hasResult(h.ctx, h.job.key()) { // what failed was the acknowledgement
			w.ends(h)
			return
		}
		select {
		case w.suspect <- struct{}{}:
			defer func() { <-w.suspect }()
			w.parts(h)
		default: // one that may end the worker ends no others with it that may, too
			w.giveBack(h, 100*time.Millisecond)
			return
		}
	}
	var s *batchSpec
	err := w.insists(h.ctx, h.job.id(), "what its batch has in common cannot be read", func(ctx context.Context) (err error) {
		s, err = w.spec(ctx, &h.job)
		return err
	})
	if err != nil {
		if h.ctx.Err() == nil {
			w.records(h, nil, result{Failed: true, Kind: "error", Message: "worker " + w.name + ": the job cannot be read: " + err.Error()}, nil)
		}
		return
	}
	if h.attempt > s.Attempts {
		w.lost(h, s)
		return
	}
	w.mu.Lock()
	h.began, h.running = time.Now(), true
	w.mu.Unlock()
	h.told = make(chan struct{})
	w.wg.Go(func() { // while its runtime is made
		defer close(h.told)
		w.holds(h)
		w.leftFor(h)
	})
	r, data := w.run(h, s)
	freed()
	h.ran()
	w.mu.Lock()
	h.running, h.rt = false, nil
	fresh := time.Since(w.beat) < w.lease
	w.mu.Unlock()
	switch cause := context.Cause(h.ctx); {
	case !r.Failed:
		w.records(h, s, r, data) // whoever is first
	case errors.Is(cause, errCancelled):
		w.ends(h)
	case errors.Is(cause, errDrained):
		w.giveBack(h, 0)
	case cause != nil || !fresh: // it is not ours
	case h.attempt < s.Attempts:
		w.retries(h, s)
	default:
		w.records(h, s, r, data)
	}
}

// leftFor waits until the message that a job begins has left the worker, for a second: later, if the job ends the worker at once, that is no attempt. The
// system delivers what it was given, whatever ends the worker then, so that the server's answer is waited for only where an earlier message may not have come.
func (w *worker) leftFor(h *held) {
	ctx, cancel := context.WithTimeout(h.ctx, time.Second)
	defer cancel()
	if h.lost || h.job.Held {
		_ = w.l.nc.FlushWithContext(ctx)
		return
	}
	for ctx.Err() == nil {
		if n, err := w.l.nc.Buffered(); n == 0 || err != nil {
			return
		}
		runtime.Gosched()
	}
}

// parts waits until what was fetched with a job is given back, where it may take the worker with it as well: else this one counts as their attempt, too.
func (w *worker) parts(h *held) {
	ctx, cancel := context.WithTimeout(h.ctx, 2*time.Second)
	defer cancel()
	for others := true; others && ctx.Err() == nil; {
		select {
		case <-time.After(50 * time.Millisecond): // they may be on their way yet
		case <-ctx.Done():
		}
		others = false
		w.mu.Lock()
		for o := range w.held {
			others = others || o != h && o.lost && !o.running
		}
		w.mu.Unlock()
	}
	_ = w.l.nc.FlushWithContext(ctx) // late: they are attempts
}

// lost records that a job has taken its workers with it.
func (w *worker) lost(h *held, s *batchSpec) {
	n := "its worker ended while it ran"
	if h.attempt > 2 {
		n = strconv.Itoa(h.attempt-1) + " attempts ended without a result, and the last with its worker"
	}
	w.records(h, s, result{Failed: true, Kind: kindLost, Message: "job " + h.job.id() + ": " + n}, nil)
}

// hasResult reports whether there is a result.
func (l *link) hasResult(ctx context.Context, key string) bool {
	err := l.again(ctx, func(ctx context.Context) error {
		_, err := l.results.Get(ctx, key)
		return err
	})
	return err == nil
}

// records records a result, unless there is one, and acknowledges the job.
func (w *worker) records(h *held, s *batchSpec, r result, data []byte) {
	r.Worker, r.Attempt = w.name, h.attempt
	keep := 24 * time.Hour
	if s != nil {
		keep = s.Keep
	}
	b, err := encode(&r, data)
	if err != nil || len(b) > w.l.most()+overhead/2 {
		b, _ = encode(&result{Worker: w.name, Attempt: h.attempt, Failed: true, Kind: "limit", Message: tooLarge("the result of job "+h.job.id(), len(data), w.l.most()).Error()}, nil) // there is no error of it
	}
	if r.Failed {
		w.failed.Add(1)
	}
	w.done.Add(1)
	w.rate.add(time.Now())
	err = w.insists(w.ctx, h.job.id(), "its result cannot be recorded", func(ctx context.Context) error {
		return w.l.again(ctx, func(ctx context.Context) error {
			_, err := w.l.results.Create(ctx, h.job.key(), b, jetstream.KeyTTL(max(keep.Round(time.Second), time.Second)))
			return err
		})
	})
	if err == nil || errors.Is(err, jetstream.ErrKeyExists) {
		w.ends(h)
	}
}

// retries has the job run once more.
func (w *worker) retries(h *held, s *batchSpec) {
	next := h.job
	next.Used, next.Lost, next.Ready = h.attempt, h.job.Lost, 0
	if d := s.wait(h.attempt); d > 0 {
		next.Ready = time.Now().Add(d).UnixMilli()
	}
	if w.sendsAgain(w.ctx, h, next) != nil {
		_ = h.msg.Nak() // the worker ends: another one runs it
	}
}

// giveBack gives a job back that was not run to its end: that is no attempt.
func (w *worker) giveBack(h *held, after time.Duration) {
	next := h.job
	next.Used, next.Lost, next.Ready = h.attempt-1, h.lost, 0
	if after > 0 {
		next.Ready = time.Now().Add(after).UnixMilli()
	}
	ctx, cancel := context.WithTimeout(context.Background(), maxParting)
	defer cancel()
	if err := w.sendsAgain(ctx, h, next); err != nil {
		w.out.say(h.job.id(), "it is given back as an attempt: %s", plainError(err))
		_ = h.msg.Nak() // lost: the lease ends, and it comes again
	}
}

// maxParting is how long a worker that ends tries to tell the cluster of what it leaves.
const maxParting = 5 * time.Second

// sendsAgain puts another message in the place of a job's. Ended in between, there are two of them, and one result.
func (w *worker) sendsAgain(ctx context.Context, h *held, next job) error {
	b, err := encode(&next, h.item)
	if err != nil {
		return err
	}
	err = w.insists(ctx, h.job.id(), "it cannot be sent again", func(ctx context.Context) error {
		return w.l.again(ctx, func(ctx context.Context) error {
			_, err := w.l.js.Publish(ctx, h.msg.Subject(), b)
			return err
		})
	})
	if err == nil {
		_ = h.msg.Ack()
	}
	return err
}

// insists calls fn until it does not fail by the cluster's trouble, or ctx ends: what a job has come to is not lost because a disk is full. It says that it waits.
func (w *worker) insists(ctx context.Context, id, what string, fn func(ctx context.Context) error) error {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := fn(ctx)
		if !isTrouble(err) {
			return err
		}
		text := what + ", and is tried again: " + plainError(err)
		first := w.stuck.add(id, text)
		if first {
			defer w.stuck.remove(id)
		}
		if first || wait > saysEvery/20 {
			w.out.say(id, "%s", text)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return err
		}
	}
}

// stuck is what a worker cannot tell the cluster of, by job.
type stuck struct {
	mu  sync.Mutex
	why map[string]string
}

// add notes why a job is stuck, and reports whether it is newly so.
func (s *stuck) add(id, why string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.why == nil {
		s.why = map[string]string{}
	}
	_, known := s.why[id]
	s.why[id] = why
	return !known
}

func (s *stuck) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.why, id)
}

// text is why some job is stuck; "": none is.
func (s *stuck) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, why := range s.why {
		return "job " + id + ": " + why
	}
	return ""
}
