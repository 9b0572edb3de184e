package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
)

// Another process of the same user can ask what the tasks do, as in JVMs: nothing is there until it asks, no socket and no file. It puts
// a socket into a folder that is the asked process's user's alone, and sends SIGWINCH; the asked one looks there, connects, and answers
// each line with a line, until one of them goes.

// question is such a line. It is JSON, as the answer is, a taskList.
type question struct {
	Want string `json:"want"` // "tasks", or "top": with what they have spent since the first
}

// maxQuestion bounds a question, in bytes.
const maxQuestion = 4096

// shown is what shows the tasks of a run to those who ask.
type shown struct {
	dump *dumper
	ask  *answerer
}

// showTasks has SIGQUIT print what the tasks of rt do, and the jobs of an Extension, and answers those who ask, until stop is called.
func showTasks(signals *signals, rt *interp.Runtime, s *script, w io.Writer, tr *tracing, with *Extension) *shown {
	of := &subject{title: s.name(), rt: rt, jobs: with.Jobs}
	d := &dumper{of: of, w: w}
	if tr != nil && tr.last {
		d.also = func() {
			if err := tr.failed(tr.save(rt)); err != nil {
				fmt.Fprintln(w, "lull:", err)
			}
		}
	}
	signals.dump = d.dump
	return &shown{d, answer(of)}
}

// stop is called when the runtime is closed: else a function in Go may hold up what it waits for.
func (s *shown) stop() {
	s.dump.wg.Wait()
	s.ask.stop()
}

// answerer answers those who ask.
type answerer struct {
	of *subject

	mu    sync.Mutex
	over  bool
	conns map[net.Conn]struct{}
	slots chan struct{} // who is being answered
	wg    sync.WaitGroup
	leave func() // ends the watch for those who come
}

func newAnswerer(of *subject) *answerer {
	return &answerer{of: of, slots: make(chan struct{}, maxAnswering), leave: func() {}}
}

// How many may ask, and how many are answered at once: the others wait for that.
const (
	maxAsking    = 1000
	maxAnswering = 16
)

// serve answers on a connection, in a goroutine of its own, and closes it.
func (a *answerer) serve(c net.Conn) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over || len(a.conns) >= maxAsking {
		c.Close()
		return
	}
	if a.conns == nil {
		a.conns = map[net.Conn]struct{}{}
	}
	a.conns[c] = struct{}{}
	a.wg.Go(func() {
		a.talk(c)
		c.Close()
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.conns, c)
	})
}

// talk answers until the other goes, or does not understand.
func (a *answerer) talk(c net.Conn) {
	in, out := json.NewDecoder(&io.LimitedReader{R: c, N: maxQuestion}), json.NewEncoder(c)
	var acc *accounts
	for {
		var q question
		if in.Decode(&q) != nil {
			break
		}
		in = json.NewDecoder(io.MultiReader(in.Buffered(), &io.LimitedReader{R: c, N: maxQuestion}))
		a.slots <- struct{}{}
		if q.Want == "top" && acc == nil && a.of.rt != nil {
			acc = a.account()
		}
		list := listTasks(a.of)
		if q.Want == "top" && a.of.rt == nil {
			list.Error = "it runs jobs, whose times are not counted: lull ps shows them"
		}
		<-a.slots
		if q.Want == "top" && acc != nil {
			acc.add(list)
		}
		if out.Encode(list) != nil {
			break
		}
	}
	if acc != nil {
		acc.stop()
	}
}

// stop ends all talks, and returns when they have ended.
func (a *answerer) stop() {
	a.leave()
	a.mu.Lock()
	a.over = true
	for c := range a.conns {
		c.Close()
	}
	a.mu.Unlock()
	a.wg.Wait()
}

// accounts are what tasks have spent since it was begun: an interp.Tracer.
type accounts struct {
	stop func()

	mu    sync.Mutex
	tasks map[uint64]*account
}

// account is that of a task.
type account struct {
	state              byte          // since its last event
	at                 time.Duration // of that
	ran, ready, waited time.Duration // before
}

// account begins to count. nil: the runtime is not there any more, or held up.
func (a *answerer) account() *accounts {
	acc := &accounts{tasks: map[uint64]*account{}}
	ctx, cancel := context.WithTimeout(context.Background(), listTimeout)
	defer cancel()
	stop, err := a.of.rt.Trace(ctx, acc)
	if err != nil {
		return nil
	}
	acc.stop = stop
	return acc
}

// The states of an account.
const (
	stateReady byte = iota
	stateRuns
	stateWaits
)

// turns to another state.
func (a *accounts) turns(t *interp.Task, to byte) {
	now := t.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	k := a.tasks[t.ID()]
	if k == nil {
		k = &account{state: to, at: now}
		a.tasks[t.ID()] = k
	}
	k.count(now)
	k.state = to
}

// count adds the time since the last event.
func (k *account) count(now time.Duration) {
	d := now - k.at
	k.at = now
	switch k.state {
	case stateRuns:
		k.ran += d
	case stateReady:
		k.ready += d
	default:
		k.waited += d
	}
}

// Spawn implements interp.Tracer.
func (a *accounts) Spawn(t *interp.Task) { a.turns(t, stateReady) }

// Switch implements interp.Tracer.
func (a *accounts) Switch(t *interp.Task) { a.turns(t, stateRuns) }

// Park implements interp.Tracer.
func (a *accounts) Park(t *interp.Task) { a.turns(t, stateWaits) }

// Wake implements interp.Tracer.
func (a *accounts) Wake(t *interp.Task) { a.turns(t, stateReady) }

// End implements interp.Tracer.
func (a *accounts) End(t *interp.Task) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.tasks, t.ID())
}

// add tells in a list what its tasks have spent, the whole of the state in which they are among it.
func (a *accounts) add(list *taskList) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, t := range list.Tasks {
		k := a.tasks[t.ID]
		if k == nil {
			k = &account{}
		}
		t.Spent = &spent{k.ran.Seconds(), k.ready.Seconds(), k.waited.Seconds()}
		switch t.State {
		case "running":
			t.Spent.Ran += t.For
		case "ready":
			t.Spent.Ready += t.For
		default:
			t.Spent.Waited += t.For
		}
	}
}

// ownPID is the number of this process, as it sees itself.
func ownPID() int { return os.Getpid() }
