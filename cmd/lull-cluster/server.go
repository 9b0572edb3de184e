package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// embedded is a NATS server in this process. No other file knows that there is one.
type embedded struct {
	s       *server.Server
	js      server.JetStreamConfig
	alone   bool         // it is no part of a cluster of servers
	monitor *monitor     // nil: a file of settings says who is let in
	sock    net.Listener // nil: none
	wg      sync.WaitGroup
	once    sync.Once
}

// serverOptions are what the server goes by.
type serverOptions struct {
	store  string // its folder
	host   string // ""; it does not listen
	port   int
	sync   bool // each message, before it is acknowledged
	token  string
	cert   string
	key    string
	ca     string // of clients, which must have certificates then
	config string // a file of NATS's own, which says all but the store
	log    io.Writer
}

// serve starts a server, and returns when it can be talked to.
func serve(o serverOptions) (*embedded, error) {
	opts := &server.Options{}
	if o.config != "" {
		of, err := server.ProcessConfigFile(o.config)
		if err != nil {
			return nil, err
		}
		opts = of
		if len(opts.Users) == 0 && len(opts.Nkeys) == 0 && opts.Username == "" && opts.Authorization == "" && len(opts.TrustedOperators) == 0 && opts.AuthCallout == nil {
			return nil, fmt.Errorf("%s: it lets everybody in: a worker runs what it is sent, so an authorization block is needed, with a token, users or an operator", o.config)
		}
	} else {
		opts.Host, opts.Port, opts.DontListen, opts.Authorization = o.host, o.port, o.host == "", o.token
		opts.SyncAlways, opts.SyncInterval = o.sync, time.Second
	}
	opts.NoSigs, opts.JetStream = true, true
	if opts.StoreDir == "" {
		opts.StoreDir = o.store
	}
	if o.cert != "" {
		tc, err := server.GenTLSConfig(&server.TLSConfigOpts{CertFile: o.cert, KeyFile: o.key, CaFile: o.ca, Verify: o.ca != ""})
		if err != nil {
			return nil, err
		}
		opts.TLSConfig, opts.TLS, opts.TLSVerify = tc, true, o.ca != ""
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return nil, err
	}
	log := &serverLog{w: o.log}
	s.SetLoggerV2(log, false, false, false)
	e := &embedded{s: s, alone: opts.Cluster.Name == "" && opts.Cluster.Port == 0, js: server.JetStreamConfig{
		StoreDir: opts.StoreDir, SyncInterval: opts.SyncInterval, SyncAlways: opts.SyncAlways, MaxMemory: opts.JetStreamMaxMemory, MaxStore: opts.JetStreamMaxStore,
		Strict: !opts.NoJetStreamStrict, Domain: opts.JetStreamDomain, UniqueTag: opts.JetStreamUniqueTag,
	}}
	s.Start()
	for deadline := time.Now().Add(30 * time.Second); !s.ReadyForConnections(100 * time.Millisecond); {
		err := log.failed()
		if err == nil && time.Now().After(deadline) {
			err = errors.New("the server did not start within 30 s")
		}
		if err != nil {
			e.close()
			return nil, err
		}
	}
	if o.config == "" || opts.Authorization != "" {
		if e.monitor, err = newMonitor(e, opts.StoreDir, opts.Authorization, o.log); err != nil {
			e.close()
			return nil, err
		}
	}
	return e, nil
}

// trouble is why the server keeps nothing of what it is sent; "": it does.
func (e *embedded) trouble() string {
	h := e.s.Healthz(&server.HealthzOptions{})
	switch {
	case strings.Contains(h.Error, "write error"):
	case !e.s.JetStreamEnabled() && e.s.Running():
	default:
		return ""
	}
	if saysFull(h.Error) {
		return "its disk is full: " + h.Error
	}
	return "its disk takes nothing: " + h.Error
}

// id tells servers apart.
func (e *embedded) id() string { return e.s.ID() }

// connected reports whether a client is there.
func (e *embedded) connected(conn uint64) bool { return e.s.GetClient(conn) != nil }

// revive has the server read its files anew, and write again.
func (e *embedded) revive() error {
	if !e.alone {
		return errors.New("restart it")
	}
	if err := e.s.ShutdownJetStream(); err != nil {
		return err
	}
	config := e.js
	return e.s.EnableJetStream(&config)
}

// dial connects to the server without any network.
func (e *embedded) dial() (net.Conn, error) { return e.s.InProcessConn() }

// Dial implements nats.CustomDialer.
func (e *embedded) Dial(string, string) (net.Conn, error) { return e.dial() }

// address is where it listens.
func (e *embedded) address() string { return e.s.Addr().String() }

// listen lets other processes of the same user in, by a socket that nobody else may open.
func (e *embedded) listen(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // whoever has made it is gone: we hold the lock
		return err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return err
	}
	e.sock = l
	e.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			e.wg.Go(func() { e.pipe(c) })
		}
	})
	return nil
}

// pipe copies both ways until one of them has ended.
func (e *embedded) pipe(c net.Conn) {
	in, err := e.dial()
	if err != nil {
		c.Close()
		return
	}
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{c, in}, {in, c}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1]) // either end may go at any time
			c.Close()
			in.Close()
		})
	}
	both.Wait()
}

// close ends the server, and returns when what it has acknowledged is written.
func (e *embedded) close() {
	e.once.Do(func() {
		if e.sock != nil {
			e.sock.Close()
		}
		if e.monitor != nil {
			e.monitor.close()
		}
		e.s.Shutdown()
		e.s.WaitForShutdown()
		e.wg.Wait()
	})
}

// syncStore has all that was written to a store's newest files be on the disk.
func syncStore(dir string) error {
	return filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(path) != ".blk" {
			return nil // it was removed meanwhile
		}
		info, err := d.Info()
		if err != nil || time.Since(info.ModTime()) > 10*time.Second {
			return nil // the server itself syncs each second
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return nil
		}
		defer f.Close()
		return f.Sync()
	})
}

// serverLog is what the server says: warnings and errors, a line each.
type serverLog struct {
	mu    sync.Mutex
	w     io.Writer // nil: nobody listens
	fatal error     // why it cannot serve
}

// failed is why the server cannot serve; nil: it has said nothing like that.
func (l *serverLog) failed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}

func (l *serverLog) say(format string, v []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.w == nil {
		return
	}
	fmt.Fprintf(l.w, "%s lull-cluster server: %s\n", time.Now().Format(time.RFC3339), fmt.Sprintf(format, v...))
}

// Noticef implements server.Logger.
func (l *serverLog) Noticef(string, ...any) {}

// Warnf implements server.Logger.
func (l *serverLog) Warnf(format string, v ...any) { l.say(format, v) }

// Fatalf implements server.Logger.
func (l *serverLog) Fatalf(format string, v ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fatal == nil {
		l.fatal = fmt.Errorf(format, v...)
	}
}

// Errorf implements server.Logger.
func (l *serverLog) Errorf(format string, v ...any) { l.say(format, v) }

// Debugf implements server.Logger.
func (l *serverLog) Debugf(string, ...any) {}

// Tracef implements server.Logger.
func (l *serverLog) Tracef(string, ...any) {}

// prepare connects to the server in this process, and makes what has to be in it. A server with a file of settings lets in whom that says: what has to be in it
// is made by those who connect.
func (e *embedded) prepare(ctx context.Context, o serverOptions, lost time.Duration) (*link, error) {
	t := target{url: "nats://127.0.0.1:4222", within: e, token: o.token}
	l, err := t.connect(ctx, "server")
	if err != nil {
		return nil, err
	}
	if _, _, err := l.consumer(ctx, workersName, jobsAny+">", lost); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}
