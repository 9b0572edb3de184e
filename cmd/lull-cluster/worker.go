package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"
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
	told    chan struct{} // closed when the monitor is told that it has begun
	ran     func()        // closes unwound
	unwound chan struct{} // closed when nothing of it runs any more
}

// Why a job that runs is cancelled.
var (
	errCancelled = errors.New("the job was cancelled")
	errStale     = errors.New("the job is another worker's: this one was not heard of for longer than its lease")
	errDone      = errors.New("the job has its result: another worker has done it, or it was cancelled")
	errDrained   = errors.New("the worker is ending")
)

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
