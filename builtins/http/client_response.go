package http

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/jsontext"
	"github.com/lull-lua/lull/interp"
)

// response is what a request returns.
type response struct {
	op      string
	status  int
	proto   string
	url     string
	tries   int
	took    float64
	at      *url.URL
	header  http.Header
	headers interp.Value // once it was asked for, as the next two
	links   interp.Value
	cookies interp.Value
	body    interp.Value // nil: it went elsewhere
	path    string       // of the file that it went to, or ""
	size    float64      // of that
}

// Contents implements interp.Container.
func (r *response) Contents(yield func(interp.Value)) {
	yield(r.headers)
	yield(r.links)
	yield(r.cookies)
	yield(r.body)
}

// field is what scripts read as r.name.
func (r *response) field(name string) any {
	switch name {
	case "status":
		return r.status
	case "ok":
		return r.status < 400
	case "body":
		return r.body
	case "url":
		return r.url
	case "attempts":
		return r.tries
	case "took":
		return r.took
	case "proto":
		return r.proto
	case "path", "size":
		switch {
		case r.path == "":
		case name == "path":
			return r.path
		default:
			return r.size
		}
	}
	return nil
}

// made is a field that is a table.
func (r *response) made(c *interp.Call, name string) (v interp.Value, err error) {
	var kept *interp.Value
	switch name {
	case "headers":
		kept = &r.headers
	case "links":
		kept = &r.links
	case "cookies":
		kept = &r.cookies
	default:
		return v, nil
	}
	if kept.IsNil() {
		switch name {
		case "headers":
			*kept, err = headersTable(c, r.header)
		case "links":
			*kept, err = linksTable(c, r.at, r.header)
		default:
			*kept, err = cookiesTable(c, r.header)
		}
	}
	return *kept, err
}

// MemorySize implements interp.Sized.
func (r *response) MemorySize() int {
	n := 512 + len(r.url)
	for name, values := range r.header {
		n += 64 + len(name)
		for _, v := range values {
			n += 16 + len(v)
		}
	}
	return n
}

func (r *response) text() string { return fmt.Sprintf("%d %.200s", r.status, r.url) }

var responseType = interp.Type{
	Name:    "http.response",
	Of:      (*response)(nil),
	Methods: []interp.Def{{Name: "json", Fn: responseJSON}},
	Field:   func(v any, name string) any { return v.(*response).field(name) },
	Made:    func(c *interp.Call, v any, name string) (any, error) { return v.(*response).made(c, name) },
	String:  func(v any) string { return "http.response: " + v.(*response).text() },
}

// streamed is a response that is a stream, too.
type streamed struct {
	response
	events eventReader
}

var streamType = interp.Type{
	Name:    "http.stream",
	Of:      (*streamed)(nil),
	Methods: []interp.Def{{Name: "events", Fn: events}},
	Field:   func(v any, name string) any { return v.(*streamed).field(name) },
	Made:    func(c *interp.Call, v any, name string) (any, error) { return v.(*streamed).made(c, name) },
	String:  func(v any) string { return "http.stream: " + v.(*streamed).text() },
}

// responseJSON is r:json([opts]).
func responseJSON(c *interp.Call) error {
	r := interp.Self[*response](c)
	var o jsontext.Options
	numbers := ""
	if err := c.Options(1, map[string]any{"nulls": &o.Nulls, "numbers": &numbers}); err != nil {
		return err
	}
	if o.Numbers = data.Numbers(numbers); !o.Numbers.Valid() {
		return c.ArgError(1, `option 'numbers': "double", "string" or "exact" expected, got "`+numbers+`"`)
	}
	text, ok := r.body.Text()
	if !ok {
		return interp.Errorf(interp.KindError, "json: the body of %s is in %s", r.url, r.path)
	}
	v, err := jsontext.Decode(c, "the body of "+cutURL(r.url), text, o)
	if err != nil {
		return err
	}
	return c.Return(v)
}

func cutURL(s string) string {
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "..."
	}
	return s
}

// result is what the call returns of the last reply.
func (r *fetch) result(c *interp.Call, p *outcome) error {
	res := response{
		op: r.op, status: p.status, proto: p.proto, url: shown(r.at.url), tries: r.attempts, took: (c.Now() - r.began).Seconds(),
		at: r.at.url, header: p.header,
	}
	if r.stream && (p.open != nil || p.pipe != nil) {
		return r.streams(c, p, res)
	}
	if r.to != nil && p.saved {
		res.path, res.size = r.to.path, float64(p.length)
	} else {
		if err := c.Room(len(p.body)); err != nil {
			return err
		}
		res.body = c.Adopt(p.body)
	}
	return c.Return(&res)
}

// streams makes a stream of a reply whose body is open.
func (r *fetch) streams(c *interp.Call, p *outcome, res response) error {
	s := interp.Stream{Name: "the response of " + brief(r.at.url), Object: &streamed{response: res}, Most: r.readsAll}
	if r.idleTimeout != interp.Forever {
		s.Idle = r.idleTimeout
	}
	feeders := r.feeders
	if p.pipe != nil {
		if s.From = p.pipe; r.maxBody >= 0 {
			p.pipe.Bound(r.maxBody, r.failed(errTooLarge, r.at))
		}
		p.pipe.OnDone(p.free)
		s.Close = func(context.Context) error {
			r.rt.Post(func() { cancelAll(feeders) })
			return nil
		}
	} else {
		s.Reader = &worded{r: r, at: r.at, body: p.open, left: r.maxBody}
		s.Close = func(context.Context) error {
			r.rt.Post(func() { cancelAll(feeders) })
			p.drop()
			return nil
		}
	}
	v, err := c.NewStream(s)
	if err != nil {
		return err
	}
	return c.Return(v)
}

func cancelAll(tasks []*interp.Task) {
	for _, t := range tasks {
		if !t.HasEnded() {
			t.Cancel("the response was closed")
		}
	}
}

// headersTable are the headers of a message: names in lower case, in their order; what is there several times is joined by ", ".
func headersTable(c *interp.Call, h http.Header) (interp.Value, error) {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	t := c.NewTable(0)
	for _, name := range names {
		v, err := c.Value(strings.Join(h[name], ", "))
		if err != nil {
			return v, err
		}
		t.SetField(strings.ToLower(name), v)
	}
	return c.Value(t)
}

// cookiesTable are the cookies that a reply sets, by their names.
func cookiesTable(c *interp.Call, h http.Header) (interp.Value, error) {
	t := c.NewTable(0)
	for _, k := range (&http.Response{Header: h}).Cookies() {
		v, err := c.Value(k.Value)
		if err != nil {
			return v, err
		}
		t.SetField(k.Name, v)
	}
	return c.Value(t)
}

// linksTable are the links of a reply's headers (RFC 8288), absolute, by what they are: next, prev...
func linksTable(c *interp.Call, base *url.URL, h http.Header) (interp.Value, error) {
	t := c.NewTable(0)
	for _, line := range h["Link"] {
		for _, l := range parseLinks(line) {
			ref, why, _ := readURL(l.target)
			if why != "" {
				continue // somebody else's fault, which harms nobody who does not ask for it
			}
			u := base.ResolveReference(ref)
			u.User = nil
			v, err := c.Value(u.String())
			if err != nil {
				return v, err
			}
			for _, rel := range strings.Fields(strings.ToLower(l.rel)) {
				if t.Field(rel).IsNil() {
					t.SetField(rel, v)
				}
			}
		}
	}
	return c.Value(t)
}

type link struct{ target, rel string }

// parseLinks reads the value of a Link header: <target>; name="value"; name=value, <target>...
func parseLinks(s string) (all []link) {
	for {
		s = strings.TrimLeft(s, " \t,")
		end := strings.IndexByte(s, '>')
		if s == "" || s[0] != '<' || end < 0 {
			return all
		}
		l := link{target: s[1:end]}
		s = s[end+1:]
		hasRel := false
		for {
			s = strings.TrimLeft(s, " \t")
			if s == "" || s[0] != ';' {
				break
			}
			s = strings.TrimLeft(s[1:], " \t")
			n := strings.IndexAny(s, "=;,")
			name := s
			if n >= 0 {
				name = s[:n]
			}
			s = s[len(name):]
			value := ""
			if s != "" && s[0] == '=' {
				value, s = parameter(strings.TrimLeft(s[1:], " \t"))
			}
			if strings.EqualFold(strings.TrimSpace(name), "rel") && !hasRel {
				l.rel, hasRel = value, true
			}
		}
		all = append(all, l)
		if s == "" || s[0] != ',' {
			return all
		}
	}
}

// parameter takes a parameter's value, quoted or not, from the beginning of s.
func parameter(s string) (value, rest string) {
	if s == "" || s[0] != '"' {
		n := strings.IndexAny(s, ";,")
		if n < 0 {
			n = len(s)
		}
		return strings.TrimSpace(s[:n]), s[n:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

// badStatus is the error of a status that is not fine.
func (r *fetch) badStatus(c *interp.Call, p *outcome) error {
	msg := fmt.Sprintf("%s: %s: %d", r.op, brief(r.at.url), p.status)
	if text := http.StatusText(p.status); text != "" {
		msg += " " + text
	}
	if p.status < 400 {
		msg += ", which is not among those that 'check' takes"
	}
	body := p.body[:min(len(p.body), errorBody)]
	if said := firstLine(p.header.Get("Content-Type"), body); said != "" {
		msg += ": " + said
	}
	headers, err := headersTable(c, p.header)
	if err != nil {
		return err
	}
	e := interp.Errorf("status", "%s", msg).With("status", p.status).With("method", r.at.method).With("url", shown(r.at.url))
	return e.With("headers", headers).With("body", string(body))
}

// firstLine is what a server says about a failure, where that is text for people or programs.
func firstLine(typ string, body []byte) string {
	typ, _, _ = strings.Cut(strings.ToLower(typ), ";")
	if typ = strings.TrimSpace(typ); typ != "text/plain" && !strings.HasSuffix(typ, "json") {
		return ""
	}
	s := strings.ToValidUTF8(string(body[:min(len(body), 1000)]), "?")
	s = strings.Map(func(r rune) rune { // so that nothing of it moves a cursor
		if unicode.IsControl(r) && !unicode.IsSpace(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '?'
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "..."
	}
	return s
}

// errPlain is the error of a server of the same runtime that does not encrypt.
var errPlain = errors.New("no TLS")

// protocol words what is wrong with what a server has sent; "" if err is about something else.
func protocol(err error, h *hop) (code, why string) {
	text := err.Error()
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(text, p) })
	}
	var (
		proxy *proxyError
		op    *net.OpError
	)
	switch {
	case errors.As(err, &proxy):
		return "EPROTO", proxy.Error()
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "ECONNRESET", "the server has broken the connection off before its answer was whole"
	case err == io.EOF || has("server closed idle connection", "http2: server sent GOAWAY", "http2: client connection lost", "http2: client connection force closed", ": EOF"):
		return "ECONNRESET", "the server has closed the connection without an answer"
	case err == errUpgrade:
		return "EPROTO", err.Error()
	case err == errPlain || has("server gave HTTP response to HTTPS client"):
		return "ETLS", "the server does not speak TLS there: is it http://?"
	case has("gzip: ", "flate: "):
		return "EPROTO", "the body is not packed as its head says: " + text
	case has("stream error:") && has("received from peer"):
		return "ECONNRESET", "the server has broken the answer off: " + text
	case has("malformed HTTP", "http chunk length", "chunked line ends", "chunked encoding contains", "malformed MIME", "malformed chunked", "invalid chunk", "invalid byte in chunk", "http: unexpected EOF", "bad Content-Length", "too many transfer", "unsupported transfer encoding",
		"HTTP/1.x transport connection broken", "http2: ", "too many 1xx", "invalid header", "stream error:", "connection error:", "http: suspiciously long", "chunk length too long", "invalid trailer", "header line too long", "trailer header"):
		return "EPROTO", "the answer is not HTTP as it should be: " + strings.TrimPrefix(strings.TrimPrefix(text, "net/http: "), "HTTP/1.x transport connection broken: ")
	case errors.As(err, &op) && op.Op == "socks connect":
		return "EPROTO", "the proxy cannot make the connection: " + strings.TrimPrefix(op.Err.Error(), "unknown error ")
	}
	return "", ""
}

// proxyError is the answer of a proxy that makes no connection.
type proxyError struct {
	proxy  string
	status string
}

// Error implements error.
func (e *proxyError) Error() string {
	why := "the proxy " + e.proxy + " makes no connection there: " + e.status
	if strings.HasPrefix(e.status, "407") {
		why += "; a user and a password stand in its URL, http://user:password@host:port"
	}
	return why
}
