package http

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

// socketOptions reads the options of both sides, and those that fields has besides.
func readSocketOptions(c *interp.Call, i int, fields map[string]any) (o *socketOptions, err error) {
	o = &socketOptions{most: 1 << 20}
	var protocols interp.Value
	fields["max_message"], fields["protocols"], fields["compress"], fields["keep"] = &o.most, &protocols, &o.compress, &o.keep
	if err := c.Options(i, fields); err != nil {
		return nil, err
	}
	if !(o.most >= 1) {
		return nil, c.ArgError(i, "option 'max_message': a number of bytes expected, got "+interp.Number(o.most).String())
	}
	o.most = min(o.most, 1<<31-1)
	if o.protocols, err = names(c, i, "protocols", protocols); err != nil {
		return nil, err
	}
	for _, p := range o.protocols {
		if p == "" || strings.ContainsFunc(p, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r) }) {
			return nil, c.ArgError(i, fmt.Sprintf("option 'protocols': %.40q is no name of one", p))
		}
	}
	return o, nil
}

// websocketCall is http.websocket(url [, opts]).
func websocketCall(c *interp.Call) error {
	text, err := c.Text(1)
	if err != nil {
		return err
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" && u.Scheme != "http" && u.Scheme != "https" {
		return c.ArgError(1, fmt.Sprintf("a URL as \"ws://host/path\" or \"wss://host/path\" expected, got %.60q", text))
	}
	u.Scheme = strings.Replace(u.Scheme, "http", "ws", 1)
	u.Fragment, u.RawQuery = "", queryText(u.RawQuery)
	var headers, secure, limit interp.Value
	o, err := readSocketOptions(c, 2, map[string]any{"headers": &headers, "tls": &secure, "timeout": &limit})
	if err != nil {
		return err
	}
	header, err := socketHeaders(c, 2, headers)
	if err != nil {
		return err
	}
	t, err := network.ClientTLS(c, 2, secure)
	if err != nil {
		return err
	}
	timeout, err := timeLimit(c, 2, "timeout", limit, 10)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	shown := *u
	shown.User = nil
	s := newSocket(shown.String(), o)
	at := network.Address{Network: "tcp", Host: u.Hostname(), Port: 80}
	if u.Scheme == "wss" {
		at.Port = 443
	}
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return c.ArgError(1, fmt.Sprintf("%.20q is no port", p))
		}
		at.Port = uint16(n)
	}
	policy, files := c.Network(), c.Files()
	near, err := s.near(c, at, u)
	switch {
	case err != nil:
		return err
	case near != nil:
		return s.ask(c, near, u, header, o)
	}
	var give socketOffer
	scope := interp.Scope{Timeout: timeout}
	err = c.Scope(&scope, func() error {
		return c.BlockLight(func(ctx context.Context) error {
			cfg := &tls.Config{}
			if t != nil {
				var err error
				if cfg, err = t.Config(ctx, files, "http.websocket", u.Hostname()); err != nil {
					return err
				}
			}
			d := network.Dialer{Policy: policy}
			w, r, err := dialSocket(ctx, u.String(), header, o, d.DialContext, cfg)
			if err == nil {
				give.put(w)
			} else if r != nil {
				return &refused{r.StatusCode}
			}
			return err
		})
	})
	no := (*refused)(nil)
	switch {
	case scope.Ended():
		give.drop()
		return network.TimedOut("http.websocket", s.name, "connecting", timeout)
	case errors.As(err, &no):
		return s.refusedWith(no.status)
	case errors.As(err, new(*breach)):
		give.drop()
		why := (*breach)(nil)
		errors.As(err, &why)
		return interp.Errorf(interp.KindIO, "http.websocket: %s: the server does not keep to the protocol: %s", s.name, why.what).With("code", "EPROTO").With("url", s.name)
	case err != nil:
		give.drop()
		if p := passing(err); p != nil {
			return p
		}
		return network.Error("http.websocket", s.name, err)
	}
	counted, err := files.Opens()
	if err != nil {
		give.drop()
		return err
	}
	s.over(c, give.w, counted, o.keep)
	return c.Return(s)
}

// refused is the answer of a server that begins no websocket.
type refused struct{ status int }

// Error implements error.
func (r *refused) Error() string { return fmt.Sprintf("status %d", r.status) }

func (s *socket) refusedWith(status int) error {
	return interp.Errorf("status", "http.websocket: %s: the server has answered with status %d %s, and not begun a websocket", s.name, status, http.StatusText(status)).With("status", status).With("url", s.name)
}

// socketOffer is a websocket on its way to the task that wants it, which may be cancelled meanwhile.
type socketOffer struct {
	mu   sync.Mutex
	w    wire
	gone bool
}

func (o *socketOffer) put(w wire) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.w = w; o.gone {
		w.drop()
	}
}

func (o *socketOffer) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gone = true; o.w != nil {
		o.w.drop()
	}
}

// socketHeaders are the headers of a handshake.
func socketHeaders(c *interp.Call, i int, v interp.Value) (http.Header, error) {
	h := http.Header{}
	if v.IsNil() {
		return h, nil
	}
	t, ok := v.Table()
	if !ok {
		return nil, c.ArgError(i, "option 'headers': table expected, got "+data.TypeOf(v))
	}
	for k, v := range t.All() {
		name, ok := k.Text()
		value, ok2 := v.Text()
		switch {
		case !ok || !ok2:
			return nil, c.ArgError(i, "option 'headers': names and values are strings")
		case name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' }):
			return nil, c.ArgError(i, fmt.Sprintf("option 'headers': %.40q is no name of a header", name))
		case strings.ContainsAny(value, "\r\n\x00"):
			return nil, c.ArgError(i, fmt.Sprintf("option 'headers': %s: a value has no line breaks", name))
		case strings.HasPrefix(strings.ToLower(name), "sec-websocket-") || strings.EqualFold(name, "upgrade") || strings.EqualFold(name, "connection"):
			return nil, c.ArgError(i, fmt.Sprintf("option 'headers': %s is the handshake's own", name))
		}
		h.Set(name, value)
	}
	return h, nil
}

// near is the server of the same runtime, or the fake, that a websocket leads to, if the host's policy allows it; nil: it goes over the
// network.
func (s *socket) near(c *interp.Call, at network.Address, u *url.URL) (*server, error) {
	f, policy := interp.Local[fakes](c), c.Network()
	if fake := f.find(http.MethodGet, u); fake != nil {
		return fake, mayReachFake(policy, u)
	}
	near := lookup(c, at)
	switch {
	case near == nil && f.ask != nil && !ownServer(c, at):
		return nil, interp.Errorf(interp.KindDenied, "http.websocket: %s: a script that a test runs cannot be given a websocket, and nobody else may be asked", s.name)
	case near == nil && f.any() && !ownServer(c, at):
		return nil, f.unknown("http.websocket", http.MethodGet, u)
	case near == nil:
		return nil, nil
	}
	return near, mayReachHere(policy, at)
}

// ask begins a websocket to a server of the same runtime.
func (s *socket) ask(c *interp.Call, near *server, u *url.URL, header http.Header, o *socketOptions) error {
	hr := &http.Request{Method: http.MethodGet, URL: pathOf(u), Host: u.Host, Header: header}
	if h := header.Get("Host"); h != "" {
		hr.Host = h
		header.Del("Host")
	}
	if u.User != nil {
		pass, _ := u.User.Password()
		hr.SetBasicAuth(u.User.Username(), pass)
	}
	header.Set("Connection", "Upgrade")
	header.Set("Upgrade", "websocket")
	if len(o.protocols) > 0 {
		header.Set("Sec-WebSocket-Protocol", strings.Join(o.protocols, ", "))
	}
	in := interp.NewPipe(1, nil)
	in.End(nil)
	rep, err := near.ask(c, hr, in, u.Scheme == "wss", s, errBroken)
	if err != nil {
		return err
	}
	if s.peer == nil {
		rep.body.Break(nil)
		return s.refusedWith(rep.status)
	}
	s.belongs(c, o.keep)
	return c.Return(s)
}

// requestWebsocket is req:websocket([opts]).
func requestWebsocket(c *interp.Call) error {
	r := interp.Self[*request](c)
	var origins interp.Value
	o, err := readSocketOptions(c, 1, map[string]any{"origins": &origins})
	if err != nil {
		return err
	}
	also, err := names(c, 1, "origins", origins)
	if err != nil {
		return err
	}
	also = append(also, r.s.origins...)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if r.answered {
		return interp.Errorf(interp.KindError, "req:websocket: the request has its answer already")
	}
	s := newSocket(r.http.RemoteAddr, o)
	s.of, s.leaving = r, r.s.Stopping
	if x, ok := r.x.(*direct); !strings.EqualFold(r.http.Header.Get("Upgrade"), "websocket") || r.http.ProtoMajor != 1 || ok && x.socket == nil {
		return r.bad(interp.Errorf(interp.KindParse, "req:websocket: the client has not asked for a websocket"))
	}
	if origin := r.http.Header.Get("Origin"); origin != "" && !sameOrigin(origin, r.http.Host, also) {
		return r.bad(interp.Errorf(interp.KindDenied, "req:websocket: a page of %.100q may not; the option origins allows it", origin))
	}
	counted := func() {}
	if _, ok := r.x.(*outside); ok {
		if counted, err = c.Files().Opens(); err != nil {
			r.busy = true
			return r.bad(interp.Errorf(interp.KindLimit, "req:websocket: the run has as many files and connections open as it may"))
		}
	}
	r.status = http.StatusSwitchingProtocols
	r.begins()
	switch x := r.x.(type) {
	case *direct:
		s.protocol = common(o.protocols, r.http.Header.Get("Sec-WebSocket-Protocol"))
		s.pair(x.socket)
		s.belongs(c, o.keep)
		x.replies(http.StatusSwitchingProtocols, http.Header{})
	case *outside:
		var w wire
		var failure error
		if err := c.BlockFirm(func(context.Context) error {
			w, failure = acceptSocket(x.w, x.http, o)
			return nil
		}); err != nil {
			if w != nil {
				w.drop()
			}
			counted()
			return err
		}
		if failure != nil {
			counted()
			r.status, x.refused = http.StatusBadRequest, true
			return r.bad(interp.Errorf(interp.KindIO, "req:websocket: %w", failure))
		}
		s.over(c, w, counted, o.keep)
	}
	r.websocket = s
	return c.Return(s)
}

// sameOrigin compares by host and port.
func sameOrigin(origin, host string, also []string) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	if strings.EqualFold(u.Host, host) {
		return true
	}
	for _, a := range also {
		if strings.EqualFold(a, origin) || strings.EqualFold(a, u.Host) {
			return true
		}
	}
	return false
}

// common is the first of the server's protocols that the client has named.
func common(own []string, asked string) string {
	for _, p := range own {
		for a := range strings.SplitSeq(asked, ",") {
			if strings.TrimSpace(a) == p {
				return p
			}
		}
	}
	return ""
}
