package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
)

// client is the cluster as the scripts of this process have it. It connects when a script first wants it.
type client struct {
	target target
	script string
	grants []interp.Option // of jobs that run here
	out    io.Writer       // of theirs
	err    io.Writer       // what calls wait for
	slots  int             // how many at once
	turn   chan struct{}   // who has it may connect
	l      *link
	w      *worker // of this process, where it runs what its scripts send; nil: the cluster's do
	stop   context.CancelFunc
	wg     sync.WaitGroup // calls
}

func newClient() *client { return &client{turn: make(chan struct{}, 1), stop: func() {}} }

// link connects, once.
func (cl *client) link(ctx context.Context) (*link, error) {
	select {
	case cl.turn <- struct{}{}:
		defer func() { <-cl.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if cl.l != nil {
		return cl.l, nil
	}
	t := cl.target
	if t.url == "" && t.store == "" {
		dir, err := stateDir("cluster")
		if err != nil {
			return nil, err
		}
		t.store = dir
	}
	t.log = cl.err
	l, err := t.connect(ctx, "script "+cl.script)
	if err != nil {
		return nil, interp.Errorf(interp.KindIO, "%w", err)
	}
	l.err = cl.err
	if t.url == "" {
		w, err := newWorker(l, workerName(), cl.slots, cl.grants, workerLimits{}, cl.out)
		if err != nil {
			l.close()
			return nil, err
		}
		var take context.Context
		take, cl.stop = context.WithCancel(context.Background())
		w.take(take, workersName, jobsAny+">") // what was submitted
		cl.w = w
	}
	cl.l = l
	return l, nil
}

// call does something with the cluster, off the loop. It returns no later than the grace after it was cancelled: what is left of it then, because a connection
// that leads nowhere holds it up, ends soon by itself, and close waits for it.
func (cl *client) call(ctx context.Context, grace time.Duration, fn func(ctx context.Context, l *link) error) error {
	ended := make(chan error, 1)
	cl.wg.Go(func() {
		l, err := cl.link(ctx)
		if err == nil {
			err = fn(ctx, l)
		}
		ended <- err
	})
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case err := <-ended:
		return err
	case <-late.C:
		return context.Cause(ctx)
	}
}

// close ends what this process has of the cluster, if it has begun.
func (cl *client) close() {
	cl.turn <- struct{}{}
	defer func() { <-cl.turn }()
	cl.stop()
	if cl.w != nil {
		cl.w.drain(0)
		cl.w.pulls.Wait()
	}
	if cl.l != nil {
		cl.l.close()
	}
	cl.wg.Wait()
	cl.l, cl.w = nil, nil
}

// workerName tells workers apart.
func workerName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	host, _, _ = strings.Cut(host, ".")
	return fmt.Sprintf("%.60s.%d", host, os.Getpid())
}
