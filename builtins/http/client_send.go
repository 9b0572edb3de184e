package http

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/builtins/internal/bar"
	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

// errorBody is how much of the body of a status that is raised is kept.
const errorBody = 64 << 10

// hop is one message of a request: redirects make several.
type hop struct {
	method string
	url    *url.URL // without what says who one is
	header http.Header
	host   string // "" : the URL's
	body   *payload
	// strayed says that the request has been where a session's cookies do not go.
	strayed bool
}

// outcome is what has come back.
type outcome struct {
	status int
	proto  string
	header http.Header
	length int64 // of the body, as far as the head says; -1: it does not
	body   []byte
	// open is the body where that has not been read: cancel ends it, on the loop, drop also waits for that, off it.
	open   io.Reader
	pipe   *interp.Pipe // instead of open, of a server in the same runtime
	cancel func()
	drop   func()
	saved  bool   // the body is in the file, and so long
	place  func() // gives back one of a session's connections, in virtual time; nil: there is none
}

// free gives back a reply's connection.
func (p *outcome) free() {
	if p != nil && p.place != nil {
		p.place()
		p.place = nil
	}
}

// close ends a reply whose body nobody wants.
func (p *outcome) close() {
	p.free()
	switch {
	case p == nil:
	case p.pipe != nil:
		p.pipe.Break(nil)
	case p.cancel != nil:
		p.cancel()
	}
}

// sending is a hop under way on a connection of net/http's: in the context of its request, where the dialer finds it.
type sending struct {
	context.Context // of the request
	r               *fetch
	transport       *transport
	timer           *interp.Timer // for the time to connect; for the loop's side
	over            bool          // for the loop's side
	late            bool          // connecting took too long; for the loop's side

	mu    sync.Mutex
	state int
	timed bool     // the timer was set
	undo  []func() // ends what is being dialled
	reply *outcome
	gone  bool // the task is: nobody takes the reply

	sent *sent // nil: nobody is told how much of the body has gone
}

// States of a sending.
const (
	waits = iota // for a connection
	has          // one
	ended        // it has ended without one
)

type sendingKey struct{}

// Value implements context.Context.
func (x *sending) Value(key any) any {
	if key == (sendingKey{}) {
		return x
	}
	return x.Context.Value(key)
}

// dialing notes what ends a connection that is being made for the exchange. It reports false where nobody wants it any more.
func (x *sending) dialing(undo func()) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch x.state {
	case ended:
		return false
	case has: // one that was idle came first: this is for the next request
		return true
	}
	x.undo = append(x.undo, undo)
	if !x.timed {
		x.timed = true
		x.r.rt.Post(func() {
			if !x.over && x.r.connectTimeout != interp.Forever {
				x.timer.Set(x.r.connectTimeout)
			}
		})
	}
	return true
}

// connected is told that a connection was found.
func (x *sending) connected(httptrace.GotConnInfo) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.state, x.undo = has, nil
	if x.timed {
		x.timed = false
		x.r.rt.Post(x.timer.Stop)
	}
}

// again is told that a connection is wanted, also where the one before turned out to be closed.
func (x *sending) again(string) {
	x.mu.Lock()
	x.state = waits
	x.mu.Unlock()
}

// answered is called when net/http has returned.
func (x *sending) answered() {
	x.mu.Lock()
	undo := x.undo
	x.undo = nil
	if x.state == waits {
		x.state = ended
	}
	x.mu.Unlock()
	for _, fn := range undo {
		fn()
	}
}

// far sends a hop over the network, and returns the answer: with the body in memory or, where the request wants it open, without. It waits.
func (r *fetch) far(c *interp.Call, h *hop, scope *interp.Scope) (*outcome, error) {
	how, d, err := r.dialer(c, h.url)
	if err != nil {
		return nil, err
	}
	x := &sending{r: r, transport: r.pool.transport(how)}
	x.timer = c.NewTimer(func(time.Duration) {
		x.late = true
		scope.Cancel("no connection")
	})
	defer func() {
		x.over = true
		x.timer.Stop()
	}()
	var (
		pipe *io.PipeReader
		feed *io.PipeWriter
	)
	if h.body != nil && h.body.source != nil {
		pipe, feed = io.Pipe()
	}
	send := func(ctx context.Context) error {
		p, err := r.send(ctx, x, d, h, pipe)
		x.mu.Lock()
		gone := x.gone
		x.reply = p
		x.mu.Unlock()
		if gone { // nobody is there any more to take it
			p.close()
		}
		return err
	}
	if r.tellsSent(h) {
		x.sent = &sent{steps: make(chan step), over: make(chan struct{})}
	}
	switch {
	case x.sent != nil:
		err = r.telling(c, x.sent, func() error { return c.BlockLight(send) })
	case feed == nil:
		err = c.BlockLight(send)
	default:
		// Time may pass while the source has nothing to give: the feeder is who holds the clock.
		err = r.fed(c, h.body.source, feed, func() error { return c.BlockPassive(send) })
	}
	x.mu.Lock()
	p := x.reply
	x.gone = true
	x.mu.Unlock()
	if err == nil {
		return p, nil
	}
	p.close()
	if x.late {
		r.slow = true
		return nil, err
	}
	return nil, r.failed(err, h)
}

// fed calls exchange while a task writes what a source gives into the body of the request. Where the answer is a stream, the task goes on
// after it.
func (r *fetch) fed(c *interp.Call, src *stream.Source, w *io.PipeWriter, exchange func() error) error {
	var at feeding
	feed := func(c *interp.Call) error {
		for done := int64(0); ; {
			if err := r.sends(c, done, bar.Unknown); err != nil {
				r.breakOff(w, err)
				return err
			}
			text, err := src.Next(c, stream.Piece)
			if err != nil {
				if err == io.EOF {
					w.Close()
					at.sent = true
					return at.rest(c)
				}
				r.breakOff(w, err)
				return err
			}
			gone := false
			if err := c.Block(func(ctx context.Context) error {
				stop := context.AfterFunc(ctx, func() { w.CloseWithError(ctx.Err()) })
				defer stop()
				_, werr := io.WriteString(w, text)
				gone = werr != nil
				return nil
			}); err != nil {
				w.CloseWithError(err)
				return err
			}
			if gone {
				return nil // the other side wants no more
			}
			done += int64(len(text))
		}
	}
	return r.beside(c, src, &at, feed, exchange)
}

// feeding is how far the body of a request is that a task feeds.
type feeding struct {
	answered, sent bool
}

// rest holds the clock, once there is no more to feed, until the answer has come: then the task is cancelled.
func (f *feeding) rest(c *interp.Call) error {
	if f.answered {
		return nil
	}
	return c.BlockLight(func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
}

// beside calls exchange while a task feeds the request.
func (r *fetch) beside(c *interp.Call, src *stream.Source, at *feeding, feed interp.Func, exchange func() error) error {
	var err error
	if r.stream {
		var feeder *interp.Task
		x, _ := interp.AwaitableOf(c.NewFunction(r.op, func(c *interp.Call) error {
			err := feed(c)
			if e := (*interp.Error)(nil); errors.As(err, &e) {
				r.sourceFailed(err)
				return at.rest(c)
			}
			return err // it was cancelled
		}))
		if feeder, err = c.Spawn(x); err != nil {
			return err
		}
		r.feeders = append(r.feeders, feeder)
		err = exchange()
		if at.answered = true; err != nil || at.sent {
			feeder.Cancel("the request has ended")
		}
		return err
	}
	n := interp.Nursery{}
	if src != nil {
		n.Contents = src
	}
	return c.Nursery(&n, (*interp.Task).Failed, func() error {
		x, _ := interp.AwaitableOf(c.NewFunction(r.op, feed))
		feeder, err := n.Start(x)
		if err != nil {
			return err
		}
		if err = exchange(); !feeder.HasEnded() {
			feeder.Cancel("the request has ended")
		}
		if s := (*sourceError)(nil); errors.As(err, &s) {
			return nil // the feeder's
		}
		return err
	})
}

// breakOff ends the request's body with what its source has raised. The reader of the answer is told of that first, as the connection breaks off with the body.
func (r *fetch) breakOff(w *io.PipeWriter, err error) {
	if e := (*interp.Error)(nil); r.stream && r.fault != nil && errors.As(err, &e) {
		r.fault.Store(&sourceError{err})
	}
	w.CloseWithError(&sourceError{err})
}

// sourceFailed has whoever reads the answer told what the body's source has raised.
func (r *fetch) sourceFailed(err error) {
	r.fault.Store(&sourceError{err})
	if r.answered != nil {
		r.answered.End(err)
	}
}

// sourceError is what a source has raised, on its way through net/http.
type sourceError struct{ err error }

// Error implements error.
func (e *sourceError) Error() string { return e.err.Error() }

// Unwrap is what it has raised.
func (e *sourceError) Unwrap() error { return e.err }

// send sends a hop, off the loop, until ctx ends.
func (r *fetch) send(ctx context.Context, x *sending, d *dialer, h *hop, pipe *io.PipeReader) (*outcome, error) {
	r.pool.closeStale()
	if err := x.transport.ready(ctx, d); err != nil {
		return nil, err
	}
	cancel := context.CancelFunc(func() {})
	outer := ctx
	if r.keepsOpen() {
		// The body is read when this has returned, and ctx has ended.
		var inner context.Context
		inner, cancel = context.WithCancel(context.WithoutCancel(ctx))
		stop := context.AfterFunc(ctx, cancel)
		defer stop()
		ctx = inner
	}
	x.Context = ctx
	ctx = httptrace.WithClientTrace(x, &httptrace.ClientTrace{GetConn: x.again, GotConn: x.connected})
	req := (&http.Request{
		Method: h.method, URL: h.url, Header: h.header, Host: h.host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Close: strings.EqualFold(h.header.Get("Connection"), "close"),
	}).WithContext(ctx)
	var err error
	switch {
	case pipe != nil:
		req.Body, req.ContentLength = pipe, -1
	case h.body != nil:
		if req.Body, req.ContentLength, err = h.body.open(outer, r.op, r.files); err != nil {
			return nil, err
		}
		req.Body = x.sent.counts(ctx, req.Body, req.ContentLength)
		if req.ContentLength == 0 {
			req.Body.Close()
			req.Body = http.NoBody
		}
		req.GetBody = func() (io.ReadCloser, error) {
			again, n, err := h.body.open(outer, r.op, r.files)
			return x.sent.counts(ctx, again, n), err
		}
	}
	res, err := x.transport.RoundTrip(req)
	x.answered()
	if err == nil && (res.StatusCode < 100 || res.StatusCode > 999) {
		res.Body.Close()
		err = fmt.Errorf("malformed HTTP status code %q", res.Status)
	}
	if err != nil {
		cancel()
		if outer.Err() != nil {
			return nil, outer.Err()
		}
		return nil, err
	}
	p := &outcome{status: res.StatusCode, proto: res.Proto, header: res.Header, length: res.ContentLength}
	drop := func() {
		cancel()
		res.Body.Close()
	}
	switch {
	case r.follows(p):
		if p.length <= 2<<10 && p.length >= 0 {
			_, _ = io.Copy(io.Discard, res.Body) // so that the connection can be used again
		}
		drop()
		return p, nil
	case p.status == http.StatusSwitchingProtocols:
		drop()
		return nil, errUpgrade
	case !r.fine(p):
		p.body, err = readAll(outer, res.Body, errorBody, p.length, true)
		drop()
		return p, err
	case r.keepsOpen():
		p.open, p.cancel, p.drop = res.Body, cancel, drop
		return p, nil
	}
	defer drop()
	p.body, err = readAll(outer, res.Body, r.maxBody, p.length, false)
	return p, err
}

// errUpgrade is the error of a server that speaks something else from now on, which nobody has asked it for.
var errUpgrade = errors.New("the server speaks another protocol now, for which nobody has asked")

// fine reports whether the status of a reply is one that is taken.
func (r *fetch) fine(p *outcome) bool {
	return r.check.passes(p.status) || r.to != nil && r.to.have > 0 && p.status == http.StatusRequestedRangeNotSatisfiable
}

// errTooLarge is the error of a body that is longer than the option max_body says.
var errTooLarge = errors.New("too large")

// readAll reads a body of at most so many bytes; with cut what is longer is cut there.
func readAll(ctx context.Context, r io.Reader, most, length int64, cut bool) ([]byte, error) {
	if length > most && !cut {
		return nil, errTooLarge
	}
	if length == 0 {
		return nil, nil
	}
	first := int64(4 << 10)
	if length > 0 {
		first = min(length+1, 1<<20) // one more, so that the end is seen at once
	}
	b := make([]byte, 0, min(first, most+1))
	if err := interp.Reserve(ctx, cap(b)); err != nil {
		return nil, err
	}
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > most && cut:
			return b[:most], nil
		case int64(len(b)) > most:
			return nil, errTooLarge
		case err == io.EOF, err != nil && cut && ctx.Err() == nil:
			if cap(b) > len(b)+len(b)/4 {
				b = append(make([]byte, 0, len(b)), b...)
			}
			return b, nil
		case err != nil:
			return nil, err
		}
		if len(b) == cap(b) {
			more := min(int64(len(b)), max(most+1-int64(len(b)), 1))
			if length > int64(len(b)) {
				more = min(length+1-int64(len(b)), 64<<20)
			}
			if err := interp.Reserve(ctx, int(more)); err != nil {
				return nil, err
			}
			b = append(make([]byte, 0, len(b)+int(more)), b...)
		}
	}
}

// failed is the error of a hop as scripts see it.
func (r *fetch) failed(err error, h *hop) error {
	var (
		mine *interp.Error
		dial *dialError
	)
	if errors.Is(err, errBroken) {
		err = io.ErrUnexpectedEOF
	}
	if errors.As(err, &mine) {
		if mine.Kind == interp.KindDenied {
			return mine.With("url", shown(h.url))
		}
		return mine
	}
	if errors.Is(err, interp.ErrCancelled) || errors.Is(err, context.Canceled) {
		return err
	}
	address := originOf(h.url)
	at := address.host + ":" + address.port
	if errors.As(err, &dial) {
		at, err = dial.address, dial.err
	}
	if errors.Is(err, errTooLarge) {
		what := "max_body bounds what is read into memory, 'to' writes it to a file"
		if r.to != nil || r.stream {
			what = "so says max_body"
		}
		return r.about(interp.Errorf(interp.KindLimit, "%s: %s: the body has more than %d bytes: %s", r.op, brief(h.url), r.maxBody, what), h).With("address", at)
	}
	if strings.Contains(err.Error(), "server response headers exceeded") {
		return r.about(interp.Errorf(interp.KindLimit, "%s: %s: the headers of the answer are longer than 1 MiB", r.op, brief(h.url)), h).With("address", at)
	}
	if code, why := protocol(err, h); code != "" {
		return r.about(interp.Errorf(interp.KindIO, "%s: %s: %s", r.op, brief(h.url), why), h).With("code", code).With("address", at)
	}
	where := brief(h.url)
	if dial != nil && dial.proxy != nil {
		where += ": by the proxy " + brief(dial.proxy)
	}
	told := network.Error(r.op, where, err)
	if e := (*interp.Error)(nil); errors.As(told, &e) {
		return r.about(e, h).With("address", at)
	}
	return told
}

// about gives an error the fields of its call.
func (r *fetch) about(e *interp.Error, h *hop) *interp.Error {
	return e.With("method", h.method).With("url", shown(h.url))
}

// lost reports whether an error is one that may be gone the next time: a connection that was not made, or has broken.
func lost(e *interp.Error) bool {
	if e.Field("path") != nil { // a file is not there
		return false
	}
	switch code, _ := e.Field("code").(string); code {
	case "ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EAI_AGAIN", "ENOENT":
		return e.Kind == interp.KindIO
	}
	return e.Kind == interp.KindTimeout
}

// shortNumber is n as messages show it.
func shortNumber(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func inSeconds(d time.Duration) string { return fmt.Sprintf("%s s", shortNumber(d.Seconds())) }
