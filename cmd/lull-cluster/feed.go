package main

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A batch with a limit lies in the cluster whole, so that it goes on without its caller: as many jobs as the limit says are in the queue or at workers, and the
// others wait where nobody takes them. Each job that has ended lets the next one go, once: its worker sends that by a name that is the ended job's, by which the
// cluster knows a second attempt to do so. A job goes only where none of its number is there, and leaves its waiting place afterwards.

// jobsWait is where jobs wait for others of their batch to end.
const jobsWait = "lull.job.wait."

// live is where the jobs of a batch are taken from.
func (s *spec) live(batch string, index int) string {
	way := jobsAny
	if s.Alone {
		way = jobsAlone
	}
	return way + key(batch, index) + ".0"
}

// passes lets the next job of a batch go, in the place of one that has ended, after which it is called. dropped reports whether a job was cancelled.
func (l *link) passes(ctx context.Context, s *spec, batch, after string, dropped func(index int) bool) error {
	for {
		var next *jetstream.RawStreamMsg
		err := l.again(ctx, func(ctx context.Context) (err error) {
			next, err = l.jobs.GetMsg(ctx, 0, jetstream.WithGetMsgSubject(jobsWait+batch+".>"))
			if errors.Is(err, jetstream.ErrMsgNotFound) {
				next, err = nil, nil
			}
			return err
		})
		if err != nil || next == nil {
			return err
		}
		n, err := strconv.Atoi(strings.Split(next.Subject, ".")[4])
		if err != nil || dropped(n) {
			return nil // those behind it are cancelled as well
		}
		went, passed := l.hasResult(ctx, key(batch, n)), false
		if !went {
			err := l.again(ctx, func(ctx context.Context) error {
				ack, err := l.js.PublishMsg(ctx, &nats.Msg{Subject: s.live(batch, n), Data: next.Data}, jetstream.WithMsgID(batch+"/after/"+after), jetstream.WithExpectLastSequencePerSubject(0))
				e := (*jetstream.APIError)(nil)
				switch {
				case err == nil:
					went, passed = !ack.Duplicate, true
				case errors.As(err, &e) && (e.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || e.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant):
					went, err = true, nil // another worker lets it go at this moment
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		if went {
			err := l.again(ctx, func(ctx context.Context) error {
				err := l.jobs.DeleteMsg(ctx, next.Sequence)
				if err != nil && (strings.Contains(err.Error(), "found") || strings.Contains(err.Error(), "deleted")) {
					return nil // another worker has
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		if passed {
			return nil
		}
	}
}

// ends acknowledges a job that has its result, or needs none, and lets the next one of a limited batch go.
func (w *worker) ends(h *held) {
	err := w.insists(w.ctx, h.job.id(), "the next job of its batch cannot be sent", func(ctx context.Context) error {
		s, err := w.spec(ctx, &h.job)
		if err != nil || s.Limit == 0 {
			return errIf(err, isTrouble(err))
		}
		return w.l.passes(ctx, &s.spec, h.job.Batch, strconv.Itoa(h.job.Index), func(n int) bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			x, cut := w.cut[h.job.Batch]
			return cut && !x.One && n >= x.From
		})
	})
	if err == nil { // else it comes again, and is found done
		_ = h.msg.Ack() // lost: so it does then
	}
}

// errIf is err where it counts.
func errIf(err error, counts bool) error {
	if counts {
		return err
	}
	return nil
}
