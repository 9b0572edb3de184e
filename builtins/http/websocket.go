package http

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

// message is one of a websocket's.
type message struct {
	data   string
	binary bool
}

// wire is a websocket over a connection; its methods are called off the loop. read and write are ended by ctx, which breaks the connection.
type wire interface {
	read(ctx context.Context) (message, error)
	write(ctx context.Context, m message) error
	ping(ctx context.Context) error
	close(code int, reason string) error // with the closing handshake
	drop()                               // without
	protocol() string
}

// closed is the error of a websocket that the other side has closed.
type closed struct {
	code   int
	reason string
}

// Error implements error.
func (e *closed) Error() string { return fmt.Sprintf("closed with status %d %.123q", e.code, e.reason) }

// breach is what the other side does that RFC 6455 does not allow.
type breach struct {
	what   string
	status int // to close with; 0: that was done
}

// Error implements error.
func (b *breach) Error() string { return b.what }

// errMessage is the error of a message that is too long.
var errMessage = errors.New("the message is too long")

// socket is a websocket. The other end is at a wire, or a socket of the same runtime.
type socket struct {
	name     string // in messages: the URL, without what is secret in it, or the client's address
	protocol string
	most     int // bytes of a message
	res      *interp.Resource

	wire  wire
	pings time.Duration   // between two
	ctx   context.Context // of the goroutines
	stop  func()
	all   sync.WaitGroup // these

	farewells *farewells
	gone      func() // called when it is closed, and nothing of it is left

	of *request // that it answers; nil: it is a client's

	peer    *socket                  // in virtual time
	getting interp.Waiters[struct{}] // who wait for a message, or behind one who does
	taking  bool                     // a task waits for a message of a wire
	sending interp.Waiters[struct{}] // who wait for room at the peer's

	mu      sync.Mutex
	queue   []message
	bytes   int           // in it
	stalled bool          // the reader waits for room
	heard   bool          // something has come since the last ping
	pinging bool          // a ping has not been answered yet
	ended   error         // no more messages come: errGood, or why
	left    bool          // it was closed here
	leaving bool          // it is to be closed when nothing is left to be taken
	changed chan struct{} // closed, and made anew, when one of these has changed
}

// errGood is the end of a websocket that was closed in good order.
var errGood = errors.New("closed in good order")

// ahead is how many messages, and bytes of them, are taken before somebody asks.
const (
	ahead      = 1024
	aheadBytes = 64 << 10
)

// pingEvery is how often a ping goes out, and how long the answer may take.
const pingEvery = 30 * time.Second

// pinging is how the websockets of a runtime ping; tests shorten it.
type pinging struct{ every time.Duration }

var socketType = interp.Type{
	Name: "http.ws",
	Of:   (*socket)(nil),
	Methods: []interp.Def{
		{Name: "send", Fn: sendMessage, Outside: true},
		{Name: "get", Fn: getMessage, Outside: true},
		{Name: "messages", Fn: messages, Outside: true},
		{Name: "close", Fn: closeSocket, Outside: true},
	},
	Field: func(v any, name string) any {
		if name == "protocol" {
			return v.(*socket).protocol
		}
		return nil
	},
	String: func(v any) string { return "http.ws " + v.(*socket).name },
}

// socketOptions are those of both sides.
type socketOptions struct {
	most      float64
	protocols []string
	compress  bool
	keep      bool
}

func newSocket(name string, o *socketOptions) *socket {
	s := &socket{name: name, most: int(min(o.most, math.MaxInt32)), changed: make(chan struct{})}
	for _, l := range []*interp.Waiters[struct{}]{&s.getting, &s.sending} {
		l.Left = func(_ struct{}, handed bool) {
			if handed && l.Wake(struct{}{}) == nil && l == &s.getting { // what woke it is for the next
				s.taking = false
			}
		}
	}
	return s
}

// over makes it one over a wire, which belongs to the running task from then on, and counts as an open file until counted is called.
func (s *socket) over(c *interp.Call, w wire, counted func(), keep bool) {
	s.wire, s.protocol = w, w.protocol()
	s.ctx, s.stop = context.WithCancel(context.WithoutCancel(c.Context()))
	s.all.Go(s.take)
	s.pings = cmp.Or(interp.Local[pinging](c).every, pingEvery)
	var timer *interp.Timer
	if !c.VirtualTime() {
		timer = c.NewTimer(func(time.Duration) {
			if s.ping() {
				timer.Set(s.pings)
			}
		})
		timer.Set(s.pings)
	}
	rt := c.Runtime()
	s.farewells = interp.Local[farewells](c)
	s.gone = func() {
		if timer != nil {
			rt.Post(timer.Stop)
		}
		counted()
	}
	s.res = c.Defer("websocket "+s.name, s, func(context.Context) error {
		s.depart()
		return nil
	})
	if keep {
		s.res.Keep()
	}
}

// hasEnded reports whether no more messages come.
func (s *socket) hasEnded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended != nil
}

// take takes messages from the wire, until it has ended.
func (s *socket) take() {
	for {
		m, err := s.wire.read(s.ctx)
		if err != nil {
			s.end(err)
			if b := (*breach)(nil); errors.As(err, &b) {
				if b.status != 0 {
					s.bye(b.status)
				}
				s.wire.drop()
			}
			return
		}
		for !s.put(m) {
			select {
			case <-s.room():
			case <-s.ctx.Done():
				return
			}
		}
	}
}

// room is closed when something has been taken, or it has ended.
func (s *socket) room() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fits() || s.ended != nil {
		now := make(chan struct{})
		close(now)
		return now
	}
	return s.changed
}

// fits is called with the lock.
func (s *socket) fits() bool {
	return len(s.queue) == 0 || len(s.queue) < ahead && s.bytes < aheadBytes
}

// put adds a message, if there is room.
func (s *socket) put(m message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = true
	if s.stalled = !s.fits() && s.ended == nil; s.stalled {
		return false
	}
	if s.ended == nil {
		s.queue = append(s.queue, m)
		s.bytes += len(m.data)
		s.change()
	}
	return true
}

func (s *socket) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// end says that no more messages come.
func (s *socket) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ends(err)
}

// ends is end, with the lock.
func (s *socket) ends(err error) {
	if s.ended != nil {
		return
	}
	end := (*closed)(nil)
	switch {
	case s.left:
		err = errGood
	case errors.As(err, &end):
		if end.code == 1000 || end.code == 1001 || end.code == 1005 {
			err = errGood
			break
		}
		err = interp.Errorf(interp.KindIO, "http.websocket: %s: the other side has closed it with status %d %.123q", s.name, end.code, end.reason).With("status", end.code).With("reason", end.reason)
	case errors.Is(err, errMessage):
		err = interp.Errorf(interp.KindLimit, "http.websocket: %s: a message has more than %d bytes; max_message allows more", s.name, s.most)
	case errors.As(err, new(*interp.Error)):
	case errors.As(err, new(*breach)):
		err = interp.Errorf(interp.KindIO, "http.websocket: %s: the other side does not keep to the protocol: %w", s.name, err).With("code", "EPROTO")
	default:
		err = interp.Errorf(interp.KindIO, "http.websocket: %s: the connection has ended without being closed", s.name).With("code", codeOr(err, "ECONNRESET"))
	}
	s.ended = err
	s.change()
}

func codeOr(err error, usual string) string {
	if code := network.Code(err); code != "" {
		return code
	}
	return usual
}

// ping sees whether the other side is there: one that has neither answered the ping before nor sent anything is not. While nothing is read
// an answer cannot be seen, and the other side is believed. It reports whether there is to be another.
func (s *socket) ping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	heard := s.heard || s.stalled
	s.heard = false
	switch {
	case s.ended != nil: // its goroutines may have ended
		return false
	case !s.pinging:
		s.pinging = true
		s.all.Go(s.awaitPong)
	case !heard:
		s.all.Go(s.wire.drop)
		s.ends(interp.Errorf(interp.KindIO, "http.websocket: %s: nobody has answered a ping for %v s", s.name, interp.Number(s.pings.Seconds())).With("code", "ETIMEDOUT"))
		return false
	}
	return true
}

// awaitPong sends a ping, and waits until it is answered, or the connection ends.
func (s *socket) awaitPong() {
	if s.wire.ping(s.ctx) != nil {
		return // whoever reads sees why
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pinging = false
}

// sendMessage is ws:send(s [, kind]).
func sendMessage(c *interp.Call) error {
	s := interp.Self[*socket](c)
	text, err := c.Text(1)
	if err != nil {
		return err
	}
	m := message{data: text}
	switch kind, _ := c.Arg(2).Text(); {
	case c.Arg(2).IsNil() || kind == "text":
		if !utf8.ValidString(text) {
			return c.ArgError(1, `the text is not UTF-8; ws:send(s, "binary") sends any bytes`)
		}
	case kind == "binary":
		m.binary = true
	default:
		return c.ArgError(2, `"text" or "binary" expected`)
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if s.peer != nil {
		return s.sendNear(c, m)
	}
	if err := s.open("ws:send"); err != nil {
		return s.told(err)
	}
	// A message that is on its way goes on, whoever waits for that: half of one would be the end of the connection.
	sent := make(chan error, 1)
	s.all.Go(func() { sent <- s.wire.write(s.ctx, m) })
	err = c.BlockLight(func(ctx context.Context) error {
		select {
		case err := <-sent:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if err == nil || passing(err) != nil {
		return err
	}
	if s.hasEnded() {
		if failed := s.open("ws:send"); failed != nil {
			return s.told(failed)
		}
	}
	return s.told(interp.Errorf(interp.KindIO, "ws:send: %s: the connection has ended: %w", s.name, err).With("code", codeOr(err, "EPIPE")))
}

// told is an error for the script. Unless it has closed the websocket itself it is the other side's doing, which a server's request notes.
func (s *socket) told(err error) error {
	s.mu.Lock()
	own := s.left && !s.leaving
	s.mu.Unlock()
	if s.of != nil && !own {
		return s.of.bad(err)
	}
	return err
}

// open is an error where it is closed.
func (s *socket) open(op string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.left || s.ended == errGood:
		return interp.Errorf(interp.KindClosed, "%s: %s: the websocket is closed", op, s.name)
	case s.ended != nil:
		return s.ended
	}
	return nil
}

// getMessage is ws:get().
func getMessage(c *interp.Call) error {
	s := interp.Self[*socket](c)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	return s.get(c)
}

// get returns the next message, when it is there. Tasks get messages in the order in which they have come for them.
func (s *socket) get(c *interp.Call) error {
	if s.peer == nil && (s.taking || s.getting.Len() > 0) {
		return s.getting.Wait(c, struct{}{}, func(c *interp.Call, _ struct{}) error { return s.takes(c) })
	}
	return s.takes(c)
}

// takes is get for the task whose turn it is.
func (s *socket) takes(c *interp.Call) error {
	if s.peer == nil {
		s.taking = true
		defer func() {
			s.taking = s.getting.Wake(struct{}{}) != nil // it is its turn
		}()
	}
	for {
		s.mu.Lock()
		changed := s.changed
		if len(s.queue) > 0 {
			m := s.queue[0]
			s.queue[0] = message{}
			s.queue = s.queue[1:]
			s.bytes -= len(m.data)
			s.change()
			s.mu.Unlock()
			if s.peer != nil {
				s.peer.sending.Wake(struct{}{})
			}
			kind := "text"
			if m.binary {
				kind = "binary"
			}
			return c.Return(m.data, kind)
		}
		ended, leaving := s.ended, s.leaving
		s.mu.Unlock()
		switch {
		case ended == errGood:
			return c.Return(nil)
		case ended != nil:
			return s.told(ended)
		case leaving:
			s.goes()
			return c.Return(nil)
		case s.peer != nil:
			return s.getting.Wait(c, struct{}{}, func(c *interp.Call, _ struct{}) error { return s.takes(c) })
		}
		if err := c.BlockLight(func(ctx context.Context) error {
			select {
			case <-changed:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}); err != nil {
			return err
		}
	}
}

// messages is ws:messages().
func messages(c *interp.Call) error {
	s := interp.Self[*socket](c)
	v, err := c.Value(s)
	if err != nil {
		return err
	}
	return c.Return(c.NewFunction("messages", func(c *interp.Call) error {
		if err := c.Checkpoint(); err != nil {
			return err
		}
		return s.get(c)
	}, v))
}

// closeSocket is ws:close([code [, reason]]).
func closeSocket(c *interp.Call) error {
	s := interp.Self[*socket](c)
	code, reason := 1000, ""
	var err error
	if !c.Arg(1).IsNil() {
		if code, err = c.Int(1); err != nil {
			return err
		}
		if !(code == 1000 || code >= 1001 && code <= 1003 || code >= 1007 && code <= 1011 || code >= 3000 && code <= 4999) {
			return c.ArgError(1, fmt.Sprintf("%d is no status to close with: 1000 is the usual one, 3000 to 4999 are for programs", code))
		}
	}
	if !c.Arg(2).IsNil() {
		if reason, err = c.Text(2); err != nil {
			return err
		}
		if len(reason) > 123 || !utf8.ValidString(reason) {
			return c.ArgError(2, "a reason has at most 123 bytes of UTF-8")
		}
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	s.mu.Lock()
	was := s.left || s.ended != nil
	s.left = true
	s.mu.Unlock()
	if s.peer != nil {
		s.leave(&closed{code, reason})
		return nil
	}
	if !was {
		if err := c.BlockFirm(func(ctx context.Context) error {
			stop := context.AfterFunc(ctx, s.wire.drop)
			defer stop()
			_ = s.wire.close(code, reason) // where the other side does not answer, it is closed as well
			return nil
		}); err != nil {
			return err
		}
	}
	s.end(errGood)
	c.Close(s.res)
	return nil
}

// pair makes two sockets the ends of one whose messages go from task to task.
func (s *socket) pair(client *socket) {
	s.peer, client.peer = client, s
	client.protocol = s.protocol
}

// belongs makes an end of a pair the running task's.
func (s *socket) belongs(c *interp.Call, keep bool) {
	rt := c.Runtime()
	s.res = c.Defer("websocket "+s.name, s, func(context.Context) error {
		rt.Post(func() { s.leave(&closed{1001, ""}) })
		return nil
	})
	if keep {
		s.res.Keep()
	}
}

// leave closes an end whose other is in the same runtime.
func (s *socket) leave(how *closed) {
	s.mu.Lock()
	s.left = true
	s.mu.Unlock()
	s.end(errGood)
	s.peer.end(how)
	s.rouse()
	if s.res != nil {
		s.res.Release()
	}
}

// rouse has those look again who wait at either end.
func (s *socket) rouse() {
	for _, l := range []*interp.Waiters[struct{}]{&s.getting, &s.sending, &s.peer.getting, &s.peer.sending} {
		for range l.Len() {
			l.Wake(struct{}{})
		}
	}
}

// sendNear hands a message to the other end, when there is room.
func (s *socket) sendNear(c *interp.Call, m message) error {
	if err := s.open("ws:send"); err != nil {
		return s.told(err)
	}
	if len(m.data) > s.peer.most {
		s.peer.end(errMessage)
		s.end(&closed{1009, "the message is too long"})
		s.rouse()
		return s.told(s.open("ws:send"))
	}
	if !s.peer.put(m) {
		return s.sending.Wait(c, struct{}{}, func(c *interp.Call, _ struct{}) error { return s.sendNear(c, m) })
	}
	s.peer.getting.Wake(struct{}{})
	return nil
}
