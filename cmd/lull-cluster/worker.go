package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/lull-lua/lull/interp"
)

// worker runs jobs: each in a runtime of its own, so many at once. All that it holds it tells the cluster of, in time; what it cannot tell of within the lease
// is another worker's.
type worker struct {
	l        *link
	name     string
	instance string          // which worker of that name
	opts     []interp.Option // of the jobs' runtimes
	limits   workerLimits
	out      *lines
	lease    time.Duration
	slots    *slots

	ctx    context.Context // ends when the worker is to end at once
	cancel context.CancelFunc
	pulls  sync.WaitGroup // who asks for jobs
	wg     sync.WaitGroup // jobs, and all else
	done   atomic.Int64
	failed atomic.Int64
	rate   rate
	stuck  stuck

	suspect chan struct{} // who has it runs a job that may have taken workers with it

	mu       sync.Mutex
	draining bool
	held     map[*held]struct{}
	specs    map[string]*batchSpec
	cut      map[string]cancellation // of batches, by their names
	beat     time.Time               // when the cluster was told last
}

// workerLimits bound each job.
type workerLimits struct {
	timeout time.Duration
}

// held is a job that the worker has.
type held struct {
	msg     jetstream.Msg
	job     job
	item    []byte
	attempt int
	lost    bool // an attempt has ended with its worker
	began   time.Time
	running bool
	rt      *interp.Runtime // of the job, while it runs
	cancel  context.CancelCauseFunc
	ctx     context.Context
	over    chan struct{} // closed when the worker has done with it
	told    chan struct{} // closed when the monitor knows that it has begun
	ran     func()        // closes unwound
	unwound chan struct{} // closed when nothing of it runs any more
}

// batchSpec is what the jobs of a batch have in common, read.
type batchSpec struct {
	spec
	fn      *interp.Packed // the function, unless Function names it, and that which names jobs, if Named says so; nil: neither
	modules map[string][32]byte
}

// Why a job that runs is cancelled.
var (
	errCancelled = errors.New("the job was cancelled")
	errStale     = errors.New("the job is another worker's: this one was not heard of for longer than its lease")
	errDone      = errors.New("the job has its result: another worker has done it, or it was cancelled")
	errDrained   = errors.New("the worker is ending")
)

// maxSpecs is how many batches a worker remembers.
const maxSpecs = 200

// newWorker makes a worker, which takes no jobs yet.
func newWorker(l *link, name string, jobs int, opts []interp.Option, limits workerLimits, out io.Writer) (*worker, error) {
	w := &worker{
		l: l, name: name, instance: rand.Text(), opts: slices.Clip(opts), limits: limits, out: &lines{w: out}, slots: newSlots(jobs), suspect: make(chan struct{}, 1),
		held: map[*held]struct{}{}, specs: map[string]*batchSpec{}, cut: map[string]cancellation{}, lease: defaultLost, beat: time.Now(),
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	cancelled, err := l.nc.Subscribe(subjCancel, w.cancels)
	if err != nil {
		return nil, err
	}
	status, err := l.nc.Subscribe(subjStatus, func(m *nats.Msg) { w.tells(m) })
	if err != nil {
		return nil, err
	}
	lost, err := l.nc.Subscribe(subjLost+w.instance, w.learns)
	if err != nil {
		return nil, err
	}
	w.wg.Go(func() {
		w.heartbeats()
		w.holds(nil) // nothing: good-bye
		_ = lost.Unsubscribe()
		_ = cancelled.Unsubscribe() // the connection ends as well
		_ = status.Unsubscribe()
	})
	return w, nil
}

// defaultLost is after how long a worker that says nothing has lost its jobs.
const defaultLost = 15 * time.Second

// consumer finds a consumer of jobs, or makes it.
func (l *link) consumer(ctx context.Context, name, filter string, lost time.Duration) (c jetstream.Consumer, lease time.Duration, err error) {
	err = l.again(ctx, func(ctx context.Context) error {
		c, err = l.jobs.Consumer(ctx, name)
		if errors.Is(err, jetstream.ErrConsumerNotFound) {
			if lost == 0 {
				lost = defaultLost
			}
			c, err = l.jobs.CreateConsumer(ctx, jetstream.ConsumerConfig{
				Durable: name, FilterSubject: filter, AckPolicy: jetstream.AckExplicitPolicy, AckWait: lost, MaxDeliver: -1, MaxAckPending: 50_000,
			})
		}
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	return c, c.CachedInfo().Config.AckWait, nil
}

// take has the worker take jobs of a consumer until ctx ends.
func (w *worker) take(ctx context.Context, name, filter string) {
	w.pulls.Go(func() {
		batch := 1 // how many quick ones are asked for, for each slot
		for ctx.Err() == nil {
			c, lease, err := w.l.consumer(ctx, name, filter, 0)
			if err != nil {
				if ctx.Err() == nil {
					w.out.say("", "no jobs can be had: %s", plainError(err)) // rarely: it was waited for
				}
				continue
			}
			w.mu.Lock()
			w.lease = lease
			w.mu.Unlock()
			for ctx.Err() == nil {
				free := w.slots.wait(ctx)
				if free == 0 {
					return
				}
				wait, cancel := context.WithTimeout(ctx, 3*time.Second)
				msgs, err := c.Fetch(free*batch, jetstream.FetchContext(wait))
				if err != nil {
					cancel()
					w.pause(ctx)
					break
				}
				n := 0
				began := time.Now()
				var started sync.WaitGroup
				for m := range msgs.Messages() {
					n++
					w.got(m, &started)
				}
				cancel()
				started.Wait()
				if n == free*batch && time.Since(began) < 20*time.Millisecond*time.Duration(batch) {
					batch = min(2*batch, 32)
				} else {
					batch = 1
				}
				if msgs.Error() != nil && n == 0 && !errors.Is(msgs.Error(), nats.ErrTimeout) && !errors.Is(msgs.Error(), context.DeadlineExceeded) {
					w.pause(ctx)
					break // the consumer may be gone
				}
			}
		}
	})
}

func (w *worker) pause(ctx context.Context) {
	select {
	case <-time.After(100 * time.Millisecond):
	case <-ctx.Done():
	}
}

// reads reads a job's message. nil: it is none, or its time has not come, and it is no more the worker's.
func (w *worker) reads(m jetstream.Msg) *held {
	h := &held{msg: m, attempt: 1, over: make(chan struct{}), unwound: make(chan struct{})}
	h.ran = sync.OnceFunc(func() { close(h.unwound) })
	item, err := decode(m.Data(), &h.job)
	if err != nil {
		w.out.say("", "a message that is no job: %v", err)
		_ = m.TermWithReason("no job") // it is none the next time either
		return nil
	}
	h.item = item
	if meta, err := m.Metadata(); err == nil {
		h.attempt = int(meta.NumDelivered)
	}
	if h.job.Ready > 0 {
		if d := time.Until(time.UnixMilli(h.job.Ready)); d > 0 {
			_ = m.NakWithDelay(min(d, longest)) // lost: it comes again after the lease
			return nil
		}
		h.attempt = max(1, h.attempt-1) // the first time it came too early
	}
	h.lost = h.job.Lost || h.attempt > 1
	h.attempt += h.job.Used
	return h
}

// got is told of each message. started is done when the job has a slot, so that no more is asked for before.
func (w *worker) got(m jetstream.Msg, started *sync.WaitGroup) {
	h := w.reads(m)
	if h == nil {
		return
	}
	h.ctx, h.cancel = context.WithCancelCause(w.ctx)
	w.mu.Lock()
	if w.draining {
		w.mu.Unlock()
		w.giveBack(h, 0)
		return
	}
	w.held[h] = struct{}{}
	if x, ok := w.cut[h.job.Batch]; ok && x.means(&h.job) {
		h.cancel(errCancelled)
	}
	w.mu.Unlock()
	w.holds(h)
	started.Add(1)
	w.wg.Go(func() {
		defer close(h.over)
		defer h.ran()
		defer w.leaves(h)
		has := w.slots.acquire(h.ctx)
		started.Done()
		if has {
			freed := sync.OnceFunc(w.slots.release)
			defer freed()
			w.does(h, freed)
			return
		}
		switch cause := context.Cause(h.ctx); {
		case errors.Is(cause, errCancelled):
			w.ends(h)
		case !errors.Is(cause, errStale):
			w.giveBack(h, 0)
		}
	})
}

func (w *worker) leaves(h *held) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.held, h)
	h.cancel(nil)
}

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
		s, err = w.spec(ctx, h.job.Batch)
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
		ctx, cancel := context.WithTimeout(h.ctx, time.Second)
		defer cancel()
		_ = w.l.nc.FlushWithContext(ctx) // late: if it ends the worker at once, that is no attempt
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

// spec is what is to be known of a batch.
func (w *worker) spec(ctx context.Context, batch string) (*batchSpec, error) {
	w.mu.Lock()
	s := w.specs[batch]
	w.mu.Unlock()
	if s != nil {
		return s, nil
	}
	s, err := w.l.spec(ctx, batch)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.specs) >= maxSpecs {
		clear(w.specs)
	}
	w.specs[batch] = s
	return s, nil
}

// header is what the jobs of a batch have in common, without the function, which is returned as it came.
func (l *link) header(ctx context.Context, batch string) (s spec, fn []byte, err error) {
	data, err := l.fetch(ctx, "b."+batch)
	if err == nil {
		fn, err = decode(data, &s)
	}
	return s, fn, err
}

// spec is what the jobs of a batch have in common, read.
func (l *link) spec(ctx context.Context, batch string) (*batchSpec, error) {
	s := &batchSpec{modules: map[string][32]byte{}}
	var fn []byte
	var err error
	if s.spec, fn, err = l.header(ctx, batch); err != nil {
		return nil, err
	}
	for name, text := range s.Modules {
		s.modules[name], _ = parseHash(text) // it was checked
	}
	want := 0
	for _, is := range []bool{s.Function == "", s.Named} {
		if is {
			want++
		}
	}
	if want > 0 {
		s.fn = &interp.Packed{}
		if err := s.fn.UnmarshalPortable(fn, func(hash [32]byte) (*interp.Program, error) { return l.program(ctx, hash) }); err != nil {
			return nil, err
		}
		if s.fn.Len() != want {
			return nil, errMessage
		}
	}
	return s, nil
}

// drain takes no more jobs, gives those that run the grace to end, and what is left back. It returns when nothing of the worker is left.
func (w *worker) drain(grace time.Duration) {
	w.mu.Lock()
	w.draining = true
	var waits []*held
	for h := range w.held {
		if !h.running {
			h.cancel(errDrained)
		}
		waits = append(waits, h)
	}
	w.mu.Unlock()
	end := time.NewTimer(grace)
	defer end.Stop()
	for _, h := range waits {
		select {
		case <-h.over:
			continue
		case <-end.C:
		}
		w.mu.Lock()
		for h := range w.held {
			h.cancel(errDrained)
		}
		w.mu.Unlock()
		break
	}
	late := time.AfterFunc(maxParting, w.cancel) // whoever still tells the cluster of something gives up
	defer late.Stop()
	for _, h := range waits {
		<-h.over
	}
	w.cancel()
	w.wg.Wait()
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

// report is what a worker says of itself.
type report struct {
	Worker  string       `json:"worker"`
	Slots   int          `json:"jobs"`
	Done    int64        `json:"done"`
	Failed  int64        `json:"failed"`
	Rate    float64      `json:"rate"` // jobs in a second, over the last ten
	Running []runningJob `json:"running"`
	Trouble string       `json:"trouble,omitempty"` // why a job is stuck
}

type runningJob struct {
	ID      string  `json:"id"`
	Attempt int     `json:"attempt"`
	For     float64 `json:"for"` // seconds
}

func (r *report) check() error { return nil }

// tells answers who asks for the status.
func (w *worker) tells(m *nats.Msg) {
	r := report{Worker: w.name, Slots: w.slots.size(), Done: w.done.Load(), Failed: w.failed.Load(), Rate: w.rate.now(time.Now()), Trouble: w.stuck.text()}
	w.mu.Lock()
	for h := range w.held {
		if h.running {
			r.Running = append(r.Running, runningJob{h.job.id(), h.attempt, time.Since(h.began).Seconds()})
		}
	}
	w.mu.Unlock()
	slices.SortFunc(r.Running, func(a, b runningJob) int { return int((b.For - a.For) * 1000) })
	if b, err := json.Marshal(&r); err == nil {
		_ = m.Respond(b)
	}
}

// rate counts what happens, for the last ten seconds.
type rate struct {
	mu sync.Mutex
	at [11]int64
	n  [11]int64
}

func (r *rate) add(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := now.Unix()
	if i := s % 11; r.at[i] == s {
		r.n[i]++
	} else {
		r.at[i], r.n[i] = s, 1
	}
}

func (r *rate) now(now time.Time) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := int64(0)
	for i, at := range r.at {
		if s := now.Unix(); at < s && at >= s-10 {
			sum += r.n[i]
		}
	}
	return float64(sum) / 10
}

// slots bound how many jobs run at once.
type slots struct {
	mu      sync.Mutex
	most    int
	used    int
	changed chan struct{} // closed, and another made, at each change
}

func newSlots(n int) *slots { return &slots{most: n, changed: make(chan struct{})} }

func (s *slots) change(most, used int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most += most
	s.used += used
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *slots) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// wait waits until a slot is free, and returns how many are; 0: ctx has ended.
func (s *slots) wait(ctx context.Context) int {
	for {
		s.mu.Lock()
		free, changed := s.most-s.used, s.changed
		s.mu.Unlock()
		if ctx.Err() != nil {
			return 0
		}
		if free > 0 {
			return free
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// acquire takes a slot; false: ctx has ended.
func (s *slots) acquire(ctx context.Context) bool {
	for {
		if s.wait(ctx) == 0 {
			return false
		}
		s.mu.Lock()
		if s.used < s.most {
			s.used++
			s.mu.Unlock()
			return true
		}
		s.mu.Unlock()
	}
}

func (s *slots) release() { s.change(0, -1) }

// lines writes whole lines of several at once.
type lines struct {
	mu sync.Mutex
	w  io.Writer
}

// of is a writer for one of them, which is called name; "" has no name before its lines.
func (l *lines) of(name string) *lineWriter { return &lineWriter{l: l, name: name} }

// say writes a line of the worker's own about a job.
func (l *lines) say(id, format string, args ...any) {
	w := l.of(id)
	fmt.Fprintf(w, format+"\n", args...)
}

type lineWriter struct {
	l    *lines
	name string
	mu   sync.Mutex
	rest []byte
}

// maxLine is how long a line may be that waits for its end.
const maxLine = 1 << 16

// Write implements io.Writer.
func (w *lineWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, b...)
	for end := lastLine(w.rest); end > 0; end = lastLine(w.rest) {
		err := w.l.put(w.name, w.rest[:end])
		w.rest = w.rest[end:]
		if err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// lastLine is where the last whole line ends; 0: nothing is to be written yet.
func lastLine(b []byte) int {
	for i := len(b); i > 0; i-- {
		if b[i-1] == '\n' {
			return i
		}
	}
	if len(b) > maxLine {
		return len(b)
	}
	return 0
}

// end writes what has no end yet.
func (w *lineWriter) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) > 0 {
		_ = w.l.put(w.name, append(w.rest, '\n'))
		w.rest = nil
	}
}

func (l *lines) put(name string, b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if name == "" {
		_, err := l.w.Write(b)
		return err
	}
	for len(b) > 0 {
		end := slices.Index(b, '\n') + 1
		if end == 0 {
			end = len(b)
		}
		if _, err := fmt.Fprintf(l.w, "%s: %s", name, b[:end]); err != nil {
			return err
		}
		b = b[end:]
	}
	return nil
}
