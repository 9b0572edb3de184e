package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A caller that has had no result for a while looks whether there is somebody who works.

// sound is why nothing will come of waiting: the cluster is in trouble, by what its servers or its workers say. workers is how many there are.
func (l *link) sound(ctx context.Context) (workers int, err error) {
	if !l.nc.IsConnected() {
		return 1, nil // nobody can be asked
	}
	if l.nc.ConnectedClusterName() == "" { // of three servers, others may do it
		if text := l.health(ctx); text != "" {
			return 0, l.troubled(text)
		}
	}
	l.gather(ctx, subjStatus, func(m *nats.Msg) bool {
		var r report
		if json.Unmarshal(m.Data, &r) == nil {
			workers++
			if r.Trouble != "" && err == nil {
				err = l.troubled(fmt.Sprintf("worker %.100s says: %.1000s", r.Worker, r.Trouble))
			}
		}
		return true
	})
	return workers, err
}

// waits is told of each time that a caller has waited for a while. It says what the caller waits for, where it may be for ever, and returns the cluster's trouble.
func (l *link) waits(ctx context.Context) (lonely bool, err error) {
	if !l.nc.IsConnected() {
		l.says(&l.saidAway, l.where+" is not reached: it is waited for")
		return false, nil
	}
	n, err := l.sound(ctx)
	if err != nil || n > 0 || ctx.Err() != nil {
		return false, err
	}
	if l.local != nil || time.Since(time.Unix(0, l.since.Load())) < maxAway {
		return false, nil // this process works; or the workers connect again, too
	}
	l.says(&l.saidLonely, fmt.Sprintf("no worker takes jobs of %s: start one with 'lull-cluster worker %s'", l.where, l.flags))
	return true, l.buries(ctx)
}

// maxAway is how long workers may take to connect again to a server that was started again.
const maxAway = 10 * time.Second

// saysEvery is how often a caller says what it waits for.
const saysEvery = 10 * time.Minute

// says says something to who looks at the script: now and then, where last says when that was.
func (l *link) says(last *time.Time, text string) {
	again := true
	if last != nil {
		l.mu.Lock()
		if again = last.IsZero() || time.Since(*last) > saysEvery; again {
			*last = time.Now()
		}
		l.mu.Unlock()
	}
	if again && l.err != nil {
		fmt.Fprintf(l.err, "lull-cluster: %s\n", text)
	}
}

// buries ends the jobs whose last attempt has ended with its worker, where no other worker is there to do it. Jobs that came back are had before those that nobody
// has had yet; what may be tried again is left in the queue, and that was no attempt.
func (l *link) buries(ctx context.Context) error {
	c, err := l.jobs.Consumer(ctx, workersName)
	if err != nil {
		return nil // nobody has had a job
	}
	w := &worker{l: l, ctx: ctx, out: &lines{w: io.Discard}, specs: map[string]*batchSpec{}}
	for range 100 {
		msgs, err := c.FetchNoWait(10)
		if err != nil {
			return nil // the next time
		}
		came := 0
		for m := range msgs.Messages() {
			h := w.reads(m)
			if h == nil {
				continue
			}
			if h.lost {
				came++
			}
			s, err := w.spec(ctx, &h.job)
			if err != nil && !errors.Is(err, jetstream.ErrKeyNotFound) || err == nil && h.attempt <= s.Attempts {
				w.giveBack(h, 0)
				continue
			}
			w.lost(h, s)
		}
		if came == 0 {
			return nil
		}
	}
	return nil
}
