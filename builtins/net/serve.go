package net

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

// server is what net.serve returns. Its task, which nobody owns, owns a task for each connection; it ends when it has been told to stop, by
// a script or by whatever cancels it, and the last of these has ended.
type server struct {
	at    network.Address
	fn    interp.Value
	tls   *network.TLS
	idle  time.Duration
	grace time.Duration

	l      net.Listener
	config *tls.Config
	live   context.Context // ends when no more connections are taken
	end    func()
	placed chan struct{}  // holds one for each connection that is served: as many as there may be; one more is accepted
	taking sync.WaitGroup // goroutines that take connections
	res    *interp.Resource
	task   *interp.Task

	// These are for the loop's side.
	members  *interp.Nursery
	open     map[*interp.Task]*connection // by their tasks; each has a place
	near     []*connection                // from this runtime, which have no place yet
	stopping bool
	until    time.Duration // loop time at which those that are left are cancelled; 0: there is none
	timer    *interp.Timer // for that

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
		{Name: "stop", Fn: stop, Outside: true},
		{Name: "join", Fn: join, Outside: true},
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
	s := &server{open: map[*interp.Task]*connection{}}
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
	run, _ := interp.AwaitableOf(c.NewFunction("net.serve", s.run, s.fn))
	if s.task, err = c.Spawn(run); err != nil {
		c.Close(s.res)
		return err
	}
	s.task.SetName("net.serve " + s.at.String())
	register(c, s)
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
	s.placed, s.grace = make(chan struct{}, int(min(limit, math.MaxInt32))), interp.Seconds(grace)
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
	release := c.Runtime().Hold()
	s.taking.Go(s.accept)
	s.res = c.Defer("net.serve "+s.at.String(), s, func(context.Context) error {
		s.refuse()
		s.taking.Wait()
		counted()
		release()
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

// run is the server's task.
func (s *server) run(c *interp.Call) error {
	c.Serves()
	s.timer = c.NewTimer(s.late)
	if s.stopping {
		s.stop(s.grace)
	}
	shield := interp.Scope{Shield: true, Grace: interp.Forever, Contents: s, Asked: func(string) { s.stop(s.grace) }}
	s.members = &interp.Nursery{Collect: true, Forgets: true}
	err := c.Scope(&shield, func() error {
		return c.Nursery(s.members, s.ended, func() error { return s.take(c) })
	})
	s.timer.Stop()
	unregister(c, s)
	s.refuse()
	c.Close(s.res)
	return err
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
		case s.stopping && len(s.open) == 0:
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
	x, _ := interp.AwaitableOf(c.NewFunction("net.serve", func(c *interp.Call) error { return s.attend(c, n) }, s.fn))
	t, err := s.members.Start(x)
	if err != nil { // a limit of the host's, which ends the run
		n.drop()
		<-s.placed
		return
	}
	t.SetName("net.serve " + n.name())
	s.open[t] = n
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
		told := e.Error()
		if len(e.Frames) > 0 {
			told += "\n" + e.Traceback()
		}
		c.Warn("net.serve %s: %.4000s", n.name(), told)
		return nil
	}), v)
}

// ended is told of each connection's task.
func (s *server) ended(t *interp.Task) bool {
	if !t.Started() { // it was cancelled before
		s.open[t].drop()
	}
	delete(s.open, t)
	<-s.placed
	s.rouse()
	return false
}

// stop takes no more connections, and gives those that are open so much time. Told again it can only shorten that.
func (s *server) stop(grace time.Duration) {
	if !s.stopping {
		s.stopping = true
		s.refuse()
		for _, n := range s.near {
			n.drop()
		}
		s.near = nil
	}
	if s.timer == nil {
		return // its task has not begun
	}
	if grace != interp.Forever {
		if at := s.timer.Now() + grace; s.until == 0 || at < s.until {
			s.until = max(at, 1)
			s.timer.Set(grace)
		}
	}
	s.rouse()
}

// late cancels what is open when its time is over, the oldest first.
func (s *server) late(time.Duration) {
	tasks := make([]*interp.Task, 0, len(s.open))
	for t := range s.open {
		tasks = append(tasks, t)
	}
	slices.SortFunc(tasks, func(a, b *interp.Task) int { return cmp.Compare(a.ID(), b.ID()) })
	for _, t := range tasks {
		t.Interrupt("the server is stopping")
	}
}

// stop is server:stop([grace]).
func stop(c *interp.Call) error {
	s := interp.Self[*server](c)
	grace := s.grace
	if !c.Arg(1).IsNil() {
		var err error
		if grace, err = c.Seconds(1); err != nil {
			return err
		}
		if grace < 0 {
			return c.ArgError(1, "a number of seconds expected, got "+c.Arg(1).String())
		}
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	s.stop(grace)
	return s.joins(c)
}

// join is server:join().
func join(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	return interp.Self[*server](c).joins(c)
}

// joins waits until the server has ended. The task of one of its connections does not: each would wait for the other.
func (s *server) joins(c *interp.Call) error {
	if s.open[c.Task()] != nil || s.task.HasEnded() {
		return nil
	}
	return c.JoinReturn(s.task)
}
