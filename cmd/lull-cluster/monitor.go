package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// monitor is a client of the server in its own process, and answers what only that process knows: whether what was acknowledged is on the disk, and what is wrong
// with the server. It has the server go on when its disk has room again, and sees workers go.
type monitor struct {
	e     *embedded
	store string
	log   io.Writer // nil: nobody reads one
	nc    *nats.Conn
	js    jetstream.JetStream
	stop  context.CancelFunc
	wg    sync.WaitGroup

	mu    sync.Mutex
	peers map[string]*peer // by instance
}

// newMonitor connects to a server that lets in who has the token.
func newMonitor(e *embedded, store, token string, log io.Writer) (*monitor, error) {
	nc, err := nats.Connect("nats://127.0.0.1:4222", nats.SetCustomDialer(e), nats.SkipHostLookup(), nats.Token(token), nats.Name("lull-cluster monitor"),
		nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		return nil, err
	}
	js, err := jetstream.New(nc)
	if err != nil {
		nc.Close()
		return nil, err
	}
	m := &monitor{e: e, store: store, log: log, nc: nc, js: js, peers: map[string]*peer{}}
	if _, err := nc.Subscribe(subjHeld, m.hears); err != nil {
		nc.Close()
		return nil, err
	}
	for subject, text := range map[string]func() string{subjSync: m.synced, subjHealth: e.trouble} {
		if _, err := nc.Subscribe(subject, func(msg *nats.Msg) { _ = msg.Respond([]byte(text())) }); err != nil { // who asks waits no longer than it likes
			nc.Close()
			return nil, err
		}
	}
	if err := nc.FlushTimeout(10 * time.Second); err != nil {
		nc.Close()
		return nil, err
	}
	var ctx context.Context
	ctx, m.stop = context.WithCancel(context.Background())
	m.wg.Go(func() { m.watches(ctx) })
	m.wg.Go(func() {
		tick := time.NewTicker(maxGone / 12)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case now := <-tick.C:
				m.losses(ctx, now)
			}
		}
	})
	return m, nil
}

// close ends the monitor, before its server does.
func (m *monitor) close() {
	m.stop()
	m.wg.Wait()
	m.nc.Close()
}

// synced has what was written be on the disk. "" is that it is.
func (m *monitor) synced() string {
	if err := syncStore(m.store); err != nil {
		return err.Error()
	}
	return ""
}

// watches looks whether the server can write. One that could not writes no more, whatever room there is later, until it has read its files again.
func (m *monitor) watches(ctx context.Context) {
	wait, told := time.Second, false
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		text := m.e.trouble()
		switch {
		case text == "":
			wait = time.Second
			continue
		case !told:
			m.say("%s; nothing is taken until there is room", text)
		}
		told, wait = true, min(2*wait, time.Minute)
		if m.room() != nil {
			continue
		}
		if err := m.e.revive(); err != nil {
			m.say("there is room again, but it cannot go on: %v", err)
			continue
		}
		m.say("there is room again: it goes on")
		told = false
	}
}

func (m *monitor) say(format string, args ...any) {
	if m.log != nil {
		fmt.Fprintf(m.log, "%s lull-cluster server: %s\n", time.Now().Format(time.RFC3339), fmt.Sprintf(format, args...))
	}
}

// room reports whether the disk takes something of some size, in a file as large as the store's largest.
func (m *monitor) room() error {
	largest := int64(0)
	_ = filepath.WalkDir(m.store, func(_ string, d os.DirEntry, err error) error { // what is removed meanwhile does not count
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				largest = max(largest, info.Size())
			}
		}
		return nil
	})
	name := filepath.Join(m.store, "room")
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(make([]byte, 1<<20), largest)
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(name))
}
