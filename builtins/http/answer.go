package http

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/jsontext"
	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

// answer is what becomes of a request.
type answer struct {
	status int
	header http.Header
	body   string
	source *stream.Source // of the body, in its place
	file   *served        // likewise
}

// handle is the task of a request.
func (s *server) handle(c *interp.Call) error {
	r := c.Arg(1).Object().(*request)
	began := c.Now()
	var vals interp.Values
	scope := interp.Scope{}
	r.scope = &scope
	if s.timeout != interp.Forever {
		r.timer = c.NewTimer(func(time.Duration) {
			r.late = true
			scope.Interrupt("the request took too long")
		})
		r.timer.Set(s.timeout)
	}
	err := c.Scope(&scope, func() (err error) {
		if err = r.place(c); err != nil {
			return err
		}
		if err = r.bad(r.x.early(c)); err == nil {
			vals, err = s.call(c, r)
		}
		return err
	})
	r.leavePlace()
	if r.timer != nil {
		r.timer.Stop()
	}
	err = r.conclude(c, vals, err, scope.Ended())
	r.over = true
	if s.log {
		r.report(c, began)
	}
	return err
}

// call calls what is to answer the request.
func (s *server) call(c *interp.Call, r *request) (vals interp.Values, err error) {
	if r.refused {
		return nil, errNoRoute
	}
	if !s.before.IsNil() {
		vals, err = c.Protect(s.before, c.Arg(1))
		if err != nil || !vals.Get(1).IsNil() || r.answered {
			return vals, err
		}
	}
	if r.route == nil {
		return nil, errNoRoute
	}
	return c.Protect(r.route.handler, c.Arg(1))
}

// errNoRoute says that what has come before has no answer to a request that no route matches, or that nobody is asked about.
var errNoRoute = errors.New("no route matches")

// conclude makes the answer of what the handler has come to.
func (r *request) conclude(c *interp.Call, vals interp.Values, err error, ended bool) error {
	var e *interp.Error
	switch {
	case err == errNoRoute:
		r.give(r.fallback)
		return nil
	case ended && r.answered: // a stream's time is not bounded: it was stopped otherwise
		r.x.end(errStopped)
		return nil
	case ended:
		r.give(plain(http.StatusServiceUnavailable))
		return nil
	case errors.As(err, &e):
		if r.answered {
			r.x.end(e)
			r.tellUnlessBad(c, e)
			return nil
		}
		a := r.failure(c, e)
		r.give(a)
		return nil
	case err != nil: // the task is cancelled
		if r.answered {
			r.x.end(err)
		} else {
			r.give(plain(http.StatusServiceUnavailable))
		}
		return err
	case r.answered: // the handler has written it
		r.x.end(nil)
		if !vals.Get(1).IsNil() {
			r.tell(c, interp.Errorf(interp.KindError, "the handler has returned a %s, and the request has its answer already", data.TypeOf(vals.Get(1))))
		}
		return nil
	}
	a, err := r.answer(c, vals)
	if err != nil {
		if !errors.As(err, &e) {
			e = interp.Errorf(interp.KindError, "%w", err)
		}
		r.tell(c, e)
		r.give(plain(http.StatusInternalServerError))
		return nil
	}
	if a.source != nil {
		return r.pour(c, a)
	}
	if x, ok := r.x.(*direct); ok && a.file != nil {
		if a, err = x.load(c, a); err != nil {
			r.give(plain(http.StatusInternalServerError))
			return passing(err)
		}
	}
	r.give(a)
	if x, ok := r.x.(*outside); ok && a.file != nil && r.s.log {
		return c.BlockLight(func(ctx context.Context) error {
			r.status = x.fileStatus(ctx)
			return nil
		})
	}
	return nil
}

// errStopped ends an answer that is not whole.
var errStopped = errors.New("the answer was cut off")

// give hands the answer over.
func (r *request) give(a *answer) {
	r.answered, r.status = true, a.status
	r.x.send(a)
}

// pour streams the body of an answer from its source.
func (r *request) pour(c *interp.Call, a *answer) error {
	r.status = a.status
	r.begins()
	if err := r.x.begin(c, a); err != nil {
		r.x.end(err)
		return passing(err)
	}
	bodiless := r.http.Method == http.MethodHead || !allowsBody(a.status)
	want, lerr := strconv.ParseInt(a.header.Get("Content-Length"), 10, 64)
	sized := lerr == nil && want >= 0
	for n := int64(0); !bodiless; {
		piece, err := a.source.Next(c, stream.Piece)
		if err == nil {
			over := sized && int64(len(piece)) > want-n
			if over {
				piece = piece[:want-n]
			}
			if err = r.x.write(c, []byte(piece)); err == nil && !over {
				n += int64(len(piece))
				continue
			}
			if err == nil {
				r.tell(c, interp.Errorf(interp.KindError, "the handler has streamed more than its Content-Length of %d bytes says: the rest is cut off", want))
				break
			}
			r.x.end(err)
			return passing(err) // nobody reads it any more
		}
		if err == io.EOF && sized && n < want {
			r.tell(c, interp.Errorf(interp.KindError, "the handler has streamed %d bytes, and its Content-Length says %d: the connection is broken off", n, want))
			r.x.end(errStopped)
			return nil
		}
		if err == io.EOF {
			break
		}
		r.x.end(err)
		if e := (*interp.Error)(nil); errors.As(err, &e) {
			r.tellUnlessBad(c, e)
			return nil
		}
		return err
	}
	r.x.end(nil)
	return nil
}

// passing is the cancellation in err, or nil.
func passing(err error) error {
	if e := (*interp.Error)(nil); errors.Is(err, interp.ErrCancelled) && !errors.As(err, &e) {
		return err
	}
	return nil
}

// plain is an answer that says no more than its status does.
func plain(status int) *answer {
	return &answer{status: status, header: textHeader, body: http.StatusText(status) + "\n"}
}

var (
	textHeader = http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	jsonHeader = http.Header{"Content-Type": {"application/json"}}
)

// failure is the answer to a request whose handler has raised something.
func (r *request) failure(c *interp.Call, e *interp.Error) *answer {
	if t, ok := e.Value.Table(); ok { // { status = 400, message = "..." }
		if status, ok := t.Field("status").Int(); ok && status >= 400 && status <= 599 {
			a := plain(status)
			if msg, ok := t.Field("message").Text(); ok {
				a.body = msg + "\n"
			}
			if h := t.Field("headers"); !h.IsNil() {
				var err error
				if a.header, err = r.headers(h, textHeader); err != nil {
					r.tell(c, interp.Errorf(interp.KindError, "%w", err))
					return plain(http.StatusInternalServerError)
				}
			}
			return a
		}
	}
	if r.wrong != nil && errors.Is(e, r.wrong) {
		switch r.wrong.Kind {
		case interp.KindParse:
			a := plain(http.StatusBadRequest)
			a.body = "Bad Request: " + strings.TrimPrefix(r.wrong.Msg, "req:") + "\n"
			return a
		case interp.KindLimit:
			if r.busy {
				return plain(http.StatusServiceUnavailable)
			}
			return plain(http.StatusRequestEntityTooLarge)
		case interp.KindDenied:
			return plain(http.StatusForbidden)
		case interp.KindIO, interp.KindClosed:
			return plain(http.StatusBadRequest) // the client has broken off
		}
	}
	r.tell(c, e)
	return plain(http.StatusInternalServerError)
}

// maxTold bounds how much of an error is told.
const maxTold = 16 << 10

// tellUnlessBad is tell of an error that is not the client's doing.
func (r *request) tellUnlessBad(c *interp.Call, e *interp.Error) {
	if r.wrong == nil || !errors.Is(e, r.wrong) {
		r.tell(c, e)
	}
}

// tell tells the host of an error that a client is not told of.
func (r *request) tell(c *interp.Call, e *interp.Error) {
	if r.s.fake != nil {
		r.s.fake.Fail(interp.Errorf(interp.KindError, "the fake of '%s': %w", r.name, e))
		return
	}
	text := e.Brief()
	if t, ok := e.Value.Table(); ok && !t.Field("status").IsNil() {
		text += ": that is no answer, as its status is no whole number from 400 to 599"
	}
	if len(text) > maxTold {
		text = text[:maxTold] + "..."
	}
	c.WarnTraced(e, maxTold, "%s %.200q: %s", r.http.Method, r.http.URL.Path, text)
}

// answer is what the values that a handler has returned say.
func (r *request) answer(c *interp.Call, vals interp.Values) (*answer, error) {
	first := vals.Get(1)
	a := &answer{status: http.StatusOK}
	switch status, isNumber := first.Number(); {
	case isNumber:
		a.status = int(status)
		if float64(a.status) != status || status < 200 || status > 599 {
			return nil, fmt.Errorf("the handler has returned the status %s: they are numbers from 200 to 599", first)
		}
		if len(vals) > 3 {
			return nil, fmt.Errorf("the handler has returned %d values: status, body and headers are all", len(vals))
		}
		if err := r.content(c, a, vals.Get(2)); err != nil {
			return nil, err
		}
		var err error
		a.header, err = r.headers(vals.Get(3), a.header)
		return a, err
	case first.IsNil():
		for _, v := range vals {
			if !v.IsNil() {
				return nil, fmt.Errorf("the handler has returned nil, and then a %s: before a body and headers stands the status", data.TypeOf(v))
			}
		}
		a.status = http.StatusNoContent
		return a, nil
	}
	if !vals.Get(2).IsNil() {
		return nil, fmt.Errorf("the handler has returned a %s, and then a %s: before a body and headers stands the status", data.TypeOf(first), data.TypeOf(vals.Get(2)))
	}
	if t, ok := first.Table(); ok && !r.s.told {
		if status, ok := t.Field("status").Int(); ok && status >= 400 && status <= 599 {
			r.s.told = true
			c.Warn("%s %.200q: the handler has returned a table with the status %d, which is sent as JSON with 200: was it meant to be raised, error { status = ... }?", r.http.Method, r.http.URL.Path, status)
		}
	}
	return a, r.content(c, a, first)
}

// content makes a value the body of an answer.
func (r *request) content(c *interp.Call, a *answer, v interp.Value) error {
	switch v.Type() {
	case "nil":
		return nil
	case "string", "number":
		a.body, _ = v.Text()
		a.header = textHeader
		return nil
	case "table":
		b, err := jsontext.Encode(c, v, jsontext.Encoding{})
		if err != nil {
			return fmt.Errorf("the handler has returned a table that is no JSON: %w", err)
		}
		a.body, a.header = string(b), jsonHeader
		return nil
	}
	if f, ok := v.Object().(*served); ok {
		if a.status != http.StatusOK {
			return fmt.Errorf("the handler has returned a file with the status %d: its status is its own", a.status)
		}
		if !f.res.Release() {
			return errors.New("the handler has returned a file that is closed: each answer has one of its own")
		}
		a.file = f
		return nil
	}
	if e, ok := v.Object().(*interp.Error); ok {
		return fmt.Errorf("the handler has returned an error value, %w", e)
	}
	src, ok := stream.SourceOf("http.serve", v)
	if !ok {
		return fmt.Errorf("the handler has returned a %s: an answer is a string, a table, a status, or status, body and headers", data.TypeOf(v))
	}
	a.source, a.header = src, textHeader
	return nil
}

// forbidden are headers that are net/http's to write.
var forbidden = map[string]bool{"Transfer-Encoding": true, "Trailer": true, "Upgrade": true, "Keep-Alive": true}

// headers are those of an answer, in a table, over those that go with its body.
func (r *request) headers(v interp.Value, usual http.Header) (http.Header, error) {
	if v.IsNil() {
		return usual, nil
	}
	t, ok := v.Table()
	if !ok {
		return nil, fmt.Errorf("the headers of an answer are a table, the handler has returned a %s", data.TypeOf(v))
	}
	h := maps.Clone(usual)
	if h == nil {
		h = http.Header{}
	}
	for k, v := range t.All() {
		name, ok := k.Text()
		if !ok || !isToken(name) {
			return nil, fmt.Errorf("%.100q is no name of a header", k.String())
		}
		if name = http.CanonicalHeaderKey(name); forbidden[name] {
			return nil, fmt.Errorf("the header %s is not the handler's to set", name)
		}
		var values []string
		add := func(v interp.Value) error {
			s, ok := v.Text()
			if !ok {
				return fmt.Errorf("the header %.100s is a %s: a string or a list of strings is expected", name, data.TypeOf(v))
			}
			if strings.ContainsAny(s, "\r\n\x00") {
				return fmt.Errorf("the header %.100s has a line break or a NUL byte in it", name)
			}
			values = append(values, s)
			return nil
		}
		if list, ok := v.Table(); ok {
			for i := 1; i <= list.Len(); i++ {
				if err := add(list.Index(i)); err != nil {
					return nil, err
				}
			}
		} else if v.Type() == "boolean" && !v.Truth() {
			delete(h, name)
			continue
		} else if err := add(v); err != nil {
			return nil, err
		}
		h[name] = values
	}
	return h, nil
}

// isToken reports whether s is what RFC 9110 calls a token.
func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// allowsBody reports whether an answer of that status has a body.
func allowsBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}
