package net

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/builtins/internal/serving"
	"github.com/lull-lua/lull/interp"
)

// server is what net.serve returns, with a task for each connection, of which each has a place.
type server struct {
	serving.Server[*connection]
	at   network.Address
	fn   interp.Value
	tls  *network.TLS
	idle time.Duration

	l       net.Listener
	config  *tls.Config
	live    context.Context // ends when no more connections are taken
	end     func()
	placed  chan struct{}  // holds one for each connection that is served: as many as there may be; one more is accepted
	taking  sync.WaitGroup // goroutines that take connections
	release func()         // of the runtime's hold, as somebody may come
	res     *interp.Resource
	forget  func()        // has it found no more by connections of the same runtime
	near    []*connection // from this runtime, which have no place yet; for the loop's side

	mu      sync.Mutex
	arrived []*connection
	failed  error // listening has failed
	asleep  bool  // the task waits for one of these
	waker   interp.Waker
	closed  bool
}

var serverType = interp.Type{
	Name: "net.server",
	Of:   (*server)(nil),
	Methods: []interp.Def{
		{Name: "stop", Fn: func(c *interp.Call) error { return interp.Self[*server](c).Stop(c) }, Outside: true},
		{Name: "join", Fn: func(c *interp.Call) error { return interp.Self[*server](c).Join(c) }, Outside: true},
	},
	Field: func(v any, name string) any {
		s := v.(*server)
		switch {
		case name == "address":
			return s.at.String()
		case name == "port" && s.at.Network == "tcp":
			return int(s.at.Port)
		}
		return nil
	},
	String: func(v any) string { return "net.server " + v.(*server).at.String() },
}

// Contents implements interp.Container.
func (s *server) Contents(yield func(interp.Value)) { yield(s.fn) }

// serve is net.serve(addr, fn [, opts]).
func serve(c *interp.Call) error {
	s := &server{}
	s.live, s.end = context.WithCancel(context.WithoutCancel(c.Context()))
	mode, err := s.parse(c)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if err := s.listen(c, mode); err != nil {
		return err
	}
	hooks := serving.Hooks{Contents: s, Take: s.take, Ended: s.ended, Refuse: s.refuseAll, Wake: s.rouse, End: s.over, Never: s.never}
	if err := s.Start(c, "net.serve", "net.serve "+s.at.String(), hooks, s.fn); err != nil {
		c.Close(s.res)
		return err
	}
	s.forget = serving.Register(c, s)
	return c.Return(s)
}

// parse reads the arguments.
func (s *server) parse(c *interp.Call) (mode fs.FileMode, err error) {
	if s.at, err = network.ListenArg(c, 1); err != nil {
		return 0, err
	}
	if s.fn, err = c.Function(2); err != nil {
		return 0, err
	}
	var secure, idle interp.Value
	limit, grace, perm := 10000.0, 8.0, "600"
	if err := c.Options(3, map[string]any{"tls": &secure, "limit": &limit, "grace": &grace, "idle_timeout": &idle, "mode": &perm}); err != nil {
		return 0, err
	}
	bits, perr := strconv.ParseUint(perm, 8, 32)
	switch {
	case !(limit >= 1):
		return 0, c.ArgError(3, "option 'limit': at least one connection at once, got "+interp.Number(limit).String())
	case !(grace >= 0):
		return 0, c.ArgError(3, "option 'grace': a number of seconds expected, got "+interp.Number(grace).String())
	case perr != nil || bits > 0o777:
		return 0, c.ArgError(3, fmt.Sprintf("option 'mode': an octal string such as \"600\" expected, got %.20q", perm))
	}
	s.placed, s.Grace = make(chan struct{}, int(min(limit, math.MaxInt32))), interp.Seconds(grace)
	if s.idle, err = seconds(c, 3, "idle_timeout", idle, interp.Forever); err != nil {
		return 0, err
	}
	s.tls, err = network.ServerTLS(c, 3, secure)
	return fs.FileMode(bits), err
}

// listen begins to take connections.
func (s *server) listen(c *interp.Call, mode fs.FileMode) error {
	policy, files := c.Network(), c.Files()
	counted, err := files.Opens()
	if err != nil {
		return err
	}
	err = c.BlockFirm(func(ctx context.Context) (err error) {
		if s.tls != nil {
			if s.config, err = s.tls.Config(ctx, files, "net.serve", ""); err != nil {
				return err
			}
		}
		s.l, err = network.Listen(ctx, policy, files, s.at, mode)
		return network.Error("net.serve", s.at.String(), err)
	})
	if err != nil {
		if s.l != nil {
			s.l.Close()
		}
		counted()
		return err
	}
	if tcp, ok := s.l.Addr().(*net.TCPAddr); ok {
		s.at.Port = uint16(tcp.Port)
	}
	s.release = c.Runtime().Hold()
	s.taking.Go(s.accept)
	s.res = c.Defer("net.serve "+s.at.String(), s, func(context.Context) error {
		s.refuse()
		s.taking.Wait()
		counted()
		s.release()
		return nil
	})
	s.res.Keep()
	return nil
}

// handshake is how long a client may take to begin to speak TLS, on the machine's clock.
const handshake = 10 * time.Second

// accept takes connections, until nobody wants any more.
func (s *server) accept() {
	for {
		conn, err := s.l.Accept()
		switch {
		case err == nil:
		case errors.Is(err, net.ErrClosed):
			return
		case s.bearable(err):
			continue
		default:
			s.fail(err)
			return
		}
		select {
		case s.placed <- struct{}{}:
		case <-s.live.Done():
			conn.Close()
			return
		}
		if s.config != nil {
			s.taking.Go(func() { s.shake(conn) })
		} else {
			s.tell(outside(conn))
		}
	}
}

// bearable waits a little where an error of accepting is one that passes.
func (s *server) bearable(err error) bool {
	switch network.Code(err) {
	case "EMFILE", "ENFILE", "ECONNABORTED", "ENOBUFS", "ENOMEM":
	default:
		return false
	}
	ctx, cancel := context.WithTimeout(s.live, pause)
	defer cancel()
	<-ctx.Done()
	return true
}

// shake begins to speak TLS. A client that cannot is dropped: its faults are no news.
func (s *server) shake(conn net.Conn) {
	ctx, cancel := context.WithTimeout(s.live, handshake)
	defer cancel()
	secure := tls.Server(conn, s.config)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		<-s.placed
		return
	}
	s.tell(outside(secure))
}

// tell hands a connection to the server's task, or closes it.
func (s *server) tell(n *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		n.wire.Close()
		<-s.placed
		return
	}
	s.arrived = append(s.arrived, n)
	s.wake()
}

func (s *server) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = network.Error("net.serve", s.at.String(), err)
	s.wake()
}

// wake is called with the lock, off the loop.
func (s *server) wake() {
	if s.asleep {
		s.asleep = false
		s.waker.Post(nil)
	}
}

// refuse takes no more connections.
func (s *server) refuse() {
	s.mu.Lock()
	was := s.closed
	s.closed = true
	arrived := s.arrived
	s.arrived = nil
	s.mu.Unlock()
	if was {
		return
	}
	s.end()
	s.l.Close() // a socket's file is gone with it
	for _, n := range arrived {
		n.wire.Close()
		<-s.placed
	}
}

// refuseAll is refuse, and drops those from this runtime that wait for a place.
func (s *server) refuseAll() {
	s.refuse()
	for _, n := range s.near {
		n.drop()
	}
	s.near = nil
}

// over is told when the last connection has ended.
func (s *server) over(c *interp.Call) {
	s.forget()
	s.refuse()
	c.Close(s.res)
}

// never is told where the server was cancelled before it began.
func (s *server) never() {
	s.forget()
	s.release()
}

// take starts a task for each connection, until the server is to stop and the last has ended.
func (s *server) take(c *interp.Call) error {
	for {
		s.mu.Lock()
		arrived, failed := s.arrived, s.failed
		s.arrived = nil
		if len(arrived) == 0 && failed == nil {
			s.asleep, s.waker = true, c.Waker()
		}
		s.mu.Unlock()
		for _, n := range arrived {
			s.start(c, n)
		}
		for len(s.near) > 0 && s.place() {
			n := s.near[0]
			s.near = s.near[1:]
			s.start(c, n)
		}
		switch {
		case len(arrived) > 0:
			continue
		case failed != nil:
			return failed
		case s.Stopping && len(s.Open) == 0:
			return nil
		}
		if _, err := c.Park(nil); err != nil {
			return err
		}
	}
}

// place takes a place, if there is one.
func (s *server) place() bool {
	select {
	case s.placed <- struct{}{}:
		return true
	default:
		return false
	}
}

// rouse has the server's task look again. It is for the loop's side.
func (s *server) rouse() {
	s.mu.Lock()
	asleep, w := s.asleep, s.waker
	s.asleep = false
	s.mu.Unlock()
	if asleep {
		w.Wake(nil)
	}
}

// start starts the task of a connection, which has a place.
func (s *server) start(c *interp.Call, n *connection) {
	var t *interp.Task
	counted, err := c.Files().Opens()
	if err == nil && !c.Crowded() {
		n.counted = counted
		x, _ := interp.AwaitableOf(c.NewFunction("net.serve", func(c *interp.Call) error { return s.attend(c, n) }, s.fn))
		t, err = s.Members.Start(x)
	}
	if t == nil || err != nil {
		n.drop()
		if counted != nil {
			counted()
		}
		<-s.placed
		return
	}
	t.SetName("net.serve " + n.name())
	s.Open[t] = n
}

// drop ends a connection that no task has.
func (n *connection) drop() {
	if n.wire != nil {
		n.wire.Close()
		return
	}
	n.from.Break(nil)
	n.to.End(nil)
}

// attend is the task of a connection.
func (s *server) attend(c *interp.Call, n *connection) error {
	n.counted() // the handle counts by itself
	v, err := n.handle(c, s.idle, false)
	if err != nil {
		return err
	}
	return c.ProtectReturn(s.fn, interp.ContinuationFunc(func(c *interp.Call, err error) error {
		c.Results()
		e := (*interp.Error)(nil)
		if !errors.As(err, &e) {
			return err
		}
		if n.isFault(e) {
			return nil
		}
		c.WarnTraced(e, 4000, "net.serve %s: %.4000s", n.name(), e.Brief())
		return nil
	}), v)
}

// ended is told of each connection's task.
func (s *server) ended(t *interp.Task) bool {
	if !t.Started() { // it was cancelled before
		s.Open[t].drop()
		s.Open[t].counted()
	}
	delete(s.Open, t)
	<-s.placed
	s.rouse()
	return false
}
