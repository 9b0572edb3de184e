package http

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/internal/jsontext"
	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

// request is what a handler is given. Its fields are for the loop's side.
type request struct {
	s     *server
	x     exchange
	http  *http.Request
	route *route // nil: none matches, and only what comes before is asked
	name  string // of its task
	task  *interp.Task
	// fallback is the answer where no route matches, or the request is refused.
	fallback *answer
	refused  bool // by what it says of itself; nobody is asked

	over     bool // its handler has ended
	tables   map[string]interp.Value
	handle   interp.Value  // of the body, once it is read as a stream
	text     *string       // the body, once it was read into memory
	wrong    *interp.Error // what the client has done: wrong with the body, or with a websocket
	busy     bool          // wrong is that there is no room for it
	scope    *interp.Scope // that the handler runs in
	timer    *interp.Timer // of its time; nil: it has none
	late     bool          // that is over
	left     bool          // the client has gone
	placed   bool          // it has a place
	answered bool          // the answer has been handed over, or has begun
	status   int           // of the answer
	// websocket is what it has become; nil: none.
	websocket *socket
}

// exchange is a request and its answer, as the request's task has them: over a connection, or handed from task to task.
type exchange interface {
	// early reads what is to be read before the handler begins.
	early(c *interp.Call) error
	// readAll is the body in memory.
	readAll(c *interp.Call) (string, error)
	// stream is the body as a stream.
	stream(name string) interp.Stream
	// whole is the body as a reader for fn, which runs off the loop.
	whole(c *interp.Call, fn func(ctx context.Context, r io.Reader) error) error
	// send gives the whole answer, and does not wait.
	send(a *answer)
	// begin begins an answer whose body is written piece by piece, write writes one and waits until it is on its way, end ends it: with an
	// error, so that the client sees that it is not whole.
	begin(c *interp.Call, a *answer) error
	write(c *interp.Call, b []byte) error
	end(err error)
	// done is called when the request's task has ended.
	done()
}

var requestType = interp.Type{
	Name: "http.server_request",
	Of:   (*request)(nil),
	Methods: []interp.Def{
		{Name: "body", Fn: requestBody},
		{Name: "json", Fn: requestJSON},
		{Name: "form", Fn: requestForm, Outside: true},
		{Name: "save", Fn: requestSave, Outside: true},
		{Name: "read", Fn: requestRead},
		{Name: "lines", Fn: requestLines},
		{Name: "query_all", Fn: requestQueryAll},
		{Name: "websocket", Fn: requestWebsocket, Outside: true},
		{Name: "events", Fn: requestEvents},
	},
	Field:  func(v any, name string) any { return v.(*request).field(name) },
	Made:   func(c *interp.Call, v any, name string) (any, error) { return v.(*request).table(c, name) },
	String: func(v any) string { r := v.(*request); return "request " + r.http.Method + " " + r.http.URL.Path },
}

// Contents implements interp.Container.
func (r *request) Contents(yield func(interp.Value)) {
	for _, v := range r.tables {
		yield(v)
	}
	yield(r.handle)
}

// field is req.name.
func (r *request) field(name string) any {
	switch name {
	case "method":
		return r.http.Method
	case "path":
		return r.http.URL.Path
	case "url":
		return r.http.URL.RequestURI()
	case "remote":
		return r.http.RemoteAddr
	}
	return nil
}

// pair is a name and its value.
type pair struct{ name, value string }

// table is a field that is a table: made when it is asked for, and then the same.
func (r *request) table(c *interp.Call, name string) (any, error) {
	if v, ok := r.tables[name]; ok {
		return v, nil
	}
	var pairs []pair
	switch name {
	case "query":
		pairs = parseQuery(r.http.URL.RawQuery)
	case "headers":
		pairs = headerPairs(r.http)
	case "params":
		if r.route != nil {
			for _, p := range r.route.params {
				pairs = append(pairs, pair{p, r.http.PathValue(p)})
			}
		}
	case "cookies":
		for _, c := range slices.Backward(r.http.Cookies()) { // the first of a name is for the nearest path
			pairs = append(pairs, pair{c.Name, c.Value})
		}
		slices.Reverse(pairs)
	default:
		return nil, nil
	}
	t := c.NewTable(0)
	for _, p := range pairs {
		if name == "cookies" && !t.Field(p.name).IsNil() {
			continue
		}
		v, err := c.Value(p.value)
		if err != nil {
			return nil, err
		}
		t.SetField(p.name, v)
	}
	if r.tables == nil {
		r.tables = map[string]interp.Value{}
	}
	r.tables[name] = t.Value()
	return t, nil
}

// parseQuery are the names and values of a query in their order. A pair that is none is left out, as net/url does.
func parseQuery(s string) (pairs []pair) {
	for part := range strings.SplitSeq(s, "&") {
		if p, ok := parsePair(part); ok && part != "" {
			pairs = append(pairs, p)
		}
	}
	return pairs
}

// parsePair reads name=value, as queries and forms have it.
func parsePair(part string) (p pair, ok bool) {
	name, value, _ := strings.Cut(part, "=")
	name, err := url.QueryUnescape(name)
	if err != nil || strings.Contains(part, ";") {
		return p, false
	}
	value, err = url.QueryUnescape(value)
	return pair{name, value}, err == nil
}

// headerPairs are the headers, sorted, in lower case, those of one name joined.
func headerPairs(r *http.Request) (pairs []pair) {
	if r.Host != "" {
		pairs = append(pairs, pair{"host", r.Host})
	}
	for name, values := range r.Header {
		between := ", "
		if name == "Cookie" {
			between = "; "
		}
		pairs = append(pairs, pair{strings.ToLower(name), strings.Join(values, between)})
	}
	slices.SortFunc(pairs, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	return pairs
}

// bad notes an error as the client's doing, unless it is about a file here.
func (r *request) bad(err error) error {
	if e, ok := err.(*interp.Error); ok && e.Field("path") == nil {
		r.wrong = e
	}
	return err
}

// tooLarge is the error of a body that has more bytes than it may.
func tooLarge(op string, most float64) *interp.Error {
	return interp.Errorf(interp.KindLimit, "%s: the body has more than %s bytes; max_body allows more", op, interp.Number(most))
}

// body is the body in memory.
func (r *request) body(c *interp.Call, op string) (string, error) {
	if r.text != nil {
		return *r.text, nil
	}
	if r.over {
		return "", isOver(op)
	}
	if !r.handle.IsNil() {
		return "", interp.Errorf(interp.KindError, "%s: the body is being read as a stream", op)
	}
	text, err := r.x.readAll(c)
	if err != nil {
		return "", r.bad(err)
	}
	r.text = &text
	return text, nil
}

// isOver is the error of what comes when the handler has ended.
func isOver(op string) error {
	return interp.Errorf(interp.KindClosed, "%s: the request is over", op)
}

// requestBody is req:body().
func requestBody(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	text, err := interp.Self[*request](c).body(c, "req:body")
	if err != nil {
		return err
	}
	return c.Return(text)
}

// requestJSON is req:json().
func requestJSON(c *interp.Call) error {
	r := interp.Self[*request](c)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	text, err := r.body(c, "req:json")
	if err != nil {
		return err
	}
	v, err := jsontext.Decode(c, "req:json", text, jsontext.Options{})
	if err != nil {
		return r.bad(err)
	}
	return c.Return(v)
}

// stream is the handle that reads the body.
func (r *request) stream(c *interp.Call) (interp.Value, error) {
	if r.text != nil {
		return interp.Value{}, interp.Errorf(interp.KindError, "req:%s: the body was read into memory already", c.Name())
	}
	if r.over && r.handle.IsNil() {
		return interp.Value{}, isOver("req:" + c.Name())
	}
	if r.handle.IsNil() {
		h, err := c.NewStream(r.x.stream("the body of " + r.name))
		if err != nil {
			return h, err
		}
		r.handle = h
	}
	return r.handle, nil
}

// requestRead is req:read(...).
func requestRead(c *interp.Call) error {
	r := interp.Self[*request](c)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	h, err := r.stream(c)
	if err != nil {
		return err
	}
	fn, _ := h.Method("read")
	vals, err := c.CallWithin("req:read", fn, append([]interp.Value{h}, c.Rest(1)...)...)
	if err != nil {
		return r.bad(err)
	}
	return c.ReturnValues(vals)
}

// requestLines is req:lines().
func requestLines(c *interp.Call) error {
	r := interp.Self[*request](c)
	h, err := r.stream(c)
	if err != nil {
		return err
	}
	fn, _ := h.Method("lines")
	vals, err := c.CallWithin("req:lines", fn, append([]interp.Value{h}, c.Rest(1)...)...)
	if err != nil {
		return err
	}
	next := vals.Get(1)
	return c.Return(c.NewFunction("req:lines", func(c *interp.Call) error {
		vals, err := c.CallWithin("req:lines", next)
		if err != nil {
			return r.bad(err)
		}
		return c.ReturnValues(vals)
	}, next, h))
}

// requestSave is req:save(path).
func requestSave(c *interp.Call) error {
	r := interp.Self[*request](c)
	path, err := c.Text(1)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	h, err := r.stream(c)
	if err != nil {
		return err
	}
	src, _ := stream.SourceOf("req:save", h)
	n, err := save(c, src, path)
	if err != nil {
		return r.bad(err)
	}
	return c.Return(n)
}

// requestQueryAll is req:query_all(name).
func requestQueryAll(c *interp.Call) error {
	r := interp.Self[*request](c)
	name, err := c.Text(1)
	if err != nil {
		return err
	}
	list, n := c.NewTable(0), 0
	list.MarkList()
	for _, p := range parseQuery(r.http.URL.RawQuery) {
		if p.name == name {
			v, err := c.Value(p.value)
			if err != nil {
				return err
			}
			n++
			list.SetIndex(n, v)
		}
	}
	return c.Return(list)
}

// requestForm is req:form().
func requestForm(c *interp.Call) error {
	r := interp.Self[*request](c)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	typ, params, err := mime.ParseMediaType(r.http.Header.Get("Content-Type"))
	switch {
	case err == nil && typ == "application/x-www-form-urlencoded":
		text, err := r.body(c, "req:form")
		if err != nil {
			return err
		}
		t := c.NewTable(0)
		for part := range strings.SplitSeq(text, "&") {
			if part == "" {
				continue
			}
			p, ok := parsePair(part)
			if !ok {
				return r.bad(interp.Errorf(interp.KindParse, "req:form: %.100q is no name and value of a form", part))
			}
			v, err := c.Value(p.value)
			if err != nil {
				return err
			}
			t.SetField(p.name, v)
		}
		return c.Return(t)
	case err == nil && typ == "multipart/form-data" && params["boundary"] != "":
		return r.multipart(c, params["boundary"])
	}
	return r.bad(interp.Errorf(interp.KindParse, "req:form: the body is no form: its type is %.100q", r.http.Header.Get("Content-Type")))
}

// clientGone is told that nobody waits for the answer any more.
func (r *request) clientGone() {
	r.left = true
	if r.task != nil {
		r.task.Cancel("the client has gone")
	}
}

// begins is called when the answer is going to be written piece by piece: that is bounded by neither the request's time nor the limit.
func (r *request) begins() {
	r.answered = true
	if r.timer != nil {
		r.timer.Stop()
	}
	r.leavePlace()
}

// leavePlace hands the place of a request on.
func (r *request) leavePlace() {
	if r.placed {
		r.placed = false
		if r.s.line.Wake(struct{}{}) == nil {
			r.s.places--
		}
	}
}

// place waits until so few requests are under way that this one may be.
func (r *request) place(c *interp.Call) error {
	s := r.s
	if s.places >= s.limit {
		if s.line.Left == nil {
			s.line.Left = func(_ struct{}, handed bool) {
				if handed && s.line.Wake(struct{}{}) == nil {
					s.places--
				}
			}
		}
		if err := s.line.Wait(c, struct{}{}, nil); err != nil {
			return err
		}
	} else {
		s.places++
	}
	r.placed = true
	return nil
}

// report writes the line of the log.
func (r *request) report(c *interp.Call, began time.Duration) {
	log, ok := c.Module("log")
	info := log.Field("info")
	if !ok || !info.IsFunction() {
		return
	}
	fields := c.NewTable(0)
	fields.SetField("status", interp.Number(float64(r.status)))
	fields.SetField("took", interp.Number((c.Now() - began).Seconds()))
	message, err := c.Value(r.http.Method + " " + r.http.URL.RequestURI())
	if err != nil {
		return
	}
	if remote, err := c.Value(r.http.RemoteAddr); err == nil && r.http.RemoteAddr != "" {
		fields.SetField("remote", remote)
	}
	_, _ = c.Call(info, message, fields.Value()) // a limit of the output ends the run in any case
}
