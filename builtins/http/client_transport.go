package http

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/interp"
)

const (
	idleFor       = 90 * time.Second // idle connections are kept
	maxIdle       = 100
	maxTransports = 64

	// Handshakes whose request has found another connection end at the latest then.
	maxHandshake = 5 * time.Minute
)

// clients is what a runtime keeps for its requests.
type clients struct {
	pool  *pool // of calls without a session
	mu    sync.Mutex
	pools map[*pool]struct{} // all that are open
	conns map[net.Conn]struct{}
	files map[string]bool // that downloads write to; for the loop's side
}

// Close closes all connections when the runtime ends: those that are idle say good-bye, and one of HTTP/2 may still wait for the other
// side to have seen that a request was given up.
func (k *clients) Close() error {
	k.mu.Lock()
	pools := k.pools
	k.pools = nil
	k.mu.Unlock()
	for p := range pools {
		p.close()
	}
	k.mu.Lock()
	conns := slices.Collect(maps.Keys(k.conns))
	k.conns = nil
	k.mu.Unlock()
	for _, conn := range conns {
		conn.Close()
	}
	return nil
}

// opened notes a connection, until what it returns is called.
func (k *clients) opened(conn net.Conn) (closed func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.conns == nil {
		k.conns = map[net.Conn]struct{}{}
	}
	k.conns[conn] = struct{}{}
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.conns, conn)
	}
}

func (k *clients) newPool() *pool {
	p := &pool{transports: map[dialing]*transport{}}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pools == nil {
		k.pools = map[*pool]struct{}{}
	}
	k.pools[p] = struct{}{}
	return p
}

func (k *clients) drop(p *pool) {
	k.mu.Lock()
	delete(k.pools, p)
	k.mu.Unlock()
	p.close()
}

// shared is the pool of calls without a session.
func (k *clients) shared() *pool {
	if k.pool == nil {
		k.pool = k.newPool()
	}
	return k.pool
}

// dialing is by what connections of a pool differ, beside their host.
type dialing struct {
	proxy, unix, resolve string
	tls                  network.TLS
	limit                int
}

// pool are the connections of a session, or of all calls without one. Its methods may be called from any goroutine.
type pool struct {
	mu         sync.Mutex
	transports map[dialing]*transport
	order      []dialing    // the latest last
	stale      []*transport // one too many, which are to be closed off the loop
}

// transport are the connections of a pool that are made in the same way.
type transport struct {
	making sync.Mutex
	*http.Transport
}

func (p *pool) close() {
	p.mu.Lock()
	all := p.transports
	p.transports = map[dialing]*transport{}
	p.order = nil
	p.mu.Unlock()
	for _, t := range all {
		t.closeIdle()
	}
	p.closeStale()
}

func (t *transport) closeIdle() {
	t.making.Lock()
	defer t.making.Unlock()
	if t.Transport != nil {
		t.CloseIdleConnections() // what is in use now does not come back to be idle, unless somebody asks for a connection
	}
}

// transport is that for how, which is made at its first use.
func (p *pool) transport(how dialing) *transport {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.transports[how]; t != nil {
		return t
	}
	if len(p.order) == maxTransports {
		old := p.transports[p.order[0]]
		delete(p.transports, p.order[0])
		p.order = p.order[1:]
		p.stale = append(p.stale, old)
	}
	t := &transport{}
	p.transports[how] = t
	p.order = append(p.order, how)
	return t
}

// closeStale closes the idle connections of transports that had to make room.
func (p *pool) closeStale() {
	p.mu.Lock()
	old := p.stale
	p.stale = nil
	p.mu.Unlock()
	for _, t := range old {
		t.closeIdle()
	}
}

// dialer is what a transport needs to make connections.
type dialer struct {
	op      string
	how     dialing
	proxy   *url.URL
	resolve map[string]network.Address
	policy  *interp.NetworkAccess
	files   interp.Files
	clients *clients
}

// ready makes the transport, off the loop: files may have to be read.
func (t *transport) ready(ctx context.Context, d *dialer) error {
	t.making.Lock()
	defer t.making.Unlock()
	if t.Transport != nil {
		return nil
	}
	h := &http.Transport{
		DialContext: d.dial, ForceAttemptHTTP2: true, MaxIdleConns: maxIdle, MaxIdleConnsPerHost: maxIdle, IdleConnTimeout: idleFor,
		MaxResponseHeaderBytes: maxHead, MaxConnsPerHost: d.how.limit, TLSHandshakeTimeout: maxHandshake, ExpectContinueTimeout: time.Second,
		ReadBufferSize: 16 << 10, WriteBufferSize: 16 << 10,
	}
	if d.proxy != nil {
		h.Proxy = http.ProxyURL(d.proxy)
		h.OnProxyConnectResponse = func(_ context.Context, proxy *url.URL, _ *http.Request, res *http.Response) error {
			if res.StatusCode != http.StatusOK {
				return &proxyError{brief(proxy), res.Status}
			}
			return nil
		}
	}
	cfg, err := d.how.tls.Config(ctx, d.files, d.op, "")
	if err != nil {
		return err
	}
	h.TLSClientConfig = cfg
	t.Transport = h
	return nil
}

// dial makes a connection for the exchange of ctx, and closes it where that ends before it has one.
func (d *dialer) dial(ctx context.Context, _, address string) (net.Conn, error) {
	x, ok := ctx.Value(sendingKey{}).(*sending)
	if !ok {
		return nil, errors.New("http: a connection for nobody")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !x.dialing(cancel) {
		return nil, context.Canceled
	}
	closed, err := d.files.Opens()
	if err != nil { // those that are idle count as well
		x.transport.CloseIdleConnections()
		if closed, err = d.files.Opens(); err != nil {
			return nil, err
		}
	}
	conn, err := d.connect(ctx, address)
	if err != nil {
		closed()
		return nil, &dialError{address, d.proxy, err}
	}
	gone := d.clients.opened(conn)
	conn = counted(conn, func() {
		gone()
		closed()
	})
	if !x.dialing(func() { conn.Close() }) {
		conn.Close()
		return nil, context.Canceled
	}
	return conn, nil
}

func (d *dialer) connect(ctx context.Context, address string) (net.Conn, error) {
	if rest, ok := strings.CutPrefix(strings.ToLower(address), "localhost.:"); ok { // with the root's dot, which resolvers do not know
		address = "localhost:" + rest
	}
	dial := network.Dialer{Policy: d.policy, Proxy: d.proxy != nil}
	switch {
	case d.proxy != nil:
	case d.how.unix != "":
		return dial.Dial(ctx, d.files, network.Address{Network: "unix", Path: d.how.unix})
	case d.resolve != nil:
		if to, ok := d.resolve[strings.ToLower(address)]; ok {
			return dial.Dial(ctx, d.files, to)
		}
	}
	return dial.DialContext(ctx, "tcp", address)
}

// dialError is what has gone wrong before there was a connection, and where to.
type dialError struct {
	address string
	proxy   *url.URL // that there should have been a connection to, or nil
	err     error
}

// Error implements error.
func (e *dialError) Error() string { return e.err.Error() }

// Unwrap is what went wrong.
func (e *dialError) Unwrap() error { return e.err }

// counted is a connection that counts as one until it is closed.
func counted(conn net.Conn, closed func()) net.Conn {
	if tcp, ok := conn.(*net.TCPConn); ok {
		return &tcpConn{tcp, closed}
	}
	return &otherConn{conn, closed}
}

// tcpConn has the methods of a *net.TCPConn, by which files are sent without being read.
type tcpConn struct {
	*net.TCPConn
	closed func()
}

// Close implements net.Conn.
func (c *tcpConn) Close() error {
	c.closed()
	return c.TCPConn.Close()
}

type otherConn struct {
	net.Conn
	closed func()
}

// Close implements net.Conn.
func (c *otherConn) Close() error {
	c.closed()
	return c.Conn.Close()
}

// proxyFor is the proxy of a request without an option, from the runtime's environment, as curl and Go read it: HTTP_PROXY and
// HTTPS_PROXY, also in lower case, and what NO_PROXY does not except. Neither localhost nor the machine itself are reached by one.
func proxyFor(env func(name string) (string, bool), u *url.URL) (proxy *url.URL, from, why string) {
	if u.Hostname() == "localhost" || strings.HasPrefix(u.Host, "127.") { // the environment need not be searched
		return nil, "", ""
	}
	first := func(names ...string) (string, string) {
		for _, name := range names {
			if v, _ := env(name); v != "" {
				return name, v
			}
		}
		return "", ""
	}
	name, value := first("HTTP_PROXY", "http_proxy")
	if u.Scheme == "https" {
		name, value = first("HTTPS_PROXY", "https_proxy")
	}
	if _, cgi := env("REQUEST_METHOD"); name == "HTTP_PROXY" && cgi { // there it is a header of whoever asks: https://httpoxy.org
		name, value = first("http_proxy")
	}
	if value == "" {
		return nil, "", ""
	}
	_, except := first("NO_PROXY", "no_proxy")
	if unproxied(except, u) {
		return nil, "", ""
	}
	proxy, why = parseProxy(value)
	return proxy, name, why
}

// unproxied reports whether NO_PROXY says that a URL is reached without a proxy: by *, the name of a host or of what it is below, an
// address or a range of them, each with or without a port.
func unproxied(list string, u *url.URL) bool {
	o := originOf(u)
	addr, err := netip.ParseAddr(o.host)
	isAddr := err == nil
	addr = addr.Unmap()
	if o.host == "localhost" || strings.HasSuffix(o.host, ".localhost") || isAddr && addr.IsLoopback() {
		return true
	}
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(list), func(r rune) bool { return r == ',' || r == ' ' }), func(entry string) bool {
		if entry == "*" {
			return true
		}
		if p, err := netip.ParsePrefix(entry); err == nil {
			return isAddr && p.Contains(addr)
		}
		host, port := entry, ""
		if h, p, err := net.SplitHostPort(entry); err == nil {
			host, port = h, p
		}
		if port != "" && port != o.port {
			return false
		}
		host = strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"), ".")
		if a, err := netip.ParseAddr(host); err == nil {
			return isAddr && a.Unmap() == addr
		}
		name := strings.TrimPrefix(strings.TrimPrefix(host, "*"), ".")
		return !isAddr && name != "" && (o.host == host || strings.HasSuffix(o.host, "."+name))
	})
}

// shown is a URL as messages and results have it: without what says who one is.
func shown(u *url.URL) string {
	v := *u
	v.User = nil
	return v.String()
}

// brief is shown, no longer than a line.
func brief(u *url.URL) string {
	s := shown(u)
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "..."
	}
	return s
}

// resolveKey is the option resolve as something to compare.
func resolveKey(all map[string]network.Address) string {
	var list []string
	for from, to := range all {
		list = append(list, fmt.Sprintf("%s=%s", from, to))
	}
	slices.SortFunc(list, cmp.Compare[string])
	return strings.Join(list, " ")
}

// dialer is how connections for a URL are made, and the key of those.
func (r *fetch) dialer(c *interp.Call, u *url.URL) (dialing, *dialer, error) {
	how := r.dial
	proxy := r.proxy
	if !r.proxied && how.unix == "" {
		from, why := "", ""
		if proxy, from, why = proxyFor(r.env, u); why != "" {
			return how, nil, interp.Errorf(interp.KindError, "%s: the environment's %s names no proxy: %s", r.op, from, why)
		}
	}
	if proxy != nil {
		how.proxy = proxy.String()
		o := originOf(u)
		port, err := strconv.ParseUint(o.port, 10, 16)
		if err != nil {
			return how, nil, err
		}
		if err := r.policy.Host(o.host, uint16(port)); err != nil { // the proxy makes the connection
			return how, nil, err
		}
	}
	return how, &dialer{op: r.op, how: how, proxy: proxy, resolve: r.resolve, policy: r.policy, files: r.files, clients: r.clients}, nil
}
