package http

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lull-lua/lull/interp"
)

// ServeHTTP implements http.Handler: it is called on a connection's goroutine, which waits until the request's task has an answer.
func (s *server) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	x := &outside{s: s, w: w, http: hr, given: make(chan *answer, 1), over: make(chan struct{}), status: make(chan int, 1)}
	r, a := s.receive(x, hr)
	if a == nil && !s.tell(event{r: r}) {
		a = plain(http.StatusServiceUnavailable)
	}
	if a != nil {
		x.put(a)
		x.leave()
		return
	}
	select {
	case a = <-x.given:
	case <-hr.Context().Done():
		s.tell(event{r: r, gone: true})
		select { // it may be writing still
		case a = <-x.given:
		case <-s.gone:
		}
	case <-s.gone:
	}
	if a != nil {
		x.put(a)
	}
	select { // the task may read the body still
	case <-x.over:
	case <-s.gone:
	}
	x.leave()
	select {
	case a = <-x.given: // the server has gone before it was written
		if a != nil && a.file != nil {
			a.file.close()
		}
	default:
	}
	if x.failed {
		panic(http.ErrAbortHandler) // so that the client sees that the answer is not whole
	}
}

// receive looks at a request: it is one for a handler, or has its answer already.
func (s *server) receive(x exchange, hr *http.Request) (*request, *answer) {
	r := &request{s: s, x: x, http: hr, name: hr.Method + " " + hr.URL.Path}
	if !s.knows(hr) {
		r.refused, r.fallback = true, plain(http.StatusMisdirectedRequest)
		r.fallback.body = "this server does not answer to that name; its option hosts adds one\n"
	} else if s.origin.Check(hr) != nil {
		r.refused, r.fallback = true, plain(http.StatusForbidden)
	}
	m := &recorder{}
	if !r.refused {
		s.mux.ServeHTTP(m, hr)
		if r.route = m.route; r.route == nil {
			r.fallback = &answer{status: m.status, header: m.header, body: m.body.String()}
		}
	}
	if r.fallback != nil {
		if !s.log && (r.refused || s.before.IsNil()) {
			return nil, r.fallback
		}
		return r, nil
	}
	switch {
	case r.route.key != "":
		r.name = r.route.key
	case r.route.pattern != "":
		r.name = r.route.pattern
	}
	return r, nil
}

// recorder is where ServeMux tells which route matches, or what it answers itself.
type recorder struct {
	route  *route
	status int
	header http.Header
	body   strings.Builder
}

// Header implements http.ResponseWriter.
func (m *recorder) Header() http.Header {
	if m.header == nil {
		m.header = http.Header{}
	}
	return m.header
}

// WriteHeader implements http.ResponseWriter.
func (m *recorder) WriteHeader(status int) {
	if m.status == 0 {
		m.status = status
	}
}

// Write implements http.ResponseWriter.
func (m *recorder) Write(b []byte) (int, error) {
	m.WriteHeader(http.StatusOK)
	return m.body.Write(b)
}

// ServeHTTP implements http.Handler, for ServeMux.
func (rt *route) ServeHTTP(w http.ResponseWriter, _ *http.Request) { w.(*recorder).route = rt }

// outside is an exchange over a connection.
type outside struct {
	s     *server
	w     http.ResponseWriter
	http  *http.Request
	given chan *answer  // of the task
	over  chan struct{} // closed when the task has ended
	begun bool          // the task writes the answer, or has

	reading sync.Mutex  // held by who reads the body
	pre     []byte      // of it, read before the handler began, and not taken yet
	limited bool        // the body's reader minds max_body
	eof     atomic.Bool // it was read to its end
	closed  bool        // nobody reads it any more
	failed  bool        // the answer is not whole
	refused bool        // an answer that says so is written, in the place of a websocket
	status  chan int    // of a file, once that is known; closed when it is written
}

// earlyBytes is how much of a body is read before the handler begins: once it is read, the end of the connection is noticed.
const earlyBytes = 64 << 10

func (x *outside) early(c *interp.Call) error {
	n := x.http.ContentLength
	x.eof.Store(n == 0)
	if n <= 0 || n > earlyBytes || float64(n) > x.s.maxBody {
		return nil
	}
	return x.firm(c, func(_ context.Context, r io.Reader) error {
		buf := make([]byte, n+1) // one more, so that the end is seen
		got, err := io.ReadFull(r, buf)
		x.pre = buf[:got]
		if err == io.ErrUnexpectedEOF && x.eof.Load() {
			return nil
		}
		return err
	})
}

// firm calls fn, which reads the body, off the loop. When the task is cancelled the reading ends, and with it the connection.
func (x *outside) firm(c *interp.Call, fn func(ctx context.Context, r io.Reader) error) error {
	return c.BlockFirm(func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, func() { _ = x.SetReadDeadline(past) })
		defer stop()
		err := fn(ctx, x)
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	})
}

// Read implements io.Reader: it is what is left of the body.
func (x *outside) Read(p []byte) (int, error) {
	x.reading.Lock()
	defer x.reading.Unlock()
	switch {
	case x.closed:
		return 0, io.ErrClosedPipe
	case len(x.pre) > 0:
		n := copy(p, x.pre)
		x.pre = x.pre[n:]
		return n, nil
	case x.eof.Load():
		return 0, io.EOF
	}
	if most := x.s.maxBody; !x.limited && most < 1<<62 {
		x.http.Body = http.MaxBytesReader(x.w, x.http.Body, int64(most))
	}
	x.limited = true
	n, err := x.http.Body.Read(p)
	big := (*http.MaxBytesError)(nil)
	switch {
	case err == nil || errors.Is(err, os.ErrDeadlineExceeded):
	case err == io.EOF:
		x.eof.Store(true)
	case errors.As(err, &big):
		err = tooLarge("req", x.s.maxBody)
	default:
		err = interp.Errorf(interp.KindIO, "req: the client has broken off: %w", err)
	}
	return n, err
}

// SetReadDeadline ends a read, as package interp does with a stream whose task is cancelled. Once the body was read it is net/http that
// reads, to see whether the client goes.
func (x *outside) SetReadDeadline(t time.Time) error {
	if x.eof.Load() {
		return nil
	}
	return http.NewResponseController(x.w).SetReadDeadline(t)
}

func (x *outside) readAll(c *interp.Call) (text string, err error) {
	if x.eof.Load() { // it is there
		text = string(x.pre)
		x.pre = nil
		return text, nil
	}
	if n := x.http.ContentLength; float64(n) > x.s.maxBody {
		return "", tooLarge("req", x.s.maxBody)
	}
	var b strings.Builder
	err = x.firm(c, func(ctx context.Context, r io.Reader) error {
		piece := make([]byte, 32<<10)
		for {
			n, err := r.Read(piece)
			if e := interp.Reserve(ctx, n); e != nil {
				return e
			}
			b.Write(piece[:n])
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
	return b.String(), err
}

func (x *outside) stream(name string) interp.Stream {
	return interp.Stream{Name: name, Reader: x, Close: func(context.Context) error {
		_ = x.SetReadDeadline(past) // ends a read under way
		return nil
	}}
}

func (x *outside) whole(c *interp.Call, fn func(ctx context.Context, r io.Reader) error) error {
	return x.firm(c, fn)
}

func (x *outside) send(a *answer) { x.given <- a }

func (x *outside) done() { close(x.over) }

// put writes a whole answer.
func (x *outside) put(a *answer) {
	x.begins(a)
	if a.file != nil {
		a.file.serve(paced{x}, x.http)
		close(x.status)
		return
	}
	bodiless := !allowsBody(a.status)
	if !bodiless {
		x.w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	x.w.WriteHeader(a.status)
	if bodiless || x.http.Method == http.MethodHead {
		return
	}
	rest := a.body
	for len(rest) > 0 {
		n, err := io.WriteString(x.w, rest[:min(len(rest), 64<<10)])
		if err != nil {
			return // nobody reads it
		}
		if rest = rest[n:]; len(rest) > 0 {
			x.pace()
		}
	}
}

// begins sets what every answer has, before its headers are written.
func (x *outside) begins(a *answer) {
	h := x.w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	if !x.eof.Load() && x.http.ContentLength != 0 && x.http.ProtoMajor == 1 {
		h.Set("Connection", "close") // what follows on it may be the rest of the body
	}
	x.pace()
}

// pace gives the client so much time to take the next piece.
func (x *outside) pace() {
	_ = http.NewResponseController(x.w).SetWriteDeadline(deadline(x.s.idleTimeout))
}

// paced is a ResponseWriter whose pieces must be taken in time.
type paced struct{ x *outside }

// Header implements http.ResponseWriter.
func (p paced) Header() http.Header { return p.x.w.Header() }

// WriteHeader implements http.ResponseWriter.
func (p paced) WriteHeader(status int) {
	select {
	case p.x.status <- status:
	default: // a second one, which does not count
	}
	p.x.w.WriteHeader(status)
}

// fileStatus waits until it is known what the answer with a file is: a range of it, or that the client has it already.
func (x *outside) fileStatus(ctx context.Context) int {
	select {
	case status, ok := <-x.status:
		if ok {
			return status
		}
	case <-x.s.gone:
	case <-ctx.Done():
	}
	return http.StatusOK
}

// Write implements http.ResponseWriter.
func (p paced) Write(b []byte) (int, error) {
	p.x.pace()
	return p.x.w.Write(b)
}

func (x *outside) begin(c *interp.Call, a *answer) error {
	x.begun = true
	return c.BlockFirm(func(context.Context) error {
		if !x.eof.Load() {
			_ = http.NewResponseController(x.w).EnableFullDuplex() // the handler may read on
		}
		x.begins(a)
		x.w.WriteHeader(a.status)
		return http.NewResponseController(x.w).Flush()
	})
}

func (x *outside) write(c *interp.Call, b []byte) error {
	return c.BlockFirm(func(ctx context.Context) error {
		rc := http.NewResponseController(x.w)
		x.pace()
		stop := context.AfterFunc(ctx, func() { _ = rc.SetWriteDeadline(past) })
		defer stop()
		_, err := x.w.Write(b)
		if err == nil {
			err = rc.Flush()
		}
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	})
}

func (x *outside) end(err error) {
	x.failed = err != nil && !x.refused
	x.given <- nil
}

// linger is how long, and lingerBytes how much of, the rest of a body is taken from a client that gets an answer without having been read: a
// connection that is closed before would take the answer along.
const (
	linger      = 500 * time.Millisecond
	lingerBytes = 256 << 10 // of more net/http sees to it
)

// leave ends the reading of the body, before net/http has the connection back.
func (x *outside) leave() {
	if x.eof.Load() || x.http.ContentLength == 0 {
		return
	}
	_ = x.SetReadDeadline(past) // ends a read under way
	x.reading.Lock()
	defer x.reading.Unlock()
	x.closed = true
	if x.http.ProtoMajor != 1 || x.failed || x.http.ContentLength > lingerBytes {
		return
	}
	rc := http.NewResponseController(x.w)
	if rc.Flush() == nil && rc.SetReadDeadline(deadline(linger)) == nil {
		_, _ = io.CopyN(io.Discard, x.http.Body, lingerBytes) // as far as it comes
		_ = rc.SetReadDeadline(past)
	}
}
