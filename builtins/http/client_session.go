package http

import (
	"context"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/lull-lua/lull/interp"
)

// session is what http.session returns: options for all of its calls, connections and cookies of its own.
type session struct {
	fetch   fetch // as a call without options has it
	options clientOptions
	base    *url.URL // nil: none
	query   interp.Value
	headers []sentHeader
	jar     *cookiejar.Jar // nil: it keeps none
	expires []expiry
	closed  bool
	near    map[string]*places // taken by requests to servers of the same runtime, by host
}

// places are the connections to a host that there would be, of as many as the option limit allows.
type places struct {
	taken int
	line  interp.Waiters[struct{}] // who wait for one
}

// place waits until there is a connection for a request that needs none, until free is called.
func (s *session) place(c *interp.Call, host string, limit int) (free func(), err error) {
	p := s.near[host]
	if p == nil {
		p = &places{}
		if s.near == nil {
			s.near = map[string]*places{}
		}
		s.near[host] = p
	}
	free = func() {
		if p.line.Wake(struct{}{}) == nil {
			p.taken--
		}
	}
	if p.taken < limit {
		p.taken++
		return free, nil
	}
	p.line.Left = func(_ struct{}, handed bool) {
		if handed {
			free()
		}
	}
	return free, p.line.Wait(c, struct{}{}, nil)
}

// Contents implements interp.Container.
func (s *session) Contents(yield func(interp.Value)) {
	s.fetch.Contents(yield)
	yield(s.query)
	yield(s.options.tls)
	yield(s.options.resolve)
	yield(s.options.retry)
	yield(s.options.check)
}

var sessionType = interp.Type{
	Name: "http.session",
	Of:   (*session)(nil),
	Methods: []interp.Def{
		{Name: "get", Fn: sessionCall("GET"), Outside: true},
		{Name: "head", Fn: sessionCall("HEAD"), Outside: true},
		{Name: "delete", Fn: sessionCall("DELETE"), Outside: true},
		{Name: "post", Fn: sessionCall("POST"), Outside: true},
		{Name: "put", Fn: sessionCall("PUT"), Outside: true},
		{Name: "patch", Fn: sessionCall("PATCH"), Outside: true},
		{Name: "request", Fn: func(c *interp.Call) error { return requestsAs(c, interp.Self[*session](c)) }, Outside: true},
		{Name: "close", Fn: closeSession, Outside: true},
	},
	String: func(v any) string {
		if base := v.(*session).base; base != nil {
			return "http.session: " + brief(base)
		}
		return "http.session"
	},
}

func sessionCall(method string) interp.Func {
	return func(c *interp.Call) error { return requests(c, interp.Self[*session](c), method, 1) }
}

// newSession is http.session(opts).
func newSession(c *interp.Call) error {
	o := newOptions()
	if err := c.Options(1, o.ofSession()); err != nil {
		return err
	}
	s := &session{}
	in := optionReader{c, 1}
	if o.limit != notGiven {
		n, err := in.whole("limit", o.limit, 1, "a number of connections from 1 on, or math.huge,")
		if err != nil {
			return err
		}
		if n < math.MaxInt32 {
			s.fetch.dial.limit = n
		}
	}
	if err := s.fetch.read(in, &o); err != nil {
		return err
	}
	var here origin
	if o.baseURL != "" {
		u, why, _ := readURL(o.baseURL)
		switch {
		case why != "":
			return in.wrong("base_url", "%s", why)
		case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
			return in.wrong("base_url", "a URL with http or https expected, as in https://example.org/v1, got %.100q", u.Redacted())
		}
		here = originOf(u)
		if u.User != nil {
			password, _ := u.User.Password()
			s.headers = append(s.headers, sentHeader{name: "Authorization", values: []string{basic(u.User.Username(), password)}, secret: true, of: here})
			u.User = nil
		}
		s.base = u
	}
	var err error
	if s.headers, err = in.headers(s.headers, o.headers, here, s.base != nil); err != nil {
		return err
	}
	credentials, err := in.credentials(&o)
	if err != nil {
		return err
	}
	if credentials != "" {
		s.fetch.headers = s.headers
		s.fetch.authorize(credentials, here)
		s.headers, s.fetch.headers = s.fetch.headers, nil
	}
	if s.query = o.query; !s.query.IsNil() {
		if _, err := in.query(s.query, interp.Value{}); err != nil {
			return err
		}
	}
	if o.cookies {
		if s.jar, err = cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}); err != nil {
			return err
		}
	}
	s.options = o
	clients := interp.Local[clients](c)
	s.fetch.pool = clients.newPool()
	runtime.AddCleanup(s, func(p *pool) { clients.drop(p) }, s.fetch.pool)
	return c.Return(s)
}

// closeSession is s:close().
func closeSession(c *interp.Call) error {
	s := interp.Self[*session](c)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	s.closed = true
	clients, pool := interp.Local[clients](c), s.fetch.pool
	return c.BlockFirm(func(context.Context) error { // each says good-bye
		clients.drop(pool)
		return nil
	})
}

// expiry is when a cookie ends, on the runtime's clock, which is not that of package cookiejar.
type expiry struct {
	at     time.Time // zero: with the session
	from   *url.URL
	cookie http.Cookie
}

// Bounds of what a session keeps, which are about those of browsers: cookies, of a host, and bytes of one.
const (
	maxCookies  = 3000
	maxOfHost   = 180
	cookieBytes = 4096
)

// mine reports whether a session's cookies go to a URL and come from it.
func (s *session) mine(u *url.URL) bool { return s.base == nil || originOf(s.base).trusts(originOf(u)) }

// takeCookies keeps what a reply from u sets.
func (s *session) takeCookies(c *interp.Call, u *url.URL, h http.Header) {
	if s.jar == nil || len(h["Set-Cookie"]) == 0 || !s.mine(u) {
		return
	}
	now := c.Time()
	all := slices.DeleteFunc((&http.Response{Header: h}).Cookies(), func(k *http.Cookie) bool { return len(k.Name)+len(k.Value) > cookieBytes })
	for _, k := range all {
		s.expires = slices.DeleteFunc(s.expires, func(e expiry) bool { return e.is(k, u) })
		end := k.Expires
		if k.MaxAge > 0 {
			end = now.Add(time.Duration(min(k.MaxAge, math.MaxInt32)) * time.Second)
		}
		if k.MaxAge < 0 {
			continue
		}
		k.Expires, k.MaxAge, k.RawExpires = time.Time{}, 0, ""
		if !end.IsZero() && !end.After(now) {
			k.MaxAge = -1
			continue
		}
		s.room(u.Hostname())
		s.expires = append(s.expires, expiry{end, u, http.Cookie{Name: k.Name, Path: k.Path, Domain: k.Domain, Secure: k.Secure}})
	}
	for _, k := range all { // one after the other, as one that comes later may have taken its place
		if slices.ContainsFunc(s.expires, func(e expiry) bool { return e.is(k, u) }) || k.MaxAge < 0 {
			s.jar.SetCookies(u, []*http.Cookie{k})
		}
	}
}

// is reports whether e is about the cookie k of u.
func (e *expiry) is(k *http.Cookie, u *url.URL) bool {
	return e.cookie.Name == k.Name && e.cookie.Path == k.Path && e.cookie.Domain == k.Domain && e.from.Hostname() == u.Hostname()
}

// room lets the oldest cookies go where there would be too many, of a host or of all.
func (s *session) room(host string) {
	ofHost := 0
	for _, e := range s.expires {
		if e.from.Hostname() == host {
			ofHost++
		}
	}
	oldest := 0
	switch {
	case ofHost >= maxOfHost:
		oldest = slices.IndexFunc(s.expires, func(e expiry) bool { return e.from.Hostname() == host })
	case len(s.expires) < maxCookies:
		return
	}
	s.end(s.expires[oldest])
	s.expires = slices.Delete(s.expires, oldest, oldest+1)
}

func (s *session) end(e expiry) {
	e.cookie.MaxAge = -1
	s.jar.SetCookies(e.from, []*http.Cookie{&e.cookie})
}

// addCookies puts the session's cookies into a request.
func (s *session) addCookies(c *interp.Call, h *hop) {
	if s.jar == nil || !s.mine(h.url) || h.strayed {
		return
	}
	now := c.Time()
	s.expires = slices.DeleteFunc(s.expires, func(e expiry) bool {
		if e.at.IsZero() || e.at.After(now) {
			return false
		}
		s.end(e)
		return true
	})
	var list []string
	if own := h.header["Cookie"]; len(own) > 0 {
		list = own
	}
	for _, k := range s.jar.Cookies(h.url) {
		list = append(list, (&http.Cookie{Name: k.Name, Value: k.Value, Quoted: k.Quoted}).String())
	}
	if len(list) > 0 {
		h.header["Cookie"] = []string{strings.Join(list, "; ")}
	}
}
