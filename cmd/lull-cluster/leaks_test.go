package main

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/lull-lua/lull/interp"
)

// A server, a worker and a client that are closed leave nothing behind, whatever they were at.
func TestNothingIsLeftBehind(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx := contextOf(t)
	o := serverOptions{store: t.TempDir(), host: "127.0.0.1", port: -1, token: "secret"}
	s, err := serve(o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	own, err := s.prepare(ctx, o, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer own.close()
	to := target{url: "nats://secret@" + s.address()}
	l, err := to.connect(ctx, "worker")
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	var out bytes.Buffer
	w, err := newWorker(l, "worker", 2, []interp.Option{interp.WithGrace(time.Second)}, workerLimits{}, &out)
	if err != nil {
		t.Fatal(err)
	}
	takes, stop := context.WithCancel(ctx)
	w.take(takes, workersName, jobsAny+">")
	defer func() {
		stop()
		w.drain(0)
		w.pulls.Wait()
	}()
	cl := newClient()
	cl.target = to
	defer cl.close()
	if err := cl.call(ctx, time.Second, func(ctx context.Context, l *link) error { // a job that nobody has the function of
		b := &batch{l: l, id: "one", spec: spec{Function: "no.function", Attempts: 1, Keep: time.Minute}, items: [][]byte{nil}}
		return b.submit(ctx)
	}); err != nil {
		t.Fatal(err)
	}
	err = cl.call(ctx, time.Second, func(ctx context.Context, l *link) error {
		o, err := l.awaits(ctx, "one", "one", 0)
		if err == nil && !o.Failed {
			t.Errorf("it came to %+v", o)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	cut, cancel := context.WithCancelCause(ctx)
	why := errors.New("cancelled")
	err = cl.call(cut, time.Second, func(ctx context.Context, l *link) error {
		b := &batch{l: l, id: "none", spec: spec{Items: 3, Function: "no.function", Attempts: 1000, Delay: time.Hour, Keep: time.Minute, Limit: 1}, items: make([][]byte, 3), grace: time.Second}
		time.AfterFunc(10*time.Millisecond, func() { cancel(why) })
		return b.run(ctx)
	})
	if !errors.Is(err, why) {
		t.Errorf("the cancelled call returns %v", err)
	}
}
