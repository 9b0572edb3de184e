package http

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

// listening is the side of a server that connections come to.
type listening struct {
	at      network.Address
	local   bool // it is reached from this machine alone
	secure  bool
	l       net.Listener
	http    *http.Server
	conns   connections
	res     *interp.Resource
	release func()        // of the runtime's hold, as something may come
	gone    chan struct{} // closed when the server is
}

// maxHeaders bounds the headers of a request; net/http adds 4 KiB to what it is told.
const maxHeaders = 60 << 10

// listen begins to take connections.
func (s *server) listen(c *interp.Call) error {
	policy, files := c.Network(), c.Files()
	var config *tls.Config
	begin := func(ctx context.Context) (err error) {
		if s.tls != nil {
			if config, err = s.tls.Config(ctx, files, "http.serve", ""); err != nil {
				return err
			}
			config.NextProtos = []string{"h2", "http/1.1"}
		}
		s.l, err = network.Listen(ctx, policy, files, s.at, s.mode)
		return network.Error("http.serve", s.at.String(), err)
	}
	var err error
	if s.tls != nil || !isHere(s.at) {
		err = c.BlockFirm(begin)
	} else {
		err = begin(c.Context())
	}
	if err != nil {
		return err
	}
	s.secure = config != nil
	if tcp, ok := s.l.Addr().(*net.TCPAddr); ok {
		s.at.Port = uint16(tcp.Port)
		s.local = tcp.IP.IsLoopback()
	}
	s.gone = make(chan struct{})
	s.http = &http.Server{
		Handler:           s,
		TLSConfig:         config,
		ReadHeaderTimeout: onMachine(s.headerTimeout),
		IdleTimeout:       onMachine(s.idleTimeout),
		MaxHeaderBytes:    maxHeaders,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // a peer's faults are no news
		ConnState:         s.conns.state,
	}
	s.conns.all.Go(func() {
		if s.secure {
			_ = s.http.ServeTLS(s.l, "", "") // what ends it is that it is closed
		} else {
			_ = s.http.Serve(s.l)
		}
	})
	s.release = c.Runtime().Hold()
	s.res = c.Defer("http.serve "+s.at.String(), s, func(ctx context.Context) error {
		s.refuse()
		close(s.gone)
		_ = s.http.Close() // the listener may be closed already
		s.release()
		ended := make(chan struct{})
		go func() {
			s.conns.all.Wait()
			close(ended)
		}()
		select {
		case <-ended:
		case <-ctx.Done():
		}
		return nil
	})
	s.res.Keep()
	return nil
}

// isHere reports whether an address needs no look-up.
func isHere(a network.Address) bool {
	return isAddress(a.Host) || a.Host == "" || a.Host == "localhost" || a.Network == "unix"
}

// shut takes no more connections, and closes those without a request.
func (s *server) shut() {
	_ = s.l.Close() // a socket's file is gone with it
	s.http.SetKeepAlivesEnabled(false)
	s.conns.leave()
}

// url is how a client on this machine reaches the server.
func (s *server) url() string {
	if s.at.Network == "unix" {
		return s.at.String()
	}
	scheme, host := "http://", s.at.Host
	if s.secure {
		scheme = "https://"
	}
	if a, err := netip.ParseAddr(host); host == "" || err == nil && a.IsUnspecified() {
		host = "localhost"
	}
	return scheme + net.JoinHostPort(host, strconv.Itoa(int(s.at.Port)))
}

// connections are those of a server, with what they do.
type connections struct {
	all sync.WaitGroup // their goroutines, and the listener's

	mu      sync.Mutex
	states  map[net.Conn]http.ConnState
	leaving chan struct{} // closed when none is left; nil: more may come
}

// state is told what a connection does.
func (cs *connections) state(conn net.Conn, st http.ConnState) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	switch st {
	case http.StateNew:
		cs.all.Add(1)
		if cs.states == nil {
			cs.states = map[net.Conn]http.ConnState{}
		}
		cs.states[conn] = st
	case http.StateClosed, http.StateHijacked:
		cs.all.Done()
		delete(cs.states, conn)
		if cs.leaving != nil && len(cs.states) == 0 {
			cs.close()
		}
	default:
		cs.states[conn] = st
	}
	if cs.leaving != nil && (st == http.StateNew || st == http.StateIdle) {
		drop(conn)
	}
}

// leave closes those without a request, now and from now on. The channel is closed when none is left; nil: none is.
func (cs *connections) leave() <-chan struct{} {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.leaving == nil {
		cs.leaving = make(chan struct{})
	}
	for conn, st := range cs.states {
		if st == http.StateNew || st == http.StateIdle {
			drop(conn)
		}
	}
	if len(cs.states) == 0 {
		cs.close()
		return nil
	}
	return cs.leaving
}

func (cs *connections) close() {
	select {
	case <-cs.leaving:
	default:
		close(cs.leaving)
	}
}

// drop closes a connection without a word, which might have to wait.
func drop(conn net.Conn) {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	conn.Close()
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}
