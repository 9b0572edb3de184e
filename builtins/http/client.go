package http

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lull-lua/lull/builtins/internal/backoff"
	"github.com/lull-lua/lull/builtins/internal/bar"
	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

// fetch is a call of http.get and its like: what is asked for, and how it goes.
type fetch struct {
	op      string
	rt      *interp.Runtime
	clients *clients
	session *session // nil: none
	pool    *pool
	files   interp.Files
	policy  *interp.NetworkAccess
	env     func(name string) (string, bool)

	method  string
	url     *url.URL // without what says who one is
	headers []sentHeader
	body    *payload

	check                                checked
	timeout, connectTimeout, idleTimeout time.Duration // interp.Forever: none
	retry                                *backoff.Backoff
	methods                              []string // that are repeated
	limiter                              interp.Value
	redirects                            int
	maxBody                              int64 // -1: there is no bound
	readsAll                             int64 // how much of a stream is read at once; 0: there is no bound, or max_body is it
	to                                   *download
	stream                               bool
	told                                 *bar.Reporter // how far the body is
	proxy                                *url.URL
	proxied                              bool // the option proxy was given
	dial                                 dialing
	resolve                              map[string]network.Address

	attempts int
	began    time.Duration
	at       *hop                         // the last
	slow     bool                         // connecting took too long
	feeders  []*interp.Task               // of a body, which go on beside a stream
	fault    *atomic.Pointer[sourceError] // where the body has a source
	answered *interp.Pipe                 // that the answer comes by, of a server in the same runtime
}

// Contents implements interp.Container.
func (r *fetch) Contents(yield func(interp.Value)) {
	yield(r.limiter)
	if r.retry != nil {
		yield(r.retry.When)
	}
	if r.body != nil && r.body.source != nil {
		r.body.source.Contents(yield)
	}
}

func get(c *interp.Call) error        { return requests(c, nil, "GET", 1) }
func head(c *interp.Call) error       { return requests(c, nil, "HEAD", 1) }
func deleteCall(c *interp.Call) error { return requests(c, nil, "DELETE", 1) }
func post(c *interp.Call) error       { return requests(c, nil, "POST", 1) }
func put(c *interp.Call) error        { return requests(c, nil, "PUT", 1) }
func patch(c *interp.Call) error      { return requests(c, nil, "PATCH", 1) }

// requestCall is http.request(method, url [, opts]).
func requestCall(c *interp.Call) error { return requestsAs(c, nil) }

// requestsAs makes a request whose method is the first argument.
func requestsAs(c *interp.Call, s *session) error {
	method, err := c.Text(1)
	if err != nil {
		return err
	}
	method = strings.ToUpper(method)
	switch {
	case !isToken(method) || len(method) > 100:
		return c.ArgError(1, fmt.Sprintf("a method as GET or POST expected, got %.60q", method))
	case method == "CONNECT":
		return c.ArgError(1, "CONNECT is for proxies; the option 'proxy' names one")
	}
	return requests(c, s, method, 2)
}

// requests makes a request: the URL is the i-th argument, the options are the next.
func requests(c *interp.Call, s *session, method string, i int) error {
	if s != nil && s.closed {
		return interp.Errorf(interp.KindClosed, "http.%s: the session is closed", c.Name())
	}
	r, err := newFetch(c, s, method, i)
	if err != nil {
		return err
	}
	defer r.told.Close()
	if err := c.Checkpoint(); err != nil {
		return err
	}
	return r.run(c)
}

// newFetch reads the arguments of a call.
func newFetch(c *interp.Call, s *session, method string, i int) (*fetch, error) {
	r := &fetch{}
	if s != nil {
		*r = s.fetch
	} else {
		o := newOptions()
		if err := r.read(optionReader{c, i + 1}, &o); err != nil {
			return nil, err
		}
		r.pool = interp.Local[clients](c).shared()
	}
	r.op, r.method, r.rt, r.session = "http."+c.Name(), method, c.Runtime(), s
	r.clients, r.files, r.policy, r.env = interp.Local[clients](c), c.Files(), c.Network(), c.Env
	var base *url.URL
	if s != nil {
		base = s.base
	}
	var err error
	if r.url, err = target(c, i, base); err != nil {
		return nil, err
	}
	here := originOf(r.url)
	var query interp.Value
	var baseHeaders []sentHeader
	if s != nil {
		query, baseHeaders = s.query, s.headers
		if base == nil { // its secrets belong to whom it is used with
			baseHeaders = slices.Clone(baseHeaders)
			for j := range baseHeaders {
				baseHeaders[j].of = here
			}
		}
	}
	r.headers = baseHeaders
	if u := r.url.User; u != nil {
		password, _ := u.Password()
		r.authorize(basic(u.Username(), password), here)
		r.url.User = nil
	}
	r.url.RawQuery = queryText(r.url.RawQuery)
	if r.retry != nil { // its pauses grow
		b := *r.retry
		r.retry = &b
	}
	in := optionReader{c, i + 1}
	over := clientOptions{}
	if arg := c.Arg(i + 1); arg.Type() == "string" {
		return nil, c.ArgError(i+1, "a table of options expected, as { body = text } or { json = value }, got string")
	} else if !arg.IsNil() {
		o := newOptions()
		if s != nil {
			o = s.options
			o.query, o.headers, o.auth, o.bearer = interp.Value{}, interp.Value{}, interp.Value{}, ""
		}
		if err := c.Options(i+1, o.ofCall()); err != nil {
			return nil, err
		}
		if err := r.read(in, &o); err != nil {
			return nil, err
		}
		if r.headers, err = in.headers(r.headers, o.headers, here, false); err != nil {
			return nil, err
		}
		credentials, err := in.credentials(&o)
		if err != nil {
			return nil, err
		}
		if credentials != "" || !o.auth.IsNil() {
			r.authorize(credentials, here)
		}
		if r.body, err = in.body(r.op, &o); err != nil {
			return nil, err
		}
		if r.body != nil && r.body.source != nil {
			r.fault = &atomic.Pointer[sourceError]{}
		}
		if err := r.readTo(in, &o); err != nil {
			return nil, err
		}
		over = o
	}
	if !query.IsNil() || !over.query.IsNil() {
		text, err := in.query(query, over.query)
		if err != nil {
			return nil, err
		}
		if r.url.RawQuery != "" && text != "" {
			text = "&" + text
		}
		r.url.RawQuery += text
	}
	r.maxBody = r.bound(c, over.maxBody, s)
	r.told, err = bar.Option(c, i+1, over.progress, r.label(), "bytes")
	return r, err
}

// label is what a bar calls the request.
func (r *fetch) label() string {
	switch {
	case r.to != nil:
		return filepath.Base(r.to.path)
	case r.body != nil && len(r.body.parts) == 1 && r.body.parts[0].path != "":
		return filepath.Base(r.body.parts[0].path)
	}
	if name := path.Base(r.url.Path); name != "." && name != "/" {
		return name
	}
	return r.url.Host
}

// bound is how long a body in memory may be, or, where max_body is given, one that goes elsewhere; -1: that has no bound.
func (r *fetch) bound(c *interp.Call, n float64, s *session) int64 {
	if n == 0 && s != nil { // no options
		n = s.options.maxBody
	}
	if r.readsAll = maxBody; n > 0 {
		r.readsAll = 0 // max_body is the bound
	}
	if r.stream || r.to != nil {
		if n <= 0 || math.IsInf(n, 1) {
			return -1
		}
		return int64(n)
	}
	if n <= 0 {
		n = maxBody
	}
	return int64(min(n, float64(c.MaxText()))) // what does not become a string need not be read
}

// authorize has one say who one is.
func (r *fetch) authorize(credentials string, of origin) {
	r.headers = slices.DeleteFunc(slices.Clone(r.headers), func(h sentHeader) bool { return h.name == "Authorization" })
	if credentials != "" {
		r.headers = append(r.headers, sentHeader{name: "Authorization", values: []string{credentials}, secret: true, of: of})
	}
}

// read reads the options that a session and a call have in common.
func (r *fetch) read(in optionReader, o *clientOptions) (err error) {
	if r.check, err = in.check(o.check); err != nil {
		return err
	}
	if r.timeout, err = in.seconds("timeout", o.timeout, defaultTimeout); err != nil {
		return err
	}
	if r.connectTimeout, err = in.seconds("connect_timeout", o.connectTimeout, connectTimeout); err != nil {
		return err
	}
	if r.idleTimeout, err = in.seconds("idle_timeout", o.idleTimeout, defaultTimeout); err != nil {
		return err
	}
	if err = r.readRetry(in, o.retry); err != nil {
		return err
	}
	if r.limiter = o.limiter; !r.limiter.IsNil() && !method(r.limiter, "acquire").IsFunction() {
		return in.expected("limiter", "an object with the method acquire, as sync.limiter,", o.limiter)
	}
	if r.redirects, err = in.whole("redirects", o.redirects, 0, "a whole number from 0 on"); err != nil {
		return err
	}
	if o.maxBody != notGiven {
		if _, err = in.whole("max_body", o.maxBody, 1, "a number of bytes from 1 on, or math.huge,"); err != nil {
			return err
		}
	}
	if r.proxy, r.proxied, err = in.proxy(o.proxy); err != nil {
		return err
	}
	if r.resolve, err = in.resolved(o.resolve); err != nil {
		return err
	}
	r.dial = dialing{unix: o.unix, resolve: resolveKey(r.resolve), limit: r.dial.limit}
	if o.unix != "" {
		if strings.Contains(o.unix, "\x00") {
			return in.wrong("unix", "the path has a NUL byte in it")
		}
		if r.proxy != nil {
			return in.wrong("unix", "a socket is not reached by a proxy")
		}
	}
	t, err := network.ClientTLS(in.c, in.i, o.tls)
	if err != nil {
		return err
	}
	if t != nil {
		r.dial.tls = *t
	}
	return nil
}

// method is the function that v:name() calls, where v is an object or a table with it.
func method(v interp.Value, name string) interp.Value {
	if fn, ok := v.Method(name); ok {
		return fn
	}
	if t, ok := v.Table(); ok {
		return t.Field(name)
	}
	return interp.Value{}
}

// readTo reads the options that say where the body goes.
func (r *fetch) readTo(in optionReader, o *clientOptions) error {
	r.stream = o.stream
	switch {
	case o.to == noPath && (o.resume || o.checksum != ""):
		return in.wrong("to", "'resume' and 'checksum' are for a download to a file")
	case o.to != noPath && r.method == http.MethodHead:
		return in.wrong("to", "the answer to HEAD has no body to write")
	case o.stream && o.to != noPath:
		return in.wrong("stream", "there is 'to' as well: the body goes one way")
	case o.stream && o.progress.Truth():
		return in.wrong("progress", "who reads a stream sees how far it is")
	case o.to != noPath:
		var err error
		r.to, err = in.download(o)
		return err
	}
	return nil
}

// keepsOpen reports whether the body of the answer is not read at once.
func (r *fetch) keepsOpen() bool {
	return r.stream || r.to != nil || r.told.Wanted() && r.body == nil
}

// sends tells how much of a request's body has gone, of how much. Where the answer goes to a file, that is what is told of.
func (r *fetch) sends(c *interp.Call, done, total int64) error {
	if r.to != nil {
		return nil
	}
	return r.told.Report(c, float64(done), float64(total))
}

// query joins two tables of the option query: names of the second replace those of the first.
func (r optionReader) query(first, second interp.Value) (string, error) {
	var text []string
	names := map[string]bool{}
	for i, v := range []interp.Value{second, first} {
		if v.IsNil() {
			continue
		}
		t, ok := v.Table()
		if !ok {
			return "", r.expected("query", "table", v)
		}
		s, err := encodedBut(r.c, t, func(name string) bool { return i == 1 && names[name] })
		if err != nil {
			return "", r.wrong("query", "%v", err)
		}
		for key := range t.All() {
			names[key.String()] = true
		}
		if s != "" {
			text = append(text, s)
		}
	}
	slices.Reverse(text)
	return strings.Join(text, "&"), nil
}

// run makes the request, again and again as the option retry says, and returns what came of it.
func (r *fetch) run(c *interp.Call) error {
	r.began = c.Now()
	if r.to != nil {
		done, err := r.to.claim(c, r)
		if err != nil {
			return err
		}
		defer done()
	}
	for {
		r.attempts++
		p, err := r.limited(c)
		again, pause, werr := r.repeats(c, p, err)
		if werr != nil {
			p.close()
			return werr
		}
		if !again {
			return r.ends(c, p, err)
		}
		p.close()
		if err := c.Sleep(pause); err != nil {
			return err
		}
	}
}

// ends makes the result of the last attempt.
func (r *fetch) ends(c *interp.Call, p *outcome, err error) error {
	if err == nil && !r.fine(p) {
		err = r.badStatus(c, p)
		p.close()
	}
	if e := (*interp.Error)(nil); errors.As(err, &e) && r.attempts > 1 && e == err {
		e = e.With("attempts", r.attempts)
		e.Msg += fmt.Sprintf(" (attempt %d)", r.attempts)
		return e
	}
	if err != nil {
		return err
	}
	return r.result(c, p)
}

// limited is an attempt, for which the limiter is acquired.
func (r *fetch) limited(c *interp.Call) (*outcome, error) {
	if r.limiter.IsNil() {
		return r.attempt(c)
	}
	if _, err := c.Call(method(r.limiter, "acquire"), r.limiter); err != nil {
		return nil, err
	}
	p, err := r.attempt(c)
	if release := method(r.limiter, "release"); release.IsFunction() {
		if _, rerr := c.Call(release, r.limiter); rerr != nil && err == nil {
			p.close()
			return nil, rerr
		}
	}
	return p, err
}

// attempt makes the request once, with its redirects, within its time.
func (r *fetch) attempt(c *interp.Call) (p *outcome, err error) {
	if !r.stream {
		defer func() { p.free() }()
	}
	r.slow = false
	if r.to != nil {
		if err := r.to.look(c, r); err != nil {
			return nil, err
		}
	}
	scope := c.NewScope()
	scope.Timeout, scope.Closes = r.timeout, true
	if c.Traced() {
		scope.Name = r.method + " " + brief(r.url)
	}
	if r.retry != nil {
		scope.N = r.attempts
		if r.retry.Attempts <= math.MaxInt32 {
			scope.Of = int(r.retry.Attempts)
		}
	}
	err = c.Scope(scope, func() (err error) {
		p, err = r.hops(c, scope)
		return err
	})
	if scope.Ended() || err != nil {
		p.close()
		p = nil
	}
	if scope.Ended() {
		what := "no answer within " + inSeconds(r.timeout)
		if r.slow {
			what = "no connection within " + inSeconds(r.connectTimeout)
		}
		e := r.about(interp.Errorf(interp.KindTimeout, "%s: %s: %s", r.op, brief(r.at.url), what), r.at)
		return nil, c.WithOthers(c.Located(e), scope.Others()...)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case p.open == nil && p.pipe == nil || r.stream:
		return p, nil
	case r.to == nil:
		return p, r.collect(c, p)
	}
	if err = r.download(c, p); err == errAnew {
		r.to.anew = true
		return r.attempt(c)
	}
	return p, err
}

// hops sends the request, and follows where it is redirected to.
func (r *fetch) hops(c *interp.Call, scope *interp.Scope) (*outcome, error) {
	h := &hop{method: r.method, url: r.url, body: r.body}
	headers, away := r.headers, false
	for n := 0; ; n++ {
		r.at = h
		// A secret that has come to a foreign origin is not shown again, whatever that leads to.
		here := originOf(h.url)
		strayed := func(s sentHeader) bool { return s.secret && !s.of.trusts(here) }
		if slices.ContainsFunc(headers, strayed) {
			headers = slices.DeleteFunc(slices.Clone(headers), strayed)
		}
		away = away || r.session != nil && !r.session.mine(h.url)
		h.strayed = away
		if err := r.compose(c, h, headers); err != nil {
			return nil, err
		}
		p, err := r.send1(c, h, scope)
		if err != nil {
			return nil, err
		}
		if r.session != nil {
			r.session.takeCookies(c, h.url, p.header)
		}
		if !r.follows(p) {
			return p, nil
		}
		p.free()
		if h, err = r.redirected(h, p, n); err != nil {
			return nil, err
		}
	}
}

// send1 sends one message.
func (r *fetch) send1(c *interp.Call, h *hop, scope *interp.Scope) (*outcome, error) {
	ask, err := r.near(c, h)
	switch {
	case err != nil:
		return nil, r.failed(err, h)
	case ask != nil && r.session != nil && r.dial.limit > 0:
		free, err := r.session.place(c, h.url.Host, r.dial.limit)
		if err != nil {
			return nil, err
		}
		p, err := r.direct(c, h, ask)
		if err != nil {
			free()
			return nil, err
		}
		p.place = free
		return p, nil
	case ask != nil:
		return r.direct(c, h, ask)
	}
	return r.far(c, h, scope)
}

// userAgent is what a request says that it comes from.
var userAgent = []string{"lull"}

// compose makes the headers of a hop.
func (r *fetch) compose(c *interp.Call, h *hop, headers []sentHeader) error {
	h.header = make(http.Header, len(headers)+2)
	h.host = ""
	for _, s := range headers {
		switch {
		case s.name == "Host":
			h.host = s.values[0]
		case h.body == nil && r.body != nil && strings.HasPrefix(s.name, "Content-"): // a redirect has left it out
		default:
			h.header[s.name] = slices.Clone(s.values)
		}
	}
	if h.body != nil && h.body.typ != "" && h.header["Content-Type"] == nil {
		h.header["Content-Type"] = []string{h.body.typ}
	}
	if h.header["User-Agent"] == nil {
		h.header["User-Agent"] = userAgent
	}
	if r.session != nil {
		r.session.addCookies(c, h)
	}
	if r.to != nil {
		r.to.ask(h.header)
	}
	return nil
}

// follows reports whether a reply leads elsewhere, and the request goes there.
func (r *fetch) follows(p *outcome) bool {
	switch p.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return r.redirects > 0 && p.header.Get("Location") != ""
	}
	return false
}

// redirected is the hop that a reply, the n-th of its kind, leads to.
func (r *fetch) redirected(h *hop, p *outcome, n int) (*hop, error) {
	if n >= r.redirects {
		return nil, r.about(interp.Errorf(interp.KindLimit, "%s: %s: more than %d redirects; the option 'redirects' sets how many are followed", r.op, brief(r.url), r.redirects), h)
	}
	refused := func(format string, args ...any) error {
		return r.about(interp.Errorf(interp.KindIO, "%s: %s: the server leads %s", r.op, brief(h.url), fmt.Sprintf(format, args...)), h).With("code", "EPROTO").With("status", p.status)
	}
	where := p.header.Get("Location")
	ref, why, _ := readURL(where)
	if why != "" {
		return nil, refused("to what is no URL: %.100q", where)
	}
	u := h.url.ResolveReference(ref)
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, refused("to %.100q, and only http and https are followed", u.Redacted())
	}
	u.RawQuery = queryText(u.RawQuery)
	if u.User = nil; u.Fragment == "" {
		u.Fragment, u.RawFragment = h.url.Fragment, h.url.RawFragment
	}
	next := &hop{method: h.method, url: u, body: h.body}
	switch p.status {
	case http.StatusSeeOther:
		next.body = nil
		if h.method != "HEAD" {
			next.method = "GET"
		}
	case http.StatusMovedPermanently, http.StatusFound:
		if h.method == "POST" { // as browsers do
			next.method, next.body = "GET", nil
		}
	}
	if !next.body.repeatable() {
		return nil, refused("elsewhere (%d), and wants the body again, which is a stream's or function's and cannot be read twice: ask for %s", p.status, brief(u))
	}
	return next, nil
}
