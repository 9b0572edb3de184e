package main

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

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
