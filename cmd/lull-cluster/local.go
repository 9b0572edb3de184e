package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// localDialer connects to this machine's own cluster: to the server of whichever process has one, or to one that it starts.
type localDialer struct {
	dir string

	mu     sync.Mutex
	server *embedded
	lock   *os.File
	closed bool
}

func newLocalDialer(dir string) (*localDialer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &localDialer{dir: dir}, os.Chmod(dir, 0o700)
}

// dial is called anew whenever the connection is lost.
func (d *localDialer) dial(ctx context.Context) (net.Conn, error) {
	for {
		c, err := d.try()
		if err == nil || ctx.Err() != nil {
			return c, err
		}
		select {
		case <-time.After(20 * time.Millisecond): // another process is about to serve, or to end
		case <-ctx.Done():
		}
	}
}

func (d *localDialer) try() (net.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return nil, net.ErrClosed
	case d.server != nil:
		return d.server.dial()
	}
	socket := filepath.Join(d.dir, "socket")
	if c, err := net.Dial("unix", socket); err == nil {
		return c, nil
	}
	f, err := os.OpenFile(filepath.Join(d.dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if !lockFile(f) {
		f.Close()
		return nil, errors.New("another process has locked it, and does not answer")
	}
	s, err := serve(serverOptions{store: filepath.Join(d.dir, "store")})
	if err == nil {
		if err = s.listen(socket); err != nil {
			s.close()
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	d.server, d.lock = s, f
	return s.dial()
}

// close ends the server, if it is this process's.
func (d *localDialer) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	if d.server != nil {
		d.server.close()
		d.lock.Close()
	}
}

// stateDir is where this machine keeps what the cluster's parts know.
func stateDir(part string) (string, error) {
	dir := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "lull", part), nil
}
