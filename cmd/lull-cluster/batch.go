package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/lull-lua/lull/interp"
)

// batch is a call of remote.map under way, or of submit. It lives off the loop, in one goroutine.
type batch struct {
	l          *link
	own        *worker // that runs it, in this process alone; nil: the cluster's do
	id         string
	spec       spec
	fn         []byte
	chunks     map[[32]byte]interp.Chunk
	items      [][]byte
	exceptions bool
	again      bool // the id is a step's: what has failed in an earlier attempt of it is run again, in a batch of its own
	grace      time.Duration
	told       func(done int) // of progress

	outcomes []*outcome // by item
	sent     []bool
	done     int
	next     int // the first that has not been looked at
	failedAt int // the first that has failed
	cutAt    int // it was when the cluster was told
	cuts     sync.WaitGroup
	resent   int
	life     string // which call of the batch it is
}

// number is a job's in the cluster: items count from 1, and what was submitted alone is 0.
func (b *batch) number(i int) int {
	if b.spec.Items == 0 {
		return 0
	}
	return i + 1
}

// record has the cluster keep what the jobs have in common. known says that it had, so that this is the batch of an earlier call.
func (b *batch) record(ctx context.Context) (known bool, err error) {
	for hash, c := range b.chunks {
		if err := b.l.sendChunk(ctx, hash, c); err != nil {
			return false, err
		}
	}
	data, err := encode(&b.spec, b.fn)
	if err != nil {
		return false, err
	}
	if len(data) > b.l.most() {
		return false, tooLarge("the function, with its variables,", len(data), b.l.most())
	}
	for i, item := range b.items {
		if len(item) > b.l.most() {
			return false, tooLarge("item "+strconv.Itoa(i+1), len(item), b.l.most())
		}
	}
	err = b.l.again(ctx, func(ctx context.Context) error {
		_, err := b.l.batches.Create(ctx, "b."+b.id, data)
		return err
	})
	if !errors.Is(err, jetstream.ErrKeyExists) {
		return false, err
	}
	var e jetstream.KeyValueEntry
	if err := b.l.again(ctx, func(ctx context.Context) (err error) {
		e, err = b.l.batches.Get(ctx, "b."+b.id)
		return err
	}); err != nil {
		return false, err
	}
	var was spec
	fn, err := decode(e.Value(), &was)
	if err != nil {
		return false, err
	}
	if over, err := b.l.over(ctx, b.id, &was); err != nil {
		return false, err
	} else if over { // nothing is kept of it: the id is free
		b.l.goesOn(ctx, b.id)
		err := b.l.again(ctx, func(ctx context.Context) error {
			_, err := b.l.batches.Update(ctx, "b."+b.id, data, e.Revision())
			return err
		})
		if errors.Is(err, jetstream.ErrKeyExists) { // somebody else has been quicker
			return b.record(ctx)
		}
		return false, err
	}
	switch {
	case was.Items == 0 && b.spec.Items > 0:
		return false, interp.Errorf(interp.KindError, "'%s' is a job already, which was submitted: give the batch another id", b.id)
	case was.Items > 0 && b.spec.Items == 0:
		return false, interp.Errorf(interp.KindError, "'%s' is a batch of %d items already: give the job another id", b.id, was.Items)
	case was.Items != b.spec.Items || was.Alone != b.spec.Alone:
		return false, interp.Errorf(interp.KindError, "there is a batch '%s' of %d items already, and this one has %d: give it another id", b.id, was.Items, b.spec.Items)
	}
	if b.l.err != nil && !b.again && (was.Function != b.spec.Function || !bytes.Equal(fn, b.fn)) {
		fmt.Fprintf(b.l.err, "lull-cluster: '%s' began with another function, or with other variables of it: what has no result is run with those; another id is a new one\n", b.id)
	}
	b.spec.Limit, b.spec.Began = was.Limit, was.Began // its workers go by it
	return true, nil
}

// over reports whether nothing is left of a batch of that id: its results were kept long enough, and no job is there.
func (l *link) over(ctx context.Context, id string, was *spec) (bool, error) {
	if time.Since(was.Began) <= was.Keep {
		return false, nil
	}
	if there, _, err := (&batch{l: l, id: id}).present(ctx); err != nil || len(there) > 0 {
		return false, err
	}
	return l.noResults(ctx, id+".*")
}

// noResults reports whether there are no results under some keys.
func (l *link) noResults(ctx context.Context, keys string) (none bool, err error) {
	none = true
	err = l.eachResult(ctx, keys, func(jetstream.KeyValueEntry) bool {
		none = false
		return false
	})
	return none && err == nil, err
}

// eachResult calls fn with each result that there is under some keys, until it returns false.
func (l *link) eachResult(ctx context.Context, keys string, fn func(e jetstream.KeyValueEntry) (more bool)) error {
	w, stop, err := l.watch(ctx, keys)
	if err != nil {
		return err
	}
	defer stop()
	for {
		select {
		case e, ok := <-w.Updates():
			switch {
			case !ok:
				return errors.New("the connection has ended")
			case e == nil: // those were all
				return nil
			case e.Operation() == jetstream.KeyValuePut && !fn(e):
				return nil
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// publish sends a job; the acknowledgement is looked at by link.doubt.
func (b *batch) publish(i int) error {
	m, id, err := b.message(i)
	if err == nil {
		_, err = b.l.js.PublishMsgAsync(m, jetstream.WithMsgID(id), jetstream.WithStallWait(5*time.Millisecond))
	}
	return err
}

func (b *batch) message(i int) (m *nats.Msg, id string, err error) {
	n := b.number(i)
	subject := b.spec.live(b.id, n)
	if b.spec.Limit > 0 && i >= b.spec.Limit {
		subject = jobsWait + key(b.id, n) + ".0"
	}
	data, err := encode(&job{Batch: b.id, Index: n, Began: b.spec.Began.UnixNano()}, b.items[i])
	return &nats.Msg{Subject: subject, Data: data}, fmt.Sprintf("%s/%d/%s%d", key(b.id, n), b.spec.Began.UnixNano(), b.life, b.resent), err
}

// present are the jobs of the batch that the cluster has: in its queue, at workers, or waiting for others of a limited batch. still is whether all wait.
func (b *batch) present(ctx context.Context) (all map[int]bool, still bool, err error) {
	all = map[int]bool{}
	err = b.l.again(ctx, func(ctx context.Context) error {
		info, err := b.l.jobs.Info(ctx, jetstream.WithSubjectFilter("lull.job.*."+b.id+".>"))
		if err != nil {
			return err
		}
		still = len(info.State.Subjects) > 0
		for subject := range info.State.Subjects {
			still = still && strings.HasPrefix(subject, jobsWait)
			if parts := strings.Split(subject, "."); len(parts) == 6 {
				if n, err := strconv.Atoi(parts[4]); err == nil {
					all[n] = true
				}
			}
		}
		return nil
	})
	return all, still, err
}

// quiet is after how long without a result the batch looks whether something was lost.
const quiet = 5 * time.Second

// run sends the jobs and returns when all have ended that have to. An error is none of a job's.
func (b *batch) run(ctx context.Context) error {
	n := len(b.items)
	b.outcomes, b.sent, b.failedAt, b.cutAt = make([]*outcome, n), make([]bool, n), n, n
	if b.again {
		if err := b.resume(ctx); err != nil {
			return err
		}
	}
	known, err := b.record(ctx)
	if err != nil {
		return err
	}
	if b.own != nil {
		take, cancel := context.WithCancel(ctx)
		defer cancel()
		name := "alone-" + b.id
		b.own.take(take, name, jobsAlone+b.id+".>")
		defer func() {
			c, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			if b.done == n { // the last one's acknowledgement comes too late, where the consumer goes before
				_ = b.l.jobs.Purge(c, jetstream.WithPurgeSubject("lull.job.*."+b.id+".>")) // status shows what stays
			}
			_ = b.l.jobs.DeleteConsumer(c, name) // one that stays does nothing
		}()
	}
	if known { // what is there already is not sent again, and what was cancelled goes on
		b.life = rand.Text()[:8] // names of messages that were dropped are known for a while
		b.l.goesOn(ctx, b.id)
		there, _, err := b.present(ctx)
		if err != nil {
			return err
		}
		for i := range n {
			b.sent[i] = there[b.number(i)]
		}
	}
	err = b.collect(ctx, known)
	b.cuts.Wait()
	if err != nil {
		b.ends(0)
		return err
	}
	if b.done < n {
		b.ends(b.failedAt + 2)
	}
	return nil
}

// resume finds the batch of a step's last attempt to go on with. One that has raised an error is not: its values are taken over, and the others are the next batch's,
// as are all where the step has other items by now.
func (b *batch) resume(ctx context.Context) error {
	id := b.id
	for n := 2; ; n++ {
		was, _, err := b.l.header(ctx, b.id)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if was.Items == b.spec.Items && was.Alone == b.spec.Alone {
			failed, err := b.takesOver(ctx)
			if err != nil || !failed {
				return err
			}
			if err := b.l.cancel(ctx, cancellation{Batch: b.id}, false); err != nil { // its caller may have been killed before it did
				return err
			}
		}
		b.id = id + "-" + strconv.Itoa(n)
	}
}

// takesOver takes the values that the batch has, and reports whether there is an error among its results.
func (b *batch) takesOver(ctx context.Context) (failed bool, err error) {
	err = b.l.eachResult(ctx, b.id+".*", func(e jetstream.KeyValueEntry) bool {
		if i, ok := b.place(e.Key()); ok && b.outcomes[i] == nil {
			o := b.l.outcome(ctx, jobID(b.id, i+1), e.Value())
			if failed = failed || o.Failed; !o.Failed {
				b.put(i, o)
			}
		}
		return true
	})
	return failed && err == nil, err
}

// place is the place of an item by the key of its result.
func (b *batch) place(key string) (i int, ok bool) {
	_, number, _ := strings.Cut(key, ".")
	n, err := strconv.Atoi(number)
	return n - 1, err == nil && n >= 1 && n <= len(b.items)
}

// collect sends jobs and takes results until there are all that have to be.
func (b *batch) collect(ctx context.Context, known bool) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	last, doubt, reconnects := time.Now(), b.l.doubt.Load(), b.l.nc.Stats().Reconnects
	wait := quiet
	for !b.complete() {
		w, stop, err := b.l.watch(ctx, b.id+".*")
		if err != nil {
			return err
		}
		first := true // those that were there
		for anew := false; !anew && !b.complete(); {
			select {
			case e, ok := <-w.Updates():
				switch {
				case !ok:
					anew = true
				case e == nil:
					first = false
				case e.Operation() == jetstream.KeyValuePut:
					if b.takes(ctx, e) {
						last, wait = time.Now(), quiet
					}
				}
			case <-ctx.Done():
				stop()
				return context.Cause(ctx)
			case <-tick.C:
				now, conn := b.l.doubt.Load(), b.l.nc.Stats().Reconnects
				if time.Since(last) < wait && now == doubt && conn == reconnects {
					break
				}
				if !b.l.nc.IsConnected() {
					if _, err := b.l.waits(ctx); err != nil {
						stop()
						return err
					}
					break
				}
				anew = conn != reconnects
				doubt, reconnects, last, wait = now, conn, time.Now(), min(2*wait, time.Minute)
				lost, err := b.looks(ctx)
				lonely := false
				if err == nil {
					lonely, err = b.l.waits(ctx)
				}
				if err != nil {
					stop()
					return err
				}
				if lonely {
					wait = quiet
				}
				anew = anew || lost
			}
			if !first {
				if err := b.sendMore(); err != nil {
					stop()
					return err
				}
				if known && b.spec.Limit > 0 && b.next == len(b.items) {
					known, last = false, time.Time{} // those that would let the others go may have ended already
				}
			}
			b.cut(ctx)
		}
		stop()
	}
	return nil
}

// complete reports whether all that have to have ended have.
func (b *batch) complete() bool {
	if b.done == len(b.items) {
		return true
	}
	if b.failedAt == len(b.items) {
		return false
	}
	for _, o := range b.outcomes[:b.failedAt] {
		if o == nil {
			return false
		}
	}
	return true
}

// cut has the jobs behind one that has failed end, while those before it go on.
func (b *batch) cut(ctx context.Context) {
	if b.failedAt >= b.cutAt || b.complete() {
		return
	}
	b.cutAt = b.failedAt
	x := cancellation{Batch: b.id, From: b.failedAt + 2}
	b.cuts.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, maxGrace)
		defer cancel()
		_ = b.l.cancel(ctx, x, false) // it is told once more at the end
	})
}

// failed reports whether a job has.
func (b *batch) failed() bool { return b.failedAt < len(b.items) }

// sendMore sends jobs, some at a time. Those that wait for others are sent before those: one that has ended finds the next.
func (b *batch) sendMore() error {
	for room := 256; room > 0 && b.next < len(b.items); {
		i := (b.next + b.spec.Limit) % len(b.items)
		if !b.sent[i] && b.outcomes[i] == nil && i < b.failedAt {
			if err := b.publish(i); err != nil {
				if errors.Is(err, jetstream.ErrTooManyStalledMsgs) || errors.Is(err, nats.ErrReconnectBufExceeded) {
					return nil // a little later
				}
				return err
			}
			b.sent[i] = true
			room--
		}
		b.next++
	}
	return nil
}

// takes takes a result, and reports whether it is new.
func (b *batch) takes(ctx context.Context, e jetstream.KeyValueEntry) bool {
	i, ok := b.place(e.Key())
	if !ok || b.outcomes[i] != nil {
		return false
	}
	b.put(i, b.l.outcome(ctx, jobID(b.id, i+1), e.Value()))
	return true
}

func (b *batch) put(i int, o *outcome) {
	b.outcomes[i] = o
	b.done++
	if o.Failed && !b.exceptions && i < b.failedAt {
		b.failedAt = i
	}
	if b.told != nil {
		b.told(b.done)
	}
}

// looks looks for what was lost: results that nobody told of, jobs that are neither in the queue nor have a result, which it sends again, and whether
// somebody has cancelled the batch. lost says that nobody told of a result.
func (b *batch) looks(ctx context.Context) (lost bool, err error) {
	there, still, err := b.present(ctx)
	if err != nil {
		return false, err
	}
	if still && b.next == len(b.items) && !b.failed() { // what one lets go that has ended was lost with a server's disk
		for i := range b.spec.Limit {
			if err := b.l.passes(ctx, &b.spec, b.id, fmt.Sprintf("look/%d/%d", b.resent, i), func(int) bool { return false }); err != nil {
				return false, err
			}
		}
	}
	x, cancelled := b.l.cancelled(ctx, b.id)
	b.resent++
	again := 0
	for i := range b.items {
		n := b.number(i)
		if b.outcomes[i] != nil || !b.sent[i] || there[n] {
			continue
		}
		var e jetstream.KeyValueEntry
		err := b.l.again(ctx, func(ctx context.Context) (err error) {
			e, err = b.l.results.Get(ctx, key(b.id, n))
			return err
		})
		switch {
		case err == nil:
			lost = b.takes(ctx, e) || lost
		case !errors.Is(err, jetstream.ErrKeyNotFound):
			return lost, err
		case cancelled && n >= x.From:
			b.put(i, cancelledOutcome(jobID(b.id, n)))
		case again == 0: // one whose acknowledgement is waited for: where it does not come, no other's does
			m, id, err := b.message(i)
			if err == nil {
				err = b.l.publish(ctx, m, id)
			}
			if err != nil {
				return lost, err
			}
			again++
		default:
			if err := b.publish(i); err != nil {
				if errors.Is(err, jetstream.ErrTooManyStalledMsgs) || errors.Is(err, nats.ErrReconnectBufExceeded) {
					return lost, nil // the next time
				}
				return lost, err
			}
		}
	}
	return lost, nil
}

// publish sends a message of the jobs', and waits for its acknowledgement.
func (l *link) publish(ctx context.Context, m *nats.Msg, id string) error {
	return l.again(ctx, func(ctx context.Context) error {
		_, err := l.js.PublishMsg(ctx, m, jetstream.WithMsgID(id))
		return err
	})
}

// submit leaves the job on the cluster's disk, if it is not there.
func (b *batch) submit(ctx context.Context) error {
	known, err := b.record(ctx)
	if err != nil {
		return err
	}
	if known {
		if b.l.hasResult(ctx, key(b.id, 0)) {
			return nil
		}
		there, _, err := b.present(ctx)
		if err != nil || there[0] {
			return err
		}
		if _, cancelled := b.l.cancelled(ctx, b.id); cancelled {
			return nil
		}
	}
	m, id, err := b.message(0)
	if err != nil {
		return err
	}
	if err := b.l.publish(ctx, m, id); err != nil {
		return err
	}
	return b.l.again(ctx, b.l.onDisk)
}
