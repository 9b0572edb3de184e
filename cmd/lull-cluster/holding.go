package main

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// A worker tells the monitors of the servers what it holds, and by which connection. The monitor of the server at the connection's other end sees it close: 3 s later
// the worker is lost, unless it has spoken again, and its jobs are another's. A worker that comes back later is told of that. Where there is no monitor, at
// another NATS, or at the server that has ended together with the worker, the lease decides.

// Subjects of workers' talk with monitors.
const (
	subjHeld = "lull.held"
	subjLost = "lull.lost." // INSTANCE: replies of the messages that are another's
)

const (
	maxGone  = 3 * time.Second // after its connection is closed, a worker is lost
	maxPeers = 10_000
	maxHeld  = 100_000 // of a worker's; what is beyond has its lease
)

// holding is what a worker says of the jobs that it holds.
type holding struct {
	Worker string `json:"worker"` // its instance
	Server string `json:"server"` // at the other end of its connection
	Conn   uint64 `json:"conn"`   // which one it is there
	Whole  bool   `json:"whole,omitempty"`
	Held   []hold `json:"held"`
}

// hold is a job that a worker has.
type hold struct {
	Reply   string `json:"reply"` // where its message is acknowledged
	Seq     uint64 `json:"seq"`   // its message's in the stream
	Attempt int    `json:"attempt"`
	Lost    bool   `json:"lost,omitempty"`  // an attempt has ended with its worker
	Begun   bool   `json:"begun,omitempty"` // it runs; else the worker's end was none of its doing, and is no attempt
}

func (h *held) hold() hold {
	x := hold{Reply: h.msg.Reply(), Attempt: h.attempt, Lost: h.lost, Begun: h.running}
	if meta, err := h.msg.Metadata(); err == nil {
		x.Seq = meta.Sequence.Stream
	}
	return x
}

// holds tells of one more job, or of all where there is none.
func (w *worker) holds(one *held) {
	var all []hold
	w.mu.Lock()
	if one != nil {
		all = append(all, one.hold())
	} else {
		for h := range w.held {
			all = append(all, h.hold())
		}
	}
	w.mu.Unlock()
	x := holding{Worker: w.instance, Server: w.l.nc.ConnectedServerId(), Whole: one == nil}
	x.Conn, _ = w.l.nc.GetClientID() // not connected: the next heartbeat tells
	const some = 2000                // in a message
	for first := true; first || len(all) > 0; first = false {
		n := min(some, len(all))
		x.Held, all = all[:n], all[n:]
		if b, err := json.Marshal(&x); err == nil {
			_ = w.l.nc.Publish(subjHeld, b) // lost: the lease decides
		}
		x.Whole = false
	}
}

// learns is told of jobs that are another worker's.
func (w *worker) learns(m *nats.Msg) {
	var replies []string
	if json.Unmarshal(m.Data, &replies) != nil {
		return
	}
	gone := map[string]bool{}
	for _, r := range replies {
		gone[r] = true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for h := range w.held {
		if gone[h.msg.Reply()] {
			h.cancel(errStale)
		}
	}
}

// peer is a worker as a monitor knows it.
type peer struct {
	conn  uint64
	gone  time.Time       // since when it has no connection; zero: it has one
	held  map[string]hold // by where to acknowledge them
	given map[string]hold // those that are another's since
}

// hears is told what a worker holds.
func (m *monitor) hears(msg *nats.Msg) {
	var x holding
	if json.Unmarshal(msg.Data, &x) != nil || x.Worker == "" || len(x.Worker) > maxID || strings.ContainsAny(x.Worker, ".*> \t\r\n") {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.peers[x.Worker]
	if p == nil {
		if x.Server != m.e.id() || len(m.peers) >= maxPeers {
			return // another monitor's
		}
		p = &peer{held: map[string]hold{}}
		m.peers[x.Worker] = p
	}
	if len(p.given) > 0 {
		m.tells(x.Worker, p.given)
	}
	if x.Server != m.e.id() { // it has moved to another server
		delete(m.peers, x.Worker)
		return
	}
	p.conn, p.gone = x.Conn, time.Time{}
	if x.Whole {
		clear(p.held)
		p.given = nil // it knows
	}
	for _, h := range x.Held {
		if _, given := p.given[h.Reply]; !given && strings.HasPrefix(h.Reply, "$JS.ACK.") && len(p.held) < maxHeld {
			p.held[h.Reply] = h
		}
	}
}

// tells tells a worker that is back which of its jobs are another's.
func (m *monitor) tells(worker string, given map[string]hold) {
	var all []string
	for reply := range given {
		all = append(all, reply)
	}
	const some = 2000 // in a message
	for len(all) > 0 {
		n := min(some, len(all))
		if b, err := json.Marshal(all[:n]); err == nil {
			_ = m.nc.Publish(subjLost+worker, b) // lost: it finds the result
		}
		all = all[n:]
	}
}

// losses gives the jobs of workers that have gone to others.
func (m *monitor) losses(ctx context.Context, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, p := range m.peers {
		switch {
		case p.gone.IsZero():
			if !m.e.connected(p.conn) {
				p.gone = now
			}
		case now.Sub(p.gone) > time.Hour || now.Sub(p.gone) > maxGone && len(p.held)+len(p.given) == 0:
			delete(m.peers, name)
		case now.Sub(p.gone) > maxGone && len(p.held) > 0:
			m.say("a worker's connection has closed without a good-bye: its jobs are others' (%d)", len(p.held))
			given := p.held
			p.given, p.held = given, map[string]hold{}
			m.wg.Go(func() {
				ctx, cancel := context.WithTimeout(ctx, time.Minute)
				defer cancel()
				for _, h := range given {
					if h.Begun || m.returns(ctx, h) != nil {
						_ = m.nc.Publish(h.Reply, []byte("-NAK")) // lost: the lease decides
					}
				}
			})
		}
	}
}

// returns puts a job that its worker had not begun into the queue again, as often tried as before.
func (m *monitor) returns(ctx context.Context, h hold) error {
	jobs, err := m.js.Stream(ctx, jobsStream)
	if err != nil {
		return err
	}
	msg, err := jobs.GetMsg(ctx, h.Seq)
	if err != nil {
		return err
	}
	var next job
	item, err := decode(msg.Data, &next)
	if err != nil {
		return err
	}
	next.Used, next.Lost, next.Held, next.Ready = h.Attempt-1, h.Lost, true, 0
	b, err := encode(&next, item)
	if err != nil {
		return err
	}
	if err := next.check(); err != nil {
		return err
	}
	if _, err := m.js.Publish(ctx, msg.Subject, b); err != nil {
		return err
	}
	return m.nc.Publish(h.Reply, []byte("+ACK")) // lost: it runs twice, and has one result
}
